//! What documents of strangers say, in every report of `diff` and `lint`: nothing of it is obeyed by a terminal, by the
//! log of a CI system or by a page that shows it, and programs read it as it was written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};

/// Texts that something obeys, each with a word by which it is found again.
const TEXTS: [&str; 8] = [
    "pwned0\n::error::pwned0",
    "pwned1\r\n  ::add-mask::pwned1",
    "pwned2 ##[error]pwned2 ##vso[task.complete]pwned2",
    "pwned3\u{1b}[31mred\u{9b}31m\u{7}",
    "pwned4\u{202e}desrever\u{2066}\u{200b}\u{e0041}",
    "pwned5|`a`|<script>alert(1)</script>|``",
    "pwned6]]><x y='&quot;'/>\u{fffe}",
    "pwned7 @somebody [a](https://example.com) **b** ![i](https://example.com/i.png)",
];

const FORMATS: [&str; 6] = ["human", "json", "junit", "sarif", "github", "markdown"];

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contract-gate-hostile-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn write(&self, name: &str, document: &Value) {
        fs::write(self.0.join(name), document.to_string()).expect("written");
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_contract-gate"));
        command.args(arguments).current_dir(&self.0).env_remove("GITHUB_ACTIONS").env("CLICOLOR_FORCE", "0");
        command.output().expect("the binary runs")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A document with the text wherever a name, a value or a text for people may stand; `kept` leaves out half of it.
fn document(text: &str, kept: bool) -> Value {
    let schema = json!({
        "type": "object",
        "required": if kept { vec!["id"] } else { vec!["id", text] },
        "properties": {
            "id": { "type": if kept { "string" } else { "integer" }, "description": text },
            text: { "type": "string", "enum": if kept { vec!["a", "b"] } else { vec!["a", text] } },
            format!("{text}s"): { "type": "string", "pattern": "^a", "example": text, "default": 5 },
        },
    });
    let operation = json!({
        "operationId": if kept { "a".to_owned() } else { text.to_owned() },
        "summary": text,
        "parameters": [{ "name": text, "in": "query", "required": !kept, "schema": { "type": "string" } }],
        "requestBody": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/S" } } } },
        "responses": { "200": { "description": text, "content": { "application/json": { "schema": schema } } } },
    });
    let path = |name: &str| format!("/{}", name.replace(['{', '}', '/'], "_"));
    let mut paths = json!({ "/a": { "post": operation } });
    if kept {
        paths[path(text)] = json!({ "get": { "responses": { "200": { "description": "ok" } } } });
    }
    // A misspelt member, and one that nobody knows: what lint speaks of by name.
    paths["/b"] = json!({ "get": { "responses": { "200": { "description": "ok" } }, text: 1, "operationid": text } });
    json!({
        "openapi": "3.0.3",
        "info": { "title": text, "version": if kept { "1.0.0".to_owned() } else { text.to_owned() } },
        "paths": paths,
        "components": { "schemas": { "S": schema, text: { "type": text } } },
    })
}

/// Nothing that a terminal or the log of a CI system obeys.
fn is_obeyed_by_nobody(format: &str, text: &str) {
    for character in text.chars() {
        let hidden = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
            | '\u{fffe}' | '\u{e0000}'..='\u{e007f}');
        assert!(character == '\n' || !(character.is_control() || hidden), "{format}: {character:?} came out: {text}");
    }
    for line in text.lines() {
        let start = line.trim_start();
        let own = [
            "::error file=",
            "::error title=",
            "::warning file=",
            "::warning title=",
            "::notice file=",
            "::notice title=",
        ];
        let meant = format == "github" && own.iter().any(|own| start.starts_with(own));
        assert!(!start.starts_with("::") || meant, "{format}: a command came out: {line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{format}: a command came out: {line}");
    }
}

/// Every text of a JSON document.
fn texts_of<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter().for_each(|item| texts_of(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts_of(member, found)),
        _ => {}
    }
}

fn is_well_formed(format: &str, text: &str, hostile: &str) {
    match format {
        "json" | "sarif" => {
            let document: Value = serde_json::from_str(text).expect("the report is JSON");
            let mut found = Vec::new();
            texts_of(&document, &mut found);
            // Programs get what was written, not what is shown of it.
            let exact = format != "json" || found.iter().any(|text| text.contains(hostile));
            assert!(exact, "{hostile:?} is not in {text}");
        }
        "junit" => {
            let mut reader = quick_xml::Reader::from_str(text);
            while !matches!(reader.read_event().expect("the report is XML"), quick_xml::events::Event::Eof) {}
            assert!(!text.contains("<x") && !text.contains("<script"), "{text}");
        }
        "markdown" => {
            for meant in ["<script", "](https", "**b**", "@somebody", "]]>"] {
                assert!(!text.contains(meant), "{meant} came out: {text}");
            }
            // Each row has the cells of the table that it stands in.
            let rows = text.split("\n\n").flat_map(|block| {
                let rows: Vec<usize> = block.lines().filter(|line| line.starts_with('|')).map(bars).collect();
                rows.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
            });
            let uneven = rows.filter(|(one, two)| one != two).count();
            assert_eq!(uneven, 0, "{text}");
        }
        _ => {}
    }
}

fn bars(line: &str) -> usize {
    line.matches('|').count()
}

fn report_of(folder: &Folder, command: &[&str], format: &str) -> String {
    let output = folder.run(&[command, &["--report", format]].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{format}: {errors}");
    String::from_utf8(output.stdout).expect("a report is UTF-8")
}

#[test]
fn reports_of_diff_obey_no_document() {
    for (index, text) in TEXTS.iter().enumerate() {
        let folder = Folder::new(&format!("diff-{index}"));
        folder.write("old.json", &document(text, true));
        folder.write("new.json", &document(text, false));
        for format in FORMATS {
            let report = report_of(&folder, &["diff", "old.json", "new.json"], format);
            is_obeyed_by_nobody(format, &report);
            is_well_formed(format, &report, text);
            let seen = report.matches(&format!("pwned{index}")).count();
            assert!(seen > 3, "{format} says {seen} times what the document says: {report}");
        }
        let verbose = report_of(&folder, &["diff", "old.json", "new.json", "-v"], "human");
        is_obeyed_by_nobody("human", &verbose);
    }
}

#[test]
fn reports_of_lint_obey_no_document() {
    for (index, text) in TEXTS.iter().enumerate() {
        let folder = Folder::new(&format!("lint-{index}"));
        folder.write("api.json", &document(text, false));
        for format in FORMATS {
            let report = report_of(&folder, &["lint", "api.json"], format);
            is_obeyed_by_nobody(format, &report);
            is_well_formed(format, &report, text);
            let seen = report.matches(&format!("pwned{index}")).count();
            assert!(seen > 1, "{format} says {seen} times what the document says: {report}");
        }
    }
}

#[cfg(unix)]
#[test]
fn names_of_files_are_no_commands() {
    let folder = Folder::new("files");
    let (old, new) = ("::error::pwned.json", "##[error]pwned\u{1b}.json");
    folder.write(old, &document("a", true));
    folder.write(new, &document("a", false));
    for format in FORMATS {
        is_obeyed_by_nobody(format, &report_of(&folder, &["diff", old, new], format));
        is_obeyed_by_nobody(format, &report_of(&folder, &["lint", old, new], format));
    }
    // What cannot be read is told with its name.
    fs::remove_file(folder.0.join(new)).expect("it is there");
    assert!(!Path::new(new).exists());
    let told = folder.run(&["diff", old, new]);
    is_obeyed_by_nobody("error", &String::from_utf8_lossy(&told.stderr));
    let told = folder.run(&["lint", new]);
    is_obeyed_by_nobody("error", &String::from_utf8_lossy(&told.stderr));
}
