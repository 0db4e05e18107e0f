//! One set of values, written in two ways.

use contract_gate::finding::Level;

use crate::rows::Verdict::{Breaking, Doubtful, Safe, Silent};
use crate::rows::{Row, check_schemas, judge, with_request};

const OVERLAPS: &[Row<'_>] = &[
    (
        "oneOf of overlapping scalars",
        "{type: integer}",
        "{oneOf: [{type: integer}, {type: number}]}",
        Breaking,
        Breaking,
    ),
    ("oneOf of a thing twice", "{type: boolean}", "{oneOf: [{type: boolean}, {type: boolean}]}", Breaking, Silent),
    (
        "anyOf of overlapping objects becomes oneOf",
        "{anyOf: [{type: object, required: [a]}, {type: object, required: [b]}]}",
        "{oneOf: [{type: object, required: [a]}, {type: object, required: [b]}]}",
        Breaking,
        Silent,
    ),
];

#[test]
fn overlaps_of_variants() {
    check_schemas(OVERLAPS, "", "");
}

const EQUAL: &[Row<'_>] = &[
    ("whole multiples are integers", "{type: number, multipleOf: 2}", "{type: integer, multipleOf: 2}", Silent, Silent),
    (
        "a short range listed",
        "{type: integer, minimum: 1, maximum: 3}",
        "{type: integer, enum: [1, 2, 3]}",
        Silent,
        Silent,
    ),
    ("a union of anything", "{}", "{anyOf: [{}, {type: object, properties: {a: {type: string}}}]}", Silent, Silent),
];

#[test]
fn equal_sets_are_silent() {
    check_schemas(EQUAL, "", "");
}

const HINTS: &[Row<'_>] = &[
    ("int64 is a hint", "{type: integer}", "{type: integer, format: int64}", Doubtful, Safe),
    ("int64 dropped", "{type: integer, format: int64}", "{type: integer}", Safe, Doubtful),
    ("int32 is a limit", "{type: integer}", "{type: integer, format: int32}", Breaking, Safe),
    ("a format nobody defines", "{type: string, format: phone}", "{type: string, format: tel}", Doubtful, Doubtful),
];

#[test]
fn formats_that_are_hints() {
    check_schemas(HINTS, "", "");
}

const LOOK_AROUND: &[Row<'_>] = &[
    (
        "look-ahead with another length",
        "{type: string, pattern: '^(?=.*[A-Z]).{8,}$'}",
        "{type: string, pattern: '^(?=.*[A-Z]).{12,}$'}",
        Breaking,
        Safe,
    ),
    (
        "negative look-ahead dropped",
        "{type: string, pattern: '^(?!x)[a-z]+$'}",
        "{type: string, pattern: '^[a-z]+$'}",
        Safe,
        Breaking,
    ),
    (
        "look-ahead dropped",
        "{type: string, pattern: '^(?=.*[A-Z]).{8,}$'}",
        "{type: string, pattern: '^.{8,}$'}",
        Safe,
        Breaking,
    ),
    ("not another value", "{type: string, not: {enum: [a]}}", "{type: string, not: {enum: [b]}}", Breaking, Breaking),
];

#[test]
fn patterns_that_look_around() {
    check_schemas(LOOK_AROUND, "", "");
}

const TWO_WAYS: &[Row<'_>] = &[
    (
        "values but one",
        "{type: string, enum: [a, b, c], not: {enum: [c]}}",
        "{type: string, enum: [a, b]}",
        Silent,
        Silent,
    ),
    (
        "values but two",
        "{type: string, enum: [a, b]}",
        "{type: string, enum: [a, b], not: {enum: [b, z]}}",
        Breaking,
        Safe,
    ),
    (
        "a bound between multiples",
        "{type: integer, multipleOf: 2, maximum: 9}",
        "{type: integer, multipleOf: 2, maximum: 8}",
        Silent,
        Silent,
    ),
    (
        "a bound below a multiple",
        "{type: integer, multipleOf: 2, maximum: 9}",
        "{type: integer, multipleOf: 2, maximum: 7}",
        Breaking,
        Safe,
    ),
    (
        "closed or of no properties",
        "{type: object, maxProperties: 0}",
        "{type: object, additionalProperties: false}",
        Silent,
        Silent,
    ),
    (
        "of no properties or closed",
        "{type: object, additionalProperties: false}",
        "{type: object, maxProperties: 0}",
        Silent,
        Silent,
    ),
    ("of no properties, then open", "{type: object, maxProperties: 0}", "{type: object}", Safe, Breaking),
    (
        "one property or none",
        "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
        "{type: object, maxProperties: 0}",
        Breaking,
        Safe,
    ),
];

#[test]
fn one_set_of_values_may_be_written_in_two_ways() {
    check_schemas(TWO_WAYS, "", "");
}

const VALUES_AND_PATTERNS: &[Row<'_>] = &[
    ("a value or its pattern", "{type: string, enum: [a.c]}", r"{type: string, pattern: '^a\.c$'}", Silent, Silent),
    ("a pattern or its value", r"{type: string, pattern: '^a\.c$'}", "{type: string, enum: [a.c]}", Silent, Silent),
    ("a wider pattern", "{type: string, enum: [a.c]}", "{type: string, pattern: '^a.c$'}", Safe, Breaking),
    ("values and alternatives", "{type: string, enum: [ab, c]}", "{type: string, pattern: '^(ab|c)$'}", Silent, Silent),
    ("one alternative less", "{type: string, enum: [ab, c]}", "{type: string, pattern: '^(ab)$'}", Breaking, Safe),
    ("one value more", "{type: string, pattern: '^(ab|c)$'}", "{type: string, enum: [ab, c, d]}", Safe, Breaking),
    ("no text but the empty one", "{type: string, maxLength: 0}", "{type: string, enum: ['']}", Silent, Silent),
];

#[test]
fn values_may_be_written_as_a_pattern() {
    check_schemas(VALUES_AND_PATTERNS, "", "");
}

const FORMATS_AND_PATTERNS: &[Row<'_>] = &[
    (
        "a pattern of all dates",
        "{type: string, format: date}",
        r"{type: string, format: date, pattern: '^\d{4}-\d{2}-\d{2}$'}",
        Silent,
        Silent,
    ),
    (
        "a pattern of some dates",
        "{type: string, format: date}",
        r"{type: string, format: date, pattern: '^20\d{2}-\d{2}-\d{2}$'}",
        Breaking,
        Safe,
    ),
    (
        "a pattern of all instants",
        r"{type: string, format: date-time, pattern: '^\d{4}-\d{2}-\d{2}[Tt]\d{2}:'}",
        "{type: string, format: date-time}",
        Silent,
        Silent,
    ),
    (
        "a pattern of some instants",
        "{type: string, format: date-time}",
        r"{type: string, format: date-time, pattern: '[Zz]$'}",
        Breaking,
        Safe,
    ),
];

#[test]
fn patterns_that_a_format_implies() {
    check_schemas(FORMATS_AND_PATTERNS, "", "");
}

const INNER_OVERLAPS: &[Row<'_>] = &[
    (
        "variants of a variant begin to overlap",
        "{anyOf: [{oneOf: [{type: string, maxLength: 2}, {type: boolean}]}, {type: integer}]}",
        "{anyOf: [{oneOf: [{type: string, maxLength: 2}, {type: string}]}, {type: integer}]}",
        Breaking,
        Breaking,
    ),
    (
        "what another variant takes anyway",
        "{anyOf: [{oneOf: [{type: string, maxLength: 2}, {type: integer}]}, {type: string}]}",
        "{anyOf: [{oneOf: [{type: string, maxLength: 2}, {type: string}, {type: integer}]}, {type: string}]}",
        Silent,
        Silent,
    ),
    (
        "any of overlapping variants, then one",
        "{anyOf: [{type: number}, {type: integer}]}",
        "{oneOf: [{type: number}, {type: integer}]}",
        Breaking,
        Silent,
    ),
];

#[test]
fn variants_of_variants_overlap() {
    check_schemas(INNER_OVERLAPS, "", "");
}

const IMPLIED: &[Row<'_>] = &[
    (
        "length moved into the pattern",
        "{type: string, minLength: 40, maxLength: 40, pattern: '^[0-9a-f]+$'}",
        "{type: string, minLength: 40, maxLength: 64, pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$'}",
        Safe,
        Breaking,
    ),
    (
        "pattern in other letters",
        "{type: string, pattern: '^[0-9]+$'}",
        "{type: string, pattern: '^\\d+$'}",
        Silent,
        Silent,
    ),
    (
        "length of a pattern",
        "{type: string, pattern: '^[a-z]{2}$'}",
        "{type: string, pattern: '^[a-z]{2}$', maxLength: 2}",
        Silent,
        Silent,
    ),
    ("not in other words", "{type: string, not: {minLength: 5}}", "{type: string, maxLength: 4}", Silent, Silent),
    ("nothing is left", "{type: string}", "{not: {}}", Breaking, Safe),
    ("steps that are fractions", "{type: number, multipleOf: 0.3}", "{type: number, multipleOf: 0.1}", Safe, Breaking),
    (
        "bounds that floats cannot tell apart",
        "{type: integer, maximum: 9223372036854775807}",
        "{type: integer, maximum: 9223372036854775806}",
        Breaking,
        Safe,
    ),
    (
        "whole bounds, open and closed",
        "{type: integer, minimum: 0, exclusiveMinimum: true}",
        "{type: integer, minimum: 1}",
        Silent,
        Silent,
    ),
    (
        "null leaves the values",
        "{type: string, nullable: true, enum: [a, null]}",
        "{type: string, nullable: true, enum: [a]}",
        Doubtful,
        Silent,
    ),
];

#[test]
fn what_other_keywords_imply_is_no_change() {
    check_schemas(IMPLIED, "", "");
}

#[test]
fn what_is_refused_anyway_needs_no_not() {
    check_schemas(
        &[
            ("another type", "{type: string}", "{type: string, not: {type: integer}}", Silent, Silent),
            (
                "unlisted values",
                "{type: string, enum: [a]}",
                "{type: string, enum: [a], not: {enum: [b]}}",
                Silent,
                Silent,
            ),
            (
                "alternatives as one list",
                "{type: string, not: {anyOf: [{enum: [a]}, {enum: [b]}]}}",
                "{type: string, not: {enum: [a, b]}}",
                Silent,
                Silent,
            ),
            (
                "another order",
                "{type: string, allOf: [{not: {enum: [a]}}, {not: {pattern: '^q'}}]}",
                "{type: string, allOf: [{not: {pattern: '^q'}}, {not: {enum: [a]}}]}",
                Silent,
                Silent,
            ),
            (
                "one of two gone",
                "{type: string, allOf: [{not: {enum: [a]}}, {not: {pattern: '^q'}}]}",
                "{type: string, not: {pattern: '^q'}}",
                Safe,
                Breaking,
            ),
            (
                "null is refused",
                "{type: string, nullable: true}",
                "{nullable: true, type: string, not: {enum: [null]}}",
                Breaking,
                Safe,
            ),
            (
                "several steps",
                "{allOf: [{type: integer, multipleOf: 2}, {multipleOf: 3}]}",
                "{type: integer, multipleOf: 6}",
                Silent,
                Silent,
            ),
            (
                "length of a format",
                "{type: string, format: uuid}",
                "{type: string, format: uuid, maxLength: 36}",
                Silent,
                Silent,
            ),
        ],
        "",
        "",
    );
}

#[test]
fn lengths_that_patterns_and_formats_need_anyway_change_nothing() {
    check_schemas(
        &[
            (
                "some letter",
                r"{type: string, pattern: '\S'}",
                r"{type: string, pattern: '\S', minLength: 1}",
                Silent,
                Silent,
            ),
            (
                "an address",
                "{type: string, format: email, minLength: 1}",
                "{type: string, format: email}",
                Silent,
                Silent,
            ),
            (
                "more than that",
                r"{type: string, pattern: '\S'}",
                r"{type: string, pattern: '\S', minLength: 2}",
                Breaking,
                Safe,
            ),
        ],
        "",
        "",
    );
    let outcome = judge(&with_request("{type: number}", ""), &with_request("{type: number, multipleOf: 1}", ""));
    let breaks = outcome.findings.iter().filter(|finding| finding.level == Level::Deny);
    assert_eq!(breaks.map(|finding| finding.id.as_str()).collect::<Vec<_>>(), ["multiple-narrowed"]);
}
