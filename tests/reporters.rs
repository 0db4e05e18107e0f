//! One fixed stream of events through every reporter: what is written is accepted by eye, validated against its
//! schema, and never lets a hostile value out of its place.

mod report_stream;

use contract_gate::event::Event;
use contract_gate::mask::Masker;
use contract_gate::report::{Format, Options, REPORT_SCHEMA};
use report_stream::{options, rendered, stream};

fn shown(format: Format) -> String {
    rendered(format, &options(), &Masker::default(), &stream())
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/reporters"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn hostile_free(text: &str) {
    for (index, character) in text.char_indices() {
        let wrong = (character.is_control() && character != '\n') || ('\u{202a}'..='\u{202e}').contains(&character);
        let command =
            character == '\n' && ["::", "##["].iter().any(|sign| text[index..].trim_start().starts_with(sign));
        assert!(!command, "a line starts like a workflow command: {:?}", text.get(index..index + 40));
        assert!(!wrong, "{character:?} came out near {:?}", text.get(index.saturating_sub(40)..index));
    }
}

#[test]
fn human_report() {
    let text = shown(Format::Human);
    hostile_free(&text);
    snapshot("human", &text);
}

#[test]
fn human_report_narrow_and_verbose() {
    let options = Options { width: 72, verbosity: 1, show_values: true, ..options() };
    snapshot("human-verbose", &rendered(Format::Human, &options, &Masker::default(), &stream()));
}

#[test]
fn human_report_quiet() {
    let options = Options { verbosity: -1, ..options() };
    snapshot("human-quiet", &rendered(Format::Human, &options, &Masker::default(), &stream()));
}

#[test]
fn colour_is_written_only_when_asked_for() {
    let options = Options { color: true, ..options() };
    assert!(rendered(Format::Human, &options, &Masker::default(), &stream()).contains("\u{1b}[31m"));
    assert!(!shown(Format::Human).contains('\u{1b}'));
}

/// Validates against a schema, or against one of its definitions.
fn valid(schema: &str, definition: Option<&str>, document: &serde_json::Value) {
    let mut schema: serde_json::Value = serde_json::from_str(schema).expect("a schema is JSON");
    if let Some(name) = definition {
        schema = serde_json::json!({"$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"]});
    }
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn json_report() {
    let text = shown(Format::Json);
    valid(REPORT_SCHEMA, None, &serde_json::from_str(&text).expect("the report is JSON"));
    snapshot("json", &text);
}

#[test]
fn a_run_that_was_cut_off_is_still_a_valid_report() {
    for length in 0..stream().len() {
        let text = rendered(Format::Json, &options(), &Masker::default(), &stream()[..length]);
        valid(REPORT_SCHEMA, None, &serde_json::from_str(&text).expect("the report is JSON"));
        let text = rendered(Format::Human, &options(), &Masker::default(), &stream()[..length]);
        assert!(text.contains("exit 3"), "{text}");
    }
}

#[test]
fn ndjson_report() {
    let text = shown(Format::Ndjson);
    let back: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).expect("a line is an event")).collect();
    assert_eq!(back.len(), stream().len());
    for line in text.lines() {
        valid(REPORT_SCHEMA, Some("event"), &serde_json::from_str(line).expect("a line is JSON"));
    }
    snapshot("ndjson", &text);
}

#[test]
fn junit_report() {
    let text = shown(Format::Junit);
    hostile_free(&text);
    snapshot("junit", &text);
}
