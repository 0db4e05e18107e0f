//! Pages that repeat, lose or shift records, and tokens that lead elsewhere.

use std::sync::Arc;

use super::catalogue;
use super::fitting;
use crate::mock::ask::{Ask, From};
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::page::Page;
use crate::mock::select::Ranked;
use crate::mock::variant::everything_ties;

catalogue! {
    /// The last record of a page comes again as the first of the next.
    "record-repeated": fitting::paged => Resumed Hook::Page(repeat);
    /// The last record of a page comes again on late pages.
    "record-repeated-late": fitting::paged => Late Hook::Page(repeat);
    /// The last record of a page comes again under a filter.
    "record-repeated-under-filter": |c| fitting::paged(c) && fitting::filter(c) => Filtered Hook::Page(repeat);
    /// The last record of a page comes again under an order that was asked for.
    "record-repeated-under-sort": |c| fitting::paged(c) && fitting::sort(c) => Sorted Hook::Page(repeat);
    /// The last record of a page comes again at the largest page size.
    "record-repeated-at-largest-size": fitting::walks_at_largest => AtMaximum Hook::Page(repeat);
    /// Pages that start behind two thirds of the list are empty, though the total counts what they should show.
    "window-ends": |c| fitting::offset(c) && fitting::total(c) => Lists Hook::Page(close_window);
    /// One page late in the walk starts with the last record of the page before.
    "record-repeated-once": fitting::paged => Lists Hook::Page(repeat_once);
    /// Records that share the sort value of the last one come again: the token holds the value alone.
    "record-repeated-in-ties": |c| fitting::paged(c) && fitting::default_order(c) => Resumed Hook::Page(repeat_ties);
    /// A page starts one record too late.
    "record-skipped": fitting::paged => Resumed Hook::Page(skip);
    /// Late pages start one record too late.
    "record-skipped-late": fitting::paged => Late Hook::Page(skip);
    /// A page starts one record too late under a filter.
    "record-skipped-under-filter": |c| fitting::paged(c) && fitting::filter(c) => Filtered Hook::Page(skip);
    /// A page starts one record too late under an order that was asked for.
    "record-skipped-under-sort": |c| fitting::paged(c) && fitting::sort(c) => Sorted Hook::Page(skip);
    /// A page starts one record too late at the largest page size.
    "record-skipped-at-largest-size": fitting::walks_at_largest => AtMaximum Hook::Page(skip);
    /// A page starts one record too late at page sizes from two to six.
    "record-skipped-at-small-sizes": |c| fitting::sized(c) && fitting::paged(c) => Resumed Hook::Page(skip_small);
    /// A page starts one record too late at a page size of ten, where all records were created at once.
    "record-skipped-at-size-ten": |c| fitting::sized(c) && fitting::paged(c) => Always Hook::Population(everything_ties), Resumed Hook::Page(skip_at_ten);
    /// Records that share the sort value of the last one are skipped: the token holds the value alone.
    "record-skipped-in-ties": |c| fitting::paged(c) && fitting::default_order(c) => Resumed Hook::Page(skip_ties);
    /// Pages of the second tenant start one record too late.
    "record-skipped-for-one-tenant": |c| fitting::paged(c) && fitting::tenancy(c) => SecondTenant Hook::Page(skip);
    /// The last record of a page comes again as the first of the next in the walks of the second tenant.
    "record-repeated-for-one-tenant": |c| fitting::paged(c) && fitting::tenancy(c) => SecondTenant Hook::Page(repeat);
    /// Every twentieth page starts one record too late.
    "record-skipped-now-and-then": fitting::paged => Twentieth Hook::Page(skip);
    /// The last record of a walk is never shown.
    "last-record-lost": fitting::second_look => Lists Hook::Page(lose_last);
    /// One record late in the walk is never listed.
    ///
    /// Nobody who does not know its key can tell.
    "record-never-listed": fitting::both => Lists Hook::Matching(hide_deep); tolerated;
    /// One record late in the walk is listed under filters alone.
    "record-listed-only-under-filter": fitting::filter => Lists Hook::Matching(hide_unfiltered);
    /// One record on a late page stands there twice.
    "record-twice-on-page": fitting::lists => Lists Hook::Page(twice_on_page);
    /// After two thirds of the walk the token leads back to the start.
    "cursor-loops": fitting::cursor => Resumed Hook::Ask(loop_back);
    /// On late pages the token is the one that was sent.
    "cursor-repeats": fitting::cursor => Late Hook::Page(same_token);
    /// A token forgets the filter that it was given out under.
    "cursor-ignores-filter": |c| fitting::cursor(c) && fitting::filter(c) => Resumed Hook::Ask(forget_filters);
    /// A token forgets the order that it was given out under.
    "cursor-ignores-sort": |c| fitting::cursor(c) && fitting::sort(c) => Resumed Hook::Ask(forget_order);
    /// An order that was asked for is ignored after the first page, where pages are counted.
    "order-ignored-after-first-page": |c| fitting::offset(c) && fitting::sort(c) => Resumed Hook::Ask(forget_order);
    /// The walk never ends: from the last page tokens lead back to other places.
    "walk-never-ends": fitting::cursor => Lists Hook::Page(never_end);
    /// Under a filter tokens go on behind the last page, to empty pages for ever.
    "empty-pages-for-ever-under-filter": |c| fitting::cursor(c) && fitting::filter(c) => Filtered Hook::Page(go_on_empty);
    /// More is said to follow on a full page that is the last: an empty page follows.
    "more-true-on-full-last-page": fitting::firm_end => Lists Hook::Page(more_when_full);
    /// Sent twice, a token gives two different pages.
    "cursor-gives-two-pages": fitting::cursor => Again Hook::Page(alternate);
    /// Sent twice, an offset gives two different pages.
    "offset-gives-two-pages": fitting::offset => Again Hook::Page(alternate);
    /// Sent twice, a request for a later page gives its records in another order.
    "page-reordered-on-repeat": fitting::paged => Again Hook::Page(turn_over);
    /// The default page size is one less than documented.
    "default-size-off-by-one": fitting::firm_default_size => Lists Hook::Ask(default_down);
    /// The default page size is ten times what is documented.
    "default-size-too-large": fitting::firm_default_size => Lists Hook::Ask(default_up);
    /// The largest page size gives one record less.
    "maximum-size-off-by-one": fitting::limited => AtMaximum Hook::Ask(size_down);
    /// The page size is ignored: the default is used.
    "size-ignored": fitting::default_size => Lists Hook::Ask(size_ignored);
    /// The page size is ignored after the first page.
    "size-ignored-after-first-page": fitting::default_size => Resumed Hook::Ask(size_ignored);
    /// A size that was asked for gives one record less.
    "size-off-by-one": fitting::sized => Lists Hook::Ask(asked_down), Lists Hook::Page(echo_up);
    /// One more than the largest size gives that many records.
    "maximum-off-by-one": fitting::firm_maximum => Always Hook::Neglect(Neglect::OneAbove);
    /// A page holds one record more than was asked for.
    "page-exceeds-size": fitting::sized => Lists Hook::Ask(size_up), Lists Hook::Page(echo_down);
    /// A late page holds one record more than was asked for.
    "page-exceeds-size-late": fitting::sized => Late Hook::Page(one_more);
    /// A page holds one record more than was asked for at the largest size only.
    "page-exceeds-largest-size": fitting::limited => AtMaximum Hook::Ask(size_up), AtMaximum Hook::Page(echo_down);
    /// A page holds one record less than was asked for, although more follow.
    "page-short": fitting::sized => Lists Hook::Page(lose_border);
    /// A page in mid-walk is empty and its records are lost.
    "empty-page-loses-records": fitting::paged => Resumed Hook::Page(empty_middle);
    /// The second page is empty; its records come on the next.
    "empty-page-in-mid-walk": fitting::no_empty_page => Resumed Hook::Page(empty_second);
    /// The page size changes the order of the records.
    "size-changes-order": fitting::limited => AtMaximum Hook::Ask(turn_round);
    /// The page size changes which records there are.
    "size-changes-content": fitting::limited => AtMaximum Hook::Matching(drop_fifth);
    /// An offset beyond the end gives the last page again.
    "past-end-repeats-last-page": |c| fitting::offset(c) && fitting::past_end(c) && !fitting::past_end_shows_last(c) => Resumed Hook::Page(past_end);
    /// A page beyond the end is the first one, and not the last as the contract has it.
    "past-end-shows-first-page": fitting::past_end_shows_last => Resumed Hook::Page(first_past_end);
    /// The total is a page too high, on a server that shows its last page again behind the end.
    "total-too-high-behind-last-page": |c| fitting::total(c) && fitting::offset(c) && !fitting::past_end(c) => Lists Hook::Page(total_up), Resumed Hook::Page(past_end);
    /// An offset is ignored: every page is the first.
    "offset-ignored": fitting::offset => Resumed Hook::Ask(loop_at_once);
    /// An offset is taken for a number of pages.
    "offset-counts-pages": fitting::offset => Resumed Hook::Ask(offset_pages);
}

/// Makes the count that of the records shown: the fault is in the records alone.
fn recount(page: &mut Page) {
    page.count = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
}

fn repeat(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some((_, row)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return };
    page.rows.insert(0, Arc::clone(row));
    if page.more && scene.ask.and_then(|ask| ask.size).is_some_and(|size| page.rows.len() > size) {
        page.rows.pop();
    }
    recount(page);
}

fn close_window(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.start > 0 && page.start >= matching.len() * 2 / 3 {
        page.rows.clear();
        page.count = 0;
    }
}

fn repeat_once(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.rows.iter().any(|row| scene.targets.deep.as_ref() == Some(&row.key)) {
        repeat(scene, matching, page);
    }
}

fn ties(matching: &[Ranked], page: &Page) -> usize {
    let Some((last, _)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return 0 };
    matching[page.start.min(matching.len())..].iter().take_while(|(rank, _)| rank == last).count()
}

fn repeat_ties(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
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

fn skip(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.start > 0 && !page.rows.is_empty() {
        page.rows.remove(0);
        recount(page);
    }
}

fn skip_small(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.ask.and_then(|ask| ask.size).is_some_and(|size| (2..=6).contains(&size)) {
        skip(scene, matching, page);
    }
}

fn skip_at_ten(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.ask.and_then(|ask| ask.size) == Some(10) {
        skip(scene, matching, page);
    }
}

fn skip_ties(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let count = ties(matching, page).min(page.rows.len());
    page.rows.drain(..count);
    recount(page);
}

fn lose_last(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.start + page.rows.len() == matching.len() && matching.len() > 1 {
        page.rows.pop();
        recount(page);
    }
}

fn hide_deep(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    matching.retain(|(_, row)| scene.targets.deep.as_ref() != Some(&row.key));
}

fn hide_unfiltered(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| ask.filters.iter().all(|condition| !condition.asked)) {
        hide_deep(scene, matching);
    }
}

fn twice_on_page(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
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

/// Position of the walk, as a share of the records of the tenant.
fn is_late(scene: &Scene<'_>) -> bool {
    let table = scene.population.table(scene.resource(), scene.tenant);
    match scene.ask.map(|ask| &ask.from) {
        Some(From::After(mark)) => {
            let order = scene.ask.map(|ask| ask.order.clone()).unwrap_or_default();
            let ranked = crate::mock::select::sorted(table, &order);
            let at = ranked.iter().position(|(_, row)| row.key == mark.key).unwrap_or(0);
            at * 3 > table.len() * 2
        }
        _ => false,
    }
}

fn loop_back(scene: &Scene<'_>, ask: &mut Ask) {
    if is_late(scene) {
        ask.from = From::Start;
    }
}

fn loop_at_once(_: &Scene<'_>, ask: &mut Ask) {
    ask.from = From::Start;
}

fn never_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask.filter(|_| !page.more && matching.len() > 3) else { return };
    let back = usize::try_from(scene.nth * 7).unwrap_or(0) % (matching.len() - 2);
    page.more = true;
    page.token = Some(token_after(ask, &matching[back].1));
}

fn go_on_empty(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let (Some(ask), Some((_, last))) = (scene.ask.filter(|_| !page.more), matching.last()) else { return };
    page.more = true;
    page.token = crate::mock::token::Mark::open(&token_after(ask, last))
        .map(|mark| crate::mock::token::Mark { key: format!("{}~{}", mark.key, scene.nth), ..mark }.seal());
}

fn more_when_full(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let full = |ask: &&Ask| !page.more && ask.size == Some(page.rows.len());
    if let (Some(ask), Some((_, last))) = (scene.ask.filter(full), matching.last()) {
        page.more = true;
        page.token = Some(token_after(ask, last));
    }
}

fn same_token(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
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

fn forget_filters(_: &Scene<'_>, ask: &mut Ask) {
    if ask.filters.iter().any(|condition| condition.asked) {
        ask.filters.retain(|condition| !condition.asked);
        by_key(ask);
    }
}

fn forget_order(scene: &Scene<'_>, ask: &mut Ask) {
    if ask.order.asked {
        ask.order = super::sorting::default_order(scene);
        by_key(ask);
    }
}

fn alternate(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.at.0 > 0 && !page.rows.is_empty() {
        page.rows.remove(0);
        let end = page.start + page.rows.len() + 1;
        page.rows.extend(matching.get(end).map(|(_, row)| Arc::clone(row)));
        recount(page);
    }
}

fn turn_over(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if scene.at.0 > 0 {
        page.rows.reverse();
    }
}

fn default_down(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.sized {
        ask.size = ask.size.map(|size| size - 1);
    }
}

fn default_up(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.sized {
        ask.size = ask.size.map(|size| size * 10);
    }
}

fn size_down(_: &Scene<'_>, ask: &mut Ask) {
    ask.size = ask.size.map(|size| size.saturating_sub(1));
}

fn asked_down(_: &Scene<'_>, ask: &mut Ask) {
    if ask.sized {
        ask.size = ask.size.map(|size| size.max(2) - 1);
    }
}

fn echo_up(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size = scene.ask.and_then(|ask| ask.size).and_then(|size| i64::try_from(size).ok()).unwrap_or(page.size);
}

fn size_up(_: &Scene<'_>, ask: &mut Ask) {
    ask.size = ask.size.map(|size| size + 1);
}

fn echo_down(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size -= 1;
}

fn size_ignored(scene: &Scene<'_>, ask: &mut Ask) {
    let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
    let default = size.and_then(|size| size.default.as_ref()).and_then(|default| usize::try_from(default.value).ok());
    if default.is_some() {
        ask.size = default;
    }
}

fn one_more(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let end = page.start + page.rows.len();
    page.rows.extend(matching.get(end).map(|(_, row)| Arc::clone(row)));
    recount(page);
}

fn lose_border(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.more {
        page.rows.pop();
        recount(page);
    }
}

fn empty_middle(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let size = scene.ask.and_then(|ask| ask.size).unwrap_or(usize::MAX);
    let second = page.start > 0 && page.start <= size && page.start + page.rows.len() < matching.len();
    if second {
        page.rows.clear();
        recount(page);
    }
}

/// The token of the place behind a record.
fn token_after(ask: &Ask, row: &crate::mock::population::Row) -> String {
    let field = ask.order.field.as_ref().map(|(field, _)| field.as_str());
    let value = field.and_then(|field| row.value.pointer(field)).cloned().unwrap_or_default();
    crate::mock::token::Mark { value, key: row.key.clone(), walk: ask.question }.seal()
}

fn empty_second(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask.filter(|ask| !ask.again && ask.size == Some(page.start) && page.more) else { return };
    let Some((_, before)) = page.start.checked_sub(1).and_then(|before| matching.get(before)) else { return };
    page.remaining += i64::try_from(page.rows.len()).unwrap_or(0);
    page.rows.clear();
    // Another token of the same place, so that none comes twice in a walk.
    page.token = Some(format!("{}=", token_after(ask, before)));
    recount(page);
}

fn turn_round(_: &Scene<'_>, ask: &mut Ask) {
    ask.order.descending = !ask.order.descending;
}

fn drop_fifth(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if matching.len() > 5 {
        matching.remove(4);
    }
}

fn total_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
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

fn first_past_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let Some((From::Offset(asked), Some(size))) = scene.ask.map(|ask| (&ask.from, ask.size)) else { return };
    if *asked >= matching.len() {
        page.rows = matching.iter().take(size).map(|(_, row)| Arc::clone(row)).collect();
        recount(page);
    }
}

fn offset_pages(_: &Scene<'_>, ask: &mut Ask) {
    if let (From::Offset(offset), Some(size)) = (&ask.from, ask.size) {
        ask.from = From::Offset(offset.saturating_mul(size));
    }
}
