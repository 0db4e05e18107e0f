//! Types, enumerations, bounds, patterns, formats, null.

use crate::rows::Verdict::{Breaking, Doubtful, Safe, Silent};
use crate::rows::{Row, check_schemas};

const TYPES: &[Row<'_>] = &[
    ("type changed", "{type: string}", "{type: integer}", Breaking, Breaking),
    ("integer to number", "{type: integer}", "{type: number}", Safe, Breaking),
    ("number to integer", "{type: number}", "{type: integer}", Breaking, Safe),
    ("type dropped", "{type: string}", "{}", Safe, Breaking),
    ("type set", "{}", "{type: string}", Breaking, Safe),
];

#[test]
fn types_are_sets_of_values() {
    check_schemas(TYPES, "", "");
}

const ENUMERATIONS: &[Row<'_>] = &[
    ("enum grows", "{type: string, enum: [a]}", "{type: string, enum: [a, b]}", Safe, Breaking),
    ("enum shrinks", "{type: string, enum: [a, b]}", "{type: string, enum: [a]}", Breaking, Safe),
    ("enum reordered", "{type: string, enum: [a, b]}", "{type: string, enum: [b, a]}", Silent, Silent),
    ("enum renamed value", "{type: string, enum: [a, b]}", "{type: string, enum: [a, c]}", Breaking, Breaking),
    ("enum set", "{type: string}", "{type: string, enum: [a]}", Breaking, Safe),
    ("enum dropped", "{type: string, enum: [a]}", "{type: string}", Safe, Breaking),
    ("enum of booleans", "{type: boolean}", "{type: boolean, enum: [true, false]}", Silent, Silent),
    ("bound implied by enum", "{type: string, enum: [ab]}", "{type: string, enum: [ab], maxLength: 9}", Silent, Silent),
    ("const as enum", "{type: string, enum: [a]}", "{type: string, const: a}", Silent, Silent),
    ("known value added", "{type: string, x-known-values: [a]}", "{type: string, x-known-values: [a, b]}", Safe, Safe),
];

#[test]
fn enumerations_are_sets_of_values() {
    check_schemas(ENUMERATIONS, "", "");
}

const BOUNDS: &[Row<'_>] = &[
    ("maximum set", "{type: integer}", "{type: integer, maximum: 9}", Breaking, Safe),
    ("maximum dropped", "{type: integer, maximum: 9}", "{type: integer}", Safe, Breaking),
    ("minimum zero is not absent", "{type: integer}", "{type: integer, minimum: 0}", Breaking, Safe),
    ("minimum raised from zero", "{type: integer, minimum: 0}", "{type: integer, minimum: 1}", Breaking, Safe),
    (
        "exclusive for integers",
        "{type: integer, minimum: 0, exclusiveMinimum: true}",
        "{type: integer, minimum: 1}",
        Silent,
        Silent,
    ),
    (
        "exclusive for numbers",
        "{type: number, minimum: 0}",
        "{type: number, minimum: 0, exclusiveMinimum: true}",
        Breaking,
        Safe,
    ),
    (
        "numeric exclusive bound",
        "{type: number, minimum: 0, exclusiveMinimum: true}",
        "{type: number, exclusiveMinimum: 0}",
        Silent,
        Silent,
    ),
    ("minLength zero is absent", "{type: string}", "{type: string, minLength: 0}", Silent, Silent),
    ("minLength set", "{type: string}", "{type: string, minLength: 1}", Breaking, Safe),
    ("maxLength raised", "{type: string, maxLength: 5}", "{type: string, maxLength: 6}", Safe, Breaking),
    ("maxLength zero is not absent", "{type: string}", "{type: string, maxLength: 0}", Breaking, Safe),
    ("multipleOf set", "{type: integer}", "{type: integer, multipleOf: 5}", Breaking, Safe),
    ("multipleOf 1 on integers", "{type: integer}", "{type: integer, multipleOf: 1}", Silent, Silent),
    ("multipleOf doubled", "{type: integer, multipleOf: 5}", "{type: integer, multipleOf: 10}", Breaking, Safe),
    ("multipleOf other", "{type: integer, multipleOf: 2}", "{type: integer, multipleOf: 3}", Breaking, Breaking),
];

#[test]
fn bounds_are_judged_by_what_lies_between() {
    check_schemas(BOUNDS, "", "");
}

const PATTERNS: &[Row<'_>] = &[
    ("pattern added", "{type: string}", "{type: string, pattern: '^a$'}", Breaking, Safe),
    ("pattern removed", "{type: string, pattern: '^a$'}", "{type: string}", Safe, Breaking),
    (
        "pattern in an alternation",
        "{type: string, pattern: '^[0-9]{2}$'}",
        "{type: string, pattern: '^[0-9]{2}$|^v[0-9]{2}$'}",
        Safe,
        Breaking,
    ),
    (
        "pattern with other precedence",
        "{type: string, pattern: '^(a|b)$'}",
        "{type: string, pattern: '^a|b$'}",
        Safe,
        Breaking,
    ),
    ("pattern anchored", "{type: string, pattern: '[a-z]'}", "{type: string, pattern: '^[a-z]'}", Breaking, Safe),
    (
        "pattern in another grouping",
        "{type: string, pattern: '^(ab)+$'}",
        "{type: string, pattern: '^(?:ab)+$'}",
        Silent,
        Silent,
    ),
    (
        "pattern that another implies",
        "{type: string, allOf: [{pattern: '^[a-z]{3}$'}]}",
        "{type: string, allOf: [{pattern: '^[a-z]{3}$'}, {pattern: '^[a-z0-9]+$'}]}",
        Silent,
        Silent,
    ),
    ("pattern of everything", "{type: string}", "{type: string, pattern: '.*'}", Silent, Silent),
];

#[test]
fn patterns_are_judged_by_what_they_match() {
    check_schemas(PATTERNS, "", "");
}

const FORMATS: &[Row<'_>] = &[
    (
        "format that no standard knows",
        "{type: string, format: datetime}",
        "{type: string, format: date-time}",
        Breaking,
        Doubtful,
    ),
    ("fractions of a width", "{type: number, format: float}", "{type: integer}", Breaking, Safe),
    ("format added", "{type: string}", "{type: string, format: uuid}", Breaking, Safe),
    ("format removed", "{type: string, format: date}", "{type: string}", Safe, Breaking),
    ("format changed", "{type: string, format: date}", "{type: string, format: date-time}", Breaking, Breaking),
    ("password is a hint", "{type: string}", "{type: string, format: password}", Silent, Silent),
    ("int64 to int32", "{type: integer, format: int64}", "{type: integer, format: int32}", Breaking, Safe),
    ("int32 to int64", "{type: integer, format: int32}", "{type: integer, format: int64}", Safe, Breaking),
    (
        "int32 implied by bounds",
        "{type: integer, minimum: 0, maximum: 5}",
        "{type: integer, minimum: 0, maximum: 5, format: int32}",
        Silent,
        Silent,
    ),
    ("float to double", "{type: number, format: float}", "{type: number, format: double}", Safe, Breaking),
    (
        "integer int32 to number double",
        "{type: integer, format: int32}",
        "{type: number, format: double}",
        Safe,
        Breaking,
    ),
];

#[test]
fn formats_are_limits() {
    check_schemas(FORMATS, "", "");
}

const NULLS: &[Row<'_>] = &[
    ("nullable set", "{type: string}", "{type: string, nullable: true}", Safe, Breaking),
    ("nullable dropped", "{type: string, nullable: true}", "{type: string}", Breaking, Safe),
    ("nullable false is absent", "{type: string}", "{type: string, nullable: false}", Silent, Silent),
    ("nullable as list of types", "{type: string, nullable: true}", "{type: [string, 'null']}", Silent, Silent),
    (
        "nullable as variant",
        "{type: string, nullable: true}",
        "{oneOf: [{type: string}, {type: 'null'}]}",
        Silent,
        Silent,
    ),
    (
        "nullable with enum",
        "{type: string, nullable: true, enum: [a]}",
        "{type: string, nullable: true, enum: [a, null]}",
        Silent,
        Doubtful,
    ),
];

#[test]
fn null_is_a_value() {
    check_schemas(NULLS, "", "");
}

const OTHERS: &[Row<'_>] = &[
    ("default changed", "{type: string, default: a}", "{type: string, default: b}", Safe, Safe),
    ("description changed", "{type: string, description: a}", "{type: string, description: b}", Silent, Silent),
    (
        "example with a reference inside",
        "{type: object, example: {$ref: '#/nowhere'}}",
        "{type: object, example: {$ref: '#/elsewhere'}}",
        Silent,
        Silent,
    ),
    ("not added", "{type: string}", "{type: string, not: {enum: [a]}}", Breaking, Safe),
    ("not excludes more", "{type: string, not: {enum: [a]}}", "{type: string, not: {enum: [a, b]}}", Breaking, Safe),
];

#[test]
fn annotations_and_negations() {
    check_schemas(OTHERS, "", "");
}
