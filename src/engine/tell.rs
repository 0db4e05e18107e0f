//! From verdicts and blames to events and findings.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::checks::{Blame, Check, Verdict};
use crate::contract::{Contract, Operation};
use crate::event::{Event, Evidence, Judged, Outcome};
use crate::exchange::Sent;
use crate::finding::{Exhibit, Finding, Level, Stability};
use crate::study::{Observation, Seen, Study};

/// The event of a verdict.
pub(super) fn judged(
    contract: &Contract,
    check: &Check,
    operation: &Operation,
    outcome: Outcome,
    evidence: Option<Evidence>,
) -> Event {
    Event::Judged(Judged {
        contract: contract.name.clone(),
        operation: operation.id.clone(),
        check: check.id.to_owned(),
        family: check.family.name().to_owned(),
        outcome,
        evidence: evidence.unwrap_or_default(),
    })
}

/// The event of a verdict without blame.
pub(super) fn verdict(contract: &Contract, check: &Check, operation: &Operation, verdict: &Verdict) -> Event {
    let outcome = match verdict {
        Verdict::Judged { .. } => Outcome::Passed,
        Verdict::Inconclusive { reason, remedy } => {
            Outcome::Inconclusive { reason: reason.clone(), remedy: remedy.clone() }
        }
        Verdict::NotApplicable(reason) => Outcome::NotApplicable { reason: reason.clone() },
    };
    judged(contract, check, operation, outcome, None)
}

/// The finding of a blame.
pub(super) fn finding(
    contract: &Contract,
    check: &Check,
    operation: &Operation,
    (blame, exchanges): (&Blame, Vec<Exhibit>),
    level: Level,
    stability: Stability,
    occurrences: u32,
) -> Finding {
    let pointer = blame.contract_pointer.clone().unwrap_or_else(|| operation.pointer.clone());
    let source = blame.source.clone().or_else(|| contract.source_at(&pointer)).or_else(|| operation.source.clone());
    let mut curl: Vec<String> = blame.sent.iter().map(crate::exchange::Sent::curl).collect();
    curl.dedup();
    curl.truncate(4);
    let mut facts = BTreeMap::from([("family".to_owned(), check.family.name().to_owned())]);
    if blame.exposed > 1 {
        facts.insert("answers that could show it".to_owned(), blame.exposed.to_string());
    }
    Finding {
        level,
        expected: singular(&blame.expected),
        actual: singular(&blame.actual),
        shown_value: blame.shown.clone(),
        contract: Some(contract.name.clone()),
        operation: Some(operation.id.clone()),
        pointer: blame.pointer.clone(),
        place: Some(contract.place(&pointer)),
        source,
        why: blame.why.map(str::to_owned).or_else(|| why(check)),
        curl,
        exchanges,
        facts,
        stability,
        occurrences,
        fingerprint: Finding::fingerprint_of(&[check.id, &contract.name, &operation.id, &blame.mark]),
        ..Finding::new(check.id, singular(&blame.title))
    }
}

/// Exchanges that one finding carries: the last ones, which show the fault.
const MOST_EXCHANGES: usize = 2;

/// The requests of a blame with what came back, as far as the study still has them.
pub(super) fn exchanges(study: &Study, blame: &Blame) -> Vec<Exhibit> {
    let mut sent: Vec<&Sent> = blame.sent.iter().collect();
    sent.dedup();
    let first = sent.len().saturating_sub(MOST_EXCHANGES);
    let last = sent.len().saturating_sub(1);
    let pointer = |index: usize| match &blame.earlier {
        Some(earlier) if index < last => Some(earlier.as_str()),
        _ => blame.pointer.as_deref(),
    };
    let shown = sent.iter().enumerate().skip(first);
    shown.filter_map(|(index, sent)| Some(answer_to(study, blame, sent)?.exhibit(pointer(index)))).collect()
}

/// The answer to a request: of those to the blame's own cases, or else of all, the one that the blame speaks of.
fn answer_to<'a>(study: &'a Study, blame: &Blame, sent: &Sent) -> Option<&'a Observation> {
    let own = || blame.cases.iter().filter_map(|case| study.get(case)).flat_map(Seen::answers);
    let all = || own().chain(study.iter().flat_map(|(_, seen)| seen.answers()));
    let fits = |answer: &&Observation| blame.answered.is_none_or(|known| known == (answer.status, answer.bytes));
    let same = |answer: &&Observation| answer.sent == *sent;
    all().filter(same).find(fits).or_else(|| all().find(same))
}

/// `1 records` becomes `1 record`: checks count without looking.
fn singular(text: &str) -> String {
    static ONE: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
        regex::Regex::new(
            r"(^|[^0-9.,])1 (record|page|answer|request|key|pair|place|walk|field|character|byte|value|time)s\b",
        )
        .ok()
    });
    ONE.as_ref().map_or_else(|| text.to_owned(), |one| one.replace_all(text, "${1}1 $2").into_owned())
}

/// The paragraph under *Why it matters*.
fn why(check: &Check) -> Option<String> {
    let text = check.explanation.split("## Why it matters").nth(1)?.split("\n ##").next()?.split("\n##").next()?;
    Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::singular;

    #[test]
    fn one_is_one() {
        assert_eq!(
            singular("at most 1 records, then 21 records and 1 pages"),
            "at most 1 record, then 21 records and 1 page"
        );
        assert_eq!(singular("3.1 records of 1,001 records"), "3.1 records of 1,001 records");
    }
}
