//! The binary is fed secrets and people's data where users put them by mistake, and where servers answer with them. What
//! it writes, to any stream or file, holds none of them.

mod canary;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Output};

const CANARY: &str = "cAn4ry-t0ken-QzXwVuTsRq5";
const NAME: &str = "Wilhelmina Canaryhill";
const MAIL: &str = "w.canaryhill@example.com";
const PHONE: &str = "+49 151 98765432";

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("contract-gate-secrets-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn gate(folder: &Folder, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(arguments)
        .current_dir(&folder.0)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("NO_COLOR", "1")
        .envs(variables.iter().copied())
        .output()
        .expect("the binary runs")
}

/// Both streams, and every file that was written.
fn everything(folder: &Folder, output: &Output) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut all = vec![("stdout".to_owned(), text(&output.stdout)), ("stderr".to_owned(), text(&output.stderr))];
    for entry in fs::read_dir(&folder.0).expect("the folder is there").flatten() {
        if entry.path().extension().is_some_and(|end| end == "out") {
            let name = entry.file_name().to_string_lossy().into_owned();
            all.push((name, text(&fs::read(entry.path()).expect("it is readable"))));
        }
    }
    all
}

fn assert_absent(texts: &[(String, String)], needles: &[&str], about: &str) {
    for (place, text) in texts {
        for needle in needles {
            let line = text.lines().find(|line| line.contains(needle));
            assert!(line.is_none(), "{about}: {needle:?} came out on {place}: {line:?}");
        }
    }
}

#[test]
fn mistakes_in_arguments_are_told_without_what_was_typed() {
    let folder = Folder::new("arguments");
    let user = format!("http://me:{CANARY}@127.0.0.1:9");
    let query = format!("http://127.0.0.1:9/?token={CANARY}");
    let scheme = format!("ftp://me:{CANARY}@h");
    let header = format!("Authorization Bearer {CANARY}");
    let param = format!("api_key={CANARY}");
    let key = format!("Bearer {CANARY}");
    for (arguments, wanted) in [
        (vec!["check", "flexprice", "--base-url", &user], "--token-env"),
        (vec!["check", "flexprice", "--base-url", &query], "has a query"),
        (vec!["check", "flexprice", "--base-url", &scheme], "not http or https"),
        (vec!["check", "flexprice", "--base-url", "http://127.0.0.1:9", "--header", &header], "has no `=`"),
        (vec!["check", "flexprice", "--base-url", "http://127.0.0.1:9", "--param", CANARY], "has no `=`"),
        (vec!["check", "flexprice", "--base-url", "http://127.0.0.1:9", "--token-env", CANARY], "export TOKEN="),
        (vec!["check", "flexprice", "--seed", &key], "--seed"),
        (vec!["check", "flexprice", "--base-url", "http://127.0.0.1:9", "--param", &param, "--only", &param], "help"),
        (vec!["diff", &query, "new.yaml"], "error"),
    ] {
        let output = gate(&folder, &arguments, &[]);
        let texts = everything(&folder, &output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {texts:?}");
        assert!(texts[1].1.contains(wanted), "{arguments:?}: {}", texts[1].1);
        assert_absent(&texts, &[CANARY], &format!("{arguments:?}"));
    }
}

#[test]
fn a_secret_of_the_environment_is_in_no_error_wherever_it_was_typed() {
    let folder = Folder::new("environment");
    for arguments in [
        vec!["check", CANARY],
        vec!["check", "flexprice", "--only", CANARY],
        vec!["check", "flexprice", "--fault", CANARY],
        vec!["check", "flexprice", "--report", CANARY],
        vec!["explain", CANARY],
        vec!["lint", CANARY],
        vec![CANARY],
    ] {
        let output = gate(&folder, &arguments, &[("CI_DEPLOY_TOKEN", CANARY)]);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_absent(&everything(&folder, &output), &[CANARY], &format!("{arguments:?}"));
    }
    let output = gate(&folder, &["check", "--help"], &[("CONTRACT_GATE_BASE_URL", &format!("https://u:{CANARY}@h"))]);
    assert_absent(&everything(&folder, &output), &[CANARY], "--help");
}

#[test]
fn a_credential_in_the_configuration_is_refused_without_being_repeated() {
    let folder = Folder::new("configuration");
    let target = "[targets.a]\ncontract = \"flexprice\"\n";
    for text in [
        format!("{target}token = \"{CANARY}\"\n"),
        format!("{target}token-env = \"{CANARY}\"\n"),
        format!("{target}base-url = [\"{CANARY}\"]\n"),
        format!("{target}base-url = \"https://me:{CANARY}@h\"\n"),
        format!("{target}rate = {{ of = \"{CANARY}\" }}\n"),
        format!("[run]\nseed = \"{CANARY}\"\n"),
        format!("[run]\nonly = \"{CANARY}\"\n"),
    ] {
        fs::write(folder.0.join("contract-gate.toml"), &text).expect("a file");
        let output = gate(&folder, &["check"], &[]);
        let texts = everything(&folder, &output);
        assert_eq!(output.status.code(), Some(2), "{text}: {texts:?}");
        assert!(texts[1].1.contains("contract-gate.toml:"), "{text}: {}", texts[1].1);
        assert_absent(&texts, &[CANARY], &text);
    }
}

#[test]
fn an_unreachable_server_is_reported_without_the_key_in_its_parameters() {
    let folder = Folder::new("unreachable");
    let param = format!("api_key={CANARY}");
    let document = format!("{}/openapi/flexprice.yaml", env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(document).expect("it is shipped").replacen(
        "      parameters:\n",
        "      parameters:\n        - {name: api_key, in: query, schema: {type: string}}\n",
        1,
    );
    fs::write(folder.0.join("ours.yaml"), document).expect("a file");
    let reports = ["human=h.out", "ndjson=n.out", "json=j.out", "markdown=m.out", "html=w.out", "sarif=s.out"];
    let mut arguments = vec!["check", "ours.yaml", "--base-url", "http://127.0.0.1:9", "--param", &param];
    reports.iter().for_each(|report| arguments.extend(["--report", report]));
    let output = gate(&folder, &arguments, &[]);
    let texts = everything(&folder, &output);
    assert_eq!(output.status.code(), Some(3), "{texts:?}");
    assert_eq!(texts.len(), 8);
    assert_absent(&texts, &[CANARY], "unreachable");
}

/// A server whose every answer quotes the credential and somebody's data, in every form.
fn talkative() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let forms = canary::forms(CANARY);
    let said = forms.join(" ");
    let message = format!("customer {NAME} <{MAIL}>, {PHONE}: key {CANARY}, {said} is not known");
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let mut stream = stream;
            let mut head = [0; 16 * 1024];
            let _ = stream.read(&mut head);
            let form = &forms[number % forms.len()];
            // JSON, broken JSON and no JSON in turn, as a success and as an error. What leads on goes into requests.
            let (kind, body) = match number % 3 {
                0 => {
                    let customer = serde_json::json!({"id": form, "customerId": form, "name": NAME});
                    let answer = serde_json::json!({
                        "message": message, "customers": [customer], "items": 3, "id": 3, "hasMore": true,
                        "nextCursor": form, "pagination": {"nextCursor": form, "hasMore": true}
                    });
                    ("application/json", answer.to_string())
                }
                1 => ("application/json", format!("{{\"message\": \"{message}\"")),
                _ => ("text/html", format!("<h1>{message}</h1>")),
            };
            let status = ["200 OK", "500 Internal Server Error", "404 Not Found"][number / 3 % 3];
            let echo = if form.contains(['\r', '\n']) || !form.is_ascii() { CANARY } else { form.as_str() };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\nx-request-id: {echo}\r\nx-customer: {NAME}\r\n\
                 location: /{MAIL}/{CANARY}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    format!("http://{address}")
}

/// That neither a stream nor a file gives the canary away, in whatever form.
fn assert_no_form(texts: &[(String, String)], about: &str) {
    let forms = canary::forms(CANARY);
    for (place, text) in texts {
        canary::assert_nothing_of(CANARY, &forms, text, &format!("{about} on {place}"));
    }
}

#[test]
fn a_parameter_from_the_environment_comes_out_as_its_variable() {
    let folder = Folder::new("parameter");
    let server = talkative();
    let file = format!(
        "[targets.a]\ncontract = \"flexportal\"\nbase-url = \"{server}\"\ntoken-env = \"GATE_KEY\"\n\
         params = {{ Tenant-ID = \"$TENANT_KEY\" }}\n"
    );
    fs::write(folder.0.join("contract-gate.toml"), file).expect("a file");
    let formats = ["human", "json", "ndjson", "junit", "sarif", "github", "markdown", "html"];
    let reports: Vec<String> = formats.iter().map(|format| format!("{format}={format}.out")).collect();
    let mut arguments = vec!["check", "a", "-v", "--no-shrink", "--show-values"];
    arguments.extend(["--record", "traffic.out", "--regressions", "cases.out"]);
    reports.iter().for_each(|report| arguments.extend(["--report", report]));
    let output = gate(&folder, &arguments, &[("GATE_KEY", "an0ther-s3cret"), ("TENANT_KEY", CANARY)]);
    let texts = everything(&folder, &output);
    assert_eq!(output.status.code(), Some(1), "{texts:?}");
    assert!(texts.iter().any(|(name, text)| name == "traffic.out" && text.contains("$TENANT_KEY")), "no recording");
    assert_no_form(&texts, "a parameter");
    let human = texts.iter().find(|(name, _)| name == "human.out").map(|(_, text)| text.as_str()).unwrap_or_default();
    assert!(human.contains("-H \"Tenant-ID: $TENANT_KEY\""), "a shell does not fill in the variable:\n{human}");
    let plan = gate(&folder, &["check", "a", "--dry-run"], &[("GATE_KEY", "an0ther-s3cret"), ("TENANT_KEY", CANARY)]);
    assert_absent(&everything(&folder, &plan), &[CANARY], "--dry-run");
}

#[test]
fn a_realm_with_somebodys_name_comes_out_as_a_shape() {
    let folder = Folder::new("realm");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let server = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 16 * 1024];
            let _ = stream.read(&mut head);
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nwww-authenticate: Bearer realm=\"{NAME}\"\r\ncontent-type: application/json\r\n\
                 content-length: 2\r\nconnection: close\r\n\r\n[]"
            );
        }
    });
    let reports = ["human=h.out", "json=j.out", "ndjson=n.out", "html=w.out"];
    let mut arguments =
        vec!["check", "flexprice", "-v", "--base-url", &server, "--token-env", "GATE_KEY", "--no-shrink"];
    reports.iter().for_each(|report| arguments.extend(["--report", report]));
    let output = gate(&folder, &arguments, &[("GATE_KEY", CANARY)]);
    let texts = everything(&folder, &output);
    assert!(texts.iter().any(|(_, text)| text.contains("www-authenticate: Bearer realm=")), "no answer is shown");
    assert_absent(&texts, &[NAME, CANARY], "a realm");
}

#[test]
fn what_a_server_quotes_comes_out_of_no_report() {
    let folder = Folder::new("talkative");
    let server = talkative();
    let formats = ["human", "json", "ndjson", "junit", "sarif", "github", "markdown", "html"];
    let reports: Vec<String> = formats.iter().map(|format| format!("{format}={format}.out")).collect();
    let mut arguments =
        vec!["check", "flexprice", "-v", "--base-url", &server, "--token-env", "GATE_KEY", "--no-shrink"];
    reports.iter().for_each(|report| arguments.extend(["--report", report]));
    let output = gate(&folder, &arguments, &[("GATE_KEY", CANARY)]);
    let texts = everything(&folder, &output);
    assert_eq!(output.status.code(), Some(1), "{texts:?}");
    assert_eq!(texts.len(), 2 + formats.len());
    let exchanged = texts.iter().any(|(name, text)| name == "json.out" && text.contains("\"exchanges\""));
    assert!(exchanged, "no finding shows an exchange");
    assert_absent(&texts, &[NAME, "Canaryhill", MAIL, "98765432"], "shapes");
    assert_no_form(&texts, "shapes");
    arguments.push("--show-values");
    let output = gate(&folder, &arguments, &[("GATE_KEY", CANARY)]);
    let texts = everything(&folder, &output);
    assert!(texts.iter().any(|(_, text)| text.contains(NAME)), "values are shown on request");
    assert_no_form(&texts, "--show-values");
}
