//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Lists};
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A lawful request for a page is refused, redirected, or answered with something that is no page.
    ///
    /// ## Why it matters
    /// Nothing else about the list can be relied on if its plain request fails.
    ///
    /// ## Example
    /// `GET /v1/customers?limit=100` is answered with 400.
    ///
    /// ## Source
    /// The operation's parameters and its success response.
    id: "list-refused", family: Answers, level: Deny,
    faults: ["list-refused"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.is_plain()) {
        for (page, answer) in walk.answers.iter().enumerate().filter(|(_, answer)| answer.failure.is_none()) {
            ruling.evidence.answers += 1;
            let Some(status) = answer.status.filter(|status| *status < 500) else { continue };
            let has_page = answer.page.as_ref().is_some_and(|page| page.has_items);
            if has_page || answer.broken_json.is_some() {
                continue;
            }
            let (title, actual) = if answer.is_success() {
                (
                    "a lawful request for a page is answered with no page",
                    format!("status {status}, no array at {}", lists.place_words()),
                )
            } else {
                let title = match answer.call.follow {
                    Some(_) => "the next page that an answer names is refused",
                    None => "a lawful request for a page is refused",
                };
                (title, format!("status {status}"))
            };
            let size = lists.page.size.as_ref().filter(|size| answer.call.value(&size.slot).is_none());
            let omitted = size.and_then(|size| size.omitted.as_ref()).filter(|_| !answer.is_success());
            let level = omitted.map_or(Level::Deny, |omitted| study.level(&omitted.0, Level::Deny));
            // Where records were deleted since the page before, a later one lies beyond the end, which may be refused.
            // A token that is a field of a record is good only as long as the record is there.
            let by_record = lists.page.next.as_ref().is_some_and(|next| next.spot.is_none() && next.field.is_some());
            let compares = page > 0 && (by_record || may_refuse_past_end(lists));
            ruling.blames.push(
                Blame { compares, ..Blame::of_cases(title, vec![case.clone()], vec![answer.sent.clone()]) }
                    .compare(format!("a page with its records at {}", lists.place_words()), actual)
                    .level(level)
                    .mark(status.to_string()),
            );
        }
    }
    ruling.or_inconclusive("no page was asked for", "run with the paging checks")
}

/// Whether a page beyond the end may be refused.
fn may_refuse_past_end(lists: &Lists) -> bool {
    let positional = lists.page.offset.is_some() || lists.page.number.is_some();
    positional && lists.page.past_end.as_ref().is_none_or(|handling| handling.is != Choice::Empty)
}
