//! A text as whoever decodes it reads it, with the place of each byte in the text as it stands.
//!
//! For what nobody knows beforehand, such as an e-mail address: a secret is looked for form by form, this by its looks, and
//! it has its looks only once it is decoded.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use super::escape::{behind_idle_slashes, entity, hex, slashes};

/// Shortest run of base64 that is decoded, in characters: `a@b.example` has eleven bytes.
const SHORTEST_RUN: usize = 12;

/// A decoded text.
pub(super) struct Reading {
    /// What it says; what is no text in it is a letter.
    pub(super) text: String,
    /// Where each byte of it starts in the text as it stands, and where the last one ends.
    starts: Vec<usize>,
}

impl Reading {
    /// Decodes a text; nothing where there is nothing to decode.
    pub(super) fn of(text: &str) -> Option<Self> {
        if !text.contains(['%', '\\', '&', '\r']) {
            return None;
        }
        let bytes = text.as_bytes();
        let (mut out, mut starts) = (Vec::with_capacity(bytes.len()), Vec::with_capacity(bytes.len() + 1));
        let mut at = 0;
        while at < bytes.len() {
            if let Some(behind) = behind_idle_slashes(bytes, at).filter(|_| bytes[at] == b'\\') {
                out.extend_from_slice(&bytes[at..behind]);
                starts.extend(at..behind);
                at = behind;
            }
            let (meant, end) = match bytes[at] {
                b'%' => percent(bytes, at),
                b'\\' | b'\r' => backslash(bytes, at),
                b'&' => entity(bytes, at + 1).map(|(meant, end)| (Some(meant), end)),
                _ => None,
            }
            .unwrap_or((None, at));
            if end == at {
                out.push(bytes[at]);
                starts.push(at);
                at += 1;
                continue;
            }
            // One byte for each character, so that places stay simple: other letters need no telling apart here.
            if let Some(meant) = meant {
                out.push(if meant.is_ascii() { meant as u8 } else { b'x' });
                starts.push(at);
            }
            at = end;
        }
        starts.push(bytes.len());
        let text = String::from_utf8(out).ok()?;
        Some(Self { text, starts })
    }

    /// The place in the text as it stands of a stretch of what it says.
    pub(super) fn place(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.starts.get(range.start).copied().unwrap_or_default();
        start..self.starts.get(range.end).copied().unwrap_or(start)
    }
}

/// `%40`, `%2540` and deeper.
fn percent(bytes: &[u8], at: usize) -> Option<(Option<char>, usize)> {
    let mut digits = at + 1;
    while bytes.get(digits..digits + 2) == Some(b"25") && hex(bytes, digits + 2, 2).is_some() {
        digits += 2;
    }
    let code = hex(bytes, digits, 2)?;
    Some((char::from_u32(code), digits + 2))
}

/// `\u0040`, `\u{40}`, `\x40`, `\/`, and a header that is folded: a line break as HTTP has it, then one blank or tab.
fn backslash(bytes: &[u8], at: usize) -> Option<(Option<char>, usize)> {
    for fold in [&b"\r\n "[..], b"\r\n\t", b"\\r\\n ", b"\\r\\n\\t"] {
        if bytes[at..].starts_with(fold) {
            return Some((None, at + fold.len()));
        }
    }
    let slashes = slashes(bytes, at);
    let behind = at + slashes;
    let (digits, length) = match (slashes, bytes.get(behind)?) {
        (0, _) => return None,
        (_, b'u') if bytes.get(behind + 1) == Some(&b'{') => {
            let length = bytes[behind + 2..].iter().take(8).position(|byte| *byte == b'}')?;
            return Some((char::from_u32(hex(bytes, behind + 2, length)?), behind + length + 3));
        }
        (_, b'u') => (behind + 1, 4),
        (_, b'x') => (behind + 1, 2),
        (_, b'/') => return Some((Some('/'), behind + 1)),
        _ => return None,
    };
    // Half of a pair is a letter of some alphabet.
    Some((Some(char::from_u32(hex(bytes, digits, length)?).unwrap_or('x')), digits + length))
}

/// The runs of base64 in a text that hold a text themselves, with that text.
pub(super) fn encoded_texts(text: &str) -> Vec<(Range<usize>, String)> {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte);
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = bytes[at..].iter().take_while(|byte| is_base64(**byte)).count();
        let padding = bytes[at + length..].iter().take(2).take_while(|byte| **byte == b'=').count();
        let run = &bytes[at..at + length];
        if let Some(plain) = plain(run) {
            found.push((at..at + length + padding, plain));
        } else {
            // A slash may be one of a path.
            let mut start = at;
            for part in run.split(|byte| *byte == b'/') {
                let end = start + part.len();
                if let Some(plain) = plain(part) {
                    found.push((start..end + if end == at + length { padding } else { 0 }, plain));
                }
                start = end + 1;
            }
        }
        at += length.max(1);
    }
    found
}

/// What a run says, if that is a text.
fn plain(run: &[u8]) -> Option<String> {
    if run.len() < SHORTEST_RUN {
        return None;
    }
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let run: Vec<u8> = run.iter().map(standard).collect();
    // The last characters may hold bits of nothing.
    let whole = run.len() / 4 * 4;
    let bytes = STANDARD_NO_PAD.decode(&run).or_else(|_| STANDARD_NO_PAD.decode(&run[..whole])).ok()?;
    String::from_utf8(bytes).ok().filter(|text| !text.contains(|c: char| c.is_control() && !c.is_whitespace()))
}
