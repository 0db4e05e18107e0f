//! What a server does not answer, or answers in another form than the usual one, is told as what it is.

mod stub;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contract_gate::gate::{Gate, Trial, Verdict};
use contract_gate::report::Format;
use serde_json::{Value, json};

/// A list that is filtered by a field which its records need not show.
const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Quiet customers, version: 1.0.0}
x-contract:
  version: 1
  source: "ours: made up for this test"
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id}
paths:
  /customers:
    get:
      operationId: listCustomers
      x-source: "ours: made up for this test"
      x-contract:
        lists:
          resource: customer
          items: /customers
          page:
            size: {slot: {query: limit}, default: 10, min: 1, max: 50}
            offset: {slot: {query: offset}, first: 0}
            total: /total
          filters:
            region: {slot: {query: region}, field: /region}
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 10}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0, default: 0}}
        - {name: region, in: query, schema: {type: string, enum: [north, south]}}
      responses:
        '200':
          description: A page.
          content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}
components:
  schemas:
    Customer:
      type: object
      required: [id]
      properties: {id: {type: string}, region: {type: string, enum: [north, south]}}
    Page:
      type: object
      required: [customers, total]
      properties:
        customers: {type: array, items: {$ref: '#/components/schemas/Customer'}}
        total: {type: integer}
"#;

/// Twenty customers a region, none of which shows it; under a filter, the second page is never answered.
fn page(query: &str) -> Response {
    let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
    let number = |name: &str, default: usize| value(name).and_then(|text| text.parse().ok()).unwrap_or(default);
    let (limit, offset, region) = (number("limit", 10).clamp(1, 50), number("offset", 0), value("region"));
    if region.is_some() && offset > 0 {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let regions = ["north", "south"].into_iter().filter(|known| region.is_none_or(|region| region == *known));
    let all: Vec<Value> =
        regions.flat_map(|region| (0..20).map(move |number| json!({"id": format!("{region}-{number}")}))).collect();
    let shown: Vec<&Value> = all.iter().skip(offset).take(limit).collect();
    let body = json!({"customers": shown, "total": all.len()}).to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn quiet_server() -> String {
    let list = |RawQuery(query): RawQuery| async move { page(&query.unwrap_or_default()) };
    stub::serve_router(Router::new().route("/customers", get(list)))
}

#[test]
fn an_outage_under_a_filter_makes_no_record_foreign_that_does_not_show_the_field() {
    let checked = Gate::document("quiet", CONTRACT).expect("the contract is sound").base_url(quiet_server());
    let checked = checked.check_blocking().expect("it can run");
    assert!(checked.findings().any(|finding| finding.id.contains("status")), "the outage is told: {checked}");
    let accused: Vec<_> = checked.findings().filter(|finding| finding.id.starts_with("filter-")).collect();
    assert!(accused.is_empty(), "{accused:#?}");
}

#[test]
fn methods_that_get_no_answer_were_not_refused() {
    let behind = quiet_server();
    let url = stub::serve(move |head| if head.starts_with("GET ") { stub::forward(&behind, head) } else { Vec::new() });
    let check = "undocumented-method-accepted";
    let gate = Gate::document("quiet", CONTRACT).expect("the contract is sound").base_url(url).only([check]);
    let checked = gate.check_blocking().expect("it can run");
    let verdict = checked.verdict(&Trial { operation: "listCustomers".to_owned(), check });
    assert!(matches!(&verdict, Verdict::Inconclusive(why) if why.contains("was answered")), "{verdict:?}");
}

#[test]
fn an_answer_covers_the_range_of_media_types_that_declares_it() {
    let document = CONTRACT.replace("content: {application/json:", "content: {'*/*':");
    let gate = Gate::document("quiet", &document).expect("the contract is sound").base_url(quiet_server());
    let checked = gate.only(["answers"]).check_blocking().expect("it can run");
    let report: Value = serde_json::from_str(&checked.report(Format::Json)).expect("JSON");
    let items = report["contracts"][0]["coverage"]["items"].as_array().expect("what was seen");
    let item = items.iter().find(|item| item["name"] == "200 */*").expect("it is declared");
    assert!(item["seen"].as_u64() > Some(0), "{item}");
}
