//! Stopping early: with `fail_fast`, what was seen so far is judged before more is sent.

use std::sync::Arc;

use super::confirm::{Again, Confirmer};
use super::errand::Errand;
use super::judging::group;
use super::rounds::Run;
use super::tell;
use crate::checks::{CATALOGUE, Verdict};
use crate::finding::Stability;

impl Run<'_> {
    /// With `fail_fast`: whether a finding that ends the run can be made of what was seen so far.
    pub(super) async fn is_red_already(&mut self) -> bool {
        let Some(red) = &self.options.fail_fast else { return false };
        let contract = Arc::clone(&self.study.contract);
        let before = self.runner.target.requests();
        let mut confirmer = Confirmer::new(&self.runner, &self.study, self.options.repeat_budget);
        let mut found = false;
        'all: for check in CATALOGUE {
            for operation in &contract.operations {
                if self.options.selection.disabled(check, &operation.id).is_some() {
                    continue;
                }
                let Verdict::Judged { evidence, blames } = (check.judge)(&self.study, operation) else { continue };
                for group in group(blames, evidence.answers) {
                    let level = self.options.selection.level(check, &operation.id, group.blame.level);
                    let finding = tell::finding(
                        &contract,
                        check,
                        operation,
                        (&group.blame, Vec::new()),
                        level,
                        Stability::Reproduced,
                        group.occurrences,
                    );
                    if !(red.0)(&finding) || !self.doubted.insert(finding.fingerprint) {
                        continue;
                    }
                    let again = confirmer.look(check, operation, &group.blame, group.occurrences).await;
                    if matches!(again, Again::Seen(_)) {
                        found = true;
                        break 'all;
                    }
                }
            }
        }
        self.charge(Errand::Confirm, before);
        found
    }
}
