//! Levels by check, family and operation, as flags and configuration set them.

use std::fmt;
use std::str::FromStr;

use super::settings::Origin;
use crate::finding::Level;

/// What a level is set for: `CHECK`, `FAMILY`, or either behind `OPERATION:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `operationId`, if only one operation is meant.
    pub operation: Option<String>,
    /// Check or family.
    pub what: String,
}

impl FromStr for Scope {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (operation, what) = match text.split_once(':') {
            Some((operation, what)) => (Some(operation.trim().to_owned()), what.trim()),
            None => (None, text.trim()),
        };
        if what.is_empty() || operation.as_deref() == Some("") {
            return Err(format!("`{text}` names no check; write `check`, `family` or `operationId:check`"));
        }
        Ok(Self { operation, what: what.to_owned() })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.operation {
            Some(operation) => write!(f, "{operation}:{}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

/// One level that somebody set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelRule {
    /// What it is set for.
    pub scope: Scope,
    /// The level.
    pub level: Level,
    /// Who said so.
    pub origin: Origin,
}

/// All levels that were set, from the weakest layer to the strongest: `[levels]`, the target's, flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    layers: Vec<Vec<LevelRule>>,
}

impl Levels {
    /// Adds a layer that is stronger than those before it.
    pub fn push(&mut self, layer: Vec<LevelRule>) {
        self.layers.push(layer);
    }

    /// A layer of flags, in the order in which they were given; the last one wins.
    ///
    /// # Errors
    /// When one of them names nothing.
    pub fn flags<'a>(given: impl IntoIterator<Item = (Level, &'a str)>) -> Result<Vec<LevelRule>, String> {
        given
            .into_iter()
            .map(|(level, text)| {
                let origin = Origin::Flag(format!("--{level} {text}"));
                Ok(LevelRule { scope: text.parse()?, level, origin })
            })
            .collect()
    }

    /// The level that was set for a check on an operation, and by whom; `None` leaves the check's own level.
    ///
    /// A stronger layer wins over a weaker one; within a layer an operation wins over none, a check over its family,
    /// and the later over the earlier.
    #[must_use]
    pub fn of(&self, check: &str, family: &str, operation: &str) -> Option<&LevelRule> {
        self.layers.iter().rev().find_map(|layer| {
            layer
                .iter()
                .enumerate()
                .filter(|(_, rule)| rule.scope.what == check || rule.scope.what == family)
                .filter(|(_, rule)| rule.scope.operation.as_deref().is_none_or(|named| named == operation))
                .max_by_key(|(index, rule)| (rule.scope.operation.is_some(), rule.scope.what == check, *index))
                .map(|(_, rule)| rule)
        })
    }

    /// Every rule, from the weakest layer to the strongest.
    pub fn rules(&self) -> impl Iterator<Item = &LevelRule> {
        self.layers.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(layers: &[&[(Level, &str)]]) -> Levels {
        let mut levels = Levels::default();
        for layer in layers {
            levels.push(Levels::flags(layer.iter().copied()).unwrap_or_default());
        }
        levels
    }

    #[test]
    fn the_narrower_rule_wins_within_a_layer() {
        let levels = levels(&[&[
            (Level::Deny, "list:wrong-type"),
            (Level::Note, "wrong-type"),
            (Level::Allow, "answers"),
            (Level::Warn, "list:answers"),
        ]]);
        let of = |check, operation| levels.of(check, "answers", operation).map(|rule| rule.level);
        assert_eq!(of("wrong-type", "list"), Some(Level::Deny));
        assert_eq!(of("wrong-type", "get"), Some(Level::Note));
        assert_eq!(of("other", "get"), Some(Level::Allow));
        assert_eq!(of("other", "list"), Some(Level::Warn));
        assert_eq!(levels.of("other", "paging", "list"), None);
    }

    #[test]
    fn a_stronger_layer_wins_and_the_last_flag_counts() {
        let levels =
            levels(&[&[(Level::Allow, "list:wrong-type")], &[(Level::Warn, "answers"), (Level::Deny, "answers")]]);
        assert_eq!(levels.of("wrong-type", "answers", "list").map(|rule| rule.level), Some(Level::Deny));
    }
}
