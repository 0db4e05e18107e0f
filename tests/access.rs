//! The way into somebody's server: credentials of the Basic scheme, parameters of every request, secrets out of the
//! environment, and the same in the library as on the command line.

mod stub;

use axum::Router;
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contract_gate::gate::{Checked, Gate, GateError};
use contract_gate::recording::Recording;
use serde_json::{Value, json};

/// A list and a reader behind HTTP's Basic scheme, which refuse who does not name a locale.
const CONTRACT: &str = r#"
openapi: 3.0.3
info: {title: Guarded customers, version: 1.0.0}
security: [{password: []}]
x-contract:
  version: 1
  source: "ours: made up for this test"
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id}
  refusals:
    unauthenticated: {statuses: [401]}
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
          items: /customers
          page:
            size: {slot: {query: limit}, default: 10, min: 1, max: 50}
            offset: {slot: {query: offset}, first: 0}
            total: /total
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 10}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0, default: 0}}
        - {name: locale, in: query, schema: {type: string}}
      responses:
        '200':
          description: A page.
          content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}
        '400': {$ref: '#/components/responses/Error'}
        '401': {$ref: '#/components/responses/Error'}
  /customers/{id}:
    get:
      operationId: getCustomer
      x-source: "ours: made up for this test"
      x-contract:
        reads: {resource: customer, by: [{slot: {path: id}, key: /id}]}
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: locale, in: query, schema: {type: string}}
      responses:
        '200':
          description: The customer.
          content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}
        '400': {$ref: '#/components/responses/Error'}
        '401': {$ref: '#/components/responses/Error'}
        '404': {$ref: '#/components/responses/Error'}
components:
  securitySchemes:
    password: {type: http, scheme: basic}
  responses:
    Error:
      description: What went wrong.
      content: {application/json: {schema: {$ref: '#/components/schemas/Error'}}}
  schemas:
    Customer:
      type: object
      required: [id, name]
      properties: {id: {type: string}, name: {type: string}}
    Page:
      type: object
      required: [customers, total]
      properties:
        customers: {type: array, items: {$ref: '#/components/schemas/Customer'}}
        total: {type: integer}
    Error:
      type: object
      required: [error]
      properties: {error: {type: string}}
"#;

const PASSWORD: &str = "jane:s3cret-pass";
/// `jane:s3cret-pass` in base64.
const ENCODED: &str = "amFuZTpzM2NyZXQtcGFzcw==";

fn answer(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The refusal of who comes without the password or without a locale; it repeats what it was told.
fn refusal(headers: &HeaderMap, query: &str) -> Option<Response> {
    let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if shown != format!("Basic {ENCODED}") {
        return Some(answer(StatusCode::UNAUTHORIZED, &json!({"error": format!("not let in: {shown}")})));
    }
    let named = query.split('&').any(|pair| pair == "locale=de");
    (!named).then(|| answer(StatusCode::BAD_REQUEST, &json!({"error": "which locale?"})))
}

fn customer(number: usize) -> Value {
    json!({"id": format!("c{number:03}"), "name": format!("Customer {number}")})
}

/// The server; with `spoilt`, an answer shows the password where a number belongs.
fn server(spoilt: bool) -> String {
    let list = move |headers: HeaderMap, RawQuery(query): RawQuery| async move {
        let query = query.unwrap_or_default();
        if let Some(refused) = refusal(&headers, &query) {
            return refused;
        }
        let value = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")));
        let number = |name: &str, default: usize| value(name).map_or(Ok(default), str::parse::<usize>);
        let (Ok(limit @ 1..=50), Ok(offset)) = (number("limit", 10), number("offset", 0)) else {
            return answer(StatusCode::BAD_REQUEST, &json!({"error": "limit is 1 to 50"}));
        };
        let page: Vec<Value> = (1..=23).map(customer).skip(offset).take(limit).collect();
        let total = if spoilt { json!(format!("{PASSWORD} {ENCODED}")) } else { json!(23) };
        answer(StatusCode::OK, &json!({"customers": page, "total": total}))
    };
    let read = |headers: HeaderMap, Path(id): Path<String>, RawQuery(query): RawQuery| async move {
        if let Some(refused) = refusal(&headers, &query.unwrap_or_default()) {
            return refused;
        }
        match (1..=23).map(customer).find(|record| record["id"] == id) {
            Some(record) => answer(StatusCode::OK, &record),
            None => answer(StatusCode::NOT_FOUND, &json!({"error": "there is no such customer"})),
        }
    };
    stub::serve_router(Router::new().route("/customers", get(list)).route("/customers/{id}", get(read)))
}

fn gate(url: &str) -> Gate {
    Gate::document("guarded", CONTRACT).expect("the contract is sound").base_url(url).param("locale", "de")
}

fn check(gate: &Gate) -> Checked {
    gate.check_blocking().expect("it can run")
}

#[test]
fn user_and_password_are_sent_in_base64_and_come_out_of_nothing() {
    for given in [PASSWORD, ENCODED] {
        let checked = check(&gate(&server(false)).token(given));
        assert!(checked.conforms() && checked.requests() > 20, "{given}: {checked}");
    }
    let here = stub::folder("basic");
    let recording = here.join("traffic.har");
    let spoilt = check(&gate(&server(true)).token(PASSWORD).show_values(true).record(&recording));
    let finding = spoilt.findings().find(|finding| finding.id == "wrong-type").expect("the total is no number");
    let curl = finding.curl.join("\n");
    assert!(curl.contains("-u \"$TOKEN\"") && curl.contains("locale=de"), "{curl}");
    let recorded = std::fs::read_to_string(&recording).expect("it was recorded");
    for text in [spoilt.to_string(), spoilt.report(contract_gate::report::Format::Json), recorded] {
        assert!(text.contains("$TOKEN"), "{text}");
        for secret in [PASSWORD, "s3cret-pass", ENCODED] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let again = Gate::document("guarded", CONTRACT).expect("sound");
    let again = again.verify(&Recording::read(&[recording]).expect("a HAR")).expect("one API");
    assert!(again.findings().any(|finding| finding.id == "wrong-type"), "{again}");
    let repeated = again.findings().flat_map(|finding| &finding.curl).any(|line| line.contains("-u \"$TOKEN\""));
    assert!(repeated, "{again}");
}

#[test]
fn an_optional_parameter_is_sent_with_every_request_that_declares_it() {
    let without = Gate::document("guarded", CONTRACT).expect("sound").base_url(server(false)).token(PASSWORD);
    assert!(!check(&without).conforms(), "the server wants a locale");
    let checked = check(&gate(&server(false)).token(PASSWORD).only(["getCustomer"]));
    assert!(checked.conforms(), "{checked}");
}

#[test]
fn a_key_in_the_query_is_a_variable_in_the_curl_line() {
    let contract = CONTRACT.replace("{type: http, scheme: basic}", "{type: apiKey, in: query, name: apikey}");
    let url = stub::serve(|head| {
        let known = head.contains("apikey=q-s3cret%2Fkey") || head.contains("apikey=q-s3cret/key");
        let (status, body) =
            if known { ("200 OK", r#"{"customers": [], "total": "none"}"#) } else { ("401 Unauthorized", "{}") };
        stub::answer(status, "Content-Type: application/json\r\n", body)
    });
    let gate = Gate::document("guarded", &contract).expect("the contract is sound").base_url(url);
    let checked = check(&gate.token("q-s3cret/key").only(["wrong-type"]));
    let finding = checked.findings().find(|finding| finding.id == "wrong-type").expect("the total is no number");
    let curl = finding.curl.join("\n");
    assert!(curl.contains("apikey=$TOKEN\""), "{curl}");
    assert!(!checked.report(contract_gate::report::Format::Json).contains("s3cret"), "{checked}");
}

#[test]
fn a_curl_line_can_be_pasted_whatever_headers_and_parameters_were_given() {
    let contract = CONTRACT.replace("name: locale, in: query", "name: api_key, in: query");
    let url = stub::serve(|_| {
        stub::answer("200 OK", "Content-Type: application/json\r\n", r#"{"customers": [], "total": "none"}"#)
    });
    let here = stub::folder("pasted");
    let document = here.join("guarded.yaml");
    std::fs::write(&document, contract).expect("a file");
    std::fs::write(here.join("key"), "k3y-of-a-file").expect("a file");
    let more = [
        "--header",
        "X-Gateway-Key=env:STUB_TOKEN",
        "--header",
        "Accept-Language=de",
        "--header",
        "X-File-Key=file:key",
    ];
    let from = ["--param", "api_key=env:STUB_WRONG", "--only", "wrong-type", "--report", "json"];
    let name = document.to_string_lossy().into_owned();
    let arguments = [&["check", &name, "--base-url", &url], &more[..], &from[..]].concat();
    let (code, text) = stub::told(&stub::gate_in(&here, &arguments));
    assert_eq!(code, 1, "{text}");
    for shown in ["X-Gateway-Key: $STUB_TOKEN", "Accept-Language: de", "X-File-Key: $X_FILE_KEY", "api_key=$STUB_WRONG"]
    {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    for hidden in ["mock-token-1-1", "a-token-of-nobody", "k3y-of-a-file"] {
        assert!(!text.contains(hidden), "{hidden}: {text}");
    }
    let refused = ["check", &name, "--base-url", &url, "--param", "api_key=env:NO_SUCH_KEY_HERE"];
    let (code, text) = stub::told(&stub::gate_in(&here, &refused));
    assert!(code == 2 && text.contains("export NO_SUCH_KEY_HERE="), "{text}");
}

#[test]
fn the_library_does_what_the_flags_do() {
    let url = server(false);
    let own = || gate(&url).token(PASSWORD).shrink(false);
    let methods = || own().only(["undocumented-method-accepted"]);
    let careful = check(&methods());
    let all = check(&methods().probe_writes(true));
    assert!(careful.requests() < all.requests(), "{} and {} requests", careful.requests(), all.requests());
    let whole = check(&own());
    let parts: Vec<Checked> =
        ["1/2", "2/2"].iter().map(|part| check(&own().shard(part.parse().expect("a part")))).collect();
    let run = |checked: &Checked| {
        let text = checked.report(contract_gate::report::Format::Json);
        contract_gate::report::read(&text).expect("its own format")
    };
    let named = parts.iter().enumerate().map(|(index, part)| (format!("part {index}"), run(part)));
    let merged = contract_gate::merge::merge(named.collect()).expect("both parts are there");
    let outcomes = |judged: &[u64; 8]| judged.iter().sum::<u64>();
    assert_eq!(outcomes(&merged.outcomes()), outcomes(&run(&whole).outcomes()));
    let spoilt = gate(&server(true)).token(PASSWORD).shrink(false);
    assert!(check(&spoilt.clone().fail_fast()).requests() < check(&spoilt).requests());
    assert!(!check(&spoilt).regressions.is_empty(), "what failed can be sent first the next time");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let started = std::time::Instant::now();
    let late = gate("http://127.0.0.1:9").token(PASSWORD).wait(std::time::Duration::from_millis(400));
    let probes = runtime.block_on(late.doctor()).expect("it can look");
    assert!(started.elapsed().as_millis() >= 400, "it waited");
    assert!(matches!(&probes[0].sight, contract_gate::engine::Sight::Trouble(_)), "{probes:?}");
}

#[test]
fn a_parameter_that_the_checks_vary_is_refused() {
    let url = server(false);
    let error = gate(&url).token(PASSWORD).param("limit", "7").check_blocking().expect_err("it pages by it");
    assert!(matches!(error, GateError::Name(_)), "{error}");
    assert!(error.to_string().starts_with("`limit` cannot have one value: listCustomers pages by it"), "{error}");
    let error = gate(&url).token(PASSWORD).param("lokale", "de").check_blocking().expect_err("nobody declares it");
    assert!(error.to_string().contains("did you mean `locale`?"), "{error}");
    let here = stub::folder("varied");
    for (param, wanted) in [
        ("limit=7", "`limit` cannot have one value: listCustomers pages by it, and the checks vary it"),
        ("status=active", "`status` cannot have one value: listCustomers filters by it"),
    ] {
        let arguments = ["check", "flexportal", "--base-url", &url, "--param", param];
        let (code, text) = stub::told(&stub::gate_in(&here, &arguments));
        assert!(code == 2 && text.contains(wanted), "{text}");
    }
}

#[test]
fn the_library_takes_its_secrets_from_the_environment() {
    let url = server(false);
    let error = gate(&url).token_env("NO_SUCH_TOKEN_HERE").check_blocking().expect_err("it is not set");
    assert!(matches!(error, GateError::Access(_)), "{error}");
    assert_eq!(
        error.to_string(),
        "the environment variable `NO_SUCH_TOKEN_HERE` is not set; export NO_SUCH_TOKEN_HERE=… first"
    );
    let error = gate(&url).token("abc").check_blocking().expect_err("it would show");
    let words = "$TOKEN is too short to be kept out of reports; use one of at least 4 characters";
    assert!(error.to_string().contains(words), "{error}");
    // Cargo sets this one, which stands for a secret here: the server repeats it.
    let secret = std::env::var("CARGO_PKG_DESCRIPTION").expect("cargo runs this");
    let echo = stub::serve({
        let secret = secret.clone();
        move |_| {
            stub::answer("200 OK", "Content-Type: application/json\r\n", &json!({ "customers": secret }).to_string())
        }
    });
    let checked = check(&gate(&echo).header_env("X-Gateway", "CARGO_PKG_DESCRIPTION").show_values(true));
    let report = checked.report(contract_gate::report::Format::Json);
    assert!(!checked.conforms() && report.contains("X-Gateway: $CARGO_PKG_DESCRIPTION"), "{report}");
    let last = secret.rsplit(' ').next().expect("a word");
    assert!(!report.contains(last), "{report}");
}

#[test]
fn a_header_that_is_no_credential_goes_with_every_request() {
    let behind = server(false);
    let url = stub::serve(move |head| match head.to_ascii_lowercase().contains("\r\nx-env: blue\r\n") {
        true => stub::forward(&behind, head),
        false => stub::answer("404 Not Found", "Content-Type: text/html\r\n", "<html><h1>no such host</h1></html>"),
    });
    let checked = check(&gate(&url).token(PASSWORD).header("X-Env", "blue"));
    assert!(checked.conforms() && checked.requests() > 20, "{checked}");
    let lost = check(&gate(&url).token(PASSWORD)).to_string();
    assert!(lost.contains("does not look like this API"), "{lost}");
}

#[test]
fn the_header_of_a_scheme_is_the_credential() {
    let url = server(false);
    let header = format!("Basic {ENCODED}");
    for more in [None, Some(("X-Env", "blue"))] {
        let own = gate(&url).header("Authorization", &header);
        let own = more.into_iter().fold(own, |own, (name, value)| own.header(name, value));
        let checked = check(&own.only(["works-without-credential"]));
        assert!(checked.conforms(), "it is left out, and the server refuses: {checked}");
    }
}
