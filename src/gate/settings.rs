//! What is checked, how hard, and what is accepted: what the flags say, as calls.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::{Gate, Trial};
use crate::case::Case;
use crate::engine::{Profile, Red, Shard};
use crate::finding::Level;
use crate::mock;
use crate::report;
use crate::target::Limits;
use crate::waiver::{Waiver, Waivers};

impl Gate {
    /// The seed of everything that is drawn; 0 unless set.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.options.seed = seed;
        self
    }

    /// What is checked at all.
    #[must_use]
    pub fn profile(mut self, profile: Profile) -> Self {
        self.options.selection.profile = profile;
        self
    }

    /// Only these checks, families or operations.
    #[must_use]
    pub fn only<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.selection.only = names.into_iter().map(Into::into).collect();
        self
    }

    /// Not these checks, families or operations.
    #[must_use]
    pub fn skip<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.options.selection.skip = names.into_iter().map(Into::into).collect();
        self
    }

    /// The level of a check, a family or `operation:check`, instead of its own; the later call wins.
    #[must_use]
    pub fn level(mut self, name: impl Into<String>, level: Level) -> Self {
        self.levels.push((level, name.into()));
        self
    }

    /// Only one check on one operation: a tenth of the requests.
    #[must_use]
    pub fn alone(self, trial: &Trial) -> Self {
        self.only([trial.operation.clone(), trial.check.to_owned()])
    }

    /// Most records walked of one list; 0: no bound.
    #[must_use]
    pub fn max_records(mut self, most: usize) -> Self {
        self.options.max_records = most;
        self
    }

    /// Records read one by one per key; 0: about 20, and 500 under [`Profile::Strict`].
    #[must_use]
    pub fn reads(mut self, most: usize) -> Self {
        self.options.reads = most;
        self
    }

    /// Whether failing cases are reduced to smaller ones, which costs requests; they are unless told.
    #[must_use]
    pub fn shrink(mut self, shrink: bool) -> Self {
        self.options.shrink = shrink;
        self
    }

    /// How hard the server is asked.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Accepts a fault, for a reason. One that matches nothing any more is itself a fault.
    #[must_use]
    pub fn waive(mut self, waiver: Waiver) -> Self {
        self.waivers.push(waiver);
        self
    }

    /// Whether methods that nobody declared are tried on this machine even where they would change much: `PUT`, and
    /// `DELETE` of a whole list. For a server that may lose its data; the embedded one always may.
    #[must_use]
    pub fn probe_writes(mut self, probe: bool) -> Self {
        self.options.probe_writes = probe;
        self
    }

    /// How long to wait for a server that is still starting; not at all unless told.
    #[must_use]
    pub fn wait(mut self, most: Duration) -> Self {
        self.options.wait = most;
        self
    }

    /// Only one part of the work; [`crate::merge`] joins the JSON reports of all.
    #[must_use]
    pub fn shard(mut self, shard: Shard) -> Self {
        self.options.selection.shard = Some(shard);
        self
    }

    /// Stops at the first violation that no waiver accepts. Give waivers first.
    #[must_use]
    pub fn fail_fast(mut self) -> Self {
        let waivers = Waivers::new(self.waivers.clone(), report::today());
        self.options.fail_fast = Some(Red(Arc::new(move |finding| {
            let mut finding = finding.clone();
            waivers.clone().apply(&mut finding);
            finding.level == Level::Deny && finding.waived.is_none()
        })));
        self
    }

    /// Cases to send first, such as those that [`crate::regressions`] remembers of earlier runs.
    #[must_use]
    pub fn first(mut self, cases: impl IntoIterator<Item = Case>) -> Self {
        self.options.first.extend(cases);
        self
    }

    /// Shows values of bodies, not their shapes only; secrets stay masked.
    #[must_use]
    pub fn show_values(mut self, show: bool) -> Self {
        self.show_values = show;
        self
    }

    /// Writes every exchange to a file as HAR 1.2, which only its owner can read.
    #[must_use]
    pub fn record(mut self, path: impl Into<PathBuf>) -> Self {
        self.record = Some(path.into());
        self
    }

    /// How the embedded server is, where no base URL names another one: a fault, a variant, a seed of its records.
    ///
    /// # Example
    /// ```
    /// use contract_gate::gate::Gate;
    /// use contract_gate::mock::{Options, faults};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let fault = faults().iter().find(|fault| fault.id == "record-repeated-once").copied();
    /// let gate = Gate::shipped("flexportal")?.embedded(Options { fault, ..Options::default() }).only(["paging"]);
    /// assert!(gate.check_blocking()?.findings().any(|finding| finding.id == "record-repeated"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn embedded(mut self, options: mock::Options) -> Self {
        self.embedded = options;
        self
    }
}
