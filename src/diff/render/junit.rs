//! JUnit XML: one test case per finding; a comparison that finds nothing is one case that passed.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{Report, change_of, evidence, operations, own_place};
use crate::finding::{Finding, Level, Place};

/// A text that XML 1.0 can hold: what it cannot is visible as an escape.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' => out.push(character),
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                out.extend(character.escape_unicode());
            }
            _ => out.push(character),
        }
    }
    out
}

/// A case: told apart from others by its fingerprint, with its place.
fn case(finding: &Finding, place: Option<&Place>, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(xml(&format!("{} {}", finding.title, finding.fingerprint)), status);
    case.set_classname(xml(&finding.id));
    if let Some(place) = place {
        case.extra.insert("file".into(), xml(&place.file).into());
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    case
}

/// Findings of documents by themselves: a suite per document, a case per finding; one that is sound is one case.
pub(crate) fn documents(title: &str, all: &[(&str, &[Finding])], fails_from: Level) -> String {
    let mut document = Document::new(title);
    for (name, findings) in all {
        let mut suite = TestSuite::new(xml(name));
        for finding in *findings {
            let mut status = TestCaseStatus::success();
            if finding.level >= fails_from {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let at = finding.place.as_ref().map(ToString::to_string).unwrap_or_default();
                status.set_type(finding.level.name()).set_message(xml(&finding.title));
                status.set_description(xml(&format!("{at}\n{}", finding.why.as_deref().unwrap_or_default())));
            }
            suite.add_test_case(case(finding, finding.place.as_ref(), status));
        }
        if findings.is_empty() {
            suite.add_test_case(TestCase::new("sound", TestCaseStatus::success()));
        }
        document.add_test_suite(suite);
    }
    crate::junit::as_published(&document.to_string().unwrap_or_default())
}

pub(super) fn render(report: &Report<'_>) -> String {
    let mut suite = TestSuite::new("contract-gate diff");
    for finding in &report.outcome.findings {
        let counted = finding.waived.is_none() && finding.level >= report.fail_on;
        let mut status = if counted {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        } else if finding.waived.is_some() {
            TestCaseStatus::skipped()
        } else {
            TestCaseStatus::success()
        };
        let place = own_place(finding);
        if counted {
            let kind = if finding.level == Level::Deny { "breaking" } else { finding.level.name() };
            let change = change_of(finding);
            let message =
                if change.is_empty() { finding.title.clone() } else { format!("{}: {change}", finding.title) };
            status.set_type(kind).set_message(xml(&message));
            let at = place.map(ToString::to_string).unwrap_or_default();
            let why = finding.why.as_deref().unwrap_or_default();
            let mut lines = vec![at, operations(finding, true), why.to_owned()];
            lines.extend(evidence(finding));
            status.set_description(xml(&lines.join("\n")));
        } else if let Some(reason) = &finding.waived {
            status.set_message(xml(reason));
        }
        suite.add_test_case(case(finding, place, status));
    }
    // What was not compared passed no judgement, so it is skipped and says why.
    for finding in &report.outcome.notes {
        let mut status = TestCaseStatus::skipped();
        status.set_message(xml(&finding.title));
        suite.add_test_case(case(finding, finding.place.as_ref(), status));
    }
    if report.outcome.findings.is_empty() {
        suite.add_test_case(TestCase::new("no change", TestCaseStatus::success()));
    }
    let mut document = Document::new("contract-gate diff");
    document.add_test_suite(suite);
    crate::junit::as_published(&document.to_string().unwrap_or_default())
}
