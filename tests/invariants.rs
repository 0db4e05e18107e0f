//! Pagination invariants, enumerations and required fields, drawn by proptest and judged by jsonschema, with snapshots of
//! the responses: against the embedded servers by default, against a live one when the environment names it.
//!
//! `CONTRACT_GATE_LIVE_FLEXPORTAL_URL`, `…_TOKEN` and `…_PARAMS` (`Tenant-ID=unit_north,other=value`) point the tests of
//! that contract at a live server; the same for the other contracts. Snapshots are compared on embedded servers only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::sync::Arc;

use contract_gate::case::{Access, Call, Query};
use contract_gate::contract::semantics::ReadKey;
use contract_gate::contract::{Breach, Contract, Operation};
use contract_gate::exchange::Answer;
use contract_gate::mock::{self, Running};
use contract_gate::study::{PageFacts, Start, ask, records};
use contract_gate::target::{Identity, Limits, Target};
use proptest::strategy::Strategy as _;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use serde_json::{Value, json};

struct Subject {
    contract: Arc<Contract>,
    target: Target,
    runtime: tokio::runtime::Runtime,
    embedded: Option<Running>,
}

fn subject(name: &str) -> Subject {
    let contract = Arc::new(Contract::shipped(name).expect("is shipped"));
    let variable = |what: &str| std::env::var(format!("CONTRACT_GATE_LIVE_{}_{what}", name.to_uppercase())).ok();
    let (base, own, embedded) = match variable("URL") {
        Some(url) => {
            let params: BTreeMap<String, String> = variable("PARAMS")
                .unwrap_or_default()
                .split(',')
                .filter_map(|pair| pair.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            let token = variable("TOKEN").map(Into::into);
            (url, Identity { token, token_name: "TOKEN".to_owned(), params, ..Identity::default() }, None)
        }
        None => {
            let running = mock::start(Arc::clone(&contract), mock::Options::default()).expect("starts");
            let (own, _) = Identity::pair(running.access());
            (running.base_url().to_owned(), own, Some(running))
        }
    };
    let target = Target::new(&base, own, None, Limits::default()).expect("a base URL");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    Subject { contract, target, runtime, embedded }
}

impl Subject {
    fn send(&self, operation: &Operation, call: &Call) -> Answer {
        let exchange = self.runtime.block_on(self.target.send(&self.contract, operation, call));
        exchange.outcome.unwrap_or_else(|failure| panic!("{}: {}", operation.id, failure.words()))
    }

    fn lists(&self) -> Vec<&Operation> {
        self.contract.operations.iter().filter(|operation| operation.clause.lists.is_some()).collect()
    }

    /// Every record of a list in pages of a size.
    fn walk(&self, operation: &Operation, size: Option<u64>) -> Result<Vec<Value>, TestCaseError> {
        let lists = operation.clause.lists.as_ref().expect("a list");
        let query = Query::new(&operation.id, size);
        let (mut start, mut all, mut pages) = (Start::First, Vec::new(), 0);
        loop {
            let answer = self.send(operation, &ask::page_call(&self.contract, lists, &query, &start));
            let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
            self.keeps_schema(operation, &answer, &body)?;
            let page = PageFacts::read(lists, &answer, &body);
            let items = records(lists, &body);
            let bound = size.or(lists.page.size.as_ref().and_then(|size| size.default.as_ref()).map(|size| size.value));
            if bound.is_some_and(|bound| items.len() as u64 > bound) {
                return Err(TestCaseError::fail(format!("{} records on a page of {bound:?}", items.len())));
            }
            all.extend(items.iter().copied().cloned());
            pages += 1;
            if pages > 2_000 {
                return Err(TestCaseError::fail("the walk does not end"));
            }
            start = match (&start, page.next, &lists.page.offset) {
                _ if page.more == Some(false) || items.is_empty() => return Ok(all),
                (_, Some(token), _) => Start::Token(token),
                (_, None, None) => return Ok(all),
                (at, None, Some(offset)) => {
                    let from = if let Start::Offset(from) = at { *from } else { offset.first };
                    Start::Offset(from + bound.unwrap_or(items.len() as u64))
                }
            };
        }
    }

    /// Required fields, enumerations, types: what jsonschema says of an answer.
    fn keeps_schema(&self, operation: &Operation, answer: &Answer, body: &Value) -> Result<(), TestCaseError> {
        let response = operation.response(answer.status).ok_or_else(|| TestCaseError::fail("undeclared status"))?;
        let schema = response.media.iter().find_map(|media| media.schema.as_deref());
        let Some(checker) = schema.and_then(|schema| self.contract.checker(schema)) else { return Ok(()) };
        let errors = checker.errors(body, 10);
        let tells =
            |breach: Breach| errors.iter().find(|error| error.breach == breach).map(|error| error.pointer.clone());
        if let Some(pointer) = tells(Breach::Missing) {
            return Err(TestCaseError::fail(format!("required field missing at {pointer}")));
        }
        if let Some(pointer) = tells(Breach::Enum) {
            return Err(TestCaseError::fail(format!("value outside its enumeration at {pointer}")));
        }
        match errors.first() {
            Some(error) => Err(TestCaseError::fail(format!("{:?} at {}", error.breach, error.pointer))),
            None => Ok(()),
        }
    }
}

fn keys(contract: &Contract, operation: &Operation, records: &[Value]) -> Vec<String> {
    let key = contract.key_of(operation.clause.lists.as_ref().expect("a list"));
    records.iter().map(|record| record.pointer(key).map(ToString::to_string).unwrap_or_default()).collect()
}

/// A page size that is asked for, as a failure names it.
struct Size(Option<u64>);

impl fmt::Debug for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(size) => write!(f, "pages of {size}"),
            None => f.write_str("pages of the default size"),
        }
    }
}

/// Whatever the page size: every record once, and all of them.
fn walks_are_complete(name: &str) {
    let subject = subject(name);
    for operation in subject.lists() {
        let size = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.as_ref()).expect("a page size");
        let most = size.max.expect("a maximum").min(200);
        let place = format!("{}{}", subject.target.base(), operation.path);
        let whole = subject.walk(operation, Some(most));
        let whole = whole.unwrap_or_else(|failure| panic!("{place} in pages of {most}: {failure}"));
        let all: BTreeSet<String> = keys(&subject.contract, operation, &whole).into_iter().collect();
        assert_eq!(all.len(), whole.len(), "{place} in pages of {most}: a record occurs twice");
        let config = Config { cases: 6, failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new(config);
        let outcome = runner.run(&proptest::option::of(7..=most).prop_map(Size), |Size(size)| {
            let walked = keys(&subject.contract, operation, &subject.walk(operation, size)?);
            let unique: BTreeSet<String> = walked.iter().cloned().collect();
            if unique.len() != walked.len() {
                return Err(TestCaseError::fail("a record occurs twice"));
            }
            if unique != all {
                let (found, known) = (unique.len(), all.len());
                let words = format!("{found} records, and {known} in pages of {most}");
                return Err(TestCaseError::fail(words));
            }
            Ok(())
        });
        outcome.unwrap_or_else(|failure| panic!("{place}: {failure}"));
    }
}

/// Records that are read by their keys, of each list.
const READ: usize = 5;

/// What a list shows can be read by its key: as the schema says, and as the record that was asked for.
fn records_are_read_by_their_keys(name: &str) {
    let subject = subject(name);
    let mut read = 0;
    for operation in &subject.contract.operations {
        let Some((list, by)) = list_and_key(&subject, operation) else { continue };
        let lists = list.clause.lists.as_ref().expect("a list");
        let page = subject.send(list, &ask::query_call(&subject.contract, lists, &Query::new(&list.id, None)));
        let body: Value = serde_json::from_slice(&page.body).expect("JSON");
        let keys = records(lists, &body).into_iter().filter_map(|record| record.pointer(&by.key).cloned());
        for key in keys.take(READ) {
            let place = format!("{}{} for {key}", subject.target.base(), operation.path);
            let answer = subject.send(operation, &Call::new(&operation.id).with(&by.slot, key.clone()));
            assert_eq!(answer.status, 200, "{place}");
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_else(|why| panic!("{place}: {why}"));
            subject.keeps_schema(operation, &answer, &body).unwrap_or_else(|failure| panic!("{place}: {failure}"));
            let record = operation.clause.reads.as_ref().expect("a reader").record(&body);
            assert_eq!(record.pointer(&by.key), Some(&key), "{place}");
            read += 1;
        }
    }
    assert!(read > 0, "{}: no list shows a record", subject.target.base());
}

/// The list of what an operation reads, and the first key that it takes.
fn list_and_key<'a>(subject: &'a Subject, operation: &'a Operation) -> Option<(&'a Operation, &'a ReadKey)> {
    let reads = operation.clause.reads.as_ref()?;
    let shows = |list: &&Operation| list.clause.lists.as_ref().is_some_and(|lists| lists.resource == reads.resource);
    Some((subject.lists().into_iter().find(shows)?, reads.by.first()?))
}

/// The canonical responses: a small page, one record, an unknown record, no credential.
fn responses_are_as_accepted(name: &str) {
    let subject = subject(name);
    if subject.embedded.is_none() {
        // Not by a macro: those are shown of tests that fail alone.
        let why = "skipped: a live server is checked, and its records are nobody's snapshot";
        writeln!(std::io::stderr(), "{name}: {why}").expect("standard error is there");
        return;
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/responses"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_sort_maps(true);
    settings.set_snapshot_suffix(name);
    for operation in &subject.contract.operations {
        let mut seen = serde_json::Map::new();
        for (what, call) in canonical_calls(&subject, operation) {
            let answer = subject.send(operation, &call);
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            seen.insert(what.to_owned(), json!({ "status": answer.status, "body": body }));
        }
        settings.bind(|| insta::assert_json_snapshot!(operation.id.clone(), Value::Object(seen)));
    }
}

fn canonical_calls(subject: &Subject, operation: &Operation) -> Vec<(&'static str, Call)> {
    if let Some(lists) = &operation.clause.lists {
        let page = ask::query_call(&subject.contract, lists, &Query::new(&operation.id, Some(2)));
        return vec![("page", page.clone()), ("without a credential", page.access(Access::Anonymous))];
    }
    if operation.clause.reads.is_none() {
        return Vec::new();
    }
    let (list, by) = list_and_key(subject, operation).expect("a list of the same resource, and a key");
    let lists = list.clause.lists.as_ref().expect("a list");
    let page = subject.send(list, &ask::query_call(&subject.contract, lists, &Query::new(&list.id, Some(1))));
    let body: Value = serde_json::from_slice(&page.body).expect("JSON");
    let key = records(lists, &body).first().and_then(|record| record.pointer(&by.key)).cloned().expect("a record");
    let call = |key: Value| Call::new(&operation.id).with(&by.slot, key);
    vec![
        ("record", call(key.clone())),
        ("unknown record", call(json!("no-such-record"))),
        ("without a credential", call(key).access(Access::Anonymous)),
    ]
}

macro_rules! contracts {
    ($($name:ident),*) => {$(
        mod $name {
            #[test]
            fn walks_show_every_record_once_at_every_page_size() {
                super::walks_are_complete(stringify!($name));
            }

            #[test]
            fn what_a_list_shows_is_read_by_its_key() {
                super::records_are_read_by_their_keys(stringify!($name));
            }

            #[test]
            fn responses_are_as_accepted() {
                super::responses_are_as_accepted(stringify!($name));
            }
        }
    )*};
}

contracts![flexportal, flexprice, maple];
