//! Walks that do not end where the list does.

use std::sync::Arc;

use super::cursors::token_after;
use super::recount;
use crate::mock::ask::{Ask, From};
use crate::mock::hook::Scene;
use crate::mock::page::Page;
use crate::mock::select::Ranked;
use crate::mock::token::Mark;

pub(super) fn never_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask.filter(|_| !page.more && matching.len() > 3) else { return };
    let back = usize::try_from(scene.nth * 7).unwrap_or(0) % (matching.len() - 2);
    page.more = true;
    page.token = Some(token_after(ask, &matching[back].1));
}

pub(super) fn go_on_empty(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let (Some(ask), Some((_, last))) = (scene.ask.filter(|_| !page.more), matching.last()) else { return };
    page.more = true;
    page.token = Mark::open(&token_after(ask, last))
        .map(|mark| Mark { key: format!("{}~{}", mark.key, scene.nth), ..mark }.seal());
}

pub(super) fn more_when_full(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let full = |ask: &&Ask| !page.more && ask.size == Some(page.rows.len());
    if let (Some(ask), Some((_, last))) = (scene.ask.filter(full), matching.last()) {
        page.more = true;
        page.token = Some(token_after(ask, last));
    }
}

pub(super) fn total_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.total += page.size;
}

/// Behind the end the last page comes again.
pub(in crate::mock) fn past_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let size = scene.ask.and_then(|ask| ask.size).unwrap_or(usize::MAX);
    if page.rows.is_empty() {
        let last = &matching[matching.len().saturating_sub(size)..];
        page.rows = last.iter().map(|(_, row)| Arc::clone(row)).collect();
        recount(page);
    }
}

pub(super) fn first_past_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some((From::Offset(asked), Some(size))) = scene.ask.map(|ask| (&ask.from, ask.size)) else { return };
    if *asked >= matching.len() {
        page.rows = matching.iter().take(size).map(|(_, row)| Arc::clone(row)).collect();
        recount(page);
    }
}
