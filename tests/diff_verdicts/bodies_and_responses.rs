//! Bodies, media types, statuses, headers of responses.

use crate::rows::Verdict::{self, Breaking, Doubtful, Safe, Silent};
use crate::rows::{HEAD, check};

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
