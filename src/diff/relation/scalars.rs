//! Scalars: types, ranges, lengths, patterns, formats.
//!
//! Everything is judged by sets of values: a bound that another keyword implies already changes nothing.

use super::patterns::Patterns;
use super::{Engine, Mode, Sides};
use crate::diff::effective::Effective;
use crate::diff::law::Direction;
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::types::{
    Range, TypeSet, format_length, format_pattern, format_within, integer_format, numeric_format, standard_format,
};
use crate::diff::unreadable::is_pattern;

impl<'a> Engine<'a> {
    /// Judges the types and returns those that both sides have.
    pub(super) fn compare_types(&mut self, sides: &Sides<'a>) -> TypeSet {
        let (old, new) = (sides.old.types, sides.new.types);
        let common = old.and(new);
        // That a step leaves whole numbers only is told of the step.
        let told = |side: &Effective<'_>| if side.stepped { side.types.or(TypeSet::FRACTION) } else { side.types };
        if old != new
            && told(&sides.old) == told(&sides.new)
            && sides.old.values.is_none()
            && sides.new.values.is_none()
        {
            return common;
        }
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
            let change = self
                .change(sides, rule, "type")
                .about_one("type")
                .values(type_words(&sides.old, old), type_words(&sides.new, new));
            self.note(sides, change);
        }
        common
    }

    /// Judges a `type` that came beside `properties` or `items`, or went: without it they say nothing of a text, which
    /// then is accepted. Variants of a union are left alone, where what all of them take fits none.
    pub(super) fn compare_declared(&mut self, sides: &Sides<'a>) {
        let (old, new) = (&sides.old, &sides.new);
        let pair = &self.pairs[sides.pair.0 as usize];
        let told = old.types != new.types || old.declared == new.declared || old.types.is_empty();
        if told || sides.mode.textual || !pair.plain || !pair.unions.is_empty() {
            return;
        }
        let rule: &'static Rule = match (old.declared.within(new.declared), new.declared.within(old.declared)) {
            (true, _) => &rules::type_widened::RULE,
            (_, true) => &rules::type_narrowed::RULE,
            _ => return,
        };
        let values = (type_words(old, old.declared), type_words(new, new.declared));
        let change = self.change(sides, rule, "type").about_one("type").values(values.0, values.1);
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
        // What a number of that width looks like as a text is written nowhere.
        let foreign = |name: &str| !common.has(TypeSet::NUMBER) && numeric_format(name);
        let advises = |name: &&&str| foreign(name) || is_advice(name, old, new);
        let mut advice = differing.clone().count() > 0 && differing.clone().all(|name| advises(&name));
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
            _ if !lost.iter().chain(&gained).all(|pattern| is_pattern(pattern)) => Some(&rules::pattern_changed::RULE),
            (true, false) if Patterns::implies(&spelt(&sides.old), &gained, &sides.old.length) => return,
            (false, true) if Patterns::implies(&spelt(&sides.new), &lost, &sides.new.length) => return,
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
}

/// The types of a side, in words.
fn type_words(side: &Effective<'_>, types: TypeSet) -> String {
    match types {
        TypeSet::ALL => "no constraint".to_owned(),
        TypeSet::NOTHING if side.nullable => "null".to_owned(),
        _ => types.names(),
    }
}

/// Whether a format tells readers what to expect and limits nothing that anybody sends: one that no standard defines,
/// or the width of a number where no width was told.
fn is_advice(name: &str, old: &[&str], new: &[&str]) -> bool {
    let alone = old.is_empty() || new.is_empty();
    !standard_format(name) || alone && matches!(name, "int64" | "long" | "float" | "double")
}

/// The patterns of a side, and those that its formats stand for.
fn spelt<'v>(side: &Effective<'v>) -> Vec<&'v str> {
    side.patterns.iter().copied().chain(side.formats.iter().filter_map(|format| format_pattern(format))).collect()
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
        // Between the last multiple and the bound there is nothing.
        for step in side.multiples.iter().filter(|step| step.fract() == 0.0) {
            let stepped = Range::between((all.low / step).ceil() * step, (all.high / step).floor() * step);
            all = all.and(stepped);
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
