//! Properties, closed objects, arrays.

use crate::rows::Verdict::{Breaking, Doubtful, Safe, Silent};
use crate::rows::{Row, check_schemas, judge, with_request};

const PROPERTIES: &[Row<'_>] = &[
    (
        "required property added",
        "{type: object}",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        Breaking,
        Safe,
    ),
    (
        "required property with default added",
        "{type: object}",
        "{type: object, required: [a], properties: {a: {type: string, default: x}}}",
        Breaking,
        Safe,
    ),
    ("optional property added", "{type: object}", "{type: object, properties: {a: {type: string}}}", Safe, Safe),
    ("optional property removed", "{type: object, properties: {a: {type: string}}}", "{type: object}", Safe, Safe),
    (
        "required property removed",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "{type: object}",
        Safe,
        Breaking,
    ),
    (
        "became required",
        "{type: object, properties: {a: {type: string}}}",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        Breaking,
        Safe,
    ),
    (
        "became optional",
        "{type: object, required: [a], properties: {a: {type: string}}}",
        "{type: object, properties: {a: {type: string}}}",
        Safe,
        Breaking,
    ),
    (
        "property order",
        "{type: object, properties: {a: {type: string}, b: {type: integer}}}",
        "{type: object, properties: {b: {type: integer}, a: {type: string}}}",
        Silent,
        Silent,
    ),
    (
        "type object left implicit",
        "{type: object, properties: {a: {type: string}}}",
        "{properties: {a: {type: string}}}",
        Safe,
        Breaking,
    ),
];

#[test]
fn properties_come_and_go() {
    check_schemas(PROPERTIES, "", "");
}

const DEPRECATED: &[Row<'_>] = &[
    (
        "deprecated property removed",
        "{type: object, required: [a], properties: {a: {type: string, deprecated: true}}}",
        "{type: object}",
        Safe,
        Breaking,
    ),
    (
        "deprecated property removed before its sunset",
        "{type: object, required: [a], properties: {a: {type: string, deprecated: true, x-sunset: 2027-01-01}}}",
        "{type: object}",
        Safe,
        Breaking,
    ),
    (
        "deprecated property removed after its sunset",
        "{type: object, required: [a], properties: {a: {type: string, deprecated: true, x-sunset: 2026-01-01}}}",
        "{type: object}",
        Safe,
        Safe,
    ),
];

#[test]
fn deprecated_properties_may_go_after_their_sunset() {
    check_schemas(DEPRECATED, "", "");
}

const CLOSED: &[Row<'_>] = &[
    (
        "optional property added to closed",
        "{type: object, additionalProperties: false}",
        "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
        Safe,
        Doubtful,
    ),
    (
        "optional property removed from closed",
        "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}",
        "{type: object, additionalProperties: false, properties: {b: {type: string}}}",
        Breaking,
        Safe,
    ),
    ("closed", "{type: object}", "{type: object, additionalProperties: false}", Breaking, Safe),
    ("opened", "{type: object, additionalProperties: false}", "{type: object}", Safe, Breaking),
    (
        "opened by true",
        "{type: object, additionalProperties: false}",
        "{type: object, additionalProperties: true}",
        Safe,
        Breaking,
    ),
    ("true is absent", "{type: object}", "{type: object, additionalProperties: true}", Silent, Silent),
    (
        "empty schema is true",
        "{type: object, additionalProperties: {}}",
        "{type: object, additionalProperties: true}",
        Silent,
        Silent,
    ),
    (
        "map value narrowed",
        "{type: object, additionalProperties: {type: number}}",
        "{type: object, additionalProperties: {type: integer}}",
        Breaking,
        Safe,
    ),
];

#[test]
fn closed_and_open_objects() {
    check_schemas(CLOSED, "", "");
}

const ONE_WAY: &[Row<'_>] = &[
    (
        "read-only required added",
        "{type: object}",
        "{type: object, required: [id], properties: {id: {type: string, readOnly: true}}}",
        Safe,
        Safe,
    ),
    (
        "write-only required removed",
        "{type: object, required: [p], properties: {p: {type: string, writeOnly: true}}}",
        "{type: object}",
        Safe,
        Safe,
    ),
    (
        "read-only type changed",
        "{type: object, properties: {id: {type: string, readOnly: true}}}",
        "{type: object, properties: {id: {type: integer, readOnly: true}}}",
        Silent,
        Breaking,
    ),
    (
        "write-only type changed",
        "{type: object, properties: {p: {type: string, writeOnly: true}}}",
        "{type: object, properties: {p: {type: integer, writeOnly: true}}}",
        Breaking,
        Silent,
    ),
    (
        "left read-only while required",
        "{type: object, required: [id], properties: {id: {type: string, readOnly: true}}}",
        "{type: object, required: [id], properties: {id: {type: string}}}",
        Breaking,
        Safe,
    ),
    (
        "required became write-only",
        "{type: object, required: [p], properties: {p: {type: string}}}",
        "{type: object, required: [p], properties: {p: {type: string, writeOnly: true}}}",
        Safe,
        Breaking,
    ),
];

#[test]
fn properties_that_are_only_read_or_only_written() {
    check_schemas(ONE_WAY, "", "");
}

const COUNTS: &[Row<'_>] = &[
    (
        "minProperties implied by required",
        "{type: object, required: [a], properties: {a: {}}}",
        "{type: object, required: [a], minProperties: 1, properties: {a: {}}}",
        Silent,
        Silent,
    ),
    ("minProperties set", "{type: object}", "{type: object, minProperties: 1}", Breaking, Safe),
    ("maxProperties set", "{type: object}", "{type: object, maxProperties: 1}", Breaking, Safe),
    ("maxProperties raised", "{type: object, maxProperties: 1}", "{type: object, maxProperties: 2}", Safe, Breaking),
];

#[test]
fn numbers_of_properties() {
    check_schemas(COUNTS, "", "");
}

const ARRAYS: &[Row<'_>] = &[
    (
        "nested in array",
        "{type: array, items: {type: object, properties: {a: {type: string}}}}",
        "{type: array, items: {type: object, properties: {a: {type: integer}}}}",
        Breaking,
        Breaking,
    ),
    ("items set", "{type: array}", "{type: array, items: {type: string}}", Breaking, Safe),
    ("minItems zero is absent", "{type: array, items: {}}", "{type: array, items: {}, minItems: 0}", Silent, Silent),
    ("minItems set", "{type: array, items: {}}", "{type: array, items: {}, minItems: 1}", Breaking, Safe),
    (
        "maxItems lowered",
        "{type: array, items: {}, maxItems: 5}",
        "{type: array, items: {}, maxItems: 4}",
        Breaking,
        Safe,
    ),
    ("maxItems dropped", "{type: array, items: {}, maxItems: 5}", "{type: array, items: {}}", Safe, Breaking),
    ("unique set", "{type: array, items: {}}", "{type: array, items: {}, uniqueItems: true}", Breaking, Safe),
    ("unique dropped", "{type: array, items: {}, uniqueItems: true}", "{type: array, items: {}}", Safe, Breaking),
    ("array of to scalar", "{type: array, items: {type: string}}", "{type: string}", Breaking, Breaking),
];

#[test]
fn arrays() {
    check_schemas(ARRAYS, "", "");
}

const NAMES: &[Row<'_>] = &[
    (
        "a property called enum",
        "{type: object, properties: {enum: {type: string}}}",
        "{type: object, properties: {enum: {type: integer}}}",
        Breaking,
        Breaking,
    ),
    (
        "a property called $ref",
        "{type: object, properties: {$ref: {type: string}}}",
        "{type: object, properties: {$ref: {type: integer}}}",
        Breaking,
        Breaking,
    ),
    (
        "a property called example holding an object",
        "{type: object, properties: {example: {type: object, properties: {x: {type: string}}}}}",
        "{type: object, properties: {example: {type: object, properties: {x: {type: integer}}}}}",
        Breaking,
        Breaking,
    ),
];

#[test]
fn properties_called_as_keywords() {
    check_schemas(NAMES, "", "");
}

#[test]
fn what_is_required_needs_no_declaration() {
    let declared = "{type: object, properties: {q: {type: string}}}";
    let required = "{type: object, required: [q]}";
    let (one, two) = (declared, "{type: object, anyOf: [{required: [q]}, {required: [r]}]}");
    check_schemas(
        &[
            ("declared, then required", declared, required, Breaking, Breaking),
            ("required, then declared", required, declared, Breaking, Breaking),
            ("one of several names", one, two, Breaking, Breaking),
        ],
        "",
        "",
    );
}

#[test]
fn every_branch_judges_names_that_it_does_not_declare() {
    let base = "properties: {id: {type: string}, n: {type: integer}}, additionalProperties: {type: string}";
    let less = "properties: {id: {type: string}}, additionalProperties: {type: string}";
    let with = |base: &str| format!("{{allOf: [{{{base}}}, {{properties: {{n: {{type: integer}}}}}}]}}");
    let (both, one) = (with(base), with(less));
    let open = "{allOf: [{properties: {n: {type: integer}}, additionalProperties: false}, {type: object}]}";
    let limited = "{allOf: [{properties: {n: {type: integer}}, additionalProperties: false}, {type: object, additionalProperties: {type: boolean}}]}";
    check_schemas(
        &[
            ("a branch no longer declares a name", &both, &one, Breaking, Safe),
            ("a branch declares a name", &one, &both, Safe, Breaking),
            ("beside a closed branch", open, limited, Breaking, Safe),
        ],
        "",
        "",
    );
}

#[test]
fn a_type_beside_properties_is_a_limit_of_its_own() {
    let typed = "{type: object, properties: {a: {type: string}}}";
    let untyped = "{properties: {a: {type: string}}}";
    check_schemas(
        &[
            ("type added beside properties", untyped, typed, Breaking, Safe),
            ("type dropped beside properties", typed, untyped, Safe, Breaking),
            (
                "type added beside items",
                "{items: {type: string}}",
                "{type: array, items: {type: string}}",
                Breaking,
                Safe,
            ),
            (
                "type moved into a branch",
                typed,
                "{allOf: [{type: object}, {properties: {a: {type: string}}}]}",
                Silent,
                Silent,
            ),
            ("type beside an enumeration", "{enum: [a]}", "{type: string, enum: [a]}", Silent, Silent),
            ("a width of no number", "{type: string, format: int32}", "{type: string}", Safe, Doubtful),
            ("multiples are whole", "{type: number, multipleOf: 2}", "{type: integer, multipleOf: 2}", Silent, Silent),
        ],
        "",
        "",
    );
    let proof = judge(&with_request(untyped, ""), &with_request(typed, "")).findings.remove(0).witness;
    assert!(proof.as_ref().is_some_and(|proof| proof.contains("\"\"")), "{proof:?}");
}
