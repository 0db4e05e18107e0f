//! What a comparison says of unions, of values under `not`, and of schemas without constraint: one edit once, and
//! nothing of what stayed as it was.

use contract_gate::diff::{Options, Workspace, compare};
use contract_gate::finding::Finding;

/// A document with one schema, in a request or in an answer.
fn document(schema: &str, request: bool) -> Workspace {
    let content = format!("{{content: {{application/json: {{schema: {schema}}}}}");
    let operation = match request {
        true => format!(
            "post: {{operationId: x, requestBody: {content}, required: true}}, responses: {{'200': {{description: ok}}}}}}"
        ),
        false => format!("get: {{operationId: x, responses: {{'200': {content}, description: ok}}}}}}"),
    };
    let text = format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /x:\n    {operation}\n");
    Workspace::parse("x.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The findings on a schema that became another, those about the version left out.
fn found(old: &str, new: &str, request: bool) -> Vec<Finding> {
    let outcome = compare(&document(old, request), &document(new, request), &Options::default());
    let findings = outcome.unwrap_or_else(|error| panic!("{error}")).findings;
    findings.into_iter().filter(|finding| !finding.id.starts_with("version-")).collect()
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.id.as_str()).collect()
}

const TWO: &str = "{anyOf: [{type: string}, {type: number}]}";
const SIX: &str = "{anyOf: [{type: string}, {type: number}, {type: integer}, {type: boolean}, {type: array, items: {}}, {type: object}]}";

#[test]
fn types_that_join_or_leave_a_union_in_one_edit_are_one_change() {
    for (old, new, id) in [(TWO, SIX, "variant-added"), (SIX, TWO, "variant-removed")] {
        for request in [true, false] {
            let findings = found(old, new, request);
            assert_eq!(ids(&findings), [id], "{findings:#?}");
            assert!(
                findings[0].title.ends_with("one of boolean, one of array, one of object"),
                "{}",
                findings[0].title
            );
            let place = if id == "variant-added" { &findings[0].place } else { &findings[0].old_place };
            let place = place.as_ref().expect("a change has a place");
            assert!(place.pointer.ends_with("/anyOf"), "{}", place.pointer);
        }
    }
    let answered = &found(TWO, SIX, false)[0];
    assert_eq!(answered.witness.as_deref(), Some("GET /x 200 true may be answered now and was ruled out before"));
    // Two of one kind are told apart by their places.
    let objects = "{anyOf: [{type: string}, {type: object, required: [a]}, {type: object, required: [b]}]}";
    let findings = found("{anyOf: [{type: string}, {type: boolean}]}", objects, false);
    assert_eq!(ids(&findings), ["variant-added", "variant-added", "variant-removed"], "{findings:#?}");
}

#[test]
fn what_every_value_satisfies_is_no_constraint() {
    let findings = found("{type: string}", "{}", true);
    let widened = findings.iter().find(|finding| finding.id == "type-widened").expect("any type may come");
    assert_eq!((widened.expected.as_str(), widened.actual.as_str()), ("string", "no constraint"));
}

#[test]
fn a_value_that_a_not_rules_out_was_never_there() {
    let without = "{type: string, enum: [a, b]}";
    for not in ["{pattern: ^c}", "{enum: [cc]}", "{type: string, enum: [cc, d]}", "{minLength: 2}"] {
        let with = format!("{{type: string, enum: [a, b, cc], not: {not}}}");
        for (old, new) in [(with.as_str(), without), (without, with.as_str())] {
            for request in [true, false] {
                let findings = found(old, new, request);
                assert!(findings.is_empty(), "{old} -> {new}: {findings:#?}");
            }
        }
    }
    let with = "{type: string, enum: [a, b, cc], not: {pattern: ^c}}";
    assert_eq!(ids(&found(with, "{type: string, enum: [a], not: {pattern: ^c}}", true)), ["enum-value-removed"]);
    assert_eq!(ids(&found(with, "{type: string, enum: [a, b, cc]}", false)), ["enum-value-added"]);
}

#[test]
fn a_union_that_is_written_as_one_schema_gains_nothing() {
    for (union, schema) in [
        ("{oneOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}", "{type: string, enum: [a, b]}"),
        ("{anyOf: [{type: string, enum: [a, b]}, {type: string, enum: [b, c]}]}", "{type: string, enum: [c, b, a]}"),
        ("{anyOf: [{type: integer, maximum: 5}, {type: integer, minimum: 4}]}", "{type: integer}"),
    ] {
        for (old, new) in [(union, schema), (schema, union)] {
            for request in [true, false] {
                let findings = found(old, new, request);
                assert!(findings.is_empty(), "{old} -> {new}: {findings:#?}");
            }
        }
    }
    let union = "{anyOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}";
    for (request, titled) in [(true, "`\"c\"`"), (false, "`\"c\"`")] {
        let findings = found(union, "{type: string, enum: [a, b, c]}", request);
        assert_eq!(ids(&findings), ["enum-value-added"], "{findings:#?}");
        assert!(findings[0].title.ends_with(titled), "{}", findings[0].title);
    }
}
