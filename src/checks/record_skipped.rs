//! See the explanation on [`CHECK`].

use super::{Blame, Ruling, Verdict, not_applicable, paging};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::case::Access;
use crate::contract::Operation;
use crate::contract::semantics::Lists;
use crate::study::{End, Reference, Row, Study, WalkSeen};

check! {
    /// A walk leaves out a record that other walks of the same list show.
    ///
    /// ## Why it matters
    /// Consumers lose it without an error: synchronisation, billing and reports are wrong from then on.
    ///
    /// ## Example
    /// With `limit=37` the first customer of every page is missing.
    ///
    /// ## Source
    /// ours: every walk over a list shows every record, whatever the page size.
    id: "record-skipped", family: Paging, level: Deny, proof: Compared,
    faults: ["record-skipped", "record-skipped-at-largest-size", "record-skipped-at-small-sizes", "record-skipped-at-size-ten", "more-false-before-one"],
    explains: paging::WHAT_WALKS_SHOW,
    plan: paging::plan_walks, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let mut ruling = Ruling::default();
    for access in [Access::Own, Access::Second] {
        judge_access(study, operation, lists, access, &mut ruling);
    }
    ruling.or_inconclusive("fewer than two walks could be compared", "check against a list of more than one page")
}

/// Compares the walks that one tenant makes over the whole list.
fn judge_access(study: &Study, operation: &Operation, lists: &Lists, access: Access, ruling: &mut Ruling) {
    let reference = study.reference_of(&operation.id, access);
    let whole = |walk: &WalkSeen| walk.walk.query.is_whole() && walk.walk.query.access == access;
    let ends_early = study.walks(&operation.id).any(|(_, walk)| whole(walk) && lacks_the_end(walk, reference));
    for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| whole(walk)) {
        if matches!(walk.end, End::Endless | End::TokenRepeated | End::NoToken | End::Broken(_)) {
            continue;
        }
        let places: HashMap<&str, usize> =
            walk.rows.iter().enumerate().filter_map(|(index, row)| Some((row.key.as_deref()?, index))).collect();
        let last =
            reference.rows.iter().rposition(|row| row.key.as_deref().is_some_and(|key| places.contains_key(key)));
        let Some(last) = last else { continue };
        if reference.walks < 2 {
            continue;
        }
        ruling.evidence.pairs += reference.rows.len() as u64;
        let missing: Vec<usize> = (0..reference.rows.len())
            .filter(|index| reference.rows[*index].key.as_deref().is_some_and(|key| !places.contains_key(key)))
            .collect();
        // Records after the last common one are an early end (another check), or were not reached yet. One alone is no more
        // than a record, unless other walks lack several there.
        let alone = walk.is_complete() && missing.len() == 1 && !ends_early;
        let inside: Vec<usize> = missing.iter().copied().filter(|index| *index < last || alone).collect();
        let ordered = is_ordered(reference, &places, last);
        let tied = tied(study, operation, reference, &places);
        let may_come = |index: usize| tied(index) && !keeps_order(study, operation, walk, reference);
        let mut inside = inside.into_iter().filter(|index| walk.is_complete() || (ordered && !may_come(*index)));
        let Some(first) = inside.next() else { continue };
        let left_out = 1 + inside.count();
        // Who shows three records and "leaves out" a hundred between them has another order.
        if !walk.is_complete() && left_out > walk.rows.len() {
            continue;
        }
        let after = reference.rows[first + 1..].iter().find_map(|row| places.get(row.key.as_deref()?)).copied();
        let sent = paging::requests_around(walk, after.unwrap_or_else(|| walk.rows.len().saturating_sub(1)));
        let other = study
            .walks(&operation.id)
            .filter(|(_, other)| whole(other))
            .find(|(_, other)| other.rows.iter().chain(&other.beyond).any(|row| row.key == reference.rows[first].key));
        let mut cases: Vec<_> = other.map(|(case, _)| case.clone()).into_iter().collect();
        cases.push(case.clone());
        ruling.blames.push(
            Blame::of_cases(format!("a walk in {} leaves records out", paging::walk_words(walk)), cases, sent)
                .compare("every record of the list", format!("{left_out} of {} left out", reference.rows.len()))
                .at(lists.items.clone())
                .by(&study.contract, paging::clause(operation, ""))
                .shown(reference.rows[first].key.as_deref().unwrap_or_default())
                .mark(if access == Access::Own { "skipped" } else { "skipped for the second tenant" }),
        );
    }
}

/// Whether a walk that says it is at the end lacks several of the last records, and no others.
fn lacks_the_end(walk: &WalkSeen, reference: &Reference) -> bool {
    let shown: HashSet<&str> = walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
    let is_shown = |row: &Arc<Row>| row.key.as_deref().is_some_and(|key| shown.contains(key));
    let Some(last) = reference.rows.iter().rposition(is_shown).filter(|_| walk.is_complete()) else { return false };
    last + 2 < reference.rows.len() && reference.rows[..last].iter().all(is_shown)
}

/// Tells which records may come later in a walk that was cut off, as another order among those that are equal to them in the
/// default order explains: the walk shows some of those, and none behind them yet.
fn tied<'a>(
    study: &Study,
    operation: &'a Operation,
    reference: &'a Reference,
    places: &'a HashMap<&str, usize>,
) -> impl Fn(usize) -> bool + use<'a> {
    let default = operation.clause.lists.as_ref().and_then(|lists| lists.sort.as_ref()?.default.as_ref());
    let index = default.and_then(|field| study.model(&operation.id)?.field(&field.field));
    move |at| {
        let Some(index) = index else { return false };
        let is_shown = |row: &Arc<Row>| row.key.as_deref().is_some_and(|key| places.contains_key(key));
        let own = reference.rows[at].traits.get(index);
        let is_equal = |row: &Arc<Row>| row.traits.get(index) == own;
        let passed = reference.rows[at..reference.ordered].iter().any(|row| !is_equal(row) && is_shown(row));
        own.is_some() && !passed && reference.rows.iter().any(|row| is_equal(row) && is_shown(row))
    }
}

/// Least records of a walk that was cut off from which on their order is none by chance.
const LEAST_IN_ORDER: usize = 4;

/// Whether equal records keep their order from walk to walk: all walks show what they have in common with the longest one
/// in its order, and this one shows each page as it stands there. Then what is left out between two pages does not come later.
fn keeps_order(study: &Study, operation: &Operation, walk: &WalkSeen, reference: &Reference) -> bool {
    let query = &walk.walk.query;
    let place =
        |row: &Arc<Row>| reference.by_key.get(row.key.as_deref()?).copied().filter(|at| *at < reference.ordered);
    let in_one_piece = |page: usize| {
        let found: Option<Vec<usize>> = walk.rows_of(page).iter().map(place).collect();
        found.is_some_and(|places| places.windows(2).all(|pair| pair[0] + 1 == pair[1]))
    };
    let rises = |other: &WalkSeen| {
        let places: Vec<usize> = other.rows.iter().filter_map(place).collect();
        places.windows(2).all(|pair| pair[0] < pair[1])
    };
    let mut alike = study.walks(&operation.id).map(|(_, other)| other);
    walk.rows.len() >= LEAST_IN_ORDER
        && (0..walk.pages.len()).all(in_one_piece)
        && alike.all(|other| !other.walk.query.is_whole() || other.walk.query.access != query.access || rises(other))
}

/// Whether the walk shows common records in the reference's order: only then "in between" means something.
fn is_ordered(reference: &Reference, places: &HashMap<&str, usize>, last: usize) -> bool {
    let common: Vec<usize> =
        reference.rows[..=last].iter().filter_map(|row| places.get(row.key.as_deref()?)).copied().collect();
    common.windows(2).all(|pair| pair[0] < pair[1])
}
