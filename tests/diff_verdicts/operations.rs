//! Paths, operations, callbacks, webhooks.

use crate::rows::Verdict::{self, Breaking, Safe, Silent};
use crate::rows::{HEAD, check, judge, verdict};

fn whole(paths: &str) -> String {
    format!("{HEAD}paths: {paths}\n")
}

#[test]
fn paths() {
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
        ("path parameter renamed", at_path("id"), at_path("customerId"), Silent),
        ("parameter moved to the operation", at_path("id"), at_operation("id"), Silent),
        ("moved and renamed", at_operation("x"), at_path("id"), Silent),
        ("path parameter retyped", typed.clone(), at_path("id"), Safe),
        ("path parameter narrowed", at_path("id"), typed, Breaking),
        ("trailing slash", format!("{{/a: {get}}}"), format!("{{/a/: {get}}}"), Breaking),
    ];
    let mut faults = Vec::new();
    for (name, old, new, wanted) in rows {
        check(&mut faults, name, wanted, &whole(&old), &whole(&new));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

const OPERATIONS: &[(&str, &str, &str, Verdict)] = &[
    ("deprecated removed", "{/a: {get: {deprecated: true, responses: {'200': {description: ok}}}}}", "{}", Safe),
    (
        "removed before sunset",
        "{/a: {get: {deprecated: true, x-sunset: 2027-01-01, responses: {'200': {description: ok}}}}}",
        "{}",
        Breaking,
    ),
    (
        "removed after sunset",
        "{/a: {get: {deprecated: true, x-sunset: 2026-01-01, responses: {'200': {description: ok}}}}}",
        "{}",
        Safe,
    ),
    (
        "operationId",
        "{/a: {get: {operationId: x, responses: {'200': {description: ok}}}}}",
        "{/a: {get: {operationId: y, responses: {'200': {description: ok}}}}}",
        Safe,
    ),
    (
        "summary",
        "{/a: {get: {summary: x, responses: {'200': {description: ok}}}}}",
        "{/a: {get: {summary: y, responses: {'200': {description: ok}}}}}",
        Silent,
    ),
    (
        "sunset earlier",
        "{/a: {get: {deprecated: true, x-sunset: 2027-02-01, responses: {}}}}",
        "{/a: {get: {deprecated: true, x-sunset: 2027-01-01, responses: {}}}}",
        Breaking,
    ),
    (
        "sunset deleted",
        "{/a: {get: {deprecated: true, x-sunset: 2027-02-01, responses: {}}}}",
        "{/a: {get: {deprecated: true, responses: {}}}}",
        Breaking,
    ),
];

#[test]
fn operations() {
    let mut faults = Vec::new();
    for (name, old, new, wanted) in OPERATIONS {
        check(&mut faults, name, *wanted, &whole(old), &whole(new));
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
