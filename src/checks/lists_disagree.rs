//! See the explanation on [`CHECK`].

use super::filtering::foundation;
use super::reading::{Standing, additions, differences, field_words, shapes_at, shown_at, standing};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::Case;
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::finding::Level;
use crate::study::{Reference, Study};

check! {
    /// Two lists of the same records do not show the same.
    ///
    /// ## Why it matters
    /// Consumers choose one of them by convenience. A record that only one shows, or shows otherwise, is lost to half of them.
    ///
    /// ## Example
    /// `GET /customers` shows 237 customers; `POST /customers/search` without conditions shows 236.
    ///
    /// ## Source
    /// `lists.resource` of both operations' `x-contract` is the same, and so is what leaving their filters out means.
    id: "lists-disagree", family: Records, level: Deny,
    faults: ["lists-disagree"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    study.lists().flat_map(|(operation, lists)| foundation(study, operation, lists)).collect()
}

/// The first other list of the same records, by the same key and with the same default view.
fn peer<'a>(study: &'a Study, operation: &Operation, lists: &Lists) -> Option<(&'a Operation, &'a Lists)> {
    let (first, theirs) = study.list_of(&lists.resource)?;
    let view = |lists: &Lists| -> Vec<_> {
        let filters = lists.filters.values();
        filters.filter_map(|filter| Some((filter.field.clone(), filter.absent.clone()?))).collect()
    };
    (first.id != operation.id && theirs.key == lists.key && view(theirs) == view(lists)).then_some((first, theirs))
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let Some((first, theirs)) = peer(study, operation, lists) else {
        return not_applicable("no earlier list shows the same records");
    };
    let references = study.reference(&first.id).zip(study.reference(&operation.id));
    let Some((one, two)) = references.filter(|(one, two)| one.complete && two.complete) else {
        return Verdict::Inconclusive {
            reason: "not both lists were walked to the end".to_owned(),
            remedy: "raise the limit on records, or see the findings on paging".to_owned(),
        };
    };
    let cases =
        vec![Case::Walk(study.reference_walk(first, theirs)), Case::Walk(study.reference_walk(operation, lists))];
    let mut ruling = Ruling::default();
    ruling.evidence.pairs += one.rows.len().max(two.rows.len()) as u64;
    let make = |title: String| {
        let mut blame = Blame::of_cases(title, cases.clone(), Vec::new())
            .by(&study.contract, format!("{}/x-contract/lists", operation.pointer))
            .under(study, &lists.about, Level::Deny);
        for id in [&first.id, &operation.id] {
            blame
                .sent
                .extend(study.walks(id).next().into_iter().flat_map(|(_, walk)| super::filtering::sent_at(walk, None)));
        }
        blame
    };
    for (here, there, words) in [(one, two, "lacks"), (two, one, "adds")] {
        let extra: Vec<&str> = only_in(here, there);
        if let Some(key) = extra.first() {
            ruling.once(
                make(format!("this list {words} records against `{}`", first.id))
                    .compare(
                        format!("the {} records that `{}` shows", one.rows.len(), first.id),
                        format!("{} records that only one of them shows", extra.len()),
                    )
                    .mark(words)
                    .shown(*key),
            );
        }
    }
    let resource = study.contract.resource(&lists.resource);
    let mut left_out = additions(&study.contract);
    left_out.extend(resource.map(|resource| resource.volatile.clone()).unwrap_or_default());
    let shape = study.contract.record_shape(operation, lists);
    for (key, record) in &two.samples {
        let Some(other) = one.sample(key) else { continue };
        let level = match standing(resource, other, record) {
            Standing::Changed => continue,
            Standing::Untold => Level::Note,
            Standing::Same | Standing::Unpromised => study.level(&lists.about, Level::Deny),
        };
        for field in differences(&study.contract, shape, other, record, &left_out).into_iter().take(3) {
            let (theirs, ours) = shapes_at(other, record, &field);
            ruling.once(
                make(format!("field `{}` differs from `{}`", field_words(&field), first.id))
                    .compare(format!("the same value ({theirs})"), format!("another value ({ours})"))
                    .level(level)
                    .shown(shown_at(other, record, &field))
                    .mark(field),
            );
        }
    }
    ruling.or_inconclusive("both lists are empty", "supply a tenant with records")
}

fn only_in<'a>(here: &'a Reference, there: &Reference) -> Vec<&'a str> {
    let keys = here.rows.iter().filter_map(|row| row.key.as_deref());
    keys.filter(|key| there.get(key).is_none()).collect()
}
