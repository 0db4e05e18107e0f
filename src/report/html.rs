//! One page that can be mailed: no network, no script, light and dark, printable.
//!
//! Everything is prepared as plain data here; the template only places it. The first faults are described in full, every
//! further finding in a row of its own, so that a page with ten thousand of them still opens at once.

mod coverage;
mod rows;

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, HtmlEscape};
use serde::Serialize;

use super::collect::{Run, Section};
use super::escape::visible;
use super::files::{Excerpts, Line};
use super::open::{Open, open};
use super::text::{self, Group, count, groups, shorten, spot, stability};
use super::{Options, human};
use crate::event::{Aborted, OperationTotals};
use crate::finding::{Exhibit, Finding, Level, Place};
use crate::waiver;
use rows::{Rest, Row, Rows};

const TEMPLATE: &str = include_str!("html/template.html");
const STYLE: &str = include_str!("html/style.css");

/// Faults described in full.
const FULL: usize = 200;
/// Faults that are unfolded from the start.
const UNFOLDED: usize = 3;
/// Checks that are named for one reason.
const NAMES: usize = 20;

/// A label and a line.
type Fact = (&'static str, String);
/// A heading and the lines under it.
type Block = (String, String);

#[derive(Serialize)]
struct Page {
    style: &'static str,
    gate: String,
    verdict: String,
    tone: &'static str,
    sign: &'static str,
    totals: String,
    exit: u8,
    exit_meaning: &'static str,
    profile: String,
    seed: u64,
    time: String,
    repeat: String,
    values: String,
    contracts: Vec<Contract>,
    finding_count: String,
    fault_count: String,
    grouped: bool,
    cut_off: Vec<Aborted>,
    faults: Vec<Fault>,
    rest: Vec<Rest>,
    open: Vec<Reason>,
    waived: Vec<[String; 3]>,
}

#[derive(Serialize)]
struct Contract {
    name: String,
    title: String,
    document: String,
    target: String,
    hash: String,
    operations: Vec<Operation>,
    remarks: Vec<String>,
    coverage: Vec<coverage::Scope>,
    gaps: Vec<String>,
    declared: usize,
    seen: usize,
    excused: usize,
    percent: usize,
}

#[derive(Serialize)]
struct Operation {
    operation: String,
    endpoint: String,
    requests: String,
    records: String,
    pages: String,
    passed: u64,
    failed: u64,
    warned: u64,
    noted: u64,
    waived: u64,
    inconclusive: u64,
    not_applicable: u64,
    disabled: u64,
}

#[derive(Serialize)]
struct Fault {
    number: usize,
    open: bool,
    level: &'static str,
    id: String,
    title: String,
    places: String,
    expected: String,
    actual: String,
    value: String,
    about: Vec<Fact>,
    clauses: Vec<Clause>,
    blocks: Vec<Block>,
    witness: String,
    exchanges: Vec<[String; 2]>,
    curl: Vec<String>,
    repeats: String,
    rows: Vec<Row>,
    left_out: usize,
    explanation: Vec<Block>,
    waiver: String,
}

#[derive(Serialize)]
struct Clause {
    label: &'static str,
    place: String,
    pointer: String,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Reason {
    reason: String,
    remedy: String,
    checks: String,
}

pub(super) fn render(run: &Run, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).build().map_err(io::Error::other)?;
    environment.set_syntax(syntax);
    environment.add_filter("prose", |text: &str| minijinja::Value::from_safe_string(prose(text)));
    environment.add_template("report.html", TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template("report.html").map_err(io::Error::other)?;
    let context = minijinja::value::Serde(page(run, options));
    template.render_captured_to(context, out).map_err(io::Error::other)?;
    Ok(())
}

/// A text as HTML: everything is escaped, pairs of backticks become code.
fn prose(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(|part| HtmlEscape(part).to_string()).collect();
    if parts.len().is_multiple_of(2) {
        return HtmlEscape(text).to_string();
    }
    let wrapped = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        0 => part.clone(),
        _ => format!("<code>{part}</code>"),
    });
    wrapped.collect()
}

fn page(run: &Run, options: &Options) -> Page {
    let (verdict, exit) = run.verdict();
    let (tone, sign) = match exit {
        _ if text::is_uncounted(exit, verdict) => ("amber", "✗"),
        0 => ("green", "✓"),
        1 => ("red", "✗"),
        _ => ("amber", "?"),
    };
    let (waived, standing): (Vec<&Finding>, Vec<&Finding>) =
        run.findings().partition(|finding| finding.waived.is_some());
    let faults = groups(standing);
    let shown: usize = faults.iter().map(|group| group.members.len()).sum();
    let (mut excerpts, mut rows) = (Excerpts::new(options), Rows::new());
    let described = faults.iter().take(FULL).enumerate();
    let described = described.map(|(index, group)| fault(index, group, options, &mut excerpts, &mut rows)).collect();
    let waived = groups(waived).into_iter().map(|group| {
        let finding = group.first();
        let reason = finding.waived.as_deref().unwrap_or_default();
        [visible(&finding.id), visible(&spot(finding)), visible(reason)]
    });
    Page {
        style: STYLE,
        gate: visible(&run.started.version),
        verdict: visible(verdict),
        tone,
        sign,
        totals: human::totals(run),
        exit,
        exit_meaning: text::exit_meaning(exit, verdict),
        profile: visible(&run.started.profile),
        seed: run.started.seed,
        time: visible(&run.started.time),
        repeat: visible(&run.started.repeat),
        values: text::values_sentence(options.show_values).replace("--show-values", "`--show-values`"),
        contracts: run.sections.iter().filter(|section| !section.started.contract.is_empty()).map(contract).collect(),
        finding_count: count(shown as u64, "finding"),
        fault_count: count(faults.len() as u64, "fault"),
        grouped: shown > faults.len(),
        cut_off: run.sections.iter().filter_map(cut_off).collect(),
        faults: described,
        rest: rows.rest(faults.get(FULL..).unwrap_or_default()),
        open: not_concluded(run),
        waived: waived.take(FULL).collect(),
    }
}

fn contract(section: &Section) -> Contract {
    let started = &section.started;
    let finished = section.finished.clone().unwrap_or_default();
    let items = &finished.coverage.items;
    let seen = items.iter().filter(|item| item.seen > 0).count();
    let gaps = items.iter().filter(|item| item.seen == 0).map(|item| {
        let excuse = if item.excused.is_empty() { String::new() } else { format!(" ({})", item.excused) };
        visible(&format!("{} {}: {}{excuse}", item.kind, item.scope, item.name))
    });
    Contract {
        name: visible(&started.contract),
        title: visible(&started.title),
        document: visible(&started.document),
        target: visible(&started.target),
        hash: visible(&started.hash),
        operations: finished.operations.iter().map(operation).collect(),
        remarks: finished.remarks.iter().map(|remark| visible(remark)).collect(),
        coverage: coverage::scopes(items),
        gaps: gaps.take(500).collect(),
        declared: items.len(),
        seen,
        excused: items.iter().filter(|item| item.seen == 0 && !item.excused.is_empty()).count(),
        percent: if items.is_empty() { 0 } else { seen * 100 / items.len() },
    }
}

fn operation(totals: &OperationTotals) -> Operation {
    let outcome = |name: &str| totals.outcomes.get(name).copied().unwrap_or(0);
    Operation {
        operation: visible(&totals.operation),
        endpoint: visible(&totals.endpoint),
        requests: text::thousands(totals.requests),
        records: text::thousands(totals.records),
        pages: text::thousands(totals.pages),
        passed: outcome("passed"),
        failed: outcome("failed"),
        warned: outcome("warned"),
        noted: outcome("noted"),
        waived: outcome("waived"),
        inconclusive: outcome("inconclusive"),
        not_applicable: outcome("not-applicable"),
        disabled: outcome("disabled"),
    }
}

/// Facts in one line each, and those that are blocks of their own, such as an excerpt of an answer.
fn about(finding: &Finding) -> (Vec<Fact>, Vec<Block>) {
    let optional = |text: &Option<String>| visible(text.as_deref().unwrap_or_default());
    let mut about = vec![
        ("Where", visible(&spot(finding))),
        ("Contract", optional(&finding.contract)),
        ("Seen", stability(finding).unwrap_or_default()),
        ("Source", optional(&finding.source)),
        ("Why", optional(&finding.why)),
    ];
    // The family stands in the catalogue; here it says nothing.
    let facts = finding.facts.iter().filter(|(name, _)| *name != "family");
    let (blocks, lines): (Vec<_>, Vec<_>) = facts.partition(|(_, fact)| fact.contains('\n'));
    about.extend(lines.into_iter().map(|(name, fact)| ("Fact", visible(&format!("{name}: {fact}")))));
    let block = |text: &str| text.lines().map(visible).collect::<Vec<_>>().join("\n");
    let blocks = blocks.into_iter().map(|(name, fact)| (visible(name), shorten(&block(fact), 8_000))).collect();
    about.retain(|(_, text)| !text.is_empty());
    (about, blocks)
}

fn fault(index: usize, group: &Group<'_>, options: &Options, excerpts: &mut Excerpts<'_>, rows: &mut Rows) -> Fault {
    let finding = group.first();
    let optional = |text: &Option<String>| visible(text.as_deref().unwrap_or_default());
    let (about, blocks) = about(finding);
    let about_waivers = finding.id == waiver::STALE || finding.id == waiver::EXPIRED;
    let mut clause = |label, place: &Place| Clause {
        label,
        place: visible(&place.to_string()),
        pointer: visible(&place.pointer),
        lines: excerpts.around(place),
    };
    let clauses = finding
        .place
        .iter()
        .map(|place| (if about_waivers { "It is written here:" } else { "The contract says so here:" }, place))
        .chain(finding.old_place.iter().map(|place| ("The old document:", place)))
        .map(|(label, place)| clause(label, place))
        .collect();
    let repeats = &group.members[1..];
    let (rows, left_out) = rows.of(repeats);
    let entry = (finding.level >= Level::Warn && !about_waivers)
        .then(|| waiver::to_toml(&waiver::waiver_of(finding, waiver::REASON_TO_FILL)));
    Fault {
        number: index + 1,
        open: index < UNFOLDED && finding.level >= Level::Warn,
        level: finding.level.name(),
        id: visible(&finding.id),
        title: visible(&finding.title),
        places: count(group.places(), "place"),
        expected: visible(&finding.expected),
        actual: visible(&finding.actual),
        value: finding
            .shown_value
            .as_ref()
            .filter(|_| options.show_values)
            .map(|value| shorten(&visible(value), 2_000))
            .unwrap_or_default(),
        about,
        clauses,
        blocks,
        witness: optional(&finding.witness),
        exchanges: finding.exchanges.iter().map(|exhibit| exchange(exhibit, options)).collect(),
        curl: finding.curl.iter().map(|line| visible(line)).collect(),
        repeats: count(repeats.len() as u64, "more finding"),
        rows,
        left_out,
        explanation: options.check(&finding.id).map(|check| explanation(&check.explanation)).unwrap_or_default(),
        waiver: entry.map(|entry| entry.lines().map(visible).collect::<Vec<_>>().join("\n")).unwrap_or_default(),
    }
}

/// The explanation of a check: a heading and what stands under it; the first block has none.
fn explanation(text: &str) -> Vec<Block> {
    let block = |part: &str| {
        let (heading, rest) = part.split_once('\n').unwrap_or((part, ""));
        (visible(heading.trim()), paragraph(rest))
    };
    let mut parts = text.split("## ");
    let first = parts.next().map(|part| (String::new(), paragraph(part)));
    first.into_iter().chain(parts.map(block)).filter(|(_, text)| !text.is_empty()).collect()
}

/// Lines as one text; only an empty one or a list breaks it.
fn paragraph(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        let breaks = line.is_empty() || line.starts_with("- ") || out.ends_with('\n');
        out.push_str(if out.is_empty() {
            ""
        } else if breaks {
            "\n"
        } else {
            " "
        });
        out.push_str(&visible(line));
    }
    out.trim().to_owned()
}

/// Why a contract has no verdict, if it has none.
fn cut_off(section: &Section) -> Option<Aborted> {
    let aborted = section.finished.as_ref()?.aborted.as_ref()?;
    let message = format!("{}: {}", section.started.contract, aborted.message);
    Some(Aborted { kind: aborted.kind, message: visible(&message), remedy: visible(&aborted.remedy) })
}

/// Request and answer, each as one text.
fn exchange(exhibit: &Exhibit, options: &Options) -> [String; 2] {
    let (sent, came) = text::exchange(exhibit, options.show_values);
    [sent.join("\n"), came.join("\n")]
}

fn not_concluded(run: &Run) -> Vec<Reason> {
    let row = |open: &Open<'_>| {
        let (mut checks, more) = open.names(NAMES);
        if more > 0 {
            checks.push_str(&format!(" and {more} more"));
        }
        Reason { reason: visible(open.reason), remedy: visible(open.remedy), checks: visible(&checks) }
    };
    open(run.judged()).iter().take(FULL).map(row).collect()
}
