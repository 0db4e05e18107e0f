//! Tokens and offsets that lead elsewhere.

use std::sync::Arc;

use super::recount;
use crate::mock::ask::{Ask, From};
use crate::mock::fault::sorting::default_order;
use crate::mock::hook::Scene;
use crate::mock::page::Page;
use crate::mock::population::Row;
use crate::mock::select::{Ranked, sorted};
use crate::mock::token::Mark;

/// Position of the walk, as a share of the records of the tenant.
fn is_late(scene: &Scene<'_>) -> bool {
    let table = scene.population.table(scene.resource(), scene.tenant);
    match scene.ask.map(|ask| &ask.from) {
        Some(From::After(mark)) => {
            let order = scene.ask.map(|ask| ask.order.clone()).unwrap_or_default();
            let ranked = sorted(table, &order);
            let at = ranked.iter().position(|(_, row)| row.key == mark.key).unwrap_or(0);
            at * 3 > table.len() * 2
        }
        _ => false,
    }
}

pub(super) fn loop_back(scene: &Scene<'_>, ask: &mut Ask) {
    if is_late(scene) {
        ask.from = From::Start;
    }
}

pub(super) fn loop_at_once(_: &Scene<'_>, ask: &mut Ask) {
    ask.from = From::Start;
}

pub(super) fn same_token(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if let (true, Some(From::After(mark))) = (page.more, scene.ask.map(|ask| &ask.from)) {
        page.token = Some(mark.seal());
    }
}

/// The place of a token by the key alone, whatever is filtered for and however it is ordered.
fn by_key(ask: &mut Ask) {
    if let From::After(mark) = &ask.from {
        ask.from = From::Key(mark.key.clone());
    }
}

pub(super) fn forget_filters(_: &Scene<'_>, ask: &mut Ask) {
    if ask.filters.iter().any(|condition| condition.asked) {
        ask.filters.retain(|condition| !condition.asked);
        by_key(ask);
    }
}

pub(super) fn forget_order(scene: &Scene<'_>, ask: &mut Ask) {
    if ask.order.asked {
        ask.order = default_order(scene);
        by_key(ask);
    }
}

pub(super) fn alternate(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.at.0 > 0 && !page.rows.is_empty() {
        page.rows.remove(0);
        let end = page.start + page.rows.len() + 1;
        page.rows.extend(matching.get(end).map(|(_, row)| Arc::clone(row)));
        recount(page);
    }
}

pub(super) fn turn_over(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if scene.at.0 > 0 {
        page.rows.reverse();
    }
}

pub(super) fn offset_pages(_: &Scene<'_>, ask: &mut Ask) {
    if let (From::Offset(offset), Some(size)) = (&ask.from, ask.size) {
        ask.from = From::Offset(offset.saturating_mul(size));
    }
}

/// The token of the place behind a record.
pub(super) fn token_after(ask: &Ask, row: &Row) -> String {
    let field = ask.order.field.as_ref().map(|(field, _)| field.as_str());
    let value = field.and_then(|field| row.value.pointer(field)).cloned().unwrap_or_default();
    Mark { value, key: row.key.clone(), walk: ask.question }.seal()
}
