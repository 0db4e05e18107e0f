//! Whether a report is what its readers accept: JSON by its schema, SARIF by that of OASIS, JUnit by its dialect.

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
    ("testsuites", "name tests failures errors skipped time timestamp", "testsuite"),
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

/// Walks the document against [`JUNIT`], counts, and allows one `failure` per case.
pub fn is_junit(text: &str) {
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
