//! Records that come twice.

use std::sync::Arc;

use super::recount;
use crate::mock::hook::Scene;
use crate::mock::page::Page;
use crate::mock::select::Ranked;

pub(super) fn repeat(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some((_, row)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return };
    page.rows.insert(0, Arc::clone(row));
    if page.more && scene.ask.and_then(|ask| ask.size).is_some_and(|size| page.rows.len() > size) {
        page.rows.pop();
    }
    recount(page);
}

pub(super) fn repeat_once(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.rows.iter().any(|row| scene.targets.deep.as_ref() == Some(&row.key)) {
        repeat(scene, matching, page);
    }
}

pub(super) fn ties(matching: &[Ranked], page: &Page) -> usize {
    let Some((last, _)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return 0 };
    matching[page.start.min(matching.len())..].iter().take_while(|(rank, _)| rank == last).count()
}

pub(super) fn repeat_ties(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some((last, _)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return };
    let again = matching[..page.start].iter().rev().take_while(|(rank, _)| rank == last).count();
    if ties(matching, page) > 0 {
        let repeated = matching[page.start - again..page.start].iter().map(|(_, row)| Arc::clone(row));
        let kept = page.rows.len();
        page.rows.splice(0..0, repeated);
        if page.more {
            page.rows.truncate(kept);
        }
        recount(page);
    }
}

pub(super) fn twice_on_page(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let size = scene.ask.and_then(|ask| ask.size).unwrap_or(usize::MAX);
    let at = page.rows.iter().position(|row| scene.targets.deep.as_ref() == Some(&row.key));
    if let Some(at) = at
        && size > 1
    {
        let row = Arc::clone(&page.rows[at]);
        page.rows.insert(at, row);
        if page.rows.len() > size {
            let drop = if at + 2 < page.rows.len() { page.rows.len() - 1 } else { 0 };
            page.rows.remove(drop);
        }
        recount(page);
    }
}
