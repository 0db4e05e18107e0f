//! What stands around a body, for rules that speak of more than the object they stand on: the request as it was sent, the
//! status and the headers of the answer.
//!
//! A value that stands for a secret says nothing, live or recorded: it is left out, and a rule about it does not apply.

use reqwest::Url;
use serde_json::{Map, Value, json};

use crate::contract::{Contract, Location, Operation, Parameter};
use crate::exchange::{Answer, Sent};
use crate::mask::holds_placeholder;

/// The request and the answer as rules see them; what no rule of the contract reads is `null`.
pub(super) struct Around {
    pub(super) request: Value,
    pub(super) headers: Value,
}

impl Around {
    pub(super) fn of(contract: &Contract, operation: &Operation, sent: &Sent, answer: &Answer) -> Self {
        let shapes = &contract.shapes;
        Self {
            request: if shapes.reads_request() { request(operation, sent) } else { Value::Null },
            headers: if shapes.reads_headers() { headers(answer) } else { Value::Null },
        }
    }

    /// The answer as rules see it.
    pub(super) fn response(&self, status: u16) -> Value {
        json!({ "status": status, "headers": self.headers })
    }
}

/// `{method, path, query, headers}`, with the parameters that the document declares as the values that it means by them.
fn request(operation: &Operation, sent: &Sent) -> Value {
    let mut query = Map::new();
    let mut request = json!({ "method": sent.method });
    if let Ok(url) = Url::parse(&sent.url) {
        let pairs: Vec<(String, String)> =
            url.query_pairs().map(|(name, text)| (name.into_owned(), text.into_owned())).collect();
        for (name, _) in &pairs {
            let texts: Vec<&str> =
                pairs.iter().filter(|(other, _)| other == name).map(|(_, text)| text.as_str()).collect();
            if !query.contains_key(name) && !texts.iter().any(|text| holds_placeholder(text)) {
                query.insert(name.clone(), value(operation, Location::Query, name, &texts));
            }
        }
        let path = below_base(operation, url.path());
        if !holds_placeholder(&percent_encoding::percent_decode_str(&path).decode_utf8_lossy()) {
            request["path"] = path.into();
        }
    }
    // What is not declared is left out: recordings hold what every browser says of itself.
    let declared = operation.parameters.iter().filter(|parameter| parameter.location == Location::Header);
    let mut headers = Map::new();
    for parameter in declared {
        let text = sent.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(&parameter.name));
        if let Some((_, text)) = text.filter(|(_, text)| !holds_placeholder(text)) {
            headers.insert(parameter.name.to_ascii_lowercase(), parameter.meant_by(&[text]));
        }
    }
    request["query"] = query.into();
    request["headers"] = headers.into();
    request
}

fn value(operation: &Operation, location: Location, name: &str, texts: &[&str]) -> Value {
    let is_this = |parameter: &&Parameter| parameter.location == location && parameter.name == name;
    match operation.parameters.iter().find(is_this) {
        Some(parameter) => parameter.meant_by(texts),
        None => texts.first().copied().unwrap_or_default().into(),
    }
}

/// The end of a path that has as many segments as the operation's: what a base URL has before it is no part of the contract.
fn below_base(operation: &Operation, path: &str) -> String {
    let own = operation.path.matches('/').count();
    let starts: Vec<usize> = path.match_indices('/').map(|(at, _)| at).collect();
    let start = starts.len().checked_sub(own).and_then(|skipped| starts.get(skipped)).copied().unwrap_or(0);
    path[start..].to_owned()
}

/// Names in lower case; values of one name joined as RFC 9110, section 5.3, has it.
fn headers(answer: &Answer) -> Value {
    let mut found: Map<String, Value> = Map::new();
    for (name, _) in &answer.headers {
        let texts: Vec<&str> =
            answer.headers.iter().filter(|(other, _)| other == name).map(|(_, text)| text.as_str()).collect();
        if !texts.iter().any(|text| holds_placeholder(text)) {
            found.insert(name.clone(), texts.join(", ").into());
        }
    }
    found.into()
}
