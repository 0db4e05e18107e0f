//! The fields of a contract that a spoiling can aim at.

use serde_json::Value;

use crate::contract::semantics::Lists;
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
    /// Top-level fields of a record, in document order.
    pub(crate) fields: Vec<FieldTarget>,
    /// Pointer to the key.
    pub(crate) key: String,
    /// Pointer to the tenant.
    pub(crate) tenant: Option<String>,
    /// Pointers that identify, filter or sort: aiming at them has side effects.
    pub(crate) busy: Vec<String>,
    /// Key of the record that a deep spoiling aims at.
    pub(crate) deep: Option<String>,
    /// Seed of the server.
    pub(crate) seed: u64,
}

/// The first list operation of a contract.
pub(crate) fn first_list(contract: &Contract) -> Option<(&Operation, &Lists)> {
    contract.operations.iter().find_map(|operation| Some((operation, operation.clause.lists.as_ref()?)))
}

impl Targets {
    /// Looks through a contract.
    pub(crate) fn of(contract: &Contract) -> Self {
        let name = match first_list(contract) {
            Some((_, lists)) => Some(lists.resource.clone()),
            None => contract.root.resources.keys().next().cloned(),
        };
        let Some(resource) = name.and_then(|name| contract.resource(&name)) else { return Self::default() };
        let schema = resource.schema.strip_prefix('#').unwrap_or(&resource.schema);
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.clone());
        let mut targets = Self { key: resource.key.clone(), tenant, ..Self::default() };
        targets.busy = busy(contract, &targets);
        if let Some(shape) = contract.shapes.find(&contract.resolve(schema).0) {
            targets.fields = fields(contract, &contract.shapes.with_parts(shape));
        }
        targets
    }

    /// The first field of a kind that nothing else depends on, else the first of that kind.
    pub(crate) fn field(&self, fits: impl Fn(&FieldTarget) -> bool) -> Option<&FieldTarget> {
        let free = self.fields.iter().find(|field| !self.busy.contains(&field.pointer) && fits(field));
        free.or_else(|| self.fields.iter().find(|field| field.pointer != self.key && fits(field)))
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

    /// Whether it is a closed enumeration.
    pub(crate) fn is_enum(&self) -> bool {
        self.schema.get("enum").is_some()
    }
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
    for part in parts {
        for (name, id) in &part.members {
            let shape = contract.shapes.get(*id);
            let Some(schema) = contract.document.at(&shape.pointer) else { continue };
            fields.push(FieldTarget {
                pointer: format!("/{}", crate::document::escape(name)),
                schema: schema.clone(),
                required: parts.iter().any(|part| part.required.contains(name)),
                nullable: schema.get("nullable") == Some(&Value::Bool(true)),
            });
        }
    }
    fields
}
