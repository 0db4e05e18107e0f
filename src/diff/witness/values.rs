//! Scalars that are tried: around the limits of both sides, and what either names.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Half, MAX_LENGTH, MAX_WITNESS_VARIANTS, formats};
use crate::diff::effective::{Conj, ConjId, Effective, effective};
use crate::diff::types::{Range, TypeSet, value_key};

/// What the other side, and the change itself, tell about where to look.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hints {
    /// The property that the change is about.
    pub(super) focus: String,
    pub(super) numbers: Vec<f64>,
    pub(super) lengths: Vec<usize>,
    pub(super) items: Vec<usize>,
    pub(super) properties: Vec<usize>,
    pub(super) values: Vec<Value>,
    /// What the other side enumerates, by [`value_key`].
    pub(super) listed: HashSet<String>,
    /// Properties that the other side refuses to see together.
    pub(super) together: Vec<Vec<String>>,
    /// The patterns of the other side.
    pub(super) patterns: Vec<String>,
}

impl Hints {
    /// These hints and the limits of a schema.
    pub(super) fn with(&self, merged: &Effective<'_>) -> Self {
        let mut all = self.clone();
        all.numbers.extend([merged.range.low, merged.range.high].into_iter().filter(|limit| limit.is_finite()));
        all.numbers.extend(merged.multiples.iter().flat_map(|step| [step / 2.0, step * 1.5]));
        let limits = |range: &Range| [range.low, range.high].into_iter().filter_map(whole);
        all.lengths.extend(limits(&merged.length));
        all.items.extend(limits(&merged.item_count));
        all.properties.extend(limits(&merged.property_count));
        all
    }
}

fn whole(limit: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative, just checked")]
    (limit.is_finite() && (0.0..1e6).contains(&limit)).then_some(limit as usize)
}

pub(super) fn scalars(merged: &Effective<'_>, limits: &Hints, found: &mut Vec<Value>) {
    found.extend(limits.values.iter().filter(|value| TypeSet::of(value).within(merged.types)).cloned());
    if merged.types.has(TypeSet::BOOLEAN) {
        found.extend([json!(true), json!(false)]);
    }
    if merged.types.has(TypeSet::NUMBER) {
        numbers(merged, limits, found);
    }
    if merged.types.has(TypeSet::STRING) {
        texts(merged, limits, found);
    }
}

fn numbers(merged: &Effective<'_>, limits: &Hints, found: &mut Vec<Value>) {
    let fractions = merged.types.has(TypeSet::FRACTION);
    let mut values = vec![0.0, 1.0, -1.0, 2.0, 3.0, 7.0];
    for limit in &limits.numbers {
        values.extend([*limit, limit - 1.0, limit + 1.0]);
        if fractions {
            values.extend([limit + 0.5, limit - 0.5]);
        }
    }
    for step in &merged.multiples {
        values.extend([*step, step * 2.0, step * 3.0]);
    }
    values.extend([2_147_483_648.0, -2_147_483_649.0, 9_007_199_254_740_992.0, 1e19]);
    if fractions {
        values.extend([0.5, 1e39]);
    }
    for value in values {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64, just checked")]
        if value.fract() == 0.0 && value.abs() < 9.2e18 {
            found.push(json!(value as i64));
        } else if (1e19..1.1e19).contains(&value) {
            found.push(json!(10_000_000_000_000_000_000_u64));
        } else if fractions {
            found.push(json!(value));
        }
    }
}

fn texts(merged: &Effective<'_>, limits: &Hints, found: &mut Vec<Value>) {
    const SAMPLES: [&str; 14] = [
        "",
        "a",
        "abc",
        "0",
        "A1",
        "2026-01-31",
        "2026-01-31T12:00:00Z",
        "12:00:00Z",
        "a@example.com",
        "https://example.com/",
        "123e4567-e89b-42d3-a456-426614174000",
        "192.0.2.1",
        "example.com",
        "2001:db8::1",
    ];
    let others: Vec<&str> = limits.patterns.iter().map(String::as_str).collect();
    if !others.is_empty() {
        found.extend(crate::diff::relation::only_in(&merged.patterns, &others, &merged.length).map(Value::String));
    }
    for pattern in &merged.patterns {
        found.extend(crate::diff::relation::samples(pattern, 12).into_iter().map(Value::String));
    }
    for limit in &limits.lengths {
        for length in [limit.saturating_sub(1), *limit, limit + 1].into_iter().filter(|length| *length <= MAX_LENGTH) {
            found.push(json!("x".repeat(length)));
            found.extend(
                merged.formats.iter().filter_map(|format| formats::of_length(format, length)).map(Value::String),
            );
        }
    }
    long_texts(merged, limits, found);
    found.extend(SAMPLES.iter().map(|text| json!(text)));
    found.push(json!("x".repeat(64)));
}

/// Texts that fit the patterns and are longer, or shorter, than each of the lengths.
fn long_texts(merged: &Effective<'_>, limits: &Hints, found: &mut Vec<Value>) {
    if merged.patterns.is_empty() {
        return;
    }
    let mut lengths: Vec<usize> = limits.lengths.iter().copied().filter(|length| *length <= MAX_LENGTH).collect();
    lengths.sort_unstable();
    lengths.dedup();
    for length in lengths.into_iter().take(4) {
        let within = format!("^[^\n]{{0,{length}}}$");
        let beyond = format!("^[^\n]{{{length},}}$");
        for outer in [within, beyond] {
            let text = crate::diff::relation::only_in(&merged.patterns, &[&outer], &merged.length);
            found.extend(text.map(Value::String));
        }
        // Where no automaton decides, and beside a format, what fits is made longer at its end.
        for sample in merged.patterns.iter().flat_map(|pattern| crate::diff::relation::samples(pattern, 6)).take(6) {
            let more = (length + 1).saturating_sub(sample.chars().count());
            found.push(Value::String(format!("{sample}{}", "x".repeat(more))));
        }
    }
}

/// The limits of a schema that refuses, and the values that it names.
pub(super) fn hints(half: &mut Half<'_, '_>, conj: ConjId, focus: &str) -> Hints {
    let conj = half.conjs.get(conj).clone();
    let merged = effective(half.side, &conj);
    let mut hints = Hints { focus: focus.to_owned(), ..Hints::default() }.with(&merged);
    hints.patterns = merged.patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    hints.listed = merged.values.iter().flatten().map(|value| value_key(value)).collect();
    for variant in variants_of(half, &conj, &merged) {
        let conj = half.conjs.get(variant).clone();
        let own = effective(half.side, &conj);
        hints = hints.with(&own);
        hints.patterns.extend(own.patterns.iter().map(|pattern| (*pattern).to_owned()));
    }
    for node in &merged.negations {
        let target = half.side.resolved(*node);
        if let Some(values) = half.side.value(target).get("enum").and_then(Value::as_array) {
            hints.values.extend(values.iter().cloned());
        }
        if let Some(names) = half.side.value(target).get("required").and_then(Value::as_array) {
            hints.together.push(names.iter().filter_map(Value::as_str).map(str::to_owned).collect());
        }
    }
    hints
}

/// The variants of a schema that is a union of a few.
fn variants_of<'a>(half: &mut Half<'_, 'a>, conj: &Conj, merged: &Effective<'a>) -> Vec<ConjId> {
    let few = merged.unions.iter().all(|union| union.variants.len() <= MAX_WITNESS_VARIANTS);
    let Some(id) = half.conjs.id_of(conj).filter(|_| few && !merged.unions.is_empty()) else { return Vec::new() };
    let variants = half.conjs.variants(half.side, id, merged).unwrap_or_default();
    variants.into_iter().take(24).map(|variant| variant.conj).collect()
}
