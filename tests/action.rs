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
    run_with(gate_ends_with, &[("ARGS", arguments)])
}

fn run_with(gate_ends_with: i32, inputs: &[(&str, &str)]) -> (Vec<String>, String, Option<i32>) {
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
        .env("ARGS", "")
        .envs(inputs.iter().copied())
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
fn a_document_is_compared_with_itself_in_whatever_folder_it_stands() {
    for (given, base) in
        [("api.yaml", "main:./api.yaml"), ("./a/b.yaml", "main:./a/b.yaml"), ("/api.yaml", "main:/api.yaml")]
    {
        let (seen, _, status) = run_with(0, &[("COMMAND", "diff"), ("BASE", "main"), ("CONTRACT", given)]);
        assert_eq!(status, Some(0));
        assert_eq!(seen[..3], ["diff", base, given]);
    }
    // In a folder of a repository, that is the file beside, and not one at the root.
    let here = stub::folder("action-subfolder");
    let git = |arguments: &[&str]| {
        let own = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
        let output = Command::new("git").args(own).args(arguments).current_dir(&*here).output().expect("git runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let document = |version: &str| format!("openapi: 3.0.3\ninfo: {{title: t, version: {version}}}\npaths: {{}}\n");
    std::fs::create_dir(here.join("inner")).expect("a folder");
    std::fs::write(here.join("api.yaml"), document("9.0.0")).expect("a file");
    std::fs::write(here.join("inner/api.yaml"), document("1.0.0")).expect("a file");
    git(&["init", "--quiet", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "all"]);
    std::fs::write(here.join("inner/api.yaml"), document("1.1.0")).expect("a file");
    let (code, text) = stub::told(&stub::gate_in(&here.join("inner"), &["diff", "main:./api.yaml", "api.yaml", "-v"]));
    assert!(code == 0 && !text.contains("9.0.0"), "{text}");
}

#[test]
fn a_binary_is_kept_for_exactly_these_files() {
    let here = stub::folder("action-key");
    for folder in ["src", "openapi", ".ci"] {
        std::fs::create_dir(here.join(folder)).expect("a folder");
    }
    for file in ["Cargo.toml", "Cargo.lock", "build.rs", ".ci/release-flags"] {
        std::fs::write(here.join(file), "").expect("a file");
    }
    let key = |one: &str, two: &str| {
        std::fs::write(here.join("src/a.rs"), one).expect("a file");
        std::fs::write(here.join("src/b.rs"), two).expect("a file");
        let output = here.join("output");
        std::fs::write(&output, "").expect("a file");
        let status = Command::new("bash")
            .args(["-c", step("source")["run"].as_str().expect("a script")])
            .env("ACTION_PATH", &*here)
            .env("REF", "")
            .env("GITHUB_OUTPUT", &output)
            .status();
        assert!(status.expect("bash runs").success());
        std::fs::read_to_string(&output).expect("it was written")
    };
    assert_eq!(key("one", "two"), key("one", "two"));
    assert_ne!(key("one", "two"), key("onet", "wo"), "what moved to another file");
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
