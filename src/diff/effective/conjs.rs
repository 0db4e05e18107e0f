//! Interned lists of schemas that hold at once, and the variants of those that are unions.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::flat::{Flat, allows_null, speaks};
use super::tags::Tags;
use super::{Conj, ConjId, Effective, Part, Selected, Variant, component_name, effective};
use crate::diff::arena::{NodeId, Side};
use crate::diff::law::Direction;
use crate::diff::types::{TypeSet, value_key};

/// Most variants that one union is expanded to.
const MAX_VARIANTS: usize = 6_000;
/// Most combinations of several unions that hold at once.
const MAX_COMBINATIONS: usize = 64;

/// The interned conjs of one side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conjs {
    list: Vec<Conj>,
    ids: HashMap<Conj, ConjId>,
    outlines: HashMap<ConjId, Arc<Outline>>,
    /// The conjs of single schemas.
    single: HashMap<NodeId, ConjId>,
    /// The schemas as they are written, where a conj stands for such and not for a variant.
    written: HashMap<ConjId, Box<[NodeId]>>,
    /// One value for each conj that was asked for, by the direction in which it travels.
    pub(crate) samples: HashMap<(ConjId, Direction), Value>,
}

/// What is needed to tell whether two variants may be the same thing.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) types: TypeSet,
    pub(crate) names: Vec<String>,
    /// Required properties that have but one value, with that value.
    pub(crate) fixed: Vec<(String, String)>,
    /// Whether no payload satisfies it.
    pub(crate) void: bool,
    /// Whether it is itself a union that is small enough to be expanded.
    union: bool,
}

/// The value of a schema that has but one.
fn only_value<'a>(side: &mut Side<'a>, node: NodeId) -> Option<&'a Value> {
    let node = side.resolved(node);
    let schema = side.value(node);
    let list = schema.get("enum").and_then(Value::as_array).filter(|list| list.len() == 1);
    schema.get("const").or_else(|| list?.first())
}

impl Conjs {
    /// The outline of a conj, made once.
    pub(crate) fn outline(&mut self, side: &mut Side<'_>, id: ConjId) -> Arc<Outline> {
        if let Some(known) = self.outlines.get(&id) {
            return Arc::clone(known);
        }
        let merged = effective(side, self.get(id));
        let mut fixed = Vec::new();
        for name in &merged.required {
            let nodes = merged.properties.get(name).cloned().unwrap_or_default();
            if let Some(value) = nodes.into_iter().find_map(|node| only_value(side, node)) {
                fixed.push(((*name).to_owned(), value_key(value)));
            }
        }
        let outline = Arc::new(Outline {
            fixed,
            types: merged.types,
            void: merged.is_void(),
            names: merged.properties.keys().map(|name| (*name).to_owned()).collect(),
            union: merged.unions.len() == 1 && merged.unions.iter().all(|union| union.variants.len() <= 64),
        });
        self.outlines.insert(id, Arc::clone(&outline));
        outline
    }

    pub(crate) fn get(&self, id: ConjId) -> &Conj {
        &self.list[id.0 as usize]
    }

    fn intern(&mut self, conj: Conj) -> ConjId {
        if let Some(known) = self.ids.get(&conj) {
            return *known;
        }
        let id = ConjId(u32::try_from(self.list.len()).unwrap_or(u32::MAX));
        self.list.push(conj.clone());
        self.ids.insert(conj, id);
        id
    }

    /// The id of a conj that is known.
    pub(crate) fn id_of(&self, conj: &Conj) -> Option<ConjId> {
        self.ids.get(conj).copied()
    }

    /// The conj of a schema that is absent: everything is allowed.
    pub(crate) fn anything(&mut self, anchor: NodeId) -> ConjId {
        self.intern(Conj { parts: Box::default(), nullable: true, anchor: Some(anchor), selected: None })
    }

    /// The conj of schemas that hold at once; without any, everything is allowed.
    pub(crate) fn of(&mut self, side: &mut Side<'_>, seeds: &[NodeId], anchor: NodeId) -> ConjId {
        let single = match seeds {
            [] => return self.anything(anchor),
            // In OpenAPI 3.1 what stands beside a reference counts, so that the reference is more than its target.
            [only] if side.siblings_count => Some(*only),
            [only] => Some(side.resolved(*only)),
            _ => None,
        };
        if let Some(known) = single.and_then(|node| self.single.get(&node)) {
            return *known;
        }
        let nullable = seeds.iter().all(|seed| allows_null(side, *seed));
        let mut flat = Flat::default();
        for seed in seeds {
            flat.push(side, Part { node: *seed, without_unions: false });
        }
        let id = self.intern(Conj { parts: flat.parts.into(), nullable, anchor: None, selected: None });
        if let Some(node) = single {
            self.single.insert(node, id);
        }
        self.written.entry(id).or_insert_with(|| seeds.into());
        id
    }

    /// The schemas that a conj stands for, as they are written; none for a variant of a union.
    pub(crate) fn written(&self, id: ConjId) -> Option<&[NodeId]> {
        self.written.get(&id).map(AsRef::as_ref)
    }

    /// The same parts with null left out of account.
    pub(crate) fn without_null(&mut self, id: ConjId) -> ConjId {
        let conj = Conj { nullable: false, ..self.get(id).clone() };
        self.intern(conj)
    }

    fn of_parts(&mut self, side: &mut Side<'_>, base: &[Part], more: &[NodeId]) -> ConjId {
        let mut flat = Flat::default();
        // A part that says nothing beside its union would only make equal variants look different.
        flat.parts.extend(base.iter().filter(|part| speaks(side.value(part.node))));
        flat.seen.extend(base.iter().map(|part| part.node));
        for node in more {
            flat.push(side, Part { node: *node, without_unions: false });
        }
        self.intern(Conj { parts: flat.parts.into(), nullable: false, anchor: None, selected: None })
    }

    /// The same parts, as the variant that some values of a discriminator select.
    fn selected_by(&mut self, id: ConjId, tags: &Tags<'_>, values: &[&str]) -> ConjId {
        let Some(property) = tags.property().filter(|_| !values.is_empty()) else { return id };
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let selected = Arc::new(Selected { property: property.to_owned(), values });
        let conj = Conj { selected: Some(selected), ..self.get(id).clone() };
        self.intern(conj)
    }

    /// The variants of a conj whose effective schema holds unions; nested unions are expanded.
    pub(crate) fn variants<'a>(
        &mut self,
        side: &mut Side<'a>,
        id: ConjId,
        effective: &Effective<'a>,
    ) -> Option<Vec<Variant<'a>>> {
        let base: Vec<Part> =
            self.get(id).parts.iter().map(|part| Part { node: part.node, without_unions: true }).collect();
        let combinations: usize = effective.unions.iter().map(|union| union.variants.len()).product();
        let limit = if effective.unions.len() > 1 { MAX_COMBINATIONS } else { MAX_VARIANTS };
        if combinations > limit {
            return None;
        }
        let tags = effective.discriminator.map(|node| Tags::read(side, node)).unwrap_or_default();
        let mut rows: Vec<Vec<NodeId>> = vec![Vec::new()];
        for union in &effective.unions {
            rows = rows
                .iter()
                .flat_map(|row| union.variants.iter().map(move |variant| [row.as_slice(), &[*variant]].concat()))
                .collect();
        }
        let mut found = Vec::new();
        let mut seen = HashSet::from([id]);
        for row in rows {
            let Some(first) = row.first().copied() else { continue };
            let conj = self.of_parts(side, &base, &row);
            let name = component_name(side, first);
            let mut own = tags.of(side, first);
            if own.is_empty() {
                own = tags.implied(side, self.get(conj), name);
            }
            let conj = self.selected_by(conj, &tags, &own);
            let variant = Variant { conj, node: first, name, tags: own };
            self.expand(side, variant, &mut seen, &mut found);
        }
        Some(found)
    }

    /// Adds a variant, or its own variants if it is a union itself. A union that is reached again adds nothing.
    fn expand<'a>(
        &mut self,
        side: &mut Side<'a>,
        variant: Variant<'a>,
        seen: &mut HashSet<ConjId>,
        found: &mut Vec<Variant<'a>>,
    ) {
        let mut work = vec![variant];
        while let Some(variant) = work.pop() {
            let union = self.outline(side, variant.conj).union;
            if !union || found.len() + work.len() > MAX_VARIANTS || !variant.tags.is_empty() {
                found.push(variant);
                continue;
            }
            if !seen.insert(variant.conj) {
                continue;
            }
            let inner = effective(side, self.get(variant.conj));
            let parts = &self.get(variant.conj).parts;
            let base: Vec<Part> = parts.iter().map(|part| Part { node: part.node, without_unions: true }).collect();
            let tags = inner.discriminator.map(|node| Tags::read(side, node)).unwrap_or_default();
            for node in inner.unions.iter().flat_map(|union| union.variants.clone()).rev() {
                let conj = self.of_parts(side, &base, &[node]);
                let own = tags.of(side, node);
                let conj = self.selected_by(conj, &tags, &own);
                work.push(Variant { conj, node, name: component_name(side, node), tags: own });
            }
        }
    }
}
