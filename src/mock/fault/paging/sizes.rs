//! Pages of another size than was asked for, and what hangs on the size.

use std::sync::Arc;

use super::recount;
use crate::mock::ask::Ask;
use crate::mock::hook::Scene;
use crate::mock::page::Page;
use crate::mock::select::Ranked;

pub(super) fn default_down(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.sized {
        ask.size = ask.size.map(|size| size - 1);
    }
}

pub(super) fn default_up(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.sized {
        ask.size = ask.size.map(|size| size * 10);
    }
}

pub(super) fn size_down(_: &Scene<'_>, ask: &mut Ask) {
    ask.size = ask.size.map(|size| size.saturating_sub(1));
}

pub(super) fn asked_down(_: &Scene<'_>, ask: &mut Ask) {
    if ask.sized {
        ask.size = ask.size.map(|size| size.max(2) - 1);
    }
}

pub(super) fn echo_up(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size = scene.ask.and_then(|ask| ask.size).and_then(|size| i64::try_from(size).ok()).unwrap_or(page.size);
}

pub(super) fn size_up(_: &Scene<'_>, ask: &mut Ask) {
    ask.size = ask.size.map(|size| size + 1);
}

pub(super) fn echo_down(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size -= 1;
}

pub(super) fn size_ignored(scene: &Scene<'_>, ask: &mut Ask) {
    let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
    let default = size.and_then(|size| size.default.as_ref()).and_then(|default| usize::try_from(default.value).ok());
    if default.is_some() {
        ask.size = default;
    }
}

pub(super) fn one_more(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let end = page.start + page.rows.len();
    page.rows.extend(matching.get(end).map(|(_, row)| Arc::clone(row)));
    recount(page);
}

pub(super) fn turn_round(_: &Scene<'_>, ask: &mut Ask) {
    ask.order.descending = !ask.order.descending;
}
