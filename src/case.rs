//! What is planned to be sent: plain comparable values, so that equal cases are sent once and judged by all.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::semantics::Slot;

/// Whose credential and tenant a call carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// The target's own.
    #[default]
    Own,
    /// No credential at all.
    Anonymous,
    /// A credential that nobody issued.
    Wrong,
    /// The own credential without the tenant.
    NoTenant,
    /// The own credential with a tenant that does not exist.
    UnknownTenant,
    /// The second tenant's credential and parameters.
    Second,
    /// The own credential in the second tenant.
    OwnInSecond,
}

impl Access {
    /// Whether it takes the second tenant's credential or parameters.
    #[must_use]
    pub fn is_of_second(self) -> bool {
        matches!(self, Self::Second | Self::OwnInSecond)
    }

    /// Words for messages.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Own => "the own credential",
            Self::Anonymous => "no credential",
            Self::Wrong => "a credential that nobody issued",
            Self::NoTenant => "no tenant",
            Self::UnknownTenant => "a tenant that does not exist",
            Self::Second => "the second tenant's credential",
            Self::OwnInSecond => "the own credential in the second tenant",
        }
    }
}

/// One planned request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// `operationId`.
    pub operation: String,
    /// Values by slot; what is not given is filled from the target's parameters, or left out.
    pub values: Vec<(Slot, Value)>,
    /// Whose access it carries.
    pub access: Access,
    /// Address of a next page, as the answer gave it.
    pub follow: Option<String>,
    /// Another method than the declared one.
    pub method: Option<String>,
    /// Distinguishes requests that are equal on the wire and sent on purpose more than once.
    pub repeat: u32,
}

impl Call {
    /// A call of an operation with own access and no values.
    #[must_use]
    pub fn new(operation: &str) -> Self {
        Self {
            operation: operation.to_owned(),
            values: Vec::new(),
            access: Access::Own,
            follow: None,
            method: None,
            repeat: 0,
        }
    }

    /// Adds a value; one that is there already in the same slot is replaced, unless the slot appends.
    #[must_use]
    pub fn with(mut self, slot: &Slot, value: impl Into<Value>) -> Self {
        self.set(slot, value.into());
        self
    }

    /// Sets a value in place, see [`Call::with`].
    pub fn set(&mut self, slot: &Slot, value: Value) {
        match self.values.iter_mut().find(|(known, _)| known == slot && !slot.appends()) {
            Some((_, old)) => *old = value,
            None => self.values.push((slot.clone(), value)),
        }
    }

    /// Carries other access.
    #[must_use]
    pub fn access(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    /// The value in a slot.
    #[must_use]
    pub fn value(&self, slot: &Slot) -> Option<&Value> {
        self.values.iter().find(|(known, _)| known == slot).map(|(_, value)| value)
    }

    /// A text that is equal exactly for equal calls.
    #[must_use]
    pub fn key(&self) -> String {
        let mut values: Vec<String> = self.values.iter().map(|(slot, value)| format!("{slot:?}={value}")).collect();
        values.sort();
        format!(
            "{} {:?} {:?} {:?} {} {}",
            self.operation,
            self.access,
            self.method,
            self.follow,
            self.repeat,
            values.join("&")
        )
    }
}

/// What a list is asked for, apart from where to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// `operationId` of a list.
    pub operation: String,
    /// Records per page; `None` leaves the parameter out.
    pub size: Option<u64>,
    /// Filters by name, with the value compared (not the template).
    pub filters: Vec<(String, Value)>,
    /// Sort order: name in `sort.fields` or `sort.values`, and the direction word if one is sent.
    pub sort: Option<SortChoice>,
    /// Expansions by their value.
    pub expand: Vec<Value>,
    /// Whose access it carries.
    pub access: Access,
}

/// A chosen order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SortChoice {
    /// Name in `sort.fields` or `sort.values`; `None`: only the direction is sent.
    pub by: Option<String>,
    /// Direction that is sent beside it.
    pub direction: Option<crate::contract::semantics::Direction>,
}

impl Query {
    /// A plain query of a list.
    #[must_use]
    pub fn new(operation: &str, size: Option<u64>) -> Self {
        Self {
            operation: operation.to_owned(),
            size,
            filters: Vec::new(),
            sort: None,
            expand: Vec::new(),
            access: Access::Own,
        }
    }

    /// Adds a filter.
    #[must_use]
    pub fn filter(mut self, name: &str, value: Value) -> Self {
        self.filters.push((name.to_owned(), value));
        self
    }

    /// Whether it asks for everything in the default order.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.filters.is_empty() && self.sort.is_none() && self.expand.is_empty() && self.access == Access::Own
    }

    /// Whether it asks for everything in the default order, whoever asks.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.filters.is_empty() && self.sort.is_none() && self.expand.is_empty()
    }

    /// Same question apart from the page size.
    #[must_use]
    pub fn same_question(&self, other: &Self) -> bool {
        self.operation == other.operation
            && self.filters == other.filters
            && self.sort == other.sort
            && self.access == other.access
    }
}

/// A walk over the pages of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// What is asked for on every page.
    pub query: Query,
    /// Most pages to fetch; `None`: to the end, within the run's limits.
    pub pages: Option<u32>,
    /// Distinguishes walks that are equal on the wire and made on purpose more than once.
    pub repeat: u32,
}

/// A planned piece of traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// One request.
    Call(Call),
    /// A walk over pages.
    Walk(Walk),
    /// A page of a walk asked for once more: the walk's query with the token or start of page `index`, perhaps at
    /// another size.
    Again {
        /// The walk whose page is repeated.
        walk: Walk,
        /// Which page, from 0; 0 is the first.
        index: usize,
        /// Another size; `None`: the walk's own.
        size: Option<u64>,
    },
}

impl Case {
    /// A text that is equal exactly for equal cases.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Call(call) => format!("call {}", call.key()),
            Self::Walk(walk) => format!("walk {walk:?}"),
            Self::Again { walk, index, size } => format!("again {walk:?} {index} {size:?}"),
        }
    }

    /// `operationId`.
    #[must_use]
    pub fn operation(&self) -> &str {
        match self {
            Self::Call(call) => &call.operation,
            Self::Walk(walk) | Self::Again { walk, .. } => &walk.query.operation,
        }
    }

    /// Whose access it carries.
    #[must_use]
    pub fn access(&self) -> Access {
        match self {
            Self::Call(call) => call.access,
            Self::Walk(walk) | Self::Again { walk, .. } => walk.query.access,
        }
    }

    /// A plain walk to the end.
    #[must_use]
    pub fn walk(query: Query) -> Self {
        Self::Walk(Walk { query, pages: None, repeat: 0 })
    }

    /// A walk of at most some pages.
    #[must_use]
    pub fn pages(query: Query, pages: u32) -> Self {
        Self::Walk(Walk { query, pages: Some(pages), repeat: 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_calls_have_equal_keys_whatever_the_order_of_values() {
        let limit = Slot::Query("limit".to_owned());
        let status = Slot::Query("status".to_owned());
        let one = Call::new("list").with(&limit, 2).with(&status, "active");
        let two = Call::new("list").with(&status, "active").with(&limit, 3).with(&limit, 2);
        assert_eq!(one.key(), two.key());
        assert_ne!(one.key(), one.clone().access(Access::Anonymous).key());
    }

    #[test]
    fn appending_slots_keep_every_value() {
        let slot = Slot::Body("/filters/-".to_owned());
        let call = Call::new("search").with(&slot, json!({"field": "a"})).with(&slot, json!({"field": "b"}));
        assert_eq!(call.values.len(), 2);
    }
}
