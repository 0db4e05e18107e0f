//! What a discriminator selects.

use crate::rows::Verdict::{Breaking, Safe, Silent};
use crate::rows::{check_schemas, describe, judge, with_request};

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
