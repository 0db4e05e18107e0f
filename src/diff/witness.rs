//! Witnesses: the smallest payload that was lawful on one side only, found by trying and confirmed by a validator.
//!
//! Candidates come from the side that must accept them: the old one for requests (it was accepted), the new one for
//! responses (it may now come). What the validators of both documents confirm is shown; nothing else is.

use serde_json::{Map, Value, json};

use super::arena::{NodeId, Side};
use super::checker;
use super::effective::{Additional, Conj, ConjId, Conjs, Effective, effective};
use super::law::Direction;
use super::lowered::Lowering;
use super::types::TypeSet;

/// Most candidates that are tried for one change.
const MAX_CANDIDATES: usize = 160;
/// Deepest nesting of a generated value.
const MAX_DEPTH: usize = 5;
/// Longest text or list that is generated to stand beyond a limit.
const MAX_LENGTH: usize = 2_000;

/// One side with its interned schemas.
pub(crate) struct Half<'s, 'a> {
    pub(crate) side: &'s mut Side<'a>,
    pub(crate) conjs: &'s mut Conjs,
}

impl<'a> Half<'_, 'a> {
    /// Whether the side accepts a value that travels in this direction.
    pub(crate) fn accepts(&mut self, conj: &Conj, value: &Value, direction: Direction) -> Option<bool> {
        let schema = Lowering { side: self.side, direction: Some(direction) }.conj(conj, value);
        checker::is_valid(&schema, value)
    }

    /// Values that the side probably accepts, simple ones first.
    pub(crate) fn candidates(&mut self, conj: ConjId, focus: &str, direction: Direction, depth: usize) -> Vec<Value> {
        let conj = self.conjs.get(conj).clone();
        let merged = effective(self.side, &conj);
        let mut found = Vec::new();
        if merged.nullable {
            found.push(Value::Null);
        }
        if let Some(values) = &merged.values {
            found.extend(values.iter().map(|value| (*value).clone()));
            return found;
        }
        if !merged.unions.is_empty() && depth < MAX_DEPTH {
            let id = self.conjs.id_of(&conj);
            if let Some(variants) = id.and_then(|id| self.conjs.variants(self.side, id, &merged)) {
                for variant in variants.iter().take(24) {
                    let limit = if depth == 0 { 12 } else { 1 };
                    let own = self.candidates(variant.conj, focus, direction, depth + 1);
                    found.extend(own.into_iter().filter(|value| !value.is_null()).take(limit));
                }
            }
            return found;
        }
        scalars(&merged, &mut found);
        if merged.types.has(TypeSet::ARRAY) {
            self.arrays(&merged, direction, depth, &mut found);
        }
        if merged.types.has(TypeSet::OBJECT) {
            self.objects(&merged, focus, direction, depth, &mut found);
        }
        found.truncate(MAX_CANDIDATES);
        found
    }

    /// One value for the schemas that hold at once.
    fn one(&mut self, nodes: &[NodeId], direction: Direction, depth: usize) -> Value {
        if depth >= MAX_DEPTH || nodes.is_empty() {
            return json!({});
        }
        let anchor = nodes.first().copied().unwrap_or(NodeId(0));
        let conj = self.conjs.of(self.side, nodes, anchor);
        let all = self.candidates(conj, "", direction, depth + 1);
        let schema = self.conjs.get(conj).clone();
        let mut fallback = None;
        for value in all {
            if value.is_null() {
                fallback = fallback.or(Some(value));
            } else if self.accepts(&schema, &value, direction) == Some(true) {
                return value;
            }
        }
        fallback.unwrap_or_else(|| json!({}))
    }

    fn arrays(&mut self, merged: &Effective<'a>, direction: Direction, depth: usize, found: &mut Vec<Value>) {
        let mut counts = vec![0, 1, 2];
        for limit in [merged.item_count.low, merged.item_count.high] {
            if let Some(limit) = whole(limit) {
                counts.extend([limit.saturating_sub(1), limit, limit + 1]);
            }
        }
        counts.sort_unstable();
        counts.dedup();
        let item = if merged.items.is_empty() { json!(0) } else { self.one(&merged.items, direction, depth) };
        for count in counts.into_iter().filter(|count| *count <= MAX_LENGTH) {
            found.push(Value::Array(vec![item.clone(); count]));
            if merged.items.is_empty() {
                found.push((0..count).map(|index| json!(index)).collect());
            }
        }
    }

    fn objects(
        &mut self,
        merged: &Effective<'a>,
        focus: &str,
        direction: Direction,
        depth: usize,
        found: &mut Vec<Value>,
    ) {
        let mut least = Map::new();
        for name in &merged.required {
            let nodes = merged.properties.get(name).cloned().unwrap_or_default();
            let hidden = nodes.iter().any(|node| {
                let key = if direction == Direction::Request { "readOnly" } else { "writeOnly" };
                let target = self.side.resolved(*node);
                self.side.flag(*node, key) || self.side.flag(target, key)
            });
            if !hidden {
                least.insert((*name).to_owned(), self.one(&nodes, direction, depth));
            }
        }
        found.push(Value::Object(least.clone()));
        if depth > 1 {
            return;
        }
        let optional = || merged.properties.keys().filter(|name| !merged.required.contains(*name));
        let mut all = least.clone();
        for name in optional().filter(|name| **name == focus).chain(optional().filter(|name| **name != focus)).take(40) {
            let nodes = merged.properties.get(name).cloned().unwrap_or_default();
            let value = self.one(&nodes, direction, depth);
            let mut with = least.clone();
            with.insert((*name).to_owned(), value.clone());
            all.insert((*name).to_owned(), value);
            found.push(Value::Object(with));
        }
        found.push(Value::Object(all));
        if let Additional::Any | Additional::Schema(_) = &merged.additional {
            let extra = match &merged.additional {
                Additional::Schema(nodes) => self.one(nodes, direction, depth),
                _ => json!(0),
            };
            let counts = [1, whole(merged.property_count.low).unwrap_or(1), whole(merged.property_count.high).unwrap_or(1)];
            for count in counts.into_iter().filter(|count| *count <= MAX_LENGTH) {
                let mut with = least.clone();
                for index in 0..count.saturating_sub(least.len()).max(1) {
                    let name = if index == 0 && focus.is_empty() { "other".to_owned() } else { format!("other{index}") };
                    with.insert(name, extra.clone());
                }
                found.push(Value::Object(with));
            }
        }
    }
}

fn whole(limit: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and not negative, just checked")]
    (limit.is_finite() && (0.0..1e6).contains(&limit)).then_some(limit as usize)
}

fn scalars(merged: &Effective<'_>, found: &mut Vec<Value>) {
    if merged.types.has(TypeSet::BOOLEAN) {
        found.extend([json!(true), json!(false)]);
    }
    if merged.types.has(TypeSet::NUMBER) {
        numbers(merged, found);
    }
    if merged.types.has(TypeSet::STRING) {
        texts(merged, found);
    }
}

fn numbers(merged: &Effective<'_>, found: &mut Vec<Value>) {
    let fractions = merged.types.has(TypeSet::FRACTION);
    let mut values = vec![0.0, 1.0, -1.0, 2.0, 3.0, 7.0];
    for limit in [merged.range.low, merged.range.high] {
        if limit.is_finite() {
            values.extend([limit, limit - 1.0, limit + 1.0]);
            if fractions {
                values.extend([limit + 0.5, limit - 0.5]);
            }
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
        if value.fract() == 0.0 && value.abs() < 9.3e18 {
            found.push(json!(value as i64));
        } else if value.fract() == 0.0 && value == 1e19 {
            found.push(json!(10_000_000_000_000_000_000_u64));
        } else if fractions {
            found.push(json!(value));
        }
    }
}

fn texts(merged: &Effective<'_>, found: &mut Vec<Value>) {
    const SAMPLES: [&str; 14] = [
        "", "a", "abc", "0", "A1", "2026-01-31", "2026-01-31T12:00:00Z", "12:00:00Z", "a@example.com",
        "https://example.com/", "123e4567-e89b-42d3-a456-426614174000", "192.0.2.1", "example.com", "2001:db8::1",
    ];
    for pattern in &merged.patterns {
        found.extend(super::relation::samples(pattern, 12).into_iter().map(Value::String));
    }
    for limit in [merged.length.low, merged.length.high] {
        if let Some(limit) = whole(limit) {
            for length in [limit.saturating_sub(1), limit, limit + 1].into_iter().filter(|length| *length <= MAX_LENGTH) {
                found.push(json!("x".repeat(length)));
            }
        }
    }
    found.extend(SAMPLES.iter().map(|text| json!(text)));
    found.push(json!("x".repeat(64)));
    found.push(json!("x".repeat(300)));
}

/// Looks for a value that shows the break, the shortest first.
pub(crate) fn find(
    old: (&mut Half<'_, '_>, ConjId),
    new: (&mut Half<'_, '_>, ConjId),
    direction: Direction,
    focus: &str,
) -> Option<Value> {
    let ((old, one), (new, two)) = (old, new);
    let mut candidates = match direction {
        Direction::Request => old.candidates(one, focus, direction, 0),
        Direction::Response => new.candidates(two, focus, direction, 0),
    };
    let length = |value: &Value| value.to_string().len();
    candidates.sort_by_cached_key(length);
    candidates.dedup();
    let (before, after) = (old.conjs.get(one).clone(), new.conjs.get(two).clone());
    candidates.into_iter().take(MAX_CANDIDATES).find(|value| {
        let (accepting, refusing) = match direction {
            Direction::Request => (old.accepts(&before, value, direction), new.accepts(&after, value, direction)),
            Direction::Response => (new.accepts(&after, value, direction), old.accepts(&before, value, direction)),
        };
        accepting == Some(true) && refusing == Some(false)
    })
}
