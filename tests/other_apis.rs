//! Habits of other people's APIs: parameters that must be sent, a media type of their own, records in a wrapping, operations
//! that nobody described, documents that may not be edited.

mod stub;

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contract_gate::contract::Contract;
use contract_gate::diff::Workspace;
use contract_gate::finding::Level;
use contract_gate::gate::{Checked, Gate};
use contract_gate::lint;
use serde_json::{Value, json};
use stub::serve_router;

const MEDIA: &str = "application/vnd.api+json";

/// A list that is refused without page, size, region and version, and answers nobody who does not ask for its media type.
const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Other customers, version: 1.0.0}
x-contract:
  version: 1
  source: "ours: what such frameworks do"
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id}
  refusals:
    not-found: {statuses: [404]}
    invalid: {statuses: [400]}
paths:
  /customers:
    get:
      operationId: listCustomers
      x-source: "ours: made up for this test"
      x-contract:
        lists:
          resource: customer
          items: /data
          page:
            size: {slot: {query: size}, min: 1, max: 50, above: refuse, below: refuse}
            number: {slot: {query: page}, first: 0}
            more: {spot: /last, inverted: true}
            total: /total
            past-end: empty
          filters:
            region: {slot: {query: region}, field: /attributes/region, unknown: refuse}
            name: {slot: {query: name}, field: /attributes/name}
      parameters:
        - {name: page, in: query, required: true, schema: {type: integer, minimum: 0}}
        - {name: size, in: query, required: true, schema: {type: integer, minimum: 1, maximum: 50}, example: 20}
        - {name: region, in: query, required: true, schema: {type: string, enum: [eu, us]}, example: eu}
        - {name: name, in: query, schema: {type: string}}
        - {$ref: '#/components/parameters/Version'}
      responses:
        '200':
          description: A page.
          content: {application/vnd.api+json: {schema: {$ref: '#/components/schemas/Page'}}}
        '400': {$ref: '#/components/responses/Error'}
  /customers/{id}:
    get:
      operationId: getCustomer
      x-source: "ours: made up for this test"
      x-contract:
        reads: {resource: customer, item: /data, by: [{slot: {path: id}, key: /id}]}
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {$ref: '#/components/parameters/Version'}
      responses:
        '200':
          description: The customer.
          content: {application/vnd.api+json: {schema: {$ref: '#/components/schemas/One'}}}
        '400': {$ref: '#/components/responses/Error'}
        '404': {$ref: '#/components/responses/Error'}
components:
  parameters:
    Version: {name: X-Api-Version, in: header, required: true, schema: {type: string, enum: ['2024-01']}}
  responses:
    Error:
      description: What went wrong.
      content: {application/vnd.api+json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Customer:
      type: object
      required: [id, attributes]
      properties:
        id: {type: string}
        attributes:
          type: object
          required: [name, region]
          properties:
            name: {type: string}
            region: {type: string, enum: [eu, us]}
    Page:
      type: object
      required: [data, last, total]
      properties:
        data: {type: array, items: {$ref: '#/components/schemas/Customer'}}
        last: {type: boolean}
        total: {type: integer}
    One:
      type: object
      required: [data, served]
      properties:
        data: {$ref: '#/components/schemas/Customer'}
        served: {type: boolean}
    Error:
      type: object
      required: [error]
      properties: {error: {type: string}}
"#;

/// A document that promises nothing beyond OpenAPI.
const PLAIN: &str = r#"
openapi: 3.0.3
info: {title: Plain, version: 1.0.0}
paths:
  /health:
    get:
      operationId: health
      responses:
        '200':
          description: How it is.
          content:
            application/json:
              schema: {type: object, required: [status], properties: {status: {type: string}}}
  /reports/{id}:
    get:
      operationId: report
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: A report.}}
  /reports:
    post:
      operationId: order
      responses: {'201': {description: It is being made.}}
"#;

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// Reading a record gives the next one.
    AnotherRecord,
}

fn customer(number: usize) -> Value {
    let region = if number.is_multiple_of(3) { "us" } else { "eu" };
    json!({"id": format!("c{number:03}"), "attributes": {"name": format!("Customer {}", number % 9), "region": region}})
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, MEDIA)], body.to_string()).into_response()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    answer(status, &json!({"error": why}))
}

/// What is wrong with a request whatever it is for.
fn refusal(headers: &HeaderMap) -> Option<Response> {
    let accepted: Vec<&[u8]> = headers.get_all(header::ACCEPT).iter().map(|value| value.as_bytes()).collect();
    if accepted != [MEDIA.as_bytes()] {
        return Some(refuse(StatusCode::NOT_ACCEPTABLE, "ask for the one media type there is, once"));
    }
    let version = headers.get("x-api-version").is_some_and(|value| value.as_bytes() == b"2024-01");
    (!version).then(|| refuse(StatusCode::BAD_REQUEST, "which version?"))
}

fn value(query: &str, name: &str) -> Option<String> {
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name);
    pair.map(|(_, value)| percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned())
}

fn list(headers: &HeaderMap, query: &str) -> Response {
    if let Some(refused) = refusal(headers) {
        return refused;
    }
    let number = |name: &str| value(query, name).and_then(|text| text.parse::<usize>().ok());
    let region = value(query, "region").filter(|region| ["eu", "us"].contains(&region.as_str()));
    let (Some(page), Some(size @ 1..=50), Some(region)) = (number("page"), number("size"), region) else {
        return refuse(StatusCode::BAD_REQUEST, "page, size and region are needed");
    };
    let name = value(query, "name");
    let fits = |record: &Value| {
        let attributes = &record["attributes"];
        attributes["region"] == region.as_str() && name.as_deref().is_none_or(|name| attributes["name"] == name)
    };
    let all: Vec<Value> = (1..=67).map(customer).filter(fits).collect();
    let shown: Vec<&Value> = all.iter().skip(page.saturating_mul(size)).take(size).collect();
    let last = (page + 1).saturating_mul(size) >= all.len();
    answer(StatusCode::OK, &json!({"data": shown, "last": last, "total": all.len()}))
}

fn read(headers: &HeaderMap, id: &str, fault: Fault) -> Response {
    if let Some(refused) = refusal(headers) {
        return refused;
    }
    let Some(number) = (1..=67).find(|number| customer(*number)["id"] == id) else {
        return refuse(StatusCode::NOT_FOUND, "there is no such customer");
    };
    let number = if fault == Fault::AnotherRecord { number % 67 + 1 } else { number };
    answer(StatusCode::OK, &json!({"data": customer(number), "served": true}))
}

fn customers(fault: Fault) -> String {
    let lists =
        get(|headers: HeaderMap, RawQuery(query): RawQuery| async move { list(&headers, &query.unwrap_or_default()) });
    let reads = get(move |headers: HeaderMap, Path(id): Path<String>| async move { read(&headers, &id, fault) });
    serve_router(Router::new().route("/customers", lists).route("/customers/{id}", reads))
}

fn health(body: &'static str) -> String {
    let answers = get(move || async move { (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body) });
    serve_router(Router::new().route("/health", answers))
}

fn gate(text: &str, base_url: &str) -> Gate {
    Gate::document("other", text).expect("the contract is sound").base_url(base_url)
}

fn check(gate: &Gate) -> Checked {
    gate.check_blocking().expect("the server is there")
}

fn ids(checked: &Checked) -> Vec<String> {
    checked.findings().filter(|finding| finding.level > Level::Note).map(|finding| finding.id.clone()).collect()
}

#[test]
fn what_is_required_is_sent_as_the_document_says() {
    let checked = check(&gate(CONTRACT, &customers(Fault::None)));
    assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
    assert!(checked.requests() > 30, "{checked}");
    let report = checked.to_string();
    assert!(report.contains("`size` is required and was sent as `20`, the document's example"), "{report}");
    assert!(!report.contains("`X-Api-Version` is required"), "one enumerated value is no guess: {report}");
}

#[test]
fn another_value_for_a_required_filter_is_another_list() {
    let checked = check(&gate(CONTRACT, &customers(Fault::None)).param("region", "us").param("size", "7"));
    assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
}

#[test]
fn a_required_parameter_without_a_value_stops_the_run() {
    let text = CONTRACT.replace("maximum: 50}, example: 20}", "maximum: 50}}");
    let server = customers(Fault::None);
    let checked = check(&gate(&text, &server));
    let aborted = checked.aborted.clone().expect("nothing can be asked");
    assert_eq!((aborted.kind.name(), checked.requests()), ("unusable", 0));
    assert!(
        aborted.message.contains("GET /customers: no value for the required query parameter `size`"),
        "{aborted:?}"
    );
    assert!(aborted.message.contains("--param size=VALUE"), "{aborted:?}");
    let checked = check(&gate(&text, &server).param("size", "20"));
    assert!(checked.conforms(), "{checked}");
    let found = lint::lint(&Workspace::parse("other.yaml", &text).expect("a document"));
    let noted: Vec<_> = found.iter().map(|finding| (finding.id.as_str(), finding.level)).collect();
    assert_eq!(noted, [("parameter-without-value", Level::Note)]);
}

#[test]
fn ones_own_accept_replaces_that_of_the_document() {
    let checked = check(&gate(CONTRACT, &customers(Fault::None)).header("Accept", MEDIA));
    assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
    let text = CONTRACT.replace(MEDIA, "application/json");
    let checked = check(&gate(&text, &customers(Fault::None)).only(["answers"]));
    assert!(!checked.conforms(), "the server refuses application/json: {checked}");
    let checked = check(&gate(&text, &customers(Fault::None)).header("Accept", MEDIA).only(["paging"]));
    assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
}

#[test]
fn a_reader_that_gives_another_record_in_a_wrapping_is_found() {
    let checked = check(&gate(CONTRACT, &customers(Fault::AnotherRecord)));
    assert_eq!(ids(&checked), ["wrong-member"], "{checked}");
    let finding = checked.findings().find(|finding| finding.id == "wrong-member").expect("it is there");
    assert_eq!(finding.pointer.as_deref(), Some("/data/id"));
    let curl = finding.curl.join(" ");
    assert!(curl.contains("-H 'Accept: application/vnd.api+json'"), "{curl}");
    assert!(curl.contains("-H 'X-Api-Version: 2024-01'"), "{curl}");
}

#[test]
fn the_embedded_server_keeps_such_a_contract() {
    let unsaid = CONTRACT.replace("maximum: 50}, example: 20}", "maximum: 50}}");
    for text in [CONTRACT, &unsaid] {
        let gate = Gate::document("other", text).expect("the contract is sound");
        let checked = check(&gate);
        assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
    }
}

#[test]
fn lint_wants_the_key_in_the_readers_answer() {
    let found = |text: &str| lint::lint(&Workspace::parse("other.yaml", text).expect("a document"));
    assert!(found(CONTRACT).is_empty(), "{:?}", found(CONTRACT));
    let wrapped = found(&CONTRACT.replace("item: /data, ", ""));
    let titles: Vec<_> = wrapped.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["the reader's answer has no `/id`, the key of its records; is it `item: /data`?"]);
    let misspelt = found(&CONTRACT.replace("item: /data, ", "item: /date, "));
    let titles: Vec<_> = misspelt.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(titles, ["no schema declares `/date`; did you mean `data`?"]);
}

#[test]
fn an_operation_that_nobody_described_is_asked_once() {
    let checked = check(&gate(PLAIN, &health(r#"{"status": "up"}"#)));
    assert!(checked.conforms() && ids(&checked).is_empty(), "{checked}");
    assert_eq!(checked.requests(), 1);
    let report = checked.to_string();
    let said = "the document says nothing in `x-contract` about 3 of 3 operations: 1 was called once";
    assert!(report.split_whitespace().collect::<Vec<_>>().join(" ").contains(said), "{report}");
    assert!(!report.contains("not reached"), "what was never promised is not left open: {report}");
    let checked = check(&gate(PLAIN, &health(r#"{"status": 1}"#)));
    assert_eq!(ids(&checked), ["wrong-type"], "{checked}");
}

#[test]
fn where_nothing_can_be_asked_there_is_no_verdict() {
    let text = PLAIN.replace(
        "operationId: health\n",
        "operationId: health\n      parameters: [{name: q, in: query, required: true, schema: {type: string}}]\n",
    );
    let server = health(r#"{"status": "up"}"#);
    let checked = check(&gate(&text, &server));
    assert_eq!(
        (checked.aborted.clone().map(|aborted| aborted.kind.name()), checked.requests()),
        (Some("nothing-ran"), 0)
    );
    let checked = check(&gate(&text, &server).param("q", "all"));
    assert!(checked.conforms() && checked.requests() == 1, "{checked}");
}

#[test]
fn what_an_overlay_says_has_its_place_there() {
    let folder = std::env::temp_dir().join(format!("contract-gate-overlay-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (base, overlay) = (folder.join("base.yaml"), folder.join("overlay.yaml"));
    std::fs::write(&base, CONTRACT.replace("item: /data, ", "")).expect("it can be written");
    let write = |reads: &str| {
        let target = "actions:\n- target: $.paths['/customers/{id}'].get\n  update:\n    x-contract:\n      reads:\n";
        std::fs::write(&overlay, format!("overlay: 1.0.0\n{target}        {reads}\n")).expect("it can be");
    };
    write("item: /data");
    let contract = Contract::open_with(&base.display().to_string(), Some(&overlay)).expect("a contract");
    let at = "/paths/~1customers~1{id}/get/x-contract/reads";
    let place = contract.place(&format!("{at}/item"));
    assert_eq!((place.file, place.line), (overlay.display().to_string(), 7));
    assert_eq!(contract.place(&format!("{at}/by")).file, base.display().to_string());
    let linted = lint::file_with(&base.display().to_string(), Some(&overlay)).expect("both can be read");
    assert!(linted.findings.is_empty(), "{linted:?}");
    write("item: 7");
    let error = Contract::open_with(&base.display().to_string(), Some(&overlay)).expect_err("no pointer");
    assert!(error.to_string().contains("overlay.yaml:7:9: `item`: 7 is not of type \"string\""), "{error}");
    let linted = lint::file_with(&base.display().to_string(), Some(&overlay)).expect("both can be read");
    let place = linted.findings[0].place.clone().expect("a place");
    assert_eq!((place.file, place.line), (overlay.display().to_string(), 7));
    assert!(linted.findings[0].title.starts_with("`item` in `x-contract` is not well-formed"), "{linted:?}");
    std::fs::remove_dir_all(&folder).expect("it is ours");
}
