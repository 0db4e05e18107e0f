//! Where documents come from, what is refused with which exit code, and what hostile ones cannot do.

mod hostile;
mod waivers;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const GOOD: &str =
    "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths:\n  /a:\n    get: {responses: {'200': {description: ok}}}\n";
const GONE: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contract-gate-diff-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the temporary folder can be written");
        Self(path)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).expect("the temporary folder can be written");
        }
        fs::write(&path, text).expect("the temporary folder can be written");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn run(folder: &Path, arguments: &[&str], input: Option<&str>) -> Output {
    use std::io::Write as _;
    let mut child = Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(arguments)
        .current_dir(folder)
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary was built for this test");
    if let (Some(text), Some(mut pipe)) = (input, child.stdin.take()) {
        let _ = pipe.write_all(text.as_bytes());
    }
    child.wait_with_output().expect("the binary ends")
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or(-1)
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn with_schemas(schema: &str, components: &str) -> String {
    format!(
        "{{\"openapi\": \"3.0.3\", \"info\": {{\"title\": \"t\", \"version\": \"1\"}}, \"paths\": {{\"/a\": {{\"post\": {{\"requestBody\": {{\"content\": \
         {{\"application/json\": {{\"schema\": {schema}}}}}}}, \"responses\": {{}}}}}}}}, \"components\": {{\"schemas\": {{{components}}}}}}}"
    )
}

#[test]
fn exit_codes_tell_breaking_from_safe_from_unusable() {
    let folder = Folder::new("codes");
    folder.write("good.yaml", GOOD);
    folder.write("gone.yaml", GONE);
    folder.write("broken.yaml", "openapi: 3.0.3\npaths:\n  /a: [\n");
    folder.write("swagger.json", "{\"swagger\": \"2.0\", \"paths\": {}}");
    folder.write("other.yaml", "a: 1\n");
    folder.write("list.yaml", "- 1\n");
    folder.write("empty.yaml", "");
    folder.write("paths.yaml", "openapi: 3.0.3\npaths: [1]\n");
    folder.write("dangling.yaml", &GOOD.replace("{description: ok}", "{$ref: '#/components/responses/None'}"));
    assert_eq!(code(&run(&folder.0, &["diff", "good.yaml", "good.yaml"], None)), 0);
    assert_eq!(code(&run(&folder.0, &["diff", "good.yaml", "gone.yaml"], None)), 1);
    assert_eq!(code(&run(&folder.0, &["diff", "gone.yaml", "good.yaml"], None)), 0);
    assert_eq!(code(&run(&folder.0, &["diff", "good.yaml", "gone.yaml", "--fail-on", "never"], None)), 0);
    assert_eq!(code(&run(&folder.0, &["diff", "gone.yaml", "good.yaml", "--fail-on", "note"], None)), 1);
    let lowered = ["diff", "good.yaml", "gone.yaml", "--level", "operation-removed=warn"];
    assert_eq!(code(&run(&folder.0, &lowered, None)), 0);
    // The words of `check` mean what they mean there, and there are no others.
    for (word, exit) in [("breaking", 0), ("deny", 0), ("warning", 1), ("warn", 1), ("note", 1), ("never", 0)] {
        let output = run(&folder.0, &[&lowered[..], &["--fail-on", word]].concat(), None);
        assert_eq!(code(&output), exit, "{word}: {}", err(&output));
    }
    for word in ["err", "error", "info", "undecided", "safe", "off", "none", "allow", "DENY"] {
        let output = run(&folder.0, &[&lowered[..], &["--fail-on", word]].concat(), None);
        assert_eq!(code(&output), 2, "{word}");
        assert!(err(&output).contains("is none of deny, warn, note, never"), "{word}: {}", err(&output));
    }
    for name in [
        "broken.yaml",
        "swagger.json",
        "other.yaml",
        "list.yaml",
        "empty.yaml",
        "paths.yaml",
        "absent.yaml",
        "dangling.yaml",
    ] {
        let output = run(&folder.0, &["diff", "good.yaml", name], None);
        assert_eq!(code(&output), 2, "{name}: {}", err(&output));
        assert!(err(&output).contains(name) && err(&output).contains("help:"), "{name}: {}", err(&output));
    }
    let named = "components: {schemas: {Customer: {type: string}}}\n";
    let response = |name: &str| {
        let body = format!(
            "{{description: ok, content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}"
        );
        format!("{}{named}", GOOD.replace("{description: ok}", &body))
    };
    folder.write("right.yaml", &response("Customer"));
    folder.write("misspelt.yaml", &response("Custmer"));
    let output = run(&folder.0, &["diff", "right.yaml", "misspelt.yaml"], None);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("did you mean `#/components/schemas/Customer`?"), "{}", err(&output));
    // What was dangling before is no fault of the edit.
    let output = run(&folder.0, &["diff", "dangling.yaml", "dangling.yaml"], None);
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("`#/components/responses/None` leads nowhere in both documents"), "{}", out(&output));
    assert!(out(&output).contains("dangling.yaml:5:"), "{}", out(&output));
    let output = run(&folder.0, &["diff", "dangling.yaml", "good.yaml"], None);
    assert!(out(&output).contains("leads nowhere in the old document"), "{}", out(&output));
    let output = run(&folder.0, &["diff", "good.yaml", "gone.yaml", "--level", "operation-remove=warn"], None);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("operation-removed"), "{}", err(&output));
    assert_eq!(code(&run(&folder.0, &["diff", "good.yaml", "gone.yaml", "--report", "jsno"], None)), 2);
}

#[test]
fn the_level_of_a_category_is_its_highest_and_for_clients_its_lowest_too() {
    let folder = Folder::new("categories");
    let named = GOOD.replace("get: {", "get: {operationId: readThing, ");
    assert_ne!(named, GOOD);
    folder.write("old.yaml", &named);
    folder.write("renamed.yaml", &named.replace("readThing", "fetchThing"));
    folder.write("more.yaml", &format!("{named}components: {{schemas: {{Fresh: {{type: string}}}}}}\n"));
    folder.write("gone.yaml", GONE);
    let diff = |name: &str, levels: &[&str]| {
        let mut args = vec!["diff", "old.yaml", name];
        for level in levels {
            args.extend(["--level", level]);
        }
        code(&run(&folder.0, &args, None))
    };
    assert_eq!(diff("renamed.yaml", &[]), 0);
    assert_eq!(diff("renamed.yaml", &["client=deny"]), 1);
    assert_eq!(diff("renamed.yaml", &["client=deny", "operation-id-changed=note"]), 0, "a rule wins");
    // What is only added breaks nobody's build, and the law speaks on the wire.
    assert_eq!(diff("more.yaml", &["client=deny"]), 0);
    assert_eq!(diff("renamed.yaml", &["wire=deny"]), 0);
    assert_eq!(diff("gone.yaml", &[]), 1);
    assert_eq!(diff("gone.yaml", &["wire=warn"]), 0);
}

#[test]
fn standard_input_and_reports_to_files() {
    let folder = Folder::new("stdin");
    folder.write("good.yaml", GOOD);
    let output = run(&folder.0, &["diff", "good.yaml", "-"], Some(GONE));
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert_eq!(code(&run(&folder.0, &["diff", "-", "-"], Some(GONE))), 2);
    let reports =
        ["--report", "json=r.json", "--report", "sarif=r.sarif", "--report", "junit=r.xml", "--report", "human"];
    let output = run(&folder.0, &[&["diff", "good.yaml", "-"], reports.as_slice()].concat(), Some(GONE));
    assert!(out(&output).contains("operation-removed"), "{}", out(&output));
    for name in ["r.json", "r.sarif"] {
        let text = fs::read_to_string(folder.0.join(name)).expect("the report was written");
        let value: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
        assert!(value.to_string().contains("operation-removed"));
    }
    assert!(fs::read_to_string(folder.0.join("r.xml")).expect("the report was written").contains("<failure"));
    let output = run(&folder.0, &["diff", "good.yaml", "good.yaml", "--report", "json=good.yaml/all.json"], None);
    assert_eq!(code(&output), 3, "{}", err(&output));
    let output = run(&folder.0, &["diff", "good.yaml", "-", "--bump"], Some(GONE));
    assert_eq!(out(&output).trim(), "major");
}

#[test]
fn revisions_of_git_are_read_without_touching_the_work_tree() {
    let folder = Folder::new("git");
    let git = |arguments: &[&str]| {
        let status = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"])
            .args(arguments)
            .current_dir(&folder.0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    };
    if !git(&["init"]) {
        return;
    }
    let split = GOOD.replace("{description: ok}", "{$ref: 'parts/ok.yaml#/ok'}");
    folder.write("api/c.yaml", &split);
    folder.write("api/parts/ok.yaml", "ok: {description: ok, content: {application/json: {schema: {type: string}}}}\n");
    assert!(git(&["add", "."]) && git(&["commit", "-m", "one"]));
    folder
        .write("api/parts/ok.yaml", "ok: {description: ok, content: {application/json: {schema: {type: integer}}}}\n");
    let output = run(&folder.0, &["diff", "HEAD:api/c.yaml", "api/c.yaml"], None);
    assert_eq!(code(&output), 1, "{}{}", out(&output), err(&output));
    assert!(out(&output).contains("type-changed") && out(&output).contains("api/parts/ok.yaml"), "{}", out(&output));
    let output = run(&folder.0, &["diff", "HEAD:api/c.yaml", "HEAD:api/c.yaml"], None);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let output = run(&folder.0, &["diff", "nope:api/c.yaml", "api/c.yaml"], None);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("fetch"), "{}", err(&output));
    assert_eq!(code(&run(&folder.0, &["diff", "--output=x:y", "api/c.yaml"], None)), 2);
}

#[test]
fn references_leave_neither_the_folder_nor_the_machine() {
    let folder = Folder::new("refs");
    folder.write("secret.yaml", "ok: {description: secret}\n");
    for target in ["../secret.yaml#/ok", "https://example.com/x.yaml#/ok", "/etc/passwd", "%2e%2e/secret.yaml#/ok"] {
        let text = GOOD.replace("{description: ok}", &format!("{{$ref: '{target}'}}"));
        folder.write("in/new.yaml", &text);
        folder.write("in/old.yaml", GOOD);
        let output = run(&folder.0, &["diff", "in/old.yaml", "in/new.yaml"], None);
        assert_eq!(code(&output), 2, "{target}: {}", out(&output));
        assert!(err(&output).contains("leads nowhere"), "{target}: {}", err(&output));
        assert_eq!(code(&run(&folder.0, &["diff", "in/new.yaml", "in/new.yaml"], None)), 0, "{target}");
    }
}

#[test]
fn reports_are_deterministic() {
    let folder = Folder::new("same");
    let pairs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pairs/paging_style_changed");
    let (old, new) = (pairs.join("old.yaml"), pairs.join("new.yaml"));
    for format in ["human", "json", "junit", "sarif", "github", "markdown"] {
        let once = || {
            out(&run(&folder.0, &["diff", &old.to_string_lossy(), &new.to_string_lossy(), "--report", format], None))
        };
        assert_eq!(once(), once(), "{format}");
        assert!(!once().is_empty(), "{format}");
    }
}

#[test]
fn a_broken_reference_is_refused_wherever_it_stands() {
    let folder = Folder::new("unreached");
    let schemas = |extra: &str| format!("{GOOD}components:\n  schemas:\n    A: {{type: string}}\n{extra}");
    folder.write("old.yaml", &schemas(""));
    // Reached by nobody, below a name that is a keyword elsewhere, and below a new operation.
    for extra in [
        "    B: {type: object, properties: {a: {$ref: '#/components/schemas/Nil'}}}\n",
        "    default: {type: array, items: {$ref: '#/components/schemas/Nil'}}\n",
        "  responses: {default: {$ref: '#/components/schemas/Nil'}}\n",
    ] {
        folder.write("new.yaml", &schemas(extra));
        let output = run(&folder.0, &["diff", "old.yaml", "new.yaml"], None);
        assert_eq!(code(&output), 2, "{extra}: {}", out(&output));
        assert!(err(&output).contains("new.yaml:9:") && err(&output).contains("Nil"), "{extra}: {}", err(&output));
    }
    // An example may say what it likes.
    folder.write("new.yaml", &schemas("    B: {type: object, example: {$ref: '#/components/schemas/Nil'}}\n"));
    assert_eq!(code(&run(&folder.0, &["diff", "old.yaml", "new.yaml"], None)), 0);
}

#[test]
fn the_answer_for_all_other_statuses_may_lie_in_a_file() {
    let folder = Folder::new("default");
    let text = GOOD.replace("'200': {description: ok}", "default: {$ref: 'parts.yaml#/ok'}");
    folder.write("api.yaml", &text);
    folder.write("parts.yaml", "ok: {description: ok}\n");
    let output = run(&folder.0, &["diff", "api.yaml", "api.yaml"], None);
    assert_eq!((code(&output), out(&output).contains("leads nowhere")), (0, false), "{}", out(&output));
}

#[test]
fn what_is_not_read_is_told_once_and_is_no_change() {
    let folder = Folder::new("sloppy");
    let schema = |text: &str| with_schemas(text, "");
    for (sloppy, holds) in [
        ("{\"type\": \"strin\"}", "did you mean `string`?"),
        ("{\"type\": \"object\", \"required\": true}", "listed by name"),
        ("{\"enum\": \"x\"}", "`enum` must be a list"),
        ("{\"properties\": [1]}", "`properties` must be a mapping"),
    ] {
        folder.write("old.json", &schema("{\"type\": \"object\"}"));
        folder.write("new.json", &schema(sloppy));
        let output = run(&folder.0, &["diff", "new.json", "new.json"], None);
        assert_eq!((code(&output), out(&output).matches(holds).count()), (0, 1), "{}", out(&output));
        let output = run(&folder.0, &["diff", "new.json", "old.json", "--report", "json", "--fail-on", "never"], None);
        assert_valid_report(&out(&output));
        assert!(out(&output).contains("\"notes\": [\n"), "{}", out(&output));
    }
    folder.write("two.json", &schema("{}").replacen('{', "{\"openapi\": \"3.0.0\", ", 1));
    let output = run(&folder.0, &["diff", "two.json", "two.json"], None);
    assert!(out(&output).contains("stands twice in one object: `openapi`  two.json:1:3"), "{}", out(&output));
    let swagger = GOOD.replace("get: {", "get: {parameters: [{in: query, name: q, type: integer}], ");
    folder.write("swagger.yaml", &swagger);
    let output = run(&folder.0, &["diff", "swagger.yaml", "swagger.yaml"], None);
    assert!(out(&output).contains("OpenAPI 3 has it inside `schema`"), "{}", out(&output));
}

fn assert_valid_report(text: &str) {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
    let validator =
        jsonschema::validator_for(&parse(contract_gate::diff::render::SCHEMA)).expect("the schema is sound");
    let faults: Vec<String> = validator.iter_errors(&parse(text)).map(|error| error.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{text}");
}
