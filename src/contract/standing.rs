//! What a required parameter is sent with when nobody gives a value: only what the document itself names.

use serde_json::Value;

use super::operation::{Location, Operation, Parameter};
use super::semantics::{Absent, Role, Slot};
use super::{Contract, Scheme};
use crate::document::text_of;

/// A value that the document gives a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What is sent.
    pub value: Value,
    /// Whether it is only an example, which need not fit the server that is asked.
    pub is_example: bool,
}

impl Operation {
    /// The value that the document names for a parameter: the first start or the default size of its paging clause,
    /// the schema's default, the only value of its enumeration, or an example.
    #[must_use]
    pub fn standing(&self, parameter: &Parameter) -> Option<Standing> {
        let certain = |value: Value| Standing { value, is_example: false };
        if let Some(value) = self.paging_value(parameter) {
            return Some(certain(Value::from(value)));
        }
        let named = |key: &str| parameter.schema.get(key).filter(|value| !value.is_null()).cloned();
        if let Some(value) = named("default").or_else(|| named("const")) {
            return Some(certain(value));
        }
        if let [only] = parameter.options() {
            return Some(certain(only.clone()));
        }
        // An array of a one-member enumeration has one shortest value, too.
        if let Some([only]) = parameter.schema.pointer("/items/enum").and_then(Value::as_array).map(Vec::as_slice) {
            return Some(certain(only.clone()));
        }
        let example = parameter.example.clone().filter(|value| !value.is_null());
        example.map(|value| Standing { value, is_example: true })
    }

    fn paging_value(&self, parameter: &Parameter) -> Option<u64> {
        self.paging_values().find(|(slot, _)| parameter.is(slot)).and_then(|(_, value)| value)
    }

    /// What the paging clause names for its slots: the first start, and the default size where it gives one.
    pub(crate) fn paging_values(&self) -> impl Iterator<Item = (&Slot, Option<u64>)> {
        let page = self.clause.lists.as_ref().map(|lists| &lists.page);
        let starts = page.into_iter().flat_map(|page| [&page.number, &page.offset]).flatten();
        let sizes = page.and_then(|page| page.size.as_ref());
        let sizes = sizes.map(|size| (&size.slot, size.default.as_ref().map(|default| default.value)));
        starts.map(|start| (&start.slot, Some(start.first))).chain(sizes)
    }

    /// A page size that makes few requests, for a size that must be sent and of which nothing says what is usual.
    pub(crate) fn handy_size(&self) -> Option<(&Slot, u64)> {
        let size = self.clause.lists.as_ref()?.page.size.as_ref()?;
        Some((&size.slot, handy_size(size.min, size.max)))
    }

    /// Whether a request without a parameter of query or header is unlawful, and nothing but its value can supply it:
    /// credentials, tenants and the headers that OpenAPI leaves to HTTP come from elsewhere.
    #[must_use]
    pub fn needs(&self, contract: &Contract, parameter: &Parameter) -> bool {
        if !parameter.required || !matches!(parameter.location, Location::Query | Location::Header) {
            return false;
        }
        let header = parameter.location == Location::Header;
        let is = |name: &str| parameter.name.eq_ignore_ascii_case(name);
        let of_http = header && ["Accept", "Content-Type", "Authorization"].into_iter().any(is);
        let key = contract.schemes.values().any(|scheme| match scheme {
            Scheme::HeaderKey(name) => header && is(name),
            Scheme::QueryKey(name) => !header && parameter.name == *name,
            _ => false,
        });
        let tenant = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
        !of_http && !key && !tenant.is_some_and(|slot| parameter.is(slot))
    }
}

/// A page size that makes few requests of a list, within its bounds.
fn handy_size(least: Option<u64>, most: Option<u64>) -> u64 {
    const HANDY: u64 = 20;
    HANDY.min(most.unwrap_or(HANDY)).max(least.unwrap_or(1))
}

impl Parameter {
    /// A value that its schema takes, for a server that does not mind which.
    fn made_up(&self) -> Value {
        if let Some(first) = self.options().first() {
            return first.clone();
        }
        let text = |key: &str| self.schema.get(key).and_then(Value::as_str).unwrap_or_default();
        match (text("type"), text("format")) {
            ("integer" | "number", _) => {
                let bound = |key: &str| self.schema.get(key).cloned();
                bound("minimum").or_else(|| bound("maximum")).unwrap_or_else(|| Value::from(1))
            }
            ("boolean", _) => Value::Bool(true),
            (_, "date") => Value::from("2024-01-01"),
            (_, "date-time") => Value::from("2024-01-01T00:00:00Z"),
            (_, "uuid") => Value::from("00000000-0000-4000-8000-000000000000"),
            _ => {
                let least = self.schema.get("minLength").and_then(Value::as_u64).unwrap_or(1).clamp(1, 200);
                Value::from("a".repeat(usize::try_from(least).unwrap_or(1)))
            }
        }
    }
}

impl Role {
    /// What an operation does by a parameter; nothing for a key.
    fn words(self) -> Option<&'static str> {
        match self {
            Self::Pages => Some("pages"),
            Self::Filters => Some("filters"),
            Self::Sorts => Some("sorts"),
            Self::Expands => Some("expands"),
            Self::Reads => None,
        }
    }
}

impl Contract {
    /// Values for what lists and readers require beside tenant and keys, for a server that takes any lawful one: what
    /// the document names, else something that the schema takes. Filters are left out: they choose records.
    #[must_use]
    pub fn whatever_is_required(&self) -> Vec<(Slot, String)> {
        let mut values: Vec<(Slot, String)> = Vec::new();
        let tenant = self.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
        for operation in &self.operations {
            let (lists, reads) = (operation.clause.lists.iter(), operation.clause.reads.iter());
            let keys = reads.flat_map(|reads| &reads.by).map(|by| &by.slot);
            let own: Vec<&Slot> = lists
                .flat_map(|lists| lists.filters.values())
                .map(|filter| &filter.slot)
                .chain(keys)
                .chain(tenant)
                .collect();
            let described = operation.clause.lists.is_some() || operation.clause.reads.is_some();
            for parameter in operation.parameters.iter().filter(|_| described) {
                let path = parameter.location == Location::Path;
                let wanted = path || operation.needs(self, parameter);
                let Some(slot) = parameter.slot().filter(|_| wanted) else { continue };
                if own.iter().any(|slot| parameter.is(slot)) || values.iter().any(|(known, _)| *known == slot) {
                    continue;
                }
                let size = operation.clause.lists.iter().filter_map(|lists| lists.page.size.as_ref());
                let size =
                    size.filter(|size| parameter.is(&size.slot)).map(|size| handy_size(size.min, size.max)).next();
                let known = operation.standing(parameter).map(|known| known.value);
                let value = known.or(size.map(Value::from)).unwrap_or_else(|| parameter.made_up());
                values.push((slot, text_of(&value)));
            }
        }
        values
    }

    /// Says of every filter whose parameter is required what leaving it out means: it is sent all the same, with the
    /// value of `given` or the one that the document names, so the list is never seen without it.
    pub fn settle_filters(&mut self, given: impl Fn(&str) -> Option<String>) {
        let mut settled = Vec::new();
        for (index, operation) in self.operations.iter().enumerate() {
            let Some(lists) = &operation.clause.lists else { continue };
            for (name, filter) in lists.filters.iter().filter(|(_, filter)| filter.template.is_none()) {
                let Some(parameter) = operation.parameter(&filter.slot).filter(|p| operation.needs(self, p)) else {
                    continue;
                };
                let value = given(filter.slot.name())
                    .map(Value::String)
                    .or_else(|| operation.standing(parameter).map(|standing| standing.value));
                settled.extend(value.map(|value| (index, name.clone(), value)));
            }
        }
        for (index, name, value) in settled {
            let lists = self.operations[index].clause.lists.as_mut();
            if let Some(filter) = lists.and_then(|lists| lists.filters.get_mut(&name)) {
                filter.absent = Some(Absent::Only(value));
            }
        }
    }

    /// Whether a parameter has one value for a whole run: the checks themselves vary an optional one that pages, filters,
    /// sorts or expands, and one value for all requests would take that from them.
    #[must_use]
    pub fn takes_one_value(&self, operation: &Operation, parameter: &Parameter) -> bool {
        parameter.required
            || parameter.location == Location::Path
            || self.root.tenancy.iter().filter_map(|tenancy| tenancy.slot.as_ref()).any(|slot| parameter.is(slot))
            || !operation.clause.slots().into_iter().any(|slot| parameter.is(slot))
    }

    /// Why no operation can be sent one value of a parameter in every request: `listCustomers pages by it`. `None` where
    /// one can, and for a key, which names a record to read.
    #[must_use]
    pub fn varied(&self, name: &str) -> Option<String> {
        let mut why = None;
        for operation in &self.operations {
            for parameter in operation.parameters.iter().filter(|parameter| parameter.name == name) {
                let roles = operation.clause.roles();
                let role = roles.iter().find(|(slot, _)| parameter.is(slot)).map(|(_, role)| role.words());
                match role {
                    Some(Some(role)) if !self.takes_one_value(operation, parameter) => {
                        why = why.or_else(|| Some(format!("{} {role} by it", operation.id)));
                    }
                    _ => return None,
                }
            }
        }
        why
    }

    /// Required parameters of an operation for which nobody has a value, `slots` and the names that `given` knows aside.
    #[must_use]
    pub fn missing<'a>(
        &self,
        operation: &'a Operation,
        slots: &[&Slot],
        given: impl Fn(&Parameter) -> bool,
    ) -> Vec<&'a Parameter> {
        let open = |parameter: &&Parameter| {
            operation.needs(self, parameter)
                && !slots.iter().any(|slot| parameter.is(slot))
                && !given(parameter)
                && operation.standing(parameter).is_none()
        };
        operation.parameters.iter().filter(open).collect()
    }
}
