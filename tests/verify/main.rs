//! Recorded traffic gets the verdicts of live traffic, as far as it proves them, and nothing more.

#[path = "../canary/mod.rs"]
mod canary;
mod traffic;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::engine::{Checked, Options, verify};
use contract_gate::event::Event;
use contract_gate::mask::Masker;
use contract_gate::recording::{Recording, Whereabouts, belonging};
use serde_json::{Value, json};

const SERVER: &str = "https://api-eu.flexportal.io";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contract-gate-verify-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn gate(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_contract-gate"))
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY")
            .env("NO_COLOR", "1")
            .output()
            .expect("the binary runs")
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.0.join(name)).expect("it is there")).expect("JSON")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Outcomes by check and operation, from the events of a run.
fn outcomes(folder: &Folder, name: &str) -> BTreeMap<(String, String), String> {
    let events = fs::read_to_string(folder.0.join(name)).expect("it is there");
    let events = events.lines().map(|line| serde_json::from_str::<Event>(line).expect("an event"));
    let judged = events.filter_map(|event| match event {
        Event::Judged(judged) => Some(((judged.check, judged.operation), judged.outcome.name().to_owned())),
        _ => None,
    });
    judged.collect()
}

fn families() -> BTreeMap<&'static str, &'static str> {
    contract_gate::checks::CATALOGUE.iter().map(|check| (check.id, check.family.name())).collect()
}

#[test]
fn a_lawful_run_is_lawful_in_its_recording_and_as_much_of_it_is_judged() {
    let families = families();
    for contract in Contract::SHIPPED {
        let folder = Folder::new(contract);
        let live = folder.gate(&["check", contract, "-q", "--record", "t.har", "--report", "ndjson=live.ndjson"]);
        assert_eq!(live.status.code(), Some(0), "{}", text(&live.stderr));
        let recorded = folder.gate(&["verify", contract, "t.har", "-q", "--report", "ndjson=rec.ndjson"]);
        let shown = text(&recorded.stdout);
        assert_eq!(recorded.status.code(), Some(0), "{shown}{}", text(&recorded.stderr));
        assert!(!shown.contains("deny"), "{shown}");
        let (live, recorded) = (outcomes(&folder, "live.ndjson"), outcomes(&folder, "rec.ndjson"));
        let judged = |outcome: &str| ["passed", "failed", "warned", "noted"].contains(&outcome);
        let mut compared = 0;
        for ((check, operation), outcome) in &live {
            if families.get(check.as_str()) == Some(&"answers") && judged(outcome) {
                compared += 1;
                let there = &recorded[&(check.clone(), operation.clone())];
                assert!(judged(there), "{contract}: {check} of {operation} is {outcome} live and {there} recorded");
            }
        }
        assert!(compared > 20, "{contract}: only {compared} verdicts on answers");
        // Without a contract it is found by what the gate noted.
        let unnamed = folder.gate(&["verify", "t.har", "-q"]);
        assert_eq!(unnamed.status.code(), Some(0), "{}{}", text(&unnamed.stdout), text(&unnamed.stderr));
    }
}

#[test]
fn faults_are_found_in_recordings_by_the_checks_that_find_them_live() {
    for (contract, fault, check) in [
        ("flexportal", "required-field-missing", "missing-required-field"),
        ("flexprice", "required-field-missing", "missing-required-field"),
        ("flexportal", "unknown-enum-value", "unknown-enum-value"),
        ("maple", "wrong-type", "wrong-type"),
        ("flexportal", "record-repeated-once", "record-repeated"),
        ("flexportal", "count-wrong", "wrong-count"),
        ("flexportal", "more-false-early", "walk-ends-early"),
        ("flexprice", "total-off-by-one", "wrong-total"),
        ("maple", "record-skipped", "record-skipped"),
        ("flexportal", "json-invalid", "malformed-json"),
        ("flexportal", "filter-lets-one-through", "filter-lets-foreign-through"),
        ("flexprice", "repeated-read-differs", "read-differs-on-repeat"),
    ] {
        let folder = Folder::new(&format!("{contract}-{fault}"));
        let live = folder.gate(&[
            "check",
            contract,
            "--fault",
            fault,
            "-q",
            "--record",
            "t.har",
            "--report",
            "ndjson=live.ndjson",
        ]);
        assert_eq!(live.status.code(), Some(1), "{fault}: {}{}", text(&live.stdout), text(&live.stderr));
        let recorded = folder.gate(&["verify", contract, "t.har", "-q", "--report", "ndjson=rec.ndjson"]);
        let shown = format!("{}{}", text(&recorded.stdout), text(&recorded.stderr));
        assert_eq!(recorded.status.code(), Some(1), "{fault} of {contract}: {shown}");
        let failed = |name: &str| {
            outcomes(&folder, name).into_iter().any(|((id, _), outcome)| id == check && outcome == "failed")
        };
        assert!(failed("live.ndjson") && failed("rec.ndjson"), "{fault} of {contract} by {check}: {shown}");
    }
}

#[cfg(unix)]
#[test]
fn a_recording_is_readable_by_its_owner_alone_and_says_what_it_holds() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new("owner");
    fs::write(folder.0.join("t.har"), "old, and readable by all").expect("written");
    let output = folder.gate(&["check", "maple", "-q", "--only", "answers", "--record", "t.har"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let mode = fs::metadata(folder.0.join("t.har")).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    assert!(text(&output.stderr).contains("customers' data"), "{}", text(&output.stderr));
    let har = folder.json("t.har");
    assert_eq!(har["log"]["version"], "1.2");
    let entry = &har["log"]["entries"][0];
    for member in ["startedDateTime", "time", "request", "response", "cache", "timings"] {
        assert!(entry.get(member).is_some(), "HAR 1.2 requires `{member}`: {entry}");
    }
    let output = folder.gate(&["check", "maple", "-q", "--record", "."]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

/// A lawful customer with a key.
fn customer(key: &str) -> Value {
    json!({
        "customerId": key, "tenantId": "unit_north", "firstName": "Noor", "lastName": "de Vries",
        "email": format!("{key}@example.com"), "customerType": "business", "totalOrders": 2, "totalDevicesRented": 1,
        "totalMonthlyRevenue": 129.5, "status": "active", "orderIds": ["ord_1", "ord_2"], "rentalIds": ["rent_1"],
        "createdBy": "system", "createdAt": "2025-03-04T09:12:44Z", "updatedAt": "2025-06-01T08:00:00Z"
    })
}

/// A page as the server writes it.
fn page(keys: &[&str], limit: u64, next: Option<&str>) -> Value {
    let customers: Vec<Value> = keys.iter().map(|key| customer(key)).collect();
    json!({ "customers": customers, "count": keys.len(), "limit": limit, "hasMore": next.is_some(), "nextCursor": next })
}

/// An entry as a browser writes it: HTTP/2, and the body as text.
fn entry(second: f64, query: &str, token: &str, body: &Value) -> Value {
    let at = format!("2026-11-02T09:{:02}:{:06.3}Z", (second / 60.0) as u32, second % 60.0);
    json!({
        "startedDateTime": at, "time": 20.5, "_priority": "High", "_initiator": {"type": "fetch"},
        "request": {
            "method": "GET", "url": format!("{SERVER}/v1/customers{query}"), "httpVersion": "h2",
            "headers": [
                {"name": ":authority", "value": "api-eu.flexportal.io"}, {"name": ":method", "value": "GET"},
                {"name": "authorization", "value": format!("Bearer {token}")}, {"name": "tenant-id", "value": "unit_north"},
                {"name": "accept-encoding", "value": "gzip, br"}
            ],
            "cookies": [], "queryString": [], "headersSize": -1, "bodySize": 0
        },
        "response": {
            "status": 200, "statusText": "", "httpVersion": "h2", "_transferSize": 812,
            "headers": [{"name": "content-type", "value": "application/json"}, {"name": "content-encoding", "value": "br"}],
            "content": {"size": body.to_string().len(), "mimeType": "application/json", "text": body.to_string()}
        },
        "cache": {}, "timings": {"send": 0, "wait": 20, "receive": 0.5}
    })
}

fn har(entries: &[Value]) -> String {
    json!({ "log": { "version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": entries } })
        .to_string()
}

fn judge(entries: &[Value]) -> Checked {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let recording = Recording::parse("t.har", har(entries).as_bytes()).expect("is a HAR");
    let masker = Masker::new(recording.secrets());
    let found = belonging(&contract, &recording, &masker, Whereabouts::default()).expect("one API");
    verify(contract, &recording, found, &Options::default(), &mut |_| {})
}

fn walk(start: f64, token: &str, pages: &[&[&str]]) -> Vec<Value> {
    let cursor = |index: usize| format!("cursor-{index}");
    let entries = pages.iter().enumerate().map(|(index, keys)| {
        let query = if index == 0 { "?limit=2".to_owned() } else { format!("?limit=2&startAfter={}", cursor(index)) };
        let next = (index + 1 < pages.len()).then(|| cursor(index + 1));
        entry(start + index as f64, &query, token, &page(keys, 2, next.as_deref()))
    });
    entries.collect()
}

#[test]
fn hostile_recordings_end_with_an_error_and_its_place() {
    let folder = Folder::new("hostile");
    let good = har(&walk(0.0, "one", &[&["a"]]));
    let cut = good.len() - 40;
    let mut base64 = walk(0.0, "one", &[&["a"]]);
    base64[0]["response"]["content"]["encoding"] = json!("base64");
    let mut gzip = base64.clone();
    gzip[0]["response"]["content"]["encoding"] = json!("x-rot13");
    for (name, text, wanted) in [
        ("cut.har", good[..cut].to_owned(), "cut.har:1:".to_owned()),
        ("empty.har", String::new(), "empty.har:1:1: is empty".to_owned()),
        ("no.har", "{\n  \"log\": []\n}".to_owned(), "no.har:2:".to_owned()),
        ("list.har", "[1]".to_owned(), "list.har:1:".to_owned()),
        ("type.har", good.replace("\"GET\"", "17"), "expected a string".to_owned()),
        ("deep.har", format!("{{\"log\": {}", "[".repeat(200_000)), "deep.har:1:".to_owned()),
        ("base64.har", har(&base64), "entry 1 (GET https://api-eu.flexportal.io/v1/customers)".to_owned()),
        ("rot.har", har(&gzip), "neither text nor base64".to_owned()),
    ] {
        fs::write(folder.0.join(name), text).expect("written");
        let output = folder.gate(&["verify", "flexportal", name]);
        let shown = self::text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name}: {shown}");
        assert!(shown.contains(&wanted), "{name}: `{wanted}` is missing in: {shown}");
        assert!(!shown.contains("by its own fault"), "{name}: {shown}");
    }
    // Odd, but nothing to stop at.
    let mut odd = walk(0.0, "one", &[&["a"]]);
    odd[0]["startedDateTime"] = json!("yesterday");
    odd[0]["time"] = json!("NaN");
    odd[0]["response"]["headers"] = Value::Null;
    let mut huge = walk(0.0, "one", &[&["b"]]);
    huge[0]["time"] = json!(1e300);
    huge[0]["request"]["url"] = json!(format!("{SERVER}/v1/customers?limit={}", "9".repeat(5000)));
    huge[0]["response"]["status"] = json!(99_999_999_999_u64);
    fs::write(folder.0.join("odd.har"), har(&[odd, huge].concat())).expect("written");
    let output = folder.gate(&["verify", "flexportal", "odd.har"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn a_credential_of_a_recording_is_in_no_report() {
    use base64::Engine as _;
    const CANARY: &str = "cAn4ry/r3corded+\"QzXw\"VuTs";
    let folder = Folder::new("canary");
    let coded = percent_encoding::utf8_percent_encode(CANARY, percent_encoding::NON_ALPHANUMERIC).to_string();
    let base64 = base64::engine::general_purpose::STANDARD.encode(CANARY);
    let mut entries = walk(0.0, CANARY, &[&["a"]]);
    // The server says it back in every form, where a finding quotes it.
    let forms = canary::forms(CANARY);
    let said = forms.join(" ");
    entries[0]["response"]["content"]["text"] = json!(json!({"customers": said, "count": said}).to_string());
    entries[0]["request"]["url"] = json!(format!("{SERVER}/v1/customers?limit=2&note={coded}&api_key=s3cretquerykey"));
    entries[0]["request"]["cookies"] = json!([{"name": "sid", "value": "c00kie-canary-value"}]);
    fs::write(folder.0.join("c.har"), har(&entries)).expect("written");
    let mut arguments = vec!["verify", "flexportal", "c.har", "--show-values", "-v"];
    for report in ["json=j.out", "ndjson=n.out", "junit=u.out", "sarif=s.out", "markdown=m.out", "html=h.out"] {
        arguments.extend(["--report", report]);
    }
    let output = folder.gate(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}{}", text(&output.stdout), text(&output.stderr));
    let mut written = vec![text(&output.stdout), text(&output.stderr)];
    for name in ["j.out", "n.out", "u.out", "s.out", "m.out", "h.out"] {
        written.push(fs::read_to_string(folder.0.join(name)).expect("it is there"));
    }
    let escaped = CANARY.replace('"', "\\\"");
    for needle in [CANARY, &coded, &base64, &escaped, "cAn4ry", "s3cretquerykey", "c00kie-canary"] {
        for text in &written {
            let line = text.lines().find(|line| line.contains(needle));
            assert!(line.is_none(), "{needle:?} came out: {line:?}");
        }
    }
    for text in &written {
        canary::assert_nothing_of(CANARY, &forms, text, "a report of a recording");
    }
}

#[test]
fn a_credential_that_is_short_or_looks_masked_is_in_no_report() {
    let folder = Folder::new("lookalikes");
    let mut entries = walk(0.0, "$2y$10$N9qo8uLOickgx2ZMRZoMye", &[&["a"]]);
    entries[0]["response"]["content"]["text"] = json!("{\"customers\": 3}");
    entries[0]["request"]["url"] = json!(format!("{SERVER}/v1/customers?limit=2&api_key=abc12&session=x1"));
    fs::write(folder.0.join("c.har"), har(&entries)).expect("written");
    let output = folder.gate(&["verify", "flexportal", "c.har", "--show-values", "-v"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    assert!(told.contains("$TOKEN") && told.contains("curl"), "{told}");
    for credential in ["$2y$10", "N9qo8", "abc12", "session=x1"] {
        assert!(!told.contains(credential), "{credential}: {told}");
    }
}

#[test]
fn a_credential_of_a_run_is_not_in_its_recording() {
    use base64::Engine as _;
    use std::io::{Read as _, Write as _};
    const CANARY: &str = "cAn4ry/t0ken+\"QzXwVuTsRq5";
    let coded = percent_encoding::utf8_percent_encode(CANARY, percent_encoding::NON_ALPHANUMERIC).to_string();
    let base64 = base64::engine::general_purpose::STANDARD.encode(CANARY);
    let forms = canary::forms(CANARY);
    let body = json!({ "error": { "code": "X", "message": forms.join(" ") } }).to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let cookie = format!("Set-Cookie: sid=server-c00kie-value; Path=/\r\nX-Echo: {base64}");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut asked = [0; 8192];
            let _ = stream.read(&mut asked);
            let length = body.len();
            let head = format!("HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: {length}");
            let _ = write!(stream, "{head}\r\n{cookie}\r\nConnection: close\r\n\r\n{body}");
        }
    });
    let folder = Folder::new("run-canary");
    let output = Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(["check", "flexportal", "--base-url", &base, "--token-env", "CANARY_TOKEN"])
        .args(["--param", "Tenant-ID=unit_north", "--max-requests", "20", "--record", "t.har", "-q"])
        .current_dir(&folder.0)
        .env("CANARY_TOKEN", CANARY)
        .output()
        .expect("the binary runs");
    let recording = fs::read_to_string(folder.0.join("t.har"));
    let recording = recording.unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    assert!(recording.contains("$CANARY_TOKEN"), "{recording}");
    let escaped = CANARY.replace('"', "\\\"");
    for needle in [CANARY, &coded, &base64, &escaped, "cAn4ry", "c00kie"] {
        assert!(!recording.contains(needle), "{needle:?} stands in the recording");
    }
    canary::assert_nothing_of(CANARY, &forms, &recording, "the recording");
    Recording::parse("t.har", recording.as_bytes()).expect("is a HAR");
}

#[test]
fn what_is_left_aside_is_told_in_the_order_of_the_recording() {
    let contract = Contract::shipped("flexportal").expect("is shipped");
    let later = |number: usize| {
        let mut entry = entry(number as f64, &format!("/key-{number}"), "one", &json!({}));
        entry["response"]["status"] = json!(429);
        entry
    };
    let entries: Vec<Value> = (0..30).rev().map(later).collect();
    let recording = Recording::parse("t.har", har(&entries).as_bytes()).expect("is a HAR");
    for _ in 0..3 {
        let found = belonging(&contract, &recording, &Masker::new([]), Whereabouts::default()).expect("one API");
        let remarks = found.remarks();
        assert!(remarks.len() == 1 && remarks[0].contains("/key-29"), "{remarks:?}");
    }
}

#[test]
fn a_credential_with_a_blank_in_it_is_in_no_report() {
    let folder = Folder::new("blank");
    let mut entries = walk(0.0, "one", &[&["a"]]);
    entries[0]["response"]["content"]["text"] = json!("{\"customers\": \"my s3cretkey, s3cretkey\"}");
    let headers = entries[0]["request"]["headers"].as_array_mut().expect("a list");
    headers.extend([
        json!({"name": "X-Api-Key", "value": "my s3cretkey"}),
        json!({"name": "X-Auth-Token", "value": "Token an0thers3cret"}),
    ]);
    fs::write(folder.0.join("c.har"), har(&entries)).expect("written");
    let output = folder.gate(&["verify", "flexportal", "c.har", "--show-values", "-v"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{told}{}", text(&output.stderr));
    assert!(told.contains("X-Api-Key: $TOKEN") && told.contains("X-Auth-Token: Token $TOKEN"), "{told}");
    for credential in ["my s3cretkey", "my $TOKEN", "an0thers3cret"] {
        assert!(!told.contains(credential), "{credential}: {told}");
    }
}
