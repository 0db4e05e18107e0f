//! Words of events that decide something; in JSON they are texts.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kept a run from a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Obstacle {
    /// What the user gave cannot be used.
    Unusable,
    /// The target does not answer.
    Unreachable,
    /// The target is not the one that is meant, or does not let us in.
    Misconfigured,
    /// The target asks to come back later.
    RateLimited,
    /// The target stopped answering in the middle.
    Breaker,
    /// A budget of requests or time is spent.
    Budget,
    /// Somebody stopped the run.
    Interrupted,
    /// No check had anything to judge.
    NothingRan,
}

impl Obstacle {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unusable => "unusable",
            Self::Unreachable => "unreachable",
            Self::Misconfigured => "misconfigured",
            Self::RateLimited => "rate-limited",
            Self::Breaker => "breaker",
            Self::Budget => "budget",
            Self::Interrupted => "interrupted",
            Self::NothingRan => "nothing-ran",
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a contract declares and a run may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Declared {
    /// An answer: status and media type.
    #[default]
    Answer,
    /// A parameter.
    Parameter,
    /// A filter of a list.
    Filter,
    /// An order of a list.
    Sort,
    /// A member of an enumeration.
    Enum,
    /// An optional field, present or absent.
    Optional,
}

impl Declared {
    /// Every kind, in the order in which they are told.
    pub const ALL: [Self; 6] = [Self::Answer, Self::Parameter, Self::Filter, Self::Sort, Self::Enum, Self::Optional];

    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answer => "answer",
            Self::Parameter => "parameter",
            Self::Filter => "filter",
            Self::Sort => "sort",
            Self::Enum => "enum",
            Self::Optional => "optional",
        }
    }
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_the_names() {
        for kind in [
            Obstacle::Unusable,
            Obstacle::Unreachable,
            Obstacle::Misconfigured,
            Obstacle::RateLimited,
            Obstacle::Breaker,
            Obstacle::Budget,
            Obstacle::Interrupted,
            Obstacle::NothingRan,
        ] {
            assert_eq!(serde_json::to_value(kind).expect("a text"), kind.name());
        }
        for kind in Declared::ALL {
            assert_eq!(serde_json::to_value(kind).expect("a text"), kind.name());
        }
    }
}
