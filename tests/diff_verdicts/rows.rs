//! A row: two documents and the verdict on the edit between them.

use std::collections::BTreeSet;

use contract_gate::diff::{Options, Outcome, Workspace, compare};
use contract_gate::finding::Level;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Breaking,
    Doubtful,
    Safe,
    Silent,
}

use Verdict::{Breaking, Doubtful, Safe, Silent};

pub(crate) fn judge(old: &str, new: &str) -> Outcome {
    let read = |name: &str, text: &str| Workspace::parse(name, text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), ..Options::default() };
    compare(&read("old.yaml", old), &read("new.yaml", new), &options).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn verdict(outcome: &Outcome) -> Verdict {
    match outcome.findings.iter().map(|finding| finding.level).max() {
        Some(Level::Deny) => Breaking,
        Some(Level::Warn) => Doubtful,
        Some(_) => Safe,
        None => Silent,
    }
}

pub(crate) fn describe(outcome: &Outcome) -> String {
    let lines: BTreeSet<String> =
        outcome.findings.iter().map(|f| format!("  {} {}: {} -> {}", f.level, f.title, f.expected, f.actual)).collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

pub(crate) const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n";

pub(crate) fn with_request(schema: &str, components: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    post:\n      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}\n      \
         responses: {{'204': {{description: done}}}}\ncomponents: {{schemas: {{{components}}}}}\n"
    )
}

pub(crate) fn with_response(schema: &str, components: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}\n\
         components: {{schemas: {{{components}}}}}\n"
    )
}

pub(crate) fn with_parameter(parameter: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      parameters: [{parameter}]\n      responses: {{'200': {{description: ok}}}}\n"
    )
}

pub(crate) fn with_operation(rest: &str) -> String {
    format!("{HEAD}paths:\n  /things:\n    get: {{responses: {{'200': {{description: ok}}}}{rest}}}\n")
}

pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, Verdict, Verdict);

pub(crate) fn check(faults: &mut Vec<String>, name: &str, wanted: Verdict, old: &str, new: &str) {
    let outcome = judge(old, new);
    let seen = verdict(&outcome);
    if seen != wanted {
        faults.push(format!("{name}: wanted {wanted:?}, got {seen:?}\n{}", describe(&outcome)));
    }
    for (side, text) in [("old", old), ("new", new)] {
        let outcome = judge(text, text);
        if verdict(&outcome) != Silent {
            faults.push(format!("{name}: {side} against itself speaks\n{}", describe(&outcome)));
        }
    }
}

pub(crate) fn check_schemas(rows: &[Row<'_>], old_components: &str, new_components: &str) {
    let mut faults = Vec::new();
    for (name, old, new, request, response) in rows {
        let (one, two) = (with_request(old, old_components), with_request(new, new_components));
        check(&mut faults, &format!("{name} (request)"), *request, &one, &two);
        let (one, two) = (with_response(old, old_components), with_response(new, new_components));
        check(&mut faults, &format!("{name} (response)"), *response, &one, &two);
    }
    assert!(faults.is_empty(), "{} wrong verdicts:\n{}", faults.len(), faults.join("\n"));
}
