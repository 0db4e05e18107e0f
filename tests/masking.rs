//! A canary for each secret and each piece of personal data is fed through every reporter, in every form in which it
//! may turn up, in every text that an event has. None may come out.

mod report_stream;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use contract_gate::event::*;
use contract_gate::finding::{Exhibit, ShownAnswer, ShownRequest};
use contract_gate::mask::{Masker, Secret, redact_personal};
use contract_gate::report::{Format, Options};
use report_stream::{contract, options, rendered, started, wrong_type};

const PLAIN: &str = "cAn4ryT0kenQzXwVuTsRq5Pp6Nn7";
const AWKWARD: &str = "cAn4ry/t0k+en \"q\"\\=&%41<é>";

fn percent(text: &str, keep: impl Fn(u8) -> bool, upper: bool) -> String {
    text.bytes()
        .map(|byte| match byte {
            _ if keep(byte) => char::from(byte).to_string(),
            _ if upper => format!("%{byte:02X}"),
            _ => format!("%{byte:02x}"),
        })
        .collect()
}

fn folded(text: &str) -> String {
    let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(index, _)| index);
    format!("{}\r\n\t{}", &text[..middle], &text[middle..])
}

/// Every form of a secret, made without the code under test.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).expect("a text is JSON");
    let json = json[1..json.len() - 1].to_owned();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let escaped: String = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let html: String = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut forms = vec![
        secret.to_owned(),
        percent(secret, unreserved, true),
        percent(secret, unreserved, false),
        percent(secret, |_| false, true),
        percent(secret, |byte| unreserved(byte) || byte == b'/', true),
        percent(secret, |byte| unreserved(byte) || byte == b' ', true).replace(' ', "+"),
        percent(&percent(secret, unreserved, true), unreserved, true),
        json.clone(),
        json.replace('/', "\\/"),
        serde_json::to_string(&json).expect("a text is JSON"),
        escaped.to_uppercase().replace("\\U", "\\u"),
        escaped,
        html.clone(),
        html.replace("&quot;", "&#34;").replace("&lt;", "&#x3C;"),
        folded(secret),
        folded(secret).split("\r\n\t").map(|half| percent(half, unreserved, true)).collect::<Vec<_>>().join("\r\n "),
        folded(&STANDARD.encode(secret)),
    ];
    for before in ["", "u", "us", "user:"] {
        for behind in ["", "!", "!!", "!!!"] {
            let text = format!("{before}{secret}{behind}");
            for engine in [
                STANDARD.encode(&text),
                STANDARD_NO_PAD.encode(&text),
                URL_SAFE.encode(&text),
                URL_SAFE_NO_PAD.encode(&text),
            ] {
                forms.push(percent(&engine, unreserved, true));
                forms.push(engine.replace('/', "\\/"));
                forms.push(engine);
            }
        }
    }
    forms
}

/// An event stream with one text in every place that holds a text.
fn everywhere(text: &str) -> Vec<Event> {
    let own = || format!("before {text} behind");
    let mut finding = wrong_type("listCustomers", &format!("/customers/{text}"));
    for field in [&mut finding.title, &mut finding.expected, &mut finding.actual] {
        *field = own();
    }
    finding.shown_value = Some(own());
    finding.witness = Some(own());
    finding.curl = vec![format!("curl 'http://127.0.0.1/?q={text}' -d '{text}'")];
    finding.facts.insert("fact".to_owned(), own());
    finding.exchanges = vec![Exhibit {
        request: ShownRequest {
            method: "GET".to_owned(),
            url: format!("http://127.0.0.1/?q={text}"),
            headers: vec![format!("X-Own: {text}")],
            body: Some(own()),
        },
        response: Some(ShownAnswer {
            status: 200,
            headers: vec![format!("x-request-id: {text}")],
            bytes: 1,
            body: Some(own()),
            shown_headers: vec![format!("location: /{text}")],
            shown_body: Some(own()),
        }),
        failure: Some(own()),
    }];
    let mut note = finding.clone();
    note.level = contract_gate::finding::Level::Note;
    let inconclusive = Outcome::Inconclusive { reason: own(), remedy: "supply it".to_owned() };
    let outcome = Outcome::NotApplicable { reason: own() };
    let finished = ContractFinished {
        contract: "flexportal".to_owned(),
        remarks: vec![own()],
        aborted: Some(Aborted { kind: "unreachable".to_owned(), message: own(), remedy: "start it".to_owned() }),
        ..ContractFinished::default()
    };
    vec![
        started(),
        contract("flexportal", "FlexPortal", &["listCustomers"]),
        report_stream::judged("flexportal", "listCustomers", "wrong-type", "answers", Outcome::Failed, 1),
        Event::Found(Box::new(finding)),
        Event::Found(Box::new(note)),
        report_stream::judged("flexportal", "listCustomers", "foreign-record", "access", inconclusive, 1),
        report_stream::judged("flexportal", "listCustomers", "unknown-enum-value", "answers", outcome, 1),
        Event::ContractFinished(Box::new(finished)),
        Event::RunFinished(RunFinished { exit: 1, verdict: "violated".to_owned(), ..RunFinished::default() }),
    ]
}

/// The texts of an event that only the user and the target write.
fn with_set_up(mut events: Vec<Event>, text: &str) -> Vec<Event> {
    for event in &mut events {
        match event {
            Event::RunStarted(started) => started.repeat = format!("contract-gate check --x {text}"),
            Event::ContractStarted(started) => {
                started.target = format!("http://127.0.0.1/{text}");
                started.title = text.to_owned();
            }
            Event::Found(finding) => {
                finding.source = Some(text.to_owned());
                finding.why = Some(text.to_owned());
                finding.waived = None;
            }
            Event::ContractFinished(finished) => {
                finished.operations = vec![OperationTotals { endpoint: text.to_owned(), ..OperationTotals::default() }];
                finished.coverage.items = vec![CoverageItem { name: text.to_owned(), ..CoverageItem::default() }];
            }
            Event::RunFinished(finished) => finished.verdict = "violated".to_owned(),
            _ => {}
        }
    }
    events
}

/// Everything that a reader could make of a text by decoding it.
fn readings(text: &str) -> Vec<String> {
    let mut readings = vec![text.to_owned()];
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    readings.push(percent_encoding::percent_decode_str(&decoded).decode_utf8_lossy().into_owned());
    readings.push(decoded);
    for run in text.split(|character: char| !(character.is_ascii_alphanumeric() || "+/-_".contains(character))) {
        let run = run.replace('-', "+").replace('_', "/");
        for offset in 0..4.min(run.len()) {
            let whole = (run.len() - offset) / 4 * 4;
            if let Ok(bytes) = STANDARD_NO_PAD.decode(&run[offset..offset + whole]) {
                readings.push(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
    }
    readings
}

fn leaks(text: &str, canary: &str) -> Option<String> {
    let windows: Vec<&str> =
        (0..canary.len().saturating_sub(5)).filter_map(|start| canary.get(start..start + 6)).collect();
    readings(text).into_iter().find(|reading| windows.iter().any(|window| reading.contains(window)))
}

fn assert_nothing_comes_out(events: &[Event], masker: &Masker, canary: &str, form: &str) {
    for show_values in [false, true] {
        let options = Options { show_values, verbosity: 1, ..options() };
        for format in Format::ALL {
            let report = rendered(format, &options, masker, events);
            if let Some(reading) = leaks(&report, canary) {
                let near = report.lines().find(|line| leaks(line, canary).is_some()).unwrap_or(&reading);
                panic!("{format}: {canary:?} came out of the form {form:?}: {near}");
            }
        }
    }
}

#[test]
fn no_secret_comes_out_of_a_text_in_any_form() {
    for (canary, name) in [(PLAIN, "TOKEN"), (AWKWARD, "KEY")] {
        let masker = Masker::new([Secret::named(canary, name)]);
        for form in forms(canary) {
            for around in [("", ""), ("x=", "&y=1"), ("\"", "\""), ("Bearer ", "\r\n")] {
                let text = format!("{}{form}{}", around.0, around.1);
                let masked = masker.mask(&text);
                assert_eq!(leaks(&masked, canary), None, "{text:?} became {masked:?}");
                assert!(masked.contains(&format!("${name}")), "{text:?} became {masked:?}");
                assert_eq!(masker.mask_bytes(text.as_bytes()), masked.as_bytes());
            }
        }
    }
}

#[test]
fn no_secret_comes_out_of_any_reporter() {
    for canary in [PLAIN, AWKWARD] {
        let masker = Masker::new([Secret::named(canary, "TOKEN")]);
        for form in forms(canary).into_iter().step_by(7).chain([canary.to_owned()]) {
            assert_nothing_comes_out(&with_set_up(everywhere(&form), &form), &masker, canary, &form);
        }
    }
}

#[test]
fn two_secrets_side_by_side_are_both_masked() {
    let masker = Masker::new([Secret::new("first-secret"), Secret::named("second-secret", "B")]);
    assert_eq!(masker.mask("first-secretsecond-secret"), "***$B");
    assert_eq!(masker.mask("first-secre"), "first-secre");
}

#[test]
fn no_personal_data_comes_out_unless_values_are_shown() {
    let canaries = [
        ("jane.canary@example.com", "canary"),
        ("jane.canary%40example.com", "canary"),
        ("+49 151 98765432", "98765432"),
        ("4111111111111111", "41111111"),
    ];
    for (canary, core) in canaries {
        for format in Format::ALL {
            // Numbers stay in curl lines and pointers: they are how the record is reached.
            let mut events = everywhere(canary);
            if !core.contains("canary") {
                for event in &mut events {
                    if let Event::Found(finding) = event {
                        finding.curl.clear();
                        finding.pointer = None;
                        finding.exchanges.iter_mut().for_each(|exchange| exchange.request = ShownRequest::default());
                    }
                }
            }
            let hidden = rendered(format, &Options { verbosity: 1, ..options() }, &Masker::default(), &events);
            assert!(
                !hidden.contains(core),
                "{format}: {canary} came out: {:?}",
                hidden.lines().find(|line| line.contains(core))
            );
        }
    }
    let options = Options { verbosity: 1, show_values: true, ..options() };
    let shown = rendered(Format::Human, &options, &Masker::default(), &everywhere("jane.canary@example.com"));
    assert!(shown.contains("jane.canary@example.com"));
}

#[test]
fn large_texts_are_masked_quickly() {
    let masker = Masker::new([Secret::new(PLAIN), Secret::new(AWKWARD)]);
    let body = format!("{{\"name\": \"Jane\", \"link\": \"http:\\/\\/a\\/b?c=%20d\"}}{PLAIN}").repeat(20_000);
    let start = std::time::Instant::now();
    assert!(!masker.mask(&body).contains(PLAIN));
    assert!(start.elapsed().as_secs() < 10, "{:?} for {} bytes", start.elapsed(), body.len());
}

proptest::proptest! {
    /// Whatever comes in: no panic, no second thoughts, and nothing changes where there is nothing to hide.
    #[test]
    fn any_text_can_be_masked(text in "[ -~\u{e9}%+\\\\&;@.0-9A-Za-z\r\n\t\u{1F600}]{0,200}", bytes: Vec<u8>) {
        let masker = Masker::new([Secret::new(AWKWARD), Secret::named("plain-secret", "P")]);
        let once = masker.mask(&text).into_owned();
        proptest::prop_assert_eq!(masker.mask(&once), once.as_str());
        proptest::prop_assert_eq!(&once, &text);
        let _ = masker.mask_bytes(&bytes);
        let clean = redact_personal(&text).into_owned();
        proptest::prop_assert_eq!(redact_personal(&clean), clean.as_str());
    }

    /// A secret in the middle of anything is found.
    #[test]
    fn a_secret_is_found_anywhere(before in "[ -~]{0,20}", behind in "[ -~]{0,20}") {
        let masker = Masker::new([Secret::new("plain-secret")]);
        let masked = masker.mask(&format!("{before}plain-secret{behind}")).into_owned();
        proptest::prop_assert!(!masked.contains("plain-secret"), "{masked}");
    }
}
