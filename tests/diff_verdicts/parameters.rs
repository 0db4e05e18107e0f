//! Parameters: whether they must come, what they take, how they are written.

use crate::rows::Verdict::{self, Breaking, Safe, Silent};
use crate::rows::{check, with_parameter};

type Row = (&'static str, &'static str, &'static str, Verdict);

const LIMIT: &str = "{in: query, name: limit, schema: {type: integer}}";

fn check_parameters(rows: &[Row]) {
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, *wanted, &with_parameter(old), &with_parameter(new));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

const COMING: &[Row] = &[
    ("optional added", "", LIMIT, Safe),
    ("required added", "", "{in: query, name: limit, required: true, schema: {type: integer}}", Breaking),
    (
        "required with default added",
        "",
        "{in: query, name: limit, required: true, schema: {type: integer, default: 5}}",
        Breaking,
    ),
    ("removed", LIMIT, "", Breaking),
    ("deprecated removed", "{in: query, name: limit, deprecated: true, schema: {type: integer}}", "", Safe),
    ("became required", LIMIT, "{in: query, name: limit, required: true, schema: {type: integer}}", Breaking),
    ("became optional", "{in: query, name: limit, required: true, schema: {type: integer}}", LIMIT, Safe),
    (
        "header case",
        "{in: header, name: X-Tenant, schema: {type: string}}",
        "{in: header, name: x-tenant, schema: {type: string}}",
        Silent,
    ),
    ("query case", "{in: query, name: Limit, schema: {type: integer}}", LIMIT, Breaking),
    ("moved to header", LIMIT, "{in: header, name: limit, schema: {type: integer}}", Breaking),
    ("ignored header", "", "{in: header, name: Accept, required: true, schema: {type: string}}", Silent),
    ("deprecated", LIMIT, "{in: query, name: limit, deprecated: true, schema: {type: integer}}", Safe),
];

#[test]
fn parameters_come_and_go() {
    check_parameters(COMING);
}

const VALUES: &[Row] = &[
    (
        "untyped text becomes text",
        "{in: query, name: q, schema: {nullable: true}}",
        "{in: query, name: q, schema: {type: string}}",
        Silent,
    ),
    ("integer to string on the wire", LIMIT, "{in: query, name: limit, schema: {type: string}}", Safe),
    ("integer to bounded string", LIMIT, "{in: query, name: limit, schema: {type: string, maxLength: 2}}", Breaking),
    ("string to integer", "{in: query, name: limit, schema: {type: string}}", LIMIT, Breaking),
    (
        "default changed",
        "{in: query, name: limit, schema: {type: integer, default: 1}}",
        "{in: query, name: limit, schema: {type: integer, default: 2}}",
        Safe,
    ),
    (
        "enum shrinks",
        "{in: query, name: s, schema: {type: string, enum: [a, b]}}",
        "{in: query, name: s, schema: {type: string, enum: [a]}}",
        Breaking,
    ),
    (
        "maximum lowered",
        "{in: query, name: s, schema: {type: integer, maximum: 9}}",
        "{in: query, name: s, schema: {type: integer, maximum: 8}}",
        Breaking,
    ),
];

#[test]
fn values_of_parameters_are_text_on_the_wire() {
    check_parameters(VALUES);
}

const WRITING: &[Row] = &[
    (
        "a deep object is always exploded",
        "{in: query, name: f, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}",
        "{in: query, name: f, style: deepObject, explode: true, schema: {type: object, properties: {a: {type: string}}}}",
        Silent,
    ),
    (
        "explode of an array",
        "{in: query, name: s, schema: {type: array, items: {type: string}}}",
        "{in: query, name: s, explode: false, schema: {type: array, items: {type: string}}}",
        Breaking,
    ),
    ("explode of a scalar", LIMIT, "{in: query, name: limit, explode: false, schema: {type: integer}}", Silent),
    (
        "default style written out",
        "{in: query, name: s, schema: {type: array, items: {type: string}}}",
        "{in: query, name: s, style: form, explode: true, schema: {type: array, items: {type: string}}}",
        Silent,
    ),
    (
        "style",
        "{in: query, name: s, schema: {type: array, items: {type: string}}}",
        "{in: query, name: s, style: pipeDelimited, schema: {type: array, items: {type: string}}}",
        Breaking,
    ),
    (
        "content for schema",
        LIMIT,
        "{in: query, name: limit, content: {application/json: {schema: {type: integer}}}}",
        Breaking,
    ),
    (
        "empty value refused",
        "{in: query, name: s, allowEmptyValue: true, schema: {type: string}}",
        "{in: query, name: s, schema: {type: string}}",
        Breaking,
    ),
];

#[test]
fn how_values_are_written() {
    check_parameters(WRITING);
}
