//! Records that never come, or not where they should.

use super::cursors::token_after;
use super::recount;
use super::repeats::ties;
use crate::mock::hook::Scene;
use crate::mock::page::Page;
use crate::mock::select::Ranked;

pub(super) fn skip(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.start > 0 && !page.rows.is_empty() {
        page.rows.remove(0);
        recount(page);
    }
}

pub(super) fn skip_small(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.ask.and_then(|ask| ask.size).is_some_and(|size| (2..=6).contains(&size)) {
        skip(scene, matching, page);
    }
}

pub(super) fn skip_at_ten(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.ask.and_then(|ask| ask.size) == Some(10) {
        skip(scene, matching, page);
    }
}

pub(super) fn skip_ties(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let count = ties(matching, page).min(page.rows.len());
    page.rows.drain(..count);
    recount(page);
}

pub(super) fn lose_last(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.start + page.rows.len() == matching.len() && matching.len() > 1 {
        page.rows.pop();
        recount(page);
    }
}

pub(super) fn hide_deep(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    matching.retain(|(_, row)| scene.targets.deep.as_ref() != Some(&row.key));
}

pub(super) fn hide_unfiltered(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| ask.filters.iter().all(|condition| !condition.asked)) {
        hide_deep(scene, matching);
    }
}

pub(super) fn close_window(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.start > 0 && page.start >= matching.len() * 2 / 3 {
        page.rows.clear();
        page.count = 0;
    }
}

pub(super) fn drop_fifth(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if matching.len() > 5 {
        matching.remove(4);
    }
}

pub(super) fn lose_border(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.more {
        page.rows.pop();
        recount(page);
    }
}

pub(super) fn empty_middle(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let size = scene.ask.and_then(|ask| ask.size).unwrap_or(usize::MAX);
    let second = page.start > 0 && page.start <= size && page.start + page.rows.len() < matching.len();
    if second {
        page.rows.clear();
        recount(page);
    }
}

pub(super) fn empty_second(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask.filter(|ask| !ask.again && ask.size == Some(page.start) && page.more) else { return };
    let Some((_, before)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return };
    page.remaining += i64::try_from(page.rows.len()).unwrap_or(0);
    page.rows.clear();
    // Another token of the same place, so that none comes twice in a walk.
    page.token = Some(format!("{}=", token_after(ask, before)));
    recount(page);
}
