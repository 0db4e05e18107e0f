//! Answers of something else than this API: a web page, a redirect, JSON that nobody declares.

use serde_json::Value;

use super::{Culprit, Trouble};
use crate::contract::{Contract, Operation};
use crate::event::Obstacle;
use crate::excerpt::Kept;
use crate::study::{MediaSeen, Observation};

/// What an answer is when no list of an API of JSON answers so: certain enough only when every list does.
pub(in crate::engine) fn stranger(contract: &Contract, operation: &Operation, answer: &Observation) -> Option<String> {
    if answer.failure.is_some() {
        return None;
    }
    if let Some(body) = answer.json.as_deref().cloned().or_else(|| answer.kept.as_ref().and_then(Kept::body)) {
        let knows_nothing = answer.is_success() && has_nothing_declared(contract, operation, &body);
        return knows_nothing.then(|| "JSON that has none of the members that the document declares".to_owned());
    }
    let says = page_words(answer).map(|words| format!(" that says `{words}`")).unwrap_or_default();
    match answer.status? {
        404 if answer.body.broken_json.is_none() => {
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
fn is_web_page(answer: &Observation) -> bool {
    let said = answer.content_type.as_deref().is_some_and(|kind| crate::contract::essence(kind) == "text/html");
    let start = answer.excerpt.as_deref().unwrap_or_default().trim_start().get(..9).unwrap_or_default();
    said && (start.eq_ignore_ascii_case("<!doctype") || start.to_ascii_lowercase().starts_with("<html"))
}

/// Most characters of a web page's title that are quoted.
const TITLE: usize = 80;

/// The title of a web page, or its first heading.
pub(super) fn page_words(answer: &Observation) -> Option<String> {
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
pub(in crate::engine) fn another_api(base: &str, operation: &Operation, what: &str, lists: usize) -> Trouble {
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
