//! `contract-gate check`: the main job.

use std::io::{self, IsTerminal as _};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Args as ClapArgs;

use super::target::{Subject, TargetArgs, subjects};
use super::{exit, safe};
use crate::config::{Config, FailOn, Levels, RunFlags};
use crate::engine::{self, Options, Profile, Selection};
use crate::event::{CheckInfo, Event, RunFinished, RunStarted};
use crate::finding::{Finding, Level, Stability};
use crate::mask::{Masker, Secret};
use crate::mock;
use crate::report::progress::{Manner, Progress};
use crate::report::{self, Fanout, Format, ReportSpec};
use crate::target::{Limits, Target};
use crate::waiver::Waivers;

/// Check servers against their contracts
///
/// With no --base-url the embedded server of each contract is checked: a trial run that needs nothing.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate check\n  contract-gate check flexportal --base-url https://api-eu.flexportal.io --token-env FLEXPORTAL_KEY --param Tenant-ID=unit_north\n  contract-gate check maple --base-url $URL --token-env TOKEN --param company_id=cmp_1 --report junit=gate.xml\n  contract-gate check openapi/ours.yaml --base-url http://127.0.0.1:8080"
)]
pub(super) struct Args {
    /// Targets of contract-gate.toml, shipped contracts (flexportal, flexprice, maple), or OpenAPI files
    #[arg(value_name = "CONTRACT")]
    names: Vec<String>,
    #[command(flatten)]
    target: TargetArgs,
    /// Spoil the embedded server with one named fault, to see what the gate says
    #[arg(long, value_name = "ID", conflicts_with = "base_url")]
    fault: Option<String>,
    /// Turn the embedded server into one lawful but odd form
    #[arg(long, value_name = "ID", conflicts_with = "base_url")]
    variant: Option<String>,
    #[command(flatten)]
    run: RunArgs,
}

/// What every run can be told.
#[derive(ClapArgs, Clone, Debug, Default)]
pub(super) struct RunArgs {
    /// Configuration file; by default contract-gate.toml is looked for upward
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Seed of everything that is drawn; the same seed repeats the run
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// What to check: default, core, list, isolation, strict
    #[arg(long, value_name = "NAME")]
    profile: Option<crate::config::Profile>,
    /// Report, FORMAT or FORMAT=PATH: human, json, ndjson, junit, sarif, github, markdown, html; repeatable
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    reports: Vec<ReportSpec>,
    /// Only this check, family or operation; repeatable
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Not this check, family or operation; repeatable
    #[arg(long, value_name = "NAME")]
    skip: Vec<String>,
    /// Level deny for a check, family or operation:check
    #[arg(long, value_name = "ID")]
    deny: Vec<String>,
    /// Level warn
    #[arg(long, value_name = "ID")]
    warn: Vec<String>,
    /// Level note
    #[arg(long, value_name = "ID")]
    note: Vec<String>,
    /// Not reported at all
    #[arg(long, value_name = "ID")]
    allow: Vec<String>,
    /// Which findings turn the gate red: deny, warn, never
    #[arg(long, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// A fault that does not show again on repetition turns the gate red too
    #[arg(long)]
    fail_on_flaky: bool,
    /// An inconclusive check turns the gate red too
    #[arg(long)]
    require_conclusive: bool,
    /// Stop after the first contract with a finding that turns the gate red
    #[arg(long)]
    fail_fast: bool,
    /// Requests under way at once
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,
    /// Most requests in a time, such as 10/s
    #[arg(long, value_name = "RATE")]
    rate: Option<crate::config::Rate>,
    /// Most requests per contract
    #[arg(long, value_name = "N")]
    max_requests: Option<u64>,
    /// Most records walked of one list; 0 is no bound
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    max_records: usize,
    /// Longest run per contract, such as 5min
    #[arg(long, value_name = "TIME")]
    time_budget: Option<crate::config::Time>,
    /// Longest wait for one answer, such as 10s
    #[arg(long, value_name = "TIME")]
    timeout: Option<crate::config::Time>,
    /// Do not reduce failing cases: fewer requests
    #[arg(long)]
    no_shrink: bool,
    /// Show values of bodies in reports, not their shapes only
    #[arg(long)]
    show_values: bool,
    /// Colour: auto, always, never
    #[arg(long, value_name = "WHEN")]
    color: Option<crate::config::Color>,
    /// Less on standard error
    #[arg(long, short)]
    quiet: bool,
    /// More in the human report
    #[arg(long, short)]
    verbose: bool,
}

impl RunArgs {
    fn flags(&self) -> RunFlags {
        let list = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
        RunFlags {
            profile: self.profile,
            concurrency: self.concurrency,
            timeout: self.timeout,
            show_values: self.show_values.then_some(true),
            reports: (!self.reports.is_empty())
                .then(|| self.reports.iter().cloned().map(crate::config::Report).collect()),
            fail_on: self.fail_on,
            fail_on_flaky: self.fail_on_flaky.then_some(true),
            fail_fast: self.fail_fast.then_some(true),
            only: list(&self.only),
            skip: list(&self.skip),
            color: self.color,
            seed: self.seed,
            rate: self.rate,
            max_requests: self.max_requests,
            time_budget: self.time_budget,
        }
    }

    /// Reads the configuration that holds for the working folder.
    pub(super) fn load(&self) -> Result<Config, String> {
        let here = std::env::current_dir().map_err(|error| error.to_string())?;
        let path = self.config.clone().or_else(|| Config::find(&here));
        let environment = |name: &str| std::env::var(name).ok();
        let config = Config::load(path.as_deref(), &self.flags(), &environment).map_err(|error| error.to_string())?;
        let known = known_names();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        config.check_names(&known).map_err(|error| error.to_string())?;
        Ok(config)
    }

    fn levels(&self) -> Result<Vec<crate::config::LevelRule>, String> {
        let given = [
            (Level::Deny, &self.deny),
            (Level::Warn, &self.warn),
            (Level::Note, &self.note),
            (Level::Allow, &self.allow),
        ];
        Levels::flags(given.iter().flat_map(|(level, names)| names.iter().map(|name| (*level, name.as_str()))))
    }
}

/// Every name that levels, waivers and selections may use, apart from operations.
fn known_names() -> Vec<String> {
    let checks = crate::checks::CATALOGUE.iter().map(|check| check.id.to_owned());
    let families = crate::checks::Family::ALL.iter().map(|family| family.name().to_owned());
    let rules = crate::diff::rules::RULES.iter().map(|rule| rule.id.to_owned());
    checks.chain(families).chain(rules).collect()
}

pub(super) fn run(args: &Args) -> Result<u8, String> {
    let config = args.run.load()?;
    let embedded = embedded(args)?;
    let mut subjects = subjects(&args.names, &args.target, &config, &embedded)?;
    check_selection(&config, &subjects)?;
    let specs = specs(&config);
    report::no_collisions(&specs).map_err(|error| error.to_string())?;
    let secrets: Vec<Secret> = subjects.iter().flat_map(|subject| subject.secrets.clone()).collect();
    safe::learn(&secrets);
    if let Some(short) = secrets.iter().find(|secret| secret.too_short()) {
        return Err(format!("{} is too short to be kept out of reports; use a longer credential", short.placeholder()));
    }
    let mut job = Job::new(&args.run, &config, specs, Masker::new(secrets), &subjects)?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    for subject in &mut subjects {
        if job.interrupted || (job.fail_fast && job.is_red()) {
            break;
        }
        runtime.block_on(job.check(subject))?;
    }
    Ok(job.finish())
}

fn embedded(args: &Args) -> Result<mock::Options, String> {
    let find = |id: &str, ids: Vec<&'static str>, what: &str| -> Result<(), String> {
        if ids.contains(&id) {
            return Ok(());
        }
        let near = crate::config::nearest(id, ids.iter().copied());
        let hint = near.map_or_else(
            || "`contract-gate mock --list-faults` shows all".to_owned(),
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

/// Refuses selections that name nothing: a misspelt name must not end in "nothing ran".
fn check_selection(config: &Config, subjects: &[Subject]) -> Result<(), String> {
    let mut known = known_names();
    known.extend(
        subjects.iter().flat_map(|subject| subject.contract.operations.iter().map(|operation| operation.id.clone())),
    );
    for name in config.run.only.value.iter().chain(&config.run.skip.value) {
        let what = name.split_once(':').map_or(name.as_str(), |(_, what)| what);
        if !known.iter().any(|known| known == what || known == name) {
            let near = crate::config::nearest(name, known.iter().map(String::as_str));
            let hint = near
                .map_or_else(|| "`contract-gate list` shows all".to_owned(), |near| format!("did you mean `{near}`?"));
            return Err(format!("`{name}` is no check, family or operation\n  help: {hint}"));
        }
    }
    Ok(())
}

fn specs(config: &Config) -> Vec<ReportSpec> {
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

/// A run over all subjects: levels, waivers, reports, totals.
struct Job {
    options: Options,
    limits: Limits,
    config: Config,
    flag_levels: Vec<crate::config::LevelRule>,
    fanout: Arc<Mutex<Option<Fanout>>>,
    waivers: Arc<Mutex<Waivers>>,
    fail_on: FailOn,
    fail_on_flaky: bool,
    require_conclusive: bool,
    fail_fast: bool,
    totals: RunFinished,
    red: bool,
    aborted: Option<crate::event::Aborted>,
    interrupted: bool,
    started: Instant,
}

impl Job {
    fn new(
        args: &RunArgs,
        config: &Config,
        specs: Vec<ReportSpec>,
        masker: Masker,
        subjects: &[Subject],
    ) -> Result<Self, String> {
        let run = &config.run;
        let seed = run.seed.as_ref().map_or(0, |seed| seed.value);
        let profile = Profile::find(&run.profile.value.to_string()).unwrap_or_default();
        let options = Options {
            seed,
            selection: Selection {
                profile,
                only: run.only.value.clone(),
                skip: run.skip.value.clone(),
                levels: Levels::default(),
            },
            max_records: args.max_records,
            shrink: !args.no_shrink,
            ..Options::default()
        };
        let limits = Limits {
            timeout: run.timeout.value.0,
            rate: run.rate.as_ref().and_then(|rate| per_second(rate.value)),
            max_requests: run.max_requests.as_ref().map(|most| most.value),
            time_budget: run.time_budget.as_ref().map(|most| most.value.0),
            concurrency: run.concurrency.value as usize,
            ..Limits::default()
        };
        let report_options = report::Options {
            color: super::colors(run.color.value),
            show_values: run.show_values.value,
            require_conclusive: args.require_conclusive,
            fail_on: if run.fail_on.value == FailOn::Warn { Level::Warn } else { Level::Deny },
            verbosity: i8::from(args.verbose) - i8::from(args.quiet),
            catalogue: catalogue().into(),
            documents: subjects
                .iter()
                .map(|subject| {
                    (
                        subject.contract.document.path().display().to_string(),
                        subject.contract.document.text().to_owned(),
                    )
                })
                .collect(),
            ..report::Options::from_environment()
        };
        let mut fanout = Fanout::open(&specs, report_options, masker, || Box::new(io::stdout()));
        let manner = Manner::choose(io::stderr().is_terminal(), args.quiet);
        fanout.push_first("progress", Box::new(Progress::new(manner, limits.time_budget, Box::new(io::stderr()))));
        fanout.event(&Event::RunStarted(RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed,
            profile: profile.name().to_owned(),
            repeat: repeat_line(seed),
            time: report::now().to_string(),
            show_values: run.show_values.value,
        }));
        Ok(Self {
            options,
            limits,
            config: config.clone(),
            flag_levels: args.levels()?,
            fanout: Arc::new(Mutex::new(Some(fanout))),
            waivers: Arc::new(Mutex::new(Waivers::new(own_waivers(config), report::today()))),
            fail_on: run.fail_on.value,
            fail_on_flaky: run.fail_on_flaky.value,
            require_conclusive: args.require_conclusive,
            fail_fast: run.fail_fast.value,
            totals: RunFinished::default(),
            red: false,
            aborted: None,
            interrupted: false,
            started: Instant::now(),
        })
    }

    fn is_red(&self) -> bool {
        self.red
    }

    async fn check(&mut self, subject: &Subject) -> Result<(), String> {
        let (options, limits) = self.settings(subject);
        let target = Target::new(&subject.base_url, subject.own.clone(), subject.second.clone(), limits)
            .map_err(|error| error.to_string())?;
        let target = Arc::new(target);
        let stop = target.stop_switch();
        let (fanout, waivers) = (Arc::clone(&self.fanout), Arc::clone(&self.waivers));
        let live = Arc::clone(&self.fanout);
        let on_exchange = Arc::new(move |exchanged| {
            if let Some(fanout) = lock(&live).as_mut() {
                fanout.event(&Event::Exchanged(exchanged));
            }
        });
        let findings: Mutex<Vec<Finding>> = Mutex::new(Vec::new());
        let inconclusive = std::sync::atomic::AtomicBool::new(false);
        let mut emit = |mut event: Event| {
            if subject.configured.is_some() {
                rename(&mut event, &subject.name);
            }
            match &mut event {
                Event::Found(finding) => {
                    lock(&waivers).apply(finding);
                    lock(&findings).push((**finding).clone());
                }
                Event::Judged(judged) => {
                    if matches!(judged.outcome, crate::event::Outcome::Inconclusive { .. }) {
                        inconclusive.store(true, Ordering::Relaxed);
                    }
                    lock(&waivers).judged(judged);
                }
                _ => {}
            }
            if let Some(fanout) = lock(&fanout).as_mut() {
                fanout.event(&event);
            }
        };
        let work =
            engine::check_with(Arc::clone(&subject.contract), Arc::clone(&target), &options, &mut emit, on_exchange);
        let mut work = std::pin::pin!(work);
        let checked = loop {
            tokio::select! {
                checked = &mut work => break checked,
                () = interrupt() => {
                    self.interrupted = true;
                    stop.store(true, Ordering::Relaxed);
                }
            }
        };
        self.count(&lock(&findings));
        self.red |= self.require_conclusive && inconclusive.load(Ordering::Relaxed);
        for (name, count) in &checked.outcomes {
            *self.totals.outcomes.entry(name.clone()).or_default() += count;
        }
        self.totals.requests += checked.requests;
        if self.aborted.is_none() {
            self.aborted = checked.aborted;
        }
        Ok(())
    }

    fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            if finding.waived.is_some() {
                self.totals.waived += 1;
                continue;
            }
            *self.totals.findings.entry(finding.level.name().to_owned()).or_default() += 1;
            let flaky = matches!(finding.stability, Stability::Flaky { .. });
            self.red |= match self.fail_on {
                FailOn::Deny => finding.level == Level::Deny,
                FailOn::Warn => finding.level >= Level::Warn,
                FailOn::Never => false,
            };
            self.red |= flaky && self.fail_on_flaky;
        }
    }

    /// The settings of one subject: what its target says over what the run says.
    fn settings(&self, subject: &Subject) -> (Options, Limits) {
        let (mut options, mut limits) = (self.options.clone(), self.limits.clone());
        let configured = subject.configured.as_ref();
        options.selection.levels = self.config.levels_for(configured, self.flag_levels.clone());
        if let Some(target) = configured {
            if let Some(profile) = target.profile.and_then(|profile| Profile::find(&profile.to_string())) {
                options.selection.profile = profile;
            }
            if !target.only.is_empty() {
                options.selection.only.clone_from(&target.only);
            }
            options.selection.skip.extend(target.skip.iter().cloned());
            limits.rate = target.rate.and_then(per_second).or(limits.rate);
            limits.concurrency = target.concurrency.map_or(limits.concurrency, |number| number as usize);
            limits.max_requests = target.max_requests.or(limits.max_requests);
            limits.timeout = target.timeout.map_or(limits.timeout, |time| time.0);
        }
        if subject.embedded.is_some() {
            // On loopback in this process nothing takes seconds, unless a fault makes it.
            limits.timeout = limits.timeout.min(Duration::from_secs(2));
        }
        (options, limits)
    }

    /// Writes the reports and gives the exit code.
    fn finish(mut self) -> u8 {
        let leftovers = lock(&self.waivers).leftovers(false);
        let Some(mut fanout) = lock(&self.fanout).take() else { return exit::NO_VERDICT };
        self.count(&leftovers);
        for finding in leftovers {
            fanout.event(&Event::Found(Box::new(finding)));
        }
        let code = match (&self.aborted, self.red) {
            (_, true) => exit::VIOLATED,
            (Some(aborted), false) if aborted.kind == "unusable" => exit::UNUSABLE,
            (Some(_), false) => exit::NO_VERDICT,
            (None, false) => exit::CONFORMS,
        };
        self.totals.exit = code;
        self.totals.millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.totals.verdict = match code {
            exit::CONFORMS => "conforms",
            exit::VIOLATED => "violated",
            _ => "no verdict",
        }
        .to_owned();
        fanout.event(&Event::RunFinished(self.totals));
        match fanout.finish() {
            Ok(_) => code,
            Err(error) => {
                safe::error(&error.to_string());
                if code == exit::CONFORMS { exit::NO_VERDICT } else { code }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Two targets of one contract are told apart by their names.
fn rename(event: &mut Event, name: &str) {
    match event {
        Event::ContractStarted(started) => name.clone_into(&mut started.contract),
        Event::Judged(judged) => name.clone_into(&mut judged.contract),
        Event::Found(finding) => finding.contract = Some(name.to_owned()),
        Event::ContractFinished(finished) => name.clone_into(&mut finished.contract),
        _ => {}
    }
}

/// Waivers that speak of checks; those of diff rules are `diff`'s business.
fn own_waivers(config: &Config) -> Vec<crate::waiver::Waiver> {
    let own = |waiver: &&crate::waiver::Waiver| crate::diff::rules::find(&waiver.check).is_none();
    config.waivers.iter().filter(own).cloned().collect()
}

/// Ctrl-C or SIGTERM.
async fn interrupt() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn per_second(rate: crate::config::Rate) -> Option<NonZeroU32> {
    let per = rate.per.as_secs_f64().max(0.001);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are small and positive")]
    NonZeroU32::new((f64::from(rate.requests) / per).floor().max(1.0) as u32)
}

/// The command line that repeats the run: as given, with the seed.
fn repeat_line(seed: u64) -> String {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--seed" || word.starts_with("--seed=")) {
        words.push("--seed".to_owned());
        words.push(seed.to_string());
    }
    let quoted: Vec<String> = words
        .into_iter()
        .map(|word| {
            let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
            if plain && !word.is_empty() { word } else { format!("'{}'", word.replace('\'', r"'\''")) }
        })
        .collect();
    format!("contract-gate {}", quoted.join(" "))
}

/// The catalogue as reporters want it.
pub(super) fn catalogue() -> Vec<CheckInfo> {
    let mut known: Vec<CheckInfo> = crate::checks::CATALOGUE
        .iter()
        .map(|check| CheckInfo {
            id: check.id.to_owned(),
            family: check.family.name().to_owned(),
            summary: check.summary(),
            explanation: check.explanation.to_owned(),
            level: check.level,
            place: None,
        })
        .collect();
    known.extend(crate::waiver::catalogue());
    known
}
