//! Effective schemas: what a schema says once its references and its `allOf` branches are taken together.
//!
//! A schema is kept as the list of the *parts* that hold at once, interned to a [`ConjId`]; the keywords are merged
//! only while a pair is compared. The source place of each part is therefore never lost, and nothing is copied.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use serde_json::{Map, Value};

use super::arena::{NodeId, Side};
use super::types::{Range, TypeSet};

/// Most variants that one union is expanded to.
const MAX_VARIANTS: usize = 6_000;
/// Most combinations of several unions that hold at once.
const MAX_COMBINATIONS: usize = 64;
/// Most schemas that are followed to decide whether null is allowed.
const MAX_NULL_SCHEMAS: usize = 512;

/// One schema object that holds; `without_unions` when its `oneOf`/`anyOf` is dealt with elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) node: NodeId,
    pub(crate) without_unions: bool,
}

/// An interned list of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConjId(pub(crate) u32);

/// The parts that hold at once, and whether null is allowed besides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Conj {
    pub(crate) parts: Box<[Part]>,
    pub(crate) nullable: bool,
    /// Where a schema that is absent would stand.
    pub(crate) anchor: Option<NodeId>,
}

/// One variant of a union.
#[derive(Clone, Debug)]
pub(crate) struct Variant<'a> {
    pub(crate) conj: ConjId,
    /// The schema object as it stands in the list.
    pub(crate) node: NodeId,
    /// Name of the component it refers to.
    pub(crate) name: Option<&'a str>,
    /// Values of the discriminator that select it.
    pub(crate) tags: Vec<&'a str>,
}

/// What additional properties may be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Additional {
    #[default]
    Any,
    Forbidden,
    Schema(Vec<NodeId>),
}

/// A `oneOf` or `anyOf` that holds.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    pub(crate) keyword: &'static str,
    pub(crate) variants: Vec<NodeId>,
}

/// The merged keywords of a conj.
#[derive(Clone, Debug)]
pub(crate) struct Effective<'a> {
    pub(crate) types: TypeSet,
    pub(crate) nullable: bool,
    pub(crate) values: Option<Vec<&'a Value>>,
    pub(crate) range: Range,
    pub(crate) multiples: Vec<f64>,
    pub(crate) length: Range,
    pub(crate) patterns: Vec<&'a str>,
    pub(crate) formats: Vec<&'a str>,
    pub(crate) item_count: Range,
    pub(crate) unique: bool,
    pub(crate) items: Vec<NodeId>,
    pub(crate) properties: BTreeMap<&'a str, Vec<NodeId>>,
    pub(crate) required: BTreeSet<&'a str>,
    pub(crate) additional: Additional,
    /// The names that all closed parts declare; a name outside of them is refused although another part declares it.
    pub(crate) allowed: Option<BTreeSet<&'a str>>,
    pub(crate) property_count: Range,
    pub(crate) unions: Vec<Union>,
    pub(crate) negations: Vec<NodeId>,
    pub(crate) read_only: bool,
    pub(crate) write_only: bool,
    pub(crate) deprecated: bool,
    pub(crate) default: Option<&'a Value>,
    pub(crate) discriminator: Option<NodeId>,
    pub(crate) known: Vec<(&'static str, &'a Value)>,
    /// Keywords that are not understood, with their values.
    pub(crate) foreign: Vec<(&'a str, &'a Value)>,
}

impl Default for Effective<'_> {
    fn default() -> Self {
        let counts = Range { low: 0.0, ..Range::EVERYTHING };
        Self {
            types: TypeSet::ALL,
            nullable: true,
            values: None,
            range: Range::EVERYTHING,
            multiples: Vec::new(),
            length: counts,
            patterns: Vec::new(),
            formats: Vec::new(),
            item_count: counts,
            unique: false,
            items: Vec::new(),
            properties: BTreeMap::new(),
            required: BTreeSet::new(),
            additional: Additional::Any,
            allowed: None,
            property_count: counts,
            unions: Vec::new(),
            negations: Vec::new(),
            read_only: false,
            write_only: false,
            deprecated: false,
            default: None,
            discriminator: None,
            known: Vec::new(),
            foreign: Vec::new(),
        }
    }
}

/// The interned conjs of one side.
#[derive(Debug, Default)]
pub(crate) struct Conjs {
    list: Vec<Conj>,
    ids: HashMap<Conj, ConjId>,
    outlines: HashMap<ConjId, Rc<Outline>>,
    /// The conjs of single schemas.
    single: HashMap<NodeId, ConjId>,
    /// One value for each conj that was asked for, by the direction in which it travels.
    pub(crate) samples: HashMap<(ConjId, super::law::Direction), Value>,
}

/// What is needed to tell whether two variants may be the same thing.
#[derive(Debug)]
pub(crate) struct Outline {
    pub(crate) types: TypeSet,
    pub(crate) names: Vec<String>,
    /// Whether it is itself a union that is small enough to be expanded.
    union: bool,
}

impl Conjs {
    /// The outline of a conj, made once.
    pub(crate) fn outline(&mut self, side: &mut Side<'_>, id: ConjId) -> Rc<Outline> {
        if let Some(known) = self.outlines.get(&id) {
            return Rc::clone(known);
        }
        let merged = effective(side, self.get(id));
        let outline = Rc::new(Outline {
            types: merged.types,
            names: merged.properties.keys().map(|name| (*name).to_owned()).collect(),
            union: merged.unions.len() == 1 && merged.unions.iter().all(|union| union.variants.len() <= 64),
        });
        self.outlines.insert(id, Rc::clone(&outline));
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
        self.intern(Conj { parts: Box::default(), nullable: true, anchor: Some(anchor) })
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
        let id = self.intern(Conj { parts: flat.parts.into(), nullable, anchor: None });
        if let Some(node) = single {
            self.single.insert(node, id);
        }
        id
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
        self.intern(Conj { parts: flat.parts.into(), nullable: false, anchor: None })
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
                work.push(Variant { conj, node, name: component_name(side, node), tags: tags.of(side, node) });
            }
        }
    }
}

/// Values of a discriminator by the schema that they select.
#[derive(Debug, Default)]
pub(crate) struct Tags<'a> {
    property: Option<&'a str>,
    mapping: Vec<(&'a str, Option<NodeId>)>,
}

impl<'a> Tags<'a> {
    pub(crate) fn read(side: &mut Side<'a>, discriminator: NodeId) -> Self {
        let property = side.text(discriminator, "propertyName");
        let Some(mapping) = side.get(discriminator, "mapping") else { return Self { property, mapping: Vec::new() } };
        let mut found = Vec::new();
        for (tag, node) in side.members(mapping) {
            let target = side.value(node).as_str().and_then(|text| {
                let name = text.rsplit('/').next().unwrap_or(text);
                side.at(0, &format!("/components/schemas/{name}"))
            });
            found.push((tag, target));
        }
        Self { property, mapping: found }
    }

    /// The values that select a variant where nothing is mapped: those that it fixes itself, or else its name.
    fn implied(&self, side: &mut Side<'a>, variant: &Conj, name: Option<&'a str>) -> Vec<&'a str> {
        let Some(property) = self.property.filter(|_| self.mapping.is_empty()) else { return Vec::new() };
        let nodes = effective(side, variant).properties.remove(property).unwrap_or_default();
        let mut fixed = Vec::new();
        for node in nodes {
            let schema = side.resolved(node);
            let value = side.value(schema);
            let list = value.get("enum").and_then(Value::as_array).into_iter().flatten();
            fixed.extend(list.chain(value.get("const")).filter_map(Value::as_str));
        }
        if fixed.is_empty() { name.into_iter().collect() } else { fixed }
    }

    /// The schemas that the values select.
    pub(crate) fn targets(&self) -> Vec<(&'a str, NodeId)> {
        self.mapping.iter().filter_map(|(tag, node)| Some((*tag, (*node)?))).collect()
    }

    /// The values that select the schema behind `node`.
    pub(crate) fn of(&self, side: &mut Side<'a>, node: NodeId) -> Vec<&'a str> {
        let target = side.target(node);
        let tags: Vec<&str> =
            self.mapping.iter().filter(|(_, to)| to.is_some() && *to == target).map(|(tag, _)| *tag).collect();
        if tags.is_empty() && !self.mapping.is_empty() {
            return component_name(side, node).into_iter().collect();
        }
        tags
    }

    /// The explicit mapping: value and name of the schema.
    pub(crate) fn explicit(&self, side: &Side<'a>) -> BTreeMap<&'a str, Option<&'a str>> {
        self.mapping.iter().map(|(tag, node)| (*tag, node.and_then(|node| side.name(node)))).collect()
    }
}

/// The name of the component that a node refers to.
pub(crate) fn component_name<'a>(side: &mut Side<'a>, node: NodeId) -> Option<&'a str> {
    side.reference(node).map(|text| text.rsplit('/').next().unwrap_or(text))
}

/// Whether a schema says anything beside its combinators and annotations.
fn speaks(schema: &Value) -> bool {
    let idle = |key: &str| {
        matches!(
            key,
            "oneOf"
                | "anyOf"
                | "allOf"
                | "discriminator"
                | "nullable"
                | "title"
                | "description"
                | "example"
                | "examples"
                | "default"
                | "deprecated"
                | "externalDocs"
        ) || key.starts_with("x-")
    };
    schema.as_object().is_none_or(|map| map.keys().any(|key| !idle(key)))
}

/// The list of parts under construction.
#[derive(Default)]
struct Flat {
    parts: Vec<Part>,
    seen: HashSet<NodeId>,
}

impl Flat {
    /// Follows references and `allOf`, without recursion, in document order.
    fn push(&mut self, side: &mut Side<'_>, seed: Part) {
        let mut work = vec![seed];
        while let Some(part) = work.pop() {
            if !self.seen.insert(part.node) {
                continue;
            }
            if let Some(target) = side.target(part.node) {
                if side.siblings_count {
                    self.parts.push(part);
                }
                work.push(Part { node: target, without_unions: false });
                continue;
            }
            self.parts.push(part);
            let at = self.parts.len() - 1;
            let mut more = Vec::new();
            if let Some(all) = side.get(part.node, "allOf") {
                more.extend(side.items(all));
            }
            if !part.without_unions
                && let Some(only) = only_variant(side, part.node)
            {
                self.parts[at].without_unions = true;
                more.push(only);
            }
            work.extend(more.into_iter().rev().map(|node| Part { node, without_unions: false }));
        }
    }
}

/// The one variant of a union that has just one besides null.
fn only_variant(side: &mut Side<'_>, node: NodeId) -> Option<NodeId> {
    let mut found = None;
    for keyword in ["oneOf", "anyOf"] {
        let Some(list) = side.get(node, keyword) else { continue };
        let variants: Vec<NodeId> = side.items(list).into_iter().filter(|item| !is_null(side, *item)).collect();
        if variants.len() != 1 || found.is_some() {
            return None;
        }
        found = variants.first().copied();
    }
    found
}

/// Whether a schema allows null and nothing else.
fn is_null(side: &Side<'_>, node: NodeId) -> bool {
    let value = side.value(node);
    value.get("type").and_then(Value::as_str) == Some("null")
        || value.get("enum").and_then(Value::as_array).is_some_and(|all| all.len() == 1 && all[0].is_null())
        || (value.get("const").is_some_and(Value::is_null))
}

/// Whether a schema allows null; the many spellings of it are one concept.
fn allows_null(side: &mut Side<'_>, node: NodeId) -> bool {
    null_in(side, node, &mut HashMap::new()).unwrap_or(false)
}

/// As [`allows_null`], with what is known already; none where the schema leads back to itself and adds nothing.
fn null_in(side: &mut Side<'_>, node: NodeId, known: &mut HashMap<NodeId, Option<bool>>) -> Option<bool> {
    if let Some(answer) = known.get(&node) {
        return *answer;
    }
    if known.len() > MAX_NULL_SCHEMAS {
        return None;
    }
    known.insert(node, None);
    let answer = match side.target(node) {
        Some(target) => null_in(side, target, known),
        None => own_null(side, node, known),
    };
    known.insert(node, answer);
    answer
}

fn own_null(side: &mut Side<'_>, node: NodeId, known: &mut HashMap<NodeId, Option<bool>>) -> Option<bool> {
    let Some(map) = side.value(node).as_object() else { return Some(side.value(node).as_bool() == Some(true)) };
    if map.get("nullable").and_then(Value::as_bool) == Some(true) {
        return Some(true);
    }
    match map.get("type") {
        Some(Value::String(name)) => return Some(name == "null"),
        Some(Value::Array(names)) => return Some(names.iter().any(|name| name.as_str() == Some("null"))),
        _ => {}
    }
    if let Some(Value::Array(values)) = map.get("enum") {
        return Some(values.iter().any(Value::is_null));
    }
    if let Some(value) = map.get("const") {
        return Some(value.is_null());
    }
    if inferred_types(map) != TypeSet::ALL {
        return Some(false);
    }
    for (keyword, every) in [("allOf", true), ("oneOf", false), ("anyOf", false)] {
        let Some(list) = side.get(node, keyword) else { continue };
        let mut branches = side.items(list).into_iter();
        let allowed = if every {
            branches.all(|branch| null_in(side, branch, known).unwrap_or(true))
        } else {
            branches.any(|branch| null_in(side, branch, known).unwrap_or(false))
        };
        if !allowed {
            return Some(false);
        }
    }
    Some(true)
}

/// The types of a schema that names none but shows by its keywords what it describes.
pub(crate) fn inferred_types(map: &Map<String, Value>) -> TypeSet {
    if map.contains_key("properties") || map.get("additionalProperties").is_some_and(Value::is_object) {
        TypeSet::OBJECT
    } else if map.contains_key("items") {
        TypeSet::ARRAY
    } else {
        TypeSet::ALL
    }
}

fn types_of(map: &Map<String, Value>) -> TypeSet {
    let named = match map.get("type") {
        Some(Value::String(name)) => TypeSet::named(name),
        Some(Value::Array(names)) => {
            names.iter().filter_map(Value::as_str).fold(TypeSet::NOTHING, |types, name| types.or(TypeSet::named(name)))
        }
        _ => inferred_types(map),
    };
    let values = match (map.get("enum"), map.get("const")) {
        (_, Some(value)) => TypeSet::of(value),
        (Some(Value::Array(values)), _) if !values.is_empty() => {
            values.iter().fold(TypeSet::NOTHING, |types, value| types.or(TypeSet::of(value)))
        }
        _ => TypeSet::ALL,
    };
    // An enumeration of texts under `type: integer` is sloppy: the declared type is believed.
    let both = named.and(values);
    if both.is_empty() { named } else { both }
}

/// Merges the keywords of all parts.
pub(crate) fn effective<'a>(side: &mut Side<'a>, conj: &Conj) -> Effective<'a> {
    let mut merged = Effective { nullable: conj.nullable, ..Effective::default() };
    for part in &conj.parts {
        match side.value(part.node) {
            Value::Object(map) => merged.add(side, *part, map),
            Value::Bool(false) => merged.types = TypeSet::NOTHING,
            _ => {}
        }
    }
    if merged.multiples.iter().any(|step| step.fract() == 0.0) {
        // A multiple of a whole number is one.
        merged.types = merged.types.without(TypeSet::FRACTION);
    }
    merged
}

/// Whether a list of parts is that of one schema and of nothing that says more.
pub(crate) fn stands_for(side: &mut Side<'_>, parts: &[Part], node: NodeId) -> bool {
    let mut own = Flat::default();
    own.push(side, Part { node, without_unions: false });
    parts.iter().all(|part| own.seen.contains(&part.node) || !speaks(side.value(part.node)))
}

impl<'a> Effective<'a> {
    fn add(&mut self, side: &mut Side<'a>, part: Part, map: &'a Map<String, Value>) {
        self.types = self.types.and(types_of(map));
        self.add_numbers(map);
        self.add_texts(map);
        self.add_object(side, part.node, map);
        for (key, value) in map {
            let flag = value.as_bool() == Some(true);
            match key.as_str() {
                "$ref" if side.target(part.node).is_none() => self.foreign.push((key, value)),
                "readOnly" => self.read_only |= flag,
                "writeOnly" => self.write_only |= flag,
                "deprecated" => self.deprecated |= flag,
                "uniqueItems" => self.unique |= flag,
                "default" => self.default = self.default.or(Some(value)),
                "items" if value.is_object() => self.items.extend(side.get(part.node, "items")),
                "not" => self.negations.extend(side.get(part.node, "not")),
                "discriminator" => self.discriminator = self.discriminator.or(side.get(part.node, "discriminator")),
                "oneOf" if !part.without_unions => self.add_union(side, part.node, "oneOf"),
                "anyOf" if !part.without_unions => self.add_union(side, part.node, "anyOf"),
                "x-extensible-enum" => self.known.push(("x-extensible-enum", value)),
                "x-known-values" => self.known.push(("x-known-values", value)),
                "if"
                | "then"
                | "else"
                | "contains"
                | "patternProperties"
                | "propertyNames"
                | "prefixItems"
                | "dependentRequired"
                | "dependentSchemas"
                | "unevaluatedProperties"
                | "unevaluatedItems"
                | "minContains"
                | "maxContains"
                | "contentEncoding"
                | "contentMediaType"
                | "xml" => {
                    self.foreign.push((key, value));
                }
                _ => {}
            }
        }
    }

    fn add_numbers(&mut self, map: &'a Map<String, Value>) {
        let number = |key: &str| map.get(key).and_then(Value::as_f64);
        let flag = |key: &str| map.get(key).and_then(Value::as_bool) == Some(true);
        if let Some(low) = number("minimum") {
            self.range.raise(low, flag("exclusiveMinimum"));
        }
        if let Some(high) = number("maximum") {
            self.range.lower(high, flag("exclusiveMaximum"));
        }
        if let Some(low) = number("exclusiveMinimum") {
            self.range.raise(low, true);
        }
        if let Some(high) = number("exclusiveMaximum") {
            self.range.lower(high, true);
        }
        self.multiples.extend(number("multipleOf").filter(|step| *step > 0.0));
        for (low, high, range) in [
            ("minLength", "maxLength", &mut self.length),
            ("minItems", "maxItems", &mut self.item_count),
            ("minProperties", "maxProperties", &mut self.property_count),
        ] {
            if let Some(low) = number(low) {
                range.raise(low, false);
            }
            if let Some(high) = number(high) {
                range.lower(high, false);
            }
        }
    }

    fn add_texts(&mut self, map: &'a Map<String, Value>) {
        if let Some(pattern) = map.get("pattern").and_then(Value::as_str)
            && !matches!(pattern, "" | ".*" | "^.*$" | "^" | "$")
            && !self.patterns.contains(&pattern)
        {
            self.patterns.push(pattern);
        }
        if let Some(format) = map.get("format").and_then(Value::as_str)
            && !super::types::idle_format(format)
            && !self.formats.contains(&format)
        {
            self.formats.push(format);
        }
        let values: Option<Vec<&Value>> = match (map.get("const"), map.get("enum")) {
            (Some(value), _) => Some(vec![value]),
            (None, Some(Value::Array(values))) if !values.is_empty() => Some(values.iter().collect()),
            _ => None,
        };
        if let Some(mut values) = values {
            values.retain(|value| !value.is_null());
            if let Some(known) = &self.values {
                let known: HashSet<String> = known.iter().map(|value| super::types::value_key(value)).collect();
                values.retain(|value| known.contains(&super::types::value_key(value)));
            }
            self.values = Some(values);
        }
    }

    fn add_object(&mut self, side: &mut Side<'a>, node: NodeId, map: &'a Map<String, Value>) {
        if let Some(properties) = map.get("properties").and_then(Value::as_object)
            && let Some(holder) = side.get(node, "properties")
        {
            for name in properties.keys() {
                if let Some(property) = side.get(holder, name) {
                    self.properties.entry(name.as_str()).or_default().push(property);
                }
            }
        }
        if let Some(names) = map.get("required").and_then(Value::as_array) {
            self.required.extend(names.iter().filter_map(Value::as_str));
        }
        match map.get("additionalProperties") {
            Some(Value::Bool(false)) => {
                self.additional = Additional::Forbidden;
                let own = map.get("properties").and_then(Value::as_object);
                let own: BTreeSet<&str> = own.into_iter().flat_map(|all| all.keys().map(String::as_str)).collect();
                self.allowed = Some(match self.allowed.take() {
                    Some(known) => known.intersection(&own).copied().collect(),
                    None => own,
                });
            }
            Some(Value::Object(schema)) if !schema.is_empty() => {
                if let Some(inner) = side.get(node, "additionalProperties") {
                    match &mut self.additional {
                        Additional::Any => self.additional = Additional::Schema(vec![inner]),
                        Additional::Schema(list) => list.push(inner),
                        Additional::Forbidden => {}
                    }
                }
            }
            _ => {}
        }
    }

    fn add_union(&mut self, side: &mut Side<'a>, node: NodeId, keyword: &'static str) {
        let Some(list) = side.get(node, keyword) else { return };
        let variants: Vec<NodeId> = side.items(list).into_iter().filter(|item| !is_null(side, *item)).collect();
        if !variants.is_empty() {
            self.unions.push(Union { keyword, variants });
        }
    }

    /// Whether no closed part refuses the name.
    pub(crate) fn allows_name(&self, name: &str) -> bool {
        self.allowed.as_ref().is_none_or(|allowed| allowed.contains(name))
    }

    pub(crate) fn closed(&self) -> bool {
        self.additional == Additional::Forbidden
    }

    /// Whether an enumerated value satisfies the other keywords; in doubt it does.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        let kind = TypeSet::of(value);
        if !kind.within(self.types) {
            return false;
        }
        match value {
            Value::Number(number) => number.as_f64().is_none_or(|number| {
                let stepped = |step: &f64| ((number / step) - (number / step).round()).abs() < 1e-9;
                let formatted = |range: Range| range.holds(number);
                self.range.holds(number)
                    && self.multiples.iter().all(stepped)
                    && self.formats.iter().filter_map(|name| super::types::integer_format(name)).all(formatted)
            }),
            Value::String(text) => {
                #[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
                let length = text.chars().count() as f64;
                let fits = |keyword: &str, operand: &str| {
                    super::checker::is_valid(&serde_json::json!({ keyword: operand }), value) != Some(false)
                };
                self.length.holds(length)
                    && self.patterns.iter().all(|pattern| fits("pattern", pattern))
                    && self.formats.iter().all(|format| fits("format", format))
            }
            _ => true,
        }
    }
}
