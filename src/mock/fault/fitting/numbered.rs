//! Where faults of links, totals and numbers of pages make sense.

use super::list;
use crate::contract::Contract;
use crate::contract::semantics::{Choice, Counted, Next};

/// Whether the answer gives the address of the next page.
pub(in crate::mock::fault) fn linked(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.next.as_ref().is_some_and(Next::is_url))
}

/// Whether a total follows the filters.
pub(in crate::mock::fault) fn total_of_matching(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.total.as_ref().is_some_and(|total| total.of == Counted::Matching))
}

pub(in crate::mock::fault) fn page_count(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.pages.is_some())
}

pub(in crate::mock::fault) fn next_number(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.next_number.is_some() && lists.page.number.is_some())
}

pub(in crate::mock::fault) fn past_end_shows_last(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.past_end.as_ref().is_some_and(|handling| handling.is == Choice::Last))
}
