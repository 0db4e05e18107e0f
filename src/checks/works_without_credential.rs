//! See the explanation on [`CHECK`].

use super::Verdict;
use super::access::{Door, needs_credential};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An operation that needs a credential answers without one.
    ///
    /// ## Why it matters
    /// Anybody on the network reads the customers.
    ///
    /// ## Example
    /// `GET /v1/customers` without `Authorization` is answered with 200.
    ///
    /// ## Source
    /// `security` of the operation; `refusals.unauthenticated`.
    id: "works-without-credential", family: Access, level: Deny, proof: Credential,
    faults: ["credential-not-needed", "credential-not-needed-on-later-pages"],
    plan: plan, judge: judge,
}

const DOOR: Door = Door {
    access: Access::Anonymous,
    guards: needs_credential,
    absent: "the operation needs no credential",
    refusal: |refusals| refusals.unauthenticated.as_ref(),
    clause: "unauthenticated",
    instead: |_| None,
    open: "the operation answers without a credential",
    odd: "a missing credential is not refused as documented",
};

fn plan(study: &Study) -> Vec<Case> {
    DOOR.plan(study)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    DOOR.judge(study, operation)
}
