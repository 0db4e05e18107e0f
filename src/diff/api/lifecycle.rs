//! Deprecation, sunset and stability: promises about the future.

use std::fmt::Display;

use super::operations::Operation;
use super::{Api, Both, Context};
use crate::diff::arena::{NodeId, Side};
use crate::diff::rule::Rule;
use crate::diff::rules;
use crate::diff::sunset::{passed, sunset};

fn stability(side: &Side<'_>, node: NodeId) -> Option<usize> {
    let word = side.text(node, "x-stability-level")?;
    ["draft", "alpha", "beta", "stable"].iter().position(|known| *known == word)
}

impl<'a> Api<'a> {
    /// Whether an operation may go: it was deprecated, and its sunset, if it has one, has passed.
    pub(super) fn removal_is_lawful(&mut self, operation: &Operation<'a>) -> bool {
        let side = &self.engine.old;
        if matches!(side.text(operation.node, "x-stability-level"), Some("draft" | "alpha")) {
            return true;
        }
        let deprecated = side.flag(operation.node, "deprecated") || side.flag(operation.item, "deprecated");
        deprecated && self.sunset_has_passed(operation.node)
    }

    pub(super) fn sunset_has_passed(&self, node: NodeId) -> bool {
        passed(&self.engine.old, node, self.engine.today).unwrap_or(true)
    }

    pub(super) fn compare_deprecation(&mut self, context: &Context, spot: &(impl Display + ?Sized), both: Both) {
        let (one, two) = (self.engine.old.flag(both.old, "deprecated"), self.engine.new.flag(both.new, "deprecated"));
        let (rule, values): (&'static Rule, _) = match (one, two) {
            (false, true) => (&rules::deprecation_announced::RULE, ("current", "deprecated")),
            (true, false) => (&rules::deprecation_withdrawn::RULE, ("deprecated", "current")),
            _ => return,
        };
        self.say(context, spot, rule, both, "deprecated", values);
    }

    pub(super) fn compare_lifecycle(&mut self, context: &Context, both: Both) {
        self.compare_deprecation(context, "", both);
        let (one, two) = (sunset(&self.engine.old, both.old), sunset(&self.engine.new, both.new));
        let still = self.engine.new.flag(both.new, "deprecated");
        match (one, two) {
            (Some((key, Ok(before))), Some((_, Ok(after)))) if after.day < before.day => {
                self.say(context, "", &rules::sunset_moved_earlier::RULE, both, key, (before.text, after.text));
            }
            (Some((key, Ok(before))), Some((_, Ok(after)))) if after.day > before.day => {
                self.say(context, "", &rules::sunset_moved_later::RULE, both, key, (before.text, after.text));
            }
            (Some((key, before)), None) if still => {
                let before = before.map_or_else(|text| text, |before| before.text);
                self.say(context, "", &rules::sunset_removed::RULE, both, key, (before, "none"));
            }
            (None, Some((key, Ok(after)))) if after.day <= self.engine.today => {
                self.say(context, "", &rules::sunset_already_passed::RULE, both, key, ("none", after.text));
            }
            (before, Some((key, Err(text)))) if before.is_none_or(|(_, known)| known != Err(text)) => {
                self.say(context, "", &rules::sunset_unreadable::RULE, both, key, ("a date", text));
            }
            _ => {}
        }
        if let (Some(before), Some(after)) =
            (stability(&self.engine.old, both.old), stability(&self.engine.new, both.new))
            && before != after
        {
            let rule = if after < before { &rules::stability_lowered::RULE } else { &rules::stability_raised::RULE };
            let text = |side: &Side<'a>, node| side.text(node, "x-stability-level").unwrap_or("");
            let values = (text(&self.engine.old, both.old), text(&self.engine.new, both.new));
            self.say(context, "", rule, both, "x-stability-level", values);
        }
    }
}
