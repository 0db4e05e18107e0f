//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use crate::case::{Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Lists, Slot};
use crate::finding::Level;
use crate::study::{Observation, Start, Study, ask, records};

check! {
    /// A page beyond the end is not what the contract says: records, or the wrong refusal.
    ///
    /// ## Why it matters
    /// Consumers that walk until a page is empty never finish, or see records again.
    ///
    /// ## Example
    /// `offset=500` on a list of 237 shows the last page once more.
    ///
    /// ## Source
    /// `past-end` of the list's paging.
    id: "past-end-mishandled", family: Paging, level: Deny, proof: Compared,
    faults: ["past-end-repeats-last-page", "past-end-shows-first-page"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        let (Some(handling), Some(reference)) = (&lists.page.past_end, study.reference(&operation.id)) else {
            continue;
        };
        if !reference.complete || reference.capped {
            continue;
        }
        let known = reference.rows.len() as u64;
        let size = paging::default_size(study, operation, lists);
        // Just beyond what was seen: nothing may be there, or the walks ended early.
        let starts = match (&lists.page.offset, &lists.page.number) {
            (Some(offset), _) => {
                let far = known + 3 * size.unwrap_or(50);
                vec![Start::Offset(offset.first + known), Start::Offset(offset.first + far)]
            }
            // The page after the last one, and one further on; in an empty list the first page is the last.
            (None, Some(number)) => size.map_or_else(Vec::new, |size| {
                let pages = known.div_ceil(size.max(1)).max(1);
                let beyond = [number.first + pages, number.first + pages + 2];
                // What is to come again beyond the end is asked for by its own number too.
                let last = (handling.is == Choice::Last).then_some(number.first + pages - 1);
                last.into_iter().chain(beyond).map(Start::Number).collect()
            }),
            (None, None) => Vec::new(),
        };
        for start in starts {
            cases.push(Case::Call(ask::page_call(&study.contract, lists, &Query::new(&operation.id, None), &start)));
        }
    }
    cases
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(handling) = &lists.page.past_end else { return not_applicable("nothing is promised beyond the end") };
    let mut ruling = Ruling::default();
    let last = last_page(study, operation, lists);
    for (case, answer) in study.answers(&operation.id) {
        if !is_beyond(study, lists, operation, answer) {
            continue;
        }
        let Some(status) = answer.status.filter(|status| *status < 500) else { continue };
        ruling.evidence.pages += 1;
        let items = answer.page.as_ref().map_or(0, |page| page.items);
        let refusals = &study.contract.root.refusals;
        let mut classes = [&refusals.invalid, &refusals.not_found].into_iter().flatten().peekable();
        let refused = match classes.peek() {
            Some(_) => classes.any(|refusal| refusal.accepts(status)),
            None => (400..500).contains(&status),
        };
        let lawful = match handling.is {
            Choice::Refuse => refused,
            Choice::Empty => answer.is_success() && items == 0,
            // Without the last page itself there is nothing to hold it against.
            Choice::Last => match &last {
                Some(last) => answer.is_success() && keys(study, operation, lists, answer) == *last,
                None => answer.is_success(),
            },
            _ => refused || (answer.is_success() && items == 0),
        };
        if !lawful {
            let actual = if answer.is_success() { format!("{items} records") } else { format!("status {status}") };
            let mut blame = Blame::of_answer("the page beyond the end is not as documented", answer)
                .compare(expected(handling.is), actual)
                .by(&study.contract, paging::clause(operation, "past-end"))
                .under(study, &handling.about, Level::Deny);
            blame.compares = true;
            blame.cases = vec![Case::Walk(study.reference_walk(operation, lists)), case.clone()];
            ruling.blames.push(blame);
        }
    }
    ruling.or_inconclusive("the end of the list is not known", "raise --max-records or --max-requests")
}

fn expected(choice: Choice) -> &'static str {
    match choice {
        Choice::Refuse => "a refusal",
        Choice::Last => "the last page once more",
        _ => "an empty page",
    }
}

/// The keys of the records on a page, in order.
fn keys(study: &Study, operation: &Operation, lists: &Lists, answer: &Observation) -> Vec<Option<Box<str>>> {
    let (Some(model), Some(body)) = (study.model(&operation.id), &answer.json) else { return Vec::new() };
    records(lists, body).into_iter().map(|record| model.row(record, false).key).collect()
}

/// The keys of the last page, asked for by its own number.
fn last_page(study: &Study, operation: &Operation, lists: &Lists) -> Option<Vec<Option<Box<str>>>> {
    let number = lists.page.number.as_ref()?;
    let known = study.reference(&operation.id).filter(|reference| reference.complete)?.rows.len() as u64;
    let pages = known.div_ceil(paging::default_size(study, operation, lists)?.max(1)).max(1);
    let call = ask::page_call(
        &study.contract,
        lists,
        &Query::new(&operation.id, None),
        &Start::Number(number.first + pages - 1),
    );
    let mut answers = study.answers(&operation.id);
    let (_, answer) = answers.find(|(_, answer)| answer.is_success() && answer.call == call)?;
    Some(keys(study, operation, lists, answer))
}

/// Whether a request starts beyond the last record known.
fn is_beyond(study: &Study, lists: &Lists, operation: &Operation, answer: &Observation) -> bool {
    let Some(reference) = study.reference(&operation.id).filter(|reference| reference.complete) else { return false };
    let known = reference.rows.len() as u64;
    let at = |slot: &Slot| answer.call.value(slot).and_then(serde_json::Value::as_u64);
    if answer.call.values.len() > 1 || answer.call.access != crate::case::Access::Own {
        return false;
    }
    match (&lists.page.offset, &lists.page.number) {
        (Some(offset), _) => at(&offset.slot).is_some_and(|at| at >= offset.first + known),
        (None, Some(number)) => {
            let size = paging::default_size(study, operation, lists);
            let pages = size.map(|size| known.div_ceil(size.max(1)).max(1));
            pages.is_some_and(|pages| at(&number.slot).is_some_and(|at| at >= number.first + pages))
        }
        (None, None) => false,
    }
}
