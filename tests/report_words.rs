//! What a reader takes from a report at a glance: a green run looks green, counts are right, and `diff` writes what the
//! same readers accept.

mod report_stream;

use contract_gate::diff::render::{self, Report};
use contract_gate::diff::{Options as DiffOptions, Workspace, compare};
use contract_gate::event::*;
use contract_gate::finding::Level;
use contract_gate::mask::Masker;
use contract_gate::report::{Format, Options, REPORT_SCHEMA};
use report_stream::valid::{is_junit, is_sarif, valid};
use report_stream::{contract, judged, options, rendered, started, wrong_type};

const LIST: &str = "listCustomers";

/// A run that conforms: something passed, something was noted, something is waived, something was not concluded.
fn green() -> Vec<Event> {
    let mut note = wrong_type(LIST, "/customers/0/plan");
    note.level = Level::Note;
    note.id = "unknown-enum-value".to_owned();
    let mut waived = wrong_type(LIST, "/customers/3/status");
    waived.waived = Some("ticket 12".to_owned());
    let open = Outcome::Inconclusive { reason: "no size was refused".to_owned(), remedy: "nothing to do".to_owned() };
    let totals =
        OperationTotals { operation: LIST.to_owned(), requests: 1, records: 1, pages: 1, ..OperationTotals::default() };
    vec![
        started(),
        contract("flexportal", "FlexPortal", &[LIST]),
        judged("flexportal", LIST, "cursor-skips-records", "paging", Outcome::Passed, 3),
        judged("flexportal", LIST, "unknown-enum-value", "answers", Outcome::Noted, 3),
        Event::Found(Box::new(note)),
        judged("flexportal", LIST, "wrong-type", "answers", Outcome::Failed, 3),
        Event::Found(Box::new(waived)),
        judged("flexportal", LIST, "foreign-record", "access", open, 0),
        Event::ContractFinished(Box::new(ContractFinished {
            contract: "flexportal".to_owned(),
            requests: 1,
            operations: vec![totals],
            ..ContractFinished::default()
        })),
        Event::RunFinished(RunFinished { verdict: "conforms".to_owned(), requests: 1, ..RunFinished::default() }),
    ]
}

fn shown(format: Format, options: &Options) -> String {
    rendered(format, options, &Masker::default(), &green())
}

#[test]
fn a_green_run_looks_green_in_every_report() {
    for format in [Format::Human, Format::Markdown] {
        let text = shown(format, &options());
        assert!(text.contains("1 passed, 1 noted, 1 waived, 1 inconclusive"), "{format}: {text}");
        assert!(!text.contains("1 failed"), "{format}: {text}");
    }
    let junit = shown(Format::Junit, &options());
    is_junit(&junit);
    let first = junit.lines().nth(1).unwrap_or_default();
    assert!(first.contains("tests=\"4\" failures=\"0\" errors=\"0\""), "{first}");
    assert!(junit.lines().nth(2).is_some_and(|suite| suite.contains("skipped=\"2\"")), "{junit}");
    let json: serde_json::Value = serde_json::from_str(&shown(Format::Json, &options())).expect("JSON");
    assert_eq!(json["verdicts"]["failed"], 0);
    assert_eq!(json["verdicts"]["noted"], 1);
    assert_eq!(json["verdicts"]["waived"], 1);
    assert_eq!(json["contracts"][0]["ledger"][2]["outcome"]["outcome"], "waived");
    valid(REPORT_SCHEMA, None, &json);
}

#[test]
fn a_verdict_that_is_required_and_missing_is_an_error() {
    let junit = shown(Format::Junit, &Options { require_conclusive: true, ..options() });
    is_junit(&junit);
    assert!(junit.contains("failures=\"0\" errors=\"1\"") && junit.contains("type=\"inconclusive\""), "{junit}");
}

#[test]
fn what_turns_the_gate_red_is_a_failure() {
    let mut events = green();
    for event in &mut events {
        if let Event::Found(finding) = event {
            finding.level = Level::Warn;
        }
    }
    let failures = |fail_on| {
        let junit = rendered(Format::Junit, &Options { fail_on, ..options() }, &Masker::default(), &events);
        junit.lines().nth(1).unwrap_or_default().contains("failures=\"1\"")
    };
    assert!(failures(Level::Warn) && !failures(Level::Deny));
}

#[test]
fn the_summary_counts_the_verdicts_of_each_operation() {
    let text = shown(Format::Markdown, &options());
    let row = text.lines().find(|line| line.contains("<code>listCustomers</code>")).unwrap_or_default();
    let cells: Vec<&str> = row.split('|').map(str::trim).collect();
    // requests, records, pages, passed, failed, warned, noted, inconclusive
    assert_eq!(cells[3..11], ["1", "1", "1", "1", "0", "0", "1", "1"], "{row}");
    let html = shown(Format::Html, &options());
    assert!(
        html.contains("<td class=\"n\">1</td><td class=\"n\">0</td><td class=\"n\">0</td><td class=\"n\">1</td>"),
        "{html}"
    );
}

#[test]
fn one_is_not_many() {
    for format in Format::ALL {
        let text = shown(format, &Options { verbosity: 1, ..options() });
        for plural in [" 1 records", " 1 requests", " 1 pages", " 1 places", " 1 verdicts", " 1 errors"] {
            assert!(!text.contains(plural), "{format}:{plural} in {text}");
        }
    }
}

#[test]
fn reports_of_diff_are_what_their_readers_accept() {
    let pairs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pairs");
    let mut seen = 0;
    let mut folders: Vec<_> = std::fs::read_dir(pairs).expect("the pairs are there").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    for folder in folders.iter().step_by(9) {
        let read = |name: &str| {
            let text = std::fs::read_to_string(folder.path().join(name)).ok()?;
            Some(Workspace::parse(&format!("api/a b/{name}"), &text).expect("sound"))
        };
        let (Some(old), Some(new)) = (read("old.yaml"), read("new.yaml")) else { continue };
        let outcome = compare(&old, &new, &DiffOptions::default()).expect("comparable");
        let report = Report {
            old: "old.yaml",
            new: "new.yaml",
            outcome: &outcome,
            fail_on: Level::Deny,
            color: false,
            verbose: false,
            quiet: false,
        };
        let sarif = render::render(render::Format::Sarif, &report);
        is_sarif(&sarif);
        is_junit(&render::render(render::Format::Junit, &report));
        let json: serde_json::Value =
            serde_json::from_str(&render::render(render::Format::Json, &report)).expect("the report is JSON");
        let github = render::render(render::Format::Github, &report);
        for finding in json["findings"].as_array().expect("findings") {
            valid(REPORT_SCHEMA, Some("finding"), finding);
            let Some(line) = finding["place"]["line"].as_u64() else { continue };
            assert!(sarif.contains(&format!("\"startLine\": {line}")), "line {line}: {sarif}");
            let level = finding["level"].as_str().unwrap_or_default();
            assert!(level == "note" || github.contains(&format!("line={line}")), "line {line}: {github}");
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen} findings");
}

#[test]
fn every_report_says_once_whether_values_are_shown_and_how_to_get_the_other() {
    for (show_values, wanted, other) in [
        (false, "alues in bodies are shown as shapes", "as they came"),
        (true, "alues in bodies are shown as they came", "shown as shapes"),
    ] {
        for format in Format::ALL {
            let text = shown(format, &Options { show_values, ..options() });
            // Each suite of JUnit has its own properties.
            let times = if format == Format::Junit { text.matches("<testsuite ").count() } else { 1 };
            assert_eq!(text.matches(wanted).count(), times, "{format}: {text}");
            assert!(text.contains("--show-values") && !text.contains(other), "{format}: {text}");
            assert!(text.lines().all(|line| format != Format::Human || line.chars().count() <= 100), "{text}");
        }
    }
}
