//! What stands in the way of a run is told where it is, once, with the way out: a document of a later OpenAPI, a credential
//! that is missing or lacks its prefix, references that are not followed, a resource that an overlay names wrongly.

mod stub;

use std::path::Path;

use contract_gate::contract::Contract;
use contract_gate::engine::Sight;
use contract_gate::gate::{Checked, Gate};

/// A document whose one operation asks for a credential and has no clause.
const GUARDED: &str = r"
openapi: 3.0.3
info: {title: Guarded, version: 1.0.0}
x-contract:
  version: 1
  source: overview
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id}
paths:
  /customers:
    get:
      operationId: listCustomers
      security: [{key: []}]
      responses:
        '200':
          description: All of them.
          content:
            application/json:
              schema: {type: object, required: [data], properties: {data: {type: array, items: {$ref: '#/components/schemas/Customer'}}}}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: Authorization}
  schemas:
    Customer: {type: object, required: [id], properties: {id: {type: string}}}
";

const LISTS: &str = "      x-contract: {lists: {resource: customer, items: /data}}\n      security: ";

fn check(text: &str, base_url: &str) -> Checked {
    let gate = Gate::document("guarded", text).expect("the contract is sound").base_url(base_url);
    gate.check_blocking().expect("the server is there")
}

/// The report on one line.
fn words(checked: &Checked) -> String {
    checked.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn refusing() -> String {
    stub::serve(|_| stub::answer("401 Unauthorized", "Content-Type: application/json\r\n", "{}"))
}

#[test]
fn a_later_openapi_is_told_by_check_and_doctor() {
    let server = stub::serve(|_| stub::answer("200 OK", "Content-Type: application/json\r\n", r#"{"data": []}"#));
    let open = GUARDED.replace("      security: [{key: []}]\n", "");
    let said = "the document is of OpenAPI 3.1.0 and judged by the rules of 3.0";
    assert!(!words(&check(&open, &server)).contains("judged by the rules"));
    let later = open.replace("openapi: 3.0.3", "openapi: 3.1.0");
    assert!(words(&check(&later, &server)).contains(said));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let gate = Gate::document("guarded", &later).expect("sound").base_url(server);
    let probes = runtime.block_on(gate.doctor()).expect("it can look");
    assert!(matches!(&probes[0].sight, Sight::Fine(seen) if seen.starts_with(said)), "{probes:?}");
}

#[test]
fn who_gave_no_credential_is_told_so_where_nothing_is_annotated() {
    let report = words(&check(GUARDED, &refusing()));
    assert!(
        report.contains("not called: GET /customers (no credential was given: --token-env NAME gives one)"),
        "{report}"
    );
    assert!(!report.contains("--param NAME=VALUE gives"), "{report}");
}

#[test]
fn a_key_in_authorization_is_the_whole_value() {
    let text = GUARDED.replace("      security: ", LISTS);
    let checked = check(&text, &refusing());
    let aborted = checked.aborted.clone().expect("nobody is let in");
    let whole = "(it is the whole value of `Authorization`, with any prefix such as `Token `)";
    assert!(aborted.remedy.contains(whole), "{aborted:?}");
    let bearer = text.replace("{type: apiKey, in: header, name: Authorization}", "{type: http, scheme: bearer}");
    let aborted = check(&bearer, &refusing()).aborted.expect("nobody is let in");
    assert!(!aborted.remedy.contains("the whole value"), "{aborted:?}");
}

#[test]
fn references_that_lead_out_are_told_once_each() {
    let out = "{$ref: 'https://example.com/schemas.yaml#/Customer'}";
    let text = GUARDED
        .replace("{$ref: '#/components/schemas/Customer'}", out)
        .replace("properties: {id:", &format!("properties: {{parent: {out}, id:"));
    let error = Gate::document("guarded", &text).expect_err("it cannot be judged").to_string();
    let line = "references over the network are never followed here: `https://example.com/schemas.yaml`, 2 times";
    assert_eq!(error.matches("https://").count(), 1, "{error}");
    assert!(error.contains(line) && error.contains("bundle the document first"), "{error}");
}

#[test]
fn a_resource_that_an_overlay_names_wrongly_is_blamed_on_the_overlay() {
    let here = stub::folder("overlay-resource");
    let (base, overlay) = (here.join("base.yaml"), here.join("overlay.yaml"));
    let start = GUARDED.find("x-contract:").expect("it is there");
    let end = GUARDED.find("paths:").expect("it is there");
    std::fs::write(&base, format!("{}{}", &GUARDED[..start], &GUARDED[end..])).expect("it can be written");
    let update = "x-contract:\n      version: 1\n      resources:\n        customer: {schema: '#/components/schemas/Client', key: /id}";
    std::fs::write(&overlay, format!("overlay: 1.0.0\nactions:\n- target: $\n  update:\n    {update}\n"))
        .expect("it can be");
    let error =
        Contract::open_with(&base.display().to_string(), Some(Path::new(&overlay))).expect_err("no such schema");
    let text = error.to_string();
    assert!(text.contains("overlay.yaml:8:"), "{text}");
    assert!(text.contains("the schema of resource `customer` does not exist: `#/components/schemas/Client`"), "{text}");
}

#[test]
fn a_clause_that_points_nowhere_is_told_and_stops_nothing() {
    let here = stub::folder("nowhere");
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/flexportal.yaml"))
        .expect("it is shipped");
    let spoilt = text.replace("direction: {slot: {query: sortDir}", "direction: {slot: {query: sortdir}");
    assert_ne!(spoilt, text);
    std::fs::write(here.join("copy.yaml"), spoilt).expect("a file");
    let says =
        ["copy.yaml:172: a clause that cannot be checked (semantics-points-nowhere)", "contract-gate lint copy.yaml"];
    for command in [&["check", "copy.yaml", "--only", "answers"][..], &["doctor", "copy.yaml"]] {
        let (code, text) = stub::told(&stub::gate_in(&here, command));
        assert_eq!(code, 0, "{text}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(says.iter().all(|words| flat.contains(words)), "{command:?}: {text}");
    }
    let (_, text) = stub::told(&stub::gate_in(&here, &["check", "copy.yaml", "--only", "answers", "--report", "json"]));
    assert!(text.contains("semantics-points-nowhere"), "{text}");
    let (_, text) = stub::told(&stub::gate_in(&here, &["check", "flexportal", "--only", "answers"]));
    assert!(!text.contains("semantics-"), "{text}");
}
