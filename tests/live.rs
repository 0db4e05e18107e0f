//! How the gate treats a server when things go wrong: it waits as it is asked to, stops when it is told to, and never
//! takes the end of a run for a fault of the server.

mod stub;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use contract_gate::contract::Contract;
use contract_gate::event::Outcome;
use contract_gate::mock::{self, Running};
use contract_gate::report;
use contract_gate::target::{Identity, Limits, Rate, Target};
use stub::{answer, folder, forward, gate_in, told};

const JSON: &str = "Content-Type: application/json\r\n";
const TENANT: [&str; 4] = ["--token-env", "STUB_TOKEN", "--param", "Tenant-ID=unit_north"];

/// What a server does with a request.
enum Reply {
    Bytes(Vec<u8>),
    /// Closes the connection without a word.
    Close,
    /// Says nothing for a while, then closes the connection.
    Hang,
}

/// A server that answers many at once, and counts the requests.
struct Server {
    url: String,
    count: Arc<AtomicUsize>,
}

impl Server {
    /// Replies by what `reply` makes of a request's head and number, from 1.
    fn start(reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::on(listener, reply)
    }

    fn on(listener: TcpListener, reply: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> Self {
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (count, reply) = (Arc::new(AtomicUsize::new(0)), Arc::new(reply));
        let counted = Arc::clone(&count);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (counted, reply) = (Arc::clone(&counted), Arc::clone(&reply));
                std::thread::spawn(move || converse(stream, &counted, &*reply));
            }
        });
        Self { url, count }
    }

    fn requests(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }
}

fn converse(stream: TcpStream, count: &AtomicUsize, reply: &dyn Fn(&str, usize) -> Reply) {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head).is_ok_and(|read| read > 0) && !head.ends_with("\r\n\r\n") {}
    if head.is_empty() {
        return;
    }
    match reply(&head, count.fetch_add(1, Ordering::SeqCst) + 1) {
        Reply::Bytes(bytes) => drop(reader.get_mut().write_all(&bytes)),
        Reply::Close => {}
        Reply::Hang => std::thread::sleep(Duration::from_secs(20)),
    }
}

/// The lawful server, to stand behind another.
fn lawful() -> (Running, String) {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let running = mock::start(contract, mock::Options::default()).expect("starts");
    let url = running.base_url().to_owned();
    (running, url)
}

fn is_list(head: &str) -> bool {
    let path = head.split(' ').nth(1).unwrap_or_default();
    path.split('?').next().is_some_and(|path| path.ends_with("/customers"))
}

fn arguments<'a>(url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["check", "flexportal", "--base-url", url][..], &TENANT, more].concat()
}

fn check(here: &Path, url: &str, more: &[&str]) -> (i32, String) {
    let (code, text) = told(&gate_in(here, &arguments(url, more)));
    // Lines of the human report are wrapped.
    (code, text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn read(path: &Path) -> report::Run {
    report::read(&std::fs::read_to_string(path).expect("a report")).expect("its own format")
}

/// Starts a check that is going to be interrupted.
fn begin(here: &Path, url: &str, more: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(arguments(url, more))
        .current_dir(here)
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITHUB_STEP_SUMMARY")
        .env("NO_COLOR", "1")
        .env("STUB_TOKEN", "mock-token-1-1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn until(what: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !what() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(what(), "it never came to that");
}

#[test]
fn requests_are_spread_over_the_time_of_a_rate() {
    let (_server, url) = lawful();
    let rate = Rate { requests: std::num::NonZeroU32::new(2).expect("not zero"), per: Duration::from_millis(600) };
    let limits = Limits { rate: Some(rate), ..Limits::default() };
    let target = Target::new(&url, Identity::default(), None, limits).expect("a base URL");
    let contract = Contract::shipped("flexportal").expect("is shipped");
    let operation = contract.operation("listCustomers").expect("is there");
    let call = contract_gate::case::Call::new("listCustomers");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let started = Instant::now();
    runtime.block_on(async {
        for _ in 0..4 {
            target.send(&contract, operation, &call).await;
        }
    });
    assert!(started.elapsed() >= Duration::from_millis(890), "{:?}", started.elapsed());
    let here = folder("rate");
    let (_, text) = told(&gate_in(&here, &["check", "flexportal", "--dry-run", "--rate", "10/min"]));
    assert!(text.contains("10 a minute"), "{text}");
}

#[test]
fn what_stops_doctor_stops_check() {
    let here = folder("preflight");
    let all = |bytes: Vec<u8>| Server::start(move |_, _| Reply::Bytes(bytes.clone()));
    let busy = answer("429 Too Many Requests", "Retry-After: 600\r\n", "");
    let tired = answer("429 Too Many Requests", "Retry-After: 0\r\n", "");
    for (server, words) in [
        (
            all(answer("503 Service Unavailable", JSON, "{\"error\":\"maintenance\"}")),
            "answers 503 to GET /v1/customers",
        ),
        (all(busy), "(rate-limited): the server asks to come back in 10 minutes"),
        (all(tired), "(rate-limited)"),
        (all(answer("404 Not Found", JSON, "{\"error\":\"no such path\"}")), "check the base URL path"),
        (Server::start(|_, _| Reply::Close), "closes the connection before it answers"),
    ] {
        let (code, text) = check(&here, &server.url, &[]);
        assert_eq!(code, 3, "{words}: {text}");
        assert!(text.contains(words), "`{words}` is missing in: {text}");
        assert!(server.requests() <= 12, "{words}: {} requests", server.requests());
        assert!(!text.contains("[deny]") && !text.contains("✓"), "{text}");
        assert_ne!(told(&gate_in(&here, &["doctor", "flexportal", "--base-url", &server.url])).0, 0);
    }
}

#[test]
fn a_first_hiccup_stops_nobody() {
    let here = folder("hiccup");
    let busy = answer("429 Too Many Requests", "Retry-After: 0\r\n", "");
    for hiccup in [answer("503 Service Unavailable", "", ""), busy] {
        let (_behind, url) = lawful();
        let server = Server::start(move |head, number| {
            Reply::Bytes(if number == 1 { hiccup.clone() } else { forward(&url, head) })
        });
        let (code, text) = check(&here, &server.url, &["--only", "paging"]);
        assert_eq!(code, 0, "{text}");
    }
    // A list that breaks while single records can be asked for is the API's fault.
    let (_behind, url) = lawful();
    let broken = answer("503 Service Unavailable", JSON, "{\"error\":\"sorry\"}");
    let server =
        Server::start(move |head, _| Reply::Bytes(if is_list(head) { broken.clone() } else { forward(&url, head) }));
    let (code, text) = check(&here, &server.url, &["--only", "answers", "--no-shrink"]);
    assert!(code == 1 && text.contains("server-error"), "{text}");
}

#[test]
fn what_the_user_named_and_is_not_there_is_misconfigured() {
    let here = folder("named");
    let (_server, url) = lawful();
    for (flags, code, words) in [
        (vec!["--known-id", "customer=nope"], 3, "(misconfigured): the customer `nope` is answered 404"),
        (vec!["--known-id", "custmer=nope"], 2, "did you mean `customer`?"),
        (
            vec!["--second-token-env", "STUB_WRONG", "--second-param", "Tenant-ID=unit_south"],
            3,
            "(misconfigured): the second tenant's credential was refused with 401",
        ),
    ] {
        let (found, text) = check(&here, &url, &flags);
        assert_eq!(found, code, "{flags:?}: {text}");
        assert!(text.contains(words), "`{words}` is missing in: {text}");
    }
    // A reader that finds nothing at all is the API's fault, and the name may well be right.
    let server = Server::start(move |head, _| {
        let missing = answer("404 Not Found", JSON, "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"none\"}}");
        Reply::Bytes(if is_list(head) { forward(&url, head) } else { missing })
    });
    let only = ["--known-id", "customer=nope", "--only", "listed-record-unreadable", "--no-shrink"];
    let (code, text) = check(&here, &server.url, &only);
    assert!(code == 1 && text.contains("listed-record-unreadable"), "{text}");
}

#[test]
fn an_interrupt_ends_every_wait() {
    let patient = answer("429 Too Many Requests", "Retry-After: 25\r\n", "");
    for waits in [true, false] {
        let here = folder("interrupt");
        let (_behind, url) = lawful();
        let patient = patient.clone();
        let server = Server::start(move |head, number| match number {
            1..=9 => Reply::Bytes(forward(&url, head)),
            _ if waits => Reply::Bytes(patient.clone()),
            _ => Reply::Hang,
        });
        let child = begin(&here, &server.url, &["--timeout", "20s", "--report", "human", "--report", "json=a.json"]);
        until(|| server.requests() >= 10);
        // That it now waits shows nowhere outside of it.
        std::thread::sleep(Duration::from_millis(300));
        let started = Instant::now();
        let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill is there");
        assert!(status.success());
        let output = child.wait_with_output().expect("it ends");
        assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
        let (code, text) = told(&output);
        assert_eq!(code, 3, "{text}");
        assert_is_cut_off(&text, &read(&here.join("a.json")), "the run was interrupted", &server);
    }
}

/// A report that was cut off gives one reason, before everything else, and claims no more than what was sent.
fn assert_is_cut_off(text: &str, run: &report::Run, reason: &str, server: &Server) {
    let (cause, table) = (text.find(reason), text.find("listCustomers "));
    assert!(cause.is_some() && cause < table, "{text}");
    assert!(!text.contains('✓'), "{text}");
    for judged in run.judged() {
        if let Outcome::Inconclusive { reason: given, .. } = &judged.outcome {
            assert_eq!(given, reason, "{} on {}", judged.check, judged.operation);
        }
    }
    assert_eq!(run.findings().filter(|finding| finding.level.name() == "deny").count(), 0, "{text}");
    let finished = run.sections[0].finished.as_ref().expect("it was finished");
    let told: u64 = finished.operations.iter().map(|operation| operation.requests).sum();
    assert!(told > 0 && told <= finished.requests, "{told} of {}", finished.requests);
    assert_eq!(finished.requests, server.requests() as u64);
    let sent = |item: &&contract_gate::event::CoverageItem| {
        item.kind == contract_gate::event::Declared::Parameter && item.seen > finished.requests
    };
    assert!(!finished.coverage.items.iter().any(|item| sent(&item)), "{:?}", finished.coverage.items);
}

#[test]
fn a_time_budget_ends_a_wait() {
    let here = folder("budget");
    let (_behind, url) = lawful();
    let patient = answer("429 Too Many Requests", "Retry-After: 25\r\n", "");
    let server = Server::start(move |head, number| {
        Reply::Bytes(if number < 10 { forward(&url, head) } else { patient.clone() })
    });
    let started = Instant::now();
    let reports = ["--time-budget", "1500ms", "--report", "human", "--report", "json=a.json"];
    let (code, text) = told(&gate_in(&here, &arguments(&server.url, &reports)));
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(code, 3, "{text}");
    assert_is_cut_off(&text, &read(&here.join("a.json")), "the time budget is spent", &server);
}

#[test]
fn a_request_budget_is_kept_to_the_last_request() {
    for most in [8_usize, 12, 31] {
        let here = folder("requests");
        let (_behind, url) = lawful();
        let server = Server::start(move |head, _| Reply::Bytes(forward(&url, head)));
        let number = most.to_string();
        let reports = ["--max-requests", &number, "--report", "human", "--report", "json=a.json"];
        let (code, text) = told(&gate_in(&here, &arguments(&server.url, &reports)));
        assert_eq!(code, 3, "{text}");
        assert_eq!(server.requests(), most, "{text}");
        assert_is_cut_off(&text, &read(&here.join("a.json")), "the request budget is spent", &server);
    }
}

#[test]
fn who_asks_for_an_hour_is_left_alone() {
    let here = folder("hour");
    let (_behind, url) = lawful();
    let busy = answer("429 Too Many Requests", "Retry-After: 3600\r\n", "");
    let server =
        Server::start(move |head, number| Reply::Bytes(if number <= 10 { forward(&url, head) } else { busy.clone() }));
    let (code, text) = check(&here, &server.url, &[]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("the server asks to come back in 1 hour") && text.contains("--rate 5/s"), "{text}");
    assert!(server.requests() <= 14, "{} requests", server.requests());
}

#[test]
fn a_rest_holds_for_every_request() {
    let (_behind, url) = lawful();
    let (asked, early) = (Arc::new(std::sync::Mutex::new(None)), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&early);
    let server = Server::start(move |head, number| {
        let mut asked = asked.lock().expect("nobody panics with it");
        if number == 20 {
            *asked = Some(Instant::now());
            return Reply::Bytes(answer("429 Too Many Requests", "Retry-After: 1\r\n", ""));
        }
        // What was on the way already may still come in.
        let resting = asked.is_some_and(|at: Instant| (200..900).contains(&at.elapsed().as_millis()));
        seen.fetch_add(usize::from(resting), Ordering::SeqCst);
        drop(asked);
        Reply::Bytes(forward(&url, head))
    });
    let (code, text) = check(&folder("rest"), &server.url, &["--only", "paging"]);
    assert_eq!(code, 0, "{text}");
    assert!(server.requests() > 20 && early.load(Ordering::SeqCst) == 0, "{text}");
}

#[test]
fn a_server_that_dies_has_no_verdict() {
    let here = folder("dies");
    let (_behind, url) = lawful();
    let server =
        Server::start(move |head, number| if number <= 30 { Reply::Bytes(forward(&url, head)) } else { Reply::Close });
    let reports = ["--report", "human", "--report", "json=a.json"];
    let (code, text) = told(&gate_in(&here, &arguments(&server.url, &reports)));
    assert_eq!(code, 3, "{text}");
    // The four that are under way are each sent once more, on a connection of their own.
    assert!(server.requests() <= 45 + 4, "{} requests", server.requests());
    assert!(text.contains("no verdict (breaker): the target stopped answering"), "{text}");
    let run = read(&here.join("a.json"));
    assert_eq!(run.findings().filter(|finding| finding.level.name() == "deny").count(), 0, "{text}");
}

#[test]
fn an_operation_that_drops_its_connections_is_a_fault() {
    let (_behind, url) = lawful();
    let server =
        Server::start(move |head, _| if is_list(head) { Reply::Bytes(forward(&url, head)) } else { Reply::Close });
    let (code, text) = check(&folder("drops"), &server.url, &["--no-shrink"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("no-answer") && !text.contains("stopped answering"), "{text}");
}

#[test]
fn a_server_that_starts_late_is_waited_for() {
    let here = folder("late");
    let late = || {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address");
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(900));
            let (behind, url) = lawful();
            let listener = TcpListener::bind(port).expect("it is free again");
            // A proxy is often there before the server behind it.
            let server = Server::on(listener, move |head, number| {
                Reply::Bytes(if number <= 3 { answer("502 Bad Gateway", "", "") } else { forward(&url, head) })
            });
            std::thread::sleep(Duration::from_secs(60));
            drop((behind, server));
        });
        format!("http://{port}")
    };
    let (code, text) = check(&here, &late(), &["--only", "wrong-count"]);
    assert!(code == 3 && text.contains("--wait 30s"), "{text}");
    let (code, text) = check(&here, &late(), &["--only", "wrong-count", "--wait", "20s"]);
    assert_eq!(code, 0, "{text}");
    std::fs::write(here.join("contract-gate.toml"), "[run]\nwait = \"20s\"\n").expect("a file");
    let (code, text) = check(&here, &late(), &["--only", "wrong-count"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = told(&gate_in(
        &here,
        &[&["doctor", "flexportal", "--base-url", &late()][..], &TENANT, &["--wait", "20s"]].concat(),
    ));
    assert!(code == 0 && text.contains("all is well"), "{text}");
    let started = Instant::now();
    let (code, text) = check(&here, "http://127.0.0.1:9", &["--wait", "600ms"]);
    assert!(code == 3 && started.elapsed() >= Duration::from_millis(600), "{text}");
}
