//! Opaque tokens: base64 of what a page needs to be continued.

use serde_json::{Value, json};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Where a walk stands, and which walk it is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    /// Value of the sort field of the last record served.
    pub(crate) value: Value,
    /// Key of the last record served.
    pub(crate) key: String,
    /// Hash of tenant, filters and order.
    pub(crate) walk: u64,
}

impl Mark {
    /// The token of a mark.
    pub(crate) fn seal(&self) -> String {
        encode(json!([self.walk.to_string(), self.key, self.value]).to_string().as_bytes())
    }

    /// Reads a token; `None` for anything that this server never gave out.
    pub(crate) fn open(token: &str) -> Option<Self> {
        let parts: Value = serde_json::from_slice(&decode(token)?).ok()?;
        let walk = parts.get(0)?.as_str()?.parse().ok()?;
        Some(Self { walk, key: parts.get(1)?.as_str()?.to_owned(), value: parts.get(2)?.clone() })
    }
}

/// Base64 of the URL-safe alphabet without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for index in 0..=chunk.len() {
            text.push(char::from(ALPHABET[(bits >> (18 - 6 * index) & 63) as usize]));
        }
    }
    text
}

/// Reads [`encode`]d text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for chunk in text.trim_end_matches('=').as_bytes().chunks(4) {
        if chunk.len() == 1 {
            return None;
        }
        let mut bits = 0u32;
        for index in 0..4 {
            let digit = match chunk.get(index) {
                Some(b'+') => 62,
                Some(b'/') => 63,
                Some(byte) => ALPHABET.iter().position(|letter| letter == byte)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(digit).ok()?;
        }
        bytes.extend(bits.to_be_bytes().iter().skip(1).take(chunk.len() - 1));
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_and_others_do_not() {
        for text in ["", "a", "ab", "abc", "Ødegård~?"] {
            assert_eq!(decode(&encode(text.as_bytes())).as_deref(), Some(text.as_bytes()));
        }
        let mark = Mark { value: json!(2.5), key: "a/ä".to_owned(), walk: u64::MAX };
        assert_eq!(Mark::open(&mark.seal()), Some(mark));
        for token in ["", "x", "not a cursor", "bm90IGpzb24"] {
            assert_eq!(Mark::open(token), None, "{token}");
        }
    }
}
