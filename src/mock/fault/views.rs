//! Filters that read a value, or what leaving them out means, otherwise than they should.

use serde_json::Value;

use super::catalogue;
use super::filters::{asked, everything, exact_text, refill, reread};
use super::fitting;
use crate::contract::Contract;
use crate::contract::semantics::{Absent, Filter, Match, Order};
use crate::document::text_of;
use crate::mock::ask::{Ask, Condition, From};
use crate::mock::hook::{Hook, Scene};
use crate::mock::select::{Rank, Ranked, holds};

catalogue! {
    /// Filters are ignored on the first page, as if it came from a cache that forgets them.
    "filter-ignored-on-first-page": |c| fitting::filter(c) && fitting::paged(c) => Filtered Hook::Matching(refill_first);
    /// A bound is read loosely: records that lie next to it come as well.
    "bound-read-loosely": fitting::bound_filter => Filtered Hook::Matching(loosen);
    /// A value of a filter that lifts the default view does not.
    "wide-value-shows-default": fitting::lifting_filter => Filtered Hook::Matching(keep_default);
    /// A value of a filter over several values is split at its commas.
    "list-filter-splits-commas": fitting::list_of_texts_with_commas => Filtered Hook::Matching(split);
    /// Records that are hidden unless asked for are shown to who names their key.
    "default-filter-forgotten-for-keys": |c| fitting::default_filter(c) && fitting::key_filter(c) => Filtered Hook::Ask(open_view);
    /// The items of an array come in another order in each answer.
    ///
    /// Where the order of items means nothing, this is odd rather than wrong.
    "array-reordered-each-time": |c| fitting::both(c) && has_array(c) => Always Hook::Record(rotate_items); tolerated;
    /// A filter for an exact text reads a sign in its value as any character.
    "filter-reads-wildcards": fitting::single_text_filter => Filtered Hook::Matching(wildcards);
}

fn has_array(contract: &Contract) -> bool {
    let array = |shape: &crate::contract::Shape| shape.items.is_some();
    contract.operations.iter().any(|operation| {
        let shape = operation.clause.lists.as_ref().and_then(|lists| contract.record_shape(operation, lists));
        let shapes = shape.map(|shape| contract.shapes.with_parts(shape)).unwrap_or_default();
        let mut members = shapes.iter().flat_map(|shape| shape.members.values());
        members.any(|member| contract.shapes.with_parts(*member).into_iter().any(array))
    })
}

fn rotate_items(scene: &Scene<'_>, record: &mut Value) {
    let turns = usize::try_from(scene.nth).unwrap_or(0);
    for items in
        record.as_object_mut().into_iter().flat_map(|members| members.values_mut()).filter_map(Value::as_array_mut)
    {
        let turns = turns % items.len().max(1);
        items.rotate_left(turns);
    }
}

/// Forgets what holds because nothing was sent, where a key was.
fn open_view(scene: &Scene<'_>, ask: &mut Ask) {
    let Some(lists) = scene.lists() else { return };
    let key = |condition: &Condition| {
        let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
        condition.asked && filter.is_some_and(|filter| filter.field.as_deref() == Some(scene.targets.key.as_str()))
    };
    if ask.filters.iter().any(key) {
        ask.filters.retain(|condition| condition.asked);
    }
}

fn wildcards(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        let (text, pattern) = (exact_text(scene, filter, record)?, text_of(&condition.value));
        let like = |(one, sign): (char, char)| sign == '_' || one == sign;
        Some(text.chars().count() == pattern.chars().count() && text.chars().zip(pattern.chars()).all(like))
    });
}

fn refill_first(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| matches!(ask.from, From::Start | From::Offset(0))) {
        refill(scene, matching);
    }
}

/// Lets in a few of those that a bound leaves out, the nearest to it.
fn loosen(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    let clause = |condition: &Condition| lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
    let ranged =
        |filter: &Filter| matches!(filter.matching, Match::AtLeast | Match::AtMost | Match::Above | Match::Below);
    let bounds = ask.filters.iter().filter(|condition| condition.asked);
    let Some((condition, filter)) =
        bounds.filter_map(|one| Some((one, clause(one)?))).find(|(_, filter)| ranged(filter))
    else {
        return;
    };
    let others = |record: &Value| {
        let rest = ask.filters.iter().filter(|other| other.filter != condition.filter);
        rest.into_iter().all(|other| holds(lists, scene.route, other, record))
    };
    let upward = matches!(filter.matching, Match::AtLeast | Match::Above);
    let mut left_out: Vec<(Rank, String)> = everything(scene, ask)
        .iter()
        .filter(|(_, row)| others(&row.value) && !holds(lists, scene.route, condition, &row.value))
        .map(|(_, row)| {
            (Rank::of(row.value.pointer(filter.field.as_deref().unwrap_or_default()), Order::Instant), row.key.clone())
        })
        .filter(|(rank, _)| *rank != Rank::Nothing)
        .collect();
    left_out.sort_by(|one, two| one.0.compare(&two.0, upward));
    left_out.truncate(matching.len() / 4 + 2);
    let kept = |key: &str| left_out.iter().any(|(_, near)| near == key);
    let known: Vec<String> = matching.iter().map(|(_, row)| row.key.clone()).collect();
    let mut all = everything(scene, ask);
    all.retain(|(_, row)| known.contains(&row.key) || kept(&row.key));
    *matching = all;
}

/// Of a value that lets through more than what is meant without it, only that is left.
fn keep_default(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    for condition in ask.filters.iter().filter(|condition| condition.asked) {
        let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
        let Some(Absent::Only(shown)) = filter.filter(|filter| filter.rule.is_some()).and_then(|f| f.absent.as_ref())
        else {
            continue;
        };
        let default = Condition { value: shown.clone(), ..condition.clone() };
        if matching.iter().any(|(_, row)| holds(lists, scene.route, &default, &row.value)) {
            matching.retain(|(_, row)| holds(lists, scene.route, &default, &row.value));
        }
    }
}

fn split(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_none_or(|ask| asked(ask) == 0) {
        return;
    }
    reread(scene, matching, |filter, condition, record| {
        if filter.matching != Match::AnyOf {
            return None;
        }
        let field = text_of(record.pointer(filter.field.as_deref()?)?);
        Some(condition.value.as_array()?.iter().any(|value| text_of(value).split(',').any(|part| part == field)))
    });
}
