//! Faults: named smallest spoilings of the lawful server.
//!
//! A fault knows no check. It says on which contracts it makes sense, and hooks into the pipeline where the spoiled
//! thing is made, so that everything around it stays consistent: a server that skips a record counts the records that
//! it still shows.

mod access;
mod envelope;
pub(super) mod errors;
mod expansion;
mod fields;
mod filters;
mod fitting;
pub(super) mod paging;
pub(super) mod protocol;
mod reading;
mod relations;
pub(super) mod sorting;
mod transport;
mod views;

use std::sync::OnceLock;

use super::hook::{Live, When};
use crate::contract::Contract;

/// One smallest spoiling.
pub struct Fault {
    /// Kebab-case, names what is wrong.
    pub id: &'static str,
    /// What is wrong, in one sentence.
    pub summary: &'static str,
    /// What else there is to know; empty if nothing.
    pub note: &'static str,
    /// Where it makes sense.
    pub contracts: fn(&Contract) -> bool,
    /// Whether a contract may tolerate it: a check may then stay silent, or only note it.
    pub tolerated: bool,
    /// Whether it takes reading every record one by one to see it.
    pub thorough: bool,
    pub(super) live: &'static [Live],
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fault").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Fault {
    /// Whether it makes sense on a contract.
    #[must_use]
    pub fn applies(&self, contract: &Contract) -> bool {
        (self.contracts)(contract)
    }

    /// Whether it comes now and then only, so that a run may pass without meeting it.
    #[must_use]
    pub fn is_rare(&self) -> bool {
        self.live.iter().all(|live| matches!(live.when, When::Twentieth))
    }

    /// A fault by id.
    ///
    /// # Example
    /// ```
    /// use contract_gate::mock::Fault;
    /// assert!(Fault::find("record-skipped").is_some());
    /// assert!(Fault::find("no-such-fault").is_none());
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        faults().iter().find(|fault| fault.id == id).copied()
    }
}

/// Every fault, in the order of the catalogue.
#[must_use]
pub fn faults() -> &'static [&'static Fault] {
    static ALL: OnceLock<Vec<&'static Fault>> = OnceLock::new();
    ALL.get_or_init(|| {
        let parts = [
            fields::FAULTS,
            relations::FAULTS,
            envelope::FAULTS,
            paging::FAULTS,
            filters::FAULTS,
            views::FAULTS,
            sorting::FAULTS,
            reading::FAULTS,
            expansion::FAULTS,
            access::FAULTS,
            errors::FAULTS,
            protocol::FAULTS,
            transport::FAULTS,
        ];
        parts.into_iter().flatten().collect()
    })
}

/// A part of the catalogue: doc text, id, where it makes sense, and one or more hooks with when they are live.
macro_rules! catalogue {
    ($(#[doc = $summary:literal] $(#[doc = $note:literal])* $id:literal: $contracts:expr => $($when:ident $hook:expr),+ $(; $mark:ident)?;)+) => {
        pub(super) const FAULTS: &[$crate::mock::fault::Fault] = &[$($crate::mock::fault::Fault {
            id: $id,
            contracts: $contracts,
            tolerated: catalogue!(@tolerated $($mark)?),
            thorough: catalogue!(@thorough $($mark)?),
            summary: $summary.trim_ascii(),
            note: concat!($($note, "\n"),*).trim_ascii(),
            live: &[$($crate::mock::hook::Live {
                when: $crate::mock::hook::When::$when,
                hook: $hook,
            }),+],
        }),+];
    };
    (@tolerated tolerated) => { true };
    (@tolerated $($other:ident)?) => { false };
    (@thorough thorough) => { true };
    (@thorough $($other:ident)?) => { false };
}
use catalogue;
