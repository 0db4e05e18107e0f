//! Forms, their encodings, XML.

use crate::rows::Verdict::{self, Breaking, Safe, Silent};
use crate::rows::{HEAD, check};

const MULTIPART: &str = "multipart/form-data";
const CODED: &str = "application/x-www-form-urlencoded";

/// Name, media type, schema of the property, encodings, verdict.
type Encoded = (&'static str, &'static str, &'static str, (&'static str, &'static str), Verdict);

const ENCODINGS: &[Encoded] = &[
    (
        "content type",
        MULTIPART,
        "{type: string, format: binary}",
        ("", ", encoding: {p: {contentType: image/png}}"),
        Breaking,
    ),
    ("a default written out", MULTIPART, "{type: string}", ("", ", encoding: {p: {contentType: text/plain}}"), Silent),
    (
        "explode of a wrapped list",
        CODED,
        "{allOf: [{type: array, items: {type: string}}]}",
        ("", ", encoding: {p: {explode: false}}"),
        Breaking,
    ),
    (
        "explode of a list",
        CODED,
        "{type: array, items: {type: string}}",
        ("", ", encoding: {p: {explode: false}}"),
        Breaking,
    ),
    (
        "one more content type",
        MULTIPART,
        "{type: string, format: binary}",
        (", encoding: {p: {contentType: image/png}}", ", encoding: {p: {contentType: 'image/jpeg, image/png'}}"),
        Safe,
    ),
    (
        "a range of content types",
        MULTIPART,
        "{type: string, format: binary}",
        (", encoding: {p: {contentType: 'image/*'}}", ", encoding: {p: {contentType: image/png}}"),
        Breaking,
    ),
    ("explode of a scalar", CODED, "{type: string}", ("", ", encoding: {p: {explode: false}}"), Silent),
];

#[test]
fn the_wire_of_forms_and_xml_and_flows() {
    let form = |kind: &str, schema: &str, encoding: &str| {
        format!(
            "{HEAD}paths:\n  /things:\n    post: {{requestBody: {{content: {{{kind}: {{schema: {{type: object, properties: {{p: {schema}}}}}{encoding}}}}}}}, responses: {{'204': {{description: done}}}}}}\n"
        )
    };
    let mut faults = Vec::new();
    for (name, kind, schema, (old, new), wanted) in ENCODINGS {
        check(&mut faults, name, *wanted, &form(kind, schema, old), &form(kind, schema, new));
    }
    for (kind, wanted) in [("application/xml", Breaking), ("application/json", Silent)] {
        let (old, new) =
            (form(kind, "{type: string, xml: {name: a}}", ""), form(kind, "{type: string, xml: {name: b}}", ""));
        check(&mut faults, kind, wanted, &old, &new);
    }
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
    let (multipart, urlencoded) = (MULTIPART, CODED);
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
