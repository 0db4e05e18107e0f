//! Comparing two OpenAPI documents: what an edit breaks for consumers.
//!
//! [`compare`] reads nothing but the two [`Workspace`]s and gives an [`Outcome`] of plain findings. Flow: `source`
//! reads, `api` pairs operations and what belongs to them, `relation` compares schemas, `report` words the changes,
//! `waiver` accepts some of them, `render` prints. Levels come from `law` alone.

pub(crate) mod api;
pub(crate) mod arena;
mod bump;
mod change;
pub(crate) mod checker;
mod effective;
pub mod law;
pub(crate) mod lowered;
mod places;
mod proofs;
pub(crate) mod references;
mod relation;
pub mod render;
mod repeated;
mod report;
pub mod rule;
pub mod rules;
mod semantics;
pub(crate) mod source;
mod spoken;
mod sunset;
mod types;
mod unreadable;
mod versions;
mod waiver;
mod witness;

#[cfg(test)]
mod oracle_tests;

use std::collections::BTreeMap;

use jiff::civil::Date;

pub use crate::waiver::Waiver;
pub use bump::Bump;
pub use report::{Outcome, Tally};
pub use source::{Origin, Workspace};
pub(crate) use types::shortened;

use crate::document::DocumentError;
use crate::finding::Level;

/// What the caller wants beside the two documents.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Levels set by the user, by rule id or by category (`wire`, `client`, `docs`); a rule id wins. A category's level
    /// is the highest for its changes; for `client` and `docs` the lowest, too, unless something was only added.
    pub levels: BTreeMap<String, Level>,
    /// Accepted changes.
    pub waivers: Vec<Waiver>,
    /// One finding per operation instead of one per change.
    pub expand: bool,
    /// The day on which sunset dates and waivers are judged; that of the clock where none is given.
    pub today: Option<Date>,
    /// No witnesses: they cost time and change no verdict.
    pub without_witness: bool,
}

/// Why two documents were not compared.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CompareError {
    /// A document cannot be used.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// A level is set for something that is neither a rule nor a category.
    #[error(transparent)]
    UnknownRule(#[from] rules::UnknownRule),
}

/// Compares two documents.
///
/// # Errors
/// When the new document refers to something that does not exist, whether it is reached or not, and the old one did not; when a
/// level is set for something that is neither a rule nor a category.
pub fn compare(old: &Workspace, new: &Workspace, options: &Options) -> Result<Outcome, CompareError> {
    for id in options.levels.keys() {
        rules::known(id)?;
    }
    let today = options.today.unwrap_or_else(today);
    let (mut one, mut two) = (arena::Side::new(old), arena::Side::new(new));
    let mut notes = references::check(&mut one, &mut two)?;
    let unreadable = (unreadable::Unreadable::of(&mut one), unreadable::Unreadable::of(&mut two));
    notes.extend(unreadable.0.notes(&unreadable.1, (&one, &two)));
    let mut api = api::Api::new(relation::Engine::new(one, two, today));
    api.compare();
    api.compare_circles(&unreadable.0, &unreadable.1);
    let mut outcome = report::outcome(api, options, today);
    outcome.notes = notes;
    Ok(outcome)
}

fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
