//! Records in the orders and choices that were asked for before.

use std::sync::Arc;

use super::{Call, Server};
use crate::mock::ask::{Ask, Ordering, Reader};
use crate::mock::select::{self, Ranked};

impl Server {
    /// Records that match, in order.
    pub(super) fn matching(&self, call: &Call<'_>, reader: &Reader<'_>, ask: &Ask) -> Arc<Vec<Ranked>> {
        let resource = &reader.lists.resource;
        if !ask.nothing && ask.filters.is_empty() {
            return self.in_order(call, resource, ask.tenant, &ask.order);
        }
        let what = format!("{} {:?} {:?} {}", call.operation.id, ask.order, ask.filters, ask.nothing);
        call.population.lists.of((ask.tenant, what), || {
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
        call.population.lists.of((tenant, what), || select::sorted(call.population.table(resource, tenant), order))
    }
}
