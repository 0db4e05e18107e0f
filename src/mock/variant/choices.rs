//! Choices that a contract leaves to its servers.

use super::catalogue;
use crate::contract::Contract;
use crate::contract::semantics::{Absent, Case, Choice, Grade, Handling, Lists, Refusal};
use crate::finding::Level;
use crate::mock::fault::paging::past_end;
use crate::mock::fault::protocol::unknown_empties;
use crate::mock::fault::sorting::by_key;
use crate::mock::habits::{Hiccup, Tokens};
use crate::mock::hook::Hook;

catalogue! {
    /// Bad sizes, values and additions are clamped or ignored where that is tolerated.
    "clamps": has_either, tune |habits, _| habits.lenient = true;
    /// Refusals have the second of the statuses that are tolerated.
    "second-refusal-status": |c| refusals(c, 2), tune |habits, _| habits.status = 1;
    /// Refusals have the last of the statuses that are tolerated.
    "last-refusal-status": |c| refusals(c, 3), tune |habits, _| habits.status = usize::MAX;
    /// Errors have the second documented form.
    "second-error-form": has_responses, tune |habits, _| habits.error = 1;
    /// Errors have the third documented form.
    "third-error-form": has_responses, tune |habits, _| habits.error = 2;
    /// Errors have the fifth documented form.
    "fifth-error-form": has_responses, tune |habits, _| habits.error = 4;
    /// Errors have the last documented form.
    "last-error-form": has_responses, tune |habits, _| habits.error = usize::MAX;
    /// Tokens are the key of the last record.
    "readable-tokens": has_free_tokens, tune |habits, _| habits.tokens = Tokens::Key;
    /// Tokens are the number of records already served.
    "counting-tokens": has_tokens, tune |habits, _| habits.tokens = Tokens::Offset;
    /// A token stands beside "nothing follows".
    "last-token": |c| list(c, |l| bears(l.page.last_token.as_ref()) && l.page.more.is_some()), tune |habits, _| habits.last_token = true;
    /// More is said to follow on a full page that is the last; an empty page follows.
    "full-last-page": |c| list(c, |l| bears(l.page.full_end.as_ref())), tune |habits, _| habits.full_end = true;
    /// One page in mid-walk is empty; the records come on the next.
    "empty-page": |c| has_tokens(c) && list(c, |l| bears(l.page.empty.as_ref())), tune |habits, _| habits.empty_page = true;
    /// The offset that the envelope shows has its other meaning.
    "other-offset-echo": |c| list(c, |l| l.page.offset_echo.as_ref().is_some_and(|echo| echo.means.len() > 1)), tune |habits, _| habits.offset_echo = 1;
    /// Unknown query parameters are refused where nothing is promised about them.
    "strict-parameters": open_parameters, tune |habits, _| habits.strict_parameters = true;
    /// An undeclared parameter is taken for a filter that no record fits, where nothing is promised about such.
    "undeclared-parameters-filter": |c| c.root.unknown_parameters.is_none() && list(c, |_| true), tune |_, _| {}, @Lists Hook::Exchange(unknown_empties);
    /// Behind the end the last page comes again, where nothing is promised about what lies there.
    "last-page-again": |c| list(c, |l| l.page.past_end.is_none() && (l.page.offset.is_some() || l.page.number.is_some())), tune |_, _| {}, @Resumed Hook::Page(past_end);
    /// Letter case does not count in filters where that is tolerated.
    "case-insensitive": |c| list(c, |l| l.filters.values().any(|f| f.case == Case::Either)), tune |habits, _| habits.ignores_case = true;
    /// A filter that is left out has the effect that it may have.
    "absent-filter-filters": |c| list(c, |l| l.filters.values().any(|f| matches!(f.absent, Some(Absent::Either { .. })))), tune |habits, _| habits.absent_filters = true;
    /// Filters and orders that need not be supported have no effect.
    "unsupported-parameters": unsupported, tune |habits, _| habits.unsupported = true;
    /// Orders that need not be supported have no effect, and the records come in the order of their keys.
    "unsupported-orders-by-key": |c| unsupported_order(c), tune |habits, _| habits.unsupported = true, @Lists Hook::Ask(by_key);
    /// Additions show up unasked where that is tolerated.
    "unasked-expansions": |c| c.operations.iter().any(|o| o.clause.expands.iter().any(|e| bears(e.unasked.as_ref()))), tune |habits, _| habits.unasked = true;
    /// Filters and orders that need not be supported are refused.
    "unsupported-parameters-refused": unsupported, tune |habits, _| habits.refuses_unsupported = true;
    /// Requests without a size or an order are refused where a server may insist on them.
    "insists-on-size-and-order": |c| list(c, |l| l.page.size.as_ref().is_some_and(|size| bears(size.omitted.as_ref())) || l.sort.as_ref().is_some_and(|sort| bears(sort.omitted.as_ref()))), tune |habits, _| habits.insists = true;
    /// Sizes above the largest are served, as far as that is tolerated.
    "larger-pages": |c| list(c, |l| l.page.size.as_ref().is_some_and(|size| size.ceiling > size.max)), tune |habits, _| habits.ceiling = true;
    /// Now and then a request gets 429 and `Retry-After`.
    "rate-limited": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: Some(429), first: 15, every: Some(40), retry_after: Some("0") });
    /// The first request gets 429 and has to wait a second.
    "rate-limited-at-first": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: Some(429), first: 1, every: None, retry_after: Some("1") });
    /// A request gets 429 and a date in `Retry-After`.
    "rate-limited-until-a-date": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: Some(429), first: 20, every: None, retry_after: Some("Fri, 31 Dec 1999 23:59:59 GMT") });
    /// A request gets 429 and is not told when to come again.
    "rate-limited-without-a-time": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: Some(429), first: 25, every: None, retry_after: None });
    /// One request gets 503.
    "one-hiccup": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: Some(503), first: 12, every: None, retry_after: Some("0") });
    /// Pages are cut before a filter is applied: some are short, some are empty, and more follows.
    "filters-cut-pages": |c| list(c, |l| bears(l.page.empty.as_ref()) && l.page.next.is_some() && l.page.total.is_none() && l.page.remaining.is_none() && !l.filters.is_empty()), tune |habits, _| habits.cuts_first = true;
    /// The connection is closed on whoever tries TRACE.
    "trace-cut-off": any, tune |habits, _| habits.cuts_trace = true;
    /// TRACE gets a server error: nobody documents it, and no client sends it.
    "trace-fails": any, tune |habits, _| habits.fails_trace = true;
    /// One connection is closed while a request is on its way.
    "one-lost-connection": any, tune |habits, _| habits.hiccup = Some(Hiccup { status: None, first: 17, every: None, retry_after: None });
}

pub(super) fn any(contract: &Contract) -> bool {
    !contract.operations.is_empty()
}

pub(super) fn list(contract: &Contract, fits: impl Fn(&Lists) -> bool) -> bool {
    contract.operations.iter().filter_map(|operation| operation.clause.lists.as_ref()).any(fits)
}

/// Whether a contract names something and tolerates it.
fn bears(grade: Option<&Grade>) -> bool {
    grade.is_some_and(|grade| grade.0.level(false, Level::Deny) != Level::Deny)
}

fn has_responses(contract: &Contract) -> bool {
    contract.operations.iter().any(|operation| operation.responses.len() > 1)
}

fn has_tokens(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.next.as_ref().is_some_and(|next| next.slot.is_some() && next.field.is_none()))
}

/// A token that says where to go on cannot be told from a made-up one, which the contract may want to be refused.
fn has_free_tokens(contract: &Contract) -> bool {
    has_tokens(contract)
        && list(contract, |lists| {
            let refused = |handling: &Handling| handling.is == Choice::Refuse;
            !lists.page.next.as_ref().and_then(|next| next.malformed.as_ref()).is_some_and(refused)
        })
}

fn has_either(contract: &Contract) -> bool {
    let either = |handling: &Option<Handling>| handling.as_ref().is_some_and(|handling| handling.is == Choice::Either);
    let sized = list(contract, |lists| {
        lists
            .page
            .size
            .as_ref()
            .is_some_and(|size| [&size.below, &size.above, &size.malformed, &size.zero].into_iter().any(either))
    });
    sized
        || contract
            .operations
            .iter()
            .flat_map(|operation| &operation.clause.expands)
            .any(|expand| either(&expand.unknown))
}

/// Whether some class of refusals has so many statuses that the operations document.
fn refusals(contract: &Contract, count: usize) -> bool {
    let all = &contract.root.refusals;
    let classes = [&all.unauthenticated, &all.no_tenant, &all.foreign, &all.not_found, &all.invalid];
    let many = |refusal: &Refusal| {
        contract.operations.iter().any(|operation| {
            let statuses = refusal.statuses.iter().chain(&refusal.tolerated);
            statuses.filter(|status| operation.response(**status).is_some()).count() >= count
        })
    };
    classes.into_iter().flatten().any(many)
}

fn open_parameters(contract: &Contract) -> bool {
    let promised = contract.root.unknown_parameters.as_ref().map(|handling| handling.is);
    matches!(promised, None | Some(Choice::Either)) && any(contract)
}

/// Whether neither orders that are asked for nor the default order have to be kept.
fn unsupported_order(contract: &Contract) -> bool {
    list(contract, |lists| {
        lists.sort.as_ref().is_some_and(|sort| {
            let default = sort.default.as_ref().is_none_or(|default| default.level(false) != Level::Deny);
            default && bears(sort.unsupported.as_ref())
        })
    })
}

fn unsupported(contract: &Contract) -> bool {
    list(contract, |lists| {
        lists.filters.values().any(|filter| bears(filter.unsupported.as_ref()))
            || lists.sort.as_ref().is_some_and(|sort| bears(sort.unsupported.as_ref()))
    })
}
