//! A canary in every form on every way out that is no report: panics, errors, curl lines and recordings.

mod canary;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr as _;
use std::time::{Duration, SystemTime};

use canary::{AWKWARD, PLAIN, assert_nothing_of, forms};
use contract_gate::case::Call;
use contract_gate::cli::{command, safe};
use contract_gate::config::{Config, Names, RunFlags};
use contract_gate::contract::Contract;
use contract_gate::diff::{Origin, Workspace};
use contract_gate::exchange::{Answer, Failure, Sent};
use contract_gate::lint;
use contract_gate::mask::{Masker, Secret};
use contract_gate::recording::{About, Crossed, Recorder, Recording};
use contract_gate::report::{self, ReportSpec};

const CANARIES: [(&str, &str); 2] = [(PLAIN, "CANARY_TOKEN"), (AWKWARD, "CANARY_KEY")];

fn learn() {
    safe::learn(&CANARIES.map(|(canary, name)| Secret::named(canary, name)));
}

/// What goes wrong with a text in the place of anything that a user or a file may say.
fn errors(text: &str) -> Vec<String> {
    let mut told = Vec::new();
    for arguments in [
        vec!["check", "flexportal", "--seed", text],
        vec!["check", "flexportal", "--rate", text],
        vec!["check", "flexportal", "--profile", text],
        vec!["check", "flexportal", "--shard", text],
        vec!["check", "flexportal", "--report", text],
        vec!["completions", text],
        vec![text],
    ] {
        let error = command().try_get_matches_from([&["contract-gate"], arguments.as_slice()].concat());
        told.extend(error.err().map(|error| error.to_string()));
    }
    let quoted = toml::Value::from(text).to_string();
    let nothing = |_: &str| None;
    for file in [
        format!("[run]\nseed = {quoted}\n"),
        format!("[run]\nprofile = {quoted}\n"),
        format!("[targets.a]\ncontract = \"maple\"\nrate = {quoted}\n"),
        format!("[targets.{quoted}]\ncontract = 3\n"),
        format!("[levels]\n{quoted} = \"deny\"\n"),
        format!("[[waivers]]\ncheck = {quoted}\n"),
        format!("{quoted} = {quoted}\n"),
    ] {
        let config = Config::parse(Path::new("contract-gate.toml"), &file, &RunFlags::default(), &nothing);
        let config = config.and_then(|config| config.check_names(&Names::of_the_gate()));
        told.extend(config.err().map(|error| error.to_string()));
    }
    let path = PathBuf::from(text);
    told.extend(Config::load(Some(&path), &RunFlags::default(), &nothing).err().map(|error| error.to_string()));
    told.extend(Contract::open_with(text, None).err().map(|error| error.to_string()));
    told.extend(Workspace::read(&Origin::parse(text)).err().map(|error| error.to_string()));
    told.extend(Workspace::parse("a.yaml", text).err().map(|error| error.to_string()));
    told.extend(lint::file(text).err().map(|error| error.to_string()));
    told.extend(ReportSpec::from_str(text).err().map(|error| error.to_string()));
    told.extend(report::read(text).err().map(|error| error.to_string()));
    told.extend(Recording::read(&[path]).err().map(|error| error.to_string()));
    told.extend(Recording::parse("a.har", text.as_bytes()).err().map(|error| error.to_string()));
    told.extend(Names::of_the_gate().selection(&format!("x:{text}"), None).err().map(|error| error.to_string()));
    // Errors that quote errors do it as debug output.
    told.extend(told.clone().iter().map(|error| format!("{error:?}")));
    told
}

#[test]
fn no_secret_comes_out_of_an_error() {
    learn();
    let mut seen = 0;
    for (canary, _) in CANARIES {
        for form in forms(canary) {
            let told = errors(&form);
            assert!(told.len() > 20, "only {} errors for {form:?}", told.len());
            seen += told.iter().filter(|error| error.contains(&form)).count();
            for error in told {
                assert_nothing_of(canary, std::slice::from_ref(&form), &safe::text(&error), "an error");
            }
        }
    }
    assert!(seen > 1_000, "the errors quote what was given {seen} times only: nothing is proven");
}

/// What the process does that [`no_secret_comes_out_of_a_panic`] starts.
fn panic_in_every_form() {
    learn();
    safe::mask_panics();
    for (canary, _) in CANARIES {
        for form in forms(canary) {
            let number: Result<u8, String> = form.parse().map_err(|_| form.clone());
            let died = std::thread::spawn(move || panic!("cannot read {form}")).join();
            assert!(died.is_err());
            let died = std::thread::spawn(move || number.expect("it is sound")).join();
            assert!(died.is_err());
        }
    }
}

#[test]
fn no_secret_comes_out_of_a_panic() {
    const CHILD: &str = "CONTRACT_GATE_TEST_PANICS";
    if std::env::var_os(CHILD).is_some() {
        return panic_in_every_form();
    }
    let output = Command::new(std::env::current_exe().expect("it runs"))
        .args(["--exact", "no_secret_comes_out_of_a_panic", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .expect("it starts again");
    let told = String::from_utf8_lossy(&output.stderr);
    let all: usize = CANARIES.iter().map(|(canary, _)| 2 * forms(canary).len()).sum();
    assert_eq!(told.matches("contract-gate failed by its own fault").count(), all, "{told}");
    assert!(told.matches("$CANARY_").count() >= all, "{told}");
    for (canary, _) in CANARIES {
        assert_nothing_of(canary, &forms(canary), &told, "a panic");
    }
}

fn exchange(form: &str, name: &str) -> (Sent, Answer) {
    let sent = Sent {
        method: "POST".to_owned(),
        url: format!("http://127.0.0.1/v1/{form}?q={form}"),
        headers: vec![(name.to_owned(), form.to_owned()), (format!("x-{form}"), "1".to_owned())],
        body: Some(format!("{{\"q\": \"{form}\"}}")),
    };
    let headers = [("content-type", form.to_owned()), ("x-own", form.to_owned()), ("location", format!("/{form}"))];
    let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    (sent, Answer { status: 200, headers, body: format!("<p>{form}</p>").into() })
}

#[test]
fn no_secret_comes_out_of_a_recording() {
    let path = std::env::temp_dir().join(format!("contract-gate-canary-{}.har", std::process::id()));
    for (canary, variable) in CANARIES {
        let masker = Masker::new([Secret::named(canary, variable)]);
        let recorder = Recorder::create(&path, masker).expect("it can be written");
        let forms = forms(canary);
        for form in &forms {
            let base = format!("http://{form}");
            let (sent, answer) = exchange(form, "x-own");
            let mut broken = answer.clone();
            broken.body = [answer.body.as_ref(), b"\xff\xfe"].concat().into();
            for outcome in [Ok(answer), Ok(broken), Err(Failure::Dropped(form.clone()))] {
                let call = Call::new("listCustomers");
                let crossed = Crossed {
                    call: &call,
                    sent: &sent,
                    outcome: &outcome,
                    at: SystemTime::UNIX_EPOCH,
                    took: Duration::from_millis(1),
                };
                recorder.add(About { contract: "flexportal", base: &base }, &crossed);
            }
        }
        let written = recorder.finish().expect("it was written");
        assert_eq!(written.exchanges, 3 * forms.len() as u64);
        let text = std::fs::read_to_string(&path).expect("it is there");
        std::fs::remove_file(&path).expect("it can be removed");
        assert!(text.matches(&format!("${variable}")).count() >= 15 * forms.len(), "{text}");
        assert_nothing_of(canary, &forms, &text, "a recording");
        Recording::parse("c.har", text.as_bytes()).expect("it is a HAR");
    }
}

#[test]
fn no_secret_comes_out_of_a_curl_line() {
    for (canary, variable) in CANARIES {
        let masker = Masker::new([Secret::named(canary, variable)]);
        let mask = |text: &str| masker.mask(text).into_owned();
        for form in forms(canary) {
            let (sent, _) = exchange(&form, "Authorization");
            let masked = Sent {
                method: sent.method,
                url: mask(&sent.url),
                headers: sent.headers.iter().map(|(name, value)| (mask(name), mask(value))).collect(),
                body: sent.body.as_deref().map(mask),
            };
            let line = masked.curl();
            assert!(line.contains(&format!("${variable}")), "{line}");
            assert_nothing_of(canary, std::slice::from_ref(&form), &line, "a curl line");
        }
    }
}
