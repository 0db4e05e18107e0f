//! Keys that no record has: of the usual form, to be encoded, hostile.

use serde_json::Value;

use crate::study::Study;

/// A text that no record has; the same in every run with the same seed.
fn marker(study: &Study) -> String {
    let half = |salt: &str| xxhash_rust::xxh3::xxh3_64(format!("{} {salt}", study.means.seed).as_bytes());
    format!("{:016x}{:016x}", half("unknown key"), half("unknown key, second half"))
}

/// A number that no record has.
pub(super) fn marker_number(study: &Study) -> u64 {
    // Large enough to be free, small enough for a signed 32-bit column.
    2_000_000_000 + u64::from_str_radix(&marker(study)[..12], 16).unwrap_or(7) % 147_000_000
}

/// What a careless server reads a row by, whatever its keys look like.
pub(super) const ROW_NUMBER: &str = "1";

/// Keys of the form that real ones have, which no record has.
pub(super) fn lookalikes(study: &Study, sample: Option<&Value>) -> Vec<Value> {
    let marker = marker(study);
    match sample {
        Some(Value::Number(_)) => vec![Value::from(marker_number(study))],
        Some(Value::String(text)) if is_uuid(text) => {
            let m = &marker;
            vec![Value::from(format!("{}-{}-4{}-a{}-{}", &m[..8], &m[8..12], &m[13..16], &m[17..20], &m[20..32]))]
        }
        Some(Value::String(text)) if text.parse::<u64>().is_ok() => {
            vec![Value::from(marker_number(study).to_string())]
        }
        Some(Value::String(text)) => {
            let start = text.rfind(['_', '-', ':']).map_or(0, |at| at + 1);
            let (head, tail) = text.split_at(start);
            let length = tail.chars().count().clamp(8, marker.len());
            let upper = tail.chars().any(|c| c.is_ascii_uppercase()) && !tail.chars().any(|c| c.is_ascii_lowercase());
            let body = &marker[..length];
            let body = if upper { body.to_ascii_uppercase() } else { body.to_owned() };
            let mut keys =
                vec![Value::from(format!("{head}{body}")), Value::from(format!("no-such-{}", &marker[..12]))];
            // Keys that begin with the name of their kind are no row numbers.
            if start > 1 && text.starts_with(|c: char| c.is_ascii_alphabetic()) {
                keys.push(Value::from(ROW_NUMBER));
            }
            keys
        }
        _ => vec![Value::from(format!("no-such-{}", &marker[..12]))],
    }
}

fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Whether a text is one of [`lookalikes`], whatever the data.
pub(super) fn is_lookalike(study: &Study, text: &str) -> bool {
    text.to_ascii_lowercase().contains(&marker(study)[..8])
        || text == marker_number(study).to_string()
        || text == ROW_NUMBER
}

/// Keys with characters that have to be percent-encoded, which no record has.
pub(super) fn encoded(study: &Study) -> Vec<String> {
    let marker = &marker(study)[..12];
    vec![
        format!("no such/{marker}"),
        format!("no-such%2F{marker}"),
        format!("no-such+{marker}?a=b&c#d"),
        format!("нет-такого-ключа-{marker}"),
    ]
}

/// A real key with its first letter written as an escape: a server that decodes twice reads the real record.
pub(super) fn escaped_twice(text: &str) -> Option<String> {
    let first = text.chars().next().filter(char::is_ascii_alphanumeric)?;
    Some(format!("%{:02X}{}", first as u32, &text[1..]))
}

/// Whether a key is an escape of a shorter one.
pub(crate) fn unescaped(text: &str) -> Option<String> {
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8().ok()?;
    (decoded != text).then(|| decoded.into_owned())
}

/// Keys that are hostile and harmless: none of them would change anything on the most careless server.
const HOSTILE: [&str; 10] = [
    "' OR '1'='1",
    "*",
    "%",
    "\" OR 1=1 -- ",
    "{\"$ne\":null}",
    "<script>1</script>",
    "${7*7}{{7*7}}",
    "\u{1}\u{7f}\r\n\t",
    "🙂🙃",
    "null",
];

/// Keys that are hostile, the long one included.
pub(super) fn hostile() -> Vec<String> {
    std::iter::once("a".repeat(1500)).chain(HOSTILE.iter().map(|text| (*text).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_escaped_twice_leads_back_to_the_key() {
        let twice = escaped_twice("cust_1").expect("starts with a letter");
        assert_eq!(twice, "%63ust_1");
        assert_eq!(unescaped(&twice).as_deref(), Some("cust_1"));
        assert_eq!(unescaped("cust_1"), None);
    }
}
