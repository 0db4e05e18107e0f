//! Variants, discriminators and what stands for them.

use contract_gate::finding::Level;

use crate::rows::Verdict::{Breaking, Doubtful, Safe, Silent};
use crate::rows::{check_schemas, judge, with_request};

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
                Silent,
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
fn variants_that_cover_another_together_are_no_break() {
    let tagged = |values: &str, rest: &str| {
        format!("{{type: object, required: [kind], properties: {{kind: {{type: string, enum: [{values}]}}{rest}}}}}")
    };
    let (both, one, two) = (tagged("a, b", ""), tagged("a", ""), tagged("b", ""));
    let split = format!("{{oneOf: [{one}, {two}]}}");
    let replaced = format!("{{oneOf: [{one}, {}]}}", tagged("c", ", pc: {type: string}"));
    check_schemas(
        &[
            ("enum split", "{enum: [a, b]}", "{oneOf: [{enum: [a]}, {enum: [b]}]}", Silent, Silent),
            (
                "open object to variants",
                "{type: object, properties: {a: {type: string}}}",
                "{oneOf: [{type: object, required: [r], properties: {r: {type: string}}}, {type: object, required: [a, m], properties: {a: {type: string}, m: {type: string}}}]}",
                Breaking,
                Doubtful,
            ),
            ("enum merged", "{oneOf: [{enum: [a]}, {enum: [b]}]}", "{enum: [a, b]}", Silent, Silent),
            (
                "enums regrouped",
                "{oneOf: [{enum: [a, b]}, {enum: [c]}]}",
                "{oneOf: [{enum: [a]}, {enum: [b, c]}]}",
                Silent,
                Silent,
            ),
            ("a value lost in the split", "{enum: [a, b, c]}", "{oneOf: [{enum: [a]}, {enum: [b]}]}", Breaking, Safe),
            (
                "range split",
                "{type: integer, minimum: 0, maximum: 9}",
                "{oneOf: [{type: integer, minimum: 0, maximum: 4}, {type: integer, minimum: 5, maximum: 9}]}",
                Silent,
                Silent,
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
