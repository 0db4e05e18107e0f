//! See the explanation on [`CHECK`].

use super::filtering::{Ground, clause, invalid_words, is_invalid, plan_each};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Direction, Sort};
use crate::finding::Level;
use crate::study::{Study, ask};

/// A field and a direction that nothing has.
const NO_SUCH_ORDER: &str = "no-such-order";

check! {
    /// An order that does not exist is taken instead of refused.
    ///
    /// ## Why it matters
    /// A misspelt order should be noticed; taken silently, it gives records in an order that nobody asked for.
    ///
    /// ## Example
    /// `order=no-such-order` is answered with status 200 and the default order.
    ///
    /// ## Source
    /// `sort.unknown: refuse` of the list's `x-contract`.
    id: "sort-unknown-mishandled", family: Sorting, level: Deny, proof: Probe,
    faults: ["unknown-order-ignored"],
    plan: plan, judge: judge,
}

fn refuses(sort: &Sort) -> bool {
    sort.unknown.as_ref().is_some_and(|handling| handling.is == Choice::Refuse)
}

/// Whether the contract names the orders that there are, so that a server may well refuse others, and documents with which
/// status: where that is all, no server may break of one, and nothing more is promised.
fn names_all(study: &Study, operation: &Operation, sort: &Sort) -> bool {
    let schema = sort.by.as_ref().and_then(|by| study.contract.slot_schema(operation, &by.slot));
    let named = schema.is_some_and(|schema| schema.get("enum").is_some());
    let statuses = study.contract.root.refusals.invalid.as_ref().map(|refusal| refusal.statuses.as_slice());
    let documented = statuses.unwrap_or(&[400, 422]).iter().any(|status| operation.response(*status).is_some());
    (named || sort.unknown.is_some()) && documented
}

/// Whether a call asks for the order that does not exist.
pub(super) fn is_probe(operation: &Operation, call: &Call) -> bool {
    let sort = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref());
    sort.is_some_and(|sort| probed(sort, call).is_some())
}

fn plan(study: &Study) -> Vec<Case> {
    plan_each(study, "unknown order", |ground: Ground<'_>| {
        let Some(sort) = ground.lists.sort.as_ref() else { return Vec::new() };
        if !refuses(sort) && !names_all(study, ground.operation, sort) {
            return Vec::new();
        }
        let call = || ask::query_call(&study.contract, ground.lists, &ground.query());
        let mut cases = Vec::new();
        if let Some(by) = &sort.by {
            cases.push(Case::Call(call().with(&by.slot, sort.sent(NO_SUCH_ORDER, Some(Direction::Ascending)))));
        }
        let direction = sort.direction.as_ref().filter(|_| refuses(sort));
        if let Some(slot) = direction.and_then(|clause| clause.slot.as_ref()) {
            cases.push(Case::Call(call().with(slot, NO_SUCH_ORDER)));
        }
        cases
    })
}

/// Which slot of a call holds the order that does not exist.
fn probed(sort: &Sort, call: &Call) -> Option<&'static str> {
    let holds = |slot: &crate::contract::semantics::Slot| {
        call.value(slot).is_some_and(|value| value.to_string().contains(NO_SUCH_ORDER))
    };
    if sort.by.as_ref().is_some_and(|by| holds(&by.slot)) {
        return Some("field");
    }
    sort.direction.as_ref().and_then(|clause| clause.slot.as_ref()).filter(|slot| holds(slot)).map(|_| "direction")
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let sort = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref());
    let Some(sort) = sort.filter(|sort| refuses(sort)) else {
        return not_applicable("the contract does not say that an unknown order is refused");
    };
    let mut ruling = Ruling::default();
    for (case, answer) in study.answers(&operation.id) {
        let (Some(what), Some(status)) = (probed(sort, &answer.call), answer.status) else { continue };
        if answer.call.access != Access::Own || answer.call.method.is_some() || answer.failure.is_some() {
            continue;
        }
        ruling.evidence.answers += 1;
        let other = (400..500).contains(&status)
            && !matches!(status, 401 | 403 | 408 | 429)
            && !is_invalid(&study.contract, status);
        if answer.is_success() || other {
            let about = sort.unknown.as_ref().map_or(&sort.about, |handling| &handling.about);
            let mut blame = Blame::of_cases(
                format!("a sort {what} that does not exist is taken"),
                vec![case.clone()],
                vec![answer.sent.clone()],
            )
            .compare(invalid_words(&study.contract), format!("status {status}"))
            .by(&study.contract, clause(operation, "sort/unknown"))
            .under(study, about, Level::Deny)
            .mark(what);
            blame.compares = false;
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive("no answer to an unknown order was seen", "see the findings on the list itself")
}
