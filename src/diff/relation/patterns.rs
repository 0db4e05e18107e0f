//! Whether one regular expression takes every text that another takes.
//!
//! Decided by `languages` where that can be. Where it cannot, texts drawn from the one pattern are held against the
//! other: one that fits only one of them is a proof.

use std::collections::HashMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, Look};
use serde_json::json;

use super::languages::{Escape, escape};
use crate::diff::checker;
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::Range;

/// Texts that are drawn from a pattern.
const DRAWN: usize = 96;

/// Decided pairs of patterns.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    known: HashMap<(String, String), Option<&'static Rule>>,
}

impl Patterns {
    /// Whether all texts of the allowed lengths that satisfy `inner` satisfy `outer`, as far as that is known.
    pub(super) fn implies(inner: &[&str], outer: &[&str], lengths: &Range) -> bool {
        escape(inner, outer, lengths) == Some(Escape::None)
    }

    /// The rule that speaks when `old` is replaced by `new`; none when both mean the same.
    /// Only texts count whose lengths both sides allow: lengths are judged by themselves.
    pub(super) fn relation(&mut self, old: &[&str], new: &[&str], lengths: (Range, Range)) -> Option<&'static Rule> {
        let both = lengths.0.and(lengths.1);
        let key = (old.join("\n"), format!("{} {both:?}", new.join("\n")));
        *self.known.entry(key).or_insert_with(|| decide(old, new, &both))
    }
}

/// A pattern as a syntax tree in which `\\d` and `[0-9]` are one; letters stand for bytes, so that lengths count. None
/// for what the parser does not know, look-around for one.
fn tree(pattern: &str) -> Option<Hir> {
    if !pattern.is_ascii() {
        return None;
    }
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}

/// The lengths of the texts that a pattern takes: the least of them, and the greatest where it is anchored at both ends.
pub(super) fn lengths(pattern: &str) -> Option<Range> {
    let tree = tree(pattern)?;
    let facts = tree.properties();
    let anchored = facts.look_set_prefix().contains(Look::Start) && facts.look_set_suffix().contains(Look::End);
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
    let number = |length: usize| length as f64;
    let least = facts.minimum_len().map_or(0.0, number);
    Some(match anchored {
        true => Range::between(least, facts.maximum_len().map_or(f64::INFINITY, number)),
        // One letter beyond ASCII may be several bytes of the pattern.
        false if ["\\u", "\\x"].iter().any(|escape| pattern.contains(escape)) => {
            Range::between(least.min(1.0), f64::INFINITY)
        }
        false => Range::between(least, f64::INFINITY),
    })
}

/// Whether two lists of patterns are the same but for their spelling.
fn same_trees(old: &[&str], new: &[&str]) -> bool {
    let trees = |patterns: &[&str]| patterns.iter().map(|pattern| tree(pattern)).collect::<Option<Vec<_>>>();
    let (Some(old), Some(new)) = (trees(old), trees(new)) else { return false };
    old.iter().all(|one| new.contains(one)) && new.iter().all(|two| old.contains(two))
}

fn decide(old: &[&str], new: &[&str], lengths: &Range) -> Option<&'static Rule> {
    if same_trees(old, new) {
        return None;
    }
    let narrows = escapes(old, new, lengths);
    let widens = escapes(new, old, lengths);
    let equal = || Patterns::implies(old, new, lengths) && Patterns::implies(new, old, lengths);
    Some(match (narrows, widens) {
        (Some(false), Some(false)) if equal() => return None,
        (Some(true), Some(true)) => &rules::pattern_replaced::RULE,
        (Some(true), Some(false)) => &rules::pattern_narrowed::RULE,
        (Some(false), Some(true)) => &rules::pattern_widened::RULE,
        _ => &rules::pattern_changed::RULE,
    })
}

/// Whether some text that all of `inner` take is refused by one of `outer`; none when nothing could be tried.
fn escapes(inner: &[&str], outer: &[&str], lengths: &Range) -> Option<bool> {
    let schema = |patterns: &[&str]| {
        let all: Vec<_> = patterns.iter().map(|pattern| json!({ "pattern": pattern })).collect();
        json!({ "allOf": all })
    };
    let (inside, outside) = (schema(inner), schema(outer));
    let only_inside = |text: &str| {
        let value = json!(text);
        Some(checker::is_valid(&inside, &value)? && !checker::is_valid(&outside, &value)?)
    };
    match escape(inner, outer, lengths) {
        Some(Escape::None) => return Some(false),
        // The validator knows the dialect best.
        Some(Escape::Text(text)) if only_inside(&text) == Some(true) => return Some(true),
        _ => {}
    }
    let mut tried = false;
    let looked_at = outer.iter().flat_map(|pattern| look_around(pattern)).flat_map(|part| samples(&part, DRAWN / 3));
    let mut looked_at: Vec<String> = looked_at.collect();
    for pattern in inner {
        let drawn = samples(pattern, DRAWN).into_iter().chain(std::mem::take(&mut looked_at));
        for text in drawn.filter_map(|text| of_length(text, lengths)) {
            if only_inside(&text)? {
                return Some(true);
            }
            tried = tried || checker::is_valid(&inside, &json!(text))?;
        }
    }
    tried.then_some(false)
}

/// A text of an allowed length: itself, or repeated and cut to it. None where that makes no sense.
fn of_length(text: String, lengths: &Range) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
    let length = text.chars().count() as f64;
    if lengths.holds(length) {
        return Some(text);
    }
    let wanted = if length < lengths.low { lengths.low } else { lengths.high };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and positive")]
    let fits = (0.0..=512.0).contains(&wanted).then_some(wanted as usize)?;
    (!text.is_empty()).then(|| text.chars().cycle().take(fits).collect())
}

/// A shortest text that satisfies `inner` and not `outer`, where that can be told for certain.
pub(crate) fn only_in(inner: &[&str], outer: &[&str], lengths: &Range) -> Option<String> {
    match escape(inner, outer, lengths)? {
        Escape::Text(text) => Some(text),
        Escape::None => None,
    }
}

/// Texts that probably match a pattern; always the same ones.
pub(crate) fn samples(pattern: &str, count: usize) -> Vec<String> {
    let (body, start) = pattern.strip_prefix('^').map_or((pattern, false), |rest| (rest, true));
    let (body, end) = match body.strip_suffix('$') {
        Some(rest) if !rest.ends_with('\\') => (rest, true),
        _ => (body, false),
    };
    // `\d` and `\w` are ASCII in the dialect of JSON Schema, but not to the generator.
    let body = body.replace("\\d", "[0-9]").replace("\\w", "[A-Za-z0-9_]");
    let whole = body.clone();
    let body = without_look_around(&body);
    if body.len() > 2_000 {
        return Vec::new();
    }
    let mut found = Vec::new();
    let variants = [
        body.clone(),
        if start { body.clone() } else { format!("x{{0,2}}({body})") },
        if end { body.clone() } else { format!("({body})x{{0,2}}") },
    ];
    if body != whole {
        // The generator knows no look-around: texts of the rest, and plain ones of every length, may fit by chance.
        found.extend(plain_texts());
    }
    for variant in variants {
        let Ok(strategy) = proptest::string::string_regex(&variant) else { continue };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config { failure_persistence: None, ..Config::default() }, rng);
        for _ in 0..count / 3 {
            if let Ok(tree) = strategy.new_tree(&mut runner) {
                found.push(tree.current());
            }
        }
    }
    found.sort_by(|one, two| one.len().cmp(&two.len()).then(one.cmp(two)));
    found.dedup();
    found
}

/// A pattern without its look-ahead and look-behind.
fn without_look_around(pattern: &str) -> String {
    let mut kept = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(letter) = rest.chars().next() {
        let look = ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|start| rest.starts_with(start));
        let step = match letter {
            _ if look => group_end(rest),
            '\\' => rest.chars().take(2).map(char::len_utf8).sum(),
            _ => letter.len_utf8(),
        };
        if !look {
            kept.push_str(&rest[..step]);
        }
        rest = &rest[step..];
    }
    kept
}

/// What a pattern looks ahead or behind for: a text that is just that may well be refused, or be all that is missing.
fn look_around(pattern: &str) -> Vec<String> {
    let starts = pattern.match_indices("(?");
    starts
        .filter_map(|(at, _)| {
            let group = &pattern[at..at + group_end(&pattern[at..])];
            let inner = ["(?=", "(?!", "(?<=", "(?<!"].iter().find_map(|start| group.strip_prefix(start))?;
            Some(inner.strip_suffix(')').unwrap_or(inner).to_owned())
        })
        .collect()
}

/// How long the group is with which a text starts.
fn group_end(text: &str) -> usize {
    let (mut depth, mut class, mut escaped) = (0_usize, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' if !class => class = true,
            ']' => class = false,
            '(' if !class => depth += 1,
            ')' if !class => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

/// Texts of every small length: of one kind of letter, and of all kinds.
fn plain_texts() -> Vec<String> {
    let kinds = ["a", "A", "0", "Aa1!", "a1", "Aa"];
    (1..=24).flat_map(|length| kinds.iter().map(move |kind| kind.chars().cycle().take(length).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spelling_and_lengths_of_patterns() {
        assert!(same_trees(&["^[0-9]+$"], &[r"^\d+$"]) && !same_trees(&["^[0-9]+$"], &["^[0-9]*$"]));
        assert_eq!(lengths("^[a-z]{2}$"), Some(Range::between(2.0, 2.0)));
        assert_eq!(lengths("^[^/]{1,3}$"), Some(Range::between(1.0, 3.0)));
        let at_least = |low: f64| Some(Range::between(low, f64::INFINITY));
        assert_eq!(lengths("^a|b$"), at_least(1.0));
        assert_eq!(lengths("[a-z]{2}"), at_least(2.0));
        assert_eq!(lengths(r"\x41{3}"), at_least(1.0));
        assert_eq!(lengths("(?=a)"), None);
    }

    #[test]
    fn look_around_is_taken_out() {
        assert_eq!(without_look_around(r"(?=.*[)A-Z])(?!x\))a(b|c)\(?=d"), r"a(b|c)\(?=d");
        let drawn = samples(r"^(?=.*[A-Z]).{8,}$", 12);
        assert!(drawn.iter().any(|text| text.len() == 8 && text.contains('A')), "{drawn:?}");
    }
}
