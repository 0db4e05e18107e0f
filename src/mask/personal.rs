//! Finds what belongs to people in free texts: e-mail addresses, phone and card numbers.

use std::borrow::Cow;

/// Digits in a row that count as somebody's number.
const LONG_RUN: usize = 9;

/// A text without e-mail addresses (`<e-mail>`) and long numbers (`<12 digits>`).
#[must_use]
pub fn redact_personal(text: &str) -> Cow<'_, str> {
    match redact_emails(text) {
        Cow::Borrowed(text) => redact_numbers(text),
        Cow::Owned(text) => Cow::Owned(redact_numbers(&text).into_owned()),
    }
}

/// A text without e-mail addresses, also percent-encoded or escaped ones; everything else stays.
#[must_use]
pub fn redact_emails(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut kept = 0;
    let mut from = 0;
    while let Some((at, length)) = next_at_sign(text, from) {
        let start = local_part(text, kept, at);
        let end = domain(text, at + length);
        from = at + length;
        if let (true, Some(end)) = (start < at, end) {
            out.push_str(&text[kept..start]);
            out.push_str("<e-mail>");
            kept = end;
            from = end;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
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

fn redact_numbers(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut out = String::new();
    let mut kept = 0;
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes[at].is_ascii_digit() || bytes[at] == b'+' || bytes[at] == b'(' || bytes[at] == b'%';
        if starts && !inside_word(bytes, at) {
            if let Some((start, end, digits)) = number_at(bytes, at) {
                out.push_str(&text[kept..start]);
                out.push_str(&format!("<{digits} digits>"));
                kept = end;
                at = end;
                continue;
            }
            let run = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            at += if percent_encoded(bytes, at) { 3 } else { run.max(1) };
        } else {
            at += 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[kept..]);
    Cow::Owned(out)
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
    fn what_is_nobodys_stays() {
        for text in [
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
