//! See the explanation on [`CHECK`].

use super::Verdict;
use super::access::{Door, shows_records};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An operation answers in a tenant that does not exist.
    ///
    /// ## Why it matters
    /// The tenant is not looked at, so everybody reads the same records.
    ///
    /// ## Example
    /// `Tenant-ID: no-such-tenant` is answered with customers.
    ///
    /// ## Source
    /// `tenancy`, `refusals.no-tenant` and `refusals.foreign`.
    id: "works-in-unknown-tenant", family: Access, level: Deny, proof: Credential,
    faults: ["unknown-tenant-accepted", "unknown-tenant-accepted-on-later-pages"],
    plan: plan, judge: judge,
}

const DOOR: Door = Door {
    access: Access::UnknownTenant,
    guards: selects_tenant,
    absent: "no tenant is selected by a parameter",
    refusal: |refusals| refusals.no_tenant.as_ref(),
    clause: "no-tenant",
    // To whom a tenant does not exist, it may be one that is none of theirs.
    instead: |refusals| refusals.foreign.as_ref(),
    open: "the operation answers in a tenant that does not exist",
    odd: "an unknown tenant is not refused as documented",
};

fn plan(study: &Study) -> Vec<Case> {
    DOOR.plan(study)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    DOOR.judge(study, operation)
}

fn selects_tenant(study: &Study, operation: &Operation) -> bool {
    shows_records(operation) && study.contract.root.tenancy.as_ref().is_some_and(|tenancy| tenancy.slot.is_some())
}
