//! JUnit XML: one test case per finding; a comparison that finds nothing is one case that passed.

use quick_junit::{NonSuccessKind, Report as Document, TestCase, TestCaseStatus, TestSuite};

use super::{Report, change_of, operations, own_place, waiver_of};
use crate::finding::Level;

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
            status.set_type(kind).set_message(message);
            let at = place.map(ToString::to_string).unwrap_or_default();
            let why = finding.why.as_deref().unwrap_or_default();
            let proof = finding.witness.as_ref().map(|proof| format!("\nproof: {proof}")).unwrap_or_default();
            let accept =
                if finding.facts.is_empty() { String::new() } else { format!("\naccept:\n{}", waiver_of(finding)) };
            status.set_description(format!("{at}\n{}\n{why}{proof}{accept}", operations(finding, true)));
        } else if let Some(reason) = &finding.waived {
            status.set_message(reason.clone());
        }
        let name = format!("{} {}", finding.title, finding.fingerprint);
        let mut case = TestCase::new(name, status);
        case.set_classname(finding.id.clone());
        if let Some(place) = place {
            case.extra.insert("file".into(), place.file.clone().into());
            case.extra.insert("line".into(), place.line.to_string().into());
        }
        suite.add_test_case(case);
    }
    if report.outcome.findings.is_empty() {
        suite.add_test_case(TestCase::new("no change", TestCaseStatus::success()));
    }
    let mut document = Document::new("contract-gate diff");
    document.add_test_suite(suite);
    document.to_string().unwrap_or_default()
}
