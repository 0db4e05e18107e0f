//! Whose fault it is: the set-up's, the server's or the API's. `doctor` says so, and `check` stops before it begins.

mod stub;

use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::mock::{self, Fault, Running};
use stub::{answer, folder, forward, gate_in, serve, told};

const TENANT: [&str; 4] = ["--token-env", "STUB_TOKEN", "--param", "Tenant-ID=unit_north"];
const JSON: &str = "Content-Type: application/json\r\n";

fn embedded(fault: Option<&str>) -> Running {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let fault = fault.map(|id| Fault::find(id).expect("is in the catalogue"));
    mock::start(contract, mock::Options { fault, ..mock::Options::default() }).expect("starts")
}

fn ask(command: &str, url: &str, more: &[&str]) -> (i32, String) {
    let mut arguments = vec![command, "flexportal", "--base-url", url];
    arguments.extend(more);
    told(&gate_in(&folder("doctor"), &arguments))
}

#[test]
fn embedded_servers_are_well() {
    let (code, text) = told(&gate_in(&folder("doctor-well"), &["doctor"]));
    assert_eq!(code, 0, "{text}");
    assert_eq!(text.matches("ok       first page").count(), 3, "{text}");
    assert_eq!(text.matches("ok       second tenant").count(), 3, "{text}");
    assert!(!text.contains("problem"), "{text}");
}

#[test]
fn a_server_that_is_not_there_is_down() {
    let (code, text) = ask("doctor", "http://127.0.0.1:9", &TENANT);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("problem  reachable") && text.contains("the server is down"), "{text}");
    assert!(text.contains("next: start the server"), "{text}");
}

#[test]
fn what_the_user_forgot_is_told_apart() {
    let server = embedded(None);
    let url = server.base_url();
    for (flags, line, next) in [
        (vec!["--param", "Tenant-ID=unit_north"], "no credential was given", "--token-env NAME"),
        (
            vec!["--token-env", "STUB_WRONG", "--param", "Tenant-ID=unit_north"],
            "the credential was refused",
            "put a working token into $STUB_WRONG",
        ),
        (vec!["--token-env", "STUB_TOKEN"], "no tenant was given", "--param Tenant-ID=VALUE"),
        (
            [&TENANT[..], &["--second-token-env", "STUB_WRONG", "--second-param", "Tenant-ID=unit_south"]].concat(),
            "the second tenant's credential was refused with 401",
            "--second-token-env NAME",
        ),
        ([&TENANT[..], &["--known-id", "customer=nobody"]].concat(), "is answered 404", "--known-id RESOURCE=KEY"),
    ] {
        let (code, text) = ask("doctor", url, &flags);
        assert_eq!(code, 2, "{flags:?}: {text}");
        let problem = text.lines().find(|shown| shown.contains("you are misconfigured") && shown.contains(line));
        assert!(problem.is_some(), "{flags:?}: `{line}` is missing in: {text}");
        assert!(text.contains(next), "{flags:?}: `{next}` is missing in: {text}");
        assert!(!text.contains("mock-token-1-1") && !text.contains("a-token-of-nobody"), "{text}");
    }
}

#[test]
fn an_open_door_is_the_apis_fault() {
    let server = embedded(Some("credential-not-needed"));
    let (code, text) = ask("doctor", server.base_url(), &TENANT);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("problem  no credential     the API is wrong"), "{text}");
    assert!(text.contains("contract-gate explain works-without-credential"), "{text}");
}

#[test]
fn a_tenant_is_judged_as_the_check_judges_it() {
    let server = embedded(None);
    let behind = server.base_url().to_owned();
    // Whoever names a tenant that is none gets an empty page: that is no refusal.
    let url = serve(move |head| match head.to_ascii_lowercase().contains("tenant-id: unit_north\r\n") {
        true => forward(&behind, head),
        false => answer("200 OK", JSON, r#"{"customers":[],"hasMore":false,"nextCursor":null,"count":0,"limit":50}"#),
    });
    let (code, text) = ask("doctor", &url, &TENANT);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("problem  tenant            the API is wrong"), "{text}");
    assert!(text.contains("contract-gate explain works-in-unknown-tenant"), "{text}");
    let (code, text) = ask("check", &url, &[&TENANT[..], &["--only", "works-in-unknown-tenant"]].concat());
    assert_eq!(code, 1, "{text}");
}

/// Documents without a clause of `x-contract`.
fn plain(path: &str, method: &str) -> String {
    format!(
        "openapi: 3.0.3\ninfo: {{title: Plain, version: '1'}}\npaths:\n  {path}:\n    {method}:\n      responses:\n        \
         '200': {{description: ok, content: {{application/json: {{schema: {{type: array, items: {{type: object, \
         properties: {{id: {{type: integer}}}}}}}}}}}}}}\n"
    )
}

#[test]
fn who_looked_at_nothing_says_so() {
    let here = folder("doctor-plain");
    std::fs::write(here.join("pets.yaml"), plain("/pets", "get")).expect("a file");
    std::fs::write(here.join("post.yaml"), plain("/pets", "post")).expect("a file");
    let json = |status: &'static str, body: &'static str| serve(move |_| answer(status, JSON, body));
    for (document, url, wanted, says) in [
        ("pets.yaml", "http://127.0.0.1:9".to_owned(), 3, "problem  reachable         the server is down"),
        ("pets.yaml", json("401 Unauthorized", "{}"), 2, "no credential was given"),
        ("pets.yaml", json("200 OK", "[{\"id\": 1}]"), 0, "ok       first page        GET /pets is answered"),
        ("pets.yaml", json("200 OK", "[{\"id\": \"x\"}]"), 1, "breaks the schema at /0/id"),
        ("pets.yaml", json("404 Not Found", "{}"), 1, "answers 404, which the document does not declare"),
        ("post.yaml", json("200 OK", "{}"), 3, "exit 3: nothing of the API could be looked at"),
        ("post.yaml", "http://127.0.0.1:9".to_owned(), 3, "the server is down"),
    ] {
        let (code, text) = told(&gate_in(&here, &["doctor", document, "--base-url", &url]));
        assert_eq!(code, wanted, "{document} {url}: {text}");
        assert!(text.contains(says), "`{says}` is missing in: {text}");
        let (checked, text) = told(&gate_in(&here, &["check", document, "--base-url", &url, "-q"]));
        assert_eq!(checked == 0, wanted == 0, "{document} {url}: {text}");
    }
}

#[test]
fn what_the_gate_cannot_read_is_its_own_limit() {
    let here = folder("doctor-limits");
    std::fs::write(here.join("pets.yaml"), plain("/pets", "get")).expect("a file");
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let many: String = (0..3000).map(|number| format!("X-{number}: v\r\n")).collect();
    for (why, bytes) in [
        ("JSON nested deeper than 128 levels", answer("200 OK", JSON, &deep)),
        ("more than 100 headers", answer("200 OK", &format!("{JSON}{many}"), "[]")),
    ] {
        let url = serve(move |_| bytes.clone());
        let (code, text) = told(&gate_in(&here, &["doctor", "pets.yaml", "--base-url", &url]));
        assert_eq!(code, 3, "{text}");
        assert!(text.contains(why) && text.contains("ok       reachable"), "{text}");
        let (code, text) = told(&gate_in(&here, &["check", "pets.yaml", "--base-url", &url]));
        assert_ne!(code, 1, "{why}: {text}");
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            flat.contains(&format!("1 answer is not judged: an answer beyond what the gate reads: {why}")),
            "{text}"
        );
        assert!(!text.contains("no valid JSON") && !text.contains('✓'), "{text}");
        let strict = ["check", "pets.yaml", "--base-url", &url, "--require-conclusive"];
        assert_ne!(told(&gate_in(&here, &strict)).0, 0, "{why}");
    }
}

#[test]
fn another_server_stops_both_commands() {
    let page = "<!DOCTYPE html><html><body>Sign in</body></html>";
    let html = "Content-Type: text/html\r\n";
    for (what, bytes) in [
        ("404 without JSON", answer("404 Not Found", "Content-Type: text/plain\r\n", "404 page not found")),
        ("a web page", answer("200 OK", html, page)),
        (
            "JSON that has none of the members that the document declares",
            answer("200 OK", JSON, r#"{"items": [{"number": 7}], "page": 1}"#),
        ),
        ("a redirect", answer("302 Found", "Location: https://login.example/?back=x\r\n", "")),
    ] {
        let url = serve(move |_| bytes.clone());
        let (code, text) = ask("check", &url, &TENANT);
        assert_eq!(code, 3, "{what}: {text}");
        for wanted in ["does not look like this API", what, "check the base URL"] {
            assert!(text.replace("\n    ", " ").contains(wanted), "{what}: `{wanted}` is missing in: {text}");
        }
        let (code, text) = ask("doctor", &url, &TENANT);
        assert_eq!(code, 2, "{what}: {text}");
        assert!(text.contains("problem  first page") && text.contains(what), "{what}: {text}");
        assert_eq!(text.matches("problem").count(), 1, "{what}: {text}");
        assert!(!text.contains("the API is wrong") && !text.contains("ok       credential"), "{what}: {text}");
        assert!(!text.contains(", is answered"), "{text}");
    }
}

#[test]
fn an_api_that_fails_as_an_api_is_still_judged() {
    let json = "Content-Type: application/json\r\n";
    let url = serve(move |_| answer("400 Bad Request", json, "{\"message\":\"no such customer\"}"));
    let (code, text) = ask("check", &url, &[&TENANT[..], &["--only", "answers", "--no-shrink", "-q"]].concat());
    assert_eq!(code, 1, "{text}");
    // An envelope of other names around records that are known: the API has changed, and that is what has to be told.
    let renamed =
        r#"{"results": [{"customerId": "c_1", "email": "a@b.example", "firstName": "A", "lastName": "B"}], "page": 1}"#;
    let url = serve(move |_| answer("200 OK", json, renamed));
    let (code, text) = ask("check", &url, &[&TENANT[..], &["--only", "answers", "--no-shrink"]].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("missing-required-field") && !text.contains("does not look like this API"), "{text}");
    let url = serve(move |_| answer("500 Internal Server Error", json, "{\"message\":\"sorry\"}"));
    let (code, text) = ask("doctor", &url, &TENANT);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("the API is wrong: GET /v1/customers answers 500"), "{text}");
}

#[test]
fn clocks_and_rate_limits_are_read() {
    let body = "{\"customers\":[],\"hasMore\":false,\"nextCursor\":null,\"count\":0,\"limit\":50}";
    let headers = "Content-Type: application/json\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-RateLimit-Limit: 60\r\n";
    let url = serve(move |_| answer("200 OK", headers, body));
    let (_, text) = ask("doctor", &url, &TENANT);
    assert!(text.contains("problem  clock") && text.contains("s behind this machine's"), "{text}");
    assert!(text.contains("x-ratelimit-limit: 60"), "{text}");
}

#[test]
fn patience_and_certificates_have_their_own_lines() {
    let busy = answer("429 Too Many Requests", "Retry-After: 600\r\n", "");
    let (code, text) = ask("doctor", &serve(move |_| busy.clone()), &TENANT);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("problem  rate limit") && text.contains("asks to come back in 10 minutes"), "{text}");
    let plain = serve(move |_| answer("200 OK", "", "")).replace("http:", "https:");
    let (code, text) = ask("doctor", &plain, &TENANT);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("problem  TLS") && text.contains("does not speak HTTPS"), "{text}");
    assert!(text.contains("next: write http://127.0.0.1:"), "{text}");
    assert!(text.contains("ok       reachable"), "{text}");
}

#[test]
fn a_refusal_is_no_silence() {
    let server = embedded(None);
    let second = ["--second-token-env", "STUB_WRONG", "--second-param", "Tenant-ID=unit_south", "--only", "access"];
    let (code, text) = ask("check", server.base_url(), &[&TENANT[..], &second].concat());
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("the second tenant's credential was refused with 401"), "{text}");
    assert!(!text.contains("showed no record"), "{text}");
}

/// A server whose list fails, in front of one that can read single records.
fn closed_list(status: &'static str) -> (Running, String, String) {
    let server = embedded(None);
    let behind = server.base_url().to_owned();
    let key = server.access().known_keys["customer"][0].clone();
    let json = "Content-Type: application/json\r\n";
    let url = serve(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        let list = path.split('?').next().is_some_and(|path| path.ends_with("/customers"));
        if list { answer(status, json, "{\"error\":\"closed\"}") } else { forward(&behind, head) }
    });
    (server, url, key)
}

#[test]
fn known_ids_stand_in_for_a_list_that_is_closed() {
    for status in ["403 Forbidden", "500 Internal Server Error"] {
        let (_server, url, key) = closed_list(status);
        let known = format!("customer={key}");
        let here = folder("known-ids");
        let report = here.join("report.json");
        let json = format!("json={}", report.display());
        let more = ["--known-id", &known, "--only", "records", "--only", "getCustomer", "--report", &json, "-q"];
        let mut arguments = vec!["check", "flexportal", "--base-url", &url];
        arguments.extend(TENANT.iter().chain(&more));
        let (code, text) = told(&gate_in(&here, &arguments));
        assert_eq!(code, 0, "{status}: {text}");
        let text = std::fs::read_to_string(&report).expect("a report");
        let run = contract_gate::report::read(&text).expect("its own format");
        let passed: Vec<&str> = run
            .judged()
            .filter(|judged| judged.outcome == contract_gate::event::Outcome::Passed)
            .map(|judged| judged.check.as_str())
            .collect();
        assert!(passed.contains(&"wrong-member") && passed.contains(&"read-differs-on-repeat"), "{status}: {passed:?}");
    }
}

#[test]
fn known_ids_of_the_second_tenant_stand_in_for_its_list() {
    for (fault, code) in [(None, 0), (Some("foreign-record-readable"), 1)] {
        let server = embedded(fault);
        let key = &server.access().second_keys["customer"][0];
        let here = folder("second-ids");
        let config = format!(
            "[targets.ours]\ncontract = \"flexportal\"\nbase-url = \"{}\"\ntoken-env = \"STUB_TOKEN\"\n\
             params = {{ Tenant-ID = \"unit_north\" }}\n[targets.ours.second-tenant]\ntoken-env = \"STUB_WRONG\"\n\
             known-ids = {{ customer = [\"{key}\"] }}\n",
            server.base_url()
        );
        std::fs::write(here.join("contract-gate.toml"), config).expect("a file");
        let arguments = ["check", "ours", "--only", "foreign-record-readable", "--only", "getCustomer", "--no-shrink"];
        let (found, text) = told(&gate_in(&here, &arguments));
        assert_eq!(found, code, "{fault:?}: {text}");
        assert_eq!(text.contains("another tenant's record can be read"), code == 1, "{fault:?}: {text}");
    }
}

#[test]
fn a_page_of_what_stands_in_front_is_quoted() {
    let page = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head></html>";
    let url = serve(move |_| answer("400 Bad Request", "Content-Type: text/html\r\n", page));
    let quoted = "a web page that says `400 The plain HTTP request was sent to HTTPS port`";
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (code, text) = ask("check", &url, &TENANT);
    assert_eq!(code, 3, "{text}");
    assert!(flat(&text).contains(quoted) && text.contains("http or https"), "{text}");
    let (code, text) = ask("doctor", &url, &TENANT);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("problem  first page") && text.contains(quoted), "{text}");
}

/// A server whose proxy shows the first tenant's list to whoever asks, and no other list to anybody.
fn open_list() -> (Running, String) {
    let server = embedded(None);
    let behind = server.base_url().to_owned();
    let url = serve(move |head| {
        let path = head.split(' ').nth(1).unwrap_or_default();
        if !path.split('?').next().is_some_and(|path| path.ends_with("/customers")) {
            return forward(&behind, head);
        }
        let mut lines: Vec<&str> = head.trim_end().split("\r\n").collect();
        lines.retain(|line| !line.to_ascii_lowercase().starts_with("authorization:"));
        lines.push("authorization: Bearer mock-token-1-1");
        forward(&behind, &format!("{}\r\n\r\n", lines.join("\r\n")))
    });
    (server, url)
}

#[test]
fn what_the_first_tenant_shows_is_not_lost_with_the_second() {
    let (_server, url) = open_list();
    let second = ["--second-token-env", "STUB_WRONG", "--second-param", "Tenant-ID=unit_south", "--no-shrink"];
    let (code, text) = ask("check", &url, &[&TENANT[..], &second].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("deny  works-without-credential  #1"), "{text}");
    assert!(text.contains("2 verdicts not reached: the second tenant's credential was refused with 403"), "{text}");
}

#[test]
fn a_size_that_is_refused_is_no_credential_that_is() {
    let server = embedded(None);
    let behind = server.base_url().to_owned();
    let url = serve(move |head| match head.contains("limit=100") || head.contains("limit=200") {
        true => answer("403 Forbidden", JSON, "{\"error\":{\"code\":\"FORBIDDEN\",\"message\":\"no\"}}"),
        false => forward(&behind, head),
    });
    let (code, text) = ask("check", &url, &[&TENANT[..], &["--only", "list-refused", "--no-shrink"]].concat());
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("list-refused") && text.contains("status 403"), "{text}");
}
