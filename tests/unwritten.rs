//! What happens to a verdict whose report cannot be written: a violation stays one, a full disk is never green, and a
//! reader that went away is no failure.
#![cfg(unix)]

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Stdio};

const SOUND: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1.0.0'}\npaths:\n  /a: {get: {operationId: a, responses: {'200': {description: ok}}}}\n";
const GONE: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1.0.0'}\npaths: {}\n";
const UNSOUND: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1.0.0'}\npaths:\n  /a: {get: {responses: {'200': {$ref: '#/nowhere'}}}}\n";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contract-gate-unwritten-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        for (name, text) in [("sound.yaml", SOUND), ("gone.yaml", GONE), ("unsound.yaml", UNSOUND)] {
            fs::write(path.join(name), text).expect("written");
        }
        fs::write(path.join("file"), "").expect("written");
        Self(path)
    }

    /// The exit code and what was said on standard error.
    fn run(&self, arguments: &[&str], out: impl Into<Stdio>) -> (Option<i32>, String) {
        let child = Command::new(env!("CARGO_BIN_EXE_contract-gate"))
            .args(arguments)
            .current_dir(&self.0)
            .env_remove("GITHUB_ACTIONS")
            .env_remove("GITHUB_STEP_SUMMARY")
            .stdout(out)
            .stderr(Stdio::piped())
            .output();
        let output = child.expect("the binary runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A line of arguments, and the exit code where everything can be written.
const COMMANDS: [(&str, i32); 21] = [
    ("--help", 0),
    ("--version", 0),
    ("list", 0),
    ("list --format json", 0),
    ("explain record-skipped", 0),
    ("config show", 0),
    ("config schema", 0),
    ("completions bash", 0),
    ("man check", 0),
    ("init --print", 0),
    ("mock --list-faults", 0),
    ("check flexprice --list", 0),
    ("check flexprice --only wrong-type", 0),
    ("doctor flexprice", 0),
    ("diff sound.yaml sound.yaml", 0),
    ("diff sound.yaml gone.yaml", 1),
    ("diff sound.yaml gone.yaml --bump", 1),
    ("diff sound.yaml gone.yaml --report json", 1),
    ("lint sound.yaml", 0),
    ("lint unsound.yaml", 1),
    ("check flexportal --fault required-field-null --only answers", 1),
];

/// A pipe from which nobody reads.
fn left() -> std::io::PipeWriter {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer
}

#[test]
fn a_reader_that_went_away_changes_no_verdict() {
    let folder = Folder::new("pipe");
    for (command, code) in COMMANDS {
        let arguments: Vec<&str> = command.split(' ').collect();
        let (ended, errors) = folder.run(&arguments, left());
        assert_eq!(ended, Some(code), "{command}: {errors}");
        assert!(!errors.contains("error:"), "{command}: {errors}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_never_green_and_hides_no_violation() {
    let folder = Folder::new("full");
    for (command, code) in COMMANDS {
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let arguments: Vec<&str> = command.split(' ').collect();
        let (ended, errors) = folder.run(&arguments, full);
        assert_eq!(ended, Some(if code == 0 { 3 } else { code }), "{command}: {errors}");
        assert_eq!(errors.matches("could not be written").count(), 1, "{command}: {errors}");
    }
}

#[test]
fn a_file_that_cannot_be_written_hides_no_violation() {
    let folder = Folder::new("file");
    for format in ["human", "json", "junit", "sarif", "github", "markdown"] {
        let report = format!("{format}=file/inner");
        for (command, code) in [
            (["diff", "sound.yaml", "gone.yaml"].as_slice(), 1),
            (&["diff", "sound.yaml", "sound.yaml"], 3),
            (&["lint", "unsound.yaml"], 1),
            (&["lint", "sound.yaml"], 3),
            // One document that cannot be read makes the error in the other no smaller.
            (&["lint", "unsound.yaml", "nowhere.yaml"], 1),
            (&["lint", "sound.yaml", "nowhere.yaml"], 2),
        ] {
            let (ended, errors) = folder.run(&[command, &["--report", &report]].concat(), Stdio::null());
            assert_eq!(ended, Some(code), "{command:?} {format}: {errors}");
            assert!(errors.contains(&format!("report `{report}` could not be written")), "{errors}");
        }
    }
}

/// A name as long as it may be: it can be looked for, but nothing can be written beside it.
fn unwritable() -> String {
    "l".repeat(250)
}

fn exit_told(folder: &Folder) -> i64 {
    let text = fs::read_to_string(folder.0.join("report.json")).expect("the report was written");
    let report: serde_json::Value = serde_json::from_str(&text).expect("it is JSON");
    report["exit"].as_i64().expect("a code")
}

#[test]
fn reports_tell_the_exit_code_that_the_process_ends_with() {
    let folder = Folder::new("told");
    let ledger = unwritable();
    let run = |arguments: &[&str]| {
        let (code, errors) = folder.run(&[arguments, &["-q", "--report", "json=report.json"]].concat(), Stdio::null());
        assert_eq!(code.map(i64::from), Some(exit_told(&folder)), "{arguments:?}: {errors}");
        (code, errors)
    };
    let check = ["check", "flexprice", "--only", "wrong-type", "--ledger", &ledger];
    let (code, errors) = run(&check);
    assert_eq!(code, Some(3), "{errors}");
    assert!(errors.contains("cannot be written"), "{errors}");
    let spoiled = ["check", "flexportal", "--only", "answers", "--fault", "required-field-null", "--ledger", &ledger];
    let (code, errors) = run(&spoiled);
    assert_eq!(code, Some(1), "{errors}");
    // The same where parts are joined.
    let (part, errors) = folder.run(
        &["check", "flexprice", "--only", "wrong-type", "--shard", "1/1", "--report", "json=part.json"],
        Stdio::null(),
    );
    assert_eq!(part, Some(0), "{errors}");
    let (code, errors) = run(&["merge", "part.json", "--ledger", &ledger]);
    assert_eq!(code, Some(3), "{errors}");
}
