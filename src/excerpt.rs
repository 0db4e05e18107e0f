//! The part of a body that a fault is about, as a reader may see it: keys and shapes, or values where they are asked for.
//!
//! Bodies are large and belong to customers. Of a page that was walked, [`Kept`] holds the envelope and a few records; what is printed of
//! it follows the pointer of the fault and is bounded in lines. It goes into a finding next, and knows no check.

use std::fmt::Write as _;

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use serde_json::{Map, Value};

/// Members printed of one object.
const MOST_MEMBERS: usize = 14;
/// Lines printed of one body.
const MOST_LINES: usize = 36;
/// Characters of one line that are printed.
const MOST_CHARACTERS: usize = 200;
/// Characters of one text that are kept until it is masked; then it is cut to what is printed. What is cut before it is
/// masked can end in half of a secret, and that must not be what is printed.
const MOST_KEPT: usize = 8_000;
/// Bytes that are kept of one body.
const MOST_BYTES: usize = 32 * 1024;
/// Records kept of one page.
const MOST_RECORDS: usize = 6;
/// Stands behind the line that a fault is about.
const HERE: &str = "  ← here";

/// What is kept of a body: all of it, or the envelope of a page and a few of its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    text: Box<str>,
    items: Option<Items>,
}

/// Where the records of a page are, how many there were, and which of them were kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Items {
    pointer: String,
    total: usize,
    kept: Vec<usize>,
}

impl Kept {
    /// Keeps of a page the envelope, the first record, the last one and those at `wanted`.
    #[must_use]
    pub fn of_page(body: &Value, items: &str, wanted: impl IntoIterator<Item = usize>) -> Option<Self> {
        let Some(Value::Array(records)) = body.pointer(items) else { return Self::bounded(body, None) };
        let total = records.len();
        let mut kept: Vec<usize> = Vec::new();
        for index in [0, total.saturating_sub(1)].into_iter().chain(wanted) {
            if kept.len() == MOST_RECORDS {
                break;
            }
            if index < total && !kept.contains(&index) {
                kept.push(index);
            }
        }
        kept.sort_unstable();
        let path: Vec<String> = items.split('/').skip(1).map(crate::document::unescape).collect();
        let few = Few { value: body, path: &path, kept: &kept };
        Self::bounded(&few, Some(Items { pointer: items.to_owned(), total, kept: kept.clone() }))
    }

    fn bounded(body: &impl Serialize, items: Option<Items>) -> Option<Self> {
        let text = serde_json::to_string(body).ok()?;
        (text.len() <= MOST_BYTES).then(|| Self { text: text.into_boxed_str(), items })
    }

    /// The body, without the records that were not kept.
    #[must_use]
    pub fn body(&self) -> Option<Value> {
        serde_json::from_str(&self.text).ok()
    }

    /// As [`lines`]; records that were not kept are counted.
    #[must_use]
    pub fn lines(&self, pointer: Option<&str>, values: bool) -> String {
        serde_json::from_str(&self.text)
            .map_or_else(|_| String::new(), |body| print(&body, self.items.as_ref(), pointer, values))
    }
}

/// A body with some elements of the array at a path, and without the others.
struct Few<'a> {
    value: &'a Value,
    path: &'a [String],
    kept: &'a [usize],
}

impl Serialize for Few<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (self.value, self.path.split_first()) {
            (Value::Array(elements), None) => {
                serializer.collect_seq(self.kept.iter().filter_map(|index| elements.get(*index)))
            }
            (Value::Object(members), Some((next, rest))) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, value) in members {
                    if name == next {
                        map.serialize_entry(name, &Few { value, path: rest, kept: self.kept })?;
                    } else {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
            (Value::Array(elements), Some((next, rest))) => {
                let mut sequence = serializer.serialize_seq(Some(elements.len()))?;
                for (index, element) in elements.iter().enumerate() {
                    if next.parse() == Ok(index) {
                        sequence.serialize_element(&Few { value: element, path: rest, kept: self.kept })?;
                    } else {
                        sequence.serialize_element(element)?;
                    }
                }
                sequence.end()
            }
            (value, _) => value.serialize(serializer),
        }
    }
}

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

fn print(body: &Value, items: Option<&Items>, pointer: Option<&str>, values: bool) -> String {
    let mut printer = Printer { items, values, lines: Vec::new() };
    let segments: Option<Vec<String>> =
        pointer.map(|pointer| pointer.split('/').skip(1).map(crate::document::unescape).collect());
    let spot = Spot { at: String::new(), open: 2, indent: 0 };
    printer.value(body, segments.as_deref(), &spot, "", "");
    if printer.lines.len() > MOST_LINES {
        printer.lines.truncate(MOST_LINES);
        printer.lines.push("…".to_owned());
    }
    printer.lines.join("\n")
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

/// Where the printer stands.
struct Spot {
    /// Pointer to the value.
    at: String,
    /// Levels that are unfolded although no fault is below them.
    open: usize,
    indent: usize,
}

impl Spot {
    fn below(&self, key: &str, open: usize) -> Self {
        let at = format!("{}/{}", self.at, crate::document::escape(key));
        Self { at, open, indent: self.indent + 1 }
    }
}

struct Printer<'a> {
    items: Option<&'a Items>,
    values: bool,
    lines: Vec<String>,
}

impl Printer<'_> {
    fn line(&mut self, indent: usize, text: &str) {
        self.lines.push(format!("{:width$}{text}", "", width = indent * 2));
    }

    /// Prints a value. `focus`: what is left of the way to the fault; `None` beside the way.
    fn value(&mut self, value: &Value, focus: Option<&[String]>, spot: &Spot, before: &str, behind: &str) {
        let here = if focus.is_some_and(<[String]>::is_empty) && !spot.at.is_empty() { HERE } else { "" };
        let unfold = focus.is_some() || spot.open > 0;
        match value {
            Value::Object(members) if unfold && !members.is_empty() => {
                self.line(spot.indent, &format!("{before}{{{here}"));
                self.members(members, focus, spot);
                self.line(spot.indent, &format!("}}{behind}"));
            }
            Value::Array(items) if unfold && !items.is_empty() => {
                self.line(spot.indent, &format!("{before}[{here}"));
                self.elements(items, focus, spot);
                self.line(spot.indent, &format!("]{behind}"));
            }
            _ => {
                let text = self.leaf(value, &spot.at);
                self.line(spot.indent, &format!("{before}{text}{behind}{here}"));
            }
        }
    }

    fn leaf(&self, value: &Value, at: &str) -> String {
        match value {
            Value::Array(_) if self.items.is_some_and(|items| items.pointer == at) => {
                format!("‹array {}›", self.items.map_or(0, |items| items.total))
            }
            Value::String(text) if self.values => Value::String(start(text)).to_string(),
            Value::Number(_) if self.values => value.to_string(),
            _ => word(value),
        }
    }

    fn members(&mut self, members: &Map<String, Value>, focus: Option<&[String]>, spot: &Spot) {
        let wanted = focus.and_then(<[String]>::first);
        let open = if focus.is_some_and(<[String]>::is_empty) { 1 } else { spot.open }.saturating_sub(1);
        let mut left_out = 0;
        let mut printed = 0;
        for (index, (name, member)) in members.iter().enumerate() {
            let on_the_way = wanted == Some(name);
            if printed >= MOST_MEMBERS && !on_the_way {
                left_out += 1;
                continue;
            }
            printed += 1;
            let rest = focus.filter(|_| on_the_way).map(|focus| &focus[1..]);
            // Beside the way to a fault nothing is unfolded.
            let open = if wanted.is_some() { 0 } else { open };
            let comma = if index + 1 < members.len() { "," } else { "" };
            let before = format!("{}: ", Value::String(name.clone()));
            self.value(member, rest, &spot.below(name, open), &before, comma);
        }
        if left_out > 0 {
            self.line(spot.indent + 1, &format!("… {left_out} more"));
        }
        if let Some(name) = wanted.filter(|name| !members.contains_key(*name)) {
            let name = Value::String(name.clone());
            self.line(spot.indent + 1, &format!("{name} is not there{HERE}"));
        }
    }

    fn elements(&mut self, elements: &[Value], focus: Option<&[String]>, spot: &Spot) {
        let page = self.items.filter(|items| items.pointer == spot.at);
        let total = page.map_or(elements.len(), |items| items.total);
        let place = |index: usize| match page {
            Some(items) => items.kept.iter().position(|kept| *kept == index),
            None => Some(index),
        };
        let wanted = focus.and_then(<[String]>::first).and_then(|segment| segment.parse::<usize>().ok());
        let index = wanted.unwrap_or(0);
        let Some(element) = place(index).and_then(|at| elements.get(at)) else {
            let what = if index < total { "not kept" } else { "not there" };
            let text = format!("… {total} records, the one at {index} is {what}");
            return self.line(spot.indent + 1, &text);
        };
        if index > 0 {
            self.line(spot.indent + 1, &format!("… {index} before"));
        }
        let rest = focus.filter(|_| wanted.is_some()).map(|focus| &focus[1..]);
        let open = if wanted.is_some() { 0 } else { spot.open.saturating_sub(1) };
        let behind = total - index - 1;
        let comma = if behind > 0 { "," } else { "" };
        let mut below = spot.below("", open);
        let _ = write!(below.at, "{index}");
        self.value(element, rest, &below, "", comma);
        if behind > 0 {
            self.line(spot.indent + 1, &format!("… {behind} more"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

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
}
