//! Words that several reports share. Nothing here knows a format.

use super::escape::{no_command, visible};
use crate::finding::{Exhibit, Finding, Level, Stability};

/// Cuts a text to at most `limit` characters and says so.
#[must_use]
pub fn shorten(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(limit.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `1 page`, `2 pages`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        _ if number == 1 => noun.to_owned(),
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    format!("{} {plural}", thousands(number))
}

/// `12,345`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `0.4 s`, `2 min 5 s`.
#[must_use]
pub fn duration(millis: u64) -> String {
    if millis < 60_000 {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    } else {
        format!("{} min {} s", millis / 60_000, millis / 1000 % 60)
    }
}

/// Whether a run ended with 0 although the contract is violated, because the user lets nothing count.
#[must_use]
pub fn is_uncounted(code: u8, verdict: &str) -> bool {
    code == 0 && verdict.starts_with("violated")
}

/// Whether a report shows values of bodies or their shapes, and how to get the other: the one sentence that every report
/// of a run has.
#[must_use]
pub fn values(shown: bool) -> &'static str {
    if shown {
        "values in bodies are shown as they came; without --show-values only their shapes are"
    } else {
        "values in bodies are shown as shapes and personal data is left out; --show-values shows them"
    }
}

/// [`values`] as a sentence of its own.
#[must_use]
pub fn values_sentence(shown: bool) -> String {
    let words = values(shown);
    let (first, rest) = words.split_at(1);
    format!("{}{rest}.", first.to_uppercase())
}

/// The verdict of a run without a violation that left verdicts open, where those count.
pub const NOT_CONCLUSIVE: &str = "not conclusive (--require-conclusive)";

/// What an exit code means with a verdict, in a few words.
#[must_use]
pub fn exit_meaning(code: u8, verdict: &str) -> &'static str {
    match code {
        _ if is_uncounted(code, verdict) => "the contract is violated, but with --fail-on never nothing counts",
        1 if verdict == NOT_CONCLUSIVE => "verdicts were left open, and --require-conclusive counts them",
        0 => "the contract is kept",
        1 => "the contract is violated; only findings at level deny count",
        2 => "arguments, configuration or document unusable",
        3 => "no verdict: the run could not be judged",
        _ => "the gate itself failed",
    }
}

/// Breaks a text at spaces so that no line is wider than `width` characters; a longer word stands alone.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if length > 0 && length + 1 + word_length > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        line.push_str(word);
        length += word_length;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// How steadily a fault was seen; nothing when it was seen every time.
#[must_use]
pub fn stability(finding: &Finding) -> Option<String> {
    match finding.stability {
        Stability::Reproduced => None,
        Stability::Unconfirmed => Some("unconfirmed: told as first seen, not looked at again".to_owned()),
        Stability::Intermittent { failed, of } => Some(format!("intermittent: seen in {failed} of {of} answers")),
        Stability::Flaky { repeats } => {
            Some(format!("flaky: seen once, not again in {}", count(u64::from(repeats), "repetition")))
        }
    }
}

/// Where in the traffic a finding stands: operation, place in the body, number of places.
#[must_use]
pub fn spot(finding: &Finding) -> String {
    let mut parts = Vec::new();
    if finding.operations.len() > 1 {
        parts.push(finding.operations.join(", "));
    } else if let Some(operation) = &finding.operation {
        parts.push(operation.clone());
    }
    if let Some(pointer) = &finding.pointer {
        parts.push(if pointer.is_empty() { "the whole body".to_owned() } else { format!("body {pointer}") });
    }
    if finding.occurrences > 1 {
        parts.push(count(u64::from(finding.occurrences), "place"));
    }
    parts.join(", ")
}

/// A finding as plain lines, one per fact, harmless for a terminal; for formats that carry one block of text.
#[must_use]
pub fn plain(finding: &Finding, show_values: bool) -> String {
    let mut lines = vec![no_command(&visible(&finding.title)).into_owned()];
    let mut line = |label: &str, text: &str| {
        if !text.is_empty() {
            lines.push(format!("{label:<9} {}", visible(text)));
        }
    };
    line("expected:", &finding.expected);
    line("actual:", &finding.actual);
    if let (true, Some(value)) = (show_values, &finding.shown_value) {
        line("value:", value);
    }
    line("where:", &spot(finding));
    line("contract:", &finding.place.as_ref().map(ToString::to_string).unwrap_or_default());
    line("before:", &finding.old_place.as_ref().map(ToString::to_string).unwrap_or_default());
    line("source:", finding.source.as_deref().unwrap_or_default());
    line("why:", finding.why.as_deref().unwrap_or_default());
    line("witness:", finding.witness.as_deref().unwrap_or_default());
    line("seen:", &stability(finding).unwrap_or_default());
    for curl in &finding.curl {
        line("repeat:", curl);
    }
    line("waived:", finding.waived.as_deref().unwrap_or_default());
    line("explain:", &format!("contract-gate explain {}", finding.id));
    lines.join("\n")
}

/// An exchange as lines, harmless for a terminal: the request, then what came back.
#[must_use]
pub fn exchange(exhibit: &Exhibit, show_values: bool) -> (Vec<String>, Vec<String>) {
    let request = &exhibit.request;
    let mut sent = vec![format!("{} {}", request.method, request.url)];
    sent.extend(request.headers.iter().cloned());
    if let Some(body) = &request.body {
        sent.push(String::new());
        sent.push(body.clone());
    }
    let mut came: Vec<String> = Vec::new();
    if let Some(response) = &exhibit.response {
        let values = show_values && response.shown_body.is_some();
        came.push(format!("HTTP {} · {}", response.status, count(response.bytes as u64, "byte")));
        came.extend(if values { &response.shown_headers } else { &response.headers }.iter().cloned());
        if let Some(body) = if values { &response.shown_body } else { &response.body } {
            came.push(String::new());
            came.extend(body.lines().map(str::to_owned));
        }
    }
    came.extend(exhibit.failure.clone());
    let clean = |lines: Vec<String>| lines.iter().map(|line| visible(line)).collect();
    (clean(sent), clean(came))
}

/// The same fault in several places.
#[derive(Debug)]
pub struct Group<'a> {
    /// Every finding of the group, in plan order; never empty.
    pub members: Vec<&'a Finding>,
}

impl<'a> Group<'a> {
    /// The finding that is described in full.
    #[must_use]
    pub fn first(&self) -> &'a Finding {
        self.members[0]
    }

    /// Places in all.
    #[must_use]
    pub fn places(&self) -> u64 {
        self.members.iter().map(|finding| u64::from(finding.occurrences.max(1))).sum()
    }
}

/// What makes two findings the same fault: the check, the level, and the clause of the contract (or else the words).
#[must_use]
pub fn group_key(finding: &Finding) -> (String, Level, bool, String) {
    let clause = match &finding.place {
        Some(place) if !place.pointer.is_empty() => format!("{}#{}", place.file, place.pointer),
        _ => format!("{}\u{1f}{}", finding.title, finding.expected),
    };
    (finding.id.clone(), finding.level, finding.waived.is_some(), clause)
}

/// Groups findings: worst level first, within a level in plan order.
#[must_use]
pub fn groups<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut index = std::collections::HashMap::new();
    let mut groups: Vec<Group<'a>> = Vec::new();
    for finding in findings.into_iter().filter(|finding| finding.level != Level::Allow) {
        let at = *index.entry(group_key(finding)).or_insert_with(|| {
            groups.push(Group { members: Vec::new() });
            groups.len() - 1
        });
        groups[at].members.push(finding);
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.first().level));
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(count(1, "page"), "1 page");
        assert_eq!(count(2_000, "query"), "2,000 queries");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(duration(412), "0.4 s");
        assert_eq!(duration(125_000), "2 min 5 s");
    }

    #[test]
    fn long_words_stand_alone() {
        assert_eq!(wrap("a bb cccccccc d", 4), ["a bb", "cccccccc", "d"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
