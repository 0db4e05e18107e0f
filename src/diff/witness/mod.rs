//! Witnesses: the smallest payload that was lawful on one side only, found by trying and confirmed by a validator.
//!
//! Candidates come from the side that must accept them: the old one for requests (it was accepted), the new one for
//! responses (it may now come). What the validators of both documents confirm is shown; nothing else is.

mod declared;
mod formats;
mod search;
mod values;
mod whole;

use serde_json::{Map, Value, json};

use super::arena::{NodeId, Side};
use super::checker;
use super::effective::{Additional, Conj, ConjId, Conjs, Effective, effective};
use super::law::Direction;
use super::lowered::Lowering;
use super::rule::Aspect;
use super::types::{TypeSet, value_key};
pub(crate) use search::{Wish, find};
pub(crate) use values::Hints;
use values::scalars;
pub(crate) use whole::{Surroundings, Whole, wrapped};

/// Most candidates that are tried for one change.
const MAX_CANDIDATES: usize = 64;
/// Most bytes of payloads that are tried for one change.
const MAX_BYTES: usize = 6_000;
/// Most variants of a union among which a payload is looked for.
const MAX_WITNESS_VARIANTS: usize = 128;
/// Most required properties of an object that is made up.
const MAX_REQUIRED: usize = 400;
/// Most properties of a schema for which a payload is looked for.
const MAX_PROPERTIES: usize = 1_000;
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
    fn lowering(&mut self, direction: Direction) -> Lowering<'_, 'a> {
        let mut lowering = Lowering::new(self.side, Some(direction));
        lowering.every_format = true;
        lowering
    }

    /// Whether the side accepts a value that travels in this direction.
    pub(crate) fn accepts(&mut self, conj: &Conj, value: &Value, direction: Direction) -> Option<bool> {
        let mut lowering = self.lowering(direction);
        if conj.parts.iter().any(|part| lowering.plainly_refuses(part.node, value)) {
            return Some(false);
        }
        let schema = lowering.conj(conj, value);
        if !lowering.is_complete() {
            return None;
        }
        checker::is_valid(&schema, value)
    }

    /// Whether the side accepts a value strictly as written, where `properties` without `type` say nothing of a text.
    fn accepts_literally(&mut self, conj: &Conj, value: &Value, direction: Direction) -> Option<bool> {
        let mut lowering = self.lowering(direction);
        lowering.literal = true;
        let schema = lowering.conj(conj, value);
        lowering.is_complete().then(|| checker::is_valid(&schema, value)).flatten()
    }

    /// Whether the side accepts a value by its schemas as they are written, with nothing read into them.
    pub(super) fn takes_as_written(&mut self, id: ConjId, value: &Value, direction: Direction) -> Option<bool> {
        let Some(nodes) = self.conjs.written(id).map(<[NodeId]>::to_vec) else {
            let conj = self.conjs.get(id).clone();
            return self.accepts_literally(&conj, value, direction);
        };
        let mut lowering = self.lowering(direction);
        lowering.literal = true;
        let all: Vec<Value> = nodes.into_iter().map(|node| lowering.schema(node, value, 0)).collect();
        lowering.is_complete().then(|| checker::is_valid(&json!({ "allOf": all }), value)).flatten()
    }

    /// Whether the side refuses a value for the reason that the rule is about.
    fn refuses_for(&mut self, conj: &Conj, value: &Value, direction: Direction, wish: &Wish<'_>) -> bool {
        let keywords = wish.rule.aspect.map_or(&[][..], Aspect::keywords);
        let schema = self.lowering(direction).conj(conj, value);
        let Some(faults) = checker::faults(&schema, value) else { return false };
        // Only a refusal of the whole by the rule's own keyword fits, or one by a union, which gives no reason.
        !faults.is_empty()
            && (keywords.is_empty()
                || faults.iter().any(|fault| {
                    let about = fault.keyword != "required" && fault.keyword != "additionalProperties"
                        || wish.focus.is_some_and(|focus| focus == fault.keyword || fault.message.contains(focus));
                    matches!(fault.keyword.as_str(), "oneOf" | "anyOf" | "not")
                        || fault.pointer.is_empty() && keywords.contains(&fault.keyword.as_str()) && about
                }))
    }

    /// Whether a schema has so many properties that trying payloads takes longer than all the rest.
    fn is_vast(&mut self, conj: ConjId) -> bool {
        let conj = self.conjs.get(conj).clone();
        effective(self.side, &conj).properties.len() > MAX_PROPERTIES
    }

    /// Values that the side probably accepts, around the limits of both sides.
    pub(crate) fn candidates(&mut self, conj: ConjId, hints: &Hints, direction: Direction, depth: usize) -> Vec<Value> {
        let conj = self.conjs.get(conj).clone();
        let merged = effective(self.side, &conj);
        let mut found = Vec::new();
        if merged.nullable {
            found.push(Value::Null);
        }
        if let Some(values) = &merged.values {
            // The values that the other side does not list show the difference, if there are any.
            let unlisted = values.iter().filter(|value| !hints.listed.contains(&value_key(value)));
            found.extend(unlisted.take(MAX_CANDIDATES).map(|value| (*value).clone()));
            if found.is_empty() {
                found.extend(values.iter().take(MAX_CANDIDATES).map(|value| (*value).clone()));
            }
            return found;
        }
        if !merged.unions.is_empty() {
            if depth < MAX_DEPTH {
                self.variants(&conj, &merged, hints, direction, depth, &mut found);
            }
            return found;
        }
        let limits = hints.with(&merged);
        scalars(&merged, &limits, &mut found);
        if merged.types.has(TypeSet::ARRAY) {
            self.arrays(&merged, &limits, direction, depth, &mut found);
        }
        if merged.types.has(TypeSet::OBJECT) {
            self.objects(&merged, &limits, direction, depth, &mut found);
        }
        found
    }

    fn variants(
        &mut self,
        conj: &Conj,
        merged: &Effective<'a>,
        hints: &Hints,
        direction: Direction,
        depth: usize,
        found: &mut Vec<Value>,
    ) {
        let id = self.conjs.id_of(conj);
        if merged.unions.iter().any(|union| union.variants.len() > MAX_WITNESS_VARIANTS) {
            return;
        }
        let Some(variants) = id.and_then(|id| self.conjs.variants(self.side, id, merged)) else { return };
        for variant in variants.iter().take(24) {
            let limit = if depth == 0 { 12 } else { 1 };
            let own = self.candidates(variant.conj, hints, direction, depth + 1);
            found.extend(own.into_iter().filter(|value| !value.is_null()).take(limit));
        }
    }

    /// The variant of a union that stands at a node, with all that holds beside the union.
    fn variant_of(&mut self, whole: ConjId, node: NodeId) -> Option<ConjId> {
        let conj = self.conjs.get(whole).clone();
        let merged = effective(self.side, &conj);
        if merged.unions.is_empty() || merged.unions.iter().any(|union| union.variants.len() > MAX_WITNESS_VARIANTS) {
            return None;
        }
        let variants = self.conjs.variants(self.side, whole, &merged)?;
        variants.into_iter().find(|variant| variant.node == node).map(|variant| variant.conj)
    }

    /// One value for the schemas that hold at once.
    fn one(&mut self, nodes: &[NodeId], direction: Direction, depth: usize) -> Value {
        if depth >= MAX_DEPTH || nodes.is_empty() {
            return json!({});
        }
        let anchor = nodes.first().copied().unwrap_or(NodeId(0));
        let conj = self.conjs.of(self.side, nodes, anchor);
        if let Some(known) = self.conjs.samples.get(&(conj, direction)) {
            return known.clone();
        }
        // A value that is asked for while it is made is one of a recursive schema.
        self.conjs.samples.insert((conj, direction), json!({}));
        let all = self.candidates(conj, &Hints::default(), direction, depth + 1);
        let schema = self.conjs.get(conj).clone();
        let merged = effective(self.side, &schema);
        // Objects and lists are built to fit; what is wrong in them shows when the whole is confirmed.
        let fits = |value: &&Value| value.is_object() || value.is_array() || merged.admits(value);
        let found = all.iter().find(|value| !value.is_null() && fits(value)).or(all.first());
        let value = found.cloned().unwrap_or_else(|| json!({}));
        self.conjs.samples.insert((conj, direction), value.clone());
        value
    }

    fn arrays(
        &mut self,
        merged: &Effective<'a>,
        limits: &Hints,
        direction: Direction,
        depth: usize,
        found: &mut Vec<Value>,
    ) {
        let mut counts = vec![0, 1, 2];
        counts.extend(limits.items.iter().flat_map(|limit| [limit.saturating_sub(1), *limit, limit + 1]));
        counts.sort_unstable();
        counts.dedup();
        let item = if merged.items.is_empty() { json!(0) } else { self.one(&merged.items, direction, depth) };
        for count in counts.into_iter().filter(|count| *count <= MAX_LENGTH) {
            found.push(Value::Array(vec![item.clone(); count]));
            if merged.items.is_empty() {
                found.push((0..count).map(|index| json!(index)).collect());
            } else if item.is_string() {
                found.push((0..count).map(|index| json!(format!("x{index}"))).collect());
            } else if item.is_number() {
                found.push((0..count).map(|index| json!(index)).collect());
            }
        }
    }

    /// The least of each variant that a value of the discriminator selects.
    fn tagged(&mut self, whole: ConjId, tag: &str, direction: Direction) -> Vec<Value> {
        let conj = self.conjs.get(whole).clone();
        let merged = effective(self.side, &conj);
        let mut found = Vec::new();
        for variant in self.conjs.variants(self.side, whole, &merged).unwrap_or_default() {
            let conj = self.conjs.get(variant.conj).clone();
            let own = effective(self.side, &conj);
            let Some(selected) = own.selected.clone().filter(|selected| selected.values.iter().any(|one| one == tag))
            else {
                continue;
            };
            let mut least = self.least(&own, direction, 0);
            least.insert(selected.property.clone(), json!(tag));
            found.push(Value::Object(least));
        }
        found
    }

    fn is_flagged(&mut self, nodes: &[NodeId], key: &str) -> bool {
        nodes.iter().any(|node| {
            let target = self.side.resolved(*node);
            self.side.flag(*node, key) || self.side.flag(target, key)
        })
    }

    /// What the object must have.
    fn least(&mut self, merged: &Effective<'a>, direction: Direction, depth: usize) -> Map<String, Value> {
        let mut least = Map::new();
        let key = if direction == Direction::Request { "readOnly" } else { "writeOnly" };
        for name in &merged.required {
            let nodes = merged.properties.get(name).cloned().unwrap_or_default();
            if !self.is_flagged(&nodes, key) {
                least.insert((*name).to_owned(), self.one(&nodes, direction, depth));
            }
        }
        if let Some(selected) = &merged.selected
            && let Some(value) = selected.values.first()
        {
            least.insert(selected.property.clone(), json!(value));
        }
        least
    }

    fn objects(
        &mut self,
        merged: &Effective<'a>,
        limits: &Hints,
        direction: Direction,
        depth: usize,
        found: &mut Vec<Value>,
    ) {
        if merged.required.len() > MAX_REQUIRED {
            return;
        }
        let least = self.least(merged, direction, depth);
        found.push(Value::Object(least.clone()));
        if depth > 1 {
            return;
        }
        let optional: Vec<&str> =
            merged.properties.keys().copied().filter(|name| !merged.required.contains(name)).collect();
        let focused = optional.contains(&limits.focus.as_str());
        let shown = optional.iter().filter(|name| !focused || **name == limits.focus).take(6);
        for name in shown {
            let nodes = merged.properties.get(name).cloned().unwrap_or_default();
            let mut with = least.clone();
            with.insert((*name).to_owned(), self.one(&nodes, direction, depth));
            found.push(Value::Object(with));
        }
        for names in &limits.together {
            let mut with = least.clone();
            for name in names.iter().filter(|name| !least.contains_key(*name)) {
                let nodes = merged.properties.get(name.as_str()).cloned().unwrap_or_default();
                with.insert(name.clone(), self.one(&nodes, direction, depth));
            }
            found.push(Value::Object(with));
        }
        if focused || merged.additional == Additional::Forbidden {
            return;
        }
        let extra = match &merged.additional {
            Additional::Schema(nodes) => self.one(nodes, direction, depth),
            _ => json!(0),
        };
        let mut counts = vec![least.len() + 1];
        counts.extend(limits.properties.iter().flat_map(|limit| [*limit, limit + 1]));
        for count in counts.into_iter().filter(|count| *count <= MAX_LENGTH) {
            let mut with = least.clone();
            for index in 0..count.saturating_sub(least.len()) {
                with.insert(format!("other{index}"), extra.clone());
            }
            found.push(Value::Object(with));
        }
    }
}
