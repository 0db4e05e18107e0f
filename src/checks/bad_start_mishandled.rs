//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use serde_json::{Value, json};

use crate::case::{Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Handling, Lists, Slot};
use crate::finding::Level;
use crate::study::{Study, ask};

check! {
    /// A made-up token, or an offset that is none, is not handled as the contract says.
    ///
    /// ## Why it matters
    /// Consumers with a stale or damaged token must be told, not be sent to the first page again.
    ///
    /// ## Example
    /// `offset=-1` is answered with the first page where a refusal is documented.
    ///
    /// ## Source
    /// `malformed` of the token; `below` and `malformed` of offset or page number.
    id: "bad-start-mishandled", family: Paging, level: Deny, proof: Probe,
    faults: ["bad-offset-accepted", "bad-cursor-accepted", "bad-cursor-not-found"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists().filter(|(operation, _)| study.reference(&operation.id).is_some()) {
        for (slot, value, _, _) in probes(lists) {
            let query = Query::new(&operation.id, None);
            cases.push(Case::Call(ask::query_call(&study.contract, lists, &query).with(&slot, value)));
        }
    }
    cases
}

/// Unlawful starts: slot, value, what the contract says, and a name. A token is tried whatever the contract says: it may
/// never break the server.
fn probes(lists: &Lists) -> Vec<(Slot, Value, Option<Handling>, &'static str)> {
    let page = &lists.page;
    let mut probes = Vec::new();
    if let Some((slot, next)) = page.next.as_ref().and_then(|next| Some((next.slot.clone()?, next))) {
        probes.push((slot, json!("contract-gate-no-such-token"), next.malformed.clone(), "a made-up token"));
    }
    for start in page.offset.iter().chain(&page.number) {
        if start.below.is_some() {
            probes.push((start.slot.clone(), json!(-1), start.below.clone(), "a negative start"));
        }
        if start.malformed.is_some() {
            probes.push((start.slot.clone(), json!("abc"), start.malformed.clone(), "text as start"));
        }
    }
    probes
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let probes = probes(lists);
    if probes.iter().all(|(_, _, handling, _)| handling.is_none()) {
        return not_applicable("nothing is promised of made-up tokens or offsets");
    }
    let invalid = study.contract.root.refusals.invalid.as_ref();
    let mut ruling = Ruling::default();
    for (_, answer) in study.answers(&operation.id) {
        let probe = probes.iter().find(|(slot, value, ..)| answer.call.value(slot) == Some(value));
        let Some((_, _, Some(handling), name)) = probe else { continue };
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        let refused = invalid.map_or((400..500).contains(&status), |refusal| refusal.accepts(status));
        let page = answer.is_success();
        let lawful = match handling.is {
            Choice::Refuse => refused,
            Choice::Empty => page && answer.page.as_ref().is_some_and(|page| page.items == 0),
            Choice::Clamp | Choice::Default | Choice::Ignore | Choice::Last => page,
            Choice::Either => refused || page,
        };
        if !lawful {
            ruling.blames.push(
                Blame::of_answer(format!("{name} is not handled as documented"), answer)
                    .compare(
                        if handling.is == Choice::Refuse { "a refusal" } else { "a refusal or a lawful page" },
                        format!("status {status}"),
                    )
                    .by(&study.contract, paging::clause(operation, ""))
                    .under(study, &handling.about, Level::Deny)
                    .mark(*name),
            );
        }
    }
    ruling.or_inconclusive("no made-up start was answered", "see the findings on the list's answers")
}
