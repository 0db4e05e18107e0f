//! JUnit XML in the dialect of Surefire and nextest.
//!
//! One test case per verdict: `failure` is what turns the gate red; `skipped` was not concluded, does not apply, is
//! switched off or waived; `error` means that there is no verdict at all, or that one was required and not reached. A
//! green run has neither failures nor errors. Readers keep one `failure` per case, so all findings of a verdict stand in
//! one text.
//!
//! Findings of documents have no verdicts beside them: there the case is the finding, see [`of_findings`].

use std::io::{self, Write};
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite, XmlString};

use super::collect::{Run, Section};
use super::{Options, escape, text};
use crate::event::{Judged, Outcome};
use crate::finding::{Finding, Place, Stability};

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
    out.write_all(as_published(&text).as_bytes())
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
        status.set_type(aborted.kind.name()).set_message(xml(&aborted.message)).set_description(block(&aborted.remedy));
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
            status.set_type("inconclusive").set_message(xml(reason)).set_description(block(remedy));
            status
        }
        Outcome::Inconclusive { reason, remedy } => {
            let mut status = skipped("inconclusive", reason);
            status.set_description(block(remedy));
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
        status.set_description(block(&texts.join("\n\n")));
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
        rerun.set_description(block(&text::plain(finding, options.show_values)));
        status.add_rerun(rerun);
    }
}

/// File and line of the clause, and what does not fail the case.
fn dress(case: &mut TestCase, findings: &[&Finding], options: &Options) {
    locate(case, findings.iter().find_map(|finding| finding.place.as_ref()));
    let quiet: Vec<String> = findings
        .iter()
        .filter(|finding| finding.level < options.fail_on && finding.waived.is_none())
        .filter(|finding| !matches!(finding.stability, Stability::Flaky { .. }))
        .take(WRITTEN_OUT)
        .map(|finding| format!("{}: {}", finding.level, text::plain(finding, options.show_values)))
        .collect();
    if !quiet.is_empty() {
        case.set_system_out(block(&quiet.join("\n\n")));
    }
}

fn xml(text: &str) -> XmlString {
    XmlString::new(escape::xml(text))
}

fn block(text: &str) -> XmlString {
    XmlString::new(escape::xml_text(text))
}

/// How a finding of a document stands.
pub(crate) enum Standing {
    /// It fails the gate; the word is the type of the failure.
    Fails(&'static str),
    /// It was accepted, or says what was not looked at.
    Skipped,
    /// It is told and fails nothing.
    Passes,
}

/// A finding of a document, as a test case.
pub(crate) struct Told<'a> {
    pub(crate) finding: &'a Finding,
    pub(crate) place: Option<&'a Place>,
    pub(crate) standing: Standing,
    /// One line of a failure, or why it was skipped.
    pub(crate) message: String,
    /// Everything else about a failure.
    pub(crate) text: String,
}

/// Findings of documents: a suite for each, a case for each finding; one without any is a case that passed, `sound`.
pub(crate) fn of_findings(title: &str, sound: &str, all: &[(String, Vec<Told<'_>>)]) -> String {
    let mut report = Report::new(title);
    for (name, cases) in all {
        let mut suite = TestSuite::new(xml(name));
        suite.add_test_cases(cases.iter().map(told));
        if cases.is_empty() {
            suite.add_test_case(TestCase::new(sound, TestCaseStatus::success()));
        }
        report.add_test_suite(suite);
    }
    as_published(&report.to_string().unwrap_or_default())
}

fn told(told: &Told<'_>) -> TestCase {
    let finding = told.finding;
    let status = match told.standing {
        Standing::Fails(kind) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_type(kind).set_message(xml(&told.message)).set_description(block(&told.text));
            status
        }
        Standing::Skipped => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(xml(&told.message));
            status
        }
        Standing::Passes => TestCaseStatus::success(),
    };
    // Readers tell cases apart by their names, and two findings may have one title.
    let mut case = TestCase::new(xml(&format!("{} {}", finding.title, finding.fingerprint)), status);
    case.set_classname(xml(&finding.id));
    locate(&mut case, told.place);
    case
}

/// File and line of a case.
fn locate(case: &mut TestCase, place: Option<&Place>) {
    if let Some(place) = place {
        case.extra.insert("file".into(), xml(&place.file));
        case.extra.insert("line".into(), place.line.to_string().into());
    }
}

/// A document without the attribute of its root that the published schema (`junit-10.xsd`, of Jenkins' xunit plugin) does not
/// have: how many cases were skipped stands in each suite.
fn as_published(xml: &str) -> String {
    let Some((before, root)) = xml.split_once("<testsuites") else { return xml.to_owned() };
    let Some((attributes, rest)) = root.split_once('>') else { return xml.to_owned() };
    let start = attributes.find(" skipped=\"");
    let end = start.and_then(|start| Some(start + 10 + attributes[start + 10..].find('"')? + 1));
    let kept = match (start, end) {
        (Some(start), Some(end)) => format!("{}{}", &attributes[..start], &attributes[end..]),
        _ => attributes.to_owned(),
    };
    format!("{before}<testsuites{kept}>{rest}")
}

#[cfg(test)]
mod tests {
    use super::as_published;

    #[test]
    fn the_root_alone_loses_what_the_schema_does_not_have() {
        let report =
            "<testsuites name=\"a\" tests=\"1\" skipped=\"12\" errors=\"0\">\n<testsuite skipped=\"12\"/></testsuites>";
        let wanted = "<testsuites name=\"a\" tests=\"1\" errors=\"0\">\n<testsuite skipped=\"12\"/></testsuites>";
        assert_eq!(as_published(report), wanted);
        assert_eq!(as_published(wanted), wanted);
        assert_eq!(as_published("<x/>"), "<x/>");
    }
}
