//! Scalars: types, enumerations, ranges, lengths, patterns, formats.
//!
//! Everything is judged by sets of values: a bound that another keyword implies already changes nothing.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde_json::Value;

use super::patterns::Patterns;
use super::{Engine, Mode, Sides};
use crate::diff::effective::Effective;
use crate::diff::law::Direction;
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::{
    Range, TypeSet, format_length, format_within, integer_format, standard_format, value_key, wire_text,
};

/// Most values that a headline lists.
const LISTED: usize = 40;

impl<'a> Engine<'a> {
    /// Judges the types and returns those that both sides have.
    pub(super) fn compare_types(&mut self, sides: &Sides<'a>) -> TypeSet {
        let (old, new) = (sides.old.types, sides.new.types);
        let common = old.and(new);
        // A side whose branches contradict each other accepts nothing.
        let possible = !old.is_empty() && !new.is_empty() && (sides.mode.textual || !common.is_empty());
        if old == new || possible && sides.old.values.is_some() && sides.new.values.is_some() {
            return common;
        }
        let (left, right) = if sides.mode.textual && !old.is_empty() && !new.is_empty() {
            // A text that is bounded no longer takes every scalar; what has no type at all is written as a text is.
            let read = |side: &Effective<'a>, own: TypeSet, other: TypeSet| match own {
                _ if constrained_text(side) => own,
                TypeSet::ALL if other.has(TypeSet::STRING) => other.as_text(),
                _ => own.as_text(),
            };
            (read(&sides.old, old, new), read(&sides.new, new, old))
        } else {
            (old, new)
        };
        let rule: Option<&'static Rule> = match (left.within(right), right.within(left)) {
            (true, true) => None,
            (true, false) => Some(&rules::type_widened::RULE),
            (false, true) => Some(&rules::type_narrowed::RULE),
            (false, false) => Some(&rules::type_changed::RULE),
        };
        let finite = possible && (covered_by_values(&sides.old, new) || covered_by_values(&sides.new, old));
        if let Some(rule) = rule.filter(|_| !finite) {
            let change = self.change(sides, rule, "type").about("`type`").values(old.names(), new.names());
            self.note(sides, change);
        }
        common
    }

    /// Judges enumerations; true when one side has one, so that nothing else about scalars matters.
    pub(super) fn compare_values(&mut self, sides: &Sides<'a>) -> bool {
        let mut old = sides.old.values.as_ref().map(|values| admitted(&sides.old, values));
        let mut new = sides.new.values.as_ref().map(|values| admitted(&sides.new, values));
        // A list that contradicts the other keywords entirely is sloppy writing if it was so before, or stands alone.
        if old.as_ref().is_none_or(Vec::is_empty) && new.as_ref().is_none_or(Vec::is_empty) {
            old.clone_from(&sides.old.values);
            new.clone_from(&sides.new.values);
        }
        let key = |value: &Value| if sides.mode.textual { wire_text(value) } else { value_key(value) };
        let missing = |from: &[&Value], list: &[&Value]| -> Vec<String> {
            let known: HashSet<String> = list.iter().map(|value| key(value)).collect();
            from.iter().filter(|value| !known.contains(&key(value))).map(ToString::to_string).collect()
        };
        let refused = |values: &[&Value], by: &Effective<'_>| -> Vec<String> {
            values.iter().filter(|value| !self_admits(by, value, sides.mode.textual)).map(ToString::to_string).collect()
        };
        match (old, new) {
            (None, None) => return false,
            (Some(old), Some(new)) => {
                self.say_values(sides, &rules::enum_value_removed::RULE, &missing(&old, &new), &old, &new);
                self.say_values(sides, &rules::enum_value_added::RULE, &missing(&new, &old), &old, &new);
            }
            (None, Some(new)) => {
                if !covers_booleans(&new, sides.old.types) {
                    self.say(sides, &rules::enum_set::RULE, "enum", "any value", list(&new));
                }
                self.say_values(sides, &rules::enum_value_added::RULE, &refused(&new, &sides.old), &[], &new);
            }
            (Some(old), None) => {
                if !covers_booleans(&old, sides.new.types) {
                    self.say(sides, &rules::enum_dropped::RULE, "enum", list(&old), "any value");
                }
                self.say_values(sides, &rules::enum_value_removed::RULE, &refused(&old, &sides.new), &old, &[]);
            }
        }
        true
    }

    fn say_values(
        &mut self,
        sides: &Sides<'a>,
        rule: &'static Rule,
        values: &[String],
        old: &[&Value],
        new: &[&Value],
    ) {
        if values.is_empty() {
            return;
        }
        let mut subject = values.iter().take(LISTED).map(|value| format!("`{value}`")).collect::<Vec<_>>().join(", ");
        if values.len() > LISTED {
            subject.push_str(&format!(" and {} more", values.len() - LISTED));
        }
        let change = self.change(sides, rule, "enum").about(subject).values(list(old), list(new));
        self.note(sides, change);
    }

    pub(super) fn compare_scalars(&mut self, sides: &Sides<'a>, common: TypeSet) {
        if common.has(TypeSet::NUMBER) {
            self.compare_numbers(sides);
        }
        if common.has(TypeSet::STRING) {
            self.compare_counts(
                sides,
                (lengths_of(&sides.old, sides.mode), lengths_of(&sides.new, sides.mode)),
                ["minLength", "maxLength"],
                "characters",
                [&rules::length_narrowed::RULE, &rules::length_widened::RULE],
            );
            self.compare_patterns(sides);
        }
        if common.has(TypeSet::STRING) || common.has(TypeSet::NUMBER) {
            self.compare_formats(sides, common);
        }
    }

    /// A pair of limits on a count: each end is judged on its own.
    pub(super) fn compare_counts(
        &mut self,
        sides: &Sides<'a>,
        (old, new): (Numbers, Numbers),
        keywords: [&str; 2],
        unit: &str,
        [narrowed, widened]: [&'static Rule; 2],
    ) {
        let (before, after) = (old.bounds.describe(unit), new.bounds.describe(unit));
        for (keyword, narrows, widens) in [
            (keywords[0], !new.bounds.holds_low_of(&old.all), !old.bounds.holds_low_of(&new.all)),
            (keywords[1], !new.bounds.holds_high_of(&old.all), !old.bounds.holds_high_of(&new.all)),
        ] {
            if narrows {
                self.say(sides, narrowed, keyword, before.clone(), after.clone());
            } else if widens {
                self.say(sides, widened, keyword, before.clone(), after.clone());
            }
        }
    }

    fn compare_numbers(&mut self, sides: &Sides<'a>) {
        let (old, new) = (numbers_of(&sides.old), numbers_of(&sides.new));
        // What the side holds, against what the other side's bounds alone allow.
        let (before, after) = (sides.old.range.describe(""), sides.new.range.describe(""));
        for (keyword, exclusive, narrows, widens) in [
            ("minimum", "exclusiveMinimum", !new.bounds.holds_low_of(&old.all), !old.bounds.holds_low_of(&new.all)),
            ("maximum", "exclusiveMaximum", !new.bounds.holds_high_of(&old.all), !old.bounds.holds_high_of(&new.all)),
        ] {
            let keyword = self.bound_said(sides, keyword, exclusive);
            if let Some((rule, one, two)) = (!narrows && !widens).then(|| closer(sides, keyword)).flatten() {
                self.say(sides, rule, keyword, one, two);
            } else if narrows {
                self.say(sides, &rules::range_narrowed::RULE, keyword, before.clone(), after.clone());
            } else if widens {
                self.say(sides, &rules::range_widened::RULE, keyword, before.clone(), after.clone());
            }
        }
        self.compare_multiples(sides);
    }

    /// The keyword that moved an end of a range: the plain bound, or its exclusiveness.
    fn bound_said(&self, sides: &Sides<'a>, keyword: &'static str, exclusive: &'static str) -> &'static str {
        let (old, new) = (&sides.old.range, &sides.new.range);
        let opened = match keyword {
            "minimum" => old.low == new.low && old.low_open != new.low_open,
            _ => old.high == new.high && old.high_open != new.high_open,
        };
        let written = |key: &str| {
            [self.new_at(sides, key), self.old_at(sides, key)].into_iter().flatten().any(|at| at.key.is_some())
        };
        if written(exclusive) && (opened || !written(keyword)) { exclusive } else { keyword }
    }

    fn compare_formats(&mut self, sides: &Sides<'a>, common: TypeSet) {
        let whole = common.and(TypeSet::NUMBER) == TypeSet::INTEGER && !common.has(TypeSet::STRING);
        let (old, new) = (&sides.old.formats, &sides.new.formats);
        let within = |inner: &Effective<'a>, outer: &[&str]| {
            // Every whole number is a fraction, too, whatever its width.
            let fraction = |format: &str| matches!(format, "float" | "double");
            let integers = inner.formats.is_empty() && !inner.types.has(TypeSet::FRACTION.or(TypeSet::STRING));
            let holds = numbers_of(inner).all;
            outer.iter().all(|format| {
                inner.formats.iter().any(|known| format_within(known, format))
                    || whole && integer_format(format).is_some_and(|range| range.contains(&holds))
                    || integers && fraction(format)
            })
        };
        let narrows = !within(&sides.old, new);
        let widens = !within(&sides.new, old);
        let breaks = if sides.mode.direction == Direction::Request { narrows } else { widens };
        let differing =
            old.iter().filter(|name| !new.contains(name)).chain(new.iter().filter(|name| !old.contains(name)));
        let mut advice = differing.clone().count() > 0 && differing.clone().all(|name| is_advice(name, old, new));
        if sides.mode.direction == Direction::Response && !new.is_empty() {
            // What no standard defines promised readers nothing for certain, whatever took its place.
            advice = advice || !old.is_empty() && old.iter().all(|name| !standard_format(name));
        }
        let rule = match (narrows, widens) {
            (false, false) => return,
            _ if breaks && advice => &rules::format_advice_changed::RULE,
            (true, false) => &rules::format_narrowed::RULE,
            (false, true) => &rules::format_widened::RULE,
            (true, true) => &rules::format_changed::RULE,
        };
        let text = |formats: &[&str]| if formats.is_empty() { "no format".to_owned() } else { formats.join(" and ") };
        self.say(sides, rule, "format", text(old), text(new));
    }

    fn compare_patterns(&mut self, sides: &Sides<'a>) {
        let (old, new) = (&sides.old.patterns, &sides.new.patterns);
        let lost: Vec<&str> = old.iter().filter(|pattern| !new.contains(pattern)).copied().collect();
        let gained: Vec<&str> = new.iter().filter(|pattern| !old.contains(pattern)).copied().collect();
        let rule = match (lost.is_empty(), gained.is_empty()) {
            (true, true) => return,
            (true, false) if Patterns::implies(old, &gained, &sides.old.length) => return,
            (false, true) if Patterns::implies(new, &lost, &sides.new.length) => return,
            (true, false) => Some(&rules::pattern_added::RULE),
            (false, true) => Some(&rules::pattern_removed::RULE),
            (false, false) => {
                let lengths = (sides.old.length, sides.new.length);
                self.patterns.relation(&lost, &gained, lengths)
            }
        };
        let Some(rule) = rule else { return };
        let text = |patterns: &[&str]| {
            if patterns.is_empty() { "no pattern".to_owned() } else { format!("`{}`", patterns.join("` and `")) }
        };
        self.say(sides, rule, "pattern", text(old), text(new));
    }

    /// Open enumerations: their values are advice, except that requests may rely on those of `x-extensible-enum`.
    pub(super) fn compare_known_values(&mut self, sides: &Sides<'a>) {
        for keyword in ["x-extensible-enum", "x-known-values"] {
            let values = |side: &Effective<'a>| -> Option<Vec<&'a Value>> {
                let found = side.known.iter().find(|(key, _)| *key == keyword)?.1.as_array()?;
                Some(found.iter().collect())
            };
            let (Some(old), Some(new)) = (values(&sides.old), values(&sides.new)) else { continue };
            let outside = |one: &[&Value], two: &[&Value]| -> String {
                one.iter()
                    .filter(|value| !two.contains(value))
                    .map(|value| format!("`{value}`"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            for (rule, subject) in [
                (&rules::known_value_removed::RULE, outside(&old, &new)),
                (&rules::known_value_added::RULE, outside(&new, &old)),
            ] {
                if !subject.is_empty() {
                    let change = self.change(sides, rule, keyword).about(subject).values(list(&old), list(&new));
                    self.note(sides, change);
                }
            }
        }
    }
}

/// Whether a format tells readers what to expect and limits nothing that anybody sends: one that no standard defines,
/// or the width of a number where no width was told.
fn is_advice(name: &str, old: &[&str], new: &[&str]) -> bool {
    let alone = old.is_empty() || new.is_empty();
    !standard_format(name) || alone && matches!(name, "int64" | "long" | "float" | "double")
}

/// The values that satisfy the side's other keywords.
fn admitted<'v>(side: &Effective<'_>, values: &[&'v Value]) -> Vec<&'v Value> {
    values.iter().copied().filter(|value| side.admits(value)).collect()
}

fn self_admits(by: &Effective<'_>, value: &Value, textual: bool) -> bool {
    by.admits(value) || textual && by.types.has(TypeSet::STRING) && by.admits(&Value::String(wire_text(value)))
}

/// The values of a schema that has but a few, although it does not list them.
pub(super) fn implied_values<'a>(side: &Effective<'a>) -> Option<Vec<&'a Value>> {
    static BOOLEANS: [Value; 2] = [Value::Bool(true), Value::Bool(false)];
    static NUMBERS: LazyLock<Vec<Value>> = LazyLock::new(|| (-128..=127).map(Value::from).collect());
    if !side.unions.is_empty() || !side.negations.is_empty() {
        return None;
    }
    if side.types == TypeSet::BOOLEAN {
        return Some(BOOLEANS.iter().collect());
    }
    let range = side.range.whole();
    let few = range.low >= -128.0 && range.high <= 127.0;
    let all = || NUMBERS.iter().filter(|value| side.admits(value)).collect();
    (side.types == TypeSet::INTEGER && few).then(all)
}

/// The rule for two whole bounds that are one as floats.
fn closer(sides: &Sides<'_>, keyword: &str) -> Option<(&'static Rule, String, String)> {
    let low = keyword.ends_with("inimum");
    let bound = |side: &Effective<'_>| {
        let (written, float) = if low { (side.written.0, side.range.low) } else { (side.written.1, side.range.high) };
        #[expect(clippy::cast_precision_loss, reason = "that is what is asked")]
        written.filter(|written| *written as f64 == float)
    };
    let (old, new) = (bound(&sides.old)?, bound(&sides.new)?);
    let open = [&sides.old.range, &sides.new.range].iter().any(|range| range.low_open || range.high_open);
    #[expect(clippy::cast_precision_loss, reason = "that is what is asked")]
    let alike = old as f64 == new as f64;
    let rule: &'static Rule = match old.cmp(&new) {
        std::cmp::Ordering::Equal => return None,
        _ if open || !alike => return None,
        order if (order == std::cmp::Ordering::Less) == low => &rules::range_narrowed::RULE,
        _ => &rules::range_widened::RULE,
    };
    Some((rule, old.to_string(), new.to_string()))
}

fn covers_booleans(values: &[&Value], types: TypeSet) -> bool {
    types == TypeSet::BOOLEAN && values.contains(&&Value::Bool(true)) && values.contains(&&Value::Bool(false))
}

/// Whether the side is an enumeration whose values all have one of `types`: then the enumeration rules speak.
fn covered_by_values(side: &Effective<'_>, types: TypeSet) -> bool {
    side.values.as_ref().is_some_and(|values| values.iter().all(|value| TypeSet::of(value).within(types)))
}

fn constrained_text(side: &Effective<'_>) -> bool {
    side.types.has(TypeSet::STRING)
        && (side.values.is_some()
            || !side.patterns.is_empty()
            || !side.formats.is_empty()
            || side.length.high.is_finite())
}

pub(super) struct Numbers {
    /// Bounds only.
    pub(super) bounds: Range,
    /// Bounds, and what other keywords imply.
    pub(super) all: Range,
}

impl Numbers {
    /// A range of which nothing else tells.
    pub(super) fn plain(range: Range) -> Self {
        Self { bounds: range, all: range }
    }
}

pub(super) fn numbers_of(side: &Effective<'_>) -> Numbers {
    let whole = !side.types.has(TypeSet::FRACTION);
    let bounds = if whole { side.range.whole() } else { side.range };
    let mut all = bounds;
    if whole {
        for range in side.formats.iter().filter_map(|format| integer_format(format)) {
            all = all.and(range);
        }
    }
    Numbers { bounds, all }
}

/// Lengths, and those that the patterns and formats leave; a segment of a path is never empty.
fn lengths_of(side: &Effective<'_>, mode: Mode) -> Numbers {
    let segment = mode.segment.then_some(Range { low: 1.0, ..Range::EVERYTHING });
    let implied = side.patterns.iter().filter_map(|pattern| super::patterns::lengths(pattern));
    let formatted = side.formats.iter().filter_map(|format| format_length(format));
    Numbers { bounds: side.length, all: implied.chain(formatted).chain(segment).fold(side.length, Range::and) }
}

fn list(values: &[&Value]) -> String {
    const SHOWN: usize = 12;
    let mut text = values.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if values.len() > SHOWN {
        text.push_str(&format!(" and {} more", values.len() - SHOWN));
    }
    if text.is_empty() { "none".to_owned() } else { text }
}
