//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use serde_json::{Value, json};

use crate::case::{Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Choice, Handling, Size, Slot};
use crate::finding::Level;
use crate::study::{Observation, Study, ask};

check! {
    /// A page size that the contract does not allow is not handled as it says.
    ///
    /// ## Why it matters
    /// Consumers rely on being told of a mistake, or on being given a lawful page.
    ///
    /// ## Example
    /// `limit=abc` is answered with 404; `limit=-1` or `limit=10abc` with a page where a refusal is documented.
    ///
    /// ## Source
    /// `below`, `above`, `malformed` and `zero` of the page size.
    id: "bad-size-mishandled", family: Paging, level: Deny, proof: Answer,
    faults: ["bad-size-accepted", "bad-size-not-found", "bad-size-clamped", "bad-size-refused", "zero-size-gives-all", "bad-size-read-in-part"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, lists) in study.lists() {
        let (Some(size), Some(_)) = (&lists.page.size, study.reference(&operation.id)) else { continue };
        for (value, handling) in probes(study, operation, size) {
            if handling.is_some() {
                let query = Query::new(&operation.id, None);
                cases.push(Case::Call(ask::query_call(&study.contract, lists, &query).with(&size.slot, value)));
            }
        }
    }
    cases
}

/// Unlawful sizes, and what the contract says of each.
fn probes(study: &Study, operation: &Operation, size: &Size) -> Vec<(Value, Option<Handling>)> {
    // Where pages of no records may be asked for, zero is as good as any size.
    let below = size.below.clone().filter(|_| size.min != Some(0));
    let mut probes = vec![
        (json!(0), size.zero.clone().or(below)),
        (json!(-1), size.below.clone()),
        (json!("abc"), size.malformed.clone()),
    ];
    probes.extend(half_numbers(study, operation, size).into_iter().map(|value| (value, size.malformed.clone())));
    if let Some(most) = size.max {
        probes.push((json!(most + 1), size.above.clone()));
        probes.push((json!(most.saturating_mul(1000)), size.above.clone()));
    }
    probes
}

/// What begins like a whole number: careless readers take it for that. Where a page is as good as a refusal, it says no more
/// than what is no number at all.
fn half_numbers(study: &Study, operation: &Operation, size: &Size) -> Vec<Value> {
    let refused = size.malformed.as_ref().is_some_and(|handling| handling.is == Choice::Refuse);
    let schema = study.contract.slot_schema(operation, &size.slot);
    let whole = schema.is_some_and(|schema| schema.get("type").and_then(Value::as_str) == Some("integer"));
    match &size.slot {
        _ if !refused || !whole => Vec::new(),
        // A text is no number in JSON, whatever it begins with.
        Slot::Body(_) => vec![json!(1.5)],
        _ => vec![json!("10abc"), json!("1.5")],
    }
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some(size) = &lists.page.size else { return not_applicable("no page size is documented") };
    let probes = probes(study, operation, size);
    if probes.iter().all(|(_, handling)| handling.is_none()) {
        return not_applicable("nothing is promised of unlawful page sizes");
    }
    let invalid = study.contract.root.refusals.invalid.as_ref();
    let mut ruling = Ruling::default();
    for (_, answer) in study.answers(&operation.id) {
        let asked = paging::asked_size(lists, answer);
        let Some((value, Some(handling))) = probes.iter().find(|(value, _)| Some(value) == asked.as_ref()) else {
            continue;
        };
        let Some(status) = answer.status.filter(|status| *status < 500 && answer.failure.is_none()) else { continue };
        ruling.evidence.answers += 1;
        let refused = invalid.map_or((400..500).contains(&status), |refusal| refusal.accepts(status));
        let page = answer.is_success();
        let excess = excess(study, operation, size, value, answer);
        let lawful = match handling.is {
            Choice::Refuse => refused,
            Choice::Clamp | Choice::Default | Choice::Ignore | Choice::Empty | Choice::Last => page,
            Choice::Either => refused || page,
        };
        if !lawful || excess.is_some() {
            let expected = match (handling.is, &excess) {
                (Choice::Refuse, _) => "a refusal".to_owned(),
                (Choice::Either, None) => "a refusal or a lawful page".to_owned(),
                (Choice::Either, Some((most, _))) => format!("a refusal, or a page of at most {most} records"),
                (_, None) => "a lawful page".to_owned(),
                (_, Some((most, _))) => format!("a page of at most {most} records"),
            };
            let actual = match excess {
                Some((_, shown)) if lawful => format!("a page of {shown} records"),
                _ => format!("status {status}"),
            };
            let name = name_of(value);
            ruling.blames.push(
                Blame::of_answer(format!("{name} as page size is not handled as documented"), answer)
                    .compare(expected, actual)
                    .by(&study.contract, paging::clause(operation, "size"))
                    .under(study, &handling.about, Level::Deny)
                    .mark(name),
            );
        }
    }
    ruling.or_inconclusive("no unlawful page size was answered", "see the findings on the list's answers")
}

/// Most records on a page that no size was asked of, and how many an answer to a size that means nothing shows beyond
/// that. Where pages of no size are too large themselves, that is another fault.
fn excess(
    study: &Study,
    operation: &Operation,
    size: &Size,
    value: &Value,
    answer: &Observation,
) -> Option<(u64, u64)> {
    let most = size.default.as_ref()?.value.max(1);
    let items = |answer: &Observation| answer.page.as_ref().map_or(0, |page| page.items as u64);
    let meaningless = value.as_i64().is_none_or(|number| number <= 0);
    if !meaningless || !answer.is_success() || items(answer) <= most {
        return None;
    }
    let bare = |other: &Observation| other.is_success() && other.call.value(&size.slot).is_none();
    let broken = study.all_answers(&operation.id).any(|other| bare(other) && items(other) > most);
    (!broken).then(|| (most, items(answer)))
}

fn name_of(value: &Value) -> &'static str {
    let begins = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    match value.as_i64() {
        None if value.is_f64() || value.as_str().is_some_and(begins) => "what begins like a number",
        Some(0) => "zero",
        Some(number) if number < 0 => "a negative number",
        Some(_) => "more than the maximum",
        None => "text",
    }
}
