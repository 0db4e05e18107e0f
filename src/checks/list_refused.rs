//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, plan_nothing};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Lists};
use crate::exchange::Sent;
use crate::finding::Level;
use crate::study::{Observation, Study};

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
    id: "list-refused", family: Answers, level: Deny, proof: Answer,
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
            if has_page || answer.body.broken_json.is_some() {
                continue;
            }
            // A page that an answer just before led to: nobody but the target itself chose where it starts.
            let led = page.checked_sub(1).and_then(|before| walk.answers.get(before));
            let led = led.filter(|before| before.is_success() && lists.page.next.is_some());
            let (title, actual) = if answer.is_success() {
                (
                    "a lawful request for a page is answered with no page",
                    match answer.bytes {
                        0 => format!("status {status} with an empty body"),
                        _ => format!("status {status}, no array at {}", lists.place_words()),
                    },
                )
            } else {
                let title = match (&answer.call.follow, led) {
                    (Some(_), _) => "the next page that an answer names is refused",
                    (None, Some(_)) => "the next page is refused although its token was just given",
                    (None, None) => "a lawful request for a page is refused",
                };
                let share = led.map(|_| next_pages(study, operation));
                let share = share.map(|(refused, asked)| {
                    format!(" on page {}; so are {refused} of {asked} requests for a next page", page + 1)
                });
                (title, format!("status {status}{}", share.unwrap_or_default()))
            };
            let size = lists.page.size.as_ref().filter(|size| answer.call.value(&size.slot).is_none());
            let omitted = size.and_then(|size| size.omitted.as_ref()).filter(|_| !answer.is_success());
            let level = omitted.map_or(Level::Deny, |omitted| study.level(&omitted.0, Level::Deny));
            // Where records were deleted since the page before, a later one lies beyond the end, which may be refused.
            // A token that is a field of a record is good only as long as the record is there.
            let by_record = lists.page.next.as_ref().is_some_and(|next| next.spot.is_none() && next.field.is_some());
            let compares = page > 0 && (by_record || may_refuse_past_end(lists));
            ruling.blames.push(
                Blame { compares, ..Blame::of_cases(title, vec![case.clone()], sent(answer, led)) }
                    .compare(format!("a page with its records at {}", lists.place_words()), actual)
                    .level(level)
                    .mark(if led.is_some() { format!("{status} on later pages") } else { status.to_string() }),
            );
        }
    }
    ruling.or_inconclusive("no page was asked for", "run with the paging checks")
}

/// The request, after the one whose answer led to it.
fn sent(answer: &Observation, led: Option<&Observation>) -> Vec<Sent> {
    led.into_iter().chain([answer]).map(|answer| answer.sent.clone()).collect()
}

/// How many of the requests for a page that an answer just before led to are refused, of how many.
fn next_pages(study: &Study, operation: &Operation) -> (usize, usize) {
    let walks = study.walks(&operation.id).map(|(_, walk)| walk).filter(|walk| walk.walk.query.is_plain());
    let later: Vec<&Observation> =
        walks.flat_map(|walk| walk.answers.iter().skip(1)).filter(|answer| answer.failure.is_none()).collect();
    let refused = later.iter().filter(|answer| answer.status.is_some_and(|status| (300..500).contains(&status)));
    (refused.count(), later.len())
}

/// Whether a page beyond the end may be refused.
fn may_refuse_past_end(lists: &Lists) -> bool {
    let positional = lists.page.offset.is_some() || lists.page.number.is_some();
    positional && lists.page.past_end.as_ref().is_none_or(|handling| handling.is != Choice::Empty)
}
