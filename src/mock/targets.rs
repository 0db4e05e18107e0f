//! The fields of a contract that a spoiling can aim at.

use serde_json::Value;

use crate::contract::semantics::{Absent, Filter, Lists};
use crate::contract::{Contract, Operation, Shape};

/// A scalar field of a record.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldTarget {
    /// Pointer in a record.
    pub(crate) pointer: String,
    /// Its schema.
    pub(crate) schema: Value,
    pub(crate) required: bool,
    pub(crate) nullable: bool,
}

/// What can be aimed at in the first resource of a contract.
#[derive(Clone, Debug, Default)]
pub(crate) struct Targets {
    /// Fields of a record in document order, then those of objects inside it.
    pub(crate) fields: Vec<FieldTarget>,
    /// Pointer to the key.
    pub(crate) key: String,
    /// Pointer to the tenant.
    pub(crate) tenant: Option<String>,
    /// Pointers that identify, filter or sort: aiming at them has side effects.
    pub(crate) busy: Vec<String>,
    /// Key of the record that a deep spoiling aims at.
    pub(crate) deep: Option<String>,
    /// Pointer to the field that changes whenever a record does.
    pub(crate) version: Option<String>,
    /// Default page size of the first list.
    pub(crate) page: usize,
    /// Filters that records have to match to be listed without being asked for.
    pub(crate) shown: Vec<Filter>,
    /// Pointers to other fields that records are read by.
    pub(crate) aliases: Vec<String>,
    /// Pointers to fields that at most one record has a value of.
    pub(crate) unique: Vec<String>,
    /// Fields in which list and reader may disagree.
    pub(crate) volatile: Vec<String>,
}

/// The first list operation of a contract.
pub(crate) fn first_list(contract: &Contract) -> Option<(usize, &Operation, &Lists)> {
    let mut operations = contract.operations.iter().enumerate();
    operations.find_map(|(index, operation)| Some((index, operation, operation.clause.lists.as_ref()?)))
}

impl Targets {
    /// Looks through a contract.
    pub(crate) fn of(contract: &Contract) -> Self {
        let name = match first_list(contract) {
            Some((.., lists)) => Some(lists.resource.clone()),
            None => contract.root.resources.keys().next().cloned(),
        };
        let Some(resource) = name.and_then(|name| contract.resource(&name)) else { return Self::default() };
        let schema = resource.schema.strip_prefix('#').unwrap_or(&resource.schema);
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.clone());
        let mut targets =
            Self { key: resource.key.clone(), tenant, version: resource.version.clone(), ..Self::default() };
        targets.look_at_list(contract);
        targets.aliases = aliases(contract);
        targets.unique = unique_fields(contract);
        targets.busy = busy(contract, &targets);
        targets.volatile.clone_from(&resource.volatile);
        if let Some(shape) = contract.shapes.find(&contract.resolve(schema).0) {
            targets.fields = fields(contract, &contract.shapes.with_parts(shape));
            // What an expansion adds is not part of a plain record.
            let expands = || contract.operations.iter().flat_map(|operation| &operation.clause.expands);
            targets.fields.retain(|field| !expands().any(|expand| field.pointer.starts_with(&expand.adds)));
        }
        targets
    }

    fn look_at_list(&mut self, contract: &Contract) {
        let Some((.., lists)) = first_list(contract) else { return };
        let size = lists.page.size.as_ref().and_then(|size| size.default.as_ref());
        self.page = size.and_then(|size| usize::try_from(size.value).ok()).unwrap_or(20);
        for filter in lists.filters.values() {
            if let (Some(Absent::Only(_)), Some(_)) = (&filter.absent, &filter.field) {
                self.shown.push(filter.clone());
            }
        }
    }

    /// The first field of a kind that nothing else depends on, else the first of that kind.
    pub(crate) fn field(&self, fits: impl Fn(&FieldTarget) -> bool) -> Option<&FieldTarget> {
        let free = self.fields.iter().find(|field| !self.busy.contains(&field.pointer) && fits(field));
        let tenant = |field: &FieldTarget| self.tenant.as_ref() == Some(&field.pointer);
        free.or_else(|| self.fields.iter().find(|field| field.pointer != self.key && !tenant(field) && fits(field)))
    }

    /// A required field that must not be null.
    pub(crate) fn required(&self) -> Option<&FieldTarget> {
        self.field(|field| field.is_top() && field.required && !field.nullable)
    }

    /// A free text field.
    pub(crate) fn text(&self) -> Option<&FieldTarget> {
        self.field(|field| {
            field.is_top() && field.kind() == "string" && !field.is_enum() && !field.is_bound() && field.required
        })
        .filter(|field| !self.busy.contains(&field.pointer))
        .or_else(|| {
            self.field(|field| field.is_top() && field.kind() == "string" && !field.is_enum() && !field.is_bound())
        })
    }

    /// A field with a closed enumeration.
    pub(crate) fn choice(&self) -> Option<&FieldTarget> {
        self.field(FieldTarget::is_enum)
    }

    /// A whole number.
    pub(crate) fn whole(&self) -> Option<&FieldTarget> {
        self.field(|field| field.kind() == "integer")
    }

    /// A whole number in which list and reader must agree.
    pub(crate) fn steady_whole(&self) -> Option<&FieldTarget> {
        let moves = |field: &FieldTarget| self.volatile.iter().any(|known| field.pointer.starts_with(known.as_str()));
        self.field(|field| field.kind() == "integer" && !moves(field))
    }

    /// An instant.
    pub(crate) fn instant(&self) -> Option<&FieldTarget> {
        self.field(|field| field.format() == "date-time")
    }
}

impl FieldTarget {
    /// Its declared type.
    pub(crate) fn kind(&self) -> &str {
        self.schema.get("type").and_then(Value::as_str).unwrap_or_default()
    }

    /// Its `format`.
    pub(crate) fn format(&self) -> &str {
        self.schema.get("format").and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether it stands in the record itself, not deeper.
    pub(crate) fn is_top(&self) -> bool {
        self.pointer.matches('/').count() == 1
    }

    /// Whether format or pattern bind it.
    pub(crate) fn is_bound(&self) -> bool {
        self.schema.get("format").is_some() || self.schema.get("pattern").is_some()
    }

    /// Whether it is a closed enumeration.
    pub(crate) fn is_enum(&self) -> bool {
        self.schema.get("enum").is_some()
    }
}

fn aliases(contract: &Contract) -> Vec<String> {
    let reads = contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
    let key = |reads: &crate::contract::semantics::Reads| {
        contract.resource(&reads.resource).map(|resource| resource.key.clone()).unwrap_or_default()
    };
    reads
        .flat_map(|reads| reads.by.iter().map(|by| by.key.clone()).filter(|by| *by != key(reads)).collect::<Vec<_>>())
        .collect()
}

/// Fields of filters that at most one record matches.
fn unique_fields(contract: &Contract) -> Vec<String> {
    let lists = contract.operations.iter().filter_map(|operation| operation.clause.lists.as_ref());
    let filters = lists.flat_map(|lists| lists.filters.values()).filter(|filter| filter.unique.is_some());
    filters.filter_map(|filter| filter.field.clone()).collect()
}

fn busy(contract: &Contract, targets: &Targets) -> Vec<String> {
    let mut busy: Vec<String> = vec![targets.key.clone()];
    busy.extend(targets.tenant.clone());
    busy.extend(contract.root.resources.values().filter_map(|resource| resource.version.clone()));
    for operation in &contract.operations {
        if let Some(lists) = &operation.clause.lists {
            busy.extend(lists.filters.values().filter_map(|filter| filter.field.clone()));
            busy.extend(super::blueprint::Blueprint::sort_fields(lists).iter().map(|field| field.field.clone()));
        }
        let keys = operation.clause.reads.iter().flat_map(|reads| &reads.by);
        busy.extend(keys.map(|key| key.key.clone()));
        busy.extend(operation.clause.expands.iter().map(|expand| expand.adds.clone()));
    }
    busy
}

fn fields(contract: &Contract, parts: &[&Shape]) -> Vec<FieldTarget> {
    let mut fields = Vec::new();
    collect(contract, parts, "", &mut fields);
    fields
}

/// Fields of a record, then those of objects inside it; arrays are left alone.
fn collect(contract: &Contract, parts: &[&Shape], at: &str, fields: &mut Vec<FieldTarget>) {
    let mut inner = Vec::new();
    for part in parts {
        for (name, id) in &part.members {
            let shape = contract.shapes.get(*id);
            let Some(schema) = contract.document.at(&shape.pointer) else { continue };
            let pointer = format!("{at}/{}", crate::document::escape(name));
            inner.push((pointer.clone(), *id));
            fields.push(FieldTarget {
                pointer,
                schema: schema.clone(),
                required: parts.iter().any(|part| part.required.contains(name)),
                nullable: schema.get("nullable") == Some(&Value::Bool(true)),
            });
        }
    }
    if at.is_empty() {
        for (pointer, id) in inner {
            collect(contract, &contract.shapes.with_parts(id), &pointer, fields);
        }
    }
}
