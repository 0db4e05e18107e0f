//! A canary for each secret and each piece of personal data is fed through every reporter, in every form in which it
//! may turn up, in every text that an event has. None may come out.

mod canary;
mod report_stream;

use canary::{AWKWARD, PLAIN, assert_nothing_of, forms, leaks};
use contract_gate::event::*;
use contract_gate::finding::{Exhibit, ShownAnswer, ShownRequest};
use contract_gate::mask::{Masker, Secret, redact_personal};
use contract_gate::report::{Format, Options};
use report_stream::{contract, options, rendered, started, wrong_type};

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
        aborted: Some(Aborted { kind: Obstacle::Unreachable, message: own(), remedy: "start it".to_owned() }),
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

/// Forms that are fed at once: GitHub shows ten annotations, half of them why there is no verdict.
const AT_ONCE: usize = 5;

/// One run with each of some texts in every place of a contract of its own.
fn all_of(texts: &[String]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut ends = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let name = format!("contract-{index}");
        for mut event in with_set_up(everywhere(text), text) {
            match &mut event {
                Event::RunStarted(started) => {
                    if let Some(Event::RunStarted(first)) = events.first_mut() {
                        first.repeat.push_str(&started.repeat);
                        continue;
                    }
                }
                Event::ContractStarted(started) => started.contract.clone_from(&name),
                Event::ContractFinished(finished) => finished.contract.clone_from(&name),
                Event::Judged(judged) => judged.contract.clone_from(&name),
                Event::Found(finding) => {
                    finding.contract = Some(name.clone());
                    if let Some(place) = &mut finding.place {
                        place.pointer.push_str(&name);
                    }
                }
                Event::RunFinished(_) => {
                    ends = vec![event];
                    continue;
                }
                _ => {}
            }
            events.push(event);
        }
    }
    events.extend(ends);
    events
}

fn assert_nothing_comes_out(events: &[Event], masker: &Masker, canary: &str, forms: &[String]) {
    for show_values in [false, true] {
        let options = Options { show_values, verbosity: 1, ..options() };
        for format in Format::ALL {
            let report = rendered(format, &options, masker, events);
            assert_nothing_of(canary, forms, &report, &format!("{format}, values shown: {show_values}"));
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
        let forms = forms(canary);
        for some in forms.chunks(AT_ONCE) {
            assert_nothing_comes_out(&all_of(some), &masker, canary, some);
        }
    }
}

#[test]
fn innocent_texts_stay_as_they_are() {
    let masker = Masker::new([Secret::named("test", "SHORT"), Secret::named(AWKWARD, "KEY")]);
    for text in [
        "GET /v1/customers?limit=10&offset=20 answered 200 in 12 ms",
        "[116, 101, 115, 115] and 74:65:73:73",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0",
        "caf%C3%A9 =?utf-8?q?caf=C3=A9?= &eacute; \\u00e9",
    ] {
        assert_eq!(masker.mask(text), text);
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
        ("%6Aane%2Ecanary%40%65xample.com", "canary"),
        ("jane.canary%2540example.com", "canary"),
        ("jane\\u002ecanary\\u0040example\\u002ecom", "canary"),
        ("jane.canary&#64;example.com", "canary"),
        ("jane.canary\r\n\t@example.com", "canary"),
        ("amFuZS5jYW5hcnlAZXhhbXBsZS5jb20=", "amFuZS5"),
        ("eyJtYWlsIjoiamFuZS5jYW5hcnlAZXhhbXBsZS5jb20ifQ", "jYW5hcnlA"),
        ("+49 151 98765432", "98765432"),
        ("%2B49%20151%2098765432", "98765432"),
        ("KzQ5IDE1MSA5ODc2NTQzMg==", "ODc2NTQz"),
        ("4111111111111111", "41111111"),
    ];
    for (canary, core) in canaries {
        for format in Format::ALL {
            // Numbers stay in curl lines and pointers: they are how the record is reached.
            let mut events = everywhere(canary);
            if core.contains("8765432") || core.contains("4111") || core == "ODc2NTQz" {
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

#[test]
fn a_text_of_nothing_but_backslashes_is_read_once() {
    let masker = Masker::new([Secret::new(PLAIN), Secret::new(AWKWARD)]);
    let run = "\\".repeat(1 << 20);
    let escaped: String = PLAIN.chars().map(|c| format!("\\u{:04x}", u32::from(c))).collect();
    let body = format!("{run}{escaped}{run}\\u0040{run}");
    let start = std::time::Instant::now();
    let masked = masker.mask(&body);
    assert!(masked.contains("***") && !masked.contains(&escaped), "the secret behind the run is hidden");
    assert!(redact_personal(&body).len() <= body.len());
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
