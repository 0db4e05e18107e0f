//! A clause without its clothes: what only explains it, short forms, and defaults that are written out.

use serde_json::Value;

use crate::diff::types::same_value;

/// Keys that explain or weigh a clause, but are no promise themselves.
pub(super) const ABOUT: [&str; 5] = ["source", "level", "strict", "message", "description"];

/// Keys whose value is the level at which something is judged, with what holds when they are left out.
pub(super) const LEVELS: [(&str, &str); 5] =
    [("empty", "deny"), ("full-end", "note"), ("combine", "deny"), ("unsupported", "deny"), ("omitted", "deny")];

/// Keys that promise by being there, and whose value is a level besides.
pub(super) const PROMISING: [&str; 4] = ["echo", "unasked", "last-token", "unique"];

/// Values that say the same as leaving the key out.
const DEFAULTS: [(&str, &str); 12] = [
    ("match", "\"equal\""),
    ("case", "\"exact\""),
    ("as", "\"token\""),
    ("of", "\"matching\""),
    ("item", "\"\""),
    ("first", "0"),
    ("partial", "false"),
    ("unique", "false"),
    ("volatile", "[]"),
    ("tolerated", "[]"),
    ("value", "null"),
    ("absent", "null"),
];

/// Keys that say how a server handles what it is sent; without them it may do either.
const HANDLINGS: [&str; 7] = ["below", "above", "malformed", "zero", "unknown", "unknown-parameters", "past-end"];

fn is_level_key(key: &str) -> bool {
    LEVELS.iter().any(|(known, _)| *known == key)
}

/// Whether a key says how something is handled, so that nobody can tell from its coming or going who is hit.
pub(super) fn is_handling(key: &str) -> bool {
    HANDLINGS.contains(&key) || matches!(key, "ceiling" | "values" | "partial" | "unique")
}

/// Whether the key may as well be left out with this value.
fn is_default(key: &str, value: &Value) -> bool {
    // Of unknown parameters nothing is promised without the key, and with `either` no third thing may happen to them.
    HANDLINGS.contains(&key) && key != "unknown-parameters" && value == "either"
        || DEFAULTS
            .iter()
            .any(|(known, text)| *known == key && serde_json::from_str(text).is_ok_and(|told: Value| told == *value))
}

/// The clause without what only explains it; `more: /x` and `more: {spot: /x}` are one.
pub(super) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let kept: serde_json::Map<String, Value> = map
                .iter()
                .filter(|(key, _)| !ABOUT.contains(&key.as_str()) && !is_level_key(key))
                .map(|(key, value)| (key.clone(), if promises(key, value) { Value::Bool(true) } else { plain(value) }))
                .map(|(key, value)| if HANDLINGS.contains(&key.as_str()) { (key, today(value)) } else { (key, value) })
                .filter(|(key, value)| !is_default(key, value))
                .collect();
            let mut entries = kept.iter();
            match (entries.next(), entries.next()) {
                (Some((key, only)), None) if matches!(key.as_str(), "spot" | "value" | "is") => only.clone(),
                _ => Value::Object(kept),
            }
        }
        Value::Array(items) => Value::Array(items.iter().map(plain).collect()),
        other => other.clone(),
    }
}

/// A handling in the word that is written today.
fn today(handling: Value) -> Value {
    match handling.as_str() {
        Some("refused") => "refuse".into(),
        Some("ignored") => "ignore".into(),
        _ => handling,
    }
}

/// Whether the key promises by being there: its value is but a level.
fn promises(key: &str, value: &Value) -> bool {
    PROMISING.contains(&key) && *value != Value::Bool(false)
}

/// Whether two values of one key promise the same.
pub(super) fn same(key: &str, one: Option<&Value>, two: Option<&Value>) -> bool {
    let told = |value: Option<&Value>| {
        let told = value.map(|value| if promises(key, value) { Value::Bool(true) } else { plain(value) });
        told.filter(|value| !is_default(key, value))
    };
    match (told(one), told(two)) {
        (Some(one), Some(two)) => same_value(&one, &two),
        (None, None) => true,
        _ => false,
    }
}

/// How something is handled: `refuse`, `clamp`, or `either`, which holds where nothing is said.
pub(super) fn handling(value: Option<&Value>) -> String {
    value.map(plain).and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_else(|| "either".to_owned())
}

/// The levels of a clause, ordinary and strict; graver is greater.
pub(super) fn grades(value: Option<&Value>, fallback: &str) -> (u8, u8) {
    let rank = |word: &str| match word {
        "note" => 0,
        "warn" => 1,
        _ => 2,
    };
    let named = |key: &str| value.and_then(|value| value.get(key)).and_then(Value::as_str);
    // The order of texts is specified nowhere, so that it is a note unless it says more.
    let fallback = if named("as") == Some("text") { "note" } else { fallback };
    let plain = value.and_then(Value::as_str).or_else(|| named("level")).unwrap_or(fallback);
    (rank(plain), rank(named("strict").unwrap_or(plain)))
}

pub(super) fn shown(value: Option<&Value>) -> String {
    value.map_or("none".to_owned(), |value| plain(value).to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn older_words_of_handlings_are_no_change() {
        for (older, word) in [("refused", "refuse"), ("ignored", "ignore")] {
            let now = plain(&json!({ "unknown-parameters": word }));
            assert_eq!(plain(&json!({ "unknown-parameters": older })), now);
            assert_eq!(plain(&json!({ "unknown-parameters": { "is": older, "source": "page 3" } })), now);
        }
    }
}
