//! The law: what a rule's effect weighs, given the direction and the guards.
//!
//! No rule carries a level of its own. A rule says what a change does to the *set of accepted payloads*; whether
//! that breaks somebody follows from who sends the payload. Calling a change safe needs a proof, calling it
//! breaking needs only a reason. Source: ours, after the severity law that oasdiff arrived at (diff-notes, section 4).

use crate::finding::Level;

/// What a change does to the set of payloads that the contract accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// The set stays as it is.
    None,
    /// Some payloads that were accepted are not any more.
    Narrows,
    /// Some payloads are accepted that were not.
    Widens,
    /// Both at once.
    Incomparable,
    /// The documents do not say enough to decide.
    Unknown,
    /// A promise about deprecation is broken.
    Violation,
}

impl Effect {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Narrows => "narrows",
            Self::Widens => "widens",
            Self::Incomparable => "incomparable",
            Self::Unknown => "unknown",
            Self::Violation => "violation",
        }
    }
}

/// Who sends the payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// The consumer sends it: accepting less breaks.
    Request,
    /// The consumer reads it: promising less breaks.
    Response,
}

impl Direction {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// The other direction; callbacks turn it round.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Request => Self::Response,
            Self::Response => Self::Request,
        }
    }
}

/// A circumstance that requalifies an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Guard {
    /// The field is `readOnly`: no request carries it.
    ReadOnly,
    /// The field is `writeOnly`: no response carries it.
    WriteOnly,
    /// The thing was announced as deprecated and its sunset has passed.
    Sanctioned,
    /// The status is no success.
    NonSuccess,
    /// The consumer picks it or relies on it, although it stands in the response: status, media type, required
    /// header. Judged as a request would be.
    Negotiated,
    /// Other variants let it through, but only because they are open: none of them declares what it holds.
    Open,
}

impl Guard {
    /// The words used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::WriteOnly => "write-only",
            Self::Sanctioned => "sanctioned removal",
            Self::NonSuccess => "no success status",
            Self::Negotiated => "negotiated",
            Self::Open => "let through by open variants",
        }
    }
}

/// The effect that is left after the guards.
#[must_use]
pub fn requalified(effect: Effect, direction: Direction, guards: &[Guard]) -> Effect {
    let cancelled = guards.iter().any(|guard| match guard {
        Guard::ReadOnly => direction == Direction::Request,
        Guard::WriteOnly => direction == Direction::Response,
        Guard::Sanctioned | Guard::NonSuccess => true,
        Guard::Negotiated | Guard::Open => false,
    });
    match (effect, direction) {
        _ if cancelled => Effect::None,
        // Nobody can tell whether the openness is meant for it.
        (Effect::Narrows, Direction::Request) | (Effect::Widens, Direction::Response)
            if guards.contains(&Guard::Open) =>
        {
            Effect::Unknown
        }
        _ => effect,
    }
}

/// The level of a change: the only place where levels come from.
#[must_use]
pub fn level(effect: Effect, direction: Direction, guards: &[Guard]) -> Level {
    let polarity = if guards.contains(&Guard::Negotiated) { Direction::Request } else { direction };
    match (requalified(effect, direction, guards), polarity) {
        (Effect::None, _) | (Effect::Narrows, Direction::Response) | (Effect::Widens, Direction::Request) => {
            Level::Note
        }
        (Effect::Unknown, _) => Level::Warn,
        (Effect::Narrows, Direction::Request)
        | (Effect::Widens, Direction::Response)
        | (Effect::Incomparable | Effect::Violation, _) => Level::Deny,
    }
}
