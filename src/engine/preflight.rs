//! Whether a run makes sense at all, and whose fault it is when it does not: the set-up's, the server's or the API's.
//!
//! `check` looks at one page before it begins; `doctor` looks at more. Both read an answer by the rules in here.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Run;
use crate::case::{Call, Case, Walk};
use crate::contract::semantics::Slot;
use crate::contract::{Operation, Parameter};
use crate::event::Aborted;
use crate::exchange::Failure;
use crate::study::{Observation, Study};
use crate::target::missing_words;

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
    /// `unusable`, `unreachable` or `misconfigured`, as in [`Aborted::kind`].
    pub kind: &'static str,
    /// What was seen.
    pub message: String,
    /// The next step.
    pub remedy: String,
}

impl Trouble {
    fn new(culprit: Culprit, kind: &'static str, message: String, remedy: impl Into<String>) -> Self {
        Self { culprit, kind, message, remedy: remedy.into() }
    }

    pub(super) fn abort(self) -> Aborted {
        Aborted { kind: self.kind.to_owned(), message: self.message, remedy: self.remedy }
    }
}

impl Run<'_> {
    /// Whether the set-up works at all: one request, told apart by whose fault it is.
    pub(super) async fn preflight(&mut self) -> Option<Aborted> {
        if let Some(trouble) = one_tenant_twice(&self.study) {
            return Some(trouble.abort());
        }
        if let Some(trouble) = self.without_value() {
            return Some(trouble.abort());
        }
        let pages: Vec<(Operation, Walk)> = self
            .study
            .lists()
            .map(|(operation, lists)| {
                let walk = Walk { pages: Some(1), ..self.study.reference_walk(operation, lists) };
                (operation.clone(), walk)
            })
            .collect();
        if pages.is_empty() {
            return self.plain_preflight().await.map(Trouble::abort);
        }
        let base = self.runner.target.base().to_owned();
        let mut what = None;
        for (operation, walk) in &pages {
            let seen = self.runner.perform(&Case::Walk(walk.clone()), &self.study).await;
            self.charge("preflight", 0);
            let answer = seen.answers().last()?;
            if let Some(trouble) = trouble(&self.study, &base, operation, answer) {
                let may_read = trouble.kind == "misconfigured" && self.reads_known_record().await;
                return (!may_read).then(|| trouble.abort());
            }
            // One list that works, or fails as an API fails, is enough to go on; the others are not even asked.
            what = Some(stranger(operation, answer)?);
        }
        let (first, what) = (&pages.first()?.0, what?);
        if self.reader_speaks_json().await {
            return None;
        }
        Some(another_api(&base, first, what, pages.len()).abort())
    }

    /// Whether a list or a reader has a required parameter that nobody gives a value; sent without, it would be refused,
    /// and the server blamed. What is sent because the document shows it as an example is told.
    fn without_value(&mut self) -> Option<Trouble> {
        let contract = Arc::clone(&self.study.contract);
        let own = &self.runner.target.own;
        let given = |parameter: &Parameter| own.params.contains_key(&parameter.name) || own.carries(parameter);
        let looked_at = |operation: &&Operation| {
            let clause = &operation.clause;
            (clause.lists.is_some() || clause.reads.is_some()) && self.options.selection.looks_at(&operation.id)
        };
        let mut examples = BTreeMap::new();
        for operation in contract.operations.iter().filter(looked_at) {
            let slots: Vec<&Slot> =
                operation.clause.reads.iter().flat_map(|reads| &reads.by).map(|by| &by.slot).collect();
            if let Some(parameter) = contract.missing(operation, &slots, given).first() {
                let message = format!("{}: {}", operation.endpoint(), missing_words(parameter));
                let remedy = "or give the parameter a `default` or an `example` in the document".to_owned();
                return Some(Trouble::new(Culprit::Setup, "unusable", message, remedy));
            }
            for parameter in operation.parameters.iter().filter(|p| operation.needs(&contract, p) && !given(p)) {
                if let Some(standing) = operation.standing(parameter).filter(|standing| standing.is_example) {
                    examples.insert(parameter.name.clone(), standing.value);
                }
            }
        }
        for (name, value) in examples {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.remarks.push(format!(
                "`{name}` is required and was sent as `{value}`, the document's example; another value: --param {name}=VALUE"
            ));
        }
        None
    }

    /// Whether a reader answers in JSON, be it that there is no such record: then this is the API, and its lists are wrong.
    async fn reader_speaks_json(&mut self) -> bool {
        let readers = self.study.contract.operations.iter().filter_map(|operation| {
            let by = operation.clause.reads.as_ref()?.by.first()?;
            Some(Call::new(&operation.id).with(&by.slot, "contract-gate-no-such-record"))
        });
        for call in readers.collect::<Vec<_>>() {
            let seen = self.runner.perform(&Case::Call(call), &self.study).await;
            self.charge("preflight", 0);
            if seen.answers().iter().any(|answer| answer.json.is_some()) {
                return true;
            }
        }
        false
    }

    /// Whether a record that the user named can be read: then the access is right, and only the list is closed to it.
    async fn reads_known_record(&mut self) -> bool {
        let mut calls = Vec::new();
        for operation in &self.study.contract.operations {
            let Some(reads) = &operation.clause.reads else { continue };
            let key = self.study.means.known_ids.get(&reads.resource).and_then(|keys| keys.first());
            if let (Some(by), Some(key)) = (reads.by.first(), key) {
                calls.push(Call::new(&operation.id).with(&by.slot, key.as_str()));
            }
        }
        for call in calls {
            let seen = self.runner.perform(&Case::Call(call), &self.study).await;
            self.charge("preflight", 0);
            if seen.answers().iter().any(Observation::is_success) {
                return true;
            }
        }
        false
    }
}

/// Whether the second tenant is the first one again: everything would look like a leak.
pub(super) fn one_tenant_twice(study: &Study) -> Option<Trouble> {
    let means = &study.means;
    let selected = means.tenant.is_some() || means.second_tenant.is_some();
    let same = if selected { means.tenant == means.second_tenant } else { means.one_credential };
    (means.has_second && same).then(|| {
        let remedy = "give the access of another tenant with --second-token-env and --second-param, or leave it out";
        let message = "the second tenant is the first one again: same access, same tenant".to_owned();
        Trouble::new(Culprit::Setup, "unusable", message, remedy)
    })
}

/// Why a run would be senseless, if the first answer says so beyond doubt.
pub(super) fn trouble(study: &Study, base: &str, operation: &Operation, answer: &Observation) -> Option<Trouble> {
    match &answer.failure {
        Some(Failure::Unsendable(why)) => {
            Some(Trouble::new(Culprit::Setup, "unusable", why.clone(), "give the missing value, then run again"))
        }
        Some(Failure::Connect(why)) => Some(no_connection(base, why)),
        Some(Failure::Timeout { status: None, after }) => Some(Trouble::new(
            Culprit::Server,
            "unreachable",
            format!("{base} does not answer within {after:?}"),
            "check that the server is up, or raise --timeout",
        )),
        _ => refused(study, base, operation, answer.status?),
    }
}

fn no_connection(base: &str, why: &str) -> Trouble {
    let lower = why.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let message = format!("{base} cannot be reached: {why}");
    if says(&["certificate", "tls", "handshake", "corrupt message", "invalidcontenttype", "unknownissuer"]) {
        let remedy = "use the host name that the certificate is for, let this machine trust its issuer, and check that the port speaks HTTPS";
        return Trouble::new(Culprit::Setup, "unreachable", message, remedy);
    }
    if says(&["lookup", "dns", "resolve", "not known", "no such host"]) {
        return Trouble::new(
            Culprit::Setup,
            "unreachable",
            message,
            "check the host name in --base-url, and the network",
        );
    }
    Trouble::new(Culprit::Server, "unreachable", message, "start the server, or check --base-url, network and TLS")
}

/// The tenant's slot, if the operation takes it and no value is known for it.
pub(super) fn missing_tenant<'a>(study: &'a Study, operation: &Operation) -> Option<&'a Slot> {
    let slot = study.contract.root.tenancy.as_ref()?.slot.as_ref()?;
    (study.means.tenant.is_none() && operation.parameter(slot).is_some()).then_some(slot)
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
    let (why, remedy) = match (study.means.has_token, missing.is_some()) {
        (false, false) => {
            ("no credential was given".to_owned(), "give a working token with --token-env NAME".to_owned())
        }
        (false, true) => (
            "no credential and no tenant were given".to_owned(),
            format!("give a working token with --token-env NAME, and the tenant with --param {name}=VALUE"),
        ),
        (true, true) if status == 401 => (
            "the credential was refused, and no tenant was given".to_owned(),
            format!("give a working token with --token-env NAME, and the tenant with --param {name}=VALUE"),
        ),
        (true, true) => ("no tenant was given".to_owned(), format!("name the tenant with --param {name}=VALUE")),
        (true, false) if status == 403 && tenant.is_some() => (
            "the credential was refused, or may not use this tenant".to_owned(),
            format!("give a token that may read the tenant of --param {name}=VALUE"),
        ),
        (true, false) => {
            ("the credential was refused".to_owned(), "give a working token with --token-env NAME".to_owned())
        }
    };
    let message = format!("{base} answers {status} to {}: {why}", operation.endpoint());
    Some(Trouble::new(Culprit::Setup, "misconfigured", message, remedy))
}

/// What an answer is when no list of an API of JSON answers so: certain enough only when every list does.
pub(super) fn stranger(operation: &Operation, answer: &Observation) -> Option<&'static str> {
    if answer.failure.is_some() || answer.json.is_some() {
        return None;
    }
    match answer.status? {
        404 if answer.broken_json.is_none() => Some("404 without JSON"),
        301 | 302 | 303 | 307 | 308 if operation.response(answer.status?).is_none() => Some("a redirect"),
        200..=299 if is_web_page(answer) => Some("a web page"),
        _ => None,
    }
}

/// Whether a body is HTML and says so.
pub(super) fn is_web_page(answer: &Observation) -> bool {
    let said = answer.content_type.as_deref().is_some_and(|kind| crate::contract::essence(kind) == "text/html");
    let start = answer.excerpt.as_deref().unwrap_or_default().trim_start().get(..9).unwrap_or_default();
    said && (start.eq_ignore_ascii_case("<!doctype") || start.to_ascii_lowercase().starts_with("<html"))
}

/// The trouble that no list answers like one of this API.
pub(super) fn another_api(base: &str, operation: &Operation, what: &str, lists: usize) -> Trouble {
    let every = if lists > 1 {
        format!("every one of {lists} lists, {} among them", operation.endpoint())
    } else {
        operation.endpoint()
    };
    Trouble::new(
        Culprit::Setup,
        "misconfigured",
        format!("{base} does not look like this API: {every}, is answered with {what}"),
        "check the base URL path: it is what stands before the paths of the document, without a login page or proxy in between",
    )
}
