//! Fingerprints of what was written, order and spelling included.

use serde_json::Value;
use xxhash_rust::xxh3::Xxh3;

/// A fingerprint of a value as it was written, order of members included.
pub(super) fn digest(value: &Value) -> u128 {
    let mut hasher = Xxh3::new();
    feed(value, &mut hasher);
    hasher.digest128()
}

fn feed(value: &Value, hasher: &mut Xxh3) {
    match value {
        Value::Null => hasher.update(b"n"),
        Value::Bool(flag) => hasher.update(if *flag { b"t" } else { b"f" }),
        Value::Number(number) => {
            hasher.update(b"#");
            hasher.update(number.to_string().as_bytes());
        }
        Value::String(text) => feed_text(b"s", text, hasher),
        Value::Array(items) => {
            hasher.update(b"[");
            items.iter().for_each(|item| feed(item, hasher));
            hasher.update(b"]");
        }
        Value::Object(members) => {
            hasher.update(b"{");
            for (name, member) in members {
                feed_text(b"k", name, hasher);
                feed(member, hasher);
            }
            hasher.update(b"}");
        }
    }
}

/// The fingerprint of a body as an answer of an operation.
pub(super) fn of_body(operation: &str, status: u16, schema: Option<&str>, body: &[u8]) -> u128 {
    let mut hasher = Xxh3::new();
    feed_text(b"o", operation, &mut hasher);
    feed_text(if schema.is_some() { b"s" } else { b"-" }, schema.unwrap_or_default(), &mut hasher);
    hasher.update(&status.to_le_bytes());
    hasher.update(body);
    hasher.digest128()
}

/// The fingerprint of a body together with what stands around it.
pub(super) fn with(body: u128, request: &Value, headers: &Value) -> u128 {
    let mut hasher = Xxh3::new();
    hasher.update(&body.to_le_bytes());
    feed(request, &mut hasher);
    feed(headers, &mut hasher);
    hasher.digest128()
}

/// Adds a text of a kind, so that its end is beyond doubt.
fn feed_text(kind: &[u8], text: &str, hasher: &mut Xxh3) {
    hasher.update(kind);
    hasher.update(&text.len().to_le_bytes());
    hasher.update(text.as_bytes());
}
