//! Whether one regular expression takes every text that another takes.

use std::collections::HashMap;

use crate::diff::rule::Rule;
use crate::diff::rules;

/// Decided pairs of patterns.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    known: HashMap<(String, String), Option<&'static Rule>>,
}

impl Patterns {
    /// The rule that speaks when `old` is replaced by `new`; none when both mean the same.
    pub(super) fn relation(&mut self, old: &[&str], new: &[&str]) -> Option<&'static Rule> {
        let key = (old.join("\n"), new.join("\n"));
        *self.known.entry(key).or_insert_with(|| Some(&rules::pattern_changed::RULE))
    }
}
