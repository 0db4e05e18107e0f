//! The reports of `diff`: SARIF and JUnit to their schemas, names in the headlines, waivers that can be pasted.

mod proofs;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use contract_gate::diff::render::{Format, Report, render};
use contract_gate::diff::{Options, Outcome, Waiver, Workspace, compare};
use contract_gate::finding::Level;

/// The schema of OASIS, as it is published.
const SARIF_SCHEMA: &str = include_str!("../../src/report/schema/sarif-2.1.0.json");

const OLD: &str = r"
openapi: 3.0.3
info: {title: t, version: 1.2.0}
paths:
  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}
  /b: {get: {operationId: b, responses: {'200': {description: ok}}}}
  /c:
    post:
      operationId: c
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Pet:
      type: object
      required: [id, tag]
      properties:
        id: {type: string}
        tag: {type: string}
        name: {type: string}
        size: {type: integer}
        kind: {type: string, enum: [a, 'b & <c>']}
";

fn new() -> String {
    OLD.replace("  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}\n", "")
        .replace("  /b: {get: {operationId: b, responses: {'200': {description: ok}}}}\n", "")
        .replace("        tag: {type: string}\n", "")
        .replace("[id, tag]", "[id]")
        .replace("name: {type: string}", "name: {type: string, nullable: true, minLength: 1}")
        .replace("size: {type: integer}", "size: {type: integer, minimum: 5}")
        .replace("[a, 'b & <c>']", "[a]")
}

fn outcome(waivers: Vec<Waiver>) -> Outcome {
    let read = |name: &str, text: &str| Workspace::parse(name, text).expect("a sound document");
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), waivers, ..Options::default() };
    compare(&read("old.yaml", OLD), &read("new.yaml", &new()), &options).expect("comparable")
}

fn shown(format: Format, outcome: &Outcome) -> String {
    let report = Report {
        old: "old.yaml",
        new: "new.yaml",
        outcome,
        fail_on: Level::Deny,
        color: false,
        verbose: true,
        quiet: false,
    };
    render(format, &report)
}

/// A level that is set for no rule set nothing, and nobody was told.
#[test]
fn a_level_of_no_rule_is_refused() {
    let read = |name: &str, text: &str| Workspace::parse(name, text).expect("a sound document");
    let levels = [("operation-remove".to_owned(), Level::Warn)].into();
    let error = compare(&read("old.yaml", OLD), &read("new.yaml", &new()), &Options { levels, ..Options::default() })
        .expect_err("no such rule");
    assert_eq!(error.to_string(), "no rule or category `operation-remove`; did you mean `operation-removed`?");
}

#[test]
fn sarif_satisfies_the_schema_of_oasis() {
    let waiver = Waiver { check: "operation-removed".to_owned(), reason: "gone".to_owned(), ..Waiver::default() };
    let text = shown(Format::Sarif, &outcome(vec![waiver]));
    // The published schema holds one pattern with a stray bracket, which is no regular expression.
    let schema = SARIF_SCHEMA.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("a schema is JSON");
    let document: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    let results = document["runs"][0]["results"].as_array().expect("results");
    assert!(results.len() > 5 && results.iter().any(|result| result.get("suppressions").is_some()), "{text}");
}

/// Element, the elements that may hold it, and the attributes that it must have.
const JUNIT: [(&str, &str, &[&str]); 6] = [
    ("testsuites", "", &["name", "tests", "failures", "errors"]),
    ("testsuite", "testsuites", &["name", "tests", "failures", "errors"]),
    ("testcase", "testsuite", &["name", "classname"]),
    ("failure", "testcase", &["message", "type"]),
    ("skipped", "testcase", &[]),
    ("error", "testcase", &["message"]),
];

#[test]
fn junit_is_xml_of_the_right_shape() {
    use quick_xml::events::{BytesStart, Event};
    let outcome = outcome(Vec::new());
    let text = shown(Format::Junit, &outcome);
    let name_of = |tag: &BytesStart<'_>| String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let check = |tag: &BytesStart<'_>, parent: &str| {
        let name = name_of(tag);
        let rule = JUNIT.iter().find(|rule| rule.0 == name).unwrap_or_else(|| panic!("element {name}"));
        assert_eq!(rule.1, parent, "{name}");
        for wanted in rule.2 {
            let present = tag.try_get_attribute(wanted).expect("attributes are sound");
            assert!(present.is_some(), "{name} lacks {wanted}");
        }
    };
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    let (mut cases, mut failures) = (0, 0);
    loop {
        let event = reader.read_event().expect("the report is XML");
        if let Event::Start(tag) | Event::Empty(tag) = &event {
            check(tag, path.last().map_or("", String::as_str));
            cases += usize::from(name_of(tag) == "testcase");
            failures += usize::from(name_of(tag) == "failure");
        }
        match event {
            Event::Start(tag) => path.push(name_of(&tag)),
            Event::End(_) => drop(path.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(path.is_empty());
    assert_eq!((cases, failures), (outcome.findings.len(), outcome.tally().deny), "{text}");
}

#[test]
fn every_format_names_the_field_and_is_the_same_each_time() {
    for format in Format::ALL {
        let text = shown(format, &outcome(Vec::new()));
        assert_eq!(text, shown(format, &outcome(Vec::new())), "{}", format.name());
        for name in ["Pet.name", "Pet.size", "Pet.kind"] {
            assert!(text.contains(name), "{} does not name {name}:\n{text}", format.name());
        }
    }
}

#[test]
fn json_satisfies_its_published_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(contract_gate::diff::render::SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let stale = Waiver { check: "path-removed".to_owned(), reason: "old".to_owned(), ..Waiver::default() };
    let waiver = Waiver { check: "operation-removed".to_owned(), reason: "gone".to_owned(), ..Waiver::default() };
    for waivers in [Vec::new(), vec![waiver, stale]] {
        let text = shown(Format::Json, &outcome(waivers));
        let document: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
        let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{faults:#?}");
    }
}

#[test]
fn every_format_for_machines_shows_proof_and_the_way_to_accept() {
    let outcome = outcome(Vec::new());
    let found = outcome.findings.iter().find(|finding| finding.id == "range-narrowed").expect("minimum was set");
    let proof = found.witness.as_deref().expect("a proof");
    assert_eq!(proof, r#"POST /c {"id":"","tag":"","size":0} was accepted and is refused now"#);
    let accept = found.facts.get("accept").expect("a place");
    assert_eq!(accept, "/components/schemas/Pet/properties/size/minimum");
    for format in [Format::Json, Format::Junit, Format::Sarif, Format::Github, Format::Human] {
        let text = shown(format, &outcome);
        assert!(text.contains(accept), "{} has no way to accept:\n{text}", format.name());
        let quotes = [r#"\""#, "&quot;", r#"""#];
        let bare = |text: &str| quotes.iter().fold(text.to_owned(), |text, quote| text.replace(quote, "'"));
        assert!(bare(&text).contains(&bare(proof)), "{} has no proof:\n{text}", format.name());
    }
}

#[test]
fn a_bound_is_told_by_its_own_keyword_and_place() {
    let outcome = outcome(Vec::new());
    let range = outcome.findings.iter().find(|finding| finding.id == "range-narrowed").expect("minimum was set");
    assert!(range.title.contains("`minimum` of `Pet.size`"), "{}", range.title);
    let place = range.place.as_ref().expect("a place");
    assert!(place.pointer.ends_with("/size/minimum"), "{}", place.pointer);
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_accept_line_is_pasted_and_accepts_one_thing() {
    let path = std::env::temp_dir().join(format!("contract-gate-diff-accept-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the temporary folder can be written");
    let folder = Folder(path);
    fs::write(folder.0.join("old.yaml"), OLD).expect("written");
    fs::write(folder.0.join("new.yaml"), new()).expect("written");
    let run = || -> Output {
        Command::new(env!("CARGO_BIN_EXE_contract-gate"))
            .args(["diff", "old.yaml", "new.yaml"])
            .current_dir(&folder.0)
            .output()
            .expect("the binary runs")
    };
    let text = String::from_utf8_lossy(&run().stdout).into_owned();
    let entries: Vec<String> = text
        .lines()
        .skip_while(|line| !line.contains("[[waivers]]"))
        .map(|line| line.trim().trim_start_matches("accept ").to_owned())
        .filter(|line| line == "[[waivers]]" || line.contains(" = "))
        .filter(|line| ["[[waivers]]", "check", "place", "reason"].iter().any(|start| line.starts_with(start)))
        .collect();
    let toml = entries.join("\n").replace("reason = \"\"", "reason = \"agreed with everybody\"");
    let every: Vec<&str> = toml.split("[[waivers]]").skip(1).collect();
    assert!(every.len() > 4, "{text}");
    // All of them together accept all; one of them accepts one.
    fs::write(folder.0.join("contract-gate.toml"), &toml).expect("written");
    let output = run();
    assert_eq!(output.status.code(), Some(0), "{}{toml}", String::from_utf8_lossy(&output.stdout));
    let gone = every.iter().find(|entry| entry.contains("\"operation-removed\"")).expect("an operation is gone");
    fs::write(folder.0.join("contract-gate.toml"), format!("[[waivers]]{gone}")).expect("written");
    let text = String::from_utf8_lossy(&run().stdout).into_owned();
    assert_eq!(text.matches("accepted an operation was removed").count(), 1, "{text}");
    assert_eq!(text.matches("breaking operation-removed").count(), 1, "{text}");
}

/// Operations that write out what others share by reference.
fn repeated(count: usize, limit: u32, field: &str) -> String {
    let operation = |index| {
        format!(
            "  /p{index}:\n    get:\n      operationId: p{index}\n      parameters: [{{name: limit, in: query, schema: {{type: integer, \
             maximum: {limit}}}}}]\n      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {{type: \
             object, required: [id], properties: {{id: {{type: {field}}}}}}}}}}}}}}}\n"
        )
    };
    let paths: String = (0..count).map(operation).collect();
    format!("openapi: 3.0.3\ninfo: {{title: t, version: 1.0.0}}\npaths:\n{paths}")
}

fn compared(old: &str, new: &str, expand: bool, waivers: Vec<Waiver>) -> Outcome {
    let read = |name: &str, text: &str| Workspace::parse(name, text).expect("a sound document");
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), expand, waivers, ..Options::default() };
    compare(&read("old.yaml", old), &read("new.yaml", new), &options).expect("comparable")
}

#[test]
fn one_edit_written_out_in_many_operations_is_told_once() {
    let (old, new) = (repeated(5, 100, "integer"), repeated(5, 50, "string"));
    let once = compared(&old, &new, false, Vec::new());
    let breaks: Vec<_> = once.findings.iter().filter(|finding| finding.level == Level::Deny).collect();
    assert_eq!(breaks.len(), 2, "{:#?}", once.findings);
    assert!(breaks.iter().all(|finding| finding.operations.len() == 5 && finding.witness.is_some()));
    assert!(breaks[0].facts["also"].matches("new.yaml:").count() == 4, "{:?}", breaks[0].facts);
    let text = shown(Format::Human, &once);
    assert!(text.contains("   also new.yaml:"), "{text}");
    assert_eq!(compared(&old, &new, true, Vec::new()).tally().deny, 10);
    // What is not the same everywhere is not one edit.
    let other = new.replacen("maximum: 50", "maximum: 60", 1);
    assert_eq!(compared(&old, &other, false, Vec::new()).tally().deny, 3);
}

#[test]
fn a_waiver_of_one_place_accepts_no_other() {
    let (old, new) = (repeated(3, 100, "integer"), repeated(3, 50, "integer"));
    let waiver = |place: &str| {
        vec![Waiver {
            check: "range-narrowed".to_owned(),
            place: Some(place.to_owned()),
            reason: "r".to_owned(),
            ..Waiver::default()
        }]
    };
    let some = compared(&old, &new, false, waiver("/paths/~1p1")).tally();
    assert_eq!((some.deny, some.waived), (1, 1));
    let left = compared(&old, &new, false, Vec::new()).findings.remove(0);
    let all = compared(&old, &new, false, waiver(&left.fingerprint)).tally();
    assert_eq!((all.deny, all.waived, all.waivers), (0, 1, 0));
}

#[test]
fn quiet_leaves_out_what_is_safe() {
    let outcome = outcome(Vec::new());
    let report = |quiet| Report {
        old: "old.yaml",
        new: "new.yaml",
        outcome: &outcome,
        fail_on: Level::Deny,
        color: false,
        verbose: false,
        quiet,
    };
    let (full, brief) = (render(Format::Human, &report(false)), render(Format::Human, &report(true)));
    let safe = outcome.findings.iter().find(|finding| finding.level == Level::Note).expect("a safe change");
    assert!(full.contains(&safe.title) && full.contains("asks for"), "{full}");
    assert!(!brief.contains(&safe.title) && !brief.contains("asks for"), "{brief}");
    assert!(brief.contains("breaking ") && brief.contains("FAILED: "), "{brief}");
}
