//! Variants: the lawful server in lawful but odd forms.

use super::habits::Habits;
use super::hook::Live;
use super::population::{Census, Population};
use super::targets::Targets;
use crate::contract::Contract;

/// One lawful but odd form.
pub struct Variant {
    /// Kebab-case, names what is odd.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it makes sense.
    pub contracts: fn(&Contract) -> bool,
    pub(super) tune: fn(&Contract, &mut Habits, &mut Census),
    pub(super) live: &'static [Live],
    /// What somebody else does to the records after each so many requests.
    pub(super) meddling: Option<(u64, fn(&Targets, u64, &mut Population))>,
}

impl std::fmt::Debug for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variant").field("id", &self.id).finish_non_exhaustive()
    }
}

/// All variants, in the order of the catalogue.
#[must_use]
pub fn variants() -> &'static [&'static Variant] {
    &[]
}
