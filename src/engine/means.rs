//! What a run has to go about it with: access, tenants, keys, and how much it may do.

use super::Options;
use super::select::Profile;
use crate::contract::Contract;
use crate::study::{Means, Probing};
use crate::target::{Identity, Target};

/// Most records read one by one per key under `strict`.
pub(super) const STRICT_READS: usize = 500;

pub(super) fn means(contract: &Contract, target: &Target, options: &Options) -> Means {
    let slot = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref());
    let tenant_in = |identity: &Identity| slot.and_then(|slot| identity.params.get(slot.name()).cloned());
    Means {
        seed: options.seed,
        strict: options.selection.profile == Profile::Strict,
        has_token: target.own.token.is_some() || !target.own.headers.is_empty(),
        // Without a variable it has a name that was made up for curl lines.
        token_name: (target.own.token.is_some() && target.own.token_name != "TOKEN")
            .then(|| target.own.token_name.clone())
            .filter(|name| !name.is_empty()),
        has_second: target.second.is_some(),
        second_refused: None,
        tenant: tenant_in(&target.own),
        second_tenant: target.second.as_ref().and_then(tenant_in),
        params: target.own.params.clone(),
        known_ids: target.own.known_ids.clone(),
        second_known_ids: target.second.as_ref().map(|second| second.known_ids.clone()).unwrap_or_default(),
        probing: match (target.is_loopback(), options.probe_writes) {
            (true, true) => Probing::All,
            (true, false) => Probing::Careful,
            (false, _) => Probing::Safe,
        },
        one_credential: target.second.as_ref().is_some_and(|second| second.is_same_credential(&target.own)),
        reads: match (options.reads, options.selection.profile) {
            (0, Profile::Strict) => STRICT_READS,
            (reads, _) => reads,
        },
        max_records: options.max_records,
    }
}
