//! The doors that must be shut, by the judgement of the checks that try them: `doctor` and `check` say the same.

use std::sync::Arc;

use super::super::select::Selection;
use super::super::trouble::Culprit;
use super::{Doctor, Sight, Visit, trouble};
use crate::case::{Access, Case};
use crate::checks::{Blame, Verdict, find};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Observation, Seen, Study};

impl Doctor {
    /// Without a credential, and with one that nobody issued, the door must be shut.
    pub(super) async fn refusal(&self, operation: &Operation, visit: &Visit, access: Access) -> Sight {
        if !operation.is_guarded() {
            return Sight::NotLooked("the document asks for no credential".to_owned());
        }
        if !self.study.means.has_token && !visit.seen.is_success() {
            return Sight::NotLooked("without an own credential there is nothing to compare with".to_owned());
        }
        if !visit.seen.is_success() {
            return Sight::NotLooked(match visit.seen.status {
                Some(401 | 403) => "the own credential was not let in".to_owned(),
                _ => visit.words(operation),
            });
        }
        let seen = self.visit(operation, visit.call.clone().access(access)).await.seen;
        let check =
            if access == Access::Anonymous { "works-without-credential" } else { "works-with-wrong-credential" };
        if let Some(wrong) = self.wrong(check, operation, access, &seen) {
            return wrong;
        }
        match seen.status {
            Some(status) => Sight::Fine(format!("refused with {status}")),
            None => Sight::NotLooked("no answer came".to_owned()),
        }
    }

    /// A tenant that does not exist must not be let in.
    pub(super) async fn tenant(&self, operation: &Operation, visit: &Visit) -> Sight {
        let slot = self.study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
        let Some(slot) = slot.filter(|slot| operation.parameter(slot).is_some()) else {
            return Sight::NotLooked("no parameter selects it".to_owned());
        };
        let remedy = format!("name the tenant with --param {}=VALUE", slot.name());
        let Some(tenant) = &self.study.means.tenant else {
            return trouble(Culprit::Setup, "no tenant was given".to_owned(), remedy);
        };
        if !visit.seen.is_success() {
            return Sight::NotLooked(visit.words(operation));
        }
        let other = self.visit(operation, visit.call.clone().access(Access::UnknownTenant)).await.seen;
        if let Some(wrong) = self.wrong("works-in-unknown-tenant", operation, Access::UnknownTenant, &other) {
            return wrong;
        }
        match other.status {
            Some(status) => Sight::Fine(format!("`{tenant}` is let in, one that does not exist is answered {status}")),
            None => Sight::Fine(format!("`{tenant}` is let in")),
        }
    }

    /// What a check finds wrong with the answer to somebody who must not be let in.
    fn wrong(&self, id: &str, operation: &Operation, access: Access, seen: &Observation) -> Option<Sight> {
        let status = seen.status?;
        let how = if access == Access::UnknownTenant { "in" } else { "to" };
        let says = format!("{} answers {status} {how} {}", operation.endpoint(), access.words());
        if status >= 500 {
            return Some(trouble(Culprit::Api, says, "look at the server's log"));
        }
        let check = find(id)?;
        let mut study = Study::new(Arc::clone(&self.study.contract), self.study.means.clone());
        study.add(Case::Call(seen.call.clone()), Seen::Answer(Box::new(seen.clone())));
        let Verdict::Judged { blames, .. } = (check.judge)(&study, operation) else { return None };
        let counts = |blame: &&Blame| Selection::default().level(check, &operation.id, blame.level) == Level::Deny;
        let blame = blames.iter().find(counts)?;
        let message = format!("{says}, and {} is wanted", blame.expected);
        Some(trouble(Culprit::Api, message, format!("mend the server: contract-gate explain {id}")))
    }
}
