//! `contract-gate check`: the main job.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::job::{Done, Job};
use super::levels::LevelArgs;
use super::subject::{Subject, subjects};
use super::target::TargetArgs;
use super::{last_failed, listing, names, safe};
use crate::config::{Config, FailOn, LevelRule, Levels, Names, RunFlags};
use crate::engine::Shard;
use crate::mask::{Masker, SHORTEST, Secret};
use crate::mock;
use crate::recording::Recorder;
use crate::report::{self, Format, ReportSpec};

/// Check servers against their contracts
///
/// With no --base-url the embedded server of each contract is checked: a trial run that needs nothing.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate check\n  contract-gate check flexportal --base-url https://api-eu.flexportal.io \\\n      --token-env FLEXPORTAL_KEY --param Tenant-ID=unit_north\n  contract-gate check maple --base-url $URL --token-env TOKEN \\\n      --param company_id=cmp_1 --report junit=gate.xml\n  contract-gate check flexportal --only paging --list\n  contract-gate check flexportal --record traffic.har\n  contract-gate check staging --rate 10/s --concurrency 2 --max-requests 500 --time-budget 5min\n  contract-gate check --shard 2/5 --report json=part-2.json\n  contract-gate check openapi/ours.yaml --base-url http://127.0.0.1:8080"
)]
pub(super) struct Args {
    /// List the checks that would run, and what is off by what; send nothing
    #[arg(long, conflicts_with_all = ["dry_run", "record"])]
    list: bool,
    /// Tell what would be asked, of whom, and about how often; send nothing to the target
    #[arg(long, conflicts_with = "record")]
    dry_run: bool,
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    run: RunArgs,
}

/// Headings of `--help`: forty flags in a row are read by nobody.
const CHECKED: &str = "What is checked";
pub(super) const COUNTS: &str = "What counts";
const WRITTEN: &str = "What is written";
pub(super) const PACE: &str = "How hard the server is asked";
const EMBEDDED: &str = "The embedded server";

/// What is checked.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(super) struct SubjectArgs {
    /// Targets of contract-gate.toml, shipped contracts (flexportal, flexprice, maple), or OpenAPI files
    #[arg(value_name = "CONTRACT")]
    names: Vec<String>,
    #[command(flatten)]
    target: TargetArgs,
    /// Spoil the embedded server with one named fault, to see what the gate says
    #[arg(long, value_name = "ID", conflicts_with = "base_url", help_heading = EMBEDDED)]
    fault: Option<String>,
    /// Turn the embedded server into one lawful but odd form
    #[arg(long, value_name = "ID", conflicts_with = "base_url", help_heading = EMBEDDED)]
    variant: Option<String>,
}

/// What every judgement can be told, whether something is sent for it or not.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(super) struct VerdictArgs {
    /// Configuration file; by default contract-gate.toml is looked for upward
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Seed of everything that is drawn; the same seed repeats the run
    #[arg(long, value_name = "N", value_parser = crate::config::whole, allow_negative_numbers = true, help_heading = CHECKED)]
    seed: Option<u64>,
    /// What to check: default, core, list, isolation, strict
    #[arg(long, value_name = "NAME", help_heading = CHECKED)]
    profile: Option<crate::config::Profile>,
    /// Report, FORMAT or FORMAT=PATH: human, json, ndjson, junit, sarif, github, markdown, html; repeatable
    #[arg(long = "report", value_name = "FORMAT[=PATH]", help_heading = WRITTEN)]
    reports: Vec<ReportSpec>,
    /// Only this check, family or operation; repeatable. It judges as a whole run does: what it relies on is asked for, too
    #[arg(long, value_name = "NAME", help_heading = CHECKED)]
    only: Vec<String>,
    /// Not this check, family or operation; repeatable
    #[arg(long, value_name = "NAME", help_heading = CHECKED)]
    skip: Vec<String>,
    #[command(flatten)]
    levels: LevelArgs,
    /// Which findings turn the gate red: deny, warn, note, never (or as diff says it: breaking, warning)
    #[arg(long, value_name = "LEVEL", help_heading = COUNTS)]
    fail_on: Option<FailOn>,
    /// An inconclusive check turns the gate red too
    #[arg(long, help_heading = COUNTS)]
    require_conclusive: bool,
    /// Fail when a check gives no verdict that gave one in an earlier run; FILE is created and kept up to date
    #[arg(long, value_name = "FILE", help_heading = COUNTS)]
    ledger: Option<String>,
    /// Show values of bodies in reports, not their shapes only
    #[arg(long, help_heading = WRITTEN)]
    show_values: bool,
    /// Colour: auto, always, never
    #[arg(long, value_name = "WHEN", help_heading = WRITTEN)]
    pub(super) color: Option<crate::config::Color>,
    /// Less: only findings and the verdict, and no progress
    #[arg(long, short, help_heading = WRITTEN)]
    pub(super) quiet: bool,
    /// More in the human report
    #[arg(long, short, help_heading = WRITTEN)]
    pub(super) verbose: bool,
}

/// What every run can be told.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(super) struct RunArgs {
    #[command(flatten)]
    pub(super) verdict: VerdictArgs,
    /// A fault that does not show again on repetition turns the gate red too
    #[arg(long, help_heading = COUNTS)]
    fail_on_flaky: bool,
    /// Stop at the first finding that turns the gate red
    #[arg(long, help_heading = CHECKED)]
    fail_fast: bool,
    /// Only what failed in the last run; everything when nothing is known of one
    #[arg(long, conflicts_with = "ledger", help_heading = CHECKED)]
    pub(super) last_failed: bool,
    /// Only part K of N of the work; `contract-gate merge` joins the JSON reports
    #[arg(long, value_name = "K/N", conflicts_with_all = ["last_failed", "ledger"], help_heading = CHECKED)]
    pub(super) shard: Option<Shard>,
    /// Remember the cases that showed a violation, and send them first
    #[arg(long, value_name = "FILE", help_heading = CHECKED)]
    regressions: Option<String>,
    /// Write every exchange to FILE as HAR 1.2, for `verify` and for browsers; customers' data stands in it as it came,
    /// credentials and cookies do not; only its owner can read it
    #[arg(long, value_name = "FILE", help_heading = WRITTEN)]
    pub(super) record: Option<PathBuf>,
    /// Requests under way at once
    #[arg(long, value_name = "N", allow_negative_numbers = true, help_heading = PACE)]
    concurrency: Option<crate::config::Count>,
    /// Most requests in a time, such as 10/s
    #[arg(long, value_name = "RATE", help_heading = PACE)]
    rate: Option<crate::config::Rate>,
    /// Most requests per contract
    #[arg(long, value_name = "N", value_parser = crate::config::whole, allow_negative_numbers = true, help_heading = PACE)]
    max_requests: Option<u64>,
    /// Most records walked of one list, 10,000 unless told; 0 is no bound
    #[arg(long, value_name = "N", value_parser = crate::config::whole, allow_negative_numbers = true, help_heading = CHECKED)]
    max_records: Option<u64>,
    /// Records read one by one per key; 0, the default, is about 20, and 500 under --profile strict
    #[arg(long, value_name = "N", value_parser = crate::config::whole, allow_negative_numbers = true, help_heading = CHECKED)]
    reads: Option<u64>,
    /// Try undeclared PUT and DELETE on whole lists too, on this machine: for a server that may lose its data
    #[arg(long, help_heading = CHECKED)]
    pub(super) probe_writes: bool,
    /// Longest run per contract, such as 5min
    #[arg(long, value_name = "TIME", help_heading = PACE)]
    time_budget: Option<crate::config::Time>,
    /// Longest wait for one answer, such as 10s
    #[arg(long, value_name = "TIME", help_heading = PACE)]
    timeout: Option<crate::config::Time>,
    /// Wait until the server answers, at most so long, such as 30s; then begin
    #[arg(long, value_name = "TIME", help_heading = PACE)]
    wait: Option<crate::config::Time>,
    /// Do not reduce failing cases: fewer requests
    #[arg(long, help_heading = CHECKED)]
    no_shrink: bool,
}

impl RunArgs {
    /// Nothing but a configuration file and how long to wait, for commands that check nothing.
    pub(super) fn bare(
        config: Option<PathBuf>,
        timeout: Option<crate::config::Time>,
        wait: Option<crate::config::Time>,
    ) -> Self {
        Self { verdict: VerdictArgs { config, ..VerdictArgs::default() }, timeout, wait, ..Self::default() }
    }

    /// A judgement for which nothing is sent.
    pub(super) fn judging(verdict: &VerdictArgs) -> Self {
        Self { verdict: verdict.clone(), ..Self::default() }
    }

    pub(super) fn flags(&self) -> RunFlags {
        let list = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
        let verdict = &self.verdict;
        RunFlags {
            profile: verdict.profile,
            concurrency: self.concurrency,
            timeout: self.timeout,
            show_values: verdict.show_values.then_some(true),
            reports: (!verdict.reports.is_empty())
                .then(|| verdict.reports.iter().cloned().map(crate::config::Report).collect()),
            fail_on: verdict.fail_on,
            fail_on_flaky: self.fail_on_flaky.then_some(true),
            fail_fast: self.fail_fast.then_some(true),
            only: list(&verdict.only),
            skip: list(&verdict.skip),
            color: verdict.color,
            seed: verdict.seed,
            rate: self.rate,
            max_requests: self.max_requests,
            time_budget: self.time_budget,
            wait: self.wait,
            require_conclusive: verdict.require_conclusive.then_some(true),
            no_shrink: self.no_shrink.then_some(true),
            max_records: self.max_records,
            reads: self.reads,
            ledger: verdict.ledger.clone(),
            regressions: self.regressions.clone(),
        }
    }

    /// Reads the configuration that holds for the working folder.
    pub(super) fn load(&self) -> Result<Config, String> {
        let here = std::env::current_dir().map_err(|error| error.to_string())?;
        let path = self.verdict.config.clone().or_else(|| Config::find(&here));
        let environment = |name: &str| std::env::var(name).ok();
        let config = Config::load(path.as_deref(), &self.flags(), &environment).map_err(|error| error.to_string())?;
        super::words::no_misspelt_variable()?;
        config.check_names(&Names::of_the_gate()).map_err(|error| error.to_string())?;
        Ok(config)
    }

    pub(super) fn levels(&self) -> Result<Vec<LevelRule>, String> {
        Levels::flags(self.verdict.levels.in_order())
    }
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<u8, String> {
    let (config, subjects) = prepare(&args.subject, &args.run)?;
    if args.list {
        return listing::list(&args.run, &config, &subjects, out);
    }
    if args.dry_run {
        return listing::dry_run(&args.run, &config, &subjects, out);
    }
    let specs = specs(&config);
    report::no_collisions(&specs).map_err(|error| error.to_string())?;
    report::writable(&specs).map_err(|error| error.to_string())?;
    perform(&args.run, &config, subjects, specs).map(|done| done.code)
}

/// Reads the configuration and finds the contracts and servers; refuses what cannot be meant.
pub(super) fn prepare(subject: &SubjectArgs, run: &RunArgs) -> Result<(Config, Vec<Subject>), String> {
    let config = run.load()?;
    let embedded = embedded(subject)?;
    if let Some(fault) = embedded.fault.filter(|fault| fault.thorough && config.run.reads.value == 0) {
        safe::note(&format!(
            "note: fault `{}` shows only to who reads that one record, and about 20 are read: --reads 500 reads them all",
            fault.id
        ));
    }
    let subjects = subjects(&subject.names, &subject.target, &config, &embedded)?;
    names::check(&config, &run.levels()?, &subjects)?;
    let secrets: Vec<Secret> = subjects.iter().flat_map(|subject| subject.secrets.clone()).collect();
    safe::learn(&secrets);
    if let Some(short) = secrets.iter().find(|secret| secret.too_short()) {
        let words = format!("is too short to be kept out of reports; use one of at least {SHORTEST} characters");
        return Err(format!("{} {words}", short.placeholder()));
    }
    Ok((config.clone(), with_operations(&config, subjects)))
}

/// Everything that must not show in any output.
pub(super) fn masker(subjects: &[Subject]) -> Masker {
    let secrets: Vec<Secret> = subjects.iter().flat_map(|subject| subject.secrets.clone()).collect();
    Masker::new(secrets)
}

/// Checks every subject and writes the reports.
pub(super) fn perform(
    run: &RunArgs,
    config: &Config,
    mut subjects: Vec<Subject>,
    specs: Vec<ReportSpec>,
) -> Result<Done, String> {
    // A place that cannot be written is told before anything begins.
    let recorder = run.record.as_deref().map(|path| recorder(path, masker(&subjects))).transpose()?;
    let mut job = Job::new(run, config, specs, masker(&subjects), &subjects)?;
    job.record(recorder);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    if run.last_failed {
        job.last_failed = last_failed::restriction(config, &subjects);
    }
    for subject in &mut subjects {
        if job.is_over() {
            job.leave_out(&subject.name);
            continue;
        }
        runtime.block_on(job.check(subject))?;
    }
    Ok(job.finish())
}

fn recorder(path: &Path, masker: Masker) -> Result<Recorder, String> {
    Recorder::create(path, masker).map_err(|error| format!("{}: cannot be written: {error}", path.display()))
}

/// Leaves out contracts that have none of the operations that `--only` names.
pub(super) fn with_operations(config: &Config, subjects: Vec<Subject>) -> Vec<Subject> {
    let known = Names::of_the_gate();
    let only = &config.run.only.value;
    let operation = |name: &String| name.split_once(':').map_or_else(|| name.clone(), |(place, _)| place.to_owned());
    let named: Vec<String> = only.iter().filter(|name| !known.is_kind(name)).map(operation).collect();
    if named.is_empty() {
        return subjects;
    }
    let has = |subject: &Subject| named.iter().any(|name| subject.contract.operation(name).is_some());
    let (kept, left): (Vec<Subject>, Vec<Subject>) = subjects.into_iter().partition(has);
    for subject in &left {
        safe::note(&format!("{}: left out, it has no operation {}", subject.name, named.join(", ")));
    }
    kept
}

fn embedded(args: &SubjectArgs) -> Result<mock::Options, String> {
    let find = |id: &str, ids: Vec<&'static str>, what: &str| -> Result<(), String> {
        if ids.contains(&id) {
            return Ok(());
        }
        let near = crate::suggest::nearest(id, ids.iter().copied());
        let hint = near.map_or_else(
            || format!("`contract-gate mock --list-{what}s` shows all"),
            |near| format!("did you mean `{near}`?"),
        );
        Err(format!("there is no {what} `{id}`\n  help: {hint}"))
    };
    let mut options = mock::Options::default();
    if let Some(id) = &args.fault {
        find(id, mock::faults().iter().map(|fault| fault.id).collect(), "fault")?;
        options.fault = mock::faults().iter().find(|fault| fault.id == *id).copied();
    }
    if let Some(id) = &args.variant {
        find(id, mock::variants().iter().map(|variant| variant.id).collect(), "variant")?;
        options.variant = mock::variants().iter().find(|variant| variant.id == *id).copied();
    }
    Ok(options)
}

pub(super) fn specs(config: &Config) -> Vec<ReportSpec> {
    let mut specs: Vec<ReportSpec> = config.run.reports.value.iter().map(|report| report.0.clone()).collect();
    let on_stdout = specs.iter().any(|spec| spec.path.is_none());
    if !on_stdout {
        specs.insert(0, ReportSpec { format: Format::Human, path: None });
        // On GitHub the annotations come by themselves, unless the user asked for something else on standard output.
        if std::env::var("GITHUB_ACTIONS").is_ok_and(|value| value == "true") {
            specs.push(ReportSpec { format: Format::Github, path: None });
        }
    }
    specs
}
