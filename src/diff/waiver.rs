//! Accepted changes: data with a reason and an end.

use super::rules;
use crate::finding::{Finding, Level, Place};

/// One accepted change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiver {
    /// Id of the rule.
    pub rule: String,
    /// Where: a fingerprint, a JSON pointer into the old or the new document (or a part of its front), or an operation
    /// (`GET /customers`). Empty means everywhere. What is gone has a place in the old document only.
    pub place: String,
    /// Why the change is accepted; shown in every report.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`; empty means for ever.
    pub until: String,
}

impl Waiver {
    fn covers(&self, finding: &Finding) -> bool {
        if self.rule != finding.id {
            return false;
        }
        let below = |pointer: &str| {
            pointer
                .strip_prefix(self.place.trim_end_matches('/'))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let pointers =
            if removes(finding) { [&finding.old_place, &None] } else { [&finding.place, &finding.old_place] };
        self.place.is_empty()
            || self.place == finding.fingerprint
            || self.place.starts_with('/')
                && pointers.iter().any(|place| place.as_ref().is_some_and(|place| below(&place.pointer)))
            || !finding.operations.is_empty() && finding.operations.iter().all(|operation| *operation == self.place)
    }
}

/// Whether the new document has no place for what a finding is about, only for what held it.
fn removes(finding: &Finding) -> bool {
    finding.old_place.is_some() && rules::find(&finding.id).is_some_and(super::rule::Rule::tells_of_removal)
}

/// The place that names what a finding is about, and nothing beside it.
pub(crate) fn own_place(finding: &Finding) -> Option<&Place> {
    let (old, new) = (finding.old_place.as_ref(), finding.place.as_ref());
    if removes(finding) { old.or(new) } else { new.or(old) }
}

/// Marks the findings that are accepted, and adds one for each waiver that is expired or matches nothing.
pub(crate) fn apply(findings: &mut Vec<Finding>, waivers: &[Waiver], today: &str) {
    let mut stale = Vec::new();
    for waiver in waivers {
        let expired = !waiver.until.is_empty() && waiver.until.as_str() < today;
        let mut used = false;
        for finding in findings.iter_mut().filter(|finding| waiver.covers(finding)) {
            used = true;
            if !expired && finding.waived.is_none() {
                finding.waived = Some(waiver.reason.clone());
            }
        }
        let place = if waiver.place.is_empty() { "everywhere" } else { &waiver.place };
        let mut report = |id: &str, title: String, expected: String, actual: &str| {
            let mut finding = Finding::new(id, title).compare(expected, actual);
            finding.level = Level::Deny;
            finding.fingerprint = Finding::fingerprint_of(&[id, &waiver.rule, &waiver.place]);
            finding.why = Some("a list of waivers that nobody can trust hides the next break".to_owned());
            stale.push(finding);
        };
        if waiver.reason.trim().is_empty() {
            let title = format!("a waiver for `{}` gives no reason", waiver.rule);
            report("waiver-without-reason", title, "a reason that a reviewer can judge".to_owned(), "none");
        }
        if expired {
            let title = format!("the waiver for `{}` at {place} has expired", waiver.rule);
            report("expired-waiver", title, format!("an end after {today}"), &waiver.until);
        } else if !used {
            let title = format!("the waiver for `{}` at {place} matches nothing any more", waiver.rule);
            report("stale-waiver", title, "a change that it accepts".to_owned(), "none: remove the waiver");
        }
    }
    findings.extend(stale);
}
