//! What a verdict costs: requests, time and memory of a whole check, and of a walk over 100,000 records.
//!
//! `cargo bench --bench check`. Times are compared within one run: with a bare walk over the same pages, written by hand.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

use contract_gate::gate::Gate;

/// Records of a page.
const PAGE: usize = 100;
/// Runs of which the fastest counts.
const RUNS: usize = 3;

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    if !std::env::args().any(|argument| argument == "--bench") {
        return writeln!(out, "nothing is measured in a test run; use cargo bench");
    }
    embedded(&mut out)?;
    long_walk(&mut out)
}

/// A figure of `/proc/self/status` in kilobytes; nothing where there is no such file.
fn memory(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

fn fastest<T>(mut run: impl FnMut() -> T) -> (Duration, T) {
    let mut once = || {
        let start = Instant::now();
        let result = run();
        (start.elapsed(), result)
    };
    let mut best = once();
    for _ in 1..RUNS {
        let next = once();
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

/// Whole checks of the servers that come with the gate.
fn embedded(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "whole check, embedded server")?;
    for name in ["flexportal", "flexprice", "maple"] {
        let gate = Gate::shipped(name).expect("it is shipped");
        let (time, checked) = fastest(|| gate.check_blocking().expect("it starts"));
        let peak = memory("VmHWM").map_or_else(String::new, |peak| format!(", peak so far {} MB", peak / 1024));
        writeln!(out, "  {name:<12} {:>5} requests in {time:.1?}{peak}", checked.requests())?;
    }
    Ok(())
}

const CONTRACT: &str = r"
openapi: 3.0.3
info: {title: Many records, version: 1.0.0}
x-contract:
  version: 1
  source: 'ours: bench'
  resources:
    record: {schema: '#/components/schemas/Record', key: /id}
paths:
  /records:
    get:
      operationId: listRecords
      x-contract:
        lists:
          resource: record
          items: /records
          page:
            size: {slot: {query: limit}, default: 100, min: 1, max: 100, below: either, above: either, malformed: either}
            offset: {slot: {query: offset}, first: 0}
            total: /total
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 100}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0}}
      responses:
        '200':
          description: A page.
          content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}
components:
  schemas:
    Record:
      type: object
      required: [id, name, amount, created]
      properties:
        id: {type: string}
        name: {type: string}
        amount: {type: number}
        created: {type: string, format: date-time}
    Page:
      type: object
      required: [records, total]
      properties:
        records: {type: array, items: {$ref: '#/components/schemas/Record'}}
        total: {type: integer}
";

/// A server that makes its pages up: it holds no record.
fn serve(total: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || answer(stream, total));
        }
    });
    format!("http://{address}")
}

/// Answers the requests of one connection.
fn answer(stream: TcpStream, total: usize) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    let mut line = String::new();
    while reader.read_line(&mut line)? > 0 {
        let number = |name: &str| {
            let (_, rest) = line.split_once(&format!("{name}="))?;
            rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<usize>().ok()
        };
        let (limit, offset) = (number("limit").unwrap_or(PAGE).min(PAGE), number("offset").unwrap_or(0));
        let records: Vec<String> = (offset..total.min(offset + limit))
            .map(|id| {
                format!(
                    r#"{{"id":"record-{id:08}","name":"Somebody number {id}","amount":{id}.25,"created":"2026-01-01T00:00:00Z"}}"#
                )
            })
            .collect();
        let body = format!(r#"{{"records":[{}],"total":{total}}}"#, records.join(","));
        let mut header = String::new();
        while reader.read_line(&mut header)? > 2 {
            header.clear();
        }
        let length = body.len();
        let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all((head + &body).as_bytes())?;
        line.clear();
    }
    Ok(())
}

/// What somebody writes in ten minutes: every page, every key once.
fn bare_walk(base: &str, total: usize) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut keys = HashSet::new();
        for offset in (0..total).step_by(PAGE) {
            let url = format!("{base}/records?limit={PAGE}&offset={offset}");
            let body = client.get(url).send().await.expect("an answer").bytes().await.expect("a body");
            let page: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            for record in page["records"].as_array().into_iter().flatten() {
                assert!(keys.insert(record["id"].as_str().unwrap_or_default().to_owned()), "a record comes twice");
            }
        }
        keys.len()
    })
}

fn long_walk(out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "walk over a long list, one check (record-repeated)")?;
    let mut before: Option<(usize, u64)> = None;
    for total in [10_000, 100_000] {
        let base = serve(total);
        let gate = Gate::document("bench", CONTRACT).expect("the contract is sound").base_url(&base);
        let gate = gate.only(["record-repeated"]).max_records(0);
        let start = Instant::now();
        let checked = gate.check_blocking().expect("the server is there");
        let time = start.elapsed();
        assert!(checked.conforms(), "{checked}");
        let (bare, seen) = fastest(|| bare_walk(&base, total));
        assert_eq!(seen, total);
        let pages = total.div_ceil(PAGE);
        let per_request = |time: Duration, requests: f64| time.as_secs_f64() * 1e6 / requests;
        let (own, other) = (per_request(time, checked.requests() as f64), per_request(bare, pages as f64));
        writeln!(
            out,
            "  {total:>7} records: {} requests in {time:.1?}; bare walk {pages} requests in {bare:.1?}; ratio per request {:.2}",
            checked.requests(),
            own / other
        )?;
        let Some(peak) = memory("VmHWM") else { continue };
        if let Some((fewer, low)) = before {
            let growth = peak.saturating_sub(low) * 1024 / (total - fewer) as u64;
            writeln!(out, "  peak {} MB, {growth} bytes more per record", peak / 1024)?;
        }
        before = Some((total, peak));
    }
    Ok(())
}
