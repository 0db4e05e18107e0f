//! See the explanation on [`CHECK`].

use super::filtering::{self, invalid_words, is_invalid, looks, unknown_choice};
use super::{Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::contract::semantics::Choice;
use crate::finding::Level;
use crate::study::{Fit, Study};

check! {
    /// A filter value outside the documented ones gives records.
    ///
    /// ## Why it matters
    /// A misspelt filter should be noticed. When it silently gives everything, the consumer acts on all records.
    ///
    /// ## Example
    /// `GET /v1/customers?status=no-such-value` gives all customers.
    ///
    /// ## Source
    /// The enumeration or format of the parameter, and `unknown` of the filter in the list's `x-contract`: `refuse`, `empty`
    /// or `either` (the default).
    id: "filter-unknown-value-mishandled", family: Filters, level: Deny, proof: Answer,
    faults: ["filter-unknown-value-ignored"],
    plan: filtering::plan_unknown, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    let probe = serde_json::Value::String("\u{1}".to_owned());
    if !lists.filters.values().any(|filter| filtering::is_unknown(&study.contract, operation, filter, &probe)) {
        return not_applicable("no filter has an enumeration or a format");
    }
    let mut ruling = Ruling::default();
    for look in looks(study, operation).iter().filter(|look| look.unknown) {
        let Some(first) = look.walk.answers.first().filter(|answer| !answer.is_unsent()) else { continue };
        ruling.evidence.answers += 1;
        let choice = unknown_choice(look.filter);
        let wanted = look.wanted();
        let foreign = look.walk.rows.iter().filter(|row| wanted.row(row) == Fit::Not).count();
        let unjudged = look.filter.field.is_none() && !look.walk.rows.is_empty();
        let status = first.status.unwrap_or_default();
        let actual = match (choice, first.is_success()) {
            (Choice::Refuse, true) => format!("status {status} with {} records", look.walk.rows.len()),
            (_, true) if foreign > 0 || unjudged => format!("{} records", look.walk.rows.len()),
            (Choice::Refuse, false) if is_other_refusal(study, status) => format!("status {status}"),
            (Choice::Empty, false) if is_other_refusal(study, status) || is_invalid(&study.contract, status) => {
                format!("status {status}")
            }
            _ => continue,
        };
        let expected = match choice {
            Choice::Refuse => invalid_words(&study.contract),
            Choice::Empty => "no record".to_owned(),
            _ => format!("no record, or {}", invalid_words(&study.contract)),
        };
        // A filter that need not be supported may be without effect for any value.
        let about = look.filter.unsupported.as_ref().map(|grade| &grade.0);
        let about = about.or(look.filter.unknown.as_ref().map(|handling| &handling.about));
        let fallback = study.level(&look.filter.about, Level::Deny);
        ruling.once(
            look.blame(study, operation, format!("filter `{}` takes a value that does not exist", look.name))
                .compare(expected, actual)
                .under(study, about.unwrap_or(&look.filter.about), fallback),
        );
    }
    ruling.or_inconclusive("no answer to an unknown value was seen", "see the findings on the list itself")
}

/// A refusal of another kind, apart from access and pace.
fn is_other_refusal(study: &Study, status: u16) -> bool {
    (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 429) && !is_invalid(&study.contract, status)
}
