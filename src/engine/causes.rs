//! Causes before what follows from them, where the order of the catalogue alone cannot tell which is which.

use super::judging::Told;
use crate::case::Access;
use crate::checks::{Blame, Check, Family};
use crate::contract::Operation;
use crate::event::{Event, Judged};
use crate::finding::{Exhibit, Finding, Level, Stability};

/// Findings that others may be consequences of, as they come about.
#[derive(Debug, Default)]
pub(super) struct Causes {
    found: Vec<Cause>,
}

#[derive(Debug)]
struct Cause {
    check: &'static str,
    explains: &'static [&'static str],
    operation: String,
    /// Whose access shows it.
    access: Vec<Access>,
    fingerprint: String,
}

impl Causes {
    /// Takes a finding in, if it can be the cause of others.
    pub(super) fn note(&mut self, check: &Check, operation: &Operation, blame: &Blame, finding: &Finding) {
        let proved = finding.level == Level::Deny && finding.stability == Stability::Reproduced;
        if proved && !check.explains.is_empty() && finding.follows.is_none() {
            self.found.push(Cause {
                check: check.id,
                explains: check.explains,
                operation: operation.id.clone(),
                access: accesses(blame),
                fingerprint: finding.fingerprint.clone(),
            });
        }
    }

    /// Fingerprint of the first finding that may be the cause of a fault: on the same list, for the same tenant.
    pub(super) fn of(&self, check: &Check, operation: &Operation, blame: &Blame) -> Option<String> {
        let access = accesses(blame);
        let cause = self.of_check(check, operation).find(|cause| cause.access.iter().any(|by| access.contains(by)))?;
        Some(cause.fingerprint.clone())
    }

    /// The check whose finding leaves another one without anything to judge.
    pub(super) fn before(&self, check: &Check, operation: &Operation) -> Option<&'static str> {
        self.of_check(check, operation).next().map(|cause| cause.check)
    }

    fn of_check<'a>(&'a self, check: &'a Check, operation: &'a Operation) -> impl Iterator<Item = &'a Cause> {
        let explains = |cause: &&Cause| cause.operation == operation.id && cause.explains.contains(&check.id);
        self.found.iter().filter(move |cause| cause.check != check.id).filter(explains)
    }
}

fn accesses(blame: &Blame) -> Vec<Access> {
    blame.cases.iter().map(crate::case::Case::access).collect()
}

/// Puts the verdict on how a refusal looks behind the one that there should have been none: whoever mends its media type
/// alone has mended nothing. Everything else stays in the order of the catalogue.
pub(super) fn causes_first(told: Vec<Told>) -> Vec<Told> {
    let places: Vec<(usize, bool)> =
        (0..told.len()).map(|at| cause(&told, at).map_or((at, false), |cause| (cause, true))).collect();
    let mut ordered: Vec<((usize, bool), Told)> = places.into_iter().zip(told).collect();
    ordered.sort_by_key(|(place, _)| *place);
    ordered.into_iter().map(|(_, told)| told).collect()
}

/// Checks that speak of how an answer looks, whoever it was for.
const LOOKS: [&str; 4] =
    ["undocumented-status", "undocumented-media-type", "malformed-json", "undocumented-error-body"];

/// Checks that speak of who is turned away from what everybody may ask, or let in who may not ask at all.
const CAUSES: [&str; 11] = [
    "works-without-credential",
    "works-with-wrong-credential",
    "filter-refused",
    "filter-misreads-special-characters",
    "filter-combination-wrong",
    "sort-refused",
    "sort-with-filter-wrong",
    "key-encoding-broken",
    "listed-record-unreadable",
    "expansion-changes-list",
    "expansion-changes-record",
];

/// Index of the later verdicts that tell why the answers came at all that a verdict is about: the last of them.
fn cause(told: &[Told], at: usize) -> Option<usize> {
    let looks = &told[at];
    let of = subject(looks).filter(|judged| LOOKS.contains(&&*judged.check))?;
    let grave: Vec<&Finding> = looks.1.iter().filter(|finding| finding.level > Level::Note).collect();
    let causes = grave.iter().map(|finding| {
        let speaks = |later: &Told| {
            let judged = subject(later).filter(|judged| judged.operation == of.operation);
            judged.is_some_and(|judged| later.1.iter().any(|why| is_cause(judged, why, finding)))
        };
        (at + 1..told.len()).find(|later| speaks(&told[*later]))
    });
    causes.collect::<Option<Vec<usize>>>()?.into_iter().max()
}

fn subject((event, _): &Told) -> Option<&Judged> {
    match event {
        Event::Judged(judged) => Some(judged),
        _ => None,
    }
}

/// Whether a finding tells why an answer came that another one finds wrong to look at: a refusal with the same status that
/// should not have been, or who is let in where that one was asked.
fn is_cause(judged: &Judged, why: &Finding, looks: &Finding) -> bool {
    let proved = why.level == Level::Deny && why.stability == Stability::Reproduced;
    let (Some(cause), Some(shown)) = (why.exchanges.last(), looks.exchanges.last()) else { return false };
    let status = |exhibit: &Exhibit| exhibit.response.as_ref().map(|response| response.status);
    let within = |class: std::ops::Range<u16>| status(shown).is_some_and(|status| class.contains(&status));
    let caused = match judged.family == Family::Access.name() {
        // A login page instead of a refusal, or on the way to one; a refusal with another status is one all the same.
        true => within(300..400) || cause.request == shown.request && within(200..300),
        false => within(300..500),
    };
    proved && caused && CAUSES.contains(&&*judged.check) && status(cause) == status(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Outcome;
    use crate::finding::ShownAnswer;

    fn told(check: &str, family: Family, status: Option<u16>) -> Told {
        let judged = Judged {
            contract: "c".to_owned(),
            operation: "list".to_owned(),
            check: check.to_owned(),
            family: family.name().to_owned(),
            outcome: Outcome::Passed,
            evidence: crate::event::Evidence::default(),
        };
        let findings = status.map(|status| {
            let response = Some(ShownAnswer { status, ..ShownAnswer::default() });
            let exchanges = vec![Exhibit { response, ..Exhibit::default() }];
            Finding { level: Level::Deny, exchanges, ..Finding::new(check, "wrong") }
        });
        (Event::Judged(judged), findings.into_iter().collect())
    }

    fn order(all: Vec<Told>) -> Vec<String> {
        let ids = causes_first(all).into_iter().filter_map(|(event, _)| match event {
            Event::Judged(judged) => Some(judged.check),
            _ => None,
        });
        ids.collect()
    }

    #[test]
    fn how_a_refusal_looks_follows_that_there_is_one() {
        let media = |status| told("undocumented-media-type", Family::Answers, Some(status));
        let filter = told("filter-refused", Family::Filters, Some(403));
        let quiet = told("record-skipped", Family::Paging, None);
        assert_eq!(
            order(vec![media(403), quiet.clone(), filter.clone()]),
            ["record-skipped", "filter-refused", "undocumented-media-type"]
        );
        assert_eq!(order(vec![media(200), filter.clone()]), ["undocumented-media-type", "filter-refused"]);
        assert_eq!(order(vec![media(404), filter]), ["undocumented-media-type", "filter-refused"]);
    }
}
