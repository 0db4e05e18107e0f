//! Arrays: items, their number, their uniqueness.

use super::scalars::Numbers;
use super::{Engine, Mode, Sides};
use crate::diff::rules;
use crate::diff::types::TypeSet;

impl<'a> Engine<'a> {
    pub(super) fn compare_arrays(&mut self, sides: &Sides<'a>, common: TypeSet) {
        if !common.has(TypeSet::ARRAY) {
            return;
        }
        let (old, new) = (&sides.old, &sides.new);
        self.compare_counts(
            sides,
            (Numbers::plain(old.item_count), Numbers::plain(new.item_count)),
            ["minItems", "maxItems"],
            "items",
            [&rules::item_count_narrowed::RULE, &rules::item_count_widened::RULE],
        );
        let single = |range: &crate::diff::types::Range| range.high <= 1.0;
        match (old.unique, new.unique) {
            (false, true) if !single(&old.item_count) => {
                self.say(sides, &rules::unique_items_required::RULE, "uniqueItems", "may repeat", "all different");
            }
            (true, false) if !single(&new.item_count) => {
                self.say(sides, &rules::unique_items_dropped::RULE, "uniqueItems", "all different", "may repeat");
            }
            _ => {}
        }
        if old.item_count.high > 0.0 && new.item_count.high > 0.0 {
            self.child(sides, &old.items, &new.items, Mode { segment: false, form: None, ..sides.mode });
        }
    }
}
