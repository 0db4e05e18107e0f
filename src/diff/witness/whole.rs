//! Whole payloads: a value for one schema, with what an operation needs around it.
//!
//! The way from the schema of the operation to the changed one is looked for in the document that accepts the
//! value. Around the value stands only what is required; the validators of both documents confirm the whole.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Half;
use crate::diff::arena::NodeId;
use crate::diff::effective::{Additional, Conj, ConjId, Effective, effective};
use crate::diff::law::Direction;
use crate::diff::types::TypeSet;

/// Most variants of a union that are followed.
const MAX_VARIANTS: usize = 64;
/// Most schemas that are looked at for one payload.
const MAX_VISITED: usize = 1_500;
/// Longest list that is made to hold a value.
const MAX_ITEMS: usize = 20;

/// How a schema leads to the next.
#[derive(Clone, Debug)]
enum Step {
    Member(String),
    /// A member whose name no schema declares.
    Other,
    Item,
    /// The same value, as a variant.
    Variant,
}

/// A payload with what surrounds it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Whole {
    /// All of it.
    pub(crate) value: Value,
    /// The way to the payload, with `…` for what else is required.
    pub(crate) brief: String,
}

/// What may still be spent on wholes, and what is known not to lead to one.
#[derive(Debug)]
pub(crate) struct Surroundings {
    /// Schemas that may still be looked at.
    left: usize,
    failed: HashSet<(ConjId, ConjId)>,
}

impl Surroundings {
    pub(crate) fn of(left: usize) -> Self {
        Self { left, failed: HashSet::new() }
    }
}

/// Puts a payload into what surrounds it: the first pair of schemas is that of the operation, as (accepting, refusing),
/// the second schema that of the payload. None when no whole is confirmed, or nothing may be spent any more.
pub(crate) fn wrapped<'s, 'a>(
    (held, refusing): (&mut Half<'s, 'a>, &mut Half<'s, 'a>),
    root: (ConjId, ConjId),
    inner: ConjId,
    payload: &Value,
    direction: Direction,
    surroundings: &mut Surroundings,
) -> Option<Whole> {
    if surroundings.failed.contains(&(root.0, inner)) {
        return None;
    }
    let found = held.way(root.0, inner, direction, &mut surroundings.left).and_then(|way| {
        let mut whole = Whole { value: payload.clone(), brief: payload.to_string() };
        for (holder, step) in way {
            whole = held.around(holder, &step, whole, direction);
        }
        let (accepting, denying): (Conj, Conj) = (held.conjs.get(root.0).clone(), refusing.conjs.get(root.1).clone());
        let confirmed = held.accepts(&accepting, &whole.value, direction) == Some(true)
            && refusing.accepts(&denying, &whole.value, direction) == Some(false)
            && held.takes_as_written(root.0, &whole.value, direction) == Some(true)
            && refusing.takes_as_written(root.1, &whole.value, direction) == Some(false);
        confirmed.then_some(whole)
    });
    if found.is_none() {
        surroundings.failed.insert((root.0, inner));
    }
    found
}

impl Half<'_, '_> {
    /// The shortest way from a schema up to the one that holds it, innermost first.
    fn way(
        &mut self,
        root: ConjId,
        inner: ConjId,
        direction: Direction,
        budget: &mut usize,
    ) -> Option<Vec<(ConjId, Step)>> {
        let mut from: HashMap<ConjId, Option<(ConjId, Step)>> = HashMap::from([(root, None)]);
        let mut work = vec![root];
        let mut next = 0;
        while !from.contains_key(&inner) {
            let at = *work.get(next).filter(|_| next < MAX_VISITED && *budget > 0)?;
            next += 1;
            *budget -= 1;
            for (step, to) in self.steps(at, inner, direction) {
                if let std::collections::hash_map::Entry::Vacant(entry) = from.entry(to) {
                    entry.insert(Some((at, step)));
                    work.push(to);
                }
            }
        }
        let mut way = Vec::new();
        let mut at = inner;
        while let Some(Some((holder, step))) = from.get(&at) {
            way.push((*holder, step.clone()));
            at = *holder;
        }
        Some(way)
    }

    /// Where a schema leads on the way to another.
    fn steps(&mut self, id: ConjId, wanted: ConjId, direction: Direction) -> Vec<(Step, ConjId)> {
        let conj = self.conjs.get(id).clone();
        let leads_on = |part: &Value| {
            let keys = ["properties", "items", "additionalProperties", "oneOf", "anyOf"];
            keys.iter().any(|key| part.get(key).is_some())
        };
        let mut found = Vec::new();
        if conj.nullable {
            found.push((Step::Variant, self.conjs.without_null(id)));
        }
        let anything = self.conjs.get(wanted).parts.is_empty();
        if !anything && !conj.parts.iter().any(|part| leads_on(self.side.value(part.node))) {
            return found;
        }
        let merged = effective(self.side, &conj);
        if !merged.unions.is_empty() {
            let few = merged.unions.iter().all(|union| union.variants.len() <= MAX_VARIANTS);
            let variants = if few { self.conjs.variants(self.side, id, &merged) } else { None };
            found.extend(variants.into_iter().flatten().map(|variant| (Step::Variant, variant.conj)));
            return found;
        }
        let key = if direction == Direction::Request { "readOnly" } else { "writeOnly" };
        for (name, nodes) in &merged.properties {
            if let Some(first) = nodes.first().copied()
                && !self.is_flagged(nodes, key)
            {
                let step = Step::Member((*name).to_owned());
                found.push((step, self.conjs.of(self.side, nodes, first)));
            }
        }
        if let Some(first) = merged.items.first().copied() {
            found.push((Step::Item, self.conjs.of(self.side, &merged.items, first)));
        }
        match (&merged.additional, conj.parts.first().map(|part| part.node).or(conj.anchor)) {
            (Additional::Schema(nodes), _) => {
                let first = nodes.first().copied().unwrap_or(NodeId(0));
                found.push((Step::Other, self.conjs.of(self.side, nodes, first)));
            }
            // What is not declared may be anything.
            (Additional::Any, Some(anchor)) if anything && merged.types.has(TypeSet::OBJECT) => {
                found.extend(self.undeclared(&merged, anchor));
            }
            _ => {}
        }
        found
    }

    /// The members that an open object takes without declaring them, all of them anything.
    fn undeclared(&mut self, merged: &Effective<'_>, anchor: NodeId) -> Vec<(Step, ConjId)> {
        let anything = self.conjs.anything(anchor);
        let required = merged.required.iter().filter(|name| !merged.properties.contains_key(*name));
        let named = required.map(|name| Step::Member((*name).to_owned()));
        named.chain([Step::Other]).map(|step| (step, anything)).collect()
    }

    /// The least that holds a value at a place.
    fn around(&mut self, holder: ConjId, step: &Step, inner: Whole, direction: Direction) -> Whole {
        let conj = self.conjs.get(holder).clone();
        let merged = effective(self.side, &conj);
        let name = match step {
            Step::Variant => return inner,
            Step::Item => {
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small range")]
                let count = merged.item_count.low.clamp(1.0, MAX_ITEMS as f64) as usize;
                let more = if count > 1 { ",…" } else { "" };
                let brief = format!("[{}{more}]", inner.brief);
                return Whole { value: Value::Array(vec![inner.value; count]), brief };
            }
            Step::Member(name) => name.as_str(),
            Step::Other => "other",
        };
        let mut least = self.least(&merged, direction, 1);
        least.remove(name);
        let more = if least.is_empty() { "" } else { ",…" };
        let brief = format!("{{{}:{}{more}}}", json!(name), inner.brief);
        least.insert(name.to_owned(), inner.value);
        Whole { value: json!(least), brief }
    }
}
