//! What the requests of a run are counted by.

use crate::checks::Family;

/// What requests are sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Errand {
    /// To see whether the set-up works.
    Preflight,
    /// To see what the checks of a family want to see.
    Observe(Family),
    /// To look again at what is wrong, and to make it smaller.
    Confirm,
    /// To ask again what earlier runs found wrong.
    Regressions,
}

impl Errand {
    /// Its name in the costs of a report.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Observe(family) => family.name(),
            Self::Confirm => "confirm and shrink",
            Self::Regressions => "regressions",
        }
    }
}
