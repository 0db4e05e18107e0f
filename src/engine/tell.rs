//! From verdicts and blames to events and findings.

use crate::checks::{Blame, Check, Verdict};
use crate::contract::{Contract, Operation};
use crate::event::{Event, Evidence, Judged, Outcome};
use crate::finding::{Finding, Level, Stability};

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

/// Name of an outcome in counts.
pub(super) fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::Inconclusive { .. } => "inconclusive",
        Outcome::NotApplicable { .. } => "not-applicable",
        Outcome::Disabled { .. } => "disabled",
    }
}

/// The finding of a blame.
pub(super) fn finding(
    contract: &Contract,
    check: &Check,
    operation: &Operation,
    blame: &Blame,
    level: Level,
    stability: Stability,
    occurrences: u32,
) -> Finding {
    let pointer = blame.contract_pointer.clone().unwrap_or_else(|| operation.pointer.clone());
    let source = blame.source.clone().or_else(|| contract.source_at(&pointer)).or_else(|| operation.source.clone());
    let mut curl: Vec<String> = blame.sent.iter().map(crate::exchange::Sent::curl).collect();
    curl.dedup();
    curl.truncate(4);
    Finding {
        level,
        expected: blame.expected.clone(),
        actual: blame.actual.clone(),
        shown_value: blame.shown.clone(),
        contract: Some(contract.name.clone()),
        operation: Some(operation.id.clone()),
        pointer: blame.pointer.clone(),
        place: Some(contract.place(&pointer)),
        source,
        why: why(check),
        curl,
        stability,
        occurrences,
        fingerprint: Finding::fingerprint_of(&[check.id, &contract.name, &operation.id, &blame.mark]),
        ..Finding::new(check.id, blame.title.clone())
    }
}

/// The paragraph under *Why it matters*.
fn why(check: &Check) -> Option<String> {
    let text = check.explanation.split("## Why it matters").nth(1)?.split("\n ##").next()?.split("\n##").next()?;
    Some(text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" "))
}
