//! The facade of the library: what the flags can, its calls can.

mod stub;

use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::finding::Level;
use contract_gate::gate::{Checked, Gate, GateError, Trial, Verdict};
use contract_gate::mock::{self, Running};
use contract_gate::report::Format;
use contract_gate::waiver::{STALE, Waiver};
use stub::{answer, forward, serve};

fn gate() -> Gate {
    Gate::shipped("flexportal").expect("it is shipped").shrink(false).reads(3).max_records(50)
}

fn verdict(checked: &Checked, check: &'static str) -> Verdict {
    checked.verdict(&Trial { operation: "listCustomers".to_owned(), check })
}

#[test]
fn a_gate_selects_and_weighs_as_the_flags_do() {
    let gate = gate().only(["answers"]).skip(["wrong-type"]).level("listCustomers:unknown-enum-value", Level::Allow);
    let checked = gate.check_blocking().expect("it runs");
    assert!(checked.conforms(), "{checked}");
    assert_eq!(verdict(&checked, "wrong-type"), Verdict::Skipped("switched off by --skip wrong-type".to_owned()));
    assert!(matches!(verdict(&checked, "unknown-enum-value"), Verdict::Skipped(why) if why.contains("level allow")));
    assert_eq!(verdict(&checked, "missing-required-field"), Verdict::Passed);
}

#[test]
fn a_gate_refuses_names_that_are_not_there() {
    let waiver = |check: &str, operation: Option<&str>| Waiver {
        check: check.to_owned(),
        operation: operation.map(str::to_owned),
        reason: "ticket 1".to_owned(),
        ..Waiver::default()
    };
    for (gate, hint) in [
        (gate().only(["pagin"]), "did you mean `paging`?"),
        (gate().skip(["listCustomrs"]), "did you mean `listCustomers`?"),
        (gate().level("wrong-typ", Level::Deny), "did you mean `wrong-type`?"),
        (gate().level("", Level::Deny), "names no check"),
        (gate().waive(waiver("wrong-type", Some("listCustomrs"))), "did you mean `listCustomers`?"),
        (gate().waive(waiver("paging", None)), "is a family"),
    ] {
        let error = gate.check_blocking().expect_err("the name is wrong");
        assert!(matches!(error, GateError::Name(_) | GateError::Scope(_)), "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
    let stale = gate().waive(waiver("page-exceeds-size", Some("getCustomer"))).check_blocking().expect("it runs");
    assert!(stale.findings().any(|finding| finding.id == STALE), "{stale}");
}

#[test]
fn the_reports_of_a_gate_explain_their_rules() {
    let checked = gate().only(["answers"]).check_blocking().expect("it runs");
    let sarif: serde_json::Value = serde_json::from_str(&checked.report(Format::Sarif)).expect("JSON");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().cloned().unwrap_or_default();
    assert!(rules.len() > 50, "{} rules", rules.len());
    for rule in &rules {
        let help = rule["help"]["text"].as_str().unwrap_or_default();
        assert!(help.contains("Why it matters") && !help.contains("## "), "{rule:#}");
    }
}

/// A lawful server whose list is closed, and the key of a record that can be read there.
fn closed_list() -> (Running, String, String) {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let server = mock::start(contract, mock::Options::default()).expect("starts");
    let (behind, key) = (server.base_url().to_owned(), server.access().known_keys["customer"][0].clone());
    let url = serve(move |head| {
        let path = head.split(' ').nth(1).and_then(|path| path.split('?').next()).unwrap_or_default();
        if path.ends_with("/customers") {
            answer("403 Forbidden", "Content-Type: application/json\r\n", r#"{"error":"closed"}"#)
        } else {
            forward(&behind, head)
        }
    });
    (server, url, key)
}

#[test]
fn a_known_record_is_read_where_no_list_is_open() {
    let (_server, url, key) = closed_list();
    let reads = |known: Option<&str>| {
        let gate = gate().base_url(&url).token("mock-token-1-1").param("Tenant-ID", "unit_north");
        let gate = gate.only(["records", "getCustomer"]);
        let gate = known.into_iter().fold(gate, |gate, key| gate.known_id("customer", key));
        let checked = gate.check_blocking().expect("it runs");
        let trial = Trial { operation: "getCustomer".to_owned(), check: "wrong-member" };
        (checked.verdict(&trial), checked.to_string())
    };
    let (verdict, text) = reads(Some(&key));
    assert_eq!(verdict, Verdict::Passed, "{text}");
    let (verdict, text) = reads(None);
    assert_ne!(verdict, Verdict::Passed, "nothing is known to be there: {text}");
}

#[test]
fn an_identity_shows_nothing_of_its_secrets() {
    let shown = format!("{:?}", gate().token("canary-1234").known_id("customer", "cust_1"));
    assert!(shown.contains("Identity") && !shown.contains("canary-1234"), "{shown}");
}

#[test]
fn a_lost_recording_takes_no_verdict_with_it() {
    let here = stub::folder("lost-recording");
    let checked = |url: String, spoilt: bool| {
        let folder = here.join(if spoilt { "spoilt" } else { "lawful" });
        let gate = Gate::document("status", STATUS).expect("it is sound").base_url(url).shrink(false);
        gate.record(folder.join("traffic.har")).check_blocking()
    };
    // Whoever asks finds the folder of the recording gone.
    let server = |spoilt: bool| {
        let folder = here.join(if spoilt { "spoilt" } else { "lawful" });
        let body = if spoilt { r#"{"status": 7}"# } else { r#"{"status": "up"}"# };
        serve(move |head| {
            let _ = std::fs::remove_dir_all(&folder);
            match head.split(' ').next() {
                Some("GET") => answer("200 OK", "Content-Type: application/json\r\n", body),
                _ => answer("405 Method Not Allowed", "Allow: GET\r\n", ""),
            }
        })
    };
    let spoilt = checked(server(true), true).expect("there is a verdict");
    assert!(spoilt.findings().any(|finding| finding.id == "wrong-type"), "{spoilt}");
    assert!(matches!(&spoilt.recording, Some(Err(_))), "{:?}", spoilt.recording);
    let error = checked(server(false), false).expect_err("nothing else is told");
    assert!(matches!(error, GateError::Record(_)), "{error}");
}

/// A document that promises a status and nothing else.
const STATUS: &str = r"
openapi: 3.0.3
info: {title: Status, version: 1.0.0}
paths:
  /status:
    get:
      operationId: status
      responses:
        '200':
          description: How it is.
          content:
            application/json:
              schema: {type: object, required: [status], properties: {status: {type: string}}}
";

#[test]
fn a_gate_for_a_file_is_none_for_a_name() {
    let error = Gate::open(std::path::Path::new("maple")).expect_err("there is no such file");
    assert!(matches!(error, GateError::Contract(_)) && error.to_string().contains("maple"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_may_have_any_name() {
    use std::os::unix::ffi::OsStrExt as _;
    let here = stub::folder("odd-name");
    let path = here.join(std::ffi::OsStr::from_bytes(b"st\xfftus.yaml"));
    std::fs::write(&path, STATUS).expect("it can be written");
    assert_eq!(Gate::open(&path).expect("it is there").trials()[0].operation, "status");
}
