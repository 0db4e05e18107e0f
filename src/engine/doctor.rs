//! Is everything set up, and if not, whose fault is it? A handful of requests before the hundreds of `check`.

mod doors;
mod first;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::trouble::{self, Culprit, Look, Trouble, look};
use super::{preflight, wait};
use crate::case::{Access, Call};
use crate::contract::{Contract, Operation};
use crate::event::Obstacle;
use crate::exchange::{self, Failure, Stop};
use crate::study::{Looks, MediaSeen, Observation, Study, observe, records};
use crate::target::Target;
use first::{First, Ground};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// What it is about, e.g. `credential`.
    pub name: &'static str,
    /// What was seen.
    pub sight: Sight,
}

/// What a probe saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All is well; what was seen.
    Fine(String),
    /// Something is wrong.
    Trouble(Trouble),
    /// It could not be looked at, or there is nothing to look at; why.
    NotLooked(String),
}

impl Probe {
    /// Whether it shows that somebody at the server knows the API: that it answers at all does not.
    #[must_use]
    pub fn tells_of_the_api(&self) -> bool {
        matches!(self.sight, Sight::Fine(_)) && OF_THE_API.contains(&self.name)
    }
}

/// The probes that look at the API itself.
const OF_THE_API: [&str; 7] =
    ["credential", "no credential", "wrong credential", "tenant", "first page", "known ids", "second tenant"];

/// Seconds by which two clocks may differ.
const DRIFT: i64 = 60;

/// The probes after the first, in order; what no answer can tell is still listed.
const LATER: [&str; 10] = [
    "TLS",
    "clock",
    "credential",
    "no credential",
    "wrong credential",
    "tenant",
    "first page",
    "known ids",
    "rate limit",
    "second tenant",
];

/// Looks at everything that a run needs: the server, the access, the tenant, a page. A server that does not answer yet is
/// waited for at most `patience` long.
pub async fn examine(contract: Arc<Contract>, target: Arc<Target>, patience: Duration) -> Vec<Probe> {
    let document = contract.judged_in_part().map(|words| Probe { name: "document", sight: Sight::Fine(words) });
    document.into_iter().chain(probes(contract, target, patience).await).collect()
}

async fn probes(contract: Arc<Contract>, target: Arc<Target>, patience: Duration) -> Vec<Probe> {
    let means = super::means(&contract, &target, &super::Options::default());
    let doctor = Doctor { study: Study::new(contract, means), target };
    wait::wait(&doctor.study, &doctor.target, patience).await;
    let Some(first) = doctor.first().await else {
        let nothing = |name| Probe { name, sight: Sight::NotLooked("the document has no operation".to_owned()) };
        return std::iter::once("reachable").chain(LATER).map(nothing).collect();
    };
    let First { operation, visit, took, ground } = &first;
    let mut probes = vec![Probe { name: "reachable", sight: doctor.reachable(operation, visit, *took) }];
    let Some(answer) = &visit.answer else {
        probes.extend(LATER.map(|name| Probe { name, sight: doctor.without_answer(name, operation, visit) }));
        return probes;
    };
    let only_there = |name| match name {
        "TLS" => Some(doctor.tls()),
        "clock" => Some(clock(answer)),
        "rate limit" => Some(rate_limit(answer)),
        _ => None,
    };
    if *ground == Ground::Nobody {
        let sight = |name| match name {
            "first page" => doctor.nothing_to_ask(&first),
            _ => {
                only_there(name).unwrap_or_else(|| Sight::NotLooked("nothing of the API could be asked for".to_owned()))
            }
        };
        probes.extend(LATER.map(|name| Probe { name, sight: sight(name) }));
        return probes;
    }
    if first.is_a_stranger(&doctor.study.contract) {
        // Whatever it lets in or keeps out is not this API's doing.
        let sight = |name| match name {
            "first page" => doctor.first_page(&first),
            _ => only_there(name).unwrap_or_else(|| Sight::NotLooked("what answers is not this API".to_owned())),
        };
        probes.extend(LATER.map(|name| Probe { name, sight: sight(name) }));
        return probes;
    }
    let sights = [
        doctor.tls(),
        clock(answer),
        doctor.credential(operation, visit),
        doctor.refusal(operation, visit, Access::Anonymous).await,
        doctor.refusal(operation, visit, Access::Wrong).await,
        doctor.tenant(operation, visit).await,
        doctor.first_page(&first),
        doctor.known_ids().await,
        rate_limit(answer),
        doctor.second_tenant(operation, visit).await,
    ];
    probes.extend(LATER.into_iter().zip(sights).map(|(name, sight)| Probe { name, sight }));
    probes
}

struct Doctor {
    study: Study,
    target: Arc<Target>,
}

/// One request, what came back, and what it reads as.
struct Visit {
    call: Call,
    answer: Option<exchange::Answer>,
    seen: Observation,
}

impl Visit {
    /// What came, in a few words.
    fn words(&self, operation: &Operation) -> String {
        let endpoint = operation.endpoint();
        match self.seen.status {
            Some(status) => format!("{endpoint} answers {status}"),
            None => format!("{endpoint} was not answered"),
        }
    }
}

fn trouble(culprit: Culprit, message: String, remedy: impl Into<String>) -> Sight {
    let kind = match culprit {
        Culprit::Server => Obstacle::Unreachable,
        Culprit::Api | Culprit::Setup => Obstacle::Misconfigured,
    };
    Sight::Trouble(Trouble { culprit, kind, message, remedy: remedy.into() })
}

impl Doctor {
    async fn visit(&self, operation: &Operation, call: Call) -> Visit {
        let exchange = self.target.send(&self.study.contract, operation, &call).await;
        let answer = exchange.outcome.as_ref().ok().cloned();
        let seen = observe(&self.study.contract, operation, call.clone(), exchange, &Looks::default());
        Visit { call, answer, seen }
    }

    fn reachable(&self, operation: &Operation, visit: &Visit, took: Duration) -> Sight {
        let base = self.target.base();
        let Some(failure) = &visit.seen.failure else {
            return Sight::Fine(format!("{base} answers in {} ms", took.as_millis()));
        };
        match failure {
            Failure::Connect(why) if trouble::is_tls(why) => Sight::Fine(format!("{base} takes connections")),
            Failure::Beyond { .. } => Sight::Fine(format!("{base} answers: {}", failure.words())),
            Failure::Stopped(Stop::Asked(_)) => Sight::Fine(format!("{base} answers, and asks for patience")),
            other => match look(&self.study, base, operation, &visit.seen, 1) {
                Look::Certain(found) | Look::Doubtful(found) => Sight::Trouble(found),
                Look::Fine => trouble(Culprit::Api, format!("{base}: {}", other.words()), "look at the server's log"),
            },
        }
    }

    /// What can be told when no answer came: why, at the probe whose matter it is.
    fn without_answer(&self, name: &str, operation: &Operation, visit: &Visit) -> Sight {
        let matter = match &visit.seen.failure {
            Some(Failure::Connect(why)) if trouble::is_tls(why) => "TLS",
            Some(Failure::Stopped(Stop::Asked(_))) => "rate limit",
            _ => "",
        };
        match look(&self.study, self.target.base(), operation, &visit.seen, 1) {
            Look::Certain(found) if name == matter => Sight::Trouble(found),
            _ => match &visit.seen.failure {
                Some(failure @ Failure::Beyond { .. }) if name == "first page" => Sight::NotLooked(failure.words()),
                Some(Failure::Beyond { .. }) => Sight::NotLooked("the answer could not be read".to_owned()),
                _ => Sight::NotLooked("no answer came".to_owned()),
            },
        }
    }

    fn tls(&self) -> Sight {
        if self.target.base().starts_with("https:") {
            return Sight::Fine("the certificate is accepted".to_owned());
        }
        let where_to = if self.target.is_loopback() { "on this machine" } else { "credentials travel in clear" };
        Sight::NotLooked(format!("the base URL is http: {where_to}"))
    }

    fn credential(&self, operation: &Operation, visit: &Visit) -> Sight {
        let given = self.study.means.has_token;
        let tenant_only = given && trouble::missing_tenant(&self.study, operation).is_some();
        match look(&self.study, self.target.base(), operation, &visit.seen, 1) {
            Look::Certain(_) if tenant_only && visit.seen.status != Some(401) => {
                Sight::NotLooked("the tenant is missing".to_owned())
            }
            Look::Certain(found) => Sight::Trouble(found),
            _ if !visit.seen.is_success() => Sight::NotLooked(visit.words(operation)),
            _ if given => Sight::Fine(format!("accepted by {}", operation.endpoint())),
            _ if operation.is_guarded() => {
                Sight::NotLooked("none was given: --token-env NAME, or --header NAME=env:VAR".to_owned())
            }
            _ => Sight::Fine("none was given, and the document asks for none".to_owned()),
        }
    }

    fn first_page(&self, first: &First) -> Sight {
        let First { operation, visit, ground, .. } = first;
        let (seen, base) = (&visit.seen, self.target.base());
        let endpoint = operation.endpoint();
        let Some(status) = seen.status else { return Sight::NotLooked("no answer came".to_owned()) };
        if let Some(failure) = &seen.failure {
            return Sight::NotLooked(failure.words());
        }
        match look(&self.study, base, operation, seen, 1) {
            Look::Certain(_) => Sight::NotLooked("access was refused".to_owned()),
            // That there is no such record is what was to be expected, and what any record may be answered.
            _ if *ground == Ground::Strange && (status == 404 || seen.json.is_some()) => self.nothing_to_ask(first),
            Look::Doubtful(_) if *ground == Ground::Plain && seen.json.is_some() => {
                let says = visit.words(operation);
                if operation.response(status).is_some() {
                    return Sight::Fine(format!("{says}, which the document declares"));
                }
                let next = "check the base URL path; contract-gate check judges the rest";
                trouble(Culprit::Api, format!("{says}, which the document does not declare"), next)
            }
            Look::Doubtful(found) => {
                let location = visit.answer.as_ref().and_then(|answer| answer.header("location"));
                let to = location.map(|to| format!(" to {}", to.split(['?', '#']).next().unwrap_or(to)));
                Sight::Trouble(Trouble { message: found.message + &to.unwrap_or_default(), ..found })
            }
            Look::Fine if (200..300).contains(&status) => self.judged_page(operation, seen, *ground),
            Look::Fine => {
                let message = format!("{endpoint} answers {status}");
                trouble(Culprit::Api, message, "look at the server's log; contract-gate check names the fault")
            }
        }
    }

    fn judged_page(&self, operation: &Operation, seen: &Observation, ground: Ground) -> Sight {
        let next = "contract-gate check names each fault";
        let endpoint = operation.endpoint();
        if seen.json.is_none() {
            if ground == Ground::Plain && seen.body.broken_json.is_none() && seen.media == MediaSeen::Declared {
                return Sight::Fine(format!("{endpoint} is answered as declared"));
            }
            return trouble(Culprit::Api, format!("{endpoint} is answered with a body that is no JSON"), next);
        }
        if let Some(first) = seen.body.schema_errors.first() {
            let count = seen.body.schema_errors.len();
            return trouble(
                Culprit::Api,
                match count {
                    1 => format!("{endpoint} breaks the schema at {}", first.pointer),
                    _ => format!("{endpoint} breaks the schema in {count} places, the first at {}", first.pointer),
                },
                next,
            );
        }
        match &seen.page {
            Some(page) if !page.has_items => trouble(
                Culprit::Api,
                format!("{endpoint} shows no list of records where the document says that it is"),
                next,
            ),
            Some(page) if page.items == 0 => {
                Sight::Fine("lawful, and empty: most checks need records; --known-id RESOURCE=KEY helps".to_owned())
            }
            Some(page) => Sight::Fine(format!("{} records, as the schema says", page.items)),
            None if ground == Ground::Plain => Sight::Fine(format!("{endpoint} is answered as the schema says")),
            None => Sight::Fine("a record, as the schema says".to_owned()),
        }
    }

    async fn known_ids(&self) -> Sight {
        let known = &self.study.means.known_ids;
        if known.is_empty() {
            return Sight::NotLooked("none is named; needed only where no list shows a record".to_owned());
        }
        if let Some(found) = trouble::unknown_resource(&self.study) {
            return Sight::Trouble(found);
        }
        let mut found = 0;
        for (operation, call, resource) in preflight::named_calls(&self.study) {
            let key = call.values.first().and_then(|(_, value)| value.as_str()).unwrap_or_default().to_owned();
            let seen = self.visit(&operation, call).await.seen;
            if !seen.is_success() {
                let how = seen.status.map_or_else(|| "not answered".to_owned(), |status| format!("answered {status}"));
                return Sight::Trouble(trouble::not_there(&resource, &key, &how, &operation));
            }
            found += 1;
        }
        Sight::Fine(format!("{found} read"))
    }

    async fn second_tenant(&self, operation: &Operation, visit: &Visit) -> Sight {
        if !self.study.means.has_second {
            let how = "none is named: --second-token-env, --second-param; without it isolation is not checked";
            return Sight::NotLooked(how.to_owned());
        }
        if operation.clause.lists.is_none() {
            return Sight::NotLooked("the document has no list".to_owned());
        }
        let seen = self.visit(operation, visit.call.clone().access(Access::Second)).await.seen;
        let remedy = trouble::SECOND;
        if let Some(Failure::Unsendable(why)) = &seen.failure {
            return trouble(Culprit::Setup, format!("the second tenant cannot be asked for: {why}"), remedy);
        }
        let Some(status) = seen.status else { return Sight::NotLooked("no answer came".to_owned()) };
        if !seen.is_success() {
            return Sight::Trouble(trouble::second_is_refused(&self.target, status));
        }
        let (own, second) = (self.keys(operation, &visit.seen), self.keys(operation, &seen));
        if !own.is_empty() && own == second && self.is_same_access() {
            let message = "the second tenant is the first one: same credential, same tenant, same records".to_owned();
            return trouble(Culprit::Setup, message, remedy);
        }
        Sight::Fine(format!("let in, {} records on its first page", second.len()))
    }

    fn keys(&self, operation: &Operation, seen: &Observation) -> Vec<String> {
        let (Some(lists), Some(body)) = (&operation.clause.lists, &seen.json) else { return Vec::new() };
        let key = self.study.contract.key_of(lists);
        records(lists, body).iter().filter_map(|record| record.pointer(key)).map(Value::to_string).collect()
    }

    fn is_same_access(&self) -> bool {
        use secrecy::ExposeSecret as _;
        let token = |of: &crate::target::Identity| of.token.as_ref().map(|token| token.expose_secret().to_owned());
        let headers = |of: &crate::target::Identity| -> Vec<(String, String)> {
            of.headers.iter().map(|(name, value)| (name.clone(), value.expose_secret().to_owned())).collect()
        };
        let own = &self.target.own;
        self.target.second.as_ref().is_some_and(|second| {
            token(own) == token(second) && headers(own) == headers(second) && own.params == second.params
        })
    }
}

/// The server's clock against this machine's.
fn clock(answer: &exchange::Answer) -> Sight {
    let Some(text) = answer.header("date") else {
        return Sight::NotLooked("the server sends no Date".to_owned());
    };
    let Ok(date) = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text.trim()) else {
        return trouble(Culprit::Api, "the server sends a Date that is none".to_owned(), "send it as RFC 9110 says");
    };
    let ahead = date.timestamp().as_second() - jiff::Timestamp::now().as_second();
    if ahead.abs() <= DRIFT {
        return Sight::Fine(format!("the server's and this machine's agree to {} s", ahead.abs().max(1)));
    }
    let side = if ahead > 0 { "ahead of" } else { "behind" };
    trouble(
        Culprit::Setup,
        format!("the server's clock is {} s {side} this machine's", ahead.abs()),
        "set both by NTP: tokens and waivers have dates",
    )
}

/// Headers that tell how much may be asked.
fn rate_limit(answer: &exchange::Answer) -> Sight {
    let tells = |name: &str| ["ratelimit", "x-ratelimit", "x-rate-limit"].iter().any(|start| name.starts_with(start));
    let told: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| tells(name))
        // Cut in two it could be half of something that has to be masked.
        .map(|(name, value)| format!("{name}: {}", if value.len() > 40 { "…" } else { value }))
        .collect();
    if told.is_empty() {
        return Sight::NotLooked("no header tells one".to_owned());
    }
    Sight::Fine(format!("{}; --rate stays below it", told.join(", ")))
}
