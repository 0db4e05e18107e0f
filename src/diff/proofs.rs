//! Proofs: what shows a break, in the words of the wire.
//!
//! A payload is shown whole, as the request or the answer of the first operation that it reaches. Where no whole can
//! be made that both documents' validators confirm, the part that changed is shown, and said to be one.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::api::{Api, Root};
use super::change::Change;
use super::law::Direction;
use super::relation::PairId;
use super::types::wire_text;
use super::witness::Wish;

/// Most findings for which a payload is looked for.
const MAX_WITNESSES: usize = 120;
/// Most schemas that are looked at to put payloads into what surrounds them.
const MAX_SURROUNDINGS: usize = 12_000;
/// Longest payload that is shown in full, in letters.
const SHOWN: usize = 300;
/// Longest whole that is shown instead of the part that changed, in letters.
const MAX_WHOLE: usize = 1_000;

/// What a URL may hold as it is.
const PLAIN: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b',').remove(b':');

/// What may still be spent on proofs.
pub(super) struct Proofs {
    left: usize,
    surroundings: usize,
}

impl Proofs {
    pub(super) fn new(without: bool) -> Self {
        Self { left: if without { 0 } else { MAX_WITNESSES }, surroundings: MAX_SURROUNDINGS }
    }

    /// A payload that was lawful on one side only, with what it shows.
    pub(super) fn of(
        &mut self,
        api: &mut Api<'_>,
        (pair, root): (PairId, Option<usize>),
        change: &Change,
    ) -> Option<String> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let in_path = api.roots.iter().any(|root| root.pair == pair && root.spot.starts_with("path parameter"));
        let wish = Wish { rule: change.rule.id, focus: change.subject.trim_matches('`'), in_path };
        let payload = api.engine.witness(pair, &wish)?;
        let whole = root.and_then(|root| {
            let root = &api.roots[root];
            let whole = api.engine.whole(root.pair, pair, &payload, &mut self.surroundings)?;
            (whole.to_string().chars().count() <= MAX_WHOLE).then(|| line(root, &whole))
        });
        Some(match (whole, change.direction) {
            (Some(line), Direction::Request) => format!("{line} was accepted and is refused now"),
            (Some(line), Direction::Response) => format!("{line} may be answered now and was ruled out before"),
            (None, Direction::Request) => {
                format!(
                    "{} was accepted in a request, as a part of it, and is refused now",
                    shown(&payload.to_string())
                )
            }
            (None, Direction::Response) => {
                let part = shown(&payload.to_string());
                format!("{part} may be answered now, as a part, and was ruled out before")
            }
        })
    }
}

fn shown(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    format!("{}… ({} bytes)", text.chars().take(SHOWN).collect::<String>(), text.len())
}

/// A request or an answer as it is written.
fn line(root: &Root, whole: &Value) -> String {
    let operation = root.operation.as_str();
    let json = shown(&whole.to_string());
    let scalar = !whole.is_array() && !whole.is_object();
    let name = root.spot.split('`').nth(1).unwrap_or_default();
    let bare = if whole.as_str() == Some("") { "\"\"".to_owned() } else { shown(&wire_text(whole)) };
    let encoded = utf8_percent_encode(&wire_text(whole), PLAIN).to_string();
    let mut words = root.spot.split(' ');
    match (words.next(), words.next()) {
        (Some("request"), _) => format!("{operation} {json}"),
        (Some("response"), Some(status)) if name.is_empty() => format!("{operation} {status} {json}"),
        (Some("response"), Some(status)) => {
            format!("{operation} {} with {name}: {bare}", status.trim_end_matches(','))
        }
        (Some("query"), _) if scalar => shown(&format!("{operation}?{name}={encoded}")),
        (Some("path"), _) if scalar && operation.contains(&format!("{{{name}}}")) => {
            shown(&operation.replace(&format!("{{{name}}}"), &encoded))
        }
        (Some("header"), _) if scalar => format!("{operation} with {name}: {bare}"),
        (Some("cookie"), _) if scalar => format!("{operation} with Cookie: {name}={bare}"),
        _ if name.is_empty() => format!("{operation} {json}"),
        _ => format!("{operation} with `{name}` of {json}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(operation: &str, spot: &str, value: &Value) -> String {
        line(&Root { operation: operation.to_owned(), spot: spot.to_owned(), pair: PairId(0) }, value)
    }

    #[test]
    fn a_value_stands_where_it_is_sent() {
        assert_eq!(written("GET /x", "query parameter `limit`", &json!(0)), "GET /x?limit=0");
        assert_eq!(written("GET /x", "query parameter `q`", &json!("a b&c")), "GET /x?q=a%20b%26c");
        assert_eq!(written("GET /x/{id}", "path parameter `id`", &json!("a/b")), "GET /x/a%2Fb");
        assert_eq!(written("GET /x", "header parameter `X-Key`", &json!("k")), "GET /x with X-Key: k");
        assert_eq!(written("GET /x", "cookie parameter `s`", &json!(true)), "GET /x with Cookie: s=true");
        assert_eq!(written("GET /x", "query parameter `s`", &json!(["a"])), "GET /x with `s` of [\"a\"]");
        assert_eq!(written("POST /x", "request body application/json", &json!({ "a": 1 })), "POST /x {\"a\":1}");
        assert_eq!(written("GET /x", "response 200 application/json", &json!([])), "GET /x 200 []");
        assert_eq!(written("GET /x", "response 200, header `Age`", &json!(7)), "GET /x 200 with Age: 7");
    }
}
