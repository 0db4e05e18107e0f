//! Both directions of an order of texts: how texts compare nobody says, but the two directions cannot agree.

use std::collections::HashSet;

use super::looks::{Look, Reading};
use super::read::{default_likeness, is_default_order};
use crate::checks::filtering::trait_text;
use crate::contract::semantics::{Direction, Lists, Order};
use crate::study::{Model, Reference};

/// Different texts that must be among the records before the same order in both directions says something.
const DIFFERENT: usize = 3;

/// Reads orders of texts that show the same records in the same order in both directions.
pub(super) fn read_twins(lists: &Lists, model: &Model, reference: Option<&Reference>, looks: &mut [Look<'_>]) {
    for up in 0..looks.len() {
        for down in 0..looks.len() {
            let shared = match (&looks[up], &looks[down]) {
                (one, two) if are_twins(one, two) => shared(model, one, two),
                _ => None,
            };
            if let Some(shared) = shared {
                let default = reference.and_then(|reference| default_likeness(lists, model, reference, looks[up].walk));
                let named = |look: &Look<'_>| is_default_order(lists, look);
                // Where neither is the default order by right, the default order is that of a server that does not sort.
                let ignored = default == Some(Reading::Default) && !named(&looks[up]) && !named(&looks[down]);
                let wrong = if named(&looks[down]) { up } else { down };
                for (look, other) in [(up, down), (down, up)] {
                    looks[look].reading = match (ignored, look == wrong) {
                        (true, _) => Reading::Default,
                        (false, true) => Reading::Opposite,
                        (false, false) => Reading::Ordered,
                    };
                    looks[look].compared = shared - 1;
                    looks[look].beside = Some(looks[other].case);
                }
            }
        }
    }
}

/// Whether two walks are over one field of texts, upward and downward, and nothing is known of either.
fn are_twins(up: &Look<'_>, down: &Look<'_>) -> bool {
    let open = |look: &Look<'_>| matches!(look.reading, Reading::Unjudged | Reading::Ordered) && !look.is_second();
    let directions = (up.wish.direction, down.wish.direction);
    up.wish.field.order == Order::Text
        && up.wish.field.field == down.wish.field.field
        && directions == (Some(Direction::Ascending), Some(Direction::Descending))
        && open(up)
        && open(down)
}

/// How many records both walks begin with, if those are the same in the same order and their texts differ in letters or
/// digits.
fn shared(model: &Model, up: &Look<'_>, down: &Look<'_>) -> Option<usize> {
    let index = model.field(&up.wish.field.field)?;
    let rows = || up.walk.rows.iter().zip(&down.walk.rows);
    let same = rows().all(|(one, two)| one.key.is_some() && one.key == two.key);
    let plain = |text: &str| -> Option<String> {
        let letters = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase());
        text.is_ascii().then(|| letters.collect())
    };
    let texts: HashSet<String> = rows().filter_map(|(row, _)| plain(trait_text(row, index)?)).collect();
    (same && texts.len() >= DIFFERENT).then(|| rows().count())
}
