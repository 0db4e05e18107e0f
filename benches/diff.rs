//! How long a comparison takes on documents that are made to be hard, and on one of 12 MB.
//!
//! `cargo bench --bench diff`.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use contract_gate::diff::{Options, Workspace, compare};

/// Stack of the thread that compares, in bytes, as in the binary.
const STACK: usize = 256 * 1024 * 1024;
/// Runs of which the fastest counts.
const RUNS: usize = 3;

fn main() -> io::Result<()> {
    if !std::env::args().any(|argument| argument == "--bench") {
        return writeln!(io::stdout(), "nothing is measured in a test run; use cargo bench");
    }
    let work = std::thread::Builder::new().stack_size(STACK).spawn(|| -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{:<28} {:>9} {:>10} {:>10} {:>9}", "documents", "bytes", "read both", "compare", "findings")?;
        for (name, make) in CASES {
            measure(&mut out, name, make)?;
        }
        Ok(())
    })?;
    work.join().expect("nothing panics")
}

/// A name, and a maker of the old and (`true`) the new document.
type Case = (&'static str, fn(bool) -> String);

const CASES: [Case; 4] = [
    ("tiny", tiny),
    ("cycle of 130 schemas", |new| cycle(130, new)),
    ("allOf of 5,000 branches", |new| branches(5_000, new)),
    ("900 paths, 12 MB", |new| large(900, new)),
];

fn measure(out: &mut dyn Write, name: &str, make: fn(bool) -> String) -> io::Result<()> {
    let (old, new) = (make(false), make(true));
    let mut best: Option<(Duration, Duration, usize)> = None;
    for _ in 0..RUNS {
        let start = Instant::now();
        let before = Workspace::parse("old.json", &old).expect("the document is sound");
        let after = Workspace::parse("new.json", &new).expect("the document is sound");
        let read = start.elapsed();
        let start = Instant::now();
        let outcome = compare(&before, &after, &Options::default()).expect("comparable");
        let compared = start.elapsed();
        assert!(!outcome.findings.is_empty(), "{name}: the change was not found");
        if best.is_none_or(|(known, other, _)| read + compared < known + other) {
            best = Some((read, compared, outcome.findings.len()));
        }
    }
    let (read, compared, findings) = best.unwrap_or_default();
    writeln!(
        out,
        "{name:<28} {:>9} {:>10} {:>10} {findings:>9}",
        new.len(),
        format!("{read:.1?}"),
        format!("{compared:.1?}")
    )
}

/// A document around paths and schemas.
fn document(paths: &str, schemas: &str) -> String {
    format!(
        r#"{{"openapi":"3.0.3","info":{{"title":"bench","version":"1.0.0"}},"paths":{{{paths}}},"components":{{"schemas":{{{schemas}}}}}}}"#
    )
}

fn get(path: &str, id: &str, schema: &str) -> String {
    format!(
        r##""{path}":{{"get":{{"operationId":"{id}","responses":{{"200":{{"description":"it","content":{{"application/json":{{"schema":{{"$ref":"#/components/schemas/{schema}"}}}}}}}}}}}}}}"##
    )
}

fn tiny(new: bool) -> String {
    let kind = if new { "integer" } else { "string" };
    document(&get("/a", "a", "A"), &format!(r#""A":{{"type":"object","properties":{{"x":{{"type":"{kind}"}}}}}}"#))
}

/// Every schema refers to the next two, and the last ones to the first: nothing can be compared by unfolding.
fn cycle(schemas: usize, new: bool) -> String {
    let mut text = String::new();
    for index in 0..schemas {
        let comma = if index > 0 { "," } else { "" };
        let (next, other) = ((index + 1) % schemas, (index * 7 + 3) % schemas);
        let kind = if new && index + 1 == schemas { "integer" } else { "string" };
        let _ = write!(
            text,
            r##"{comma}"S{index}":{{"type":"object","properties":{{"x":{{"type":"{kind}"}},"next":{{"$ref":"#/components/schemas/S{next}"}},"other":{{"type":"array","items":{{"$ref":"#/components/schemas/S{other}"}}}}}}}}"##
        );
    }
    document(&get("/a", "a", "S0"), &text)
}

fn branches(number: usize, new: bool) -> String {
    let mut all = String::new();
    for index in 0..number {
        let comma = if index > 0 { "," } else { "" };
        let most = if new && index + 1 == number { 20 } else { 10 };
        let _ = write!(
            all,
            r#"{comma}{{"type":"object","properties":{{"p{index}":{{"type":"string","maxLength":{most}}}}}}}"#
        );
    }
    document(&get("/a", "a", "A"), &format!(r#""A":{{"allOf":[{all}]}}"#))
}

/// Many paths with a large schema each; every hundredth changes.
fn large(number: usize, new: bool) -> String {
    let (mut paths, mut schemas) = (String::new(), String::new());
    let words = "What this field means, in the words of people who write long descriptions of short things.";
    for index in 0..number {
        let comma = if index > 0 { "," } else { "" };
        let _ = write!(
            paths,
            "{comma}{}",
            get(&format!("/things/{index}"), &format!("thing{index}"), &format!("T{index}"))
        );
        let mut members = String::new();
        for member in 0..100 {
            let comma = if member > 0 { "," } else { "" };
            let kind = if new && index % 100 == 0 && member == 50 { "integer" } else { "string" };
            let _ = write!(members, r#"{comma}"field{member}":{{"type":"{kind}","description":"{words}"}}"#);
        }
        let _ = write!(schemas, r#"{comma}"T{index}":{{"type":"object","properties":{{{members}}}}}"#);
    }
    document(&paths, &schemas)
}
