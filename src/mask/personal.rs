//! Finds what belongs to people in free texts: e-mail addresses, phone and card numbers.

use std::borrow::Cow;
use std::ops::Range;

use super::reading::{Reading, encoded_texts};

/// Digits in a row that count as somebody's number.
const LONG_RUN: usize = 9;
/// How often a text is looked through: what was taken out can bring together what stood apart.
const ROUNDS: usize = 4;

/// What stands in the place of an address.
const MAIL: &str = "<e-mail>";

/// What was found, and what stands in its place.
type Found = (Range<usize>, String);
/// Finds something in a text as it stands.
type Finder = fn(&str) -> Vec<Found>;

/// A text without e-mail addresses (`<e-mail>`) and long numbers (`<12 digits>`), encoded ones too: in URLs, JSON, HTML,
/// base64 and folded headers.
#[must_use]
pub fn redact_personal(text: &str) -> Cow<'_, str> {
    redact(text, &[emails, numbers])
}

/// A text without e-mail addresses, encoded ones too; everything else stays.
#[must_use]
pub fn redact_emails(text: &str) -> Cow<'_, str> {
    redact(text, &[emails])
}

fn redact<'a>(text: &'a str, finders: &[Finder]) -> Cow<'a, str> {
    let mut out = Cow::Borrowed(text);
    for _ in 0..ROUNDS {
        let mut changed = false;
        for finder in finders {
            for how in [as_it_reads, as_it_stands, as_it_decodes] {
                let found = how(&out, *finder);
                if !found.is_empty() {
                    out = Cow::Owned(replaced(&out, &found));
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    out
}

fn as_it_stands(text: &str, finder: Finder) -> Vec<Found> {
    finder(text)
}

/// Escapes read, folded headers joined.
fn as_it_reads(text: &str, finder: Finder) -> Vec<Found> {
    let Some(reading) = Reading::of(text) else { return Vec::new() };
    finder(&reading.text).into_iter().map(|(range, by)| (reading.place(&range), by)).collect()
}

/// Base64 decoded: a run that holds something goes as a whole.
fn as_it_decodes(text: &str, finder: Finder) -> Vec<Found> {
    let reading = Reading::of(text);
    let read = reading.as_ref().map_or(text, |reading| &reading.text);
    // A token that holds an instant among other things is nobody's number.
    let of_a_number = |text: &str| text.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    let hit = |(range, plain): (Range<usize>, String)| {
        if !plain.contains('@') && !plain.contains(['%', '\\', '&']) && !of_a_number(&plain) {
            return None;
        }
        let inner = as_it_stands(&plain, finder).into_iter().chain(as_it_reads(&plain, finder)).next();
        let inner = inner.filter(|(_, by)| by == MAIL || of_a_number(&plain));
        let place = reading.as_ref().map_or_else(|| range.clone(), |reading| reading.place(&range));
        inner.map(|(_, by)| (place, by))
    };
    encoded_texts(read).into_iter().filter_map(hit).collect()
}

/// A text with ranges of it replaced, which are in order and apart.
fn replaced(text: &str, found: &[Found]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for (range, by) in found.iter().filter(|(range, _)| text.is_char_boundary(range.start)) {
        if range.start < kept || !text.is_char_boundary(range.end) {
            continue;
        }
        out.push_str(&text[kept..range.start]);
        out.push_str(by);
        kept = range.end;
    }
    out.push_str(&text[kept..]);
    out
}

fn emails(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some((at, length)) = next_at_sign(text, from) {
        let start = local_part(text, kept, at);
        let end = domain(text, at + length);
        from = at + length;
        if let (true, Some(end)) = (start < at, end) {
            found.push((start..end, MAIL.to_owned()));
            kept = end;
            from = end;
        }
    }
    found
}

/// The next `@` in any form from `from` on, and how long that form is.
fn next_at_sign(text: &str, from: usize) -> Option<(usize, usize)> {
    const FORMS: [&str; 6] = ["@", "%40", "%2540", "\\u0040", "&#64;", "&#x40;"];
    FORMS
        .iter()
        .filter_map(|form| text[from..].find(form).map(|found| (from + found, form.len())))
        .min_by_key(|(at, length)| (*at, usize::MAX - length))
}

fn local_part(text: &str, floor: usize, at: usize) -> usize {
    let mut start = at;
    for (index, character) in text[floor..at].char_indices().rev() {
        if character.is_alphanumeric() || "._%+-!#$*~".contains(character) {
            start = floor + index;
        } else {
            break;
        }
    }
    start
}

/// The end of a domain that starts at `from`, if one does: labels with a dot between them, the last one of letters.
fn domain(text: &str, from: usize) -> Option<usize> {
    let mut end = from;
    let mut dots = 0;
    let mut label = 0;
    let mut rest = &text[from..];
    while let Some(character) = rest.chars().next() {
        let mut length = character.len_utf8();
        if character.is_alphanumeric() || character == '-' {
            label += 1;
        } else {
            let escaped = rest.get(..3).is_some_and(|three| three.eq_ignore_ascii_case("%2e"));
            let next = if escaped { 3 } else { 1 };
            let goes_on = rest.get(next..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphanumeric);
            if !(character == '.' || escaped) || label == 0 || !goes_on {
                break;
            }
            length = next;
            dots += 1;
            label = 0;
        }
        end += length;
        rest = &rest[length..];
    }
    (dots > 0 && label > 0).then_some(end)
}

fn numbers(text: &str) -> Vec<Found> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes[at].is_ascii_digit() || bytes[at] == b'+' || bytes[at] == b'(' || bytes[at] == b'%';
        if starts && !inside_word(bytes, at) {
            if let Some((start, end, digits)) = number_at(bytes, at) {
                found.push((start..end, format!("<{digits} digits>")));
                at = end;
                continue;
            }
            let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at += if percent_encoded(bytes, at) { 3 } else { run.max(1) };
        } else {
            at += 1;
        }
    }
    found
}

/// Part of an identifier, such as the last group of a UUID.
fn inside_word(bytes: &[u8], at: usize) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    match at.checked_sub(1).map(|before| bytes[before]) {
        _ if at >= 3 && percent_encoded(bytes, at - 3) => false,
        Some(b'-') => at >= 2 && word(bytes[at - 2]),
        Some(byte) => word(byte),
        None => false,
    }
}

fn percent_encoded(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'%' && bytes.get(at + 1..at + 3).is_some_and(|two| two.iter().all(u8::is_ascii_hexdigit))
}

/// A number that may be somebody's, from `at`: its start, its end, its digits.
fn number_at(bytes: &[u8], at: usize) -> Option<(usize, usize, usize)> {
    let encoded_plus = bytes[at..].get(..3).is_some_and(|three| three.eq_ignore_ascii_case(b"%2B"));
    if bytes[at] == b'%' && !encoded_plus {
        return None;
    }
    let plus = bytes[at] == b'+' || encoded_plus;
    let mut here = at + if encoded_plus { 3 } else { usize::from(!bytes[at].is_ascii_digit()) };
    let mut groups: Vec<usize> = Vec::new();
    let mut separators: Vec<u8> = Vec::new();
    let mut end = here;
    loop {
        let run = bytes[here..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if run == 0 {
            break;
        }
        groups.push(run);
        here += run;
        end = here;
        let between = bytes[here..].iter().take_while(|byte| matches!(byte, b' ' | b'-' | b'(' | b')')).count();
        if between == 0 || between > 2 {
            break;
        }
        separators.push(bytes[here]);
        here += between;
    }
    if bytes.get(end).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_') {
        return None;
    }
    let digits: usize = groups.iter().sum();
    let dashed = separators.iter().all(|byte| matches!(byte, b'-' | b')')) && groups.iter().all(|group| *group >= 2);
    let card = groups.len() >= 3 && groups.iter().all(|group| *group == 4);
    let long = digits >= LONG_RUN;
    let personal = (plus && digits >= 8) || (long && (groups.len() == 1 || dashed || card || bytes[at] == b'('));
    if personal {
        return Some((at, end, digits));
    }
    // A long first group counts even if what follows it does not.
    let first = *groups.first()?;
    let start = at + usize::from(!bytes[at].is_ascii_digit());
    (first >= LONG_RUN && !plus).then_some((start, start + first, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_out_in_every_spelling() {
        for text in ["jane.doe+x@example.co.uk", "jane%40example.com", "zoë@exämple.org", "jane\\u0040example%2Ecom"]
        {
            assert_eq!(redact_personal(&format!("is <{text}>, ok")), "is <<e-mail>>, ok", "{text}");
        }
        assert_eq!(
            redact_emails("curl 'http://a/?email=jane%40example.com&limit=2'"),
            "curl 'http://a/?email=<e-mail>&limit=2'"
        );
    }

    #[test]
    fn numbers_of_people_are_taken_out() {
        assert_eq!(redact_personal("call +49 151 2345678 now"), "call <12 digits> now");
        assert_eq!(redact_personal("tel 555-123-4567"), "tel <10 digits>");
        assert_eq!(redact_personal("card 4111 1111 1111 1111."), "card <16 digits>.");
        assert_eq!(redact_personal("id 100200300400"), "id <12 digits>");
        assert_eq!(redact_personal("(555) 123-4567"), "<10 digits>");
    }

    #[test]
    fn encoded_addresses_and_numbers_are_taken_out() {
        for (text, clean) in [
            ("at %6A%61ne%40%65xample%2Ecom!", "at <e-mail>!"),
            ("at \\u006a\\u0061ne\\u0040\\u0065xample.com!", "at <e-mail>!"),
            ("to: jane.ca\r\n\tnary@example.com; x", "to: <e-mail>; x"),
            ("to: jane&#64;exa&#109;ple.com; x", "to: <e-mail>; x"),
            ("c=amFuZS5jYW5hcnlAZXhhbXBsZS5jb20=&x", "c=<e-mail>&x"),
            ("/v1/amFuZS5jYW5hcnlAZXhhbXBsZS5jb20/x", "/v1/<e-mail>/x"),
            ("c=eyJtIjoiamFuZUBleGFtcGxlLmNvbSJ9&x", "c=<e-mail>&x"),
            ("to: jane.ca\r\n\tnary@example.com; x", "to: <e-mail>; x"),
            ("c=KzQ5IDE1MSA5ODc2NTQzMg== x", "c=<13 digits> x"),
            ("+49%20151%2098765432", "<13 digits>"),
            ("\\u0034111111111111111", "<16 digits>"),
        ] {
            assert_eq!(redact_personal(text), clean, "{text}");
        }
    }

    #[test]
    fn what_is_nobodys_stays() {
        for text in [
            "cursor=WyIxNzQ2Mjk5MDAwMDAwIiwiY3VzXzEiXQ",
            "hash 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "C:\\users\\name",
            "limit=10&offset=40",
            "2026-11-01T03:04:05Z",
            "http://127.0.0.1:8080/v1",
            "192.168.100.100",
            "one of 400, 401, 403, 404, 422",
            "400 401 403 404",
            "00f1c2d3-aaaa-4bbb-8ccc-123456789012",
            "12,345,678 records",
            "q=a%20b%2012",
            "a@b",
            "@alice",
        ] {
            assert_eq!(redact_personal(text), text);
        }
    }
}
