//! The binary as a user meets it: exit codes, help, errors that say what to do.

use std::process::{Command, Output};

fn gate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(arguments)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_lawful_server_conforms() {
    let output = gate(&["check", "flexprice", "-q"]);
    assert_eq!(output.status.code(), Some(0), "{}{}", text(&output.stdout), text(&output.stderr));
    assert!(text(&output.stdout).contains("conforms"));
}

#[test]
fn a_fault_turns_the_gate_red_and_is_named() {
    let output = gate(&["check", "flexportal", "--fault", "record-skipped"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    for wanted in ["record-skipped", "expected:", "actual:", "openapi/flexportal.yaml:", "curl ", "--seed 0"] {
        assert!(shown.contains(wanted), "`{wanted}` is missing:\n{shown}");
    }
    assert!(!shown.contains("mock-token"), "the token is printed");
}

#[test]
fn mistakes_in_arguments_end_with_two_and_a_suggestion() {
    for (arguments, hint) in [
        (vec!["check", "flexportl"], "did you mean `flexportal`?"),
        (vec!["check", "flexportal", "--fault", "record-skiped"], "did you mean `record-skipped`?"),
        (vec!["check", "flexportal", "--only", "pagin"], "did you mean `paging`?"),
        (vec!["explain", "record-skiped"], "did you mean `record-skipped`?"),
        (vec!["check", "flexportal", "--report", "junti=x.xml"], "junit"),
        (vec!["check", "maple", "--base-url", "ftp://x"], "no base URL"),
        (
            vec!["check", "flexportal", "--base-url", "http://127.0.0.1:9", "--token-env", "NO_SUCH_VARIABLE"],
            "export NO_SUCH_VARIABLE=",
        ),
    ] {
        let output = gate(&arguments);
        let shown = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {shown}");
        assert!(shown.contains(hint), "{arguments:?}: `{hint}` is missing in: {shown}");
    }
}

#[test]
fn no_server_is_no_verdict() {
    let output = gate(&["check", "flexportal", "--base-url", "http://127.0.0.1:9", "--param", "Tenant-ID=unit_north"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("cannot be reached"), "{}", text(&output.stdout));
}

#[test]
fn a_missing_parameter_is_a_mistake_in_the_set_up() {
    let output = gate(&["check", "maple", "--base-url", "http://127.0.0.1:9"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("--param company_id=VALUE"), "{}", text(&output.stdout));
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [vec!["--help"], vec!["--version"], vec!["check", "--help"], vec!["diff", "--help"], vec!["list"]]
    {
        let output = gate(&arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
    }
    let explained = text(&gate(&["explain", "record-skipped"]).stdout);
    for heading in ["## Why it matters", "## Example", "## Source", "## How to see it fail", "[[waivers]]"] {
        assert!(explained.contains(heading), "{heading} is missing in:\n{explained}");
    }
}

#[test]
fn shipped_documents_are_sound_and_unchanged_against_themselves() {
    for name in ["flexportal", "flexprice", "maple"] {
        let path = format!("{}/openapi/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        assert_eq!(gate(&["lint", &path]).status.code(), Some(0), "{name}");
        assert_eq!(gate(&["diff", &path, &path]).status.code(), Some(0), "{name}");
    }
}

#[test]
fn a_finding_carries_the_exchange_that_shows_it() {
    let arguments = ["check", "flexportal", "--fault", "record-repeated-once", "--only", "paging", "--report", "json"];
    let report = |more: &[&str]| -> serde_json::Value {
        let output = gate(&[&arguments, more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("the report is JSON")
    };
    let findings =
        |report: &serde_json::Value| report["contracts"][0]["findings"].as_array().cloned().unwrap_or_default();
    let repeated = |report: &serde_json::Value| {
        findings(report).into_iter().find(|finding| finding["id"] == "record-repeated").expect("the fault is found")
    };
    let shapes = report(&[]);
    for finding in findings(&shapes) {
        assert!(!finding["exchanges"].as_array().expect("exchanges").is_empty(), "{finding:#}");
        assert!(finding["facts"]["family"].is_string(), "{finding:#}");
    }
    let finding = repeated(&shapes);
    let answer = &finding["exchanges"][1]["response"];
    let body = answer["body"].as_str().expect("an excerpt");
    assert!(body.contains("‹string 17›") && body.contains("← here") && body.lines().count() < 40, "{body}");
    assert_eq!(answer["status"], 200);
    assert!(answer.get("shown_body").is_none(), "{answer:#}");
    let headers = finding["exchanges"][1]["request"]["headers"].to_string();
    assert!(headers.contains("Bearer $TOKEN"), "{headers}");
    let values = repeated(&report(&["--show-values"]));
    let body = values["exchanges"][1]["response"]["shown_body"].as_str().expect("values");
    assert!(!body.contains("‹string 17›") && body.contains("\"customerId\": \"cust_"), "{body}");
}
