//! Which choices a contract has taken away from its servers: what else they do is a fault.

use super::{cursor, is_firm, is_firm_grade, list, operation};
use crate::contract::semantics::{Choice, Handling, Lists};
use crate::contract::{Contract, Operation};

/// Whether some size outside its bounds has to be refused.
pub(in crate::mock::fault) fn refuses_sizes(contract: &Contract) -> bool {
    let refuses = |handling: &Option<Handling>| {
        handling.as_ref().is_some_and(|handling| handling.is == Choice::Refuse && is_firm(&handling.about))
    };
    list(contract, |lists| {
        let size = lists.page.size.as_ref();
        size.is_some_and(|size| [&size.below, &size.above, &size.malformed].into_iter().any(refuses))
    })
}

/// Whether the orders that there are are named, with the status that others get.
pub(in crate::mock::fault) fn names_orders(contract: &Contract) -> bool {
    operation(contract, |operation| {
        let by = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref()?.by.as_ref());
        let schema = by.and_then(|by| contract.slot_schema(operation, &by.slot));
        let refused = [400, 422].into_iter().any(|status| operation.response(status).is_some());
        refused && schema.is_some_and(|schema| schema.get("enum").is_some())
    })
}

/// Whether what is no whole number has to be refused as a size.
pub(in crate::mock::fault) fn refuses_malformed_sizes(contract: &Contract) -> bool {
    operation(contract, |operation| {
        let size = operation.clause.lists.as_ref().and_then(|lists| lists.page.size.as_ref());
        size.is_some_and(|size| {
            let refused = |handling: &Handling| handling.is == Choice::Refuse && is_firm(&handling.about);
            let schema = contract.slot_schema(operation, &size.slot);
            let whole = schema.is_some_and(|schema| schema.get("type").is_some_and(|kind| kind == "integer"));
            whole && size.malformed.as_ref().is_some_and(refused)
        })
    })
}

/// Whether parameters that nobody declared are refused.
pub(in crate::mock::fault) fn refuses_parameters(contract: &Contract) -> bool {
    let promised = contract.root.unknown_parameters.as_ref();
    promised.is_some_and(|handling| handling.is == Choice::Refuse && is_firm(&handling.about))
}

/// Whether parameters that nobody declared have no effect.
pub(in crate::mock::fault) fn ignores_parameters(contract: &Contract) -> bool {
    let promised = contract.root.unknown_parameters.as_ref();
    promised.is_some_and(|handling| handling.is == Choice::Ignore && is_firm(&handling.about))
}

/// Whether anything is promised of parameters that nobody declared.
pub(in crate::mock::fault) fn promises_parameters(contract: &Contract) -> bool {
    let promised = contract.root.unknown_parameters.as_ref();
    promised.is_some_and(|handling| is_firm(&handling.about))
}

/// Whether anything is promised of what lies behind the end.
pub(in crate::mock::fault) fn past_end(contract: &Contract) -> bool {
    list(contract, |lists| lists.page.past_end.is_some())
}

/// Whether an empty page in mid-walk breaks a promise.
pub(in crate::mock::fault) fn no_empty_page(contract: &Contract) -> bool {
    cursor(contract) && list(contract, |lists| is_firm_grade(lists.page.empty.as_ref()))
}

/// Whether a promise of more has to be kept on a full page, too.
pub(in crate::mock::fault) fn firm_end(contract: &Contract) -> bool {
    let firm = |lists: &Lists| lists.page.full_end.as_ref().is_some_and(|grade| is_firm(&grade.0));
    cursor(contract) && list(contract, |lists| lists.page.more.is_some() && firm(lists))
}

/// Whether some size outside its bounds has to be served.
pub(in crate::mock::fault) fn serves_sizes(contract: &Contract) -> bool {
    let serves = |handling: &Option<Handling>| {
        handling.as_ref().is_some_and(|handling| {
            matches!(handling.is, Choice::Clamp | Choice::Default | Choice::Ignore) && is_firm(&handling.about)
        })
    };
    list(contract, |lists| {
        let size = lists.page.size.as_ref();
        size.is_some_and(|size| [&size.below, &size.above, &size.malformed, &size.zero].into_iter().any(serves))
    })
}

/// Whether a page size of zero is none that may be asked for.
pub(in crate::mock::fault) fn no_zero_size(contract: &Contract) -> bool {
    let positive = |lists: &Lists| lists.page.size.as_ref().is_some_and(|size| size.min != Some(0));
    super::default_size(contract) && list(contract, positive)
}

/// Whether made-up tokens have to be refused.
pub(in crate::mock::fault) fn refuses_tokens(contract: &Contract) -> bool {
    let refuses = |handling: &Handling| handling.is == Choice::Refuse && is_firm(&handling.about);
    list(contract, |lists| lists.page.next.as_ref().and_then(|next| next.malformed.as_ref()).is_some_and(refuses))
}

/// Whether a response is declared and yet worth a note.
pub(in crate::mock::fault) fn noted_response(contract: &Contract) -> bool {
    operation(contract, |operation| operation.clause.lists.is_some() && noted(contract, operation).is_some())
}

/// The first status of a refusal of bad values that is declared and yet worth a note.
pub(in crate::mock::fault) fn noted(contract: &Contract, operation: &Operation) -> Option<u16> {
    let refusal = contract.root.refusals.invalid.as_ref()?;
    let noted = |status: &u16| operation.response(*status).is_some_and(|response| response.about.level.is_some());
    refusal.statuses.iter().chain(&refusal.tolerated).copied().find(noted)
}

/// Whether the promised default order is another one than that of the keys.
pub(in crate::mock::fault) fn other_default_order(contract: &Contract) -> bool {
    super::firm_default_order(contract)
        && list(contract, |lists| {
            let default = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
            default.is_some_and(|field| field.field != contract.key_of(lists))
        })
}

/// Whether readers that lists show records of document no redirection.
pub(in crate::mock::fault) fn no_redirect(contract: &Contract) -> bool {
    let redirects = |operation: &Operation| operation.clause.reads.is_some() && operation.response(302).is_some();
    super::both(contract) && !operation(contract, redirects)
}

/// Whether the tenant that a record shows must be the one that was asked, or is bound by a rule.
pub(in crate::mock::fault) fn tenant_echo(contract: &Contract) -> bool {
    let Some(tenancy) = &contract.root.tenancy else { return false };
    let Some(name) = tenancy.field.as_deref().and_then(|field| field.rsplit('/').next()) else { return false };
    let ruled = || contract.shapes.iter().flat_map(|shape| &shape.rules).any(|rule| rule.clause.rule.contains(name));
    match &tenancy.echo {
        Some(echo) => is_firm(&echo.0),
        None => ruled(),
    }
}
