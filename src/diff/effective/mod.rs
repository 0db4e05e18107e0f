//! Effective schemas: what a schema says once its references and its `allOf` branches are taken together.
//!
//! A schema is kept as the list of the *parts* that hold at once, interned to a [`ConjId`]; the keywords are merged
//! only while a pair is compared. The source place of each part is therefore never lost, and nothing is copied.

mod admits;
mod branches;
mod conjs;
mod flat;
mod negation;
mod tags;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::arena::{NodeId, Side};
use super::types::{Range, TypeSet};
pub(crate) use conjs::{Conjs, Outline};
pub(crate) use flat::allows_null;
use flat::{Flat, is_null, speaks};
use negation::{Negated, alternatives, doubly_negated};
pub(crate) use tags::Tags;

/// One schema object that holds; `without_unions` when its `oneOf`/`anyOf` is dealt with elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) node: NodeId,
    pub(crate) without_unions: bool,
}

/// An interned list of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct ConjId(pub(crate) u32);

/// What a discriminator says of the variant that it selects.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Selected {
    /// The property that selects.
    pub(crate) property: String,
    /// Its values that select this variant.
    pub(crate) values: Vec<String>,
}

/// The parts that hold at once, and whether null is allowed besides.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Conj {
    pub(crate) parts: Box<[Part]>,
    pub(crate) nullable: bool,
    /// Where a schema that is absent would stand.
    pub(crate) anchor: Option<NodeId>,
    /// How it was selected, if it is a variant of a union with a discriminator.
    pub(crate) selected: Option<Arc<Selected>>,
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
    /// The types as they are written: other keywords than `type` and `enum` name none.
    pub(crate) declared: TypeSet,
    pub(crate) nullable: bool,
    pub(crate) values: Option<Vec<&'a Value>>,
    /// Whether an enumeration of a nullable schema lists null.
    pub(crate) null_listed: Option<bool>,
    /// Whole bounds as they are written: they may be closer to each other than a float can tell.
    pub(crate) written: (Option<i128>, Option<i128>),
    pub(crate) range: Range,
    pub(crate) multiples: Vec<f64>,
    /// Whether it is but a step that leaves whole numbers only.
    pub(crate) stepped: bool,
    pub(crate) length: Range,
    pub(crate) patterns: Vec<&'a str>,
    pub(crate) formats: Vec<&'a str>,
    pub(crate) item_count: Range,
    pub(crate) unique: bool,
    pub(crate) items: Vec<NodeId>,
    pub(crate) properties: BTreeMap<&'a str, Vec<NodeId>>,
    pub(crate) required: BTreeSet<&'a str>,
    pub(crate) additional: Additional,
    limits: Vec<branches::Limit<'a>>,
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
    pub(crate) selected: Option<Arc<Selected>>,
    pub(crate) known: Vec<(&'static str, &'a Value)>,
    /// Keywords that are not understood, with their values.
    pub(crate) foreign: Vec<(&'a str, &'a Value)>,
}

impl Default for Effective<'_> {
    fn default() -> Self {
        let counts = Range { low: 0.0, ..Range::EVERYTHING };
        Self {
            types: TypeSet::ALL,
            declared: TypeSet::ALL,
            nullable: true,
            values: None,
            null_listed: None,
            written: (None, None),
            range: Range::EVERYTHING,
            multiples: Vec::new(),
            stepped: false,
            length: counts,
            patterns: Vec::new(),
            formats: Vec::new(),
            item_count: counts,
            unique: false,
            items: Vec::new(),
            properties: BTreeMap::new(),
            required: BTreeSet::new(),
            additional: Additional::Any,
            limits: Vec::new(),
            allowed: None,
            property_count: counts,
            unions: Vec::new(),
            negations: Vec::new(),
            read_only: false,
            write_only: false,
            deprecated: false,
            default: None,
            discriminator: None,
            selected: None,
            known: Vec::new(),
            foreign: Vec::new(),
        }
    }
}

/// The name of the component that a node refers to.
pub(crate) fn component_name<'a>(side: &mut Side<'a>, node: NodeId) -> Option<&'a str> {
    side.reference(node).map(|text| text.rsplit('/').next().unwrap_or(text))
}

/// The types of a schema that names none but shows by its keywords what it describes.
pub(crate) fn inferred_types(map: &Map<String, Value>) -> TypeSet {
    // An empty `properties` describes nothing, and so no object either.
    let declares = map.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty());
    if declares || map.get("additionalProperties").is_some_and(Value::is_object) {
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
    let mut merged = Effective { nullable: conj.nullable, selected: conj.selected.clone(), ..Effective::default() };
    for part in &conj.parts {
        match side.value(part.node) {
            Value::Object(map) => merged.add(side, *part, map),
            Value::Bool(false) => merged.types = TypeSet::NOTHING,
            _ => {}
        }
    }
    merged.judge_alone();
    merged.drop_refused(side);
    if merged.multiples.iter().any(|step| step.fract() == 0.0) {
        // A multiple of a whole number is one.
        merged.stepped = merged.types.has(TypeSet::FRACTION);
        merged.types = merged.types.without(TypeSet::FRACTION);
        merged.declared = merged.declared.without(TypeSet::FRACTION);
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
        let types = types_of(map);
        self.types = self.types.and(types);
        if map.contains_key("type") || map.contains_key("enum") || map.contains_key("const") {
            self.declared = self.declared.and(types);
        }
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
                "not" if doubly_negated(side, part.node).is_none() => {
                    let inner = side.get(part.node, "not");
                    let negated = inner.map_or(Negated::Other, |inner| Negated::read(side, inner));
                    if !self.add_negation(negated) {
                        self.negations.extend(inner.into_iter().flat_map(|inner| alternatives(side, inner)));
                    }
                }
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
        let written = |key: &str| {
            let value = map.get(key)?;
            value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
        };
        self.written.0 = self.written.0.max(written("minimum"));
        self.written.1 = [self.written.1, written("maximum")].into_iter().flatten().min();
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
            let listed = values.iter().any(|value| value.is_null());
            if map.get("nullable").and_then(Value::as_bool) == Some(true) {
                self.null_listed = Some(self.null_listed.unwrap_or(true) && listed);
            }
            values.retain(|value| !value.is_null());
            if let Some(known) = &self.values {
                let known: HashSet<String> = known.iter().map(|value| super::types::value_key(value)).collect();
                values.retain(|value| known.contains(&super::types::value_key(value)));
            }
            self.values = Some(values);
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
}
