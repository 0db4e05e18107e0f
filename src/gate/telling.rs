//! From the engine to what a test sees: waived, masked, kept.

use super::{Checked, Gate};
use crate::engine;
use crate::event::{Event, RunStarted};
use crate::mask::Masker;
use crate::report;
use crate::waiver::{Ran, Waivers};

/// Listens to the engine.
pub(super) struct Telling {
    checked: Checked,
    waivers: Waivers,
    masker: Masker,
    show_values: bool,
    red: Option<engine::Red>,
    is_red: bool,
    ran: Ran,
}

impl Telling {
    pub(super) fn new(gate: &Gate, masker: Masker) -> Self {
        let mut checked = Checked::new(&gate.contract, gate.show_values);
        checked.push(Event::RunStarted(RunStarted {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: gate.options.seed,
            profile: gate.options.selection.profile.name().to_owned(),
            time: report::now().to_string(),
            show_values: gate.show_values,
            shard: gate.options.selection.shard.map(|shard| shard.to_string()),
            ..RunStarted::default()
        }));
        Self {
            checked,
            waivers: Waivers::new(gate.waivers.clone(), report::today()),
            masker,
            show_values: gate.show_values,
            red: gate.options.fail_fast.clone(),
            is_red: false,
            ran: Ran {
                contract: gate.contract.name.clone(),
                operations: gate.contract.operations.iter().map(|operation| operation.id.clone()).collect(),
                whole: false,
            },
        }
    }

    /// Takes an event of the run.
    pub(super) fn hear(&mut self, mut event: Event) {
        match &mut event {
            Event::Found(finding) => {
                self.is_red |= self.red.as_ref().is_some_and(|red| (red.0)(finding));
                self.waivers.apply(finding);
            }
            Event::Judged(judged) => self.waivers.judged(judged),
            _ => {}
        }
        self.checked.push(self.masker.event(&event, self.show_values));
    }

    /// Whether the run ended at its first violation, as it was told to.
    pub(super) fn stopped_early(&self) -> bool {
        self.is_red
    }

    /// What came of the run; `whole` says that everything was looked at.
    pub(super) fn end(mut self, came: engine::Checked, whole: bool) -> Checked {
        self.waivers.ran(&[Ran { whole, ..self.ran }]);
        for stale in self.waivers.leftovers() {
            self.checked.push(Event::Found(Box::new(stale)));
        }
        self.checked.finish(came);
        self.checked
    }
}
