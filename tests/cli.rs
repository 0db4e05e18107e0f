//! The binary as a user meets it: exit codes, help, errors that say what to do.

use std::io::Write as _;
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
fn one_vocabulary_says_what_turns_the_gate_red() {
    let spoiled = ["check", "flexportal", "--fault", "record-skipped", "--only", "record-skipped", "-q"];
    let codes = |level: &[&str], words: &[&str]| -> Vec<Option<i32>> {
        let run = |word: &&str| gate(&[&spoiled[..], level, &["--fail-on", word]].concat()).status.code();
        words.iter().map(run).collect()
    };
    let warned = ["--warn", "record-skipped"];
    assert_eq!(codes(&[], &["deny", "breaking", "never"]), [Some(1), Some(1), Some(0)]);
    assert_eq!(codes(&warned, &["deny", "breaking", "warn", "warning"]), [Some(0), Some(0), Some(1), Some(1)]);
    assert_eq!(codes(&["--note", "record-skipped"], &["warn", "note"]), [Some(0), Some(1)]);
}

#[test]
fn mistakes_in_arguments_end_with_two_and_a_suggestion() {
    for (arguments, hint) in [
        (vec!["check", "flexportl"], "did you mean `flexportal`?"),
        (vec!["check", "flexportal", "--fault", "record-skiped"], "did you mean `record-skipped`?"),
        (vec!["check", "flexportal", "--only", "pagin"], "did you mean `paging`?"),
        (vec!["check", "flexportal", "--only", "listCustomrs:wrong-type"], "did you mean `listCustomers`?"),
        (vec!["check", "flexportal", "--skip", "listCustomers:wrong-typ"], "did you mean `wrong-type`?"),
        (vec!["check", "flexportal", "--deny", "wrong-typ"], "--deny wrong-typ: there is no check and no family"),
        (vec!["check", "flexportal", "--warn", "listCustomers"], "`listCustomers:answers`"),
        (vec!["check", "flexportal", "--note", "listCustomrs:wrong-type"], "did you mean `listCustomers`?"),
        (vec!["check", "maple", "--allow", "listCustomers:wrong-type"], "there is no operation `listCustomers`"),
        (vec!["check", "flexportal", "--variant", "nosuch"], "--list-variants"),
        (vec!["check", "flexportal", "--seed", "-1"], "`-1` is no whole number from 0 on"),
        (vec!["check", "flexportal", "--concurrency", "0"], "`0` is no whole number from 1 on"),
        (vec!["check", "flexportal", "--report", "junit=/dev/null/gate.xml"], "could not be written"),
        (vec!["check", "flexportal", "--base-url", "127.0.0.1:80"], "no base URL"),
        (
            vec!["check", "flexportal", "--base-url", "http://127.0.0.1:9", "--param", "Tenat-ID=x"],
            "flexportal declares no parameter `Tenat-ID`\n  help: did you mean `Tenant-ID`?",
        ),
        (vec!["man", "chekc"], "did you mean `check`?"),
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
        assert!(!text(&output.stdout).contains("exit "), "{arguments:?}: a run began: {}", text(&output.stdout));
    }
}

#[test]
fn a_violation_that_does_not_count_is_still_said() {
    let folder = std::env::temp_dir().join(format!("contract-gate-never-{}", std::process::id()));
    let html = format!("html={}", folder.join("page.html").display());
    let arguments = ["check", "flexportal", "--fault", "record-skipped", "--only", "paging", "--no-shrink"];
    let output = gate(&[&arguments[..], &["--fail-on", "never", "--report", "human", "--report", &html]].concat());
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(
        shown.contains("violated (not counted: --fail-on never): ") && !shown.contains("contract is kept"),
        "{shown}"
    );
    let page = std::fs::read_to_string(folder.join("page.html")).expect("a page");
    assert!(page.contains("not counted") && !page.contains("<header class=\"green\">"), "{page}");
    std::fs::remove_dir_all(&folder).expect("it can be removed");
    let lawful = gate(&["check", "flexportal", "--only", "paging", "--fail-on", "never"]);
    assert!(text(&lawful.stdout).contains("\nconforms: ") && text(&lawful.stdout).contains("the contract is kept"));
}

#[test]
fn the_waiver_that_explain_prints_is_refused_for_its_reason_alone() {
    for id in ["record-skipped", "type-changed"] {
        let explained = text(&gate(&["explain", id]).stdout);
        let entry = &explained[explained.find("[[waivers]]").expect("an entry")..];
        let parse = |text: &str| {
            let path = std::path::Path::new("a.toml");
            contract_gate::config::Config::parse(path, text, &contract_gate::config::RunFlags::default(), &|_| None)
        };
        assert!(parse(entry).expect_err("nobody said why").to_string().contains("has no reason"), "{entry}");
        let filled = entry.replace("reason = \"\"", "reason = \"ticket 1\"");
        parse(&filled).unwrap_or_else(|error| panic!("{error}\n{filled}"));
    }
}

#[test]
fn shells_and_manual_know_the_arguments() {
    let manual = text(&gate(&["man", "check"]).stdout);
    assert!(manual.contains("contract\\-gate\\-check") && manual.contains("\\-\\-base\\-url"), "{manual}");
    let folder = std::env::temp_dir().join(format!("contract-gate-man-{}", std::process::id()));
    assert_eq!(gate(&["man", "--output", &folder.display().to_string()]).status.code(), Some(0));
    let main = std::fs::read_to_string(folder.join("contract-gate.1")).expect("the main page");
    let named = main.matches("contract\\-gate\\-").count();
    assert!(named > 10, "{main}");
    for command in ["check", "doctor", "merge", "diff", "lint", "mock", "man", "completions"] {
        assert!(folder.join(format!("contract-gate-{command}.1")).is_file(), "{command}");
    }
    std::fs::remove_dir_all(&folder).expect("it can be removed");
    for shell in ["bash", "zsh", "fish"] {
        let script = text(&gate(&["completions", shell]).stdout);
        for word in ["isolation", "record-skipped", "count-wrong", "never", "maple", "type-changed"] {
            assert!(script.contains(word), "{shell} offers no {word}");
        }
    }
    words_are_completed_in_bash();
    let help = text(&gate(&["--help"]).stdout);
    assert!(help.contains("  completions ") && help.contains("  man "), "{help}");
}

/// Sources the script and asks for words as the shell does.
fn words_are_completed_in_bash() {
    let script = text(&gate(&["completions", "bash"]).stdout);
    for (words, wanted) in [
        ("contract-gate ch", "check"),
        ("contract-gate check fl", "flexportal"),
        ("contract-gate check --profile iso", "isolation"),
        ("contract-gate explain record-s", "record-skipped"),
    ] {
        let last = words.split(' ').count() - 1;
        let ask = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={last}; \
             _contract__gate contract-gate \"${{COMP_WORDS[{last}]}}\" \"${{COMP_WORDS[{}]}}\"; echo \"${{COMPREPLY[@]}}\"",
            last - 1
        );
        let Ok(output) = std::process::Command::new("bash").arg("-c").arg(&ask).output() else {
            let _ = writeln!(std::io::stderr(), "skipped: no bash is installed");
            return;
        };
        let offered = text(&output.stdout);
        assert!(offered.split_whitespace().any(|word| word == wanted), "{words}: {offered}");
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
        let unchanged = gate(&["diff", &path, &path, "--report", "github"]);
        assert_eq!(unchanged.status.code(), Some(0), "{name}");
        assert!(text(&unchanged.stdout).contains("asks for no new version"), "{}", text(&unchanged.stdout));
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
    let arguments = ["check", "flexportal", "--fault", "record-repeated-once", "--only", "paging", "--no-shrink"];
    let page = text(&gate(&[&arguments[..], &["--report", "html"]].concat()).stdout);
    let requests: Vec<&str> = page.lines().filter(|line| line.contains("<pre tabindex=\"0\">GET http")).collect();
    assert!(!requests.is_empty(), "no request is shown");
    for line in requests {
        assert!(line.contains("GET http:&#x2f;&#x2f;127.0.0.1:4010&#x2f;"), "{line}");
    }
    assert!(
        !page.contains("## ") && page.contains("<h4>Why it matters</h4>"),
        "headings are shown as they are written"
    );
    assert!(!page.contains("family: paging"), "the family says nothing here");
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
    let before = finding["exchanges"][0]["response"]["body"].as_str().expect("an excerpt");
    assert!(
        before.contains("… 99 before") && before.contains("← here"),
        "the first sight is the last record:\n{before}"
    );
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
