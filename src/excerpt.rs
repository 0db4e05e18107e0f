//! The part of a body that a fault is about, as a reader may see it: keys and shapes, or values where they are asked for.
//!
//! Bodies are large and belong to customers. Of a page that was walked, [`Kept`] holds the envelope and a few records; what is printed of
//! it follows the pointer of the fault and is bounded in lines. It goes into a finding next, and knows no check.

mod kept;
mod printer;

use serde_json::Value;

pub use kept::Kept;
use printer::print;

/// Lines printed of one body.
const MOST_LINES: usize = 36;
/// Characters of one line that are printed.
const MOST_CHARACTERS: usize = 200;
/// Characters of one text that are kept until it is masked; then it is cut to what is printed. What is cut before it is
/// masked can end in half of a secret, and that must not be what is printed.
const MOST_KEPT: usize = 8_000;
/// Stands behind the line that a fault is about.
const HERE: &str = "  ← here";

/// The lines of a body around the place that a pointer names, or its top without one.
///
/// Without `values` texts and numbers are shapes: `"‹string 12›"`, `‹integer›`.
///
/// # Example
/// ```
/// use contract_gate::excerpt::lines;
///
/// let body = serde_json::json!({"name": "Jane Doe", "age": 40});
/// assert_eq!(lines(&body, Some("/age"), false), "{\n  \"name\": \"‹string 8›\",\n  \"age\": ‹integer›  ← here\n}");
/// assert_eq!(lines(&body, None, true), "{\n  \"name\": \"Jane Doe\",\n  \"age\": 40\n}");
/// ```
#[must_use]
pub fn lines(body: &Value, pointer: Option<&str>, values: bool) -> String {
    print(body, None, pointer, values)
}

/// A text that is no JSON: its length, or its start where values are asked for.
#[must_use]
pub fn plain(text: &str, bytes: usize, values: bool) -> String {
    if !values {
        return format!("‹text of {bytes} byte{}›", if bytes == 1 { "" } else { "s" });
    }
    // Where the text was cut already, the last of it may be half of something.
    let is_whole = text.len() >= bytes;
    let text = if is_whole { text } else { &text[..word_border(text).unwrap_or_default()] };
    let text = start(text);
    if is_whole { text } else { format!("{text}\n…") }
}

/// What is printed of an excerpt, once it is masked: a few lines, none of them long.
#[must_use]
pub fn bounded(text: &str) -> String {
    let mut lines: Vec<String> = text.lines().take(MOST_LINES + 1).map(short_line).collect();
    if text.lines().nth(MOST_LINES + 1).is_some() {
        lines.truncate(MOST_LINES);
        lines.push("…".to_owned());
    }
    lines.join("\n")
}

/// A line without its end where it is long; that a fault is about it stays.
fn short_line(line: &str) -> String {
    let (line, here) = line.strip_suffix(HERE).map_or((line, ""), |line| (line, HERE));
    let indent = line.len() - line.trim_start().len();
    format!("{}{}{here}", &line[..indent], cut(&line[indent..], MOST_CHARACTERS))
}

/// A value as one word of its kind: `"‹string 12›"`, `‹integer›`, `‹array 3›`.
#[must_use]
pub fn word(value: &Value) -> String {
    match value {
        Value::Null | Value::Bool(_) => value.to_string(),
        Value::Number(number) if number.is_f64() => "‹number›".to_owned(),
        Value::Number(_) => "‹integer›".to_owned(),
        Value::String(text) => format!("\"‹string {}›\"", text.chars().count()),
        Value::Array(items) => format!("‹array {}›", items.len()),
        Value::Object(members) => format!("‹object {}›", members.len()),
    }
}

/// Describes a JSON value without its content: `string of 7 characters`, `array of 3`.
#[must_use]
pub fn shape(value: &Value) -> String {
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            match text.split_once('.') {
                _ if text.contains(['e', 'E']) => "number with an exponent".to_owned(),
                Some((_, decimals)) => format!("number with {} decimal{}", decimals.len(), plural(decimals.len())),
                None if text.starts_with('-') => "negative integer".to_owned(),
                None if text == "0" => "zero".to_owned(),
                None => "integer".to_owned(),
            }
        }
        Value::String(text) if text.is_empty() => "empty string".to_owned(),
        Value::String(text) => {
            let length = text.chars().count();
            format!("string of {length} character{}", plural(length))
        }
        Value::Array(items) if items.is_empty() => "empty array".to_owned(),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(members) if members.is_empty() => "empty object".to_owned(),
        Value::Object(members) => format!("object with {} member{}", members.len(), plural(members.len())),
    }
}

/// The start of a long text that is not masked yet; [`bounded`] leaves less of it. It ends at a space: half a word could be
/// half of something that has to be masked.
#[must_use]
pub fn start(text: &str) -> String {
    cut(text, MOST_KEPT)
}

fn cut(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    match word_border(&text[..end]) {
        Some(space) => format!("{}…", &text[..space]),
        None => format!("‹string {}›", text.chars().count()),
    }
}

/// The last blank between two words: one that begins a line may continue a header that was folded in mid-word.
fn word_border(text: &str) -> Option<usize> {
    let between = |at: &usize| {
        let (before, behind) = (text[..*at].chars().next_back(), text[*at + 1..].chars().next());
        before.is_some_and(|c| !c.is_whitespace()) && behind.is_none_or(|c| !c.is_whitespace())
    };
    text.rmatch_indices(' ').map(|(at, _)| at).find(between)
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::kept::MOST_BYTES;
    use super::*;

    fn page(records: usize) -> Value {
        let record = |index: usize| json!({"id": format!("c{index}"), "name": "Jane Doe", "tags": ["a"], "age": 7});
        json!({"data": (0..records).map(record).collect::<Vec<_>>(), "hasMore": true, "next": "abcdef"})
    }

    #[test]
    fn a_page_is_reduced_to_the_record_that_matters() {
        let kept = Kept::of_page(&page(500), "/data", [37]).expect("small enough");
        assert!(kept.text.len() < 400, "{} bytes", kept.text.len());
        let lines = kept.lines(Some("/data/37/name"), false);
        assert_eq!(
            lines.lines().map(str::trim).collect::<Vec<_>>(),
            [
                "{",
                "\"data\": [",
                "… 37 before",
                "{",
                "\"id\": \"‹string 3›\",",
                "\"name\": \"‹string 8›\",  ← here",
                "\"tags\": ‹array 1›,",
                "\"age\": ‹integer›",
                "},",
                "… 462 more",
                "],",
                "\"hasMore\": true,",
                "\"next\": \"‹string 6›\"",
                "}"
            ],
            "{lines}"
        );
        assert!(kept.lines(Some("/data/37/name"), true).contains("\"Jane Doe\",  ← here"));
    }

    #[test]
    fn what_is_not_there_is_said() {
        let kept = Kept::of_page(&page(9), "/data", []).expect("small enough");
        assert!(kept.lines(Some("/data/0/email"), false).contains("\"email\" is not there  ← here"));
        assert!(kept.lines(Some("/data/4/name"), false).contains("the one at 4 is not kept"));
        assert!(kept.lines(Some("/next/deeper"), false).contains("\"next\": \"‹string 6›\""));
    }

    #[test]
    fn an_excerpt_is_bounded() {
        let wide: Map<String, Value> = (0..500).map(|index| (format!("m{index}"), json!({"a": [1]}))).collect();
        let body = json!({"record": wide});
        for pointer in [None, Some("/record/m490/a/0"), Some("/record")] {
            let lines = lines(&body, pointer, true);
            assert!(lines.lines().count() <= MOST_LINES + 1, "{lines}");
        }
        assert!(lines(&body, Some("/record/m490/a/0"), true).contains("← here"));
        assert_eq!(Kept::of_page(&json!("x".repeat(MOST_BYTES)), "/data", []), None);
    }

    #[test]
    fn long_texts_are_never_cut_inside_a_word() {
        let token = "s3cret".repeat(60);
        assert_eq!(bounded(&token), "‹string 360›");
        assert_eq!(bounded(&format!("token: {token}")), "token:…");
        assert_eq!(bounded(&format!("  \"k\": \"{token}\"  ← here")), "  \"k\":…  ← here");
        assert_eq!(start(&token), token);
        assert_eq!(start(&format!("token: {}", token.repeat(30))), "token:…");
        // Cut in the middle of a header that was folded: neither half of it is left.
        assert_eq!(plain("a word, s3cr\r\n\tet s3", 400, true), "a word, s3cr\r\n\tet\n…");
        assert_eq!(plain("a word, s3cr\r\n et", 400, true), "a word,\n…");
    }

    #[test]
    fn an_excerpt_that_is_bounded_stays_so() {
        let text = format!("{{\n{}}}", "  \"a\": \"b c d\",\n".repeat(99)) + &"word ".repeat(99);
        let once = bounded(&text);
        assert_eq!(bounded(&once), once);
        assert!(once.ends_with('…'), "{once}");
    }

    #[test]
    fn a_shape_says_nothing_of_the_content() {
        let shapes = [
            (json!("Jane Doe"), "string of 8 characters"),
            (json!("é"), "string of 1 character"),
            (json!(""), "empty string"),
            (json!(12.50), "number with 1 decimal"),
            (json!(1_234_567), "integer"),
            (json!(-3), "negative integer"),
            (json!([1, 2, 3]), "array of 3"),
            (json!({"a": 1}), "object with 1 member"),
            (json!(null), "null"),
            (json!(true), "true"),
        ];
        for (value, expected) in shapes {
            assert_eq!(shape(&value), expected);
        }
    }
}
