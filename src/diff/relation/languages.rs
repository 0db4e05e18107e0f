//! Regular expressions as the sets of texts that they take: decided for good, by automata.
//!
//! What no automaton can express, look-around and back references, is left to `patterns`, which tries texts. A letter
//! stands for a byte here; all letters beyond ASCII behave alike in a pattern that names none, so one stands for all.

use std::collections::HashMap;

use regex_automata::Anchored;
use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::util::syntax;

use crate::diff::types::Range;

/// Most bytes of one automaton.
const MAX_SIZE: usize = 2 << 20;
/// Most states of the automata taken together.
const MAX_STATES: usize = 20_000;
/// Most letters that a text must have at least.
const MAX_LEAST: usize = 256;
/// The byte for every letter beyond ASCII.
const BEYOND: u8 = 0x80;

/// All letters, those that people write first.
fn letters() -> impl Iterator<Item = u8> {
    let special = (b' '..=b'~').filter(|letter| !letter.is_ascii_alphanumeric());
    let rare = std::iter::once(BEYOND).chain(0..b' ').chain(std::iter::once(0x7f));
    (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(special).chain(rare)
}

type Automata = dense::DFA<Vec<u32>>;

/// Whether a pattern means the same here and in the dialect of JSON Schema.
fn is_common(pattern: &str) -> bool {
    let foreign = ["\\x", "\\u", "\\p", "\\P", "\\c", "\\A", "\\z", "\\Z", "\\B", "\\b", "(?", "[[", "&&", "~~", "--"];
    // `(?:` is understood everywhere.
    let plain = pattern.replace("(?:", "(");
    let nested = plain.match_indices('[').filter(|(at, _)| inside_class(&plain[..*at])).count() > 0;
    pattern.is_ascii() && !nested && !foreign.iter().any(|sign| plain.contains(sign))
}

/// Whether a class is open at the end of the front of a pattern.
fn inside_class(front: &str) -> bool {
    let (mut open, mut escaped) = (false, false);
    for letter in front.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => open = true,
            ']' => open = false,
            _ => {}
        }
    }
    open
}

fn automaton(pattern: &str) -> Option<Automata> {
    if !is_common(pattern) {
        return None;
    }
    let config = dense::Config::new()
        .start_kind(StartKind::Unanchored)
        .dfa_size_limit(Some(MAX_SIZE))
        .determinize_size_limit(Some(MAX_SIZE));
    dense::Builder::new()
        .configure(config)
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(MAX_SIZE)))
        .build(pattern)
        .ok()
}

/// Where an automaton is; none once it has found what it looks for.
type Spot = Option<StateID>;

fn step(automaton: &Automata, spot: Spot, letter: u8) -> Spot {
    let next = automaton.next_state(spot?, letter);
    (!automaton.is_match_state(next)).then_some(next)
}

fn takes(automaton: &Automata, spot: Spot) -> bool {
    spot.is_none_or(|state| automaton.is_match_state(automaton.next_eoi_state(state)))
}

/// What a search for a text has found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// A text that the one list takes and the other refuses.
    Text(String),
    /// Whatever the one takes, the other takes.
    None,
}

/// A shortest text that all of `inner` take and one of `outer` refuses, among those of the allowed lengths; none where
/// it cannot be decided. Without an `inner` every text is meant.
pub(super) fn escape(inner: &[&str], outer: &[&str], lengths: &Range) -> Option<Escape> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small range")]
    let least = lengths.low.clamp(0.0, 1e6) as usize;
    if least > MAX_LEAST {
        return None;
    }
    let build = |patterns: &[&str]| patterns.iter().map(|pattern| automaton(pattern)).collect::<Option<Vec<_>>>();
    let (inside, outside) = (build(inner)?, build(outer)?);
    let all: Vec<&Automata> = inside.iter().chain(&outside).collect();
    let unanchored = start::Config::new().anchored(Anchored::No);
    let begin: Option<Vec<Spot>> =
        all.iter().map(|automaton| automaton.start_state(&unanchored).ok().map(Some)).collect();
    let mut states = vec![(begin?, 0_usize)];
    let mut came: Vec<(usize, u8)> = vec![(0, 0)];
    let mut length = vec![0_usize];
    let mut known: HashMap<(Vec<Spot>, usize), ()> = HashMap::from([(states[0].clone(), ())]);
    let mut at = 0;
    while at < states.len() {
        let (spots, count) = states[at].clone();
        let accepted = |range: std::ops::Range<usize>| range.into_iter().all(|index| takes(all[index], spots[index]));
        if count >= least && accepted(0..inside.len()) && !accepted(inside.len()..all.len()) {
            return Some(Escape::Text(spelled(&came, at)));
        }
        #[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
        let may_grow = ((length[at] + 1) as f64) <= lengths.high;
        for letter in letters().filter(|_| may_grow) {
            let next: Vec<Spot> = all.iter().zip(&spots).map(|(one, spot)| step(one, *spot, letter)).collect();
            let next = (next, least.min(count + 1));
            if dead(&inside, &next.0) || known.contains_key(&next) {
                continue;
            }
            known.insert(next.clone(), ());
            states.push(next);
            came.push((at, letter));
            length.push(length[at] + 1);
        }
        if states.len() > MAX_STATES {
            return None;
        }
        at += 1;
    }
    Some(Escape::None)
}

/// Whether one of the automata can find nothing any more.
fn dead(automata: &[Automata], spots: &[Spot]) -> bool {
    automata.iter().zip(spots).any(|(one, spot)| spot.is_some_and(|state| one.is_dead_state(state)))
}

/// The text that leads to a state.
fn spelled(came: &[(usize, u8)], mut at: usize) -> String {
    let mut letters = Vec::new();
    while at != 0 {
        let (before, letter) = came[at];
        letters.push(if letter == BEYOND { 'é' } else { char::from(letter) });
        at = before;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Range = Range { low: 0.0, low_open: false, high: f64::INFINITY, high_open: false };

    fn found(inner: &[&str], outer: &[&str]) -> Option<Escape> {
        escape(inner, outer, &ANY)
    }

    #[test]
    fn what_one_takes_the_other_takes_too() {
        for (inner, outer) in [
            ("^[a-z]+$", "^[a-z0-9]+$"),
            ("^(abc)+$", "^(?:abc)+$"),
            ("^(a|b)$", "^a|b$"),
            ("^[a-z]", "[a-z]"),
            (r"^\d{3}$", "^[0-9]{3}$"),
            (r"^[0-9]\.[0-9]$", r"^[0-9]\.[0-9]$|^v_[0-9]$"),
            (r"\w+", r"[-.\w]+"),
        ] {
            assert_eq!(found(&[inner], &[outer]), Some(Escape::None), "{inner} in {outer}");
        }
        assert_eq!(found(&["^[a-z]+$", "^.{2,4}$"], &["^[a-z]{2,4}$"]), Some(Escape::None));
        assert_eq!(found(&["^[a-z]{2,4}$"], &["^[a-z]+$", "^.{2,4}$"]), Some(Escape::None));
    }

    #[test]
    fn a_shortest_text_shows_what_only_one_takes() {
        for (inner, outer, text) in [
            ("^a|b$", "^(a|b)$", "aa"),
            ("[a-z]", "^[a-z]", "Aa"),
            ("^[A-F0-9]{2}$", "^[A-E0-9]{2}$", "AF"),
            ("^[^/]+$", "^[ -~]+$", "é"),
        ] {
            assert_eq!(found(&[inner], &[outer]), Some(Escape::Text(text.to_owned())), "{inner} beyond {outer}");
        }
        assert_eq!(found(&[], &["^.{3}$"]), Some(Escape::Text(String::new())));
        let three = Range::between(3.0, 3.0);
        assert_eq!(escape(&["^[a-z]+$"], &["^[a-z]{3}$"], &three), Some(Escape::None));
        assert_eq!(escape(&["^[a-z]+$"], &["^[a-y]+$"], &three), Some(Escape::Text("aaz".to_owned())));
    }

    #[test]
    fn what_no_automaton_can_express_is_left_open() {
        for pattern in ["^(?=a).$", r"(a)\1", "[[a]", "é", r"^\u00e9$", "^.{1,2000000}$"] {
            assert_eq!(found(&[pattern], &["a"]), None, "{pattern}");
        }
    }
}
