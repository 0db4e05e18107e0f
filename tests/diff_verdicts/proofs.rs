//! The payloads that prove a break.

use crate::rows::{judge, with_request, with_response};

#[test]
fn a_proof_shows_what_its_headline_says() {
    let shown = |old: &str, new: &str, id: &str, about: &str| {
        let outcome = judge(old, new);
        let found = outcome.findings.iter().find(|finding| finding.id == id && finding.title.contains(about));
        found.and_then(|finding| finding.witness.clone()).unwrap_or_default()
    };
    let union = "{anyOf: [{type: string, nullable: true}, {type: integer}, {type: boolean}, {type: object}]}";
    let (old, new) = (with_response("{type: string}", ""), with_response(union, ""));
    for (id, about, payload) in [
        ("null-allowed", "", "200 null may"),
        ("variant-added", "one of integer, one of boolean, one of object", "200 0 may"),
    ] {
        let proof = shown(&old, &new, id, about);
        assert!(proof.contains(payload), "{id} {about}: {proof}");
    }
    for (kind, payload) in [("integer", "200 0 may"), ("boolean", "200 true may"), ("object", "200 {} may")] {
        let new = with_response(&format!("{{anyOf: [{{type: string, nullable: true}}, {{type: {kind}}}]}}"), "");
        let proof = shown(&old, &new, "variant-added", kind);
        assert!(proof.contains(payload), "{kind}: {proof}");
    }
    for (old, new, id, payload) in [
        (
            "{oneOf: [{type: string, maxLength: 2}, {type: integer}]}",
            "{oneOf: [{type: string, maxLength: 2}, {type: string}]}",
            "variants-overlap",
            "things \"\" was",
        ),
        (
            "{type: string, enum: [a, bbb]}",
            "{type: string, enum: [a, bbb], maxLength: 2}",
            "enum-value-removed",
            "\"bbb\"",
        ),
        (
            "{type: integer, minimum: 1, maximum: 5}",
            "{type: integer, enum: [1, 2, 3, 5]}",
            "enum-value-removed",
            " 4 was",
        ),
        (
            "{type: object, properties: {a: {type: string}}}",
            "{type: object, properties: {a: {type: string}}, not: {required: [a, b]}}",
            "negation-added",
            "{\"a\":\"\",\"b\":{}}",
        ),
        (
            "{type: string, nullable: true}",
            "{type: string, nullable: true, not: {pattern: a}}",
            "negation-added",
            "\"a\"",
        ),
    ] {
        let proof = shown(&with_request(old, ""), &with_request(new, ""), id, "");
        assert!(proof.contains(payload), "{id}: {proof}");
    }
}
