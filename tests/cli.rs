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
        (vec!["check", "flexportal", "--param", "Tenant-ID=unit_north"], "--param is given, but no server"),
        (vec!["check", "flexportal", "--second-token-env", "X"], "add --base-url URL"),
        (vec!["check", "flexportal", "--base-url", "http://127.0.0.1:9", "--header", "X-Token=ab"], "too short"),
        (vec!["baseline", "write", "--from", "no-such-report.json"], "cannot be read"),
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
    let commands =
        ["check", "doctor", "verify", "merge", "baseline", "diff", "lint", "prove", "mock", "explain", "init"];
    for command in commands {
        let help = text(&gate(&[command, "--help"]).stdout);
        let example = help.split("Example").nth(1).unwrap_or_default();
        assert!(example.contains(&format!("contract-gate {command}")), "{command} has no example:\n{help}");
    }
    for arguments in [vec!["--help"], vec!["--version"], vec!["baseline", "write", "--help"], vec!["list"]] {
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
fn a_plain_header_is_no_secret() {
    let url = "http://127.0.0.1:9";
    let output = gate(&["check", "flexportal", "--base-url", url, "--header", "X-A=ab", "--param", "Tenant-ID=a"]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}

#[test]
fn a_reader_that_goes_away_changes_no_exit_code() {
    use std::process::Stdio;
    for (fault, code) in [(None, 0), (Some("count-wrong"), 1)] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-gate"));
        command.args(["check", "flexportal", "-v", "--no-shrink"]).env_remove("GITHUB_ACTIONS");
        command.args(fault.into_iter().flat_map(|fault| ["--fault", fault]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
        assert!(!text(&output.stderr).contains("error"), "{}", text(&output.stderr));
    }
}

#[test]
fn contracts_without_the_operation_are_left_out() {
    let output = gate(&["check", "--only", "findCustomers", "-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("flexportal: left out"), "{}", text(&output.stderr));
}

#[test]
fn curl_lines_of_an_embedded_run_can_be_repeated() {
    let output = gate(&["check", "flexportal", "--fault", "count-wrong", "--no-shrink"]);
    let shown = text(&output.stdout).replace("\n    ", " ");
    assert!(shown.contains("curl -sS -g 'http://127.0.0.1:4010/v1/customers"), "{shown}");
    assert!(shown.contains("contract-gate mock flexportal --fault count-wrong --listen 127.0.0.1:4010"), "{shown}");
}

#[test]
fn flags_win_over_a_configured_target() {
    let folder = std::env::temp_dir().join(format!("contract-gate-flags-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("contract-gate.toml");
    let file = "[targets.ours]\ncontract = \"flexportal\"\nbase-url = \"http://127.0.0.1:9\"\nparams = { Tenant-ID = \"a\" }\n";
    std::fs::write(&path, file).expect("a file");
    let config = path.display().to_string();
    let output = gate(&["check", "ours", "--config", &config, "--param", "Tenant-ID=b", "--dry-run"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(shown.contains("Tenant-ID=b") && !shown.contains("Tenant-ID=a"), "{shown}");
    std::fs::remove_dir_all(&folder).expect("it can be removed");
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
