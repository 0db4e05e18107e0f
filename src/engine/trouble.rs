//! What keeps a run from making sense, and whose fault it is: the set-up's, the server's or the API's.
//!
//! `check` looks at one page before it begins; `doctor` looks at more. Both read an answer by the rules in here.

mod connection;
mod stranger;
mod tenants;

pub(super) use connection::is_tls;
pub(super) use stranger::{another_api, stranger};
pub(super) use tenants::{
    SECOND, missing_tenant, not_there, one_tenant_twice, second_is_refused, unknown_resource, whole_header,
};

use crate::contract::Operation;
use crate::contract::semantics::Slot;
use crate::event::{Aborted, Obstacle};
use crate::study::{Observation, Study};
use connection::look_at_failure;
use stranger::page_words;

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Culprit {
    /// The API answers otherwise than the contract says.
    Api,
    /// Whoever set the run up: address, credential, tenant.
    Setup,
    /// Whoever runs the server: it does not answer.
    Server,
}

impl Culprit {
    /// The verdict in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Api => "the API is wrong",
            Self::Setup => "you are misconfigured",
            Self::Server => "the server is down",
        }
    }
}

/// What stands in the way, whose it is, and the next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Who has to act.
    pub culprit: Culprit,
    /// What it is, if the run ends at it.
    pub kind: Obstacle,
    /// What was seen.
    pub message: String,
    /// The next step.
    pub remedy: String,
}

impl Trouble {
    pub(super) fn new(culprit: Culprit, kind: Obstacle, message: String, remedy: impl Into<String>) -> Self {
        Self { culprit, kind, message, remedy: remedy.into() }
    }

    pub(super) fn abort(self) -> Aborted {
        Aborted { kind: self.kind, message: self.message, remedy: self.remedy }
    }
}

/// What the answer to a plain request says of the set-up.
pub(super) enum Look {
    /// Nothing: it can be judged.
    Fine,
    /// A run would be senseless, beyond doubt.
    Certain(Trouble),
    /// A run would be senseless if nothing is answered otherwise.
    Doubtful(Trouble),
}

impl Look {
    /// What stands in the way, perhaps.
    pub(super) fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Fine => None,
            Self::Certain(trouble) | Self::Doubtful(trouble) => Some(trouble),
        }
    }
}

/// Whether a run would be senseless, by the answer to a plain request; `lists` says how many lists were asked.
pub(super) fn look(study: &Study, base: &str, operation: &Operation, answer: &Observation, lists: usize) -> Look {
    match &answer.failure {
        Some(failure) => look_at_failure(base, failure),
        None => {
            let Some(status) = answer.status else { return Look::Fine };
            if let Some(mut trouble) = refused(study, base, operation, status) {
                if let Some(words) = page_words(answer) {
                    trouble.message += &format!(", in a web page that says `{words}`");
                }
                return Look::Certain(trouble);
            }
            if let Some(what) = stranger(&study.contract, operation, answer) {
                return Look::Doubtful(another_api(base, operation, &what, lists));
            }
            doubt(base, operation, status).map_or(Look::Fine, Look::Doubtful)
        }
    }
}

/// Statuses that speak of the way to the API, not of the API, when it answers nothing else.
fn doubt(base: &str, operation: &Operation, status: u16) -> Option<Trouble> {
    let message = format!("{base} answers {status} to {}", operation.endpoint());
    Some(match status {
        404 => Trouble::new(
            Culprit::Setup,
            Obstacle::Misconfigured,
            message,
            "check the base URL path: it is what stands before the paths of the document; if it is right, the server lacks the operation",
        ),
        429 => Trouble::new(
            Culprit::Setup,
            Obstacle::RateLimited,
            message,
            "ask less at a time: --rate 5/s --concurrency 1",
        ),
        502..=504 => Trouble::new(
            Culprit::Server,
            Obstacle::Unreachable,
            format!("{message}: the server is not ready, or does not answer what stands in front of it"),
            "start the server behind the proxy; --wait 30s waits for one that is starting",
        ),
        _ => return None,
    })
}

/// A refusal of whoever asks, told apart by what is missing.
fn refused(study: &Study, base: &str, operation: &Operation, status: u16) -> Option<Trouble> {
    let refusals = &study.contract.root.refusals;
    let missing = missing_tenant(study, operation);
    let unauthenticated =
        matches!(status, 401 | 403) || refusals.unauthenticated.as_ref().is_some_and(|clause| clause.accepts(status));
    let no_tenant = missing.is_some() && refusals.no_tenant.as_ref().is_some_and(|clause| clause.accepts(status));
    if !unauthenticated && !no_tenant {
        return None;
    }
    let tenant = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let name = tenant.map_or("NAME", Slot::name);
    let whole = whole_header(study, operation);
    let working = match &study.means.token_name {
        Some(name) => format!("put a working token into ${name}{whole}"),
        None => format!("give a working token with --token-env NAME{whole}"),
    };
    let (why, remedy) = match (study.means.has_token, missing.is_some()) {
        (false, false) => ("no credential was given".to_owned(), working),
        (false, true) => (
            "no credential and no tenant were given".to_owned(),
            format!("{working}, and give the tenant with --param {name}=VALUE"),
        ),
        (true, true) if status == 401 => (
            "the credential was refused, and no tenant was given".to_owned(),
            format!("{working}, and give the tenant with --param {name}=VALUE"),
        ),
        (true, true) => ("no tenant was given".to_owned(), format!("name the tenant with --param {name}=VALUE")),
        (true, false) if status == 403 && tenant.is_some() => (
            "the credential was refused, or may not use this tenant".to_owned(),
            match &study.means.tenant {
                Some(own) => {
                    format!("give a token that may read the tenant `{own}`, or name another: --param {name}=VALUE")
                }
                None => format!("give a token that may read the tenant of --param {name}=VALUE"),
            },
        ),
        (true, false) => ("the credential was refused".to_owned(), working),
    };
    let message = format!("{base} answers {status} to {}: {why}", operation.endpoint());
    Some(Trouble::new(Culprit::Setup, Obstacle::Misconfigured, message, remedy))
}
