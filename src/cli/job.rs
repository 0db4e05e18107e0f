//! A run over all targets: levels, waivers, reports, totals.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroU32;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::check::{RunArgs, catalogue};
use super::target::{REPEAT, Subject};
use super::verdict::Tally;
use super::words::repeat_line;
use super::{exit, last_failed, memory};
use crate::config::{Config, FailOn, LevelRule, Levels};
use crate::document::Document;
use crate::engine::{self, Checked, Options, Profile, Red, Selection, Shard};
use crate::event::{Aborted, Event, RunStarted};
use crate::finding::{Finding, Level};
use crate::mask::Masker;
use crate::report::progress::{Manner, Progress};
use crate::report::{self, Fanout, ReportSpec, Run};
use crate::target::{Limits, Target};
use crate::waiver::{STALE, Waivers};

/// What a run came to.
pub(super) struct Done {
    /// The exit code.
    pub(super) code: u8,
    /// Everything said, masked.
    pub(super) run: Run,
}

/// A run over all subjects.
pub(super) struct Job {
    settings: Settings,
    config: Config,
    fanout: Arc<Mutex<Option<Fanout>>>,
    waivers: Arc<Mutex<Waivers>>,
    require_conclusive: bool,
    fail_fast: bool,
    tally: Tally,
    aborted: Option<Aborted>,
    interrupted: bool,
    /// What failed last time, by the name of the subject, with `--last-failed`.
    pub(super) last_failed: BTreeMap<String, BTreeSet<(String, String)>>,
    memory: memory::Memory,
    embedded: bool,
    started: Instant,
}

/// What holds for every target, unless the target says otherwise.
pub(super) struct Settings {
    options: Options,
    limits: Limits,
    config: Config,
    flag_levels: Vec<LevelRule>,
}

impl Settings {
    pub(super) fn new(args: &RunArgs, config: &Config) -> Result<Self, String> {
        let run = &config.run;
        let options = Options {
            seed: run.seed.as_ref().map_or(0, |seed| seed.value),
            selection: Selection {
                profile: Profile::find(&run.profile.value.to_string()).unwrap_or_default(),
                only: run.only.value.clone(),
                skip: run.skip.value.clone(),
                levels: Levels::default(),
                failed: None,
                shard: args.shard,
            },
            max_records: args.max_records,
            reads: args.reads,
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
        Ok(Self { options, limits, config: config.clone(), flag_levels: args.levels()? })
    }

    /// The settings of one subject: what its target says over what the run says.
    pub(super) fn of(&self, subject: &Subject) -> (Options, Limits) {
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

    fn shard(&self) -> Option<Shard> {
        self.options.selection.shard
    }

    /// The level of a finding that no target stands behind.
    fn level(&self, finding: &Finding) -> Level {
        let levels = self.config.levels_for(None, self.flag_levels.clone());
        let operation = finding.operation.as_deref().unwrap_or_default();
        levels.of(&finding.id, "run", operation).map_or(finding.level, |rule| rule.level)
    }
}

impl Job {
    pub(super) fn new(
        args: &RunArgs,
        config: &Config,
        specs: Vec<ReportSpec>,
        masker: Masker,
        subjects: &[Subject],
    ) -> Result<Self, String> {
        let run = &config.run;
        let settings = Settings::new(args, config)?;
        let memory = memory::Memory::open(args, masker.clone())?;
        let verbosity = i8::from(args.verbose) - i8::from(args.quiet);
        let reporting = report::Options {
            require_conclusive: args.require_conclusive,
            fail_on: if run.fail_on.value == FailOn::Warn { Level::Warn } else { Level::Deny },
            ..report_options(config, verbosity, subjects)
        };
        let mut fanout = Fanout::open(&specs, reporting, masker, || Box::new(io::stdout()));
        let manner = Manner::choose(io::stderr().is_terminal(), args.quiet);
        let budget = settings.limits.time_budget;
        fanout.push_first("progress", Box::new(Progress::new(manner, budget, Box::new(io::stderr()))));
        fanout.event(&Event::RunStarted(RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: settings.options.seed,
            profile: settings.options.selection.profile.name().to_owned(),
            repeat: repeat_line(settings.options.seed),
            time: report::now().to_string(),
            show_values: run.show_values.value,
            shard: settings.shard().map(|shard| shard.to_string()),
        }));
        Ok(Self {
            config: config.clone(),
            fanout: Arc::new(Mutex::new(Some(fanout))),
            waivers: Arc::new(Mutex::new(Waivers::new(own_waivers(config), report::today()))),
            // What one part leaves open another may settle: `merge` judges that.
            require_conclusive: args.require_conclusive && settings.shard().is_none(),
            fail_fast: run.fail_fast.value,
            tally: Tally::new(run.fail_on.value, run.fail_on_flaky.value),
            aborted: None,
            interrupted: false,
            last_failed: BTreeMap::new(),
            memory,
            embedded: subjects.iter().all(|subject| subject.embedded.is_some()),
            started: Instant::now(),
            settings,
        })
    }

    /// Whether no further subject is to be checked.
    pub(super) fn is_over(&self) -> bool {
        self.interrupted || (self.fail_fast && self.tally.is_red())
    }

    /// Says that a subject is not checked any more.
    pub(super) fn leave_out(&self, name: &str) {
        let why = if self.interrupted { "the run was interrupted" } else { "--fail-fast, after the first finding" };
        let _ = writeln!(io::stderr(), "{name}: left out, {why}");
    }

    pub(super) async fn check(&mut self, subject: &Subject) -> Result<(), String> {
        let (mut options, limits) = self.settings.of(subject);
        if !self.last_failed.is_empty() {
            options.selection.failed = Some(self.last_failed.get(&subject.name).cloned().unwrap_or_default());
        }
        options.first = self.memory.cases(&subject.name);
        options.fail_fast = self.fail_fast.then(|| self.red());
        let target = Target::new(&subject.base_url, subject.own.clone(), subject.second.clone(), limits)
            .map_err(|error| error.to_string())?;
        let target = Arc::new(target);
        let findings: Mutex<Vec<Finding>> = Mutex::new(Vec::new());
        let inconclusive = std::sync::atomic::AtomicBool::new(false);
        let (fanout, waivers) = (Arc::clone(&self.fanout), Arc::clone(&self.waivers));
        let mut emit = |mut event: Event| {
            dress(&mut event, subject);
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
                Event::ContractFinished(finished) => {
                    let shown = lock(&findings).iter().any(|finding| !finding.curl.is_empty());
                    let line = subject.repeat.as_ref().filter(|_| shown);
                    finished
                        .remarks
                        .extend(line.map(|line| format!("for the curl lines, start the server again: {line}")));
                }
                _ => {}
            }
            if let Some(fanout) = lock(&fanout).as_mut() {
                fanout.event(&event);
            }
        };
        let checked = self.run(subject, &target, &options, &mut emit).await;
        self.tally.count(&lock(&findings));
        self.tally.redden(self.require_conclusive && inconclusive.load(Ordering::Relaxed));
        self.tally.add(&checked);
        self.memory.add(&subject.name, checked.regressions);
        if self.aborted.is_none() {
            self.aborted = checked.aborted;
        }
        Ok(())
    }

    /// Runs the engine, until it is done or told to stop.
    async fn run(
        &mut self,
        subject: &Subject,
        target: &Arc<Target>,
        options: &Options,
        emit: &mut (dyn FnMut(Event) + Send),
    ) -> Checked {
        let stop = target.stop_switch();
        let live = Arc::clone(&self.fanout);
        let on_exchange = Arc::new(move |exchanged| {
            if let Some(fanout) = lock(&live).as_mut() {
                fanout.event(&Event::Exchanged(exchanged));
            }
        });
        let work = engine::check_with(Arc::clone(&subject.contract), Arc::clone(target), options, emit, on_exchange);
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                checked = &mut work => break checked,
                () = interrupt() => {
                    self.interrupted = true;
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }

    /// The findings that end the run under `--fail-fast`: those that count and that no waiver accepts.
    fn red(&self) -> Red {
        let (waivers, tally) = (lock(&self.waivers).clone(), self.tally.clone());
        Red(Arc::new(move |finding| {
            let mut finding = finding.clone();
            waivers.clone().apply(&mut finding);
            tally.counts(&finding)
        }))
    }

    /// Writes the reports and what is remembered, and gives the exit code.
    pub(super) fn finish(mut self) -> Done {
        let Some(mut fanout) = lock(&self.fanout).take() else {
            return Done { code: exit::NO_VERDICT, run: Run::default() };
        };
        // A run that was cut off, or that stopped at its first finding, says nothing about the rest.
        let whole = self.aborted.is_none() && !(self.fail_fast && self.tally.is_red());
        let less = if whole { self.memory.less(fanout.run()) } else { Vec::new() };
        let mut last = Vec::new();
        for mut finding in less {
            finding.level = self.settings.level(&finding);
            lock(&self.waivers).apply(&mut finding);
            last.push(finding);
        }
        for mut finding in lock(&self.waivers).leftovers(false) {
            if self.settings.shard().is_some() && finding.id == STALE {
                // Another part may have what it matches; `merge` knows all of them.
                finding.level = Level::Note;
            }
            last.push(finding);
        }
        self.tally.count(&last);
        for finding in last {
            fanout.event(&Event::Found(Box::new(finding)));
        }
        let code = self.tally.code(self.aborted.as_ref());
        fanout.event(&Event::RunFinished(self.tally.finish(code, self.started)));
        let run = fanout.run().clone();
        if !self.embedded || !self.last_failed.is_empty() || self.memory.wants_last_failed() {
            last_failed::remember(&self.config, &run, |finding| self.tally.counts(finding));
        }
        let remembered = self.memory.write(&run, whole);
        let code = super::verdict::written(fanout.finish(), code);
        match remembered {
            Ok(()) => Done { code, run },
            Err(message) => {
                super::safe::error(&message);
                Done { code: if code == exit::CONFORMS { exit::NO_VERDICT } else { code }, run }
            }
        }
    }
}

/// How the reports of a run are made.
fn report_options(config: &Config, verbosity: i8, subjects: &[Subject]) -> report::Options {
    let texts = |subject: &Subject| {
        let document = &subject.contract.document;
        let text = |of: &Document| (of.path().display().to_string(), of.text().to_owned());
        std::iter::once(text(document)).chain(document.overlay().map(text)).collect::<Vec<_>>()
    };
    report::Options {
        color: super::colors(config.run.color.value),
        show_values: config.run.show_values.value,
        verbosity,
        catalogue: catalogue().into(),
        documents: subjects.iter().flat_map(texts).collect(),
        ..report::Options::from_environment()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Gives an event the target's name, and curl lines an address that can be served again.
fn dress(event: &mut Event, subject: &Subject) {
    if subject.configured.is_some() {
        rename(event, &subject.name);
    }
    if let (Event::Found(finding), Some(_)) = (event, &subject.repeat) {
        let server = subject.base_url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        for line in &mut finding.curl {
            *line = line.replace(&format!("://{server}"), &format!("://{REPEAT}"));
        }
    }
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
pub(super) fn own_waivers(config: &Config) -> Vec<crate::waiver::Waiver> {
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
