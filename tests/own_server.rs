//! The gate inside a test suite of one's own: a server in this process, and one test per check and operation.
//!
//! Everything is checked once and every test reads its verdict from that. A runner that gives each test a process of its
//! own (nextest) names exactly one of them: then only that check runs, so it is shown, timed and tried again by itself.

mod stub;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contract_gate::gate::{Checked, Gate, Verdict};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

const TOKEN: &str = "own-server-token";

/// The contract of the server below: OpenAPI, and in `x-contract` what OpenAPI cannot say.
const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Own customers, version: 1.0.0}
security: [{token: []}]
x-contract:
  version: 1
  source: "ours: README of the service"
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id}
  refusals:
    unauthenticated: {statuses: [401]}
    not-found: {statuses: [404]}
    invalid: {statuses: [400]}
  unknown-parameters: ignored
paths:
  /customers:
    get:
      operationId: listCustomers
      x-source: "ours: README of the service, list"
      x-contract:
        lists:
          resource: customer
          items: /customers
          page:
            size: {slot: {query: limit}, default: 10, min: 1, max: 50, below: refuse, above: refuse, malformed: refuse}
            offset: {slot: {query: offset}, first: 0, below: refuse, malformed: refuse}
            total: /total
            size-echo: /limit
            past-end: empty
          filters:
            status: {slot: {query: status}, field: /status, unknown: refuse}
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 10}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0, default: 0}}
        - {name: status, in: query, schema: {type: string, enum: [active, inactive]}}
      responses:
        '200':
          description: A page.
          content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}
        '400': {$ref: '#/components/responses/Error'}
        '401': {$ref: '#/components/responses/Error'}
  /customers/{id}:
    get:
      operationId: getCustomer
      x-source: "ours: README of the service, get"
      x-contract:
        reads: {resource: customer, by: [{slot: {path: id}, key: /id}]}
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: The customer.
          content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}
        '401': {$ref: '#/components/responses/Error'}
        '404': {$ref: '#/components/responses/Error'}
components:
  securitySchemes:
    token: {type: http, scheme: bearer}
  responses:
    Error:
      description: What went wrong.
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Customer:
      type: object
      required: [id, name, status]
      properties:
        id: {type: string}
        name: {type: string}
        status: {type: string, enum: [active, inactive]}
    Page:
      type: object
      required: [customers, limit, total]
      properties:
        customers: {type: array, items: {$ref: '#/components/schemas/Customer'}}
        limit: {type: integer}
        total: {type: integer}
    Error:
      type: object
      required: [error]
      properties: {error: {type: string}}
"#;

/// How the server goes wrong.
#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    /// The first record of every page but the first is left out.
    SkipsRecords,
}

fn customer(number: usize) -> Value {
    let status = if number.is_multiple_of(3) { "inactive" } else { "active" };
    json!({"id": format!("c{number:03}"), "name": format!("Customer {number}"), "status": status})
}

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

fn refuse(status: StatusCode, why: &str) -> Response {
    answer(status, &json!({"error": why}))
}

fn is_let_in(headers: &HeaderMap) -> bool {
    headers.get(header::AUTHORIZATION).is_some_and(|value| value.as_bytes() == format!("Bearer {TOKEN}").as_bytes())
}

/// The value of a query parameter.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn list(headers: &HeaderMap, query: &str, fault: Fault) -> Response {
    if !is_let_in(headers) {
        return refuse(StatusCode::UNAUTHORIZED, "a token is missing or unknown");
    }
    let number = |name: &str, default: usize| value(query, name).map_or(Ok(default), str::parse::<usize>);
    let (Ok(limit @ 1..=50), Ok(offset)) = (number("limit", 10), number("offset", 0)) else {
        return refuse(StatusCode::BAD_REQUEST, "limit is 1 to 50, offset 0 or more");
    };
    let status = value(query, "status");
    if status.is_some_and(|status| !["active", "inactive"].contains(&status)) {
        return refuse(StatusCode::BAD_REQUEST, "status is active or inactive");
    }
    let fits = |record: &Value| status.is_none_or(|status| record["status"] == status);
    let all: Vec<Value> = (1..=43).map(customer).filter(fits).collect();
    let skipped = usize::from(fault == Fault::SkipsRecords && offset > 0);
    let page: Vec<&Value> = all.iter().skip(offset).take(limit).skip(skipped).collect();
    answer(StatusCode::OK, &json!({"customers": page, "limit": limit, "total": all.len()}))
}

fn read(headers: &HeaderMap, id: &str) -> Response {
    if !is_let_in(headers) {
        return refuse(StatusCode::UNAUTHORIZED, "a token is missing or unknown");
    }
    match (1..=43).map(customer).find(|record| record["id"] == id) {
        Some(record) => answer(StatusCode::OK, &record),
        None => refuse(StatusCode::NOT_FOUND, "there is no such customer"),
    }
}

/// Starts the server on a free port of loopback; it ends with the process.
fn start(fault: Fault) -> String {
    let router = Router::new()
        .route(
            "/customers",
            get(move |headers: HeaderMap, RawQuery(query): RawQuery| async move {
                list(&headers, &query.unwrap_or_default(), fault)
            }),
        )
        .route("/customers/{id}", get(|headers: HeaderMap, Path(id): Path<String>| async move { read(&headers, &id) }));
    stub::serve_router(router)
}

fn gate(base_url: &str) -> Gate {
    Gate::document("own", CONTRACT).expect("the contract is sound").base_url(base_url).token(TOKEN)
}

/// One test per check and operation, which share one run.
fn trials(arguments: &Arguments) -> Vec<Trial> {
    let mut gate = gate(&start(Fault::None));
    let trials = gate.trials();
    let exact = arguments.exact;
    let one = arguments.filter.as_ref().filter(|_| arguments.exact);
    if let Some(trial) = one.and_then(|name| trials.iter().find(|trial| trial.name() == *name)) {
        gate = gate.alone(trial);
    }
    let shared: Arc<(Gate, OnceLock<Checked>)> = Arc::new((gate, OnceLock::new()));
    let check = |shared: &(Gate, OnceLock<Checked>)| {
        shared.1.get_or_init(|| shared.0.check_blocking().expect("the server is there")).clone()
    };
    // Who only asks for the names does not wait for a run.
    let known = (!arguments.list).then(|| check(&shared));
    let test = |trial: contract_gate::gate::Trial| {
        let verdict = known.as_ref().map(|checked| checked.verdict(&trial));
        let shared = Arc::clone(&shared);
        let name = trial.name();
        let test = Trial::test(name, move || match check(&shared).verdict(&trial) {
            Verdict::Passed => Ok(()),
            // Whoever asks for what does not apply, by its name or by `--include-ignored`, is told why.
            Verdict::Failed(why) | Verdict::Inconclusive(why) | Verdict::Skipped(why) => Err(Failed::from(why)),
        });
        // Neither has passed: what does not apply, and, among all others, what saw too little for a verdict.
        match verdict {
            Some(Verdict::Skipped(_)) => test.with_kind("not applicable").with_ignored_flag(true),
            Some(Verdict::Inconclusive(_)) => test.with_kind("inconclusive").with_ignored_flag(!exact),
            _ => test,
        }
    };
    trials.into_iter().map(test).collect()
}

fn verdicts_are_real() -> Result<(), Failed> {
    let gate = gate(&start(Fault::None));
    let checked = gate.check_blocking()?;
    let passed = gate.trials().iter().filter(|trial| checked.verdict(trial) == Verdict::Passed).count();
    if passed < 40 || !checked.conforms() {
        return Err(format!("{passed} trials passed\n{checked}").into());
    }
    Ok(())
}

fn a_fault_fails_the_trial_that_names_it() -> Result<(), Failed> {
    let gate = gate(&start(Fault::SkipsRecords));
    let checked = gate.check_blocking()?;
    let failed: Vec<String> = gate
        .trials()
        .iter()
        .filter_map(|trial| match checked.verdict(trial) {
            Verdict::Failed(why) => Some(format!("{}: {why}", trial.name())),
            _ => None,
        })
        .collect();
    let named = failed.iter().any(|text| text.starts_with("listCustomers::record-skipped: "));
    let report = checked.to_string();
    if !named || report.contains(TOKEN) || !report.contains("record-skipped") {
        return Err(format!("{failed:#?}\n{report}").into());
    }
    match checked.into_result() {
        Ok(()) => Err("the faulty server conforms".into()),
        Err(violation) if format!("{violation:?}").contains("record-skipped") => Ok(()),
        Err(violation) => Err(violation.to_string().into()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut tests = trials(&arguments);
    tests.push(Trial::test("verdicts_are_real", verdicts_are_real));
    tests.push(Trial::test("a_fault_fails_the_trial_that_names_it", a_fault_fails_the_trial_that_names_it));
    libtest_mimic::run(&arguments, tests).exit_code()
}
