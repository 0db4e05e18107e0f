//! A small client of the embedded server: requests by slots, walks by the contract's page clauses.
#![allow(unreachable_pub, reason = "shared by several test binaries, each of which uses a part")]
#![allow(dead_code, reason = "each test file uses its part")]

pub mod judge;
pub mod session;

use std::sync::Arc;

use contract_gate::contract::semantics::{Slot, Spot};
use contract_gate::contract::{Contract, Operation};
use contract_gate::mock::{Answer, Incoming, Options, Server, server};
use http::{HeaderName, HeaderValue};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

/// The shipped contracts, and the one of our own that promises what they leave open.
pub fn every_contract_and_ours() -> Vec<Arc<Contract>> {
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/bookings.yaml");
    let own = Contract::open(own).unwrap_or_else(|e| panic!("{own}: {e}"));
    every_contract().into_iter().chain([Arc::new(own)]).collect()
}

/// Contracts of ours in forms of their own: filters that are rules, bounds and lists of texts; records inside items and links
/// among others; numbered pages; what is left open.
pub fn forms() -> [Arc<Contract>; 4] {
    ["board", "search", "pages", "yard"].map(|name| {
        let own = format!("{}/tests/contracts/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        Arc::new(Contract::open(&own).unwrap_or_else(|e| panic!("{own}: {e}")))
    })
}

/// The shipped contracts that have operations.
pub fn every_contract() -> Vec<Arc<Contract>> {
    let all = Contract::SHIPPED.iter().map(|name| Contract::shipped(name).unwrap_or_else(|e| panic!("{name}: {e}")));
    all.filter(|contract| !contract.operations.is_empty()).map(Arc::new).collect()
}

/// A client of one server in process.
pub struct Client {
    pub contract: Arc<Contract>,
    pub server: Server,
    pub second: bool,
}

/// What a walk over all pages saw.
#[derive(Debug, Default, PartialEq)]
pub struct Walk {
    pub keys: Vec<String>,
    pub records: Vec<Value>,
    pub pages: Vec<usize>,
}

pub type Sent = Vec<(Slot, Value)>;

pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Client {
    pub fn new(contract: &Arc<Contract>, options: &Options) -> Self {
        let server = server(contract, options).unwrap_or_else(|error| panic!("{}: {error}", contract.name));
        Self { contract: Arc::clone(contract), server, second: false }
    }

    /// Credentials and tenant of the client.
    pub fn access(&self, operation: &Operation) -> Sent {
        let access = self.server.access();
        let params = if self.second { &access.second_params } else { &access.params };
        let mut sent: Sent = access
            .credentials(&self.contract, operation, self.second)
            .into_iter()
            .map(|(slot, value)| (slot, Value::from(value)))
            .collect();
        sent.extend(params.iter().map(|(slot, value)| (slot.clone(), Value::from(value.as_str()))));
        sent
    }

    /// A request with access.
    pub fn ask(&self, operation: &Operation, sent: &Sent) -> Answer {
        let mut all = self.access(operation);
        all.extend(sent.iter().cloned());
        self.server.answer(&self.request(operation, &all))
    }

    /// A request with nothing but what is given.
    pub fn request(&self, operation: &Operation, sent: &Sent) -> Incoming {
        let mut path = operation.path.clone();
        let mut query = Vec::new();
        let mut incoming = Incoming { method: operation.method.clone(), ..Incoming::default() };
        let mut body = operation.body.as_ref().map(|body| self.least_body(&body.schema));
        for (slot, value) in sent {
            match slot {
                Slot::Path(name) => path = path.replace(&format!("{{{name}}}"), &encode(&plain(value))),
                Slot::Query(name) => match value {
                    Value::Array(items) => {
                        query.extend(items.iter().map(|v| format!("{}={}", encode(name), encode(&plain(v)))))
                    }
                    other => query.push(format!("{}={}", encode(name), encode(&plain(other)))),
                },
                Slot::Header(name) => {
                    let name = HeaderName::try_from(name.as_str()).expect("a header name");
                    incoming.headers.insert(name, HeaderValue::from_str(&plain(value)).expect("a header value"));
                }
                Slot::Body(pointer) => {
                    if let Some(body) = &mut body {
                        set(body, pointer, value.clone());
                    }
                }
            }
        }
        incoming.path = format!("{}{path}", self.server.prefix());
        incoming.query = query.join("&");
        incoming.body = body.map(|body| body.to_string().into()).unwrap_or_default();
        incoming
    }

    /// A body with its required members, as empty objects.
    fn least_body(&self, schema: &str) -> Value {
        let (_, schema) = self.contract.resolve(schema);
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        Value::Object(required.map(|name| (plain(name), json!({}))).collect())
    }

    /// All pages, by token, offset or page number.
    pub fn walk(&self, operation: &Operation, sent: Sent) -> Walk {
        let lists = operation.clause.lists.as_ref().expect("a list");
        let key = self.contract.key_of(lists).to_owned();
        let mut walk = Walk::default();
        let mut more: Sent = Vec::new();
        for page in 0..400 {
            let mut all = sent.clone();
            all.extend(more.clone());
            let answer = self.ask(operation, &all);
            assert_eq!(answer.status, 200, "{} {:?}: {}", operation.id, all, String::from_utf8_lossy(&answer.body));
            let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
            let items = body.pointer(&lists.items).and_then(Value::as_array).expect("records").clone();
            walk.pages.push(items.len());
            walk.keys.extend(items.iter().map(|item| plain(item.pointer(&key).unwrap_or(&Value::Null))));
            walk.records.extend(items.iter().cloned());
            let clauses = &lists.page;
            let says_end = match clauses.more.as_ref().map(|clause| &clause.spot) {
                Some(Spot::Pointer(pointer)) => body.pointer(pointer) == Some(&Value::Bool(false)),
                _ => false,
            };
            if let Some(next) = &clauses.next {
                let Some(Spot::Pointer(spot)) = &next.spot else { panic!("no test for other tokens") };
                let token = body.pointer(spot).cloned().unwrap_or(Value::Null);
                if token.is_null() || token == json!("") || says_end {
                    return walk;
                }
                more = vec![(next.slot.clone().expect("a slot"), token)];
            } else if let Some(offset) = &clauses.offset {
                if items.is_empty() {
                    return walk;
                }
                more = vec![(offset.slot.clone(), Value::from(walk.keys.len()))];
            } else {
                assert_eq!(page, 0);
                return walk;
            }
        }
        panic!("the walk of {} does not end", operation.id)
    }
}

fn set(body: &mut Value, pointer: &str, value: Value) {
    let mut at = body;
    for segment in pointer.split('/').skip(1) {
        if segment == "-" {
            if !at.is_array() {
                *at = json!([]);
            }
            let items = at.as_array_mut().expect("an array");
            items.push(Value::Null);
            at = items.last_mut().expect("just pushed");
            continue;
        }
        if !at.is_object() {
            *at = json!({});
        }
        at = at.as_object_mut().expect("an object").entry(segment).or_insert(Value::Null);
    }
    *at = value;
}
