//! One form of one secret, and a matcher that sees it through any mixture of encodings.
//!
//! Lists of ready-made encodings miss mixtures (`%2f` beside `/`, half-escaped JSON), so the text is decoded while
//! it is compared: each character of the secret may be itself, percent-encoded (any number of times, either case),
//! escaped as in JSON, Rust or Python, HTML-escaped or quoted-printable, and between two characters a header may be
//! folded, plain or as encoded words. What has no character of the secret left has needles of its own: base64 in any
//! alignment, hexadecimal digits, and the lists of numbers that debug output makes of bytes.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

use super::escape::{decode, unfold};

/// The bytes that an escape of any kind starts with.
const ESCAPES: [u8; 5] = [b'%', b'\\', b'&', b'+', b'='];

/// Shortest stretch of base64 that is looked for, in characters.
const SHORTEST_BASE64: usize = 5;

/// A form of a secret: itself, or the part of its base64 that does not depend on what stands around it.
#[derive(Clone)]
pub(super) struct Needle {
    chars: Vec<char>,
    placeholder: String,
    /// For base64: whether a character before and one behind carry bits of the secret too.
    edges: Option<(bool, bool)>,
}

/// Every form of a secret.
pub(super) fn forms(secret: &str, placeholder: &str) -> Vec<Needle> {
    let plain = |text: &str| Needle { chars: text.chars().collect(), placeholder: placeholder.to_owned(), edges: None };
    let mut needles = vec![plain(secret)];
    let json = serde_json::Value::from(secret).to_string();
    let escaped = json.get(1..json.len() - 1).unwrap_or(secret);
    let percent = percent_encoding::utf8_percent_encode(secret, UNRESERVED).to_string();
    for text in [secret, escaped, &percent] {
        base64(text, placeholder, &mut needles);
    }
    for between in ["", ":", " ", "-"] {
        let pairs: Vec<String> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        let digits = pairs.join(between);
        needles.push(plain(&digits));
        needles.push(plain(&digits.to_uppercase()));
    }
    for between in [", ", ","] {
        let numbers: Vec<String> = secret.bytes().map(|byte| byte.to_string()).collect();
        needles.push(plain(&numbers.join(between)));
    }
    needles
}

/// Every character but those that no encoder of URLs touches.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The base64 of a text, at each of the three places that it can have in a longer text.
fn base64(secret: &str, placeholder: &str, needles: &mut Vec<Needle>) {
    for offset in 0..3 {
        for url_safe in [false, true] {
            let mut bytes = vec![0; offset];
            bytes.extend_from_slice(secret.as_bytes());
            let text = if url_safe { URL_SAFE_NO_PAD.encode(&bytes) } else { STANDARD_NO_PAD.encode(&bytes) };
            // Characters that hold only bits of the secret.
            let start = (offset * 8).div_ceil(6);
            let end = bytes.len() * 8 / 6;
            let Some(middle) = text.get(start..end).filter(|middle| middle.len() >= SHORTEST_BASE64) else { continue };
            let chars: Vec<char> = middle.chars().collect();
            if needles.iter().any(|needle| needle.chars == chars) {
                continue;
            }
            let edges = Some((offset > 0, bytes.len() * 8 % 6 > 0));
            needles.push(Needle { chars, placeholder: placeholder.to_owned(), edges });
        }
    }
}

impl Needle {
    pub(super) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(super) fn placeholder(&self) -> &str {
        &self.placeholder
    }

    /// The bytes that a match can start with.
    pub(super) fn first_bytes(&self) -> Vec<u8> {
        let mut buffer = [0; 4];
        let literal = self.chars.first().map_or(b'%', |first| first.encode_utf8(&mut buffer).as_bytes()[0]);
        let mut bytes = vec![literal];
        bytes.extend(ESCAPES);
        bytes
    }

    /// Whether a backslash is a character of its own at the start, and not only a part of an escape.
    pub(super) fn begins_with_slash(&self) -> bool {
        self.chars.first() == Some(&'\\')
    }

    /// Where the needle stands if it starts at `at`: first byte and the byte behind it.
    pub(super) fn find_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let (first, rest) = self.chars.split_first()?;
        // Most places end here, without anything being allocated.
        let mut positions = Vec::new();
        decode(text, at, *first, &mut positions);
        let mut next = Vec::new();
        for character in rest {
            next.clear();
            for position in &positions {
                decode(text, *position, *character, &mut next);
                unfold(text, *position).for_each(|place| decode(text, place, *character, &mut next));
            }
            if next.is_empty() {
                return None;
            }
            next.sort_unstable();
            next.dedup();
            std::mem::swap(&mut positions, &mut next);
        }
        let end = positions.into_iter().max()?;
        Some(self.edges.map_or((at, end), |edges| widen(text, at, end, edges)))
    }
}

/// Takes in the neighbours of a stretch of base64 that hold bits of the secret, and its padding.
fn widen(text: &[u8], mut start: usize, mut end: usize, (before, behind): (bool, bool)) -> (usize, usize) {
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
    if before && start > 0 && is_base64(&text[start - 1]) {
        start -= 1;
    }
    if behind && text.get(end).is_some_and(is_base64) {
        end += 1;
    }
    loop {
        if text.get(end) == Some(&b'=') {
            end += 1;
        } else if text.get(end..end + 3).is_some_and(|three| three.eq_ignore_ascii_case(b"%3D")) {
            end += 3;
        } else {
            return (start, end);
        }
    }
}
