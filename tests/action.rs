//! The composite action, as far as a shell without GitHub can run it.
#![cfg(unix)]

mod stub;

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use contract_gate::document::Document;
use serde_json::Value;

fn action() -> Value {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/action.yml")).expect("the action");
    Document::parse(Path::new("action.yml"), text).expect("it is YAML").root().clone()
}

fn step(id: &str) -> Value {
    let action = action();
    let steps = action["runs"]["steps"].as_array().cloned().unwrap_or_default();
    steps.into_iter().find(|step| step["id"] == id).expect("the step is there")
}

/// Runs the check step as GitHub runs it, with a gate that writes its arguments down, and gives them, the output and
/// the exit code of the step.
fn run(gate_ends_with: i32, arguments: &str) -> (Vec<String>, String, Option<i32>) {
    let here = stub::folder("action");
    let gate = here.join("gate");
    std::fs::write(&gate, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" > \"$SEEN\"\nexit {gate_ends_with}\n"))
        .expect("a file");
    std::fs::set_permissions(&gate, std::fs::Permissions::from_mode(0o755)).expect("it is ours");
    let script = here.join("step.sh");
    std::fs::write(&script, step("check")["run"].as_str().expect("a script")).expect("a file");
    let (output, seen) = (here.join("output"), here.join("seen"));
    let status = Command::new("bash")
        .args(["--noprofile", "--norc", "-eo", "pipefail"])
        .arg(&script)
        .env("GATE", &gate)
        .env("SEEN", &seen)
        .env("GITHUB_OUTPUT", &output)
        .env("COMMAND", "check")
        .env("BASE", "")
        .env("CONTRACT", "flexportal")
        .env("BASE_URL", "http://127.0.0.1:8080")
        .env("TOKEN_ENV", "TOKEN")
        .env("WAIT", "30s")
        .env("ARGS", arguments)
        .status()
        .expect("bash runs");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_default();
    (read(&seen).lines().map(str::to_owned).collect(), read(&output), status.code())
}

#[test]
fn the_exit_code_is_an_output_whatever_it_is() {
    for code in [0, 1, 2, 3] {
        let (_, output, status) = run(code, "");
        assert_eq!(output, format!("exit-code={code}\n"));
        assert_eq!(status, Some(code));
    }
}

#[test]
fn arguments_may_stand_on_several_lines() {
    let (seen, ..) = run(0, "--profile list\n--report human\n  --report junit=contract.xml\n");
    let before =
        ["check", "flexportal", "--base-url", "http://127.0.0.1:8080", "--token-env", "TOKEN", "--wait", "30s"];
    let more = ["--profile", "list", "--report", "human", "--report", "junit=contract.xml"];
    assert_eq!(seen, [&before[..], &more].concat());
    assert_eq!(run(0, "").0, before);
}

#[test]
fn every_input_is_used_and_nothing_of_them_is_shell_code() {
    let action = action();
    let steps = action["runs"]["steps"].to_string();
    for (name, _) in action["inputs"].as_object().expect("inputs") {
        assert!(steps.contains(&format!("inputs.{name}")), "{name} is not used");
    }
    for step in action["runs"]["steps"].as_array().expect("steps") {
        assert!(!step["run"].as_str().unwrap_or_default().contains("${{"), "{step:#}");
    }
    let key = step("source")["run"].as_str().unwrap_or_default().to_owned();
    assert!(key.contains("ImageOS"), "a binary of one image would be taken for another's");
}

#[test]
fn the_flags_of_a_release_stand_in_one_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["action.yml", "README.md", ".ci/reproducible"] {
        let text = std::fs::read_to_string(root.join(file)).expect("it is there");
        assert!(text.contains("release-flags") && !text.contains("remap-path-prefix"), "{file}");
    }
    let output =
        Command::new(root.join(".ci/release-flags")).arg("/tmp").env("CARGO_HOME", "/c").output().expect("it runs");
    let flags = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(flags.trim(), "--remap-path-prefix=/c=cargo --remap-path-prefix=/tmp=contract-gate");
}

#[test]
fn scripts_are_sound_for_their_shell() {
    for script in ["run", "oracles", "release-flags", "reproducible"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci").join(script);
        let output = Command::new("bash").arg("-n").arg(&path).output().expect("bash runs");
        assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
