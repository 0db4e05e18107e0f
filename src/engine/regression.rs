//! Cases that showed a fault once: what is worth remembering of them, and sending them first.

use serde::{Deserialize, Serialize};

use super::errand::Errand;
use super::rounds::Run;
use crate::case::Case;
use crate::contract::Contract;
use crate::finding::Finding;
use crate::study::{Probing, ask};

/// The cases that showed a fault.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// Id of the check.
    pub check: String,
    /// `operationId`.
    pub operation: String,
    /// Fingerprint of the finding.
    pub fingerprint: String,
    /// What to send, in this order.
    pub cases: Vec<Case>,
}

/// What is worth remembering of a finding; `None` when none of its cases means the same tomorrow.
pub(super) fn regression(contract: &Contract, finding: &Finding, cases: Vec<Case>) -> Option<Regression> {
    let cases: Vec<Case> = cases.into_iter().filter(|case| is_lasting(contract, case)).collect();
    (!cases.is_empty()).then(|| Regression {
        check: finding.id.clone(),
        operation: finding.operation.clone().unwrap_or_default(),
        fingerprint: finding.fingerprint.clone(),
        cases,
    })
}

/// Page tokens and addresses of next pages come from one answer and are worth nothing later.
fn is_lasting(contract: &Contract, case: &Case) -> bool {
    let Case::Call(call) = case else { return true };
    let lists = contract.operation(&call.operation).and_then(|operation| operation.clause.lists.as_ref());
    let start = lists.filter(|lists| lists.page.next.is_some()).and_then(ask::start_slot);
    call.follow.is_none() && start.is_none_or(|slot| call.value(slot).is_none())
}

/// Whether a case can be sent at all, and does no harm here.
fn is_sendable(contract: &Contract, case: &Case, may_probe: bool) -> bool {
    let Some(operation) = contract.operation(case.operation()) else { return false };
    match case {
        // What was a harmless probe on loopback may not be one elsewhere.
        Case::Call(call) => may_probe || call.method.is_none(),
        Case::Walk(_) | Case::Again { .. } => operation.clause.lists.is_some(),
    }
}

impl Run<'_> {
    /// Sends what showed a fault in earlier runs, before anything else.
    pub(super) async fn replay(&mut self) {
        let before = self.runner.target.requests();
        for case in self.options.first.clone() {
            let sendable = is_sendable(&self.study.contract, &case, self.study.means.probing == Probing::All);
            if !sendable || self.study.has(&case) {
                continue;
            }
            if let Case::Again { walk, .. } = &case {
                let walk = Case::Walk(walk.clone());
                if !self.study.has(&walk) {
                    let seen = self.runner.perform(&walk, &self.study).await;
                    self.study.add(walk, seen);
                }
            }
            let seen = self.runner.perform(&case, &self.study).await;
            self.study.add(case, seen);
        }
        if !self.options.first.is_empty() {
            self.charge(Errand::Regressions, before);
        }
    }
}
