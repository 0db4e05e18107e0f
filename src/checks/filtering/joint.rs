//! What a walk asks for at once, where each part works alone: filters together, or filters and an order.

use std::collections::HashSet;

use super::looks::{Reading, looks, refusal};
use super::missing::Must;
use super::places::{clause, exposed, row_pointer, sent_at, sent_refused};
use crate::case::Case;
use crate::checks::Blame;
use crate::contract::Operation;
use crate::contract::semantics::{About, Lists};
use crate::finding::Level;
use crate::study::{Model, Study, WalkSeen};

/// Filters that fail alone: they are blamed alone.
pub(crate) fn broken_alone<'a>(study: &'a Study, operation: &'a Operation) -> HashSet<&'a str> {
    let fails = |reading, missing: &[Box<str>]| reading != Reading::Fits || !missing.is_empty();
    let known = looks(study, operation).into_iter().filter(|look| !look.unknown && !look.is_second());
    known.filter(|look| fails(look.reading, &look.missing)).map(|look| look.name).collect()
}

/// A walk with several parts, and the clause that promises them together.
pub(crate) struct Joint<'a> {
    pub(crate) study: &'a Study,
    pub(crate) operation: &'a Operation,
    pub(crate) lists: &'a Lists,
    pub(crate) model: &'a Model,
    pub(crate) case: &'a Case,
    pub(crate) walk: &'a WalkSeen,
    /// Where the clause stands in the list's.
    pub(crate) place: &'a str,
    pub(crate) about: &'a About,
    pub(crate) level: Level,
    /// What tells these parts from others.
    pub(crate) mark: String,
}

impl<'a> Joint<'a> {
    /// Names of the filters that are asked for.
    pub(crate) fn names(walk: &'a WalkSeen) -> Vec<&'a str> {
        walk.walk.query.filters.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// A fault of the walk, shown by a record if there is one.
    pub(crate) fn blame(&self, title: String, expected: &str, actual: String, row: Option<usize>) -> Blame {
        let mut blame = Blame::of_cases(title, vec![self.case.clone()], sent_at(self.walk, row))
            .compare(expected, actual)
            .by(&self.study.contract, clause(self.operation, self.place))
            .under(self.study, self.about, self.level)
            .mark(self.mark.clone());
        blame.exposed = exposed(self.walk);
        blame
    }

    /// That the parts are refused together, if they are.
    pub(crate) fn refused(&self, label: &str, expected: &str) -> Option<Blame> {
        let (status, page) = refusal(self.study, self.walk)?;
        let actual = format!("status {status} on page {page}");
        let blame = self.blame(format!("{label} are refused together"), expected, actual, None);
        Some(Blame { sent: sent_refused(self.walk), ..blame })
    }

    /// That records do not fit a filter, if some do not; `title` is made of its name.
    pub(crate) fn misfit(&self, title: impl FnOnce(&str) -> String, expected: &str) -> Option<Blame> {
        let (row, name, rows) = misfits(self.walk)?;
        let page = self.walk.page_of(row) + 1;
        let actual = format!("{rows} of {} records do not fit, the first on page {page}", self.walk.rows.len());
        let mut blame = self.blame(title(name), expected, actual, Some(row));
        // The record itself shows that it does not fit, wherever the rest has moved to.
        blame.compares = false;
        Some(match self.lists.filters.get(name).and_then(|filter| filter.field.as_ref()) {
            Some(field) => blame.at(row_pointer(self.lists, self.walk, row, field)),
            None => blame,
        })
    }

    /// That known records are not there which had to be, if so.
    pub(crate) fn missing(&self, title: String, expected: &str) -> Option<Blame> {
        let is_partial = |name: &&str| self.lists.filters.get(*name).is_some_and(|filter| filter.partial);
        if !self.walk.is_complete() || Self::names(self.walk).iter().any(is_partial) {
            return None;
        }
        let reference = self.study.reference(&self.operation.id)?;
        let must = Must::new(self.lists, self.model, &self.walk.walk.query, reference);
        let seen: HashSet<&str> = self.walk.rows.iter().filter_map(|row| row.key.as_deref()).collect();
        let wanted: Vec<&str> =
            reference.rows.iter().filter(|row| must.hold(row)).filter_map(|row| row.key.as_deref()).collect();
        let missing: Vec<&str> = wanted.iter().copied().filter(|key| !seen.contains(key)).collect();
        let actual = format!("{} of {} records are missing", missing.len(), wanted.len());
        Some(self.blame(title, expected, actual, None).shown(*missing.first()?))
    }
}

/// The first record that does not fit a filter that was asked for, the name of that filter, and how many such records there
/// are, however many filters each of them does not fit.
fn misfits(walk: &WalkSeen) -> Option<(usize, &str, usize)> {
    let asked = |name: &str| walk.walk.query.filters.iter().any(|(sent, _)| sent == name);
    let found: Vec<&(usize, String)> = walk.misfits.iter().filter(|(_, name)| asked(name)).collect();
    let rows: HashSet<usize> = found.iter().map(|(row, _)| *row).collect();
    found.first().map(|(row, name)| (*row, name.as_str(), rows.len()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::case::{Query, Walk};
    use crate::study::End;

    #[test]
    fn a_record_that_fits_neither_of_two_filters_counts_once() {
        let filters = ["status", "type"].map(|name| (name.to_owned(), name.into())).into();
        let query = Query { filters, ..Query::new("list", None) };
        let misfit = |(row, name): (usize, &str)| (row, name.to_owned());
        let walk = WalkSeen {
            walk: Walk { query, pages: None, repeat: 0 },
            answers: Vec::new(),
            pages: Vec::new(),
            rows: Vec::new(),
            starts: vec![0],
            echoes: 0,
            end: End::Finished,
            beyond: Vec::new(),
            went_beyond: false,
            samples: Vec::new(),
            // Nobody asked for `archived`: what leaving it out means is for another check.
            misfits: [(1, "archived"), (2, "status"), (2, "type"), (5, "type")].map(misfit).into(),
            fits_judged: 0,
            expansions: Vec::new(),
            expansions_judged: BTreeMap::new(),
        };
        assert_eq!(misfits(&walk), Some((2, "status", 2)));
    }
}
