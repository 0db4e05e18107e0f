//! See the explanation on [`CHECK`].

use super::Verdict;
use super::access::{Door, needs_credential};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An operation answers to a credential that nobody issued.
    ///
    /// ## Why it matters
    /// A check that only looks whether there is a token, or how it begins, keeps nobody out.
    ///
    /// ## Example
    /// A token of which the last characters were changed is answered with 200.
    ///
    /// ## Source
    /// `security` of the operation; `refusals.unauthenticated`.
    id: "works-with-wrong-credential", family: Access, level: Deny, proof: Credential,
    faults: ["credential-not-checked", "credential-compared-by-beginning", "credential-not-checked-on-later-pages"],
    plan: plan, judge: judge,
}

const DOOR: Door = Door {
    access: Access::Wrong,
    guards: needs_credential,
    absent: "the operation needs no credential",
    refusal: |refusals| refusals.unauthenticated.as_ref(),
    clause: "unauthenticated",
    instead: |_| None,
    open: "the operation answers to a credential that nobody issued",
    odd: "a wrong credential is not refused as documented",
};

fn plan(study: &Study) -> Vec<Case> {
    DOOR.plan(study)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    DOOR.judge(study, operation)
}
