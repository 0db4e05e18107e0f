//! What a run is told, for each target: flags and file as options of the engine and limits of the target.

use std::num::NonZeroU32;
use std::time::Duration;

use super::check::RunArgs;
use super::subject::Subject;
use crate::config::{Config, LevelRule, Levels, Origin, Target};
use crate::engine::{Options, Profile, Selection, Shard};
use crate::finding::{Finding, Level};
use crate::target::{Limits, Rate};

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
            max_records: number(run.max_records.value),
            reads: number(run.reads.value),
            probe_writes: args.probe_writes,
            shrink: !run.no_shrink.value,
            wait: run.wait.as_ref().map_or(Duration::ZERO, |wait| wait.value.0),
            ..Options::default()
        };
        let limits = Limits {
            timeout: run.timeout.value.0,
            rate: run.rate.as_ref().and_then(|rate| pace(rate.value)),
            max_requests: run.max_requests.as_ref().map(|most| most.value),
            time_budget: run.time_budget.as_ref().map(|most| most.value.0),
            concurrency: run.concurrency.value.0.get() as usize,
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
            self.lay(target, &mut options, &mut limits);
        }
        if subject.embedded.is_some() {
            // On loopback in this process nothing takes seconds, unless a fault makes it.
            limits.timeout = limits.timeout.min(Duration::from_secs(2));
            // It is made for this run and gone after it.
            options.probe_writes = true;
        }
        (options, limits)
    }

    /// What a target says instead of the run; a flag or a variable for the run stands over it.
    fn lay(&self, target: &Target, options: &mut Options, limits: &mut Limits) {
        let run = &self.config.run;
        let free = |origin: Option<&Origin>| !origin.is_some_and(Origin::is_from_outside);
        if free(Some(&run.profile.origin))
            && let Some(profile) = target.profile.and_then(|profile| Profile::find(&profile.to_string()))
        {
            options.selection.profile = profile;
        }
        if free(Some(&run.only.origin)) && !target.only.is_empty() {
            options.selection.only.clone_from(&target.only);
        }
        options.selection.skip.extend(target.skip.iter().cloned());
        if free(run.rate.as_ref().map(|rate| &rate.origin)) {
            limits.rate = target.rate.and_then(pace).or(limits.rate);
        }
        if free(Some(&run.concurrency.origin)) {
            limits.concurrency = target.concurrency.map_or(limits.concurrency, |count| count.0.get() as usize);
        }
        if free(run.max_requests.as_ref().map(|most| &most.origin)) {
            limits.max_requests = target.max_requests.or(limits.max_requests);
        }
        if free(Some(&run.timeout.origin)) {
            limits.timeout = target.timeout.map_or(limits.timeout, |time| time.0);
        }
        if free(run.time_budget.as_ref().map(|most| &most.origin)) {
            limits.time_budget = target.time_budget.map(|time| time.0).or(limits.time_budget);
        }
        if free(Some(&run.max_records.origin)) {
            options.max_records = target.max_records.map_or(options.max_records, number);
        }
        if free(Some(&run.reads.origin)) {
            options.reads = target.reads.map_or(options.reads, number);
        }
    }

    pub(super) fn seed(&self) -> u64 {
        self.options.seed
    }

    pub(super) fn profile(&self) -> &'static str {
        self.options.selection.profile.name()
    }

    pub(super) fn time_budget(&self) -> Option<Duration> {
        self.limits.time_budget
    }

    pub(super) fn shard(&self) -> Option<Shard> {
        self.options.selection.shard
    }

    /// The level of a finding that no target stands behind.
    pub(super) fn level(&self, finding: &Finding) -> Level {
        let levels = self.config.levels_for(None, self.flag_levels.clone());
        let operation = finding.operation.as_deref().unwrap_or_default();
        levels.of(&finding.id, "run", operation).map_or(finding.level, |rule| rule.level)
    }
}

fn number(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

fn pace(rate: crate::config::Rate) -> Option<Rate> {
    Some(Rate { requests: NonZeroU32::new(rate.requests)?, per: rate.per })
}
