//! `contract-gate merge`: one verdict out of the parts of a split run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args as ClapArgs;

use super::memory::Memory;
use super::verdict::{Tally, unwritten, written};
use super::{check, exit, safe};
use crate::config::{Config, FailOn, RunFlags};
use crate::event::{Event, Outcome, RunFinished};
use crate::finding::Finding;
use crate::mask::Masker;
use crate::report::{self, Fanout, ReportSpec, Run};
use crate::waiver::Waivers;

/// Join the reports of a split run into one verdict
///
/// Each part is a JSON report of `contract-gate check --shard K/N`. The verdict and the findings are those of a run
/// that was not split. A part that is missing or there twice, or parts that differ in seed, profile, version or
/// document, end with exit code 2.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate check flexportal --shard 1/2 --report json=part-1.json\n  contract-gate check flexportal --shard 2/2 --report json=part-2.json\n  contract-gate merge part-1.json part-2.json --report human --report junit=gate.xml"
)]
pub(super) struct Args {
    /// JSON reports of all parts
    #[arg(value_name = "REPORT", required = true)]
    files: Vec<PathBuf>,
    /// Report, FORMAT or FORMAT=PATH, as for check; repeatable
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    reports: Vec<ReportSpec>,
    /// Configuration file; by default contract-gate.toml is looked for upward
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Which findings turn the gate red: deny, warn, note, never (or as diff says it: breaking, warning)
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// A fault that did not show again on repetition turns the gate red too
    #[arg(long)]
    fail_on_flaky: bool,
    /// An inconclusive check turns the gate red too
    #[arg(long)]
    require_conclusive: bool,
    /// Fail when a check gives no verdict that gave one in an earlier run; FILE is created and kept up to date
    #[arg(long, value_name = "FILE")]
    ledger: Option<String>,
    /// Colour: auto, always, never
    #[arg(long, value_name = "WHEN")]
    color: Option<crate::config::Color>,
    /// Less: only findings and the verdict
    #[arg(long, short)]
    quiet: bool,
    /// More in the human report
    #[arg(long, short)]
    verbose: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, String> {
    let config = load(args)?;
    let parts = parts(&args.files)?;
    let violated = parts.iter().any(|(_, run)| run.verdict().1 == exit::VIOLATED);
    // What the parts took together: how long it takes to join their reports is nobody's question.
    let millis = parts.iter().filter_map(|(_, run)| run.finished.as_ref()).map(|finished| finished.millis).sum();
    let mut run = crate::merge::merge(parts).map_err(|error| error.to_string())?;
    run.started.repeat = super::words::command_line();
    let specs = check::specs(&config);
    report::no_collisions(&specs).map_err(|error| error.to_string())?;
    report::writable(&specs).map_err(|error| error.to_string())?;
    let mut tally = Tally::new(config.run.fail_on.value, config.run.fail_on_flaky.value);
    // A stale waiver is only noted by a part; everything else that made a part red is a finding of the whole.
    tally.redden(violated && args.fail_on.is_none());
    tally.retell(&run);
    let findings: Vec<_> = run.findings().cloned().collect();
    tally.count(&findings);
    let open = run.judged().any(|judged| matches!(judged.outcome, Outcome::Inconclusive { .. }));
    tally.leave_open(config.run.require_conclusive.value && open);
    let aborted = run.sections.iter().filter_map(|section| section.finished.as_ref()?.aborted.as_ref()).next();
    let ledger = config.run.ledger.as_ref().map(|setting| Path::new(&setting.value));
    let memory = Memory::of_ledger(ledger)?;
    let less = if aborted.is_none() { less(&memory, &config, &run) } else { Vec::new() };
    tally.count(&less);
    // Reports tell the code that the process ends with.
    let remembered = memory.write(&run, aborted.is_none());
    if let Err(message) = &remembered {
        safe::error(message);
    }
    let code = tally.code(aborted);
    let options = report::Options {
        color: super::colors(config.run.color.value),
        show_values: run.started.show_values,
        verbosity: i8::from(args.verbose) - i8::from(args.quiet),
        catalogue: crate::gate::catalogue().into(),
        ..report::Options::from_environment()
    };
    // The parts were masked when they were written.
    let mut fanout = Fanout::open(&specs, options, Masker::new([]), || Box::new(io::stdout()));
    for event in crate::merge::events(&run) {
        fanout.event(&event);
    }
    for finding in less {
        fanout.event(&Event::Found(Box::new(finding)));
    }
    let code = if remembered.is_err() || fanout.is_failing() { unwritten(code) } else { code };
    fanout.event(&Event::RunFinished(RunFinished { millis, ..tally.finish(code, Instant::now()) }));
    let code = written(fanout.finish(), code);
    let _ = io::stdout().flush();
    Ok(code)
}

fn parts(files: &[PathBuf]) -> Result<Vec<(String, Run)>, String> {
    let read = |path: &PathBuf| {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| format!("{name}: cannot be read: {error}\n  help: name the JSON reports of the parts, as `check --report json=PATH` wrote them"))?;
        let run = report::read(&text).map_err(|error| format!("{name}: {error}"))?;
        Ok((name, run))
    };
    files.iter().map(read).collect()
}

/// What an earlier run judged and the parts together do not.
fn less(memory: &Memory, config: &Config, run: &Run) -> Vec<Finding> {
    let mut waivers = Waivers::new(super::job::own_waivers(config), report::today());
    let mut findings = memory.less(run);
    for finding in &mut findings {
        let levels = config.levels_for(None, Vec::new());
        let rule = levels.of(&finding.id, "run", finding.operation.as_deref().unwrap_or_default());
        finding.level = rule.map_or(finding.level, |rule| rule.level);
        waivers.apply(finding);
    }
    findings
}

fn load(args: &Args) -> Result<Config, String> {
    let flags = RunFlags {
        reports: (!args.reports.is_empty()).then(|| args.reports.iter().cloned().map(crate::config::Report).collect()),
        fail_on: args.fail_on,
        fail_on_flaky: args.fail_on_flaky.then_some(true),
        require_conclusive: args.require_conclusive.then_some(true),
        ledger: args.ledger.clone(),
        color: args.color,
        ..RunFlags::default()
    };
    super::show::load_with(args.config.clone(), &flags)
}
