//! What was looked at, operation by operation, and in all.

use super::Paint;
use crate::event::{Coverage, Declared, OperationTotals, Outcome};
use crate::finding::Level;
use crate::report::collect::{Run, Section};
use crate::report::escape::visible;
use crate::report::text::{self, count, duration};

/// `63 requests · 412 records · 24 pages · 31 passed, 1 failed, 2 inconclusive`.
pub(super) fn of(totals: &OperationTotals) -> String {
    let mut parts = vec![count(totals.requests, "request")];
    if totals.records > 0 {
        parts.push(count(totals.records, "record"));
    }
    if totals.pages > 0 {
        parts.push(count(totals.pages, "page"));
    }
    let outcome = |name: &str| totals.outcomes.get(name).copied().unwrap_or(0);
    // What does not apply or is switched off is left out.
    let told = Outcome::JUDGED.iter().chain(&["inconclusive"]);
    let outcomes: Vec<String> = told
        .map(|name| (outcome(name), name))
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| format!("{number} {name}"))
        .collect();
    if !outcomes.is_empty() {
        parts.push(outcomes.join(", "));
    }
    parts.join(" · ")
}

/// One sign for an operation: red only for what turns the gate red.
pub(super) fn mark(paint: Paint, section: &Section, totals: &OperationTotals) -> String {
    let worst = section
        .findings
        .iter()
        .filter(|finding| finding.waived.is_none() && finding.operation.as_ref() == Some(&totals.operation))
        .map(|finding| finding.level)
        .max();
    let outcome = |name: &str| totals.outcomes.get(name).copied().unwrap_or(0);
    let judged = Outcome::judged_of(&totals.outcomes) > 0;
    // What was cut off may have more to say.
    let left = |outcome: &Outcome| matches!(outcome, Outcome::Disabled { by } if by.starts_with("--fail-fast"));
    let cut_off = section.finished.as_ref().is_some_and(|finished| finished.aborted.is_some())
        || section.judged.iter().any(|judged| judged.operation == totals.operation && left(&judged.outcome));
    match worst {
        Some(Level::Deny) => paint.red("✗"),
        Some(Level::Warn) => paint.yellow("!"),
        _ if judged && cut_off => paint.yellow("?"),
        // A few passes among much that nobody could tell are no good news.
        _ if judged && outcome("inconclusive") > Outcome::judged_of(&totals.outcomes) => paint.yellow("?"),
        _ if judged => paint.green("✓"),
        _ if outcome("inconclusive") > 0 => paint.yellow("?"),
        _ => paint.dim("-"),
    }
}

/// `2 violations, 1 warning, 1 waived · verdicts: 63 passed, 2 inconclusive, 5 not applicable · 112 requests in 0.4 s`.
pub(in crate::report) fn totals(run: &Run) -> String {
    let finished = run.finished.clone().unwrap_or_default();
    let level = |name: &str| finished.findings.get(name).copied().unwrap_or(0);
    let mut findings: Vec<String> = [(Level::Deny, "violation"), (Level::Warn, "warning"), (Level::Note, "note")]
        .iter()
        .filter(|(one, _)| level(one.name()) > 0)
        .map(|(one, word)| count(level(one.name()), word))
        .collect();
    if finished.waived > 0 {
        findings.push(format!("{} waived", text::thousands(finished.waived)));
    }
    if findings.is_empty() {
        findings.push("no findings".to_owned());
    }
    let mut parts = vec![findings.join(", ")];
    let outcomes: Vec<String> = Outcome::NAMES
        .iter()
        .zip(run.outcomes())
        .filter(|(_, number)| *number > 0)
        .map(|(name, number)| format!("{} {}", text::thousands(number), name.replace('-', " ")))
        .collect();
    if !outcomes.is_empty() {
        parts.push(format!("verdicts: {}", outcomes.join(", ")));
    }
    if finished.requests > 0 {
        let time = if finished.millis > 0 { format!(" in {}", duration(finished.millis)) } else { String::new() };
        parts.push(format!("{}{time}", count(finished.requests, "request")));
    }
    parts.join(" · ")
}

/// What a contract declares, as it is called where there are many.
fn plural(kind: Declared) -> &'static str {
    match kind {
        Declared::Answer => "answers",
        Declared::Parameter => "parameters",
        Declared::Filter => "filters",
        Declared::Sort => "orders",
        Declared::Enum => "enumeration values",
        Declared::Optional => "optional fields",
    }
}

/// How much of the contract was seen, by kind; with `all`, what was not seen by name. What nobody provokes on purpose does
/// not count.
pub(super) fn coverage(coverage: &Coverage, all: bool) -> Vec<String> {
    let of_kind = |kind: Declared| {
        coverage.items.iter().filter(move |item| item.kind == kind && (item.seen > 0 || item.excused.is_empty()))
    };
    let kinds = Declared::ALL.into_iter().filter(|kind| of_kind(*kind).next().is_some());
    let counts: Vec<String> = kinds
        .clone()
        .map(|kind| {
            let seen = of_kind(kind).filter(|item| item.seen > 0).count();
            format!("{} {seen} of {}", plural(kind), of_kind(kind).count())
        })
        .collect();
    if counts.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("seen of the contract: {}", counts.join(" · "))];
    for kind in kinds.filter(|_| all) {
        let unseen: Vec<String> = of_kind(kind)
            .filter(|item| item.seen == 0)
            .map(|item| format!("{} {}", visible(&item.scope), visible(&item.name)))
            .collect();
        if !unseen.is_empty() {
            lines.push(format!("{} not seen: {}", plural(kind), unseen.join(", ")));
        }
    }
    lines
}
