//! The search for a payload that shows a break.

use serde_json::{Value, json};

use super::values::hints;
use super::{Half, MAX_BYTES, MAX_CANDIDATES};
use crate::diff::arena::NodeId;
use crate::diff::effective::{Conj, ConjId};
use crate::diff::law::{Direction, Effect};
use crate::diff::relation::Mode;
use crate::diff::rule::{Aspect, Rule};
use crate::diff::rules;

/// What is told of one value of a discriminator, which the payload must hold.
const TAGGED: [&Rule; 3] = [
    &rules::discriminator_value_added::RULE,
    &rules::discriminator_value_moved::RULE,
    &rules::discriminator_value_removed::RULE,
];

/// What a payload is to show, and how it travels.
pub(crate) struct Wish<'w> {
    /// The rule that tells the change.
    pub(crate) rule: &'static Rule,
    /// The one property, or whatever else the change is about.
    pub(crate) focus: Option<&'w str>,
    /// The values that the change is about.
    pub(crate) listed: &'w [Value],
    /// The variant that came or went, on the side that accepts the payload.
    pub(crate) variant: Option<NodeId>,
}

impl Wish<'_> {
    /// The payloads of which one must be shown, where the headline names them: another proves another change.
    fn named(&self) -> Option<Vec<Value>> {
        match self.rule.aspect {
            Some(Aspect::Null) => Some(vec![Value::Null]),
            _ => Some(self.listed.to_vec()).filter(|listed| !listed.is_empty()),
        }
    }
}

/// Whether a value is sent at all where it is written as text: an empty list is not, and of a list of one nobody can
/// tell that it is one.
fn is_sent(value: &Value, wish: &Wish<'_>) -> bool {
    let least = if wish.rule.aspect == Some(Aspect::Type) { 2 } else { 1 };
    value.as_array().is_none_or(|items| items.len() >= least && items.iter().all(|item| item.as_str() != Some("")))
}

/// What may show the break, the shortest first.
fn candidates(
    (held, refusing): (&mut Half<'_, '_>, &mut Half<'_, '_>),
    (own, other): (ConjId, ConjId),
    variant: Option<ConjId>,
    mode: Mode,
    wish: &Wish<'_>,
) -> Vec<Value> {
    let mut candidates = match wish.named() {
        Some(named) => named,
        None => {
            let hints = hints(refusing, other, wish.focus.unwrap_or_default());
            held.candidates(variant.unwrap_or(own), &hints, mode.direction, 0)
        }
    };
    // A segment of a path is never empty.
    candidates.retain(|value| !mode.segment || value.as_str().is_none_or(|text| !matches!(text, "" | "." | "..")));
    if TAGGED.iter().any(|rule| std::ptr::eq(*rule, wish.rule))
        && let Some(tag) = wish.focus
    {
        candidates = held.tagged(own, tag, mode.direction);
    }
    candidates.retain(|value| !mode.textual || is_sent(value, wish));
    candidates.sort_by_cached_key(|value| (mode.textual && value.as_str() == Some(""), value.to_string().len()));
    candidates.dedup();
    candidates
}

/// Looks for a value that shows the break, the shortest first. The first pair of schemas is the one that changed; the
/// others are the unions around it, which must bear it out.
pub(crate) fn find<'s, 'a>(
    (old, new): (&mut Half<'s, 'a>, &mut Half<'s, 'a>),
    conjs: &[(ConjId, ConjId)],
    mode: Mode,
    wish: &Wish<'_>,
) -> Option<Value> {
    let direction = mode.direction;
    let (one, two) = *conjs.first()?;
    if old.is_vast(one) || new.is_vast(two) {
        return None;
    }
    let (held, refusing, own, other) =
        if direction == Direction::Request { (old, new, one, two) } else { (new, old, two, one) };
    let variant = wish.variant.and_then(|node| held.variant_of(own, node));
    let candidates = candidates((&mut *held, &mut *refusing), (own, other), variant, mode, wish);
    let variant = variant.map(|variant| held.conjs.get(variant).clone());
    let both: Vec<(Conj, Conj)> = conjs
        .iter()
        .map(|(one, two)| match direction {
            Direction::Request => (held.conjs.get(*one).clone(), refusing.conjs.get(*two).clone()),
            Direction::Response => (held.conjs.get(*two).clone(), refusing.conjs.get(*one).clone()),
        })
        .collect();
    let (inner, _) = both.first()?;
    // A schema that cannot be lowered for one value cannot be for the next.
    let mut beyond = false;
    let mut shows = |value: &Value| {
        if beyond {
            return false;
        }
        let accepted = held.accepts(inner, value, direction);
        beyond = accepted.is_none();
        accepted == Some(true)
            && variant.as_ref().is_none_or(|variant| held.accepts(variant, value, direction) == Some(true))
            && both.iter().enumerate().all(|(place, (held_by, refused_by))| {
                (place == 0 || held.accepts(held_by, value, direction) == Some(true))
                    && refusing.accepts(refused_by, value, direction) == Some(false)
            })
            && refusing.refuses_for(&both[0].1, value, direction, wish)
            && conjs.iter().all(|(one, two)| {
                let (own, other) = if direction == Direction::Request { (*one, *two) } else { (*two, *one) };
                held.takes_as_written(own, value, direction) == Some(true)
                    && refusing.takes_as_written(other, value, direction) == Some(false)
            })
    };
    let mut room = MAX_BYTES;
    let found = candidates.into_iter().take(MAX_CANDIDATES).find(|value| {
        let size = value.to_string().len();
        let affordable = size <= room;
        room = room.saturating_sub(size);
        affordable && shows(value)
    });
    // A type that came beside what tells it anyway refuses values of other types only.
    let text = json!("");
    let typed = wish.rule.aspect == Some(Aspect::Type) && matches!(wish.rule.effect, Effect::Narrows | Effect::Widens);
    let by_type = found.is_none() && typed && both.len() == 1;
    let told = by_type
        && held.accepts_literally(&both[0].0, &text, direction) == Some(true)
        && refusing.accepts_literally(&both[0].1, &text, direction) == Some(false);
    found.or_else(|| told.then_some(text))
}
