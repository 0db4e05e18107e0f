//! One fixed stream of events through every reporter: what is written is accepted by eye, validated against its
//! schema, and never lets a hostile value out of its place.

mod report_stream;

use contract_gate::event::Event;
use contract_gate::mask::Masker;
use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::PathBuf;

use contract_gate::report::progress::{Manner, Progress};
use contract_gate::report::{Fanout, Format, Options, REPORT_SCHEMA, ReportSpec};
use report_stream::valid::{is_junit, is_sarif, valid};
use report_stream::{Caught, options, rendered, stream};

fn shown(format: Format) -> String {
    rendered(format, &options(), &Masker::default(), &stream())
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/reporters"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn hostile_free(text: &str) {
    for (index, character) in text.char_indices() {
        let wrong = (character.is_control() && character != '\n') || ('\u{202a}'..='\u{202e}').contains(&character);
        let command =
            character == '\n' && ["::", "##["].iter().any(|sign| text[index..].trim_start().starts_with(sign));
        assert!(!command, "a line starts like a workflow command: {:?}", text.get(index..index + 40));
        assert!(!wrong, "{character:?} came out near {:?}", text.get(index.saturating_sub(40)..index));
    }
}

#[test]
fn human_report() {
    let text = shown(Format::Human);
    hostile_free(&text);
    snapshot("human", &text);
}

#[test]
fn human_report_narrow_and_verbose() {
    let options = Options { width: 72, verbosity: 1, show_values: true, ..options() };
    snapshot("human-verbose", &rendered(Format::Human, &options, &Masker::default(), &stream()));
}

#[test]
fn human_report_quiet() {
    let options = Options { verbosity: -1, ..options() };
    snapshot("human-quiet", &rendered(Format::Human, &options, &Masker::default(), &stream()));
}

#[test]
fn findings_that_come_late_are_printed_too() {
    let mut events = stream();
    let last = events.pop();
    for contract in ["flexportal", "maple"] {
        let mut late = contract_gate::finding::Finding::new("expired-waiver", format!("late in {contract}"));
        late.contract = Some(contract.to_owned());
        events.push(Event::Found(Box::new(late)));
    }
    events.extend(last);
    let text = rendered(Format::Human, &options(), &Masker::default(), &events);
    assert!(text.contains("late in flexportal") && text.contains("late in maple"), "{text}");
}

#[test]
fn colour_is_written_only_when_asked_for() {
    let options = Options { color: true, ..options() };
    assert!(rendered(Format::Human, &options, &Masker::default(), &stream()).contains("\u{1b}[31m"));
    assert!(!shown(Format::Human).contains('\u{1b}'));
}

#[test]
fn json_report() {
    let text = shown(Format::Json);
    valid(REPORT_SCHEMA, None, &serde_json::from_str(&text).expect("the report is JSON"));
    snapshot("json", &text);
}

#[test]
fn a_run_that_was_cut_off_is_still_a_valid_report() {
    for length in 0..stream().len() {
        let text = rendered(Format::Json, &options(), &Masker::default(), &stream()[..length]);
        valid(REPORT_SCHEMA, None, &serde_json::from_str(&text).expect("the report is JSON"));
        let text = rendered(Format::Human, &options(), &Masker::default(), &stream()[..length]);
        assert!(text.contains("exit 3"), "{text}");
    }
}

#[test]
fn ndjson_report() {
    let text = shown(Format::Ndjson);
    let back: Vec<Event> = text.lines().map(|line| serde_json::from_str(line).expect("a line is an event")).collect();
    let exchanges = stream().iter().filter(|event| matches!(event, Event::Exchanged(_))).count();
    assert_eq!(back.len(), stream().len() - exchanges);
    for line in text.lines() {
        valid(REPORT_SCHEMA, Some("event"), &serde_json::from_str(line).expect("a line is JSON"));
    }
    snapshot("ndjson", &text);
}

#[test]
fn junit_report() {
    let text = shown(Format::Junit);
    hostile_free(&text);
    is_junit(&text);
    snapshot("junit", &text);
}

#[test]
fn sarif_report() {
    let text = shown(Format::Sarif);
    is_sarif(&text);
    snapshot("sarif", &text);
}

#[test]
fn sarif_is_capped_and_says_so() {
    let text = rendered(Format::Sarif, &options(), &Masker::default(), &many(5_200));
    let report: serde_json::Value = serde_json::from_str(&text).expect("the report is JSON");
    assert_eq!(report.pointer("/runs/0/results").and_then(|results| results.as_array()).map(Vec::len), Some(5_000));
    assert!(text.contains("200 results were left out"));
}

#[test]
fn github_annotations() {
    let text = shown(Format::Github);
    hostile_free(&text.replace("\n::", "\n"));
    for line in text.lines() {
        let command = line.split("::").nth(1).unwrap_or_default();
        let known = ["error", "warning", "notice"].iter().any(|kind| command.starts_with(&format!("{kind} ")));
        assert!(line.starts_with("::") && known, "no annotation: {line}");
    }
    snapshot("github", &text);
}

#[test]
fn github_shows_the_worst_ten_and_counts_the_rest() {
    let text = rendered(Format::Github, &options(), &Masker::default(), &many(25));
    assert_eq!(text.lines().filter(|line| line.starts_with("::error")).count(), 10);
    assert!(text.contains("15 more faults in 60 places not annotated"), "{text}");
}

#[test]
fn markdown_report() {
    let text = shown(Format::Markdown);
    hostile_free(&text);
    let outside_fences: String = text.split("```").step_by(2).collect();
    assert!(!outside_fences.contains("<script>") && !outside_fences.contains("a|b"));
    snapshot("markdown", &text);
}

#[test]
fn the_step_summary_is_written_by_itself_and_stays_small() {
    let folder = folder("summary");
    let path = folder.join("summary.md");
    std::fs::write(&path, "of another step\n".repeat(10_000)).expect("a file");
    let options = Options { step_summary: Some(path.clone()), ..options() };
    let mut fanout = Fanout::open(&[], options, Masker::default(), || Box::new(Caught::default()));
    many(2_000).iter().for_each(|event| fanout.event(event));
    fanout.finish().expect("all is written");
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.len() < 256 * 1024, "{} bytes", text.len());
    assert!(text.starts_with("of another step") && text.contains("more rows left out"));
    let last_row = text.lines().rfind(|line| line.starts_with('|')).unwrap_or_default();
    assert!(last_row.ends_with(" |"), "cut in mid-row: {last_row}");
    std::fs::remove_dir_all(folder).expect("it can be removed");
}

#[test]
fn html_report() {
    let text = shown(Format::Html);
    hostile_free(&text);
    assert!(!text.contains("<script") && !text.contains("http-equiv=\"refresh"));
    for outside in ["src=", "href=\"http", "url(", "@import", "<link", "<iframe"] {
        assert!(!text.contains(outside), "the page reaches out: {outside}");
    }
    snapshot("html", &text);
}

#[test]
fn html_stays_small_with_ten_thousand_findings() {
    let start = std::time::Instant::now();
    let text = rendered(Format::Html, &options(), &Masker::default(), &many(10_000));
    assert!(text.len() < 10 * 1024 * 1024, "{} bytes", text.len());
    assert!(text.contains("9,800 further findings"), "the rest is counted");
    assert_eq!(places(&text), 10_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// The page as a browser understands it; nothing when none is installed.
fn dom(name: &str, page: &str) -> Option<String> {
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
    let starts = |name: &&str| {
        std::process::Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
    };
    let Some(browser) = names.into_iter().find(starts) else {
        writeln!(std::io::stderr(), "skipped: no browser is installed (apt-get install chromium)").expect("it is open");
        return None;
    };
    let folder = folder(name);
    let path = folder.join("report.html");
    std::fs::write(&path, page).expect("a file");
    let output = std::process::Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
        .args(["--disable-background-networking", "--disable-component-update", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("the browser starts");
    std::fs::remove_dir_all(folder).expect("it can be removed");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_page_is_readable_in_a_browser() {
    let Some(dom) = dom("browser", &shown(Format::Html)) else { return };
    assert!(dom.contains("cursor-skips-records") && dom.contains("<summary>"), "{dom}");
    assert!(!dom.contains("<script"), "a value became markup");
    // Coverage as a picture: one square per thing that the contract declares, each with its words.
    assert_eq!(dom.matches("\" title=\"").count(), 9, "{dom}");
    assert!(dom.contains("optional phone absent: seen 3 times"), "{dom}");
    // Each fault unfolds to the exchange, the place in the contract and the request to repeat it.
    for wanted in
        ["<figcaption>Request</figcaption>", "<figcaption>Answer</figcaption>", "‹integer›  ← here", "curl -sS"]
    {
        assert!(dom.contains(wanted), "{wanted:?} is missing");
    }
    assert!(dom.contains("openapi/flexportal.yaml:21:9") && dom.contains("line 21 of the &lt;document&gt;"), "{dom}");
    assert!(dom.contains("lang=\"en\"") && dom.contains("aria-label") && dom.contains("<caption>"));
}

/// Different places of the body in a page.
fn places(page: &str) -> usize {
    let rest = page.split("body &#x2f;customers&#x2f;").skip(1);
    rest.filter_map(|rest| rest.split_once("&#x2f;status").map(|(index, _)| index)).collect::<BTreeSet<&str>>().len()
}

#[test]
fn html_has_every_place_of_one_fault() {
    let mut events = many(300);
    for event in &mut events {
        if let Event::Found(finding) = event {
            finding.place = Some(report_stream::place("/components/schemas/S1", 2));
        }
    }
    let text = rendered(Format::Html, &options(), &Masker::default(), &events);
    assert!(text.contains("The same in 299 more findings"), "{text}");
    assert_eq!(places(&text), 300);
}

#[test]
fn a_browser_takes_ten_thousand_findings() {
    let page = rendered(Format::Html, &options(), &Masker::default(), &many(10_000));
    let start = std::time::Instant::now();
    let Some(dom) = dom("large", &page) else { return };
    assert!(start.elapsed().as_secs() < 30, "{:?}", start.elapsed());
    assert_eq!(dom.matches("<figcaption>Request</figcaption>").count(), 200);
    // Every further one has its place in the document and its request.
    assert_eq!(dom.matches("<th scope=\"row\"><code>status").count(), 9_800);
    assert!(dom.contains("<code>openapi/flexportal.yaml:4321</code>"), "a place in the document is missing");
    assert_eq!(dom.matches("<pre>curl -sS").count(), 9_800);
    assert!(dom.ends_with("</html>") || dom.trim_end().ends_with("</html>"), "the page breaks off");
}

/// A run with many different faults.
fn many(number: usize) -> Vec<Event> {
    let mut events = stream();
    let last = events.pop();
    for index in 0..number {
        let mut finding = report_stream::wrong_type("listCustomers", &format!("/customers/{index}/status"));
        finding.place = Some(report_stream::place(&format!("/components/schemas/S{index}"), index + 1));
        events.insert(4, Event::Found(Box::new(finding)));
    }
    events.extend(last);
    events.retain(|event| match event {
        Event::Found(finding) => {
            finding.id == "wrong-type"
                && finding.contract.as_deref() == Some("flexportal")
                && finding.place.as_ref().is_none_or(|place| place.pointer.contains("/S"))
        }
        Event::ContractFinished(finished) => finished.aborted.is_none(),
        _ => true,
    });
    events
}

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("contract-gate-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[test]
fn files_appear_whole_and_a_failing_report_does_not_stop_the_others() {
    let folder = folder("files");
    let good = folder.join("deep/er/report.json");
    std::fs::write(folder.join("file"), "").expect("a file");
    let specs = [
        ReportSpec { format: Format::Json, path: Some(good.clone()) },
        ReportSpec { format: Format::Junit, path: Some(folder.join("file/is-no-folder.xml")) },
        ReportSpec { format: Format::Human, path: Some(folder.join("report.txt")) },
    ];
    let mut fanout = Fanout::open(&specs, options(), Masker::default(), || Box::new(Caught::default()));
    stream().iter().for_each(|event| fanout.event(event));
    assert!(!good.exists(), "a report is not there before it is whole");
    let error = fanout.finish().expect_err("one cannot be written").to_string();
    assert!(error.starts_with("report `junit=") && error.contains("could not be written"), "{error}");
    assert!(good.exists() && folder.join("report.txt").exists());
    let left: Vec<_> = std::fs::read_dir(good.parent().expect("a folder")).expect("it is there").flatten().collect();
    assert_eq!(left.len(), 1, "temporary files are gone: {left:?}");
    std::fs::remove_dir_all(folder).expect("it can be removed");
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    let later: Vec<Event> = stream()
        .into_iter()
        .map(|mut event| {
            match &mut event {
                Event::RunStarted(started) => started.time = "2027-01-01T00:00:00Z".to_owned(),
                Event::ContractFinished(finished) => finished.millis += 17,
                Event::RunFinished(finished) => finished.millis += 17,
                _ => {}
            }
            event
        })
        .collect();
    for format in Format::ALL {
        let again = rendered(format, &options(), &Masker::default(), &later);
        assert_eq!(again, shown(format), "{format}");
    }
}

#[test]
fn progress_is_one_plain_line_per_contract() {
    let caught = Caught::default();
    let mut fanout = Fanout::new(options(), Masker::default());
    fanout.push_first("progress", Box::new(Progress::new(Manner::Lines, None, Box::new(caught.clone()))));
    stream().iter().for_each(|event| fanout.event(event));
    fanout.finish().expect("all is written");
    assert_eq!(
        caught.text(),
        "checking flexportal against http://127.0.0.1:8080: 2 operations\n\
         checking maple against http://127.0.0.1:8080: 1 operation\n"
    );
}

#[test]
fn every_snapshot_has_its_test() {
    let expected = [
        "config-show",
        "github",
        "html",
        "human",
        "human-quiet",
        "human-verbose",
        "json",
        "junit",
        "markdown",
        "ndjson",
        "sarif",
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/reporters");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".snap").map(str::to_owned))
        .collect();
    names.sort();
    assert_eq!(names, expected);
}
