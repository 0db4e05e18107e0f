//! A run over all targets: levels, waivers, reports, totals.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::check::RunArgs;
use super::ear::{Ear, Heard};
use super::settings::Settings;
use super::subject::Subject;
use super::verdict::{self, Tally};
use super::words::repeat_line;
use super::{exit, last_failed, memory, safe};
use crate::config::{Config, Origin};
use crate::document::Document;
use crate::engine::{self, Checked, Options, Red};
use crate::event::{Aborted, Event, RunStarted};
use crate::finding::Level;
use crate::mask::Masker;
use crate::recording::{About, Belonging, Recorder, Recording};
use crate::report::progress::{Manner, Progress};
use crate::report::{self, Fanout, ReportSpec, Run};
use crate::target::Target;
use crate::waiver::{Ran, STALE, Waivers};

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
    pub(super) fanout: Arc<Mutex<Option<Fanout>>>,
    pub(super) waivers: Arc<Mutex<Waivers>>,
    require_conclusive: bool,
    fail_fast: bool,
    tally: Tally,
    aborted: Option<Aborted>,
    interrupted: bool,
    /// What failed last time, by the name of the subject, with `--last-failed`.
    pub(super) last_failed: BTreeMap<String, BTreeSet<(String, String)>>,
    memory: memory::Memory,
    /// What was checked so far, for the waivers.
    ran: Vec<Ran>,
    masker: Masker,
    /// Whether nothing of it is remembered as the last run: a trial, or nothing was sent.
    passing: bool,
    recorder: Option<Arc<Recorder>>,
    started: Instant,
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
        // A recording leaves much open; only who asks for it there wants that red.
        let live = subjects.iter().any(|subject| !subject.base_url.is_empty());
        let asked = matches!(run.require_conclusive.origin, Origin::Flag(_));
        let require_conclusive = run.require_conclusive.value && (live || asked);
        let memory = memory::Memory::open(args, config, subjects, masker.clone())?;
        let verbosity = i8::from(args.verdict.verbose) - i8::from(args.verdict.quiet);
        let reporting = report::Options {
            require_conclusive,
            fail_on: run.fail_on.value.least().unwrap_or(Level::Deny),
            ..report_options(config, verbosity, subjects)
        };
        let mut fanout = Fanout::open(&specs, reporting, masker.clone(), || Box::new(io::stdout()));
        let manner = Manner::choose(io::stderr().is_terminal(), args.verdict.quiet);
        let budget = settings.time_budget();
        fanout.push_first("progress", Box::new(Progress::new(manner, budget, Box::new(io::stderr()))));
        fanout.event(&Event::RunStarted(RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: settings.seed(),
            profile: settings.profile().to_owned(),
            repeat: repeat_line(settings.seed()),
            time: report::now().to_string(),
            show_values: run.show_values.value,
            shard: settings.shard().map(|shard| shard.to_string()),
        }));
        Ok(Self {
            config: config.clone(),
            fanout: Arc::new(Mutex::new(Some(fanout))),
            waivers: Arc::new(Mutex::new(Waivers::new(own_waivers(config), report::today()))),
            // What one part leaves open another may settle: `merge` judges that.
            require_conclusive: require_conclusive && settings.shard().is_none(),
            fail_fast: run.fail_fast.value,
            tally: Tally::new(run.fail_on.value, run.fail_on_flaky.value),
            aborted: None,
            interrupted: false,
            last_failed: BTreeMap::new(),
            memory,
            ran: Vec::new(),
            masker,
            passing: subjects.iter().all(|subject| subject.embedded.is_some() || subject.base_url.is_empty()),
            recorder: None,
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
        safe::note(&format!("{name}: left out, {why}"));
    }

    pub(super) async fn check(&mut self, subject: &Subject) -> Result<(), String> {
        let (mut options, limits) = self.settings.of(subject);
        if !self.last_failed.is_empty() {
            options.selection.failed = Some(self.last_failed.get(&subject.name).cloned().unwrap_or_default());
        }
        if let Some(server) = &subject.repeat {
            options.about.insert("the embedded server".to_owned(), server.clone());
        }
        options.remarks = super::soundness::warnings(&subject.contract);
        options.first = self.memory.cases(&subject.name);
        options.fail_fast = self.fail_fast.then(|| self.red());
        let target = Target::new(&subject.base_url, subject.own.clone(), subject.second.clone(), limits)
            .map_err(|error| error.to_string())?;
        // A secret in a parameter is a variable in the record, so that a curl line can be run as it stands.
        let masker = self.masker.clone();
        let target = target.masked_by(move |text| masker.mask(text).into_owned());
        let target = Arc::new(match self.recorder.clone() {
            Some(recorder) => {
                let (contract, base) = (subject.contract.name.clone(), subject.base_url.clone());
                target.recorded_by(move |crossed| {
                    recorder.add(About { contract: &contract, base: &base }, crossed);
                })
            }
            None => target,
        });
        let mut ear = Ear::new(self, subject);
        let checked = self.run(subject, &target, &options, &mut |event| ear.hear(event)).await;
        let heard = ear.heard();
        self.take(subject, heard, checked, true);
        Ok(())
    }

    /// Judges what of a recording belongs to a subject.
    pub(super) fn verify(&mut self, subject: &Subject, recording: &Recording, belonging: Belonging) {
        let (options, _) = self.settings.of(subject);
        let mut ear = Ear::new(self, subject);
        let contract = Arc::clone(&subject.contract);
        let checked = engine::verify(contract, recording, belonging, &options, &mut |event| ear.hear(event));
        let heard = ear.heard();
        self.take(subject, heard, checked, false);
    }

    /// Takes what records the exchanges, if they are to be recorded.
    pub(super) fn record(&mut self, recorder: Option<Recorder>) {
        self.recorder = recorder.map(Arc::new);
    }

    /// Adds what came of a subject to what came of the run; `live` says that it could be asked anything.
    fn take(&mut self, subject: &Subject, heard: Heard, checked: Checked, live: bool) {
        self.tally.count(&heard.findings);
        self.tally.leave_open(self.require_conclusive && heard.inconclusive);
        self.tally.add(&checked);
        let red = self.fail_fast && self.tally.is_red();
        self.ran.push(Ran {
            contract: subject.name.clone(),
            operations: subject.contract.operations.iter().map(|operation| operation.id.clone()).collect(),
            // A recording is a part of what could have been asked.
            whole: live && checked.aborted.is_none() && !red && self.settings.shard().is_none(),
        });
        self.memory.add(&subject.name, checked.regressions);
        if self.aborted.is_none() {
            self.aborted = checked.aborted;
        }
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
                    stop.stop();
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
        lock(&self.waivers).ran(&super::names::ran(&self.config, &self.ran));
        for mut finding in lock(&self.waivers).leftovers() {
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
        // Everything that can fail and is no report comes first: reports tell the code that the process ends with.
        let unwritten: Vec<String> = [self.memory.write(fanout.run(), whole), self.recorded()]
            .into_iter()
            .filter_map(Result::err)
            .inspect(|message| safe::error(message))
            .collect();
        let code = self.tally.code(self.aborted.as_ref());
        let code = if unwritten.is_empty() && !fanout.is_failing() { code } else { verdict::unwritten(code) };
        fanout.event(&Event::RunFinished(self.tally.finish(code, self.started)));
        let run = fanout.run().clone();
        if !self.passing || !self.last_failed.is_empty() || self.memory.wants_last_failed() {
            last_failed::remember(&self.config, &run, |finding| self.tally.counts(finding));
        }
        Done { code: verdict::written(fanout.finish(), code), run }
    }
}

impl Job {
    /// Ends the recording, and says what stands in it.
    fn recorded(&self) -> Result<(), String> {
        let Some(recorder) = &self.recorder else { return Ok(()) };
        let written = recorder.finish().map_err(|error| format!("the recording cannot be written: {error}"))?;
        let path = written.path.display();
        safe::note(&format!(
            "{path}: {} exchanges recorded; customers' data stands in it as it came, and only its owner can read it",
            written.exchanges
        ));
        Ok(())
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
        catalogue: crate::gate::catalogue().into(),
        documents: subjects.iter().flat_map(texts).collect(),
        ..report::Options::from_environment()
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
