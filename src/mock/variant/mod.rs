//! Variants: the lawful server in lawful but odd forms.
//!
//! A variant uses a choice that the contract leaves, or an oddity that every client of HTTP and JSON has to bear.

mod choices;
mod looks;
mod meddling;
mod records;

use std::sync::OnceLock;

pub(super) use records::everything_ties;

use super::habits::Habits;
use super::hook::Live;
use super::population::{Census, Population};
use super::targets::Targets;
use crate::contract::Contract;

/// What somebody else does to the records, by the number of times it has been done.
pub(super) type Meddle = fn(&Targets, u64, &mut Population);

/// One lawful but odd form.
pub struct Variant {
    /// Kebab-case, names what is odd.
    pub id: &'static str,
    /// What is odd, in one sentence.
    pub summary: &'static str,
    /// Where it makes sense.
    pub contracts: fn(&Contract) -> bool,
    pub(super) tune: fn(&mut Habits, &mut Census),
    pub(super) live: &'static [Live],
    /// After how many requests somebody else does something to the records, and what.
    pub(super) meddling: Option<(u64, Meddle)>,
}

impl std::fmt::Debug for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Variant").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Variant {
    /// Whether it makes sense on a contract.
    #[must_use]
    pub fn applies(&self, contract: &Contract) -> bool {
        (self.contracts)(contract)
    }

    /// A variant by id.
    ///
    /// # Example
    /// ```
    /// use contract_gate::mock::Variant;
    /// assert!(Variant::find("chunked").is_some());
    /// assert!(Variant::find("no-such-variant").is_none());
    /// ```
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        variants().iter().find(|variant| variant.id == id).copied()
    }
}

/// Every variant, in the order of the catalogue.
#[must_use]
pub fn variants() -> &'static [&'static Variant] {
    static ALL: OnceLock<Vec<&'static Variant>> = OnceLock::new();
    ALL.get_or_init(|| {
        let parts = [choices::VARIANTS, records::VARIANTS, looks::VARIANTS, meddling::VARIANTS];
        parts.into_iter().flatten().collect()
    })
}

/// A part of the catalogue: doc text, id, where it makes sense, then what is tuned, hooked or meddled with.
macro_rules! catalogue {
    ($(#[doc = $doc:literal] $id:literal: $contracts:expr
        $(, tune $tune:expr)? $(, @$when:ident $hook:expr)* $(, every $every:literal $meddle:expr)?;)+) => {
        pub(super) const VARIANTS: &[$crate::mock::variant::Variant] = &[$($crate::mock::variant::Variant {
            id: $id,
            contracts: $contracts,
            summary: $doc.trim_ascii(),
            tune: catalogue!(@tune $($tune)?),
            live: &[$($crate::mock::hook::Live { when: $crate::mock::hook::When::$when, hook: $hook }),*],
            meddling: catalogue!(@meddle $($every $meddle)?),
        }),+];
    };
    (@tune $tune:expr) => { $tune };
    (@tune) => { |_, _| {} };
    (@meddle $every:literal $meddle:expr) => { Some(($every, $meddle)) };
    (@meddle) => { None };
}
use catalogue;
