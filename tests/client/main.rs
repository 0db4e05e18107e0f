//! The generated clients: what they offer, what they can read, and what the build says about a document that none can
//! be generated from.

mod walks;

use std::path::{Path, PathBuf};

use contract_gate::client::decode;
use contract_gate::contract::Contract;
use contract_gate::document::Document;
use serde_json::{Value, json};

mod document {
    pub(crate) use contract_gate::document::{Document, DocumentError, escape, unescape};
}
#[path = "../../src/codegen/lower/mod.rs"]
#[allow(dead_code, reason = "the build's own module, of which the test uses a part")]
mod lower;

/// Every document of the repository, with the name of its client.
fn documents() -> Vec<(String, PathBuf)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    let entries = std::fs::read_dir(folder).expect("the folder of documents");
    let mut found: Vec<(String, PathBuf)> = (entries.map(|entry| entry.expect("a readable entry").path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), path))
        .collect();
    found.sort();
    found
}

/// A success answer that a document shows.
struct Example {
    operation: String,
    /// Pointer to the schema of its body.
    schema: String,
    body: Value,
}

/// The success answers that the documents show; all of them have status 200.
fn examples() -> Vec<(Contract, Vec<Example>)> {
    let of = |(name, path): (String, PathBuf)| {
        let contract = Contract::from_document(&name, Document::read(&path).expect("readable")).expect("a contract");
        let mut found = Vec::new();
        for operation in &contract.operations {
            let Some(success) = operation.success() else { continue };
            let schema = contract.success_schema(operation).expect("a typed success").to_owned();
            let media = format!("{}/content/application~1json", success.pointer);
            let examples = contract.document.at(&format!("{media}/examples")).and_then(Value::as_object);
            for example in examples.into_iter().flat_map(|examples| examples.values()) {
                let (operation, schema) = (operation.id.clone(), schema.clone());
                found.push(Example { operation, schema, body: example["value"].clone() });
            }
        }
        (contract, found)
    };
    documents().into_iter().map(of).collect()
}

#[test]
fn public_surface_is_as_reviewed() {
    for (name, _) in documents() {
        let path = Path::new(env!("OUT_DIR")).join(format!("{name}.surface.txt"));
        let surface = std::fs::read_to_string(path).expect("written by the build");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/client"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!(name.as_str(), surface));
    }
}

#[test]
fn no_snapshot_is_without_a_client() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots/client");
    let names: Vec<String> = documents().into_iter().map(|(name, _)| format!("{name}.snap")).collect();
    for entry in std::fs::read_dir(folder).expect("the folder of snapshots") {
        let file = entry.expect("a readable entry").file_name().to_string_lossy().into_owned();
        assert!(names.contains(&file) || file.ends_with(".snap.new"), "{file} belongs to no document");
    }
}

#[test]
fn every_example_can_be_read() {
    for (contract, examples) in examples() {
        assert!(!examples.is_empty(), "{} has no examples", contract.name);
        for Example { operation, body, .. } in examples {
            let read = decode(&contract.name, &operation, 200, body.to_string().as_bytes());
            assert_eq!(read, Some(Ok(())), "{} {operation}: {body}", contract.name);
        }
    }
}

/// Values to put in the place of another, lawful or not.
fn replacements(value: &Value) -> Vec<Value> {
    let mut found = vec![
        json!(null),
        json!(""),
        json!("Ωé\u{1f600}"),
        json!("9999-12-31T23:59:59.999999999999-12:00"),
        json!("2016-12-31t23:59:60z"),
        json!(0),
        json!(-1),
        json!(1_700_000_000_000_i64),
        json!(0.1),
        json!(true),
        json!([]),
        json!({}),
        json!({"unknown": [1, null]}),
    ];
    if let Some(number) = value.as_f64() {
        found.push(json!(number));
    }
    if let Value::Object(members) = value {
        let mut more = members.clone();
        more.insert("undocumentedField".to_owned(), json!({"deep": [null]}));
        found.push(Value::Object(more));
        for name in members.keys() {
            let mut fewer = members.clone();
            fewer.shift_remove(name);
            found.push(Value::Object(fewer));
        }
    }
    found
}

fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            pointers(member, &format!("{at}/{}", document::escape(name)), found);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn whatever_the_validator_allows_can_be_read() {
    for (contract, examples) in examples() {
        let (mut lawful, mut unlawful) = (0, 0);
        for Example { operation, schema, body } in examples {
            let checker = contract.checker(&schema).expect("a validator for every body");
            let mut places = Vec::new();
            pointers(&body, "", &mut places);
            for place in places {
                for replacement in replacements(body.pointer(&place).expect("just listed")) {
                    let mut changed = body.clone();
                    *changed.pointer_mut(&place).expect("just listed") = replacement;
                    if !checker.is_valid(&changed) {
                        unlawful += 1;
                        continue;
                    }
                    lawful += 1;
                    let read = decode(&contract.name, &operation, 200, changed.to_string().as_bytes());
                    assert_eq!(read, Some(Ok(())), "{} {operation} {place}: {changed}", contract.name);
                }
            }
        }
        assert!(lawful > 100 && unlawful > 100, "{}: {lawful} lawful, {unlawful} unlawful", contract.name);
    }
}

#[test]
fn unknown_contract_operation_or_status_is_nobodys() {
    assert_eq!(decode("nobody", "listCustomers", 200, b"{}"), None);
    assert_eq!(decode("flexportal", "nothing", 200, b"{}"), None);
    assert_eq!(decode("flexportal", "listCustomers", 404, b"{}"), None);
}

#[test]
fn message_of_an_unreadable_body_holds_no_value() {
    let page = |limit: &str, next: &str| {
        format!(r#"{{"customers": [], "count": 0, "limit": {limit}, "hasMore": false, "nextCursor": {next}}}"#)
    };
    let said = |body: &str| {
        decode("flexportal", "listCustomers", 200, body.as_bytes()).expect("a known operation").expect_err(body)
    };
    let whole = "a whole number of at most 64 bits";
    for (value, message) in [
        (r#""canary, expected `x` at line 1 column 2""#, format!("invalid type: string, expected {whole}")),
        ("777.5", format!("invalid value: floating point, expected {whole}")),
        ("77777777777777777777", format!("invalid value: floating point, expected {whole}")),
        ("null", format!("invalid type: null, expected {whole}")),
        (r#"{"canary": 1}"#, format!("invalid type: map, expected {whole}")),
    ] {
        let full = said(&page(value, "null"));
        assert!(full.starts_with(&format!("{message} at line 1 column ")), "{full}");
        assert!(!full.contains("canary") && !full.contains("777"), "{full}");
    }
    assert!(said(&page("1", "[\"canary\"]")).starts_with("invalid type: sequence, expected a string at line 1"));
    assert!(said(r#"{"customers": []}"#).starts_with("missing field `count` at line 1"));
    assert!(said(r#"{"customers": "canary"#).starts_with("EOF while parsing a string"));
    let customer = r#"{"customers": [{"status": "canary"}]}"#;
    assert!(
        said(customer).starts_with("unknown variant, expected `active` or `inactive` at line 1"),
        "{}",
        said(customer)
    );
}

/// What the build says about a document.
fn refused(text: &str) -> String {
    let head = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\n";
    let document = Document::parse(Path::new("openapi/t.yaml"), format!("{head}{text}")).expect("YAML");
    let problems = lower::lower(&document).expect_err("no client can be generated from it");
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn refusals_name_the_place() {
    for (text, expected) in [
        (
            "paths:\n  /a:\n    get:\n      responses: {}\n",
            "openapi/t.yaml:5:5: an operation without `operationId`\n  help: name it",
        ),
        (
            "paths:\n  /a:\n    get: {operationId: fooBar, responses: {}}\n    post: {operationId: foo_bar, responses: {}}\n",
            "openapi/t.yaml:6:5: operations `fooBar` and `foo_bar` would both be `foo_bar` in the client",
        ),
        (
            "paths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n        - {name: s, in: cookie, schema: {type: string}}\n      responses: {}\n",
            "openapi/t.yaml:8:11: parameter `s` stands in a cookie",
        ),
        (
            "paths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n        - $ref: '#/components/parameters/Missing'\n      responses: {}\n",
            "openapi/t.yaml:8:11: a `$ref` that leads nowhere in this document",
        ),
        (
            "paths: {}\ncomponents:\n  schemas:\n    A:\n      properties:\n        fooBar: {type: string}\n        foo_bar: {type: string}\n",
            "openapi/t.yaml:9:9: properties `fooBar` and `foo_bar` would be one field in the client",
        ),
        (
            "paths: {}\ncomponents:\n  schemas:\n    A: {properties: {b: {$ref: 'other.yaml#/B'}}}\n",
            "openapi/t.yaml:6:22: `$ref: \"other.yaml#/B\"` is no schema under `#/components/schemas`",
        ),
        (
            "paths: {}\ncomponents:\n  schemas:\n    A: {type: strnig}\n",
            "openapi/t.yaml:6:9: `type: strnig` is no type of OpenAPI 3.0\n  help: string, integer",
        ),
        (
            "paths: {}\ncomponents:\n  schemas:\n    A: {nullable: true, anyOf: [{type: string}]}\n",
            "openapi/t.yaml:6:5: schema `A` is nullable without a `type` of its own",
        ),
        (
            "paths: {}\nsecurity: [{k: []}]\ncomponents: {securitySchemes: {k: {type: http, scheme: basic}}}\n",
            "openapi/t.yaml:4:1: no credential",
        ),
    ] {
        let said = refused(text);
        assert!(said.starts_with(expected), "expected: {expected}\nactual: {said}");
    }
}

#[test]
fn copy_only_widens() {
    let text = "openapi: 3.0.3
info: {title: T, version: '1'}
security: [{key: []}]
paths:
  /a:
    get:
      operationId: readA
      responses:
        '200': {description: '', content: {application/vnd.a+json: {schema: {$ref: '#/components/schemas/A'}}}}
        '204': {description: ''}
        '400': {description: '', content: {application/json: {schema: {type: string}}}}
        default: {description: '', content: {application/problem+json: {}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
  schemas:
    A:
      type: object
      additionalProperties: false
      required: [secret, kind]
      properties:
        secret: {type: string, writeOnly: true, pattern: '^x', default: x}
        kind: {type: string, enum: [a-b, a_b]}
        when: {anyOf: [{type: string, format: date}, {type: string, format: date-time}], not: {type: integer}}
";
    let document = Document::parse(Path::new("t.yaml"), text.to_owned()).expect("YAML");
    let lowered = lower::lower(&document).expect("can be generated from");
    assert_eq!(lowered.credential, Some(lower::Credential { header: "x-key".to_owned(), prefix: "" }));
    assert_eq!(lowered.operations[0].success.as_deref(), Some("200"));
    let body = |schema: Value| json!({"description": "", "content": {"application/json": {"schema": schema}}});
    let responses = json!({
        "200": body(json!({"$ref": "#/components/schemas/A"})),
        "400": body(json!({})),
        "4XX": body(json!({})),
        "5XX": body(json!({})),
    });
    assert_eq!(lowered.root["paths"]["/a"]["get"]["responses"], responses);
    let schema = json!({
        "type": "object",
        "required": ["kind"],
        "properties": {
            "secret": {"type": "string"},
            "kind": {"type": "string"},
            "when": {"allOf": [{"type": "string"}]},
        },
    });
    assert_eq!(lowered.root["components"]["schemas"]["A"], schema);
}
