//! JUnit XML in the dialect of Surefire and nextest.
//!
//! One test case per verdict: `failure` is what turns the gate red; `skipped` was not concluded, does not apply, is
//! switched off or waived; `error` means that there is no verdict at all, or that one was required and not reached. A
//! green run has neither failures nor errors. Readers keep one `failure` per case, so all findings of a verdict stand in
//! one text.

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString};

use super::collect::{Run, Section};
use super::{Options, text};
use crate::event::{Judged, Outcome};
use crate::finding::{Finding, Stability};

/// Findings written out in one failure.
const WRITTEN_OUT: usize = 20;

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut report = Report::new("contract-gate");
    let millis = run.finished.as_ref().map_or(0, |finished| finished.millis);
    report.set_time(Duration::from_millis(millis));
    for section in &run.sections {
        report.add_test_suite(suite(run, section, options));
    }
    let text = report.to_string().map_err(io::Error::other)?;
    out.write_all(crate::junit::as_published(&text).as_bytes())
}

fn suite(run: &Run, section: &Section, options: &Options) -> TestSuite {
    let started = &section.started;
    let mut suite = TestSuite::new(xml(if started.contract.is_empty() { "contract-gate" } else { &started.contract }));
    suite.timestamp = run.started.time.parse().ok();
    suite.set_time(Duration::from_millis(section.finished.as_ref().map_or(0, |finished| finished.millis)));
    suite.add_property(("seed", run.started.seed.to_string().as_str()));
    for (name, value) in [
        ("contract", &started.contract),
        ("contract-hash", &started.hash),
        ("document", &started.document),
        ("target", &started.target),
        ("profile", &run.started.profile),
        ("gate", &run.started.version),
        ("repeat", &run.started.repeat),
    ] {
        if !value.is_empty() {
            suite.add_property((xml(name), xml(value)));
        }
    }
    suite.add_property(("values", text::values(options.show_values)));
    // Why there is no verdict comes before the verdicts that it kept from being reached.
    if let Some(aborted) = section.finished.as_ref().and_then(|finished| finished.aborted.as_ref()) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_type(aborted.kind.name()).set_message(xml(&aborted.message)).set_description(xml(&aborted.remedy));
        let mut case = TestCase::new("no-verdict", status);
        case.set_classname(xml(&started.contract));
        suite.add_test_case(case);
    }
    let mut told = vec![false; section.findings.len()];
    for judged in &section.judged {
        let mut findings = Vec::new();
        for (finding, told) in section.findings.iter().zip(&mut told) {
            let same_operation = finding.operation.as_deref().unwrap_or_default() == judged.operation;
            if !*told && finding.id == judged.check && same_operation {
                *told = true;
                findings.push(finding);
            }
        }
        suite.add_test_case(case(section, judged, &findings, options));
    }
    let rest: Vec<&Finding> =
        section.findings.iter().zip(&told).filter(|(_, told)| !**told).map(|(finding, _)| finding).collect();
    for finding in rest {
        suite.add_test_case(lone_case(section, finding, options));
    }
    suite
}

fn case(section: &Section, judged: &Judged, findings: &[&Finding], options: &Options) -> TestCase {
    let mut status = match &judged.outcome {
        outcome if outcome.is_judged() => verdict(findings, options),
        Outcome::Inconclusive { reason, remedy } if options.require_conclusive => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status.set_type("inconclusive").set_message(xml(reason)).set_description(xml(remedy));
            status
        }
        Outcome::Inconclusive { reason, remedy } => {
            let mut status = skipped("inconclusive", reason);
            status.set_description(xml(remedy));
            status
        }
        Outcome::NotApplicable { reason } => skipped("not-applicable", reason),
        Outcome::Disabled { by } => skipped("disabled", &format!("switched off by {by}")),
        _ => TestCaseStatus::success(),
    };
    add_flakes(&mut status, findings, options);
    let mut case = TestCase::new(xml(&judged.check), status);
    let classname = [section.started.contract.as_str(), &judged.operation];
    case.set_classname(xml(&classname.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(".")));
    dress(&mut case, findings, options);
    case
}

/// A finding that belongs to no verdict, such as a stale waiver.
fn lone_case(section: &Section, finding: &Finding, options: &Options) -> TestCase {
    let mut status = verdict(&[finding], options);
    add_flakes(&mut status, &[finding], options);
    let mut case = TestCase::new(xml(&finding.id), status);
    let classname = [section.started.contract.as_str(), finding.operation.as_deref().unwrap_or_default()];
    let classname: Vec<&str> = classname.into_iter().filter(|part| !part.is_empty()).collect();
    case.set_classname(xml(&if classname.is_empty() { "contract-gate".to_owned() } else { classname.join(".") }));
    dress(&mut case, &[finding], options);
    case
}

fn skipped(kind: &str, message: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_type(kind).set_message(xml(message));
    status
}

/// Red if anything turns the gate red, skipped if all that would is waived, green otherwise.
fn verdict(findings: &[&Finding], options: &Options) -> TestCaseStatus {
    let denied = || findings.iter().filter(|finding| finding.level >= options.fail_on);
    let open: Vec<&&Finding> = denied().filter(|finding| finding.waived.is_none()).collect();
    if let Some(first) = open.first() {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let more = if open.len() > 1 { format!(" (and {} more)", open.len() - 1) } else { String::new() };
        let mut texts: Vec<String> =
            open.iter().take(WRITTEN_OUT).map(|finding| text::plain(finding, options.show_values)).collect();
        if open.len() > WRITTEN_OUT {
            texts.push(format!("… and {} more", open.len() - WRITTEN_OUT));
        }
        status.set_type(xml(&first.id)).set_message(xml(&format!("{}{more}", first.title)));
        status.set_description(xml(&texts.join("\n\n")));
        return status;
    }
    match denied().find_map(|finding| finding.waived.as_ref()) {
        Some(reason) => skipped("waived", &format!("waived: {reason}")),
        None => TestCaseStatus::success(),
    }
}

/// Faults that were not seen again, in the dialect that shows a passed case as flaky.
fn add_flakes(status: &mut TestCaseStatus, findings: &[&Finding], options: &Options) {
    if !matches!(status, TestCaseStatus::Success { .. }) {
        return;
    }
    for finding in findings.iter().filter(|finding| matches!(finding.stability, Stability::Flaky { .. })) {
        let mut rerun = TestRerun::new(NonSuccessKind::Failure);
        rerun.set_type(xml(&finding.id)).set_message(xml(&finding.title));
        rerun.set_description(xml(&text::plain(finding, options.show_values)));
        status.add_rerun(rerun);
    }
}

/// File and line of the clause, and what does not fail the case.
fn dress(case: &mut TestCase, findings: &[&Finding], options: &Options) {
    if let Some(place) = findings.iter().find_map(|finding| finding.place.as_ref()) {
        case.extra.insert("file".into(), xml(&place.file));
        case.extra.insert("line".into(), place.line.to_string().into());
    }
    let quiet: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level < options.fail_on && finding.waived.is_none())
        .filter(|finding| !matches!(finding.stability, Stability::Flaky { .. }))
        .take(WRITTEN_OUT)
        .map(|finding| format!("{}: {}", finding.level, text::plain(finding, options.show_values)))
        .collect();
    if !quiet.is_empty() {
        case.set_system_out(xml(&quiet.join("\n\n")));
    }
}

/// A text that XML 1.0 can hold: what is illegal or hides its neighbours becomes visible, line breaks stay.
fn xml(text: &str) -> XmlString {
    let clean: String = text.split('\n').map(text::visible).collect::<Vec<_>>().join("\n");
    XmlString::new(clean)
}
