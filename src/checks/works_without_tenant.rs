//! See the explanation on [`CHECK`].

use super::Verdict;
use super::access::{Door, omittable_tenant, shows_records};
use crate::case::{Access, Case};
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// An operation answers although no tenant was selected.
    ///
    /// ## Why it matters
    /// It is left to chance whose records come.
    ///
    /// ## Example
    /// `GET /v1/customers` without `Tenant-ID` is answered with 200.
    ///
    /// ## Source
    /// `tenancy` and `refusals.no-tenant`.
    id: "works-without-tenant", family: Access, level: Deny, proof: Credential,
    faults: ["tenant-not-needed", "tenant-not-needed-on-later-pages"],
    plan: plan, judge: judge,
}

const DOOR: Door = Door {
    access: Access::NoTenant,
    guards: selects_tenant,
    absent: "no tenant is selected by a parameter that could be left out",
    refusal: |refusals| refusals.no_tenant.as_ref(),
    clause: "no-tenant",
    instead: |_| None,
    open: "the operation answers without a tenant",
    odd: "a missing tenant is not refused as documented",
};

fn plan(study: &Study) -> Vec<Case> {
    DOOR.plan(study)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    DOOR.judge(study, operation)
}

fn selects_tenant(study: &Study, operation: &Operation) -> bool {
    shows_records(operation) && omittable_tenant(study).is_some()
}
