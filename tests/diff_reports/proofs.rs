//! The payloads that prove a break, as reports show them.

use contract_gate::diff::{Options, Workspace, compare};
use contract_gate::finding::Level;

use super::outcome;

#[test]
fn a_proof_shows_its_own_change() {
    let outcome = outcome(Vec::new());
    let proof = |id: &str| {
        let found = outcome.findings.iter().find(|finding| finding.id == id).unwrap_or_else(|| panic!("no {id}"));
        found.witness.clone().unwrap_or_else(|| panic!("{id} has no proof"))
    };
    assert_eq!(
        proof("null-allowed"),
        r#"POST /c 200 {"id":"","name":null} may be answered now and was ruled out before"#
    );
    assert_eq!(proof("length-narrowed"), r#"POST /c {"id":"","tag":"","name":""} was accepted and is refused now"#);
}

/// The proofs of the breaks between two documents that differ in what the marks of a text are replaced by.
fn proofs(text: &str, old: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<String> {
    let with = |marks: &[(&str, &str)]| {
        let text = marks.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
        Workspace::parse("openapi.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
    };
    let outcome = compare(&with(old), &with(new), &Options::default()).expect("comparable");
    let breaks = outcome.findings.into_iter().filter(|finding| finding.level == Level::Deny);
    breaks.map(|finding| finding.witness.unwrap_or(finding.id)).collect()
}

#[test]
fn a_proof_is_a_whole_request_or_answer() {
    const TEXT: &str = r"
openapi: 3.0.3
info: {title: t, version: 1.2.0}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string, MARK-PATH}}
      - {name: limit, in: query, schema: {type: integer, minimum: MARK-LEAST}}
      - {name: X-Kind, in: header, schema: {type: string, enum: [a, b, MARK-KIND]}}
    post:
      operationId: a
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
      responses:
        '200':
          description: ok
          headers: {X-Left: {schema: {type: integer, maximum: MARK-LEFT}}}
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Order:
      type: object
      required: [id, lines]
      properties:
        id: {type: integer, minimum: 7}
        server: {type: string, readOnly: true}
        lines: {type: array, minItems: 2, items: {type: object, required: [sku], properties: {sku: {type: string, MARK-SKU}}}}
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer, maximum: MARK-LIVES}}}
    Dog: {type: object, required: [kind, name], properties: {kind: {type: string}, name: {type: string}}}
";
    let old = [
        ("MARK-PATH", "maxLength: 40"),
        ("MARK-LEAST", "0"),
        ("MARK-KIND", "c d"),
        ("MARK-LEFT", "9"),
        ("MARK-SKU", "minLength: 0"),
        ("MARK-LIVES", "7"),
    ];
    for (mark, value, proof) in [
        ("MARK-PATH", "maxLength: 2", "POST /a/xxx was accepted and is refused now"),
        ("MARK-LEAST", "1", "POST /a/{id}?limit=0 was accepted and is refused now"),
        ("MARK-KIND", "b", "POST /a/{id} with X-Kind: c d was accepted and is refused now"),
        ("MARK-LEFT", "20", "POST /a/{id} 200 with X-Left: 10 may be answered now and was ruled out before"),
        (
            "MARK-SKU",
            "minLength: 1",
            r#"POST /a/{id} {"id":7,"lines":[{"sku":""},{"sku":""}]} was accepted and is refused now"#,
        ),
        (
            "MARK-LIVES",
            "9",
            r#"POST /a/{id} 200 [{"kind":"cat","lives":8}] may be answered now and was ruled out before"#,
        ),
    ] {
        let mut new = vec![(mark, value)];
        new.extend(old);
        assert_eq!(proofs(TEXT, &old, &new), [proof], "{mark}");
    }
}

#[test]
fn a_part_is_shown_where_no_whole_can_be_made() {
    // What the pattern asks for cannot be drawn: it looks behind.
    const TEXT: &str = r"
openapi: 3.0.3
info: {title: t, version: 1.2.0}
paths:
  /a:
    post:
      operationId: a
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [code]
              properties: {code: {type: string, pattern: '^(?=.*7)(?=.*b)[^a]{9}$'}, note: {type: string, minLength: MARK}}
      responses: {'204': {description: done}}
";
    let proof = r#""" was accepted in a request, as a part of it, and is refused now"#;
    assert_eq!(proofs(TEXT, &[("MARK", "0")], &[("MARK", "1")]), [proof]);
}
