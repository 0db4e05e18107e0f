//! Verdicts on tricky edits: each row is a fact about the law, written as the smallest pair of documents.

use std::collections::BTreeSet;

use contract_gate::diff::{Options, Outcome, Workspace, compare};
use contract_gate::finding::Level;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Breaking,
    Doubtful,
    Safe,
    Silent,
}
use Verdict::{Breaking, Doubtful, Safe, Silent};

fn judge(old: &str, new: &str) -> Outcome {
    let read = |name: &str, text: &str| Workspace::parse(name, text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let options = Options { today: "2026-06-01".to_owned(), ..Options::default() };
    compare(&read("old.yaml", old), &read("new.yaml", new), &options).unwrap_or_else(|error| panic!("{error}"))
}

fn verdict(outcome: &Outcome) -> Verdict {
    match outcome.findings.iter().map(|finding| finding.level).max() {
        Some(Level::Deny) => Breaking,
        Some(Level::Warn) => Doubtful,
        Some(_) => Safe,
        None => Silent,
    }
}

fn describe(outcome: &Outcome) -> String {
    let lines: BTreeSet<String> =
        outcome.findings.iter().map(|f| format!("  {} {}: {} -> {}", f.level, f.title, f.expected, f.actual)).collect();
    lines.into_iter().collect::<Vec<_>>().join("\n")
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n";

fn with_request(schema: &str, components: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    post:\n      requestBody: {{required: true, content: {{application/json: {{schema: {schema}}}}}}}\n      \
         responses: {{'204': {{description: done}}}}\ncomponents: {{schemas: {{{components}}}}}\n"
    )
}

fn with_response(schema: &str, components: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}\n\
         components: {{schemas: {{{components}}}}}\n"
    )
}

fn with_parameter(parameter: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      parameters: [{parameter}]\n      responses: {{'200': {{description: ok}}}}\n"
    )
}

fn with_operation(rest: &str) -> String {
    format!("{HEAD}paths:\n  /things:\n    get: {{responses: {{'200': {{description: ok}}}}{rest}}}\n")
}

type Row<'a> = (&'a str, &'a str, &'a str, Verdict, Verdict);

fn check(faults: &mut Vec<String>, name: &str, wanted: Verdict, old: &str, new: &str) {
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

fn check_schemas(rows: &[Row<'_>], old_components: &str, new_components: &str) {
    let mut faults = Vec::new();
    for (name, old, new, request, response) in rows {
        let (one, two) = (with_request(old, old_components), with_request(new, new_components));
        check(&mut faults, &format!("{name} (request)"), *request, &one, &two);
        let (one, two) = (with_response(old, old_components), with_response(new, new_components));
        check(&mut faults, &format!("{name} (response)"), *response, &one, &two);
    }
    assert!(faults.is_empty(), "{} wrong verdicts:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn scalars_are_judged_by_sets_of_values() {
    check_schemas(
        &[
            ("type changed", "{type: string}", "{type: integer}", Breaking, Breaking),
            ("integer to number", "{type: integer}", "{type: number}", Safe, Breaking),
            ("number to integer", "{type: number}", "{type: integer}", Breaking, Safe),
            ("type dropped", "{type: string}", "{}", Safe, Breaking),
            ("type set", "{}", "{type: string}", Breaking, Safe),
            ("enum grows", "{type: string, enum: [a]}", "{type: string, enum: [a, b]}", Safe, Breaking),
            ("enum shrinks", "{type: string, enum: [a, b]}", "{type: string, enum: [a]}", Breaking, Safe),
            ("enum reordered", "{type: string, enum: [a, b]}", "{type: string, enum: [b, a]}", Silent, Silent),
            ("enum renamed value", "{type: string, enum: [a, b]}", "{type: string, enum: [a, c]}", Breaking, Breaking),
            ("enum set", "{type: string}", "{type: string, enum: [a]}", Breaking, Safe),
            ("enum dropped", "{type: string, enum: [a]}", "{type: string}", Safe, Breaking),
            ("enum of booleans", "{type: boolean}", "{type: boolean, enum: [true, false]}", Silent, Silent),
            (
                "bound implied by enum",
                "{type: string, enum: [ab]}",
                "{type: string, enum: [ab], maxLength: 9}",
                Silent,
                Silent,
            ),
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
            ("minLength zero is absent", "{type: string}", "{type: string, minLength: 0}", Silent, Silent),
            ("minLength set", "{type: string}", "{type: string, minLength: 1}", Breaking, Safe),
            ("maxLength raised", "{type: string, maxLength: 5}", "{type: string, maxLength: 6}", Safe, Breaking),
            ("maxLength zero is not absent", "{type: string}", "{type: string, maxLength: 0}", Breaking, Safe),
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
            (
                "pattern anchored",
                "{type: string, pattern: '[a-z]'}",
                "{type: string, pattern: '^[a-z]'}",
                Breaking,
                Safe,
            ),
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
            (
                "format that no standard knows",
                "{type: string, format: datetime}",
                "{type: string, format: date-time}",
                Breaking,
                Doubtful,
            ),
            ("fractions of a width", "{type: number, format: float}", "{type: integer}", Breaking, Safe),
            ("pattern of everything", "{type: string}", "{type: string, pattern: '.*'}", Silent, Silent),
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
            ("multipleOf set", "{type: integer}", "{type: integer, multipleOf: 5}", Breaking, Safe),
            ("multipleOf 1 on integers", "{type: integer}", "{type: integer, multipleOf: 1}", Silent, Silent),
            ("multipleOf doubled", "{type: integer, multipleOf: 5}", "{type: integer, multipleOf: 10}", Breaking, Safe),
            (
                "multipleOf other",
                "{type: integer, multipleOf: 2}",
                "{type: integer, multipleOf: 3}",
                Breaking,
                Breaking,
            ),
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
            (
                "not excludes more",
                "{type: string, not: {enum: [a]}}",
                "{type: string, not: {enum: [a, b]}}",
                Breaking,
                Safe,
            ),
            ("const as enum", "{type: string, enum: [a]}", "{type: string, const: a}", Silent, Silent),
            (
                "numeric exclusive bound",
                "{type: number, minimum: 0, exclusiveMinimum: true}",
                "{type: number, exclusiveMinimum: 0}",
                Silent,
                Silent,
            ),
            (
                "known value added",
                "{type: string, x-known-values: [a]}",
                "{type: string, x-known-values: [a, b]}",
                Safe,
                Safe,
            ),
        ],
        "",
        "",
    );
}

#[test]
fn objects_and_arrays() {
    check_schemas(
        &[
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
            (
                "optional property added",
                "{type: object}",
                "{type: object, properties: {a: {type: string}}}",
                Safe,
                Safe,
            ),
            (
                "optional property added to closed",
                "{type: object, additionalProperties: false}",
                "{type: object, additionalProperties: false, properties: {a: {type: string}}}",
                Safe,
                Doubtful,
            ),
            (
                "optional property removed",
                "{type: object, properties: {a: {type: string}}}",
                "{type: object}",
                Safe,
                Safe,
            ),
            (
                "required property removed",
                "{type: object, required: [a], properties: {a: {type: string}}}",
                "{type: object}",
                Safe,
                Breaking,
            ),
            (
                "optional property removed from closed",
                "{type: object, additionalProperties: false, properties: {a: {type: string}, b: {type: string}}}",
                "{type: object, additionalProperties: false, properties: {b: {type: string}}}",
                Breaking,
                Safe,
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
            (
                "minProperties implied by required",
                "{type: object, required: [a], properties: {a: {}}}",
                "{type: object, required: [a], minProperties: 1, properties: {a: {}}}",
                Silent,
                Silent,
            ),
            ("minProperties set", "{type: object}", "{type: object, minProperties: 1}", Breaking, Safe),
            ("maxProperties set", "{type: object}", "{type: object, maxProperties: 1}", Breaking, Safe),
            (
                "maxProperties raised",
                "{type: object, maxProperties: 1}",
                "{type: object, maxProperties: 2}",
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
                "nested in array",
                "{type: array, items: {type: object, properties: {a: {type: string}}}}",
                "{type: array, items: {type: object, properties: {a: {type: integer}}}}",
                Breaking,
                Breaking,
            ),
            ("items set", "{type: array}", "{type: array, items: {type: string}}", Breaking, Safe),
            (
                "minItems zero is absent",
                "{type: array, items: {}}",
                "{type: array, items: {}, minItems: 0}",
                Silent,
                Silent,
            ),
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
            (
                "unique dropped",
                "{type: array, items: {}, uniqueItems: true}",
                "{type: array, items: {}}",
                Safe,
                Breaking,
            ),
            ("array of to scalar", "{type: array, items: {type: string}}", "{type: string}", Breaking, Breaking),
            (
                "type object left implicit",
                "{type: object, properties: {a: {type: string}}}",
                "{properties: {a: {type: string}}}",
                Safe,
                Breaking,
            ),
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
        ],
        "",
        "",
    );
}

const A: &str = "A: {type: object, required: [x], properties: {x: {type: string}, y: {type: integer}}}";

#[test]
fn refactorings_are_silent() {
    let components = format!(
        "{A}, B: {{$ref: '#/components/schemas/A'}}, X: {{type: object, required: [x], properties: {{x: {{type: string}}}}}}"
    );
    let inline = "{type: object, required: [x], properties: {x: {type: string}, y: {type: integer}}}";
    check_schemas(
        &[
            ("inline to reference", inline, "{$ref: '#/components/schemas/A'}", Silent, Silent),
            ("reference to inline", "{$ref: '#/components/schemas/A'}", inline, Silent, Silent),
            (
                "renamed reference",
                "{$ref: '#/components/schemas/A'}",
                "{$ref: '#/components/schemas/B'}",
                Silent,
                Silent,
            ),
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
                inline,
                "{allOf: [{$ref: '#/components/schemas/X'}, {type: object, properties: {y: {type: integer}}}]}",
                Silent,
                Silent,
            ),
            (
                "property in two branches",
                inline,
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
        ],
        &components,
        &components,
    );
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
fn unions_are_sets() {
    let components = "Cat: {type: object, required: [kind, meow], properties: {kind: {type: string}, meow: {type: string}}}, \
                      Dog: {type: object, required: [kind, bark], properties: {kind: {type: string}, bark: {type: string}}}";
    let cat = "{$ref: '#/components/schemas/Cat'}";
    let dog = "{$ref: '#/components/schemas/Dog'}";
    let both = format!("{{oneOf: [{cat}, {dog}]}}");
    let one = format!("{{oneOf: [{cat}]}}");
    let tagged = |mapping: &str| format!("{{oneOf: [{cat}, {dog}], discriminator: {{propertyName: kind{mapping}}}}}");
    let plain = tagged("");
    let explicit = tagged(", mapping: {Cat: '#/components/schemas/Cat', Dog: '#/components/schemas/Dog'}");
    let renamed = tagged(", mapping: {kitty: '#/components/schemas/Cat', Dog: '#/components/schemas/Dog'}");
    let other = format!("{{oneOf: [{cat}, {dog}], discriminator: {{propertyName: meow}}}}");
    check_schemas(
        &[
            ("variant added", &one, &both, Safe, Breaking),
            ("variant removed", &both, &one, Breaking, Safe),
            ("single wrapped", cat, &both, Safe, Breaking),
            ("union unwrapped", &both, cat, Breaking, Safe),
            ("covered variant removed", "{anyOf: [{type: integer}, {type: number}]}", "{type: number}", Silent, Silent),
            (
                "open enumeration grows",
                "{anyOf: [{type: string, enum: [a]}, {type: string}]}",
                "{anyOf: [{type: string, enum: [a, b]}, {type: string}]}",
                Safe,
                Silent,
            ),
            (
                "open enumeration closes",
                "{anyOf: [{type: string, enum: [a]}, {type: string}]}",
                "{type: string, enum: [a]}",
                Breaking,
                Safe,
            ),
            (
                "any to one of disjoint",
                "{anyOf: [{type: integer}, {type: string}]}",
                "{oneOf: [{type: integer}, {type: string}]}",
                Silent,
                Silent,
            ),
            ("discriminator added", &both, &plain, Safe, Safe),
            ("mapping written out", &plain, &explicit, Silent, Silent),
            ("mapping renamed", &explicit, &renamed, Breaking, Breaking),
            ("discriminator property", &plain, &other, Breaking, Breaking),
            (
                "scalar variant widened",
                "{oneOf: [{type: integer}, {type: object}]}",
                "{oneOf: [{type: number}, {type: object}]}",
                Safe,
                Breaking,
            ),
            (
                "types in a list",
                "{oneOf: [{type: string}, {type: integer}]}",
                "{oneOf: [{type: string}, {type: integer}, {type: boolean}]}",
                Safe,
                Breaking,
            ),
        ],
        components,
        components,
    );
}

#[test]
fn a_discriminator_tells_what_its_property_holds() {
    let kinds = |cat: &str| {
        format!(
            "Cat: {{type: object, required: [kind], properties: {{kind: {cat}, lives: {{type: integer}}}}}}, \
             Dog: {{type: object, required: [kind], properties: {{kind: {{type: string}}}}}}"
        )
    };
    let pet = "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: \
               {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}";
    let (open, right, wrong) = ("{type: string}", "{type: string, enum: [cat]}", "{type: string, enum: [lion]}");
    check_schemas(&[("the tag is written out", pet, pet, Silent, Safe)], &kinds(open), &kinds(right));
    check_schemas(&[("the tag is left out", pet, pet, Safe, Silent)], &kinds(right), &kinds(open));
    check_schemas(&[("another tag is written", pet, pet, Breaking, Safe)], &kinds(open), &kinds(wrong));
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
fn what_fits_two_variants_may_come_where_any_will_do() {
    check_schemas(
        &[
            (
                "overlapping texts",
                "{oneOf: [{type: string, maxLength: 5}, {type: string, minLength: 3}]}",
                "{anyOf: [{type: string, maxLength: 5}, {type: string, minLength: 3}]}",
                Safe,
                Breaking,
            ),
            (
                "disjoint types",
                "{oneOf: [{type: string}, {type: integer}]}",
                "{anyOf: [{type: string}, {type: integer}]}",
                Silent,
                Silent,
            ),
            ("a number for both", "{oneOf: [{type: integer}, {type: number}]}", "{type: number}", Silent, Breaking),
        ],
        "",
        "",
    );
}

#[test]
fn a_change_inside_a_variant_is_found() {
    let make = |cat: &str| {
        format!(
            "Cat: {cat}, Dog: {{type: object, properties: {{bark: {{type: string}}}}}}, \
             Pet: {{oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}]}}"
        )
    };
    let old = make("{type: object, properties: {meow: {type: string}}}");
    let narrower = make("{type: object, required: [meow], properties: {meow: {type: string}}}");
    let pet = "{$ref: '#/components/schemas/Pet'}";
    check_schemas(&[("required in a variant", pet, pet, Breaking, Safe)], &old, &narrower);
    check_schemas(&[("optional in a variant", pet, pet, Safe, Breaking)], &narrower, &old);
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
fn a_variant_that_is_left_alone_is_still_selected() {
    let components = "Cat: {type: object, required: [kind], properties: {kind: {type: string}}}, \
                      Dog: {type: object, required: [kind], properties: {kind: {type: string}}}";
    let union = |variants: &[&str]| {
        let all = variants.iter().map(|name| format!("{{$ref: '#/components/schemas/{name}'}}"));
        let all = all.collect::<Vec<_>>().join(", ");
        format!("{{oneOf: [{all}], discriminator: {{propertyName: kind}}}}")
    };
    let (both, dog) = (union(&["Cat", "Dog"]), union(&["Dog"]));
    check_schemas(&[("all but one are gone", &both, &dog, Breaking, Safe)], components, components);
    check_schemas(&[("one more than the only one", &dog, &both, Safe, Breaking)], components, components);
}

#[test]
fn what_must_be_present_excludes_what_must_be_present_elsewhere() {
    let object = "type: object, properties: {a: {type: string}, b: {type: string}}";
    let one = format!("{{{object}, required: [a]}}");
    let either = format!("{{{object}, oneOf: [{{required: [a]}}, {{required: [b]}}]}}");
    let any = format!("{{{object}, anyOf: [{{required: [a]}}, {{required: [b]}}]}}");
    check_schemas(
        &[
            ("either of two, not both", &one, &either, Breaking, Breaking),
            ("either of two, or both", &one, &any, Safe, Breaking),
            ("both may come", &either, &one, Breaking, Breaking),
            (
                "the other was never sent",
                "{type: object, required: [a], properties: {a: {type: string}}}",
                &either,
                Safe,
                Breaking,
            ),
        ],
        "",
        "",
    );
}

#[test]
fn a_part_of_the_paths_moves_into_the_servers() {
    let with = |server: &str, path: &str| {
        format!(
            "{HEAD}servers: [{{url: {server}}}]\npaths:\n  {path}:\n    get: {{responses: {{'204': {{description: d}}}}}}\n"
        )
    };
    let (long, short) = (with("https://a", "/v1/x"), with("https://a/v1", "/x"));
    let mut faults = Vec::new();
    check(&mut faults, "into the server", Silent, &long, &short);
    check(&mut faults, "out of the server", Silent, &short, &long);
    check(&mut faults, "and another path", Breaking, &long, &with("https://a/v1", "/y"));
    check(&mut faults, "and another base", Breaking, &long, &with("https://a/v2", "/x"));
    check(&mut faults, "into several servers", Breaking, &long, &short.replace("}]", "}, {url: https://b}]"));
    check(&mut faults, "and another host", Doubtful, &long, &with("https://b/v1", "/x"));
    let bare = |text: &str| text.replace("servers: [{url: /}]\n", "");
    check(&mut faults, "no server is the folder", Silent, &with("/", "/x"), &bare(&with("/", "/x")));
    check(&mut faults, "no server, then a prefix", Silent, &bare(&with("/", "/v1/x")), &with("/v1", "/x"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn parameters() {
    let limit = "{in: query, name: limit, schema: {type: integer}}";
    let rows: &[(&str, &str, &str, Verdict)] = &[
        ("optional added", "", limit, Safe),
        (
            "untyped text becomes text",
            "{in: query, name: q, schema: {nullable: true}}",
            "{in: query, name: q, schema: {type: string}}",
            Silent,
        ),
        ("required added", "", "{in: query, name: limit, required: true, schema: {type: integer}}", Breaking),
        (
            "a deep object is always exploded",
            "{in: query, name: f, style: deepObject, schema: {type: object, properties: {a: {type: string}}}}",
            "{in: query, name: f, style: deepObject, explode: true, schema: {type: object, properties: {a: {type: string}}}}",
            Silent,
        ),
        (
            "required with default added",
            "",
            "{in: query, name: limit, required: true, schema: {type: integer, default: 5}}",
            Breaking,
        ),
        ("removed", limit, "", Breaking),
        ("deprecated removed", "{in: query, name: limit, deprecated: true, schema: {type: integer}}", "", Safe),
        ("became required", limit, "{in: query, name: limit, required: true, schema: {type: integer}}", Breaking),
        ("became optional", "{in: query, name: limit, required: true, schema: {type: integer}}", limit, Safe),
        (
            "header case",
            "{in: header, name: X-Tenant, schema: {type: string}}",
            "{in: header, name: x-tenant, schema: {type: string}}",
            Silent,
        ),
        ("query case", "{in: query, name: Limit, schema: {type: integer}}", limit, Breaking),
        ("moved to header", limit, "{in: header, name: limit, schema: {type: integer}}", Breaking),
        ("ignored header", "", "{in: header, name: Accept, required: true, schema: {type: string}}", Silent),
        ("integer to string on the wire", limit, "{in: query, name: limit, schema: {type: string}}", Safe),
        (
            "integer to bounded string",
            limit,
            "{in: query, name: limit, schema: {type: string, maxLength: 2}}",
            Breaking,
        ),
        ("string to integer", "{in: query, name: limit, schema: {type: string}}", limit, Breaking),
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
        (
            "explode of an array",
            "{in: query, name: s, schema: {type: array, items: {type: string}}}",
            "{in: query, name: s, explode: false, schema: {type: array, items: {type: string}}}",
            Breaking,
        ),
        ("explode of a scalar", limit, "{in: query, name: limit, explode: false, schema: {type: integer}}", Silent),
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
            limit,
            "{in: query, name: limit, content: {application/json: {schema: {type: integer}}}}",
            Breaking,
        ),
        ("deprecated", limit, "{in: query, name: limit, deprecated: true, schema: {type: integer}}", Safe),
        (
            "empty value refused",
            "{in: query, name: s, allowEmptyValue: true, schema: {type: string}}",
            "{in: query, name: s, schema: {type: string}}",
            Breaking,
        ),
    ];
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, *wanted, &with_parameter(old), &with_parameter(new));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn operations_and_paths() {
    let whole = |paths: &str| format!("{HEAD}paths: {paths}\n");
    let get = "{get: {responses: {'200': {description: ok}}}}";
    let parameter = |name: &str| format!("{{in: path, name: {name}, required: true, schema: {{type: string}}}}");
    let at_path = |name: &str| {
        format!(
            "{{'/a/{{{name}}}': {{parameters: [{}], get: {{responses: {{'200': {{description: ok}}}}}}}}}}",
            parameter(name)
        )
    };
    let at_operation = |name: &str| {
        format!(
            "{{'/a/{{{name}}}': {{get: {{parameters: [{}], responses: {{'200': {{description: ok}}}}}}}}}}",
            parameter(name)
        )
    };
    let typed = at_path("id").replace("type: string", "type: integer");
    let filled = at_path("id").replace("type: string", "type: string, minLength: 1");
    let longer = at_path("id").replace("type: string", "type: string, minLength: 2");
    let rows: Vec<(&str, String, String, Verdict)> = vec![
        ("path removed", format!("{{/a: {get}, /b: {get}}}"), format!("{{/a: {get}}}"), Breaking),
        ("a segment is never empty", at_path("id"), filled.clone(), Silent),
        ("a segment was never empty", filled, at_path("id"), Silent),
        ("a segment of two letters", at_path("id"), longer, Breaking),
        ("path added", format!("{{/a: {get}}}"), format!("{{/a: {get}, /b: {get}}}"), Safe),
        (
            "method removed",
            "{/a: {get: {responses: {'200': {description: ok}}}, delete: {responses: {'200': {description: ok}}}}}"
                .into(),
            format!("{{/a: {get}}}"),
            Breaking,
        ),
        (
            "deprecated removed",
            "{/a: {get: {deprecated: true, responses: {'200': {description: ok}}}}}".into(),
            "{}".into(),
            Safe,
        ),
        (
            "removed before sunset",
            "{/a: {get: {deprecated: true, x-sunset: 2027-01-01, responses: {'200': {description: ok}}}}}".into(),
            "{}".into(),
            Breaking,
        ),
        (
            "removed after sunset",
            "{/a: {get: {deprecated: true, x-sunset: 2026-01-01, responses: {'200': {description: ok}}}}}".into(),
            "{}".into(),
            Safe,
        ),
        ("path parameter renamed", at_path("id"), at_path("customerId"), Silent),
        ("parameter moved to the operation", at_path("id"), at_operation("id"), Silent),
        ("moved and renamed", at_operation("x"), at_path("id"), Silent),
        ("path parameter retyped", typed.clone(), at_path("id"), Safe),
        ("path parameter narrowed", at_path("id"), typed, Breaking),
        ("trailing slash", format!("{{/a: {get}}}"), format!("{{/a/: {get}}}"), Breaking),
        (
            "operationId",
            "{/a: {get: {operationId: x, responses: {'200': {description: ok}}}}}".into(),
            "{/a: {get: {operationId: y, responses: {'200': {description: ok}}}}}".into(),
            Safe,
        ),
        (
            "summary",
            "{/a: {get: {summary: x, responses: {'200': {description: ok}}}}}".into(),
            "{/a: {get: {summary: y, responses: {'200': {description: ok}}}}}".into(),
            Silent,
        ),
        (
            "sunset earlier",
            "{/a: {get: {deprecated: true, x-sunset: 2027-02-01, responses: {}}}}".into(),
            "{/a: {get: {deprecated: true, x-sunset: 2027-01-01, responses: {}}}}".into(),
            Breaking,
        ),
        (
            "sunset deleted",
            "{/a: {get: {deprecated: true, x-sunset: 2027-02-01, responses: {}}}}".into(),
            "{/a: {get: {deprecated: true, responses: {}}}}".into(),
            Breaking,
        ),
    ];
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, wanted, &whole(&old), &whole(&new));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn bodies_and_responses() {
    let post = |rest: &str| format!("{HEAD}paths: {{/a: {{post: {{{rest}}}}}}}\n");
    let json = "application/json: {schema: {type: string}}";
    let rows: Vec<(&str, String, String, Verdict)> = vec![
        ("required body added", "responses: {}".into(), format!("responses: {{}}, requestBody: {{required: true, content: {{{json}}}}}"), Breaking),
        ("optional body added", "responses: {}".into(), format!("responses: {{}}, requestBody: {{content: {{{json}}}}}"), Safe),
        ("body removed", format!("responses: {{}}, requestBody: {{content: {{{json}}}}}"), "responses: {}".into(), Breaking),
        ("body became required", format!("responses: {{}}, requestBody: {{content: {{{json}}}}}"), format!("responses: {{}}, requestBody: {{required: true, content: {{{json}}}}}"), Breaking),
        ("request media type removed", format!("requestBody: {{content: {{{json}, text/plain: {{}}}}}}"), format!("requestBody: {{content: {{{json}}}}}"), Breaking),
        ("request media type added", format!("requestBody: {{content: {{{json}}}}}"), format!("requestBody: {{content: {{{json}, text/plain: {{}}}}}}"), Safe),
        ("response media type removed", format!("responses: {{'200': {{description: d, content: {{{json}, text/plain: {{}}}}}}}}"), format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), Breaking),
        ("response media type added", format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), format!("responses: {{'200': {{description: d, content: {{{json}, text/plain: {{}}}}}}}}"), Safe),
        ("charset", format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), "responses: {'200': {description: d, content: {application/json; charset=utf-8: {schema: {type: string}}}}}".into(), Silent),
        ("other parameter", format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), "responses: {'200': {description: d, content: {application/json; version=2: {schema: {type: string}}}}}".into(), Doubtful),
        ("a range of JSON", "requestBody: {content: {application/vnd.a+json: {schema: {type: string}}}}".into(), "requestBody: {content: {'application/*+json': {schema: {type: string}}}}".into(), Safe),
        ("a range of JSON, narrowed", "requestBody: {content: {application/vnd.a+json: {schema: {type: string}}}}".into(), "requestBody: {content: {'application/*+json': {schema: {type: string, maxLength: 1}}}}".into(), Breaking),
        ("told beside its range", "requestBody: {content: {'*/*': {schema: {type: string}}}}".into(), "requestBody: {content: {'*/*': {schema: {type: string}}, text/plain: {schema: {type: string}}}}".into(), Safe),
        ("narrower than its range", "requestBody: {content: {'*/*': {schema: {type: string}}}}".into(), "requestBody: {content: {'*/*': {schema: {type: string}}, text/plain: {schema: {type: string, maxLength: 1}}}}".into(), Breaking),
        ("split, one narrowed", "requestBody: {content: {'text/*': {schema: {type: string}}}}".into(), "requestBody: {content: {text/plain: {schema: {type: string}}, text/csv: {schema: {type: string, maxLength: 1}}}}".into(), Breaking),
        ("media type case", format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), "responses: {'200': {description: d, content: {Application/JSON: {schema: {type: string}}}}}".into(), Silent),
        ("success removed", "responses: {'200': {description: d}, '201': {description: d}}".into(), "responses: {'200': {description: d}}".into(), Breaking),
        ("success added", "responses: {'200': {description: d}}".into(), "responses: {'200': {description: d}, '201': {description: d}}".into(), Safe),
        ("success changed", "responses: {'200': {description: d}}".into(), "responses: {'201': {description: d}}".into(), Breaking),
        ("error removed", "responses: {'200': {description: d}, '404': {description: d}}".into(), "responses: {'200': {description: d}}".into(), Safe),
        ("error added", "responses: {'200': {description: d}}".into(), "responses: {'200': {description: d}, '404': {description: d}}".into(), Safe),
        ("status within range", "responses: {'200': {description: d}}".into(), "responses: {2XX: {description: d}}".into(), Safe),
        ("response schema removed", format!("responses: {{'200': {{description: d, content: {{{json}}}}}}}"), "responses: {'200': {description: d, content: {application/json: {}}}}".into(), Breaking),
        ("required header removed", "responses: {'200': {description: d, headers: {X-A: {required: true, schema: {type: string}}}}}".into(), "responses: {'200': {description: d}}".into(), Breaking),
        ("optional header removed", "responses: {'200': {description: d, headers: {X-A: {schema: {type: string}}}}}".into(), "responses: {'200': {description: d}}".into(), Safe),
        ("header became optional", "responses: {'200': {description: d, headers: {X-A: {required: true, schema: {type: string}}}}}".into(), "responses: {'200': {description: d, headers: {X-A: {schema: {type: string}}}}}".into(), Breaking),
        ("header case", "responses: {'200': {description: d, headers: {X-A: {schema: {type: string}}}}}".into(), "responses: {'200': {description: d, headers: {x-a: {schema: {type: string}}}}}".into(), Silent),
        ("header integer to string", "responses: {'200': {description: d, headers: {X-A: {schema: {type: integer}}}}}".into(), "responses: {'200': {description: d, headers: {x-a: {schema: {type: string}}}}}".into(), Breaking),
        ("header string to integer", "responses: {'200': {description: d, headers: {X-A: {schema: {type: string}}}}}".into(), "responses: {'200': {description: d, headers: {x-a: {schema: {type: integer}}}}}".into(), Safe),
    ];
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, wanted, &post(&old), &post(&new));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn security() {
    let schemes = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, again: {type: apiKey, in: header, name: x-key}, bearer: {type: http, scheme: bearer}, oauth: {type: oauth2, flows: {}}}}\n";
    let make = |global: &str, own: &str| format!("{}{global}{schemes}", with_operation(own));
    let rows: Vec<(&str, String, String, Verdict)> = vec![
        ("first requirement", make("", ""), make("", ", security: [{key: []}]"), Breaking),
        ("first global requirement", make("", ""), make("security: [{key: []}]\n", ""), Breaking),
        (
            "global moved to the operation",
            make("security: [{key: []}]\n", ""),
            make("", ", security: [{key: []}]"),
            Silent,
        ),
        (
            "alternative added",
            make("", ", security: [{key: []}]"),
            make("", ", security: [{key: []}, {bearer: []}]"),
            Safe,
        ),
        (
            "alternative removed",
            make("", ", security: [{key: []}, {bearer: []}]"),
            make("", ", security: [{key: []}]"),
            Breaking,
        ),
        ("replaced", make("", ", security: [{key: []}]"), make("", ", security: [{bearer: []}]"), Breaking),
        (
            "second needed as well",
            make("", ", security: [{key: []}]"),
            make("", ", security: [{key: [], bearer: []}]"),
            Breaking,
        ),
        ("dropped", make("", ", security: [{key: []}]"), make("", ""), Safe),
        (
            "opened by an empty list",
            make("security: [{key: []}]\n", ""),
            make("security: [{key: []}]\n", ", security: []"),
            Safe,
        ),
        (
            "scope added",
            make("", ", security: [{oauth: [read]}]"),
            make("", ", security: [{oauth: [read, write]}]"),
            Breaking,
        ),
        (
            "scope removed",
            make("", ", security: [{oauth: [read, write]}]"),
            make("", ", security: [{oauth: [read]}]"),
            Safe,
        ),
        ("anonymous kept", make("", ", security: [{}]"), make("", ", security: [{}, {key: []}]"), Safe),
        ("anonymous withdrawn", make("", ", security: [{}, {key: []}]"), make("", ", security: [{key: []}]"), Breaking),
        (
            "key moved",
            make("", ", security: [{key: []}]"),
            make("", ", security: [{key: []}]").replace("in: header, name: X-Key", "in: query, name: key"),
            Breaking,
        ),
        (
            "order of scopes",
            make("", ", security: [{oauth: [a, b]}]"),
            make("", ", security: [{oauth: [b, a]}]"),
            Silent,
        ),
    ];
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, wanted, &old, &new);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn callbacks_turn_the_direction_round() {
    let make = |schema: &str| {
        format!(
            "{HEAD}paths: {{/a: {{post: {{responses: {{}}, callbacks: {{paid: {{'{{$request.body#/url}}': {{post: {{requestBody: {{content: {{application/json: \
             {{schema: {schema}}}}}}}, responses: {{}}}}}}}}}}}}}}}}\n"
        )
    };
    assert_eq!(verdict(&judge(&make("{type: string, enum: [a]}"), &make("{type: string, enum: [a, b]}"))), Breaking);
    assert_eq!(verdict(&judge(&make("{type: string, enum: [a, b]}"), &make("{type: string, enum: [a]}"))), Safe);
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
fn overlaps_and_equal_sets() {
    check_schemas(
        &[
            (
                "oneOf of overlapping scalars",
                "{type: integer}",
                "{oneOf: [{type: integer}, {type: number}]}",
                Breaking,
                Breaking,
            ),
            (
                "oneOf of a thing twice",
                "{type: boolean}",
                "{oneOf: [{type: boolean}, {type: boolean}]}",
                Breaking,
                Silent,
            ),
            (
                "anyOf of overlapping objects becomes oneOf",
                "{anyOf: [{type: object, required: [a]}, {type: object, required: [b]}]}",
                "{oneOf: [{type: object, required: [a]}, {type: object, required: [b]}]}",
                Breaking,
                Silent,
            ),
            (
                "whole multiples are integers",
                "{type: number, multipleOf: 2}",
                "{type: integer, multipleOf: 2}",
                Silent,
                Silent,
            ),
            (
                "a short range listed",
                "{type: integer, minimum: 1, maximum: 3}",
                "{type: integer, enum: [1, 2, 3]}",
                Silent,
                Silent,
            ),
            (
                "a union of anything",
                "{}",
                "{anyOf: [{}, {type: object, properties: {a: {type: string}}}]}",
                Silent,
                Silent,
            ),
            ("int64 is a hint", "{type: integer}", "{type: integer, format: int64}", Doubtful, Safe),
            ("int64 dropped", "{type: integer, format: int64}", "{type: integer}", Safe, Doubtful),
            ("int32 is a limit", "{type: integer}", "{type: integer, format: int32}", Breaking, Safe),
            (
                "a format nobody defines",
                "{type: string, format: phone}",
                "{type: string, format: tel}",
                Doubtful,
                Doubtful,
            ),
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
            (
                "not another value",
                "{type: string, not: {enum: [a]}}",
                "{type: string, not: {enum: [b]}}",
                Breaking,
                Breaking,
            ),
        ],
        "",
        "",
    );
}

const PETS: &str = "Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}}, \
     Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {meow: {type: string}}}]}, \
     Dog: {allOf: [{$ref: '#/components/schemas/Pet'}, {type: object, properties: {bark: {type: integer}}}]}";

#[test]
fn a_base_stands_for_its_children() {
    let base = "{$ref: '#/components/schemas/Pet'}";
    let meow = PETS.replace("meow: {type: string}", "meow: {type: integer}");
    check_schemas(&[("a child changes a type", base, base, Breaking, Breaking)], PETS, &meow);
    let (unmapped, changed) = [PETS, &meow]
        .map(|text| text.replace(", mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}", ""))
        .into();
    check_schemas(&[("an unmapped child changes a type", base, base, Breaking, Breaking)], &unmapped, &changed);
    let dog = "{$ref: '#/components/schemas/Dog'}";
    check_schemas(&[("a sibling is no matter of a child", dog, dog, Silent, Silent)], PETS, &meow);
    let swapped =
        PETS.replace("schemas/Cat', dog: '#/components/schemas/Dog'", "schemas/Dog', dog: '#/components/schemas/Cat'");
    let outcome = judge(&with_request(base, PETS), &with_request(base, &swapped));
    assert!(outcome.findings.iter().any(|finding| finding.id == "discriminator-value-moved"), "{}", describe(&outcome));
}

#[test]
fn a_specific_status_keeps_what_its_range_promised() {
    let with = |responses: &str| format!("{HEAD}paths:\n  /things:\n    get: {{responses: {{{responses}}}}}\n");
    let body = |status: &str, schema: &str| {
        format!("'{status}': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}")
    };
    let (strict, loose) = ("{type: object, required: [a]}", "{type: object}");
    let mut faults = Vec::new();
    for (name, range, status, wanted) in [
        ("range", "2XX", "201", Breaking),
        ("default", "default", "404", Breaking),
        ("a success where none had a status", "default", "201", Breaking),
    ] {
        let old = with(&body(range, strict));
        let new = with(&format!("{}, {}", body(range, strict), body(status, loose)));
        check(&mut faults, name, wanted, &old, &new);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_wire_of_forms_and_xml_and_flows() {
    let form = |kind: &str, schema: &str, encoding: &str| {
        format!(
            "{HEAD}paths:\n  /things:\n    post: {{requestBody: {{content: {{{kind}: {{schema: {{type: object, properties: {{p: {schema}}}}}{encoding}}}}}}}, responses: {{'204': {{description: done}}}}}}\n"
        )
    };
    let (list, multipart, coded) =
        ("{type: array, items: {type: string}}", "multipart/form-data", "application/x-www-form-urlencoded");
    let mut faults = Vec::new();
    for (name, kind, schema, old, new, wanted) in [
        (
            "content type",
            multipart,
            "{type: string, format: binary}",
            "",
            ", encoding: {p: {contentType: image/png}}",
            Breaking,
        ),
        (
            "a default written out",
            multipart,
            "{type: string}",
            "",
            ", encoding: {p: {contentType: text/plain}}",
            Silent,
        ),
        (
            "explode of a wrapped list",
            coded,
            "{allOf: [{type: array, items: {type: string}}]}",
            "",
            ", encoding: {p: {explode: false}}",
            Breaking,
        ),
        ("explode of a list", coded, list, "", ", encoding: {p: {explode: false}}", Breaking),
        (
            "one more content type",
            multipart,
            "{type: string, format: binary}",
            ", encoding: {p: {contentType: image/png}}",
            ", encoding: {p: {contentType: 'image/jpeg, image/png'}}",
            Safe,
        ),
        (
            "a range of content types",
            multipart,
            "{type: string, format: binary}",
            ", encoding: {p: {contentType: 'image/*'}}",
            ", encoding: {p: {contentType: image/png}}",
            Breaking,
        ),
        ("explode of a scalar", coded, "{type: string}", "", ", encoding: {p: {explode: false}}", Silent),
    ] {
        check(&mut faults, name, wanted, &form(kind, schema, old), &form(kind, schema, new));
    }
    for (kind, wanted) in [("application/xml", Breaking), ("application/json", Silent)] {
        let (old, new) =
            (form(kind, "{type: string, xml: {name: a}}", ""), form(kind, "{type: string, xml: {name: b}}", ""));
        check(&mut faults, kind, wanted, &old, &new);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn variants_that_cover_another_together_are_no_break() {
    let tagged = |values: &str, rest: &str| {
        format!("{{type: object, required: [kind], properties: {{kind: {{type: string, enum: [{values}]}}{rest}}}}}")
    };
    let (both, one, two) = (tagged("a, b", ""), tagged("a", ""), tagged("b", ""));
    let split = format!("{{oneOf: [{one}, {two}]}}");
    let replaced = format!("{{oneOf: [{one}, {}]}}", tagged("c", ", pc: {type: string}"));
    check_schemas(
        &[
            ("enum split", "{enum: [a, b]}", "{oneOf: [{enum: [a]}, {enum: [b]}]}", Silent, Safe),
            (
                "open object to variants",
                "{type: object, properties: {a: {type: string}}}",
                "{oneOf: [{type: object, required: [r], properties: {r: {type: string}}}, {type: object, required: [a, m], properties: {a: {type: string}, m: {type: string}}}]}",
                Breaking,
                Doubtful,
            ),
            ("enum merged", "{oneOf: [{enum: [a]}, {enum: [b]}]}", "{enum: [a, b]}", Safe, Silent),
            (
                "enums regrouped",
                "{oneOf: [{enum: [a, b]}, {enum: [c]}]}",
                "{oneOf: [{enum: [a]}, {enum: [b, c]}]}",
                Safe,
                Safe,
            ),
            ("a value lost in the split", "{enum: [a, b, c]}", "{oneOf: [{enum: [a]}, {enum: [b]}]}", Breaking, Safe),
            (
                "range split",
                "{type: integer, minimum: 0, maximum: 9}",
                "{oneOf: [{type: integer, minimum: 0, maximum: 4}, {type: integer, minimum: 5, maximum: 9}]}",
                Silent,
                Safe,
            ),
            (
                "range split with a gap",
                "{type: integer, minimum: 0, maximum: 9}",
                "{oneOf: [{type: integer, minimum: 0, maximum: 4}, {type: integer, minimum: 6, maximum: 9}]}",
                Breaking,
                Safe,
            ),
            ("object split by its tag", &both, &split, Silent, Safe),
            ("one tag of the split lost", &both, &format!("{{oneOf: [{one}, {one}]}}"), Breaking, Safe),
            ("tagged variant replaced", &split, &replaced, Breaking, Breaking),
        ],
        "",
        "",
    );
    let outcome = judge(&with_request(&split, ""), &with_request(&replaced, ""));
    let breaks: Vec<_> = outcome.findings.iter().filter(|finding| finding.level == Level::Deny).collect();
    assert_eq!(breaks.iter().map(|finding| finding.id.as_str()).collect::<Vec<_>>(), ["variant-removed"]);
}

#[test]
fn what_other_keywords_imply_is_no_change() {
    check_schemas(
        &[
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
            (
                "not in other words",
                "{type: string, not: {minLength: 5}}",
                "{type: string, maxLength: 4}",
                Silent,
                Silent,
            ),
            ("nothing is left", "{type: string}", "{not: {}}", Breaking, Safe),
            (
                "steps that are fractions",
                "{type: number, multipleOf: 0.3}",
                "{type: number, multipleOf: 0.1}",
                Safe,
                Breaking,
            ),
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

#[test]
fn one_set_of_values_may_be_written_in_two_ways() {
    check_schemas(
        &[
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
            (
                "a value or its pattern",
                "{type: string, enum: [a.c]}",
                r"{type: string, pattern: '^a\.c$'}",
                Silent,
                Silent,
            ),
            (
                "a pattern or its value",
                r"{type: string, pattern: '^a\.c$'}",
                "{type: string, enum: [a.c]}",
                Silent,
                Silent,
            ),
            ("a wider pattern", "{type: string, enum: [a.c]}", "{type: string, pattern: '^a.c$'}", Safe, Breaking),
            (
                "values and alternatives",
                "{type: string, enum: [ab, c]}",
                "{type: string, pattern: '^(ab|c)$'}",
                Silent,
                Silent,
            ),
            (
                "one alternative less",
                "{type: string, enum: [ab, c]}",
                "{type: string, pattern: '^(ab)$'}",
                Breaking,
                Safe,
            ),
            (
                "one value more",
                "{type: string, pattern: '^(ab|c)$'}",
                "{type: string, enum: [ab, c, d]}",
                Safe,
                Breaking,
            ),
            ("no text but the empty one", "{type: string, maxLength: 0}", "{type: string, enum: ['']}", Silent, Silent),
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
        ],
        "",
        "",
    );
}

#[test]
fn clauses_of_our_own_semantics_are_judged_by_what_they_promise() {
    let shipped = include_str!("../openapi/flexportal.yaml");
    let mut faults = Vec::new();
    for (name, old, new, wanted) in [
        (
            "refused above where either was lawful",
            "above: either, malformed: either}",
            "above: refuse, malformed: either}",
            Safe,
        ),
        (
            "handling that nobody relied on",
            "above: either, malformed: either}",
            "above: either, malformed: refuse}",
            Safe,
        ),
        ("defaults written out", "field: /customerType}", "field: /customerType, match: equal, case: exact}", Silent),
        (
            "level lowered",
            "{field: /totalMonthlyRevenue, as: number}",
            "{field: /totalMonthlyRevenue, as: number, level: note}",
            Doubtful,
        ),
        ("level raised", "direction: descending, level: note}", "direction: descending}", Safe),
        (
            "a way to page refuses nonsense",
            "slot: {query: startAfter}, source",
            "slot: {query: startAfter}, malformed: refuse, source",
            Safe,
        ),
        ("a rule under another id", "id: created-at-present", "id: created-at-is-there", Silent),
        ("a rule that says less", "rule: has(self.createdAt)", "rule: has(self.createdAt) || true", Doubtful),
    ] {
        assert!(shipped.contains(old), "{name}");
        check(&mut faults, name, wanted, shipped, &shipped.replacen(old, new, 1));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let outcome = judge(shipped, &shipped.replacen("min: 1, max: 100, below", "min: 1, max: 50, below", 1));
    let place = outcome.findings.iter().find_map(|finding| finding.place.clone()).expect("a place");
    assert!(place.pointer.ends_with("/x-contract/lists/page/size/max"), "{}", place.pointer);
}

#[test]
fn the_level_of_a_response_is_a_promise() {
    let seen = |clause: &str| {
        format!(
            "{HEAD}paths:\n  /things:\n    get: {{responses: {{'200': {{description: ok}}, '409': {{description: no{clause}}}}}}}\n"
        )
    };
    let (plain, note, deny) = (seen(""), seen(", x-contract: {level: note}"), seen(", x-contract: {level: deny}"));
    let mut faults = Vec::new();
    check(&mut faults, "noted", Safe, &plain, &note);
    check(&mut faults, "no longer noted", Doubtful, &note, &plain);
    check(&mut faults, "ruled out", Safe, &note, &deny);
    check(&mut faults, "let in again", Doubtful, &deny, &note);
    check(&mut faults, "no longer ruled out", Doubtful, &deny, &plain);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn servers_of_operations_and_what_all_operations_share() {
    let with = |root: &str, own: &str| {
        format!(
            "{HEAD}{root}paths:\n  /a:\n    get: {{{own}responses: {{'204': {{description: d}}}}}}\n    put: {{responses: {{'204': {{description: d}}}}}}\n"
        )
    };
    let mut faults = Vec::new();
    let server = |url: &str| format!("servers: [{{url: {url}}}]");
    let (one, two) = (server("https://a"), server("https://b"));
    check(&mut faults, "own server", Doubtful, &with("", &format!("{one}, ")), &with("", &format!("{two}, ")));
    check(
        &mut faults,
        "last slash",
        Silent,
        &with(&format!("{one}\n"), ""),
        &with(&format!("{}\n", server("https://a/")), ""),
    );
    check(
        &mut faults,
        "own as the root",
        Silent,
        &with(&format!("{one}\n"), ""),
        &with(&format!("{one}\n"), &format!("{one}, ")),
    );
    let schemes = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n";
    let (open, closed) = (with(schemes, ""), with(&format!("{schemes}security: [{{key: []}}]\n"), ""));
    let outcome = judge(&open, &closed);
    let breaks: Vec<_> = outcome.findings.iter().filter(|finding| finding.level == Level::Deny).collect();
    assert_eq!(breaks.len(), 1, "{}", describe(&outcome));
    assert_eq!(breaks[0].operations.len(), 2);
    let parameters = "parameters: [{name: q, in: query, required: true, schema: {type: string}}]";
    let shared = open.replacen("  /a:\n", &format!("  /a:\n    {parameters}\n"), 1);
    let outcome = judge(&open, &shared);
    assert_eq!(
        outcome.findings.iter().filter(|finding| finding.level == Level::Deny).count(),
        1,
        "{}",
        describe(&outcome)
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn with_form(media: &str, schema: &str, encoding: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    post:\n      requestBody: {{content: {{{media}: {{schema: {schema}, encoding: {encoding}}}}}}}\n      \
         responses: {{'204': {{description: done}}}}\n"
    )
}

#[test]
fn parts_of_forms_that_are_json_are_judged_as_json() {
    let mut faults = Vec::new();
    let part =
        |member: &str| format!("{{type: object, properties: {{m: {{type: object, properties: {{n: {member}}}}}}}}}");
    let list = |member: &str| {
        format!("{{type: object, properties: {{m: {{type: array, items: {{properties: {{n: {member}}}}}}}}}}}")
    };
    let (multipart, urlencoded) = ("multipart/form-data", "application/x-www-form-urlencoded");
    let json = "{m: {contentType: application/json}}";
    let (integer, text) = ("{type: integer}", "{type: string}");
    for (name, media, encoding, old, new, wanted) in [
        ("an object is JSON by default", multipart, "{}", part(integer), part(text), Breaking),
        ("a list of objects, too", multipart, "{}", list(integer), list(text), Breaking),
        ("said to be JSON", urlencoded, json, part(integer), part(text), Breaking),
        ("an object in a URL is text", urlencoded, "{}", part(integer), part(text), Safe),
        ("said to be text", multipart, "{m: {contentType: text/plain}}", part(integer), part(text), Safe),
        ("null is a value of JSON", multipart, "{}", part("{type: integer, nullable: true}"), part(integer), Breaking),
    ] {
        check(&mut faults, name, wanted, &with_form(media, &old, encoding), &with_form(media, &new, encoding));
    }
    let scalar = |kind: &str| format!("{{type: object, properties: {{m: {{type: {kind}}}}}}}");
    let (old, new) = (scalar("integer"), scalar("string"));
    for (name, encoding, wanted) in [("a scalar is text", "{}", Safe), ("a scalar said to be JSON", json, Breaking)] {
        check(&mut faults, name, wanted, &with_form(multipart, &old, encoding), &with_form(multipart, &new, encoding));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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
fn a_status_beside_the_default_that_stood_for_it() {
    let body = |kind: &str| format!("{{description: d, content: {{application/json: {{schema: {{type: {kind}}}}}}}}}");
    let with = |rest: &str| {
        format!("{HEAD}paths:\n  /things:\n    get: {{responses: {{default: {}{rest}}}}}\n", body("string"))
    };
    let mut faults = Vec::new();
    for (name, rest, wanted) in [
        ("another body", format!(", '200': {}", body("integer")), Breaking),
        ("the same body", format!(", '200': {}", body("string")), Safe),
        ("no body", ", '204': {description: done}".to_owned(), Safe),
    ] {
        check(&mut faults, name, wanted, &with(""), &with(&rest));
    }
    let of =
        |status: &str| format!("{HEAD}paths:\n  /things:\n    get: {{responses: {{{status}: {}}}}}\n", body("string"));
    check(&mut faults, "a range in place of its member", Safe, &of("'201'"), &of("2XX"));
    check(&mut faults, "a member in place of its range", Safe, &of("2XX"), &of("'200'"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
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

#[test]
fn webhooks_are_compared_with_the_directions_turned() {
    let with = |kind: &str, name: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths: {{}}\nwebhooks:\n  {name}:\n    post:\n      \
             requestBody: {{content: {{application/json: {{schema: {{type: {kind}}}}}}}}}\n      responses: {{'200': {{description: ok}}}}\n"
        )
    };
    let mut faults = Vec::new();
    for (name, old, new, wanted) in [
        ("more may be sent", ("integer", "paid"), ("number", "paid"), Breaking),
        ("less may be sent", ("number", "paid"), ("integer", "paid"), Safe),
        ("not sent any more", ("number", "paid"), ("number", "due"), Breaking),
    ] {
        check(&mut faults, name, wanted, &with(old.0, old.1), &with(new.0, new.1));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn readings_that_were_left_open_may_be_settled() {
    let shipped = include_str!("../openapi/flexprice.yaml");
    let told_with = |text: &str| {
        let (key, _) = text.split_once(':').unwrap_or_default();
        let line = shipped.lines().find(|line| line.trim().starts_with(&format!("{key}: "))).expect("the key is there");
        shipped.replacen(line.trim(), text, 1)
    };
    let mut faults = Vec::new();
    for (name, settled, open, opened) in [
        ("case", "case: ignore", "case: either", Breaking),
        ("offset", "means: [next]", "means: [next, this]", Doubtful),
    ] {
        let (told, left_open) = (told_with(settled), told_with(open));
        check(&mut faults, name, Safe, &left_open, &told);
        check(&mut faults, name, opened, &told, &left_open);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

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
        ("variant-added", "integer", "200 0 may"),
        ("variant-added", "boolean", "200 true may"),
        ("variant-added", "object", "200 {} may"),
    ] {
        let proof = shown(&old, &new, id, about);
        assert!(proof.contains(payload), "{id} {about}: {proof}");
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

#[test]
fn what_nothing_satisfies_is_no_variant() {
    let dead = "{type: string, minLength: 5, maxLength: 2}";
    let (with, without) = (
        format!("{{oneOf: [{{type: integer}}, {{type: boolean}}, {dead}]}}"),
        "{oneOf: [{type: integer}, {type: boolean}]}",
    );
    let empty = "{type: object, maxProperties: 0, additionalProperties: false";
    check_schemas(
        &[
            ("a dead variant goes", &with, without, Silent, Silent),
            ("a dead variant comes", without, &with, Silent, Silent),
            ("not of not", "{not: {not: {type: string}}}", "{type: string}", Silent, Silent),
            (
                "a property of an object that holds none",
                &format!("{empty}, properties: {{a: {{type: string}}}}}}"),
                &format!("{empty}}}"),
                Silent,
                Silent,
            ),
        ],
        "",
        "",
    );
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
