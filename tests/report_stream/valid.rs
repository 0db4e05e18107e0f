//! Whether a report is what its readers accept: JSON by its schema, SARIF by that of OASIS, JUnit by that of Jenkins and
//! by a table that says more.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The schema of OASIS, as it is published.
const SARIF_SCHEMA: &str = include_str!("../../src/report/schema/sarif-2.1.0.json");

/// Validates against a schema, or against one of its definitions.
pub fn valid(schema: &str, definition: Option<&str>, document: &serde_json::Value) {
    let mut schema: serde_json::Value = serde_json::from_str(schema).expect("a schema is JSON");
    if let Some(name) = definition {
        schema = serde_json::json!({"$ref": format!("#/$defs/{name}"), "$defs": schema["$defs"]});
    }
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

/// Validates against the schema of SARIF 2.1.0.
pub fn is_sarif(text: &str) {
    // The published schema holds one pattern with a stray bracket, which is no regular expression.
    let schema = SARIF_SCHEMA.replace("-[a-zA-Z]{2}]?$", "-[a-zA-Z]{2}?$");
    valid(&schema, None, &serde_json::from_str(text).expect("the report is JSON"));
}

/// What the readers of Surefire's dialect accept: element, attributes (`*` marks required ones), children.
const JUNIT: [(&str, &str, &str); 13] = [
    ("testsuites", "name tests failures errors time", "testsuite"),
    ("testsuite", "name* tests* failures* errors* skipped disabled time timestamp", "properties testcase"),
    ("properties", "", "property"),
    ("property", "name* value*", ""),
    (
        "testcase",
        "name* classname time file line",
        "failure error skipped flakyFailure rerunFailure system-out system-err",
    ),
    ("failure", "message type", ""),
    ("error", "message type", ""),
    ("skipped", "message type", ""),
    ("flakyFailure", "message type*", ""),
    ("rerunFailure", "message type*", ""),
    ("system-out", "", ""),
    ("system-err", "", ""),
    ("", "", "testsuites"),
];

/// The schema of Jenkins' xunit plugin, as it is published; its licence (MIT) stands in it.
const JUNIT_SCHEMA: &str = include_str!("../../src/report/schema/junit-10.xsd");

/// Attributes that the schema lacks, each behind a line of the schema: what GitLab and Bitbucket read of a case.
const JUNIT_EXTENSIONS: [(&str, &str); 2] = [
    (r#"<xs:attribute name="classname" type="xs:string"/>"#, "file"),
    (r#"<xs:attribute name="classname" type="xs:string"/>"#, "line"),
];

/// Validates against the published schema and the table.
pub fn is_junit(text: &str) {
    is_in_the_dialect(text);
    if let Some(wrong) = junit_errors(text) {
        panic!("the schema refuses it: {wrong}\n{text}");
    }
}

/// What the published schema refuses in a document; nothing where no validator is installed.
pub fn junit_errors(text: &str) -> Option<String> {
    let schema = junit_schema()?;
    let mut child = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it started before");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("it reads to the end");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}

/// The schema with the extensions in a file, if there is something that can validate by it.
fn junit_schema() -> Option<&'static PathBuf> {
    static FILE: OnceLock<Option<PathBuf>> = OnceLock::new();
    let file = FILE.get_or_init(|| {
        if !Command::new("xmllint").arg("--version").output().is_ok_and(|output| output.status.success()) {
            writeln!(
                std::io::stderr(),
                "skipped: JUnit by its XML Schema, no xmllint is installed (apt-get install libxml2-utils)"
            )
            .expect("it is open");
            return None;
        }
        let mut schema = JUNIT_SCHEMA.to_owned();
        for (behind, name) in JUNIT_EXTENSIONS {
            assert_eq!(schema.matches(behind).count(), 1, "{behind} in the schema");
            schema = schema.replacen(behind, &format!("{behind}<xs:attribute name=\"{name}\" type=\"xs:string\"/>"), 1);
        }
        let path = std::env::temp_dir().join(format!("contract-gate-junit-{}.xsd", std::process::id()));
        std::fs::write(&path, schema).expect("a file");
        Some(path)
    });
    file.as_ref()
}

/// Walks the document against [`JUNIT`], counts, and allows one `failure` per case.
fn is_in_the_dialect(text: &str) {
    use quick_xml::events::{BytesStart, Event as Xml};
    let rule = |name: &str| JUNIT.iter().find(|rule| rule.0 == name).unwrap_or_else(|| panic!("element {name}"));
    let name_of = |tag: &BytesStart<'_>| String::from_utf8_lossy(tag.name().as_ref()).into_owned();
    let check = |tag: &BytesStart<'_>, parent: &str| {
        let name = name_of(tag);
        assert!(rule(parent).2.split(' ').any(|child| child == name), "{name} in {parent}");
        let present: Vec<String> = tag
            .attributes()
            .map(|attribute| String::from_utf8_lossy(attribute.expect("an attribute").key.as_ref()).into_owned())
            .collect();
        let known: Vec<&str> = rule(&name).1.split(' ').map(|known| known.trim_end_matches('*')).collect();
        assert!(present.iter().all(|attribute| known.contains(&attribute.as_str())), "{name}: {present:?}");
        let required = rule(&name).1.split(' ').filter_map(|known| known.strip_suffix('*'));
        required.for_each(|required| assert!(present.iter().any(|one| one == required), "{name} lacks {required}"));
    };
    let mut reader = quick_xml::Reader::from_str(text);
    let mut path = vec![String::new()];
    let mut verdicts = 0;
    loop {
        match reader.read_event().expect("the report is XML") {
            Xml::Start(tag) => {
                check(&tag, path.last().map_or("", String::as_str));
                let name = name_of(&tag);
                verdicts = if name == "testcase" { 0 } else { verdicts };
                verdicts += usize::from(["failure", "error", "skipped"].contains(&name.as_str()));
                assert!(verdicts <= 1, "two verdicts in one case");
                path.push(name);
            }
            Xml::Empty(tag) => check(&tag, path.last().map_or("", String::as_str)),
            Xml::End(_) => drop(path.pop()),
            Xml::Eof => break,
            _ => {}
        }
    }
    assert_eq!(path.len(), 1);
}
