//! One form of one secret, and a matcher that sees it through any mixture of encodings.
//!
//! Lists of ready-made encodings miss mixtures (`%2f` beside `/`, half-escaped JSON), so the text is decoded while
//! it is compared: each character of the secret may be itself, percent-encoded (once or twice, either case),
//! JSON-escaped or HTML-escaped, and between two characters a header may be folded.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

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
    let mut needles =
        vec![Needle { chars: secret.chars().collect(), placeholder: placeholder.to_owned(), edges: None }];
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
    needles
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
        vec![literal, b'%', b'\\', b'&', b'+']
    }

    /// Where the needle stands if it starts at `at`: first byte and the byte behind it.
    pub(super) fn find_at(&self, text: &[u8], at: usize) -> Option<(usize, usize)> {
        let mut positions = vec![at];
        let mut next = Vec::new();
        for (index, character) in self.chars.iter().enumerate() {
            next.clear();
            for position in &positions {
                decode(text, *position, *character, &mut next);
                if index > 0 {
                    unfold(text, *position).for_each(|place| decode(text, place, *character, &mut next));
                }
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

/// The places behind a line break and the white space that continues a folded header, as it is or JSON-escaped.
///
/// Some of the white space may belong to the secret, so every place in it counts.
fn unfold(text: &[u8], at: usize) -> impl Iterator<Item = usize> {
    let mut here = at;
    loop {
        match (text.get(here), text.get(here + 1)) {
            (Some(b'\r' | b'\n'), _) => here += 1,
            (Some(b'\\'), Some(b'r' | b'n')) => here += 2,
            _ => break,
        }
    }
    let start = here;
    let mut places = Vec::new();
    if here > at {
        places.push(start);
        loop {
            match (text.get(here), text.get(here + 1)) {
                (Some(b' ' | b'\t'), _) => here += 1,
                (Some(b'\\'), Some(b't')) => here += 2,
                _ => break,
            }
            places.push(here);
        }
    }
    places.into_iter()
}

/// Pushes every place at which the text goes on after `character`, in whatever encoding it stands at `at`.
fn decode(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    let Some(first) = text.get(at) else { return };
    if *first == b'\\' {
        json_escape(text, at, character, ends);
    }
    if *first == b'&' {
        html_escape(text, at, character, ends);
    }
    let mut buffer = [0; 4];
    let bytes = character.encode_utf8(&mut buffer).as_bytes();
    if let [byte] = bytes {
        return ends.extend(one_byte(text, at, *byte).into_iter().flatten());
    }
    // Only a percent sign has more than one reading, and it is a single byte.
    let end = bytes.iter().try_fold(at, |place, byte| one_byte(text, place, *byte).into_iter().flatten().next());
    ends.extend(end);
}

/// The ends of one byte: itself, `%XX`, `%25XX`, or `+` for a space.
fn one_byte(text: &[u8], at: usize, byte: u8) -> [Option<usize>; 3] {
    let encoded = |digits: usize| (hex(text, digits, 2) == Some(u32::from(byte))).then_some(digits + 2);
    let first = text.get(at).copied();
    let literal = (first == Some(byte) || (byte == b' ' && first == Some(b'+'))).then_some(at + 1);
    if first != Some(b'%') {
        return [literal, None, None];
    }
    let twice = if text.get(at + 1..at + 3) == Some(b"25") { encoded(at + 3) } else { None };
    [encoded(at + 1), twice, literal]
}

fn json_escape(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    // A text inside a text doubles its backslashes.
    let slashes = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    let behind = at + slashes;
    match text.get(behind) {
        Some(b'u' | b'U') => {
            let mut units = [0; 2];
            let mut here = Some(behind + 1);
            for (index, unit) in character.encode_utf16(&mut units).iter().enumerate() {
                here = here.and_then(|place| {
                    let place = if index > 0 { place + 2 } else { place };
                    (hex(text, place, 4) == Some(u32::from(*unit))).then_some(place + 4)
                });
            }
            ends.extend(here);
        }
        Some(byte) if char::from(*byte) == character && matches!(byte, b'/' | b'"' | b'\'') => ends.push(behind + 1),
        _ => {}
    }
    if character == '\\' {
        ends.extend((1..=slashes).map(|count| at + count));
    }
}

fn html_escape(text: &[u8], at: usize, character: char, ends: &mut Vec<usize>) {
    let Some(length) = text[at..].iter().take(12).position(|byte| *byte == b';') else { return };
    let Ok(name) = std::str::from_utf8(&text[at + 1..at + length]) else { return };
    let meant = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => name.strip_prefix('#').and_then(|number| {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => number.parse().ok(),
            };
            code.and_then(char::from_u32)
        }),
    };
    if meant == Some(character) {
        ends.push(at + length + 1);
    }
}

fn hex(text: &[u8], at: usize, length: usize) -> Option<u32> {
    let digits = text.get(at..at + length)?;
    digits.iter().try_fold(0, |number, digit| Some(number * 16 + char::from(*digit).to_digit(16)?))
}
