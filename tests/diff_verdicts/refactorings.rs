//! Edits that say the same in other words, and what only looks so.

use contract_gate::finding::Level;

use crate::rows::Verdict::{Breaking, Safe, Silent};
use crate::rows::{HEAD, Row, check_schemas, describe, judge, verdict, with_response};

const A: &str = "A: {type: object, required: [x], properties: {x: {type: string}, y: {type: integer}}}";

const INLINE: &str = "{type: object, required: [x], properties: {x: {type: string}, y: {type: integer}}}";

const REFACTORINGS: &[Row<'_>] = &[
    ("inline to reference", INLINE, "{$ref: '#/components/schemas/A'}", Silent, Silent),
    ("reference to inline", "{$ref: '#/components/schemas/A'}", INLINE, Silent, Silent),
    ("renamed reference", "{$ref: '#/components/schemas/A'}", "{$ref: '#/components/schemas/B'}", Silent, Silent),
    (
        "wrapped in allOf",
        "{$ref: '#/components/schemas/A'}",
        "{allOf: [{$ref: '#/components/schemas/A'}], description: d}",
        Silent,
        Silent,
    ),
    (
        "wrapped in oneOf of one",
        "{$ref: '#/components/schemas/A'}",
        "{oneOf: [{$ref: '#/components/schemas/A'}]}",
        Silent,
        Silent,
    ),
    (
        "property moved into a branch",
        INLINE,
        "{allOf: [{$ref: '#/components/schemas/X'}, {type: object, properties: {y: {type: integer}}}]}",
        Silent,
        Silent,
    ),
    (
        "property in two branches",
        INLINE,
        "{allOf: [{$ref: '#/components/schemas/A'}, {$ref: '#/components/schemas/X'}]}",
        Silent,
        Silent,
    ),
    (
        "required moved into a branch",
        "{allOf: [{type: object, properties: {x: {type: string}}}], required: [x]}",
        "{allOf: [{type: object, required: [x], properties: {x: {type: string}}}]}",
        Silent,
        Silent,
    ),
    (
        "order of branches",
        "{allOf: [{$ref: '#/components/schemas/X'}, {type: object, properties: {y: {type: integer}}}]}",
        "{allOf: [{type: object, properties: {y: {type: integer}}}, {$ref: '#/components/schemas/X'}]}",
        Silent,
        Silent,
    ),
    (
        "order of variants",
        "{oneOf: [{type: string}, {type: integer}]}",
        "{oneOf: [{type: integer}, {type: string}]}",
        Silent,
        Silent,
    ),
    (
        "nested unions",
        "{oneOf: [{type: string}, {type: integer}, {type: boolean}]}",
        "{oneOf: [{type: string}, {oneOf: [{type: integer}, {type: boolean}]}]}",
        Silent,
        Silent,
    ),
    (
        "variant inlined",
        "{oneOf: [{$ref: '#/components/schemas/A'}, {type: string}]}",
        "{oneOf: [{type: string}, {type: object, required: [x], properties: {x: {type: string}, y: {type: integer}}}]}",
        Silent,
        Silent,
    ),
];

#[test]
fn refactorings_are_silent() {
    let components = format!(
        "{A}, B: {{$ref: '#/components/schemas/A'}}, X: {{type: object, required: [x], properties: {{x: {{type: string}}}}}}"
    );
    check_schemas(REFACTORINGS, &components, &components);
}

#[test]
fn branches_that_hold_at_once() {
    check_schemas(
        &[
            (
                "branch added",
                "{allOf: [{type: object}]}",
                "{allOf: [{type: object}, {type: object, required: [a], properties: {a: {type: string}}}]}",
                Breaking,
                Safe,
            ),
            (
                "bounds of branches meet",
                "{allOf: [{type: integer, maximum: 10}, {maximum: 5}]}",
                "{type: integer, maximum: 5}",
                Silent,
                Silent,
            ),
            (
                "branch removed",
                "{allOf: [{type: object}, {type: object, required: [a], properties: {a: {type: string}}}]}",
                "{allOf: [{type: object}]}",
                Safe,
                Breaking,
            ),
            (
                "annotation branch added",
                "{allOf: [{type: string}]}",
                "{allOf: [{type: string}, {description: d}]}",
                Silent,
                Silent,
            ),
        ],
        "",
        "",
    );
}

#[test]
fn recursion_ends_and_is_silent() {
    let tree = "Tree: {type: object, properties: {children: {type: array, items: {$ref: '#/components/schemas/Tree'}}, name: {type: string}}}";
    let renamed = "Node: {type: object, properties: {children: {type: array, items: {$ref: '#/components/schemas/Node'}}, name: {type: string}}}";
    let (old, new) = (
        with_response("{$ref: '#/components/schemas/Tree'}", tree),
        with_response("{$ref: '#/components/schemas/Node'}", renamed),
    );
    let outcome = judge(&old, &new);
    assert!(outcome.findings.iter().all(|finding| finding.id.starts_with("schema-name")), "{}", describe(&outcome));
    let broken = with_response(
        "{$ref: '#/components/schemas/Tree'}",
        &tree.replace("name: {type: string}", "name: {type: integer}"),
    );
    let outcome = judge(&old, &broken);
    assert_eq!(outcome.tally().deny, 1, "{}", describe(&outcome));
    for knot in [
        "{$ref: '#/components/schemas/Self'}|Self: {$ref: '#/components/schemas/Self'}",
        "{$ref: '#/components/schemas/Self'}|Self: {allOf: [{$ref: '#/components/schemas/Self'}]}",
        "{$ref: '#/components/schemas/Self'}|Self: {oneOf: [{$ref: '#/components/schemas/Self'}, {type: string}]}",
        "{$ref: '#/components/schemas/A'}|A: {allOf: [{$ref: '#/components/schemas/B'}]}, B: {anyOf: [{$ref: '#/components/schemas/A'}, {not: {$ref: '#/components/schemas/A'}}]}",
    ] {
        let (schema, components) = knot.split_once('|').unwrap_or_default();
        let text = with_response(schema, components);
        assert_eq!(verdict(&judge(&text, &text)), Silent, "{knot}");
    }
}

#[test]
fn a_shared_schema_is_reported_once() {
    let make = |kind: &str| {
        format!(
            "{HEAD}paths:\n  /a:\n    get: {{responses: {{'200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}}}}}\n    \
             post: {{requestBody: {{content: {{application/json: {{schema: {{$ref: '#/components/schemas/A'}}}}}}}}, responses: {{}}}}\n\
             components: {{schemas: {{A: {{type: object, properties: {{x: {{type: {kind}}}}}}}}}}}\n"
        )
    };
    let outcome = judge(&make("string"), &make("integer"));
    assert_eq!(
        outcome.findings.iter().filter(|finding| finding.level == Level::Deny).count(),
        1,
        "{}",
        describe(&outcome)
    );
    assert_eq!(outcome.findings[0].operations, ["GET /a", "POST /a"]);
}

#[test]
fn what_is_shared_by_reference_comes_and_goes_once() {
    let with = |parameters: &str, scopes: &str| {
        let mut text = format!("{HEAD}paths:\n");
        for (path, kind) in [("a", "string"), ("b", "integer"), ("c", "boolean")] {
            text.push_str(&format!(
                "  /{path}:\n    get:\n      parameters: [{parameters}]\n      security: [{{oa: [{scopes}]}}]\n      \
                 responses: {{'200': {{description: d, content: {{application/json: {{schema: {{type: {kind}}}}}}}}}}}\n"
            ));
        }
        text + "components:\n  parameters:\n    M: {name: m, in: query, schema: {type: string}}\n    N: {name: n, in: query, required: true, schema: {type: string}}\n  \
                securitySchemes:\n    oa: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://x.test/', scopes: {r: r, w: w}}}}\n"
    };
    let (one, two) = ("{$ref: '#/components/parameters/M'}", "{$ref: '#/components/parameters/N'}");
    for (old, new, id) in [
        (with(one, "r"), with("", "r"), "parameter-removed"),
        (with("", "r"), with(two, "r"), "required-parameter-added"),
        (with("", "r"), with("", "r, w"), "security-scope-added"),
    ] {
        let outcome = judge(&old, &new);
        let told: Vec<usize> = outcome
            .findings
            .iter()
            .filter(|finding| finding.id == id)
            .map(|finding| finding.operations.len())
            .collect();
        assert_eq!(told, [3], "{id}\n{}", describe(&outcome));
    }
}
