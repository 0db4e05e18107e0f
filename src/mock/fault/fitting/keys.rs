//! Lists that are filtered by what their records are read by.

use super::list;
use crate::contract::Contract;
use crate::contract::semantics::{Filter, Lists, Match};

/// Fields that records of a list are read by: its key, and those of the readers of the same resource.
pub(in crate::mock::fault) fn keys_read_by<'a>(contract: &'a Contract, lists: &'a Lists) -> Vec<&'a str> {
    let readers = contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
    let ways = readers.filter(|reads| reads.resource == lists.resource).flat_map(|reads| &reads.by);
    ways.map(|by| by.key.as_str()).chain([contract.key_of(lists)]).collect()
}

/// Whether a filter gives the records with one such key.
pub(in crate::mock::fault) fn is_key_filter(filter: &Filter, keys: &[&str]) -> bool {
    let exact = matches!(filter.matching, Match::Equal | Match::AnyOf);
    exact && filter.field.as_deref().is_some_and(|field| keys.contains(&field))
}

/// Whether a list has such a filter.
pub(in crate::mock::fault) fn key_filter(contract: &Contract) -> bool {
    list(contract, |lists| {
        let keys = keys_read_by(contract, lists);
        lists.filters.values().any(|filter| is_key_filter(filter, &keys) && super::is_firm(&filter.about))
    })
}
