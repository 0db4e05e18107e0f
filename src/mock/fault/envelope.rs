//! Envelopes that lie about the records in them.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::semantics::Spot;
use crate::mock::ask::From;
use crate::mock::blueprint::{is_required, spots};
use crate::mock::exchange::{set_at, take_at};
use crate::mock::hook::{Hook, Scene};
use crate::mock::page::Page;
use crate::mock::select::Ranked;

catalogue! {
    /// The count is one more than there are records on the page.
    "count-wrong": fitting::count => Always Hook::Page(count_up);
    /// The count is wrong on late pages.
    "count-wrong-late": fitting::count => Late Hook::Page(count_up);
    /// The count is wrong under a filter.
    "count-wrong-under-filter": |c| fitting::count(c) && fitting::filter(c) => Filtered Hook::Page(count_up);
    /// The count is that of all records that match, not of the page.
    "count-is-total": fitting::count => Always Hook::Page(count_all);
    /// The total is one less than there are records.
    "total-off-by-one": fitting::total => Always Hook::Page(total_down);
    /// The total is that of the page.
    "total-is-page-count": fitting::total => Always Hook::Page(total_page);
    /// The total is that of the page under a filter.
    "total-is-page-count-under-filter": |c| fitting::total(c) && fitting::filter(c) => Filtered Hook::Page(total_page);
    /// The total is written in words.
    "total-in-words": |c| fitting::total(c) => Always Hook::Body(total_in_words);
    /// The total counts all records, whatever is filtered for.
    "total-ignores-filter": |c| fitting::total_of_matching(c) && fitting::filter(c) => Filtered Hook::Page(total_all);
    /// The total of the second tenant counts records of both.
    "total-over-tenants": |c| fitting::total(c) && fitting::tenancy(c) => Always Hook::Page(total_tenants);
    /// The total differs on late pages.
    "total-changes-late": fitting::total => Late Hook::Page(total_down);
    /// The number of pages is one more than the records fill.
    "page-count-wrong": fitting::page_count => Always Hook::Page(pages_up);
    /// The number of pages is that of the whole list, whatever is filtered for.
    "page-count-ignores-filter": |c| fitting::page_count(c) && fitting::filter(c) => Filtered Hook::Page(pages_all);
    /// The number of the next page leaves one page out.
    "next-number-leaves-page-out": fitting::next_number => Always Hook::Page(next_up);
    /// The last page names a next one.
    "next-number-on-last-page": fitting::next_number => Always Hook::Page(next_at_end);
    /// Late pages name no next page although more follow.
    "next-number-missing-late": fitting::next_number => Late Hook::Page(next_missing);
    /// The number of records that follow is one more than there are.
    "remaining-wrong": fitting::remaining => Always Hook::Page(remaining_up);
    /// The size that the envelope shows is one more than the one in effect.
    "size-echo-wrong": fitting::size_echo => Always Hook::Page(size_up);
    /// The envelope shows the default size whatever was asked for.
    "size-echo-is-default": |c| fitting::size_echo(c) && fitting::default_size(c) => Always Hook::Page(size_default);
    /// The envelope shows the number of records as the size.
    "size-echo-is-count": fitting::size_echo => Always Hook::Page(size_count);
    /// The offset that the envelope shows is neither this one nor the next.
    "offset-echo-wrong": fitting::offset_echo => Always Hook::Page(offset_up);
    /// The envelope shows this offset on the first page and the next one on the others.
    "offset-echo-mixed": fitting::two_echoes => Resumed Hook::Page(offset_mixed);
    /// Nothing is said to follow although more does, from the first page on.
    "more-false-early": fitting::more => Always Hook::Page(more_false);
    /// Nothing is said to follow although more does, on late pages only.
    "more-false-late": fitting::more => Late Hook::Page(more_false);
    /// Nothing is said to follow although one record does.
    "more-false-before-one": |c| fitting::more(c) && !fitting::total(c) => Always Hook::Page(more_false_before_one);
    /// Nothing is said to follow under a filter.
    "more-false-under-filter": |c| fitting::more(c) && fitting::filter(c) => Filtered Hook::Page(more_false);
    /// More is said to follow on the last page, and no token leads there.
    "more-true-at-end": fitting::more => Always Hook::Page(more_true);
    /// More is said to follow for ever: the last page leads to itself.
    "more-true-for-ever": fitting::more_and_cursor => Always Hook::Page(more_for_ever);
    /// More follows, and no token leads there.
    "token-missing": fitting::more_and_cursor => Late Hook::Page(token_missing);
    /// More follows, and the token that leads there is empty.
    "token-empty": fitting::more_and_cursor => Always Hook::Page(token_empty);
    /// A token stands beside "nothing follows".
    "token-on-last-page": fitting::more_and_cursor => Always Hook::Page(token_at_end); tolerated;
    /// The walk ends too early: no token although more follows.
    "walk-ends-early": |c| fitting::cursor(c) && !fitting::more(c) => Late Hook::Page(end_walk);
    /// The walk ends too early, and the envelope is consistent about it.
    "walk-ends-early-consistently": fitting::more_and_cursor => Late Hook::Page(end_walk);
    /// Late pages link to no next one although more follow.
    "next-link-missing-late": fitting::linked => Late Hook::Page(end_walk);
    /// Walks of the second tenant end after their second page, and the envelope is consistent about it.
    "walk-ends-early-for-one-tenant": |c| fitting::cursor(c) && fitting::tenancy(c) => SecondTenant Hook::Page(end_second_page);
    /// A field of the envelope is missing.
    "envelope-field-missing": requires_spot => Lists Hook::Body(drop_spot);
    /// A field of the envelope is missing on late pages.
    "envelope-field-missing-late": requires_spot => Late Hook::Body(drop_spot);
    /// A field of the envelope is text instead of a number or flag.
    "envelope-wrong-type": has_spot => Lists Hook::Body(spot_as_text);
    /// The records are null instead of an empty array when nothing matches.
    "items-null-when-empty": has_items => Lists Hook::Body(null_items);
    /// The records are missing when nothing matches.
    "items-missing-when-empty": requires_items => Lists Hook::Body(drop_items);
    /// The only record of a page stands there without an array.
    "single-item-unwrapped": has_items => Lists Hook::Body(unwrap_item);
}

fn count_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.count += 1;
}

fn count_all(_: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    page.count = length(matching.len());
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn total_down(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.total = (page.total - 1).max(0);
}

fn total_page(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.total = page.count;
}

fn total_in_words(scene: &Scene<'_>, body: &mut Value) {
    let total = scene.lists().and_then(|lists| lists.page.total.as_ref()).map(|total| &total.spot);
    if let Some(Spot::Pointer(place)) = total
        && let Some(number) = body.pointer(place)
    {
        let words = json!(format!("{number} records"));
        set_at(body, place, words);
    }
}

fn total_all(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.total = length(scene.population.table(scene.resource(), scene.tenant).len());
}

fn total_tenants(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let other = usize::from(scene.tenant == 0);
    page.total += length(scene.population.table(scene.resource(), other).len());
}

fn pages_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.pages += 1;
}

fn pages_all(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let all = length(scene.population.table(scene.resource(), scene.tenant).len());
    let size = page.size.max(1);
    page.pages = (all + size - 1) / size;
}

fn next_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.next_number = page.next_number.map(|next| next + 1);
}

fn next_at_end(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let first = scene.lists().and_then(|lists| lists.page.number.as_ref()).map_or(0, |number| number.first);
    page.next_number = page.next_number.or(Some(page.pages + i64::try_from(first).unwrap_or_default()));
}

fn next_missing(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.next_number = None;
}

fn remaining_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.remaining += 1;
}

fn size_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size += if page.size > 1 && page.size % 50 == 0 { -1 } else { 1 };
}

fn size_default(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
    if let Some(default) = size.and_then(|size| size.default.as_ref()) {
        page.size = i64::try_from(default.value).unwrap_or(i64::MAX);
    }
}

fn size_count(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.size = page.count.max(1);
}

fn offset_up(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.offset_echo += 3;
}

fn offset_mixed(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    let Some(ask) = scene.ask else { return };
    let From::Offset(sent) = ask.from else { return };
    let next = length(sent + ask.size.unwrap_or(0));
    page.offset_echo = if page.offset_echo == next { length(sent) } else { next };
}

fn more_false(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.more = false;
}

fn more_false_before_one(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.remaining == 1 {
        page.more = false;
        page.token = None;
    }
}

fn more_true(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.more = true;
}

fn more_for_ever(scene: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if let (false, Some(From::After(mark))) = (page.more, scene.ask.map(|ask| &ask.from)) {
        page.more = true;
        page.token = Some(mark.seal());
    }
}

fn token_missing(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.token = None;
}

fn token_empty(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    if page.token.is_some() {
        page.token = Some(String::new());
    }
}

fn token_at_end(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if page.token.is_none() && !matching.is_empty() {
        let walk = match scene.ask.map(|ask| &ask.from) {
            Some(From::After(mark)) => mark.walk,
            _ => 0,
        };
        let key = matching.last().map(|(_, row)| row.key.clone()).unwrap_or_default();
        page.token = Some(crate::mock::token::Mark { value: Value::Null, key, walk }.seal());
    }
}

fn end_walk(_: &Scene<'_>, _: &[Ranked], page: &mut Page) {
    page.more = false;
    page.token = None;
    page.remaining = 0;
}

fn end_second_page(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    if scene.at.0 > 0 {
        end_walk(scene, matching, page);
    }
}

fn has_spot(contract: &crate::contract::Contract) -> bool {
    contract
        .operations
        .iter()
        .filter_map(|operation| operation.clause.lists.as_ref())
        .any(|lists| spots(lists).iter().any(|clause| matches!(clause.spot, Spot::Pointer(_))))
}

/// Whether the first field of some envelope must be there.
fn requires_spot(contract: &crate::contract::Contract) -> bool {
    contract.operations.iter().any(|operation| {
        let first = operation.clause.lists.as_ref().and_then(|lists| pointers(lists).next());
        let schema = contract.success_schema(operation);
        first.zip(schema).is_some_and(|(pointer, schema)| requires(contract, schema, &pointer))
    })
}

/// Whether every step of a pointer into a body is required by its schema.
fn requires(contract: &crate::contract::Contract, schema: &str, pointer: &str) -> bool {
    let mut at = contract.shapes.find(&contract.resolve(schema).0);
    pointer.split('/').skip(1).all(|name| {
        let Some(id) = at.take() else { return false };
        let parts = contract.shapes.with_parts(id);
        at = parts.iter().find_map(|part| part.members.get(name).copied());
        parts.iter().any(|part| part.required.iter().any(|required| required == name))
    })
}

fn pointers(lists: &crate::contract::semantics::Lists) -> impl Iterator<Item = String> {
    spots(lists).into_iter().filter_map(|clause| clause.spot.pointer().map(str::to_owned))
}

fn first_spot(scene: &Scene<'_>) -> Option<String> {
    pointers(scene.lists()?).next()
}

fn drop_spot(scene: &Scene<'_>, body: &mut Value) {
    if let Some(spot) = first_spot(scene) {
        take_at(body, &spot);
    }
}

fn spot_as_text(scene: &Scene<'_>, body: &mut Value) {
    let Some(spot) = first_spot(scene) else { return };
    if let Some(value) = body.pointer(&spot).cloned() {
        set_at(body, &spot, json!(value.to_string()));
    }
}

fn has_items(contract: &crate::contract::Contract) -> bool {
    contract
        .operations
        .iter()
        .filter_map(|operation| operation.clause.lists.as_ref())
        .any(|lists| !lists.items.is_empty())
}

/// Whether the array of records has to be there.
fn requires_items(contract: &crate::contract::Contract) -> bool {
    contract.operations.iter().any(|operation| {
        operation.clause.lists.as_ref().is_some_and(|lists| is_required(contract, operation, &lists.items))
    })
}

fn items<'a>(scene: &'a Scene<'_>, body: &Value) -> Option<(&'a str, usize)> {
    let items = scene.lists()?.items.as_str();
    Some((items, body.pointer(items)?.as_array()?.len())).filter(|(items, _)| !items.is_empty())
}

fn null_items(scene: &Scene<'_>, body: &mut Value) {
    if let Some((pointer, 0)) = items(scene, body) {
        set_at(body, pointer, Value::Null);
    }
}

fn drop_items(scene: &Scene<'_>, body: &mut Value) {
    if let Some((pointer, 0)) = items(scene, body) {
        take_at(body, pointer);
    }
}

fn unwrap_item(scene: &Scene<'_>, body: &mut Value) {
    if let Some((pointer, 1)) = items(scene, body) {
        let only = body.pointer(&format!("{pointer}/0")).cloned().unwrap_or(Value::Null);
        set_at(body, pointer, only);
    }
}
