//! Faults: named smallest spoilings of the lawful server.
//!
//! A fault knows no check. It says on which contracts it makes sense, and hooks into one place of the pipeline.

use super::hook::{Hook, When};
use crate::contract::Contract;

/// One smallest spoiling.
#[derive(Debug)]
pub struct Fault {
    /// Kebab-case, names what is wrong.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it makes sense.
    pub contracts: fn(&Contract) -> bool,
    /// Whether a contract may tolerate it, so that a check may stay silent or only note it.
    pub tolerated: bool,
    pub(super) when: When,
    pub(super) hook: Hook,
}

/// All faults, in the order of the catalogue.
#[must_use]
pub fn faults() -> &'static [&'static Fault] {
    &[]
}
