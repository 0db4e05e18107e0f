//! What rules are given beside the object that they stand on is what was sent and what came back.

use contract_gate::case::Call;
use contract_gate::contract::Contract;
use contract_gate::document::Document;
use contract_gate::exchange::{Answer, Exchange, Sent};
use contract_gate::study::{Looks, Observation, observe};

/// A reader whose customer has one rule, called `rule`.
fn contract(rule: &str) -> Contract {
    let text = format!(
        r"
openapi: 3.0.3
info: {{title: t, version: '1'}}
paths:
  /v1/customers/{{id}}:
    get:
      operationId: getCustomer
      parameters:
        - {{in: path, name: id, required: true, schema: {{type: string}}}}
        - {{in: query, name: depth, schema: {{type: integer}}}}
        - {{in: query, name: fields, schema: {{type: array, items: {{type: string}}}}}}
        - {{in: header, name: Tenant-ID, schema: {{type: string}}}}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                x-rules: [{{id: rule, rule: {}, message: m, source: ours}}]
                properties: {{tenant: {{type: string}}}}
",
        serde_json::Value::from(rule)
    );
    Contract::from_document("rules", Document::parse(std::path::Path::new("rules.yaml"), text).expect("YAML"))
        .expect("a contract")
}

/// An answer with some headers, to a request that was sent as `url` for a tenant.
fn seen(contract: &Contract, looks: &Looks, (url, tenant): (&str, &str), headers: &[(&str, &str)]) -> Observation {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let answer = Answer {
        status: 200,
        headers: headers.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        body: r#"{"tenant": "north"}"#.into(),
    };
    let sent = Sent {
        method: "GET".to_owned(),
        url: url.to_owned(),
        headers: vec![("Tenant-ID".to_owned(), tenant.to_owned()), ("Accept".to_owned(), "text/plain".to_owned())],
        body: None,
    };
    let exchange = Exchange { sent, outcome: Ok(answer), waited: Vec::new() };
    let operation = contract.operation("getCustomer").expect("it is declared");
    observe(contract, operation, Call::new("getCustomer"), exchange, looks)
}

const URL: &str = "http://127.0.0.1/base/v1/customers/c%201?depth=2&fields=a&fields=b&odd=yes";

/// How often a rule was asked and broken.
fn ruled(rule: &str, from: (&str, &str), headers: &[(&str, &str)]) -> (usize, usize) {
    let seen = seen(&contract(rule), &Looks::default(), from, headers);
    (seen.body.rules_asked, seen.body.rule_breaks.len())
}

#[test]
fn a_rule_sees_the_request_as_it_was_sent() {
    for (rule, broken) in [
        ("request.method == 'GET'", 0),
        ("request.path == '/v1/customers/c%201'", 0),
        ("request.path == 'getCustomer'", 1),
        ("request.query.depth == 2.0", 0),
        ("request.query.depth > 2.0", 1),
        ("request.query.fields == ['a', 'b']", 0),
        ("request.query.odd == 'yes'", 0),
        ("!has(request.query.limit)", 0),
        ("request.headers['tenant-id'] == self.tenant", 0),
        ("request.headers['tenant-id'] == 'south'", 1),
        // Nobody declares it.
        ("!('accept' in request.headers)", 0),
    ] {
        assert_eq!(ruled(rule, (URL, "north"), &[]), (1, broken), "{rule}");
    }
}

#[test]
fn a_rule_sees_the_status_and_the_headers_of_the_answer() {
    let headers = [("x-total", "1"), ("link", "<a>"), ("link", "<b>")];
    for (rule, broken) in [
        ("response.status == 200.0", 0),
        ("response.headers['x-total'] == '1'", 0),
        ("response.headers['x-total'] == '2'", 1),
        ("response.headers.link == '<a>, <b>'", 0),
        ("!('etag' in response.headers)", 0),
    ] {
        assert_eq!(ruled(rule, (URL, "north"), &headers), (1, broken), "{rule}");
    }
}

#[test]
fn a_rule_about_a_secret_does_not_apply() {
    let own = ("http://h/v1/customers/$KEY?depth=$DEPTH", "$TENANT");
    for rule in ["request.headers['tenant-id'] == self.tenant", "request.path == '/'", "request.query.depth == 2.0"] {
        assert_eq!(ruled(rule, own, &[]), (0, 0), "{rule}");
    }
    assert_eq!(ruled("response.headers['x-key'] == 'k'", (URL, "north"), &[("x-key", "***")]), (0, 0));
}

#[test]
fn what_runs_share_of_a_body_is_not_taken_for_another_request_or_answer() {
    let all = Looks::default();
    for rule in ["request.headers['tenant-id'] == self.tenant", "response.headers['x-tenant'] == self.tenant"] {
        let contract = contract(rule);
        for (run, tenant) in ["north", "north", "south", "north", "south"].into_iter().enumerate() {
            let looks = all.for_run(u32::try_from(run).expect("few runs"));
            let seen = seen(&contract, &looks, (URL, tenant), &[("x-tenant", tenant)]);
            assert_eq!(seen.body.rule_breaks.len(), usize::from(tenant == "south"), "{rule}, run {run} of {tenant}");
        }
    }
}

#[test]
fn what_is_wrong_in_every_record_is_kept_in_part_and_counted() {
    let contract = contract("self.tenant == 'south'");
    let schema = "type: object\n                x-rules";
    let text =
        contract.document.text().replace(schema, "type: array\n                items:\n                  x-rules");
    let text = text.replace(
        "                properties: {tenant: {type: string}}",
        "                  properties: {tenant: {type: string}, n: {type: integer}, m: {type: integer}}",
    );
    let document = Document::parse(std::path::Path::new("rules.yaml"), text).expect("YAML");
    let contract = Contract::from_document("rules", document).expect("a contract");
    let mut records = vec![serde_json::json!({"tenant": "north", "n": 1.0}); 5_000];
    records[4_999]["m"] = serde_json::json!(2.0);
    let answer = Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: serde_json::to_vec(&records).expect("JSON").into(),
    };
    let sent = Sent { method: "GET".to_owned(), url: URL.to_owned(), ..Sent::default() };
    let exchange = Exchange { sent, outcome: Ok(answer), waited: Vec::new() };
    let operation = contract.operation("getCustomer").expect("it is declared");
    let body = observe(&contract, operation, Call::new("getCustomer"), exchange, &Looks::default()).body;
    assert!(body.rule_breaks.len() < 100 && body.integral_fractions.len() < 100, "{body:?}");
    assert_eq!(body.rule_breaks.iter().map(|found| found.times).sum::<u32>(), 5_000);
    assert_eq!(body.integral_fractions.iter().map(|found| found.times).sum::<u32>(), 5_001);
    assert_eq!(body.integral_fractions.last().expect("some").pointer, "/4999/m", "no field is lost behind another");
}
