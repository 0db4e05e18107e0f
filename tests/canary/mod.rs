//! A secret in every form in which it may turn up, and whether a text gives it away. Made without the code under test:
//! what is fed into reports, panics, errors, recordings and servers is this one list.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// Letters and digits only: most encodings leave it as it is.
pub const PLAIN: &str = "cAn4ryT0kenQzXwVuTsRq5Pp6Nn7";
/// A character for every encoding to change.
pub const AWKWARD: &str = "cAn4ry/t0k+en \"q\"\\=&%41<é>";

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn percent(text: &str, keep: impl Fn(u8) -> bool, upper: bool) -> String {
    let code = |byte: u8| if upper { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
    text.bytes().map(|byte| if keep(byte) { char::from(byte).to_string() } else { code(byte) }).collect()
}

fn halves(text: &str) -> (&str, &str) {
    text.split_at(text.char_indices().nth(text.chars().count() / 2).map_or(0, |(index, _)| index))
}

fn folded(text: &str, seam: &str) -> String {
    let (before, behind) = halves(text);
    format!("{before}{seam}{behind}")
}

/// Quoted-printable: what RFC 2045 leaves alone stays.
fn quoted_printable(text: &str, upper: bool) -> String {
    let code = |byte: u8| if upper { format!("={byte:02X}") } else { format!("={byte:02x}") };
    text.bytes().map(|byte| if unreserved(byte) { char::from(byte).to_string() } else { code(byte) }).collect()
}

/// Every form of a secret, each once.
pub fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    forms.extend(urls(secret));
    forms.extend(escapes(secret));
    forms.extend(entities(secret));
    forms.extend(headers(secret));
    forms.extend(digits(secret));
    forms.extend(base64(secret));
    let mut seen = std::collections::HashSet::new();
    forms.retain(|form| seen.insert(form.clone()));
    forms
}

fn urls(secret: &str) -> Vec<String> {
    let (upper, lower) = (percent(secret, unreserved, true), percent(secret, unreserved, false));
    vec![
        percent(secret, |_| false, true),
        percent(secret, |_| false, false),
        percent(secret, |byte| unreserved(byte) || byte == b'/', true),
        percent(secret, |byte| unreserved(byte) || byte == b' ', true).replace(' ', "+"),
        percent(&upper, unreserved, true),
        percent(&lower, unreserved, false),
        percent(&percent(&upper, unreserved, true), unreserved, true),
        percent(&percent(secret, |_| false, true), unreserved, true),
        upper,
        lower,
    ]
}

fn json(secret: &str) -> String {
    let json = serde_json::to_string(secret).expect("a text is JSON");
    json[1..json.len() - 1].to_owned()
}

/// Escapes of JSON, once and twice, and of the debug output of Rust and Python, which panics and errors quote.
fn escapes(secret: &str) -> Vec<String> {
    let units: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let debug = format!("{secret:?}");
    vec![
        json(secret),
        json(secret).replace('/', "\\/"),
        json(&json(secret)),
        units.to_uppercase().replace("\\U", "\\u"),
        units.replace('\\', "\\\\"),
        units,
        debug.trim_matches('"').to_owned(),
        secret.chars().map(|character| format!("\\u{{{:x}}}", u32::from(character))).collect(),
        secret.bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        secret.as_bytes().escape_ascii().to_string(),
        format!("{:?}", secret.as_bytes()),
        serde_json::to_string(secret.as_bytes()).expect("bytes are JSON"),
    ]
}

fn entities(secret: &str) -> Vec<String> {
    let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    vec![
        html.replace("&quot;", "&#34;").replace("&lt;", "&#x3C;"),
        html.replace('/', "&sol;").replace('+', "&plus;").replace('=', "&equals;"),
        html.replace('&', "&amp;"),
        secret.chars().map(|character| format!("&#{};", u32::from(character))).collect(),
        secret.chars().map(|character| format!("&#x{:X};", u32::from(character))).collect(),
        html,
    ]
}

/// Folded headers, as they are and as JSON or a URL quotes them, and the two encodings of RFC 2047.
fn headers(secret: &str) -> Vec<String> {
    let (before, behind) = halves(secret);
    let word = |text: &str| format!("=?utf-8?q?{}?=", quoted_printable(text, true));
    let code = |text: &str| percent(text, unreserved, true);
    vec![
        folded(secret, "\r\n\t"),
        folded(secret, "\r\n "),
        folded(secret, "\n  "),
        format!("{}\\r\\n\\t{}", json(before), json(behind)),
        format!("{}\r\n {}", code(before), code(behind)),
        format!("{}%0D%0A%20{}", code(before), code(behind)),
        quoted_printable(secret, true),
        quoted_printable(secret, false),
        format!("{}=\r\n{}", quoted_printable(before, true), quoted_printable(behind, true)),
        word(secret),
        format!("{}\r\n {}", word(before), word(behind)),
        format!("=?UTF-8?B?{}?=", STANDARD.encode(secret)),
        folded(&STANDARD.encode(secret), "\r\n\t"),
        folded(&STANDARD.encode(secret), "\r\n"),
    ]
}

fn digits(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for between in ["", ":", " ", "-"] {
        let pairs: Vec<String> = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
        forms.push(pairs.join(between));
        forms.push(pairs.join(between).to_uppercase());
    }
    forms
}

/// Base64 at its three alignments, alone and inside a longer text, with and without padding, for URLs and in them.
fn base64(secret: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for (before, behind) in [
        ("", ""),
        ("u", ""),
        ("us", ""),
        ("", "!"),
        ("u", "!"),
        ("us", "!"),
        ("user:", ""),
        ("user:", "!!"),
        ("{\"k\":\"", "\"}"),
    ] {
        for inner in [secret.to_owned(), json(secret), percent(secret, unreserved, true)] {
            let text = format!("{before}{inner}{behind}");
            for form in [
                STANDARD.encode(&text),
                STANDARD_NO_PAD.encode(&text),
                URL_SAFE.encode(&text),
                URL_SAFE_NO_PAD.encode(&text),
            ] {
                forms.push(percent(&form, unreserved, true));
                forms.push(form.replace('/', "\\/"));
                forms.push(form);
            }
        }
    }
    forms
}

/// Everything that a reader could make of a text by decoding it.
fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![text.to_owned()];
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    readings.push(percent_encoding::percent_decode_str(&decoded).decode_utf8_lossy().into_owned());
    readings.push(decoded);
    for run in text.split(|character: char| !(character.is_ascii_alphanumeric() || "+/-_".contains(character))) {
        let run = run.replace('-', "+").replace('_', "/");
        for offset in 0..4.min(run.len()) {
            let whole = (run.len() - offset) / 4 * 4;
            if let Ok(bytes) = STANDARD_NO_PAD.decode(&run[offset..offset + whole]) {
                readings.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if let Some(bytes) = unhex(&run) {
            readings.push(String::from_utf8_lossy(&bytes).into_owned());
        }
    }
    readings
}

fn unhex(run: &str) -> Option<Vec<u8>> {
    let pairs = run.len() / 2;
    if pairs < 6 || !run.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    (0..pairs).map(|pair| u8::from_str_radix(run.get(2 * pair..2 * pair + 2)?, 16).ok()).collect()
}

/// The reading of a text that holds six characters of the secret in a row, if there is one.
pub fn leaks(text: &str, secret: &str) -> Option<String> {
    let windows: Vec<&str> =
        (0..secret.len().saturating_sub(5)).filter_map(|start| secret.get(start..start + 6)).collect();
    readings(text).into_iter().find(|reading| windows.iter().any(|window| reading.contains(window)))
}

/// That a text gives nothing of the secret away: neither what a reader could decode, nor one of the forms.
pub fn assert_nothing_of(secret: &str, forms: &[String], text: &str, about: &str) {
    if leaks(text, secret).is_some() {
        let line = text.lines().find(|line| leaks(line, secret).is_some()).unwrap_or(text);
        panic!("{about}: {secret:?} came out: {line}");
    }
    for form in forms {
        assert!(!text.contains(form.as_str()), "{about}: {secret:?} came out as {form:?}");
    }
}
