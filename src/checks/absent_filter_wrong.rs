//! See the explanation on [`CHECK`].

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::filtering::{clause, exposed, foundation, is_unknown, lawful_size, row_pointer, sent_at, trait_text};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case, Query};
use crate::contract::Operation;
use crate::contract::semantics::{Absent, Filter, Lists, Match};
use crate::document::escape;
use crate::finding::Level;
use crate::study::{Fit, Study, WalkSeen, Wanted};

check! {
    /// A list without a filter shows records that its default view leaves out.
    ///
    /// ## Why it matters
    /// Consumers rely on the default view: when archived customers turn up in it, they are billed and mailed again.
    ///
    /// ## Example
    /// `GET /customers` without `status` shows archived customers, although only published ones are promised.
    ///
    /// ## Source
    /// `absent` of the filter in the list's `x-contract`; with `either`, one reading must hold throughout.
    id: "absent-filter-wrong", family: Filters, level: Deny, proof: Walk,
    faults: ["default-filter-missing", "default-filter-only-alone", "default-filter-forgotten-for-keys"],
    plan: plan, judge: judge,
}

/// Each list, and where a default view hides records, one that is known to be hidden by each filter that names it.
fn plan(study: &Study) -> Vec<Case> {
    let mut cases: Vec<Case> =
        study.lists().flat_map(|(operation, lists)| foundation(study, operation, lists)).collect();
    for (operation, lists) in study.lists() {
        for (name, filter) in &lists.filters {
            let Some(Absent::Only(default)) = &filter.absent else { continue };
            cases.extend(hidden_probes(study, operation, lists, (name, filter, default)));
        }
    }
    cases
}

/// Filters tried with the value of a hidden record.
const MOST_HIDDEN: usize = 2;

/// Queries by other filters for a record that the default view hides; nothing may come.
fn hidden_probes(
    study: &Study,
    operation: &Operation,
    lists: &Lists,
    (name, filter, default): (&str, &Filter, &Value),
) -> Vec<Case> {
    let Some(model) = study.model(&operation.id) else { return Vec::new() };
    let wanted = Wanted::new(model, name, filter, default);
    let asked = |walk: &WalkSeen| {
        let query = &walk.walk.query;
        let one = matches!(query.filters.as_slice(), [(known, _)] if known == name);
        one && query.access == Access::Own && query.sort.is_none()
    };
    let walks = study.walks(&operation.id).map(|(_, walk)| walk).filter(|walk| asked(walk));
    let Some(row) = walks.flat_map(|walk| &walk.rows).find(|row| wanted.row(row) == Fit::Not) else {
        return Vec::new();
    };
    // What is asked for by its key is looked up on a path of its own, as often as not.
    let key = Some(study.contract.key_of(lists));
    let (keys, rest): (Vec<_>, Vec<_>) = lists.filters.iter().partition(|(_, clause)| clause.field.as_deref() == key);
    let others = keys.into_iter().chain(rest).filter_map(|(other, clause)| {
        let exact = matches!(clause.matching, Match::Equal | Match::AnyOf) && clause.rule.is_none();
        let text = trait_text(row, model.field(clause.field.as_deref()?)?)?;
        let value = match clause.matching {
            Match::AnyOf => Value::from(vec![text]),
            _ => Value::from(text),
        };
        let usable = exact && other != name && !is_unknown(&study.contract, operation, clause, &value);
        let size = lawful_size(lists, 20);
        usable.then(|| Case::pages(Query::new(&operation.id, Some(size)).filter(other, value), 1))
    });
    others.take(MOST_HIDDEN).collect()
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.values().all(|filter| filter.absent.is_none()) {
        return not_applicable("the contract says of no filter what leaving it out means");
    }
    let mut ruling = Ruling::default();
    for (name, filter) in &lists.filters {
        match &filter.absent {
            Some(Absent::Only(_)) => only(study, operation, lists, (name, filter), &mut ruling),
            Some(Absent::Either { either }) => mixed(study, operation, (name, filter), either, &mut ruling),
            None => {}
        }
    }
    ruling.or_inconclusive("no record of a list without the filter was seen", "supply a tenant that has records")
}

/// Walks that leave a filter out.
fn walks_without<'a>(
    study: &'a Study,
    operation: &'a Operation,
    name: &'a str,
) -> impl Iterator<Item = (&'a Case, &'a WalkSeen)> {
    study.walks(&operation.id).filter(move |(_, walk)| {
        let query = &walk.walk.query;
        query.access == Access::Own && !walk.pages.is_empty() && query.filters.iter().all(|(known, _)| known != name)
    })
}

fn blame(
    study: &Study,
    operation: &Operation,
    (name, filter): (&str, &Filter),
    title: String,
    (case, walk): (&Case, &WalkSeen),
) -> Blame {
    let mut blame = Blame::of_cases(title, vec![case.clone()], sent_at(walk, None))
        .by(&study.contract, clause(operation, &format!("filters/{}/absent", escape(name))))
        .under(study, &filter.about, Level::Deny)
        .mark(name);
    blame.exposed = exposed(walk);
    blame
}

fn only(study: &Study, operation: &Operation, lists: &Lists, (name, filter): (&str, &Filter), ruling: &mut Ruling) {
    for (case, walk) in walks_without(study, operation, name) {
        ruling.walked(walk);
        let misfits: Vec<usize> = walk.misfits.iter().filter(|(_, known)| known == name).map(|(row, _)| *row).collect();
        let Some(first) = misfits.first() else { continue };
        let title = format!("the list without `{name}` shows records outside its default view");
        let mut blame = blame(study, operation, (name, filter), title, (case, walk)).compare(
            "only records of the default view",
            format!("{} of {} records are outside of it", misfits.len(), walk.rows.len()),
        );
        blame.sent = sent_at(walk, Some(*first));
        blame.compares = false;
        if let Some(field) = &filter.field {
            blame = blame.at(row_pointer(lists, walk, *first, field));
        }
        ruling.once(blame);
    }
}

/// Two readings side by side: the whole list leaves the other records out, and another list without the filter has them.
fn mixed(study: &Study, operation: &Operation, (name, filter): (&str, &Filter), either: &Value, ruling: &mut Ruling) {
    let (Some(reference), Some(model)) = (study.reference(&operation.id), study.model(&operation.id)) else { return };
    if reference.rows.is_empty() {
        return;
    }
    ruling.evidence.records += reference.rows.len() as u64;
    let wanted = Wanted::new(model, name, filter, either);
    let is_other = |row: &Arc<crate::study::Row>| wanted.row(row) == Fit::Not;
    if !reference.complete || reference.rows.iter().any(is_other) {
        return;
    }
    let known: HashSet<&str> = reference.by_key.keys().map(|key| &**key).collect();
    for (case, walk) in walks_without(study, operation, name).filter(|(_, walk)| !walk.walk.query.is_plain()) {
        let others =
            walk.rows.iter().filter(|row| is_other(row) && row.key.as_deref().is_some_and(|key| !known.contains(key)));
        let count = others.count();
        if count > 0 {
            let title = format!("the list without `{name}` shows other records as soon as something else is asked for");
            ruling.once(
                blame(study, operation, (name, filter), title, (case, walk))
                    .compare(
                        "one meaning of leaving the filter out, throughout",
                        format!("none of these records in the whole list, {count} of them here"),
                    )
                    .under(study, &filter.about, Level::Warn),
            );
        }
    }
}
