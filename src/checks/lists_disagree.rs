//! See the explanation on [`CHECK`].

use super::filtering::{foundation, sent_at};
use super::reading::{
    Standing, additions, differences, field_words, is_movement, later_version, shapes_at, shown_at, standing,
};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::contract::semantics::{Lists, Resource};
use crate::finding::Level;
use crate::study::{Reference, Study, WalkSeen};

check! {
    /// Two lists of the same records, or two walks of one list, do not show the same.
    ///
    /// ## Why it matters
    /// Consumers choose one of them by convenience. A record that only one shows, or shows otherwise, is lost to half of them.
    ///
    /// ## Example
    /// `GET /customers` shows 237 customers; `POST /customers/search` without conditions shows 236.
    ///
    /// ## Source
    /// `lists.resource` of both operations' `x-contract` is the same, and so is what leaving their filters out means.
    id: "lists-disagree", family: Records, level: Deny, proof: Compared,
    faults: ["lists-disagree", "record-differs-when-sorted", "record-differs-under-filter", "record-differs-at-largest-size", "lists-differ-in-field"],
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
    let mut ruling = Ruling::default();
    walks(study, operation, lists, &mut ruling);
    if let Some((first, theirs)) = peer(study, operation, lists) {
        return judge_peer(study, operation, (first, theirs), lists, ruling);
    }
    ruling.or_inconclusive("no two walks show one record", "check against a list that is not empty")
}

/// Walks of one list, whatever they filter and sort by, show the same records.
fn walks(study: &Study, operation: &Operation, lists: &Lists, ruling: &mut Ruling) {
    let Some(resource) = study.contract.resource(&lists.resource) else { return };
    let Some(reference) = study.reference(&operation.id) else { return };
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own) {
        for (index, row) in walk.rows.iter().enumerate() {
            let Some(known) = row.key.as_deref().and_then(|key| reference.get(key)) else { continue };
            // Of a record without a version nobody can tell whether it was changed in between.
            if resource.version.is_some() && (row.version.is_none() || row.version != known.version) {
                continue;
            }
            ruling.evidence.pairs += 1;
            if row.print == known.print {
                continue;
            }
            let sent = walk.answer(walk.page_of(index)).map(|answer| answer.sent.clone()).into_iter().collect();
            let cases = vec![Case::Walk(study.reference_walk(operation, lists)), case.clone()];
            let page = walk.page_of(index);
            let within = index - walk.starts.get(page).copied().unwrap_or(0);
            ruling.once(
                Blame::of_cases(format!("a record shows other values in a walk {}", question(walk)), cases, sent)
                    .compare("the values that the plain list shows for it", "other values under the same key")
                    .at(lists.place(within))
                    .by(&study.contract, format!("{}/x-contract/lists", operation.pointer))
                    .under(study, &lists.about, Level::Deny)
                    .shown(row.key.as_deref().unwrap_or_default())
                    .mark(format!("walk {}", question(walk))),
            );
            break;
        }
    }
}

/// What tells a walk from the plain one, in words.
fn question(walk: &WalkSeen) -> &'static str {
    let query = &walk.walk.query;
    match (query.sort.is_some(), !query.filters.is_empty(), !query.expand.is_empty()) {
        (true, ..) => "under an order",
        (_, true, _) => "under a filter",
        (.., true) => "with an expansion",
        _ => "at another page size",
    }
}

/// Another list shows the same records.
fn judge_peer(
    study: &Study,
    operation: &Operation,
    (first, theirs): (&Operation, &Lists),
    lists: &Lists,
    mut ruling: Ruling,
) -> Verdict {
    let references = study.reference(&first.id).zip(study.reference(&operation.id));
    let Some((one, two)) = references.filter(|(one, two)| one.complete && two.complete) else {
        if !ruling.blames.is_empty() {
            return ruling.or_inconclusive("", "");
        }
        if study.reference(&first.id).is_none() && study.reference(&operation.id).is_some() {
            return Verdict::Inconclusive {
                reason: format!("the other list, `{}`, was not walked", first.id),
                remedy: "leave it out of --skip, or see the findings on it".to_owned(),
            };
        }
        return Verdict::Inconclusive {
            reason: "not both lists were walked to the end".to_owned(),
            remedy: "raise the limit on records, or see the findings on paging".to_owned(),
        };
    };
    let peers = Peers { study, first, theirs, operation, lists, one, two };
    ruling.evidence.pairs += one.rows.len().max(two.rows.len()) as u64;
    peers.records_apart(&mut ruling);
    peers.fields_apart(&mut ruling);
    ruling.or_inconclusive("both lists are empty", "supply a tenant with records")
}

/// Two lists of the same records, each walked to its end.
struct Peers<'a> {
    study: &'a Study,
    first: &'a Operation,
    theirs: &'a Lists,
    operation: &'a Operation,
    lists: &'a Lists,
    /// What the first list shows, and what the other one does.
    one: &'a Reference,
    two: &'a Reference,
}

impl Peers<'_> {
    fn blame(&self, title: String) -> Blame {
        let Self { study, first, theirs, operation, lists, .. } = *self;
        let cases =
            vec![Case::Walk(study.reference_walk(first, theirs)), Case::Walk(study.reference_walk(operation, lists))];
        let walks = [first, operation].into_iter().filter_map(|list| study.walks(&list.id).next());
        let sent = walks.flat_map(|(_, walk)| sent_at(walk, None)).collect();
        Blame::of_cases(title, cases, sent)
            .by(&study.contract, format!("{}/x-contract/lists", operation.pointer))
            .under(study, &lists.about, Level::Deny)
    }

    /// Records that only one of them shows.
    fn records_apart(&self, ruling: &mut Ruling) {
        let (one, two, first) = (self.one, self.two, &self.first.id);
        for (here, there, words) in [(one, two, "lacks"), (two, one, "adds")] {
            let extra: Vec<&str> = only_in(here, there);
            let Some(key) = extra.first() else { continue };
            ruling.once(
                self.blame(format!("this list {words} records against `{first}`"))
                    .compare(
                        format!("the {} records that `{first}` shows", one.rows.len()),
                        format!("{} records that only one of them shows", extra.len()),
                    )
                    .mark(words)
                    .shown(*key),
            );
        }
    }

    /// Fields that they show otherwise, of records that did not change in between.
    fn fields_apart(&self, ruling: &mut Ruling) {
        let Self { study, operation, lists, one, two, .. } = *self;
        let resource = study.contract.resource(&lists.resource);
        let mut left_out = additions(&study.contract);
        left_out.extend(resource.map(|resource| resource.volatile.clone()).unwrap_or_default());
        let shape = study.contract.record_shape(operation, lists);
        let moved = resource.is_none_or(|resource| is_moved(resource, one, two));
        for (key, record) in &two.samples {
            let Some(other) = one.sample(key) else { continue };
            let level = match standing(resource, other, record) {
                Standing::Changed if moved => continue,
                Standing::Untold => Level::Note,
                Standing::Changed | Standing::Same | Standing::Unpromised => study.level(&lists.about, Level::Deny),
            };
            for field in differences(&study.contract, shape, other, record, &left_out).into_iter().take(3) {
                let (theirs, ours) = shapes_at(other, record, &field);
                ruling.once(
                    self.blame(format!("field `{}` differs from `{}`", field_words(&field), self.first.id))
                        .compare(format!("the same value ({theirs})"), format!("another value ({ours})"))
                        .level(level)
                        .shown(shown_at(other, record, &field))
                        .mark(field),
                );
            }
        }
    }
}

/// Whether versions that differ between the lists tell of changes made meanwhile.
fn is_moved(resource: &Resource, one: &Reference, two: &Reference) -> bool {
    let (mut pairs, mut later) = (0, Vec::new());
    for (other, record) in two.samples.iter().filter_map(|(key, record)| Some((one.sample(key)?, record))) {
        match standing(Some(resource), other, record) {
            Standing::Same => pairs += 1,
            Standing::Changed => {
                pairs += 1;
                // What is no instant tells nothing.
                let Some(version) = later_version(resource, other, record) else { return true };
                later.push(version);
            }
            Standing::Untold | Standing::Unpromised => {}
        }
    }
    is_movement(pairs, &later)
}

fn only_in<'a>(here: &'a Reference, there: &Reference) -> Vec<&'a str> {
    let keys = here.rows.iter().filter_map(|row| row.key.as_deref());
    keys.filter(|key| there.get(key).is_none()).collect()
}
