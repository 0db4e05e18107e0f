//! Orders that are ignored, reversed, unstable or lossy.
#![expect(clippy::ptr_arg, reason = "hooks share one signature; others grow or shrink the list")]

use std::cmp::Ordering as Cmp;

use super::catalogue;
use super::fitting;
use crate::contract::semantics::{Direction, Order};
use crate::mock::ask::{Ask, Ordering};
use crate::mock::exchange::Answer;
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::page::Page;
use crate::mock::select::{Rank, Ranked, rank};

catalogue! {
    /// The order that was asked for is reversed.
    "sort-reversed": fitting::sort => Sorted Hook::Ask(turn);
    /// The order that was asked for is ignored.
    "sort-ignored": fitting::firm_sort => Sorted Hook::Ask(ignore);
    /// The field of an order is ignored, its direction is not.
    "sort-field-ignored": fitting::number_sort => Sorted Hook::Ask(keep_direction);
    /// The order that was asked for is ignored for the second tenant.
    "sort-ignored-for-one-tenant": |c| fitting::sort(c) && fitting::tenancy(c) => SecondTenant Hook::Ask(ignore);
    /// The order that was asked for is ignored when a filter is sent as well.
    "sort-ignored-under-filter": |c| fitting::filter(c) && fitting::sort(c) => FilteredAndSorted Hook::Ask(ignore);
    /// A lawful order is refused.
    "sort-refused": fitting::firm_sort => Sorted Hook::Success(refuse);
    /// A lawful order is refused as if the credential were not good for it.
    "sort-forbidden": fitting::firm_sort => Sorted Hook::Success(forbid);
    /// A lawful order is refused when a filter is sent as well.
    "sort-refused-under-filter": |c| fitting::filter(c) && fitting::firm_sort(c) => FilteredAndSorted Hook::Success(refuse);
    /// A record is lost when an order and a filter are asked for together.
    "sort-loses-record-under-filter": |c| fitting::filter(c) && fitting::sort(c) => FilteredAndSorted Hook::Matching(lose);
    /// An unknown order has no effect.
    "unknown-order-ignored": fitting::refuses_orders => Always Hook::Neglect(Neglect::Orders);
    /// The direction is ignored: every order is descending.
    "sort-direction-ignored": fitting::sort => Sorted Hook::Ask(descend);
    /// Numbers are sorted as text.
    "sort-numbers-as-text": fitting::number_sort => Sorted Hook::Matching(as_text);
    /// Records that tie change places from page to page.
    "sort-ties-unstable": |c| fitting::sort(c) && fitting::paged(c) => Resumed Hook::Matching(swap_ties);
    /// Records that tie change places from page to page at the largest size.
    "sort-ties-unstable-at-largest-size": |c| fitting::default_order(c) && fitting::walks_at_largest(c) => AtMaximum Hook::Matching(swap_ties_later);
    /// A record is lost under an order that was asked for.
    "sort-loses-record": fitting::sort => Sorted Hook::Matching(lose);
    /// Records without a value, or with zero, are lost under an order that was asked for.
    "sort-loses-empty-values": fitting::number_sort => Sorted Hook::Matching(lose_empty);
    /// A record is lost late in a list ordered by text.
    "text-order-loses-record": fitting::text_sort => Sorted Hook::Matching(lose_late_text);
    /// Two neighbours on a late page stand in the wrong order.
    "sort-swaps-two-late": fitting::sort => Sorted Hook::Page(swap_two);
    /// Each page is sorted for itself; the walk as a whole is not.
    "sort-within-page-only": |c| fitting::sort(c) && fitting::paged(c) => Sorted Hook::Ask(ignore), Sorted Hook::Page(sort_page);
    /// The default order is reversed.
    "default-order-reversed": fitting::firm_default_order => Lists Hook::Ask(turn_default);
    /// The default order is that of the keys.
    "default-order-by-key": fitting::other_default_order => Lists Hook::Ask(by_key);
    /// Nothing orders the records: two walks differ.
    "order-changes-between-walks": fitting::firm_default_order => Lists Hook::Matching(rotate);
}

/// The order of a list that nobody asked to sort.
pub(super) fn default_order(scene: &Scene<'_>) -> Ordering {
    let sort = scene.lists().and_then(|lists| lists.sort.as_ref());
    match sort.and_then(|sort| sort.default.as_ref()) {
        Some(field) => Ordering {
            field: Some((field.field.clone(), field.order)),
            descending: field.direction == Some(Direction::Descending),
            asked: false,
        },
        None => Ordering::default(),
    }
}

fn turn(_: &Scene<'_>, ask: &mut Ask) {
    ask.order.descending = !ask.order.descending;
}

fn ignore(scene: &Scene<'_>, ask: &mut Ask) {
    if ask.order.asked {
        ask.order = default_order(scene);
        if let crate::mock::ask::From::After(mark) = &ask.from {
            ask.from = crate::mock::ask::From::Key(mark.key.clone());
        }
    }
}

fn keep_direction(scene: &Scene<'_>, ask: &mut Ask) {
    if ask.order.asked {
        let descending = ask.order.descending;
        ignore(scene, ask);
        ask.order.descending = descending;
    }
}

fn refuse(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse_value(scene, answer);
}

fn forbid(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::forbid(scene, answer);
}

fn descend(_: &Scene<'_>, ask: &mut Ask) {
    ask.order.descending = true;
}

fn as_text(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let Some(ask) = scene.ask.filter(|ask| matches!(ask.order.field, Some((_, Order::Number)))) else { return };
    let text = |rank: &Rank| match rank {
        Rank::Number(x) => x.to_string(),
        _ => String::new(),
    };
    matching.sort_by(|a, b| {
        let natural = text(&a.0).cmp(&text(&b.0));
        let natural = if ask.order.descending { natural.reverse() } else { natural };
        natural.then_with(|| a.1.key.cmp(&b.1.key))
    });
    by_position(scene, matching);
}

/// After a re-ordering a token's place is that of its key; ranks are flattened to positions so that it is found.
fn by_position(scene: &Scene<'_>, matching: &mut [Ranked]) {
    let Some(ask) = scene.ask else { return };
    let crate::mock::ask::From::After(mark) = &ask.from else { return };
    let Some(at) = matching.iter().position(|(_, row)| row.key == mark.key) else { return };
    let order = ask.order.field.as_ref().map_or(Order::Text, |(_, order)| *order);
    let here = Rank::of(Some(&mark.value), order);
    let (before, after) = match (&here, ask.order.descending) {
        (Rank::Number(x), false) => (Rank::Number(x - 1.0), Rank::Number(x + 1.0)),
        (Rank::Number(x), true) => (Rank::Number(x + 1.0), Rank::Number(x - 1.0)),
        _ => return,
    };
    for (index, (rank, _)) in matching.iter_mut().enumerate() {
        *rank = match index.cmp(&at) {
            Cmp::Less => before.clone(),
            Cmp::Equal => here.clone(),
            Cmp::Greater => after.clone(),
        };
    }
}

/// Reverses every run of records that tie.
fn reverse_ties(matching: &mut [Ranked]) {
    let mut start = 0;
    while start < matching.len() {
        let length = matching[start..].iter().take_while(|(rank, _)| *rank == matching[start].0).count();
        matching[start..start + length].reverse();
        start += length;
    }
}

fn swap_ties(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reverse_ties(matching);
}

fn swap_ties_later(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    use crate::mock::ask::From;
    if scene.ask.is_some_and(|ask| !matches!(ask.from, From::Start | From::Offset(0))) {
        reverse_ties(matching);
    }
}

fn lose(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if matching.len() > 2 {
        matching.remove(matching.len() / 2);
    }
}

fn lose_late_text(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let by_text = scene.ask.is_some_and(|ask| matches!(ask.order.field, Some((_, Order::Text))));
    if by_text && matching.len() > 2 {
        matching.remove(matching.len() * 4 / 5);
    }
}

fn lose_empty(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| matches!(ask.order.field, Some((_, Order::Number)))) {
        matching.retain(|(rank, _)| !matches!(rank, Rank::Nothing) && *rank != Rank::Number(0.0));
    }
}

fn swap_two(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask else { return };
    if page.start * 2 < matching.len() && page.more {
        return;
    }
    // Where records without a value stand is nobody's promise.
    let shown = |at: usize| Some(rank(&page.rows[at], &ask.order)).filter(|rank| !matches!(rank, Rank::Nothing));
    let differ = |at: &usize| shown(*at).zip(shown(at - 1)).is_some_and(|(one, two)| one != two);
    let at = (1..page.rows.len().saturating_sub(1)).rev().find(differ);
    if let Some(at) = at {
        page.rows.swap(at, at - 1);
    }
}

fn sort_page(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask else { return };
    page.rows.sort_by(|a, b| rank(a, &ask.order).compare(&rank(b, &ask.order), ask.order.descending));
}

fn turn_default(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.order.asked {
        ask.order.descending = !ask.order.descending;
    }
}

pub(in crate::mock) fn by_key(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.order.asked {
        ask.order = Ordering::default();
    }
}

fn rotate(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    use crate::mock::ask::From;
    // By what is asked, so that it does not depend on who asks first.
    let odd = |ask: &Ask| (ask.question.count_ones() as usize + ask.size.unwrap_or(0)) % 2 == 1;
    if scene.ask.is_some_and(|ask| matches!(ask.from, From::Start | From::Offset(0)) && odd(ask)) && matching.len() > 1
    {
        matching.rotate_left(1);
    }
}
