//! JUnit of every command, of lawful and faulty runs, runs that were cut off, and hostile values: what readers accept.

mod report_stream;
mod stub;

use contract_gate::diff::render::{self, Report};
use contract_gate::diff::{Options as DiffOptions, Workspace, compare};
use contract_gate::event::Event;
use contract_gate::finding::{Finding, Level};
use contract_gate::lint::{self, Linted};
use contract_gate::mask::Masker;
use contract_gate::merge;
use contract_gate::report::{Format, Options, read};
use report_stream::valid::{is_junit, junit_errors};
use report_stream::{HOSTILE, options, rendered, stream, wrong_type};

/// Texts that XML cannot hold, or that end what they stand in.
const TEXTS: [&str; 9] = [
    HOSTILE,
    "\u{0}\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}\u{7f}\u{85}\u{fffe}\u{ffff}",
    "emoji \u{1f469}\u{200d}\u{1f4bb} \u{1f1e9}\u{1f1ea} and \u{10ffff}",
    "</failure></testcase><testcase name=\"x\"/>",
    "]]> <![CDATA[ -- <!-- <?xml version=\"2\"?>",
    "&lt; &#0; &#xFFFE; &unknown; & \"'",
    "\u{1b}[31mred\u{1b}[0m\r\n\ttab",
    "",
    "\u{202e}right to left\u{200b}",
];

fn junit(events: &[Event], options: &Options) -> String {
    rendered(Format::Junit, options, &Masker::default(), events)
}

#[test]
fn the_schema_refuses_what_is_no_junit() {
    let good = junit(&stream(), &options());
    if let Some(wrong) = junit_errors(&good) {
        panic!("{wrong}");
    }
    if junit_errors("<nonsense/>").is_none() {
        return; // No validator is installed; that was said.
    }
    for (from, to) in [
        ("<testcase ", "<testcase colour=\"red\" "),
        ("<testsuite name=", "<testsuite title="),
        ("<property name=", "<property key="),
        ("<failure ", "<failed "),
        ("</testsuites>", ""),
        ("time=\"0.000\"", "time=\"soon\""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "{from} is not there");
        assert!(junit_errors(&bad).is_some(), "{to} was accepted");
    }
}

#[test]
fn check_writes_junit_however_far_it_came() {
    let events = stream();
    for length in 0..=events.len() {
        is_junit(&junit(&events[..length], &options()));
    }
    for fail_on in [Level::Deny, Level::Warn, Level::Note] {
        for require_conclusive in [false, true] {
            is_junit(&junit(&events, &Options { fail_on, require_conclusive, show_values: true, ..options() }));
        }
    }
    let silent: Vec<Event> = events.into_iter().filter(|event| !matches!(event, Event::Found(_))).collect();
    is_junit(&junit(&silent, &options()));
}

#[test]
fn hostile_values_stay_in_their_places() {
    for text in TEXTS {
        let mut events = stream();
        let mut finding = wrong_type("listCustomers", text);
        for field in [&mut finding.title, &mut finding.expected, &mut finding.actual, &mut finding.id] {
            *field = text.to_owned();
        }
        finding.operation = Some(text.to_owned());
        finding.shown_value = Some(text.to_owned());
        finding.curl = vec![text.to_owned()];
        finding.facts.insert("response".to_owned(), text.to_owned());
        if let Some(place) = &mut finding.place {
            place.file = text.to_owned();
        }
        events.insert(3, Event::Found(Box::new(finding)));
        for event in &mut events {
            match event {
                Event::RunStarted(started) => {
                    started.repeat = text.to_owned();
                    started.profile = text.to_owned();
                }
                Event::ContractStarted(started) => started.target = text.to_owned(),
                Event::ContractFinished(finished) => {
                    if let Some(aborted) = &mut finished.aborted {
                        aborted.message = text.to_owned();
                        aborted.remedy = text.to_owned();
                    }
                }
                _ => {}
            }
        }
        let report = junit(&events, &Options { show_values: true, ..options() });
        is_junit(&report);
        assert!(!report.contains(['\u{0}', '\u{1b}', '\u{fffe}', '\u{ffff}']), "{text:?} came out as it is");
    }
}

#[test]
fn runs_write_junit() {
    let here = stub::folder("junit");
    for (name, code, arguments) in [
        ("lawful", 0, &["check", "maple", "--only", "answers"][..]),
        ("faulty", 1, &["check", "flexportal", "--fault", "required-field-null", "--only", "answers"]),
        ("cut off", 3, &["check", "flexprice", "--max-requests", "3"]),
        ("nobody there", 3, &["check", "flexprice", "--base-url", "http://127.0.0.1:9"]),
    ] {
        let output = stub::gate_in(&here, &[arguments, &["-q", "--show-values", "--report", "junit=j.xml"]].concat());
        let (ended, told) = stub::told(&output);
        assert_eq!(ended, code, "{name}: {told}");
        let report = std::fs::read_to_string(here.join("j.xml")).expect("it was written");
        is_junit(&report);
        assert_eq!(report.contains("<failure"), code == 1, "{name}: {report}");
        assert_eq!(report.contains("<error"), code == 3, "{name}: {report}");
    }
}

#[test]
fn merge_writes_junit() {
    let part = |shard: &str, take: usize| {
        let mut events = stream();
        if let Some(Event::RunStarted(started)) = events.first_mut() {
            started.shard = Some(shard.to_owned());
        }
        let mut found = 0;
        events.retain(|event| {
            found += usize::from(matches!(event, Event::Found(_)));
            !matches!(event, Event::Found(_)) || found <= take
        });
        let json = rendered(Format::Json, &options(), &Masker::default(), &events);
        (format!("{}.json", shard.replace('/', "-")), read(&json).expect("it was just written"))
    };
    for take in [0, 3, 100] {
        let whole = merge::merge(vec![part("1/2", take), part("2/2", 2)]).expect("both parts are there");
        let report = junit(&merge::events(&whole), &options());
        is_junit(&report);
        assert!(report.contains("name=\"flexportal\"") && report.contains("name=\"maple\""), "{report}");
    }
}

#[test]
fn diff_writes_junit() {
    let pairs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pairs");
    let mut folders: Vec<_> = std::fs::read_dir(pairs).expect("the pairs are there").flatten().collect();
    folders.sort_by_key(std::fs::DirEntry::file_name);
    let mut failures = 0;
    for (folder, text) in folders.iter().step_by(11).zip(TEXTS.iter().cycle()) {
        let read = |name: &str| {
            let source = std::fs::read_to_string(folder.path().join(name)).ok()?;
            Some(Workspace::parse(&format!("a/{name}"), &source).expect("sound"))
        };
        let (Some(old), Some(new)) = (read("old.yaml"), read("new.yaml")) else { continue };
        for (old, new) in [(&old, &new), (&old, &old)] {
            let mut outcome = compare(old, new, &DiffOptions::default()).expect("comparable");
            let report = |outcome: &_| {
                let report = Report {
                    old: "old.yaml",
                    new: "new.yaml",
                    outcome,
                    fail_on: Level::Note,
                    color: false,
                    verbose: true,
                    quiet: false,
                };
                render::render(render::Format::Junit, &report)
            };
            is_junit(&report(&outcome));
            for finding in &mut outcome.findings {
                spoil(finding, text);
            }
            let hostile = report(&outcome);
            is_junit(&hostile);
            failures += hostile.matches("<failure").count();
        }
    }
    assert!(failures > 10, "{failures} failures were written");
}

#[test]
fn lint_writes_junit() {
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/flexportal.yaml");
    let sound = lint::file(shipped).expect("it can be read");
    let strict = lint::Manner { strict: true, ..lint::Manner::default() };
    is_junit(&lint::render(render::Format::Junit, std::slice::from_ref(&sound), strict));
    for text in TEXTS {
        let mut finding = wrong_type("listCustomers", "");
        spoil(&mut finding, text);
        let faulty = Linted { name: text.to_owned(), findings: vec![finding.clone(), finding] };
        let report = lint::render(render::Format::Junit, &[sound.clone(), faulty], strict);
        is_junit(&report);
        assert_eq!(report.matches("<failure").count(), 2, "{report}");
    }
}

fn spoil(finding: &mut Finding, text: &str) {
    finding.title = text.to_owned();
    finding.why = Some(text.to_owned());
    finding.expected = text.to_owned();
    finding.actual = text.to_owned();
    if let Some(place) = &mut finding.place {
        place.file = text.to_owned();
    }
}
