//! The one fixed stream of events that every reporter is shown, and helpers to catch what they write.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod valid;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use contract_gate::event::*;
use contract_gate::finding::{Exhibit, Finding, Level, Place, ShownAnswer, ShownRequest, Stability};
use contract_gate::mask::Masker;
use contract_gate::report::{Fanout, Format, Options, ReportSpec, Sink};

/// A writer whose bytes can be read afterwards.
#[derive(Clone, Default)]
pub struct Caught(Arc<Mutex<Vec<u8>>>);

impl Caught {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("reports are UTF-8")
    }
}

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What one format makes of some events.
pub fn rendered(format: Format, options: &Options, masker: &Masker, events: &[Event]) -> String {
    let caught = Caught::default();
    let mut fanout = Fanout::new(options.clone(), masker.clone());
    fanout.add(&ReportSpec { format, path: None }, Sink::stream(Box::new(caught.clone())));
    events.iter().for_each(|event| fanout.event(event));
    fanout.finish().expect("memory can be written to");
    caught.text()
}

/// The options of the snapshots: fixed times, and the document that the places point into.
pub fn options() -> Options {
    let document: String = (1..=60).map(|line| format!("line {line} of the <document>\n")).collect();
    Options {
        catalogue: catalogue().into(),
        documents: BTreeMap::from([("openapi/flexportal.yaml".to_owned(), document)]),
        fixed_time: Some(1_700_000_000),
        ..Options::default()
    }
}

pub fn catalogue() -> Vec<CheckInfo> {
    let info = |id: &str, family: &str, level, summary: &str| CheckInfo {
        id: id.to_owned(),
        family: family.to_owned(),
        summary: summary.to_owned(),
        explanation: format!(
            "{summary}\n\n## Why it matters\nClients rely on it.\n\n## Example\n`limit=2` & three records.\n\n## Source\nThe contract."
        ),
        level,
        place: None,
    };
    vec![
        info("cursor-skips-records", "paging", Level::Deny, "Walking all pages leaves records out."),
        info("foreign-record", "access", Level::Deny, "A record of another tenant is shown."),
        info(
            "unknown-enum-value",
            "answers",
            Level::Note,
            "An open enumeration shows a value that the contract does not list.",
        ),
        info("wrong-type", "answers", Level::Deny, "A value has another type than the contract gives it."),
    ]
}

pub fn place(pointer: &str, line: usize) -> Place {
    Place { file: "openapi/flexportal.yaml".to_owned(), pointer: pointer.to_owned(), line, column: 9 }
}

pub fn started() -> Event {
    Event::RunStarted(RunStarted {
        version: "0.1.0".to_owned(),
        seed: 42,
        profile: "default".to_owned(),
        repeat: "contract-gate check flexportal maple --seed 42".to_owned(),
        time: "2026-11-01T10:00:00Z".to_owned(),
        show_values: false,
        shard: None,
    })
}

pub fn contract(name: &str, title: &str, operations: &[&str]) -> Event {
    Event::ContractStarted(ContractStarted {
        contract: name.to_owned(),
        title: title.to_owned(),
        document: format!("openapi/{name}.yaml"),
        hash: "0123456789abcdef".to_owned(),
        target: "http://127.0.0.1:8080".to_owned(),
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
        settings: std::collections::BTreeMap::new(),
    })
}

pub fn judged(contract: &str, operation: &str, check: &str, family: &str, outcome: Outcome, answers: u64) -> Event {
    Event::Judged(Judged {
        contract: contract.to_owned(),
        operation: operation.to_owned(),
        check: check.to_owned(),
        family: family.to_owned(),
        outcome,
        evidence: Evidence { answers, ..Evidence::default() },
    })
}

/// The finding that most tests change a little.
pub fn wrong_type(operation: &str, pointer: &str) -> Finding {
    let mut finding = Finding::new("wrong-type", "`status` has another type than the contract gives it")
        .compare("string, one of `active`, `inactive`", "integer");
    finding.contract = Some("flexportal".to_owned());
    finding.operation = Some(operation.to_owned());
    finding.pointer = Some(pointer.to_owned());
    finding.place = Some(place("/components/schemas/Customer/properties/status", 21));
    finding.source = Some("reference, list customers, response, `status`".to_owned());
    finding.why = Some("A typed client cannot read the record at all.".to_owned());
    finding.curl =
        vec!["curl -sS -H \"Authorization: Bearer $TOKEN\" 'http://127.0.0.1:8080/v1/customers?limit=2'".to_owned()];
    finding.exchanges = vec![exhibit(pointer)];
    finding.shown_value = Some("17".to_owned());
    finding.fingerprint = Finding::fingerprint_of(&["wrong-type", "flexportal", operation, pointer]);
    finding.occurrences = 4;
    finding
}

/// An exchange that shows one record of the wrong kind.
pub fn exhibit(pointer: &str) -> Exhibit {
    let lines = |name: &str, status: &str| format!("{{\n  \"id\": {name},\n  \"status\": {status}  ← here\n}}");
    Exhibit {
        request: ShownRequest {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:8080/v1/customers?limit=2".to_owned(),
            headers: vec!["Authorization: Bearer $TOKEN".to_owned()],
            body: pointer.is_empty().then(|| "{}".to_owned()),
        },
        response: Some(ShownAnswer {
            status: 200,
            headers: vec!["content-type: application/json".to_owned(), "link: ‹string 21›".to_owned()],
            bytes: 4_321,
            body: Some(lines("\"‹string 4›\"", "‹integer›")),
            shown_headers: vec!["content-type: application/json".to_owned(), "link: </v1/customers?at=c1>".to_owned()],
            shown_body: Some(lines("\"cu_1\"", "17")),
        }),
        failure: None,
    }
}

fn flexportal() -> Vec<Event> {
    let list = "listCustomers";
    let mut events = vec![contract("flexportal", "FlexPortal Customer API 1.0", &[list, "getCustomer"])];
    let mut push = |event| events.push(event);
    push(Event::Exchanged(Exchanged { operation: list.to_owned(), status: Some(200), requests: 1, budget: Some(500) }));
    push(judged("flexportal", list, "wrong-type", "answers", Outcome::Failed, 63));
    push(Event::Found(Box::new(wrong_type(list, "/customers/3/status"))));
    push(judged("flexportal", list, "cursor-skips-records", "paging", Outcome::Failed, 24));
    let mut skips =
        Finding::new("cursor-skips-records", "a walk over all pages with `limit=2` leaves out 1 record of 25")
            .compare("each record exactly once", "24 distinct records, 1 missing");
    skips.contract = Some("flexportal".to_owned());
    skips.operation = Some(list.to_owned());
    skips.place = Some(place("/paths/~1v1~1customers/get/x-contract/lists", 33));
    skips.curl = vec![
        "curl -sS 'http://127.0.0.1:8080/v1/customers?limit=2'".to_owned(),
        "curl -sS 'http://127.0.0.1:8080/v1/customers?limit=2&startAfter=abc'".to_owned(),
    ];
    skips.stability = Stability::Intermittent { failed: 3, of: 5 };
    skips.facts.insert("response".to_owned(), "HTTP 200 application/json\n{\n  \"hasMore\": true\n}".to_owned());
    skips.fingerprint = "0000000000aa".to_owned();
    push(Event::Found(Box::new(skips)));
    push(judged("flexportal", list, "unknown-enum-value", "answers", Outcome::Noted, 63));
    let mut note = Finding::new("unknown-enum-value", "`plan` shows `gold`, which the contract does not list")
        .compare("free, paid", "gold");
    note.level = Level::Note;
    note.contract = Some("flexportal".to_owned());
    note.operation = Some(list.to_owned());
    note.pointer = Some("/customers/0/plan".to_owned());
    note.fingerprint = "0000000000bb".to_owned();
    push(Event::Found(Box::new(note)));
    let remedy = "name one: `[targets.flexportal.second-tenant]` with `token-env`".to_owned();
    push(judged(
        "flexportal",
        list,
        "foreign-record",
        "access",
        Outcome::Inconclusive { reason: "no second tenant is configured".to_owned(), remedy: remedy.clone() },
        0,
    ));
    push(judged(
        "flexportal",
        "getCustomer",
        "foreign-record",
        "access",
        Outcome::Inconclusive { reason: "no second tenant is configured".to_owned(), remedy },
        0,
    ));
    push(judged("flexportal", "getCustomer", "wrong-type", "answers", Outcome::Failed, 12));
    push(Event::Found(Box::new(wrong_type("getCustomer", "/status"))));
    push(judged(
        "flexportal",
        "getCustomer",
        "cursor-skips-records",
        "paging",
        Outcome::NotApplicable { reason: "the operation returns one record".to_owned() },
        0,
    ));
    push(judged("flexportal", "getCustomer", "unknown-enum-value", "answers", Outcome::Passed, 12));
    push(Event::ContractFinished(Box::new(flexportal_finished())));
    events
}

fn flexportal_finished() -> ContractFinished {
    let outcomes = |counts: &[(&str, u64)]| counts.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect();
    let item = |kind: Declared, scope: &str, name: &str, seen, excused: &str| CoverageItem {
        kind,
        scope: scope.to_owned(),
        name: name.to_owned(),
        seen,
        excused: excused.to_owned(),
    };
    ContractFinished {
        contract: "flexportal".to_owned(),
        requests: 75,
        waited: 1,
        cost: BTreeMap::from([("paging".to_owned(), 40), ("confirm".to_owned(), 5)]),
        millis: 412,
        operations: vec![
            OperationTotals {
                operation: "listCustomers".to_owned(),
                endpoint: "GET /v1/customers".to_owned(),
                requests: 63,
                records: 412,
                pages: 24,
                outcomes: outcomes(&[("failed", 3), ("inconclusive", 1)]),
            },
            OperationTotals {
                operation: "getCustomer".to_owned(),
                endpoint: "GET /v1/customers/{id}".to_owned(),
                requests: 12,
                records: 12,
                pages: 0,
                outcomes: outcomes(&[("passed", 1), ("failed", 1), ("inconclusive", 1), ("not-applicable", 1)]),
            },
        ],
        coverage: Coverage {
            items: vec![
                item(Declared::Answer, "listCustomers", "200 application/json", 60, ""),
                item(Declared::Answer, "listCustomers", "400 application/json", 3, ""),
                item(Declared::Answer, "listCustomers", "500 application/json", 0, "cannot be provoked"),
                item(Declared::Parameter, "listCustomers", "limit", 60, ""),
                item(Declared::Enum, "listCustomers", "status=inactive", 0, ""),
                item(Declared::Answer, "getCustomer", "200 application/json", 12, ""),
                item(Declared::Answer, "getCustomer", "404 application/json", 0, ""),
                item(Declared::Optional, "Customer", "phone present", 9, ""),
                item(Declared::Optional, "Customer", "phone absent", 3, ""),
            ],
        },
        remarks: vec!["the target asked for patience once (429) and was given it".to_owned()],
        aborted: None,
    }
}

/// Values that try to break out of each format.
pub const HOSTILE: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\u{0}\u{202e} <script>alert('x')</script> a|b `c` %25 ::error::x,\r\n::warning::y ]]> \"q\" \u{fffe}";

fn maple() -> Vec<Event> {
    let mut events = vec![contract("maple", "Maple Billing 2.3", &["findCustomers"])];
    let mut push = |event| events.push(event);
    push(judged("maple", "findCustomers", "wrong-type", "answers", Outcome::Warned, 9));
    let mut hostile = wrong_type("findCustomers", "/data/0/name");
    hostile.contract = Some("maple".to_owned());
    hostile.title = format!("hostile: {HOSTILE}");
    hostile.expected = HOSTILE.to_owned();
    hostile.actual = HOSTILE.to_owned();
    hostile.place =
        Some(Place { file: "openapi/maple, v2: a%b.yaml".to_owned(), pointer: "/a~1b".to_owned(), line: 7, column: 3 });
    hostile.curl = vec![format!("curl 'http://127.0.0.1/{HOSTILE}'")];
    hostile.level = Level::Warn;
    hostile.occurrences = 1;
    hostile.fingerprint = "0000000000cc".to_owned();
    push(Event::Found(Box::new(hostile)));
    push(judged("maple", "findCustomers", "foreign-record", "access", Outcome::Failed, 9));
    let mut waived = Finding::new("foreign-record", "a record of another tenant is shown")
        .compare("records of `t1`", "a record of another tenant");
    waived.contract = Some("maple".to_owned());
    waived.operation = Some("findCustomers".to_owned());
    waived.waived = Some("shared sandbox, ticket 12".to_owned());
    waived.fingerprint = "0000000000dd".to_owned();
    push(Event::Found(Box::new(waived)));
    push(judged("maple", "findCustomers", "cursor-skips-records", "paging", Outcome::Noted, 9));
    let mut flaky = Finding::new("cursor-skips-records", "a walk over all pages leaves out 2 records")
        .compare("each record once", "2 missing");
    flaky.contract = Some("maple".to_owned());
    flaky.operation = Some("findCustomers".to_owned());
    flaky.level = Level::Note;
    flaky.stability = Stability::Flaky { repeats: 2 };
    flaky.fingerprint = "0000000000ee".to_owned();
    push(Event::Found(Box::new(flaky)));
    push(judged(
        "maple",
        "findCustomers",
        "unknown-enum-value",
        "answers",
        Outcome::Disabled { by: "--allow unknown-enum-value".to_owned() },
        0,
    ));
    push(Event::ContractFinished(Box::new(ContractFinished {
        contract: "maple".to_owned(),
        requests: 9,
        millis: 90,
        operations: vec![OperationTotals {
            operation: "findCustomers".to_owned(),
            endpoint: "POST /api/customers/find".to_owned(),
            requests: 9,
            records: 20,
            pages: 3,
            outcomes: BTreeMap::from([("failed".to_owned(), 3), ("disabled".to_owned(), 1)]),
        }],
        aborted: Some(Aborted {
            kind: Obstacle::Budget,
            message: "the budget of 84 requests is used up".to_owned(),
            remedy: "raise `--max-requests`, or select fewer checks with `--only`".to_owned(),
        }),
        ..ContractFinished::default()
    })));
    events
}

/// The whole stream.
pub fn stream() -> Vec<Event> {
    let mut events = vec![started()];
    events.extend(flexportal());
    events.extend(maple());
    let mut stale = Finding::new("stale-waiver", "the waiver of `page-exceeds-limit` matches nothing any more")
        .compare("at least one finding that it accepts", "none: the fault is gone, or was renamed");
    stale.place = Some(Place { file: "contract-gate.toml".to_owned(), pointer: String::new(), line: 40, column: 1 });
    stale.fingerprint = "0000000000ff".to_owned();
    events.push(Event::Found(Box::new(stale)));
    events.push(Event::RunFinished(RunFinished {
        exit: 1,
        findings: BTreeMap::from([("deny".to_owned(), 4), ("warn".to_owned(), 1), ("note".to_owned(), 2)]),
        waived: 1,
        outcomes: BTreeMap::from([
            ("passed".to_owned(), 1),
            ("failed".to_owned(), 4),
            ("warned".to_owned(), 1),
            ("noted".to_owned(), 2),
        ]),
        requests: 84,
        millis: 502,
        verdict: "violated".to_owned(),
    }));
    events
}
