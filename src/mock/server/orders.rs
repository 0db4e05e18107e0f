//! Records in the orders and choices that were asked for before, as long as the population stands still.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use super::{Call, Server};
use crate::mock::ask::{Ask, Ordering, Reader};
use crate::mock::select::{self, Ranked};

/// Lists that are kept; a stranger may ask for any number of different ones.
const MOST_KEPT: usize = 256;

/// Lists of records by tenant and by what was asked for.
#[derive(Debug, Default)]
pub(in crate::mock) struct Orders {
    known: HashMap<(usize, String), Arc<Vec<Ranked>>>,
}

impl Orders {
    /// Forgets everything: the population has changed.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}

impl Server {
    /// Records that match, in order.
    pub(super) fn matching(&self, call: &Call<'_>, reader: &Reader<'_>, ask: &Ask) -> Arc<Vec<Ranked>> {
        let resource = &reader.lists.resource;
        if !ask.nothing && ask.filters.is_empty() {
            return self.in_order(call, resource, ask.tenant, &ask.order);
        }
        let what = format!("{} {:?} {:?} {}", call.operation.id, ask.order, ask.filters, ask.nothing);
        self.kept_list((ask.tenant, what), || {
            let ranked = self.in_order(call, resource, ask.tenant, &ask.order);
            ranked.iter().filter(|(_, row)| select::matches(reader.lists, reader.route, ask, row)).cloned().collect()
        })
    }

    /// All records of a tenant, in order.
    pub(super) fn in_order(
        &self,
        call: &Call<'_>,
        resource: &str,
        tenant: usize,
        order: &Ordering,
    ) -> Arc<Vec<Ranked>> {
        let what = format!("{resource} {:?} {}", order.field, order.descending);
        self.kept_list((tenant, what), || select::sorted(call.population.table(resource, tenant), order))
    }

    fn kept_list(&self, id: (usize, String), make: impl FnOnce() -> Vec<Ranked>) -> Arc<Vec<Ranked>> {
        let kept = || self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = kept().known.get(&id) {
            return Arc::clone(list);
        }
        let list = Arc::new(make());
        let mut orders = kept();
        if orders.known.len() >= MOST_KEPT {
            orders.clear();
        }
        orders.known.insert(id, Arc::clone(&list));
        list
    }
}
