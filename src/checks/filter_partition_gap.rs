//! See the explanation on [`CHECK`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::filtering::{self, Look, Reading, is_light, looks, options};
use super::{Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::contract::semantics::{Case, Filter, Match};
use crate::document::text_of;
use crate::study::{Fit, Row, Study, Wanted};

check! {
    /// The values of a filter, one after the other, do not add up to the whole list.
    ///
    /// ## Why it matters
    /// Work is often split by a filter: one job per status. A record that no value shows is done by nobody, one that two
    /// values show is done twice.
    ///
    /// ## Example
    /// 189 customers with `status=active` and 48 with `status=inactive`, but 238 without the filter.
    ///
    /// ## Source
    /// The enumeration of the filter's parameter: every record has one of its values.
    id: "filter-partition-gap", family: Filters, level: Deny, proof: Compared,
    faults: ["filter-relabels-record"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let looks = looks(study, operation);
    let mut ruling = Ruling::default();
    let mut promised = false;
    for (name, filter) in &lists.filters {
        let options = options(&study.contract, operation, filter);
        if options.len() < 2 || !divides(filter, &options) || is_light(study, filter) || filter.partial {
            continue;
        }
        promised = true;
        let parts: Vec<&Look<'_>> = options
            .iter()
            .filter_map(|option| {
                looks
                    .iter()
                    .find(|look| look.name == name && !look.is_second() && text_of(look.value) == text_of(option))
            })
            .filter(|look| look.walk.is_complete() && look.reading == Reading::Fits)
            .collect();
        if parts.len() < options.len() {
            // Two values at least can be compared with each other.
            if parts.len() > 1 {
                overlap(study, operation, &parts, &mut ruling);
            }
            continue;
        }
        overlap(study, operation, &parts, &mut ruling);
        gap(study, operation, &parts, &options, &mut ruling);
    }
    if !promised {
        return not_applicable("no filter has an enumeration that divides the list");
    }
    ruling.or_inconclusive(
        "not every value of a filter could be walked to the end",
        "see the findings on the filter, or raise the limit on records",
    )
}

/// Whether the values of a filter exclude each other, by what the document says: they equal one field. What a rule lets
/// through may be shown by several values, and so may a record whose field differs in letter case alone.
fn divides(filter: &Filter, options: &[Value]) -> bool {
    let by_field = filter.matching == Match::Equal && filter.rule.is_none() && filter.field.is_some();
    let mut folded = HashSet::new();
    by_field
        && (filter.case == Case::Exact || options.iter().all(|option| folded.insert(text_of(option).to_lowercase())))
}

/// A record that two values show.
fn overlap(study: &Study, operation: &Operation, parts: &[&Look<'_>], ruling: &mut Ruling) {
    let mut shown: HashMap<&str, usize> = HashMap::new();
    for (index, part) in parts.iter().enumerate() {
        ruling.walked(part.walk);
        for row in &part.walk.rows {
            let Some(key) = row.key.as_deref() else { continue };
            let first = *shown.entry(key).or_insert(index);
            // A record whose version differs was changed from one value to the other in between.
            let earlier = parts[first].walk.rows.iter().find(|row| row.key.as_deref() == Some(key));
            // A record that fits both values, as far as can be told, may stand under both.
            let fits_not = parts[first].wanted().row(row) == Fit::Not || part.wanted().row(row) == Fit::Not;
            if first != index && fits_not && earlier.is_some_and(|earlier| earlier.version == row.version) {
                let mut blame = part
                    .blame(study, operation, format!("two values of filter `{}` show the same record", part.name))
                    .compare("every record under one value", "a record under two values")
                    .mark(format!("{} overlap", part.name))
                    .shown(key);
                blame.cases.insert(0, parts[first].case.clone());
                ruling.once(blame);
            }
        }
    }
}

/// Records of the whole list that no value shows, where no single value can be blamed for it.
fn gap(study: &Study, operation: &Operation, parts: &[&Look<'_>], options: &[Value], ruling: &mut Ruling) {
    let Some(reference) = study.reference(&operation.id) else { return };
    let blamed: Vec<&str> = parts.iter().flat_map(|part| part.missing.iter().map(|key| &**key)).collect();
    let shown = |key: &str| parts.iter().any(|part| part.walk.rows.iter().any(|row| row.key.as_deref() == Some(key)));
    let Some(part) = parts.last() else { return };
    let clause = operation.clause.lists.as_ref().and_then(|lists| lists.filters.get(part.name));
    let (Some(filter), Some(model)) = (clause, study.model(&operation.id)) else { return };
    // A record that lawfully has no such field, or a value that the filter does not know, belongs under none of them.
    let wanted: Vec<Wanted<'_>> = options.iter().map(|option| Wanted::new(model, part.name, filter, option)).collect();
    let has_value = |row: &&Arc<Row>| wanted.iter().any(|wanted| matches!(wanted.row(row), Fit::Must | Fit::May));
    let missing: Vec<&str> = reference
        .rows
        .iter()
        .filter(has_value)
        .filter_map(|row| row.key.as_deref())
        .filter(|key| !shown(key) && !blamed.contains(key))
        .collect();
    ruling.evidence.pairs += reference.rows.len() as u64;
    let (Some(first), Some(last)) = (missing.first(), parts.last()) else { return };
    let mut blame = last
        .blame(study, operation, format!("no value of filter `{}` shows some records of the list", last.name))
        .compare(
            format!("all {} records of the whole list under one value or another", reference.rows.len()),
            format!("{} of them under none", missing.len()),
        )
        .mark(format!("{} gap", last.name))
        .shown(*first);
    blame.cases = parts.iter().map(|part| part.case.clone()).collect();
    ruling.once(blame);
}
