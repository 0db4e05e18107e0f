//! On which contracts a fault makes sense.

mod keys;
mod numbered;
mod promises;
mod slots;
mod views;

use serde_json::Value;

use crate::contract::semantics::{About, Absent, Case, Choice, Filter, Grade, Handling, Lists, Match, Order, Slot};
use crate::contract::{Contract, Location, Operation, Parameter, Scheme};
use crate::finding::Level;
use crate::mock::blueprint::Blueprint;
use crate::mock::targets::Targets;

pub(super) use keys::{is_key_filter, key_filter, keys_read_by};
pub(super) use numbered::{linked, next_number, page_count, past_end_shows_last, total_of_matching};
pub(super) use promises::{
    firm_end, ignores_parameters, names_orders, no_empty_page, no_redirect, no_zero_size, noted, noted_response,
    other_default_order, past_end, promises_parameters, refuses_malformed_sizes, refuses_parameters, refuses_sizes,
    refuses_tokens, serves_sizes, tenant_echo,
};
pub(super) use slots::choices;
use slots::is_flag;
pub(super) use views::{bound_filter, lifting_filter, list_of_texts_with_commas, part_filter, second_look, text_sort};

pub(super) fn any(contract: &Contract) -> bool {
    !contract.operations.is_empty()
}

fn operation(contract: &Contract, fits: impl Fn(&Operation) -> bool) -> bool {
    contract.operations.iter().any(fits)
}

fn list(contract: &Contract, fits: impl Fn(&Lists) -> bool) -> bool {
    operation(contract, |operation| operation.clause.lists.as_ref().is_some_and(&fits))
}

/// Whether a promise is a firm one: breaking what the contract only observes is no fault.
fn is_firm(about: &About) -> bool {
    about.level(false, Level::Deny) == Level::Deny
}

fn is_firm_grade(grade: Option<&Grade>) -> bool {
    grade.is_none_or(|grade| is_firm(&grade.0))
}

pub(super) fn lists(contract: &Contract) -> bool {
    list(contract, |_| true)
}

pub(super) fn reads(contract: &Contract) -> bool {
    operation(contract, |operation| operation.clause.reads.is_some())
}

pub(super) fn both(contract: &Contract) -> bool {
    lists(contract) && reads(contract)
}

pub(super) fn sized(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.size.is_some())
}

pub(super) fn limited(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.size.as_ref().is_some_and(|size| size.max.is_some()))
}

/// Whether a walk at the largest size takes several pages.
pub(super) fn walks_at_largest(contract: &Contract) -> bool {
    let hinted = contract.document.at("/x-mock/population").and_then(Value::as_u64).unwrap_or(237);
    paged(contract)
        && list(contract, |lists| lists.page.size.as_ref().and_then(|size| size.max).is_some_and(|max| max < hinted))
}

pub(super) fn default_size(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.size.as_ref().is_some_and(|size| size.default.is_some()))
}

/// Whether the default page size is promised.
pub(super) fn firm_default_size(contract: &Contract) -> bool {
    list(contract, |lists| {
        let size = lists.page.size.as_ref().and_then(|size| size.default.as_ref());
        size.is_some_and(|default| is_firm(&default.about))
    })
}

/// Whether no page may hold more records than the largest size.
pub(super) fn firm_maximum(contract: &Contract) -> bool {
    list(contract, |lists| {
        lists
            .page
            .size
            .as_ref()
            .is_some_and(|size| size.max.is_some() && size.ceiling.is_none_or(|most| Some(most) == size.max))
    })
}

pub(super) fn paged(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.next.is_some() || lists.page.offset.is_some() || lists.page.number.is_some())
}

pub(super) fn cursor(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.next.as_ref().is_some_and(|next| next.slot.is_some() && next.field.is_none()))
}

pub(super) fn offset(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.offset.is_some() || lists.page.number.is_some())
}

pub(super) fn more(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.more.is_some())
}

pub(super) fn more_and_cursor(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.more.is_some() && lists.page.next.is_some())
}

pub(super) fn count(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.count.is_some())
}

pub(super) fn total(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.total.is_some())
}

pub(super) fn size_echo(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.size_echo.is_some())
}

pub(super) fn offset_echo(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.offset_echo.is_some())
}

pub(super) fn two_echoes(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.offset_echo.as_ref().is_some_and(|echo| echo.means.len() > 1))
}

pub(super) fn remaining(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.remaining.is_some())
}

/// Whether a filter is a plain one on a field.
pub(super) fn is_plain(filter: &Filter) -> bool {
    filter.field.is_some() && filter.matching == Match::Equal
}

/// Whether a plain filter has to work.
pub(super) fn is_firm_filter(filter: &Filter) -> bool {
    is_plain(filter) && is_firm(&filter.about) && is_firm_grade(filter.unsupported.as_ref())
}

/// Whether an unknown order is refused.
pub(super) fn refuses_orders(contract: &Contract) -> bool {
    let refuses = |handling: &Handling| handling.is == Choice::Refuse && is_firm(&handling.about);
    list(contract, |lists| lists.sort.as_ref().and_then(|sort| sort.unknown.as_ref()).is_some_and(refuses))
}

pub(super) fn filter(contract: &Contract) -> bool {
    list(contract, |lists| lists.filters.values().any(is_plain))
}

pub(super) fn two_filters(contract: &Contract) -> bool {
    list(contract, |lists| lists.filters.values().filter(|filter| filter.field.is_some()).count() > 1)
}

/// Whether a filter matches free text exactly.
pub(super) fn is_exact_text(operation: &Operation, contract: &Contract, filter: &Filter) -> bool {
    is_plain(filter) && choices(operation, contract, filter).is_empty() && !is_flag(operation, contract, filter)
}

fn some_filter(contract: &Contract, fits: impl Fn(&Operation, &Filter) -> bool) -> bool {
    operation(contract, |operation| {
        operation
            .clause
            .lists
            .as_ref()
            .is_some_and(|lists| lists.filters.values().any(|filter| fits(operation, filter)))
    })
}

pub(super) fn text_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| is_exact_text(operation, contract, filter))
}

/// Whether a filter takes one exact text.
pub(super) fn single_text_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| {
        filter.matching == Match::Equal && is_exact_text(operation, contract, filter)
    })
}

/// Whether a filter matches addresses, some of which hold a plus sign.
pub(super) fn address_filter(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    let address = |pointer: &str| {
        let field = targets.fields.iter().find(|field| field.pointer == pointer);
        let hint = field.and_then(|field| field.schema.get("x-mock")).and_then(Value::as_str);
        hint.is_some_and(|hint| hint.contains("email_of"))
    };
    some_filter(contract, |operation, filter| {
        is_exact_text(operation, contract, filter) && !filter.partial && filter.field.as_deref().is_some_and(address)
    })
}

/// Whether a filter matches free text whose hint holds letters outside ASCII.
pub(super) fn lettered_filter(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    let lettered = |pointer: &str| {
        let field = targets.fields.iter().find(|field| field.pointer == pointer);
        let hint = field.and_then(|field| field.schema.get("x-mock")).and_then(Value::as_str).unwrap_or_default();
        !hint.is_ascii()
    };
    some_filter(contract, |operation, filter| {
        is_exact_text(operation, contract, filter) && !filter.partial && filter.field.as_deref().is_some_and(lettered)
    })
}

pub(super) fn cased_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| is_exact_text(operation, contract, filter) && filter.case == Case::Exact)
}

pub(super) fn uncased_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| {
        is_exact_text(operation, contract, filter) && filter.case == Case::Ignore && is_firm(&filter.about)
    })
}

/// Whether it is left open what leaving a filter out means, but not that it means one thing.
pub(super) fn either_filter(contract: &Contract) -> bool {
    some_filter(contract, |_, filter| matches!(filter.absent, Some(Absent::Either { .. })) && is_firm(&filter.about))
}

pub(super) fn choice_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| !choices(operation, contract, filter).is_empty())
}

pub(super) fn flag_filter(contract: &Contract) -> bool {
    some_filter(contract, |operation, filter| is_plain(filter) && is_flag(operation, contract, filter))
}

pub(super) fn list_filter(contract: &Contract) -> bool {
    some_filter(contract, |_, filter| filter.matching == Match::AnyOf)
}

pub(super) fn default_filter(contract: &Contract) -> bool {
    some_filter(contract, |_, filter| matches!(filter.absent, Some(Absent::Only(_))))
}

pub(super) fn sort(contract: &Contract) -> bool {
    list(contract, |lists| lists.sort.as_ref().is_some_and(|sort| sort.by.is_some()))
}

/// Whether a list has to sort when it is asked to.
pub(super) fn firm_sort(contract: &Contract) -> bool {
    list(contract, |lists| {
        lists.sort.as_ref().is_some_and(|sort| sort.by.is_some() && is_firm_grade(sort.unsupported.as_ref()))
    })
}

/// Whether the order of a list that nobody asked to sort is promised.
pub(super) fn firm_default_order(contract: &Contract) -> bool {
    list(contract, |lists| {
        let default = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
        default.is_some_and(|field| field.level(false) == Level::Deny)
    })
}

pub(super) fn default_order(contract: &Contract) -> bool {
    list(contract, |lists| lists.sort.as_ref().is_some_and(|sort| sort.default.is_some()))
}

pub(super) fn number_sort(contract: &Contract) -> bool {
    list(contract, |lists| Blueprint::sort_fields(lists).iter().any(|field| field.order == Order::Number))
}

pub(super) fn guarded(contract: &Contract) -> bool {
    operation(contract, Operation::is_guarded)
}

/// A credential that is one text: half of it can be right.
pub(super) fn token_guarded(contract: &Contract) -> bool {
    let whole = |scheme: &Scheme| matches!(scheme, Scheme::Bearer | Scheme::HeaderKey(_) | Scheme::QueryKey(_));
    guarded(contract) && contract.schemes.values().all(whole)
}

pub(super) fn tenancy(contract: &Contract) -> bool {
    contract.root.tenancy.is_some()
}

/// Tenants are told apart by a header or query parameter that can be left out.
pub(super) fn tenant_slot(contract: &Contract) -> bool {
    let slot = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    slot.is_some_and(|slot| !matches!(slot, Slot::Path(_)))
}

pub(super) fn tenant_in_request(contract: &Contract) -> bool {
    contract.root.tenancy.as_ref().is_some_and(|tenancy| tenancy.slot.is_some())
}

/// Two lists of one resource.
pub(super) fn two_lists(contract: &Contract) -> bool {
    let mut lists = contract.operations.iter().filter_map(|operation| operation.clause.lists.as_ref());
    lists.next().is_some_and(|first| lists.any(|other| other.resource == first.resource))
}

/// A header that may be left out and says nothing about the tenant.
pub(super) fn optional_header(contract: &Contract) -> bool {
    operation(contract, |operation| {
        let is_header = |parameter: &Parameter| parameter.location == Location::Header && !parameter.required;
        operation.parameters.iter().any(|parameter| is_header(parameter) && parameter.header_value().is_some())
    })
}

pub(super) fn tenant_field(contract: &Contract) -> bool {
    contract.root.tenancy.as_ref().is_some_and(|tenancy| tenancy.field.is_some())
}

pub(super) fn tenant_reads(contract: &Contract) -> bool {
    tenancy(contract) && reads(contract)
}

pub(super) fn expands(contract: &Contract) -> bool {
    operation(contract, |operation| !operation.clause.expands.is_empty())
}

/// Whether a list can expand.
pub(super) fn may_expand_lists(contract: &Contract) -> bool {
    operation(contract, |operation| operation.clause.lists.is_some() && !operation.clause.expands.is_empty())
}

/// Whether a list has to expand when it is asked to.
pub(super) fn expands_lists(contract: &Contract) -> bool {
    operation(contract, |operation| {
        operation.clause.lists.is_some() && operation.clause.expands.iter().any(|expand| is_firm(&expand.about))
    })
}

/// Two operations that read one resource by different keys.
pub(super) fn two_readers(contract: &Contract) -> bool {
    let readers = || contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
    readers().any(|one| {
        readers().any(|other| {
            let known = |key: &str| one.by.iter().any(|by| by.key == key);
            other.resource == one.resource && other.by.iter().any(|by| !known(&by.key))
        })
    })
}

/// Tenants are told apart by nothing that stands in an address: a credential or a header.
pub(super) fn tenant_beside_address(contract: &Contract) -> bool {
    contract
        .root
        .tenancy
        .as_ref()
        .is_some_and(|tenancy| tenancy.slot.as_ref().is_none_or(|slot| matches!(slot, Slot::Header(_))))
}

pub(super) fn alias(contract: &Contract) -> bool {
    operation(contract, |operation| {
        let reads = operation.clause.reads.as_ref();
        let key = reads.and_then(|reads| contract.resource(&reads.resource)).map(|resource| resource.key.as_str());
        reads.is_some_and(|reads| reads.by.iter().any(|by| Some(by.key.as_str()) != key))
    })
}

pub(super) fn query(contract: &Contract) -> bool {
    operation(contract, |operation| operation.method == "GET")
}

pub(super) fn has_required(contract: &Contract) -> bool {
    Targets::of(contract).required().is_some()
}

/// Whether a record without its key breaks its schema.
pub(super) fn requires_key(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    targets.fields.iter().any(|field| field.pointer == targets.key && field.required)
}

pub(super) fn has_text(contract: &Contract) -> bool {
    Targets::of(contract).text().is_some()
}

pub(super) fn has_choice(contract: &Contract) -> bool {
    Targets::of(contract).choice().is_some()
}

pub(super) fn has_whole(contract: &Contract) -> bool {
    Targets::of(contract).whole().is_some()
}

pub(super) fn has_steady_whole(contract: &Contract) -> bool {
    Targets::of(contract).steady_whole().is_some()
}

pub(super) fn has_instant(contract: &Contract) -> bool {
    Targets::of(contract).instant().is_some()
}
