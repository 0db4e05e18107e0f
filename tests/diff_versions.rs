//! What `diff` says of versions, at which level, and where its reports go.

mod stub;

use stub::{folder, gate_in, told};

const BEFORE: &str = "openapi: 3.0.3\ninfo: {title: t, version: 0.4.0}\npaths:\n  /a:\n    get: {operationId: a, responses: {'200': {description: ok}}}\n";
const BROKEN: &str = "openapi: 3.0.3\ninfo: {title: t, version: 0.4.0}\npaths: {}\n";

/// Compares two documents, and gives the exit code, the output and the folder.
fn diff(name: &str, more: &[&str]) -> (i32, String, stub::Folder) {
    let here = folder(name);
    std::fs::write(here.join("old.yaml"), BEFORE).expect("a file");
    std::fs::write(here.join("new.yaml"), BROKEN).expect("a file");
    let (code, text) = told(&gate_in(&here, &[&["diff", "old.yaml", "new.yaml"][..], more].concat()));
    (code, text, here)
}

#[test]
fn the_part_to_raise_is_the_same_wherever_it_is_told() {
    assert_eq!(diff("bump", &["--bump"]).1.trim(), "minor");
    let (_, text, here) = diff("bump-told", &["--report", "human", "--report", "json=d.json"]);
    assert!(text.contains("asks for a bump of the minor version"), "{text}");
    assert!(text.contains("a higher minor version is due below 1.0"), "{text}");
    let json = std::fs::read_to_string(here.join("d.json")).expect("a report");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&json).expect("JSON")["bump"], "minor");
}

#[test]
fn a_finding_on_the_version_has_the_level_that_was_set() {
    let rule = "`info.version` does not say so";
    assert!(diff("level-own", &["-v"]).1.contains(rule));
    assert!(!diff("level-allow", &["-v", "--level", "version-not-raised=allow"]).1.contains(rule));
    assert!(!diff("level-category", &["-v", "--level", "docs=allow"]).1.contains(rule));
    let raised = ["--level", "version-not-raised=deny", "--level", "wire=note", "--level", "client=note"];
    let (code, text, _here) = diff("level-deny", &raised);
    assert!(code == 1 && text.contains(rule), "{text}");
}

#[test]
fn reports_go_to_folders_that_are_made_for_them() {
    let (code, text, here) = diff("folders", &["--report", "junit=reports/of/diff.xml"]);
    assert_eq!(code, 1, "{text}");
    assert!(std::fs::read_to_string(here.join("reports/of/diff.xml")).expect("it was written").contains("testsuite"));
    let (code, text) = told(&gate_in(&here, &["lint", "old.yaml", "--report", "json=reports/lint.json"]));
    assert!(code < 2 && here.join("reports/lint.json").exists(), "{text}");
}
