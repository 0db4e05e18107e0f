//! What keeps a run from making sense, and whose fault it is: the set-up's, the server's or the API's.
//!
//! `check` looks at one page before it begins; `doctor` looks at more. Both read an answer by the rules in here.

use serde_json::Value;

use super::cut::stopped;
use crate::contract::semantics::Slot;
use crate::contract::{Contract, Operation, Scheme};
use crate::event::{Aborted, Obstacle};
use crate::excerpt::Kept;
use crate::exchange::{Failure, Stop};
use crate::study::{MediaSeen, Observation, Study, second_words};
use crate::target::Target;

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

/// A named key of a resource that the document does not read.
pub(super) fn unknown_resource(study: &Study) -> Option<Trouble> {
    let operations = study.contract.operations.iter();
    let read: Vec<&str> =
        operations.filter_map(|operation| Some(operation.clause.reads.as_ref()?.resource.as_str())).collect();
    let means = &study.means;
    let mut named = means.known_ids.keys().chain(means.second_known_ids.keys());
    let unknown = named.find(|resource| !read.contains(&resource.as_str()))?;
    let near = crate::suggest::nearest(unknown, read.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    let remedy = format!("{}resources that are read: {}", near.unwrap_or_default(), read.join(", "));
    Some(Trouble::new(Culprit::Setup, Obstacle::Unusable, format!("the document reads no `{unknown}` by key"), remedy))
}

/// The trouble that a record is not there although the user named it.
pub(super) fn not_there(resource: &str, key: &str, how: &str, operation: &Operation) -> Trouble {
    let message = format!("the {resource} `{key}` is {how} by {}", operation.endpoint());
    let remedy = "name a record that exists in this tenant: --known-id RESOURCE=KEY, or known-ids in the file";
    Trouble::new(Culprit::Setup, Obstacle::Misconfigured, message, remedy)
}

/// What mends the access of the second tenant.
pub(super) const SECOND: &str =
    "give a token of the second tenant with --second-token-env NAME, and the tenant with --second-param NAME=VALUE";

/// The trouble that the second tenant is not let in.
pub(super) fn second_is_refused(target: &Target, status: u16) -> Trouble {
    let lacking = target.second.as_ref().map(|second| second.lacks(&target.own)).unwrap_or_default();
    let remedy = match lacking.first() {
        Some(name) => {
            format!("{SECOND}; the headers of the first tenant are not taken over: --second-header {name}=VALUE")
        }
        None => SECOND.to_owned(),
    };
    Trouble::new(Culprit::Setup, Obstacle::Misconfigured, second_words(status), remedy)
}

/// Whether the second tenant is the first one again: everything would look like a leak.
pub(super) fn one_tenant_twice(study: &Study) -> Option<Trouble> {
    let means = &study.means;
    let selected = means.tenant.is_some() || means.second_tenant.is_some();
    let same = if selected { means.tenant == means.second_tenant } else { means.one_credential };
    (means.has_second && same).then(|| {
        let remedy = "give the access of another tenant with --second-token-env and --second-param, or leave it out";
        let message = "the second tenant is the first one again: same access, same tenant".to_owned();
        Trouble::new(Culprit::Setup, Obstacle::Unusable, message, remedy)
    })
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

fn look_at_failure(base: &str, failure: &Failure) -> Look {
    let server = |message: String, remedy: &str| Trouble::new(Culprit::Server, Obstacle::Unreachable, message, remedy);
    match failure {
        Failure::Unsendable(why) => {
            let remedy = "give the missing value, then run again";
            Look::Certain(Trouble::new(Culprit::Setup, Obstacle::Unusable, why.clone(), remedy))
        }
        Failure::Connect(why) => Look::Certain(no_connection(base, why)),
        Failure::Timeout { status: None, after } => Look::Certain(server(
            format!("{base} does not answer within {after:?}"),
            "check that the server is up, or raise --timeout",
        )),
        Failure::Dropped(_) => Look::Doubtful(server(
            format!("{base} closes the connection before it answers"),
            "look at the server's log; check that http and https are not mixed up in --base-url",
        )),
        Failure::Stopped(stop @ Stop::Asked(_)) => {
            let Aborted { message, remedy, .. } = stopped(*stop);
            Look::Certain(Trouble::new(Culprit::Setup, Obstacle::RateLimited, message, remedy))
        }
        _ => Look::Fine,
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

fn no_connection(base: &str, why: &str) -> Trouble {
    if is_tls(why) {
        let remedy = match why.contains("CaUsedAsEndEntity") {
            true => {
                "issue the server a certificate of its own (CA:FALSE) by that authority, and name the authority's in SSL_CERT_FILE"
            }
            false => {
                "use the host name that the certificate is for, let this machine trust its issuer (SSL_CERT_FILE=FILE.pem), and check that the port speaks HTTPS"
            }
        };
        let message = format!("{base} cannot be reached: {}", tls_words(why));
        let remedy =
            match ["InvalidContentType", "corrupt message", "handshake eof"].iter().any(|word| why.contains(word)) {
                true => format!(
                    "write {} if the server speaks plain HTTP, or name the port that speaks HTTPS",
                    base.replacen("https:", "http:", 1)
                ),
                false => remedy.to_owned(),
            };
        return Trouble::new(Culprit::Setup, Obstacle::Unreachable, message, remedy);
    }
    let message = format!("{base} cannot be reached: {why}");
    let lower = why.to_lowercase();
    if ["lookup", "dns", "resolve", "not known", "no such host"].iter().any(|word| lower.contains(word)) {
        let remedy = "check the host name in --base-url, and the network";
        return Trouble::new(Culprit::Setup, Obstacle::Unreachable, message, remedy);
    }
    let remedy = "start the server, or check --base-url, network and TLS; --wait 30s waits for one that is starting";
    Trouble::new(Culprit::Server, Obstacle::Unreachable, message, remedy)
}

/// Whether a connection failed where both sides agree on keys and certificates.
pub(super) fn is_tls(why: &str) -> bool {
    let lower = why.to_lowercase();
    ["certificate", "tls", "handshake", "corrupt message", "invalidcontenttype", "unknownissuer"]
        .iter()
        .any(|word| lower.contains(word))
}

/// What is wrong with a certificate, in words; the library names it for programmers.
fn tls_words(why: &str) -> String {
    let known = [
        ("UnknownIssuer", "this machine does not trust whoever issued the server's certificate"),
        ("CaUsedAsEndEntity", "the server shows the certificate of an authority, not one of its own"),
        ("NotValidYet", "the server's certificate is not valid yet"),
        ("Expired", "the server's certificate has expired"),
        ("NotValidForName", "the server's certificate is for another host name"),
        ("InvalidContentType", "the port does not speak HTTPS"),
        (
            "handshake eof",
            "the connection is closed in the middle of the TLS handshake; perhaps the port does not speak HTTPS",
        ),
    ];
    let words = known.iter().find(|(name, _)| why.contains(name)).map(|(_, words)| (*words).to_owned());
    words.unwrap_or_else(|| why.to_owned())
}

/// The tenant's slot, if the operation takes it and no value is known for it.
pub(super) fn missing_tenant<'a>(study: &'a Study, operation: &Operation) -> Option<&'a Slot> {
    let slot = study.contract.root.tenancy.as_ref()?.slot.as_ref()?;
    (study.means.tenant.is_none() && operation.parameter(slot).is_some()).then_some(slot)
}

/// What the credential has to hold where it is a key in `Authorization`: nothing is put before a key.
pub(super) fn whole_header(study: &Study, operation: &Operation) -> &'static str {
    let schemes = operation.security.iter().flatten().filter_map(|name| study.contract.schemes.get(name));
    let mut keys = schemes.filter_map(|scheme| match scheme {
        Scheme::HeaderKey(header) => Some(header),
        _ => None,
    });
    if keys.any(|header| header.eq_ignore_ascii_case("authorization")) {
        " (it is the whole value of `Authorization`, with any prefix such as `Token `)"
    } else {
        ""
    }
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

/// What an answer is when no list of an API of JSON answers so: certain enough only when every list does.
pub(super) fn stranger(contract: &Contract, operation: &Operation, answer: &Observation) -> Option<String> {
    if answer.failure.is_some() {
        return None;
    }
    if let Some(body) = answer.json.as_deref().cloned().or_else(|| answer.kept.as_ref().and_then(Kept::body)) {
        let knows_nothing = answer.is_success() && has_nothing_declared(contract, operation, &body);
        return knows_nothing.then(|| "JSON that has none of the members that the document declares".to_owned());
    }
    let says = page_words(answer).map(|words| format!(" that says `{words}`")).unwrap_or_default();
    match answer.status? {
        404 if answer.broken_json.is_none() => {
            Some(format!("404 without JSON{}", says.replacen(" that", ", a web page that", 1)))
        }
        301 | 302 | 303 | 307 | 308 if operation.response(answer.status?).is_none() => Some("a redirect".to_owned()),
        200..=299 if is_web_page(answer) => Some(format!("a web page{says}")),
        // What stands in front of an API refuses by its own pages: another protocol, another host, no certificate.
        status @ 400..=499
            if !matches!(status, 408 | 429) && is_web_page(answer) && answer.media != MediaSeen::Declared =>
        {
            Some(format!("{status} and a web page{says}"))
        }
        _ => None,
    }
}

/// Whether a body has members, and none of those that the document declares for a success; never where it declares none.
fn has_nothing_declared(contract: &Contract, operation: &Operation, body: &Value) -> bool {
    if body.as_object().is_none_or(serde_json::Map::is_empty) {
        return false;
    }
    let schema = operation.success().and_then(|response| response.media.first()?.schema.as_deref());
    let mut declared = Vec::new();
    if let Some(schema) = schema {
        members(contract, schema, 0, &mut declared);
    }
    // An envelope that changed is a fault of this API; records that nobody here knows are another one's.
    let records = operation.clause.lists.as_ref().and_then(|lists| contract.record_shape(operation, lists));
    let shapes = records.map(|shape| contract.shapes.with_parts(shape)).unwrap_or_default();
    let names: Vec<&str> = shapes.iter().flat_map(|shape| shape.members.keys().map(String::as_str)).collect();
    !declared.is_empty() && !declared.iter().any(|name| body.get(name).is_some()) && !holds_record(body, &names, 0)
}

/// Whether an object somewhere in a body has several of the members of a record.
fn holds_record(body: &Value, names: &[&str], depth: usize) -> bool {
    match body {
        Value::Object(members) => {
            let known = members.keys().filter(|name| names.contains(&name.as_str())).count();
            known >= SEVERAL || (depth < 4 && members.values().any(|member| holds_record(member, names, depth + 1)))
        }
        Value::Array(items) => depth < 4 && items.iter().take(3).any(|item| holds_record(item, names, depth + 1)),
        _ => false,
    }
}

/// Members in common that are no coincidence any more.
const SEVERAL: usize = 3;

/// Names of the members that a schema declares, those of its parts included.
fn members(contract: &Contract, schema: &str, depth: usize, names: &mut Vec<String>) {
    let (at, node) = contract.resolve(schema);
    let properties = node.get("properties").and_then(Value::as_object);
    names.extend(properties.into_iter().flat_map(|properties| properties.keys().cloned()));
    for part in ["allOf", "oneOf", "anyOf"].into_iter().filter(|_| depth < 8) {
        let count = node.get(part).and_then(Value::as_array).map_or(0, Vec::len);
        (0..count).for_each(|index| members(contract, &format!("{at}/{part}/{index}"), depth + 1, names));
    }
}

/// Whether a body is HTML and says so.
pub(super) fn is_web_page(answer: &Observation) -> bool {
    let said = answer.content_type.as_deref().is_some_and(|kind| crate::contract::essence(kind) == "text/html");
    let start = answer.excerpt.as_deref().unwrap_or_default().trim_start().get(..9).unwrap_or_default();
    said && (start.eq_ignore_ascii_case("<!doctype") || start.to_ascii_lowercase().starts_with("<html"))
}

/// Most characters of a web page's title that are quoted.
const TITLE: usize = 80;

/// The title of a web page, or its first heading.
fn page_words(answer: &Observation) -> Option<String> {
    let text = answer.excerpt.as_deref().filter(|_| is_web_page(answer))?;
    let lower = text.to_ascii_lowercase();
    let between = |tag: &str| {
        let start = lower.find(&format!("<{tag}"))?;
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find("</")?;
        let words = text[start..end].split_whitespace().collect::<Vec<_>>().join(" ");
        (!words.is_empty()).then(|| words.chars().filter(|c| !c.is_control() && *c != '`').take(TITLE).collect())
    };
    between("title").or_else(|| between("h1"))
}

/// The trouble that no list answers like one of this API.
pub(super) fn another_api(base: &str, operation: &Operation, what: &str, lists: usize) -> Trouble {
    let every = if lists > 1 {
        format!("every one of {lists} lists, {} among them,", operation.endpoint())
    } else {
        operation.endpoint()
    };
    Trouble::new(
        Culprit::Setup,
        Obstacle::Misconfigured,
        format!("{base} does not look like this API: {every} is answered with {what}"),
        "check the base URL: http or https, host, port, and what stands before the paths of the document, without a login page or proxy in between",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_spoken_of_in_words() {
        let trouble = no_connection("https://h", "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))");
        assert_eq!(trouble.culprit, Culprit::Setup);
        assert!(trouble.message.ends_with("shows the certificate of an authority, not one of its own"), "{trouble:?}");
        let trouble = no_connection("https://h", "invalid peer certificate: UnknownIssuer");
        assert!(!trouble.message.contains("UnknownIssuer"), "{trouble:?}");
        assert_eq!(no_connection("http://h", "Connection refused").culprit, Culprit::Server);
    }
}
