//! Pages that repeat, lose or shift records, and tokens that lead elsewhere.

mod cursors;
mod ends;
mod losses;
mod repeats;
mod sizes;

use super::catalogue;
use super::fitting;
use crate::mock::hook::{Hook, Neglect};
use crate::mock::page::Page;
use crate::mock::variant::everything_ties;

pub(in crate::mock) use ends::past_end;

catalogue! {
    /// The last record of a page comes again as the first of the next.
    "record-repeated": fitting::paged => Resumed Hook::Page(repeats::repeat);
    /// The last record of a page comes again on late pages.
    "record-repeated-late": fitting::paged => Late Hook::Page(repeats::repeat);
    /// The last record of a page comes again under a filter.
    "record-repeated-under-filter": |c| fitting::paged(c) && fitting::filter(c) => Filtered Hook::Page(repeats::repeat);
    /// The last record of a page comes again under an order that was asked for.
    "record-repeated-under-sort": |c| fitting::paged(c) && fitting::sort(c) => Sorted Hook::Page(repeats::repeat);
    /// The last record of a page comes again at the largest page size.
    "record-repeated-at-largest-size": fitting::walks_at_largest => AtMaximum Hook::Page(repeats::repeat);
    /// Pages that start behind two thirds of the list are empty, though the total counts what they should show.
    "window-ends": |c| fitting::offset(c) && fitting::total(c) => Lists Hook::Page(losses::close_window);
    /// One page late in the walk starts with the last record of the page before.
    "record-repeated-once": fitting::paged => Lists Hook::Page(repeats::repeat_once);
    /// Records that share the sort value of the last one come again: the token holds the value alone.
    "record-repeated-in-ties": |c| fitting::paged(c) && fitting::default_order(c) => Resumed Hook::Page(repeats::repeat_ties);
    /// A page starts one record too late.
    "record-skipped": fitting::paged => Resumed Hook::Page(losses::skip);
    /// Late pages start one record too late.
    "record-skipped-late": fitting::paged => Late Hook::Page(losses::skip);
    /// A page starts one record too late under a filter.
    "record-skipped-under-filter": |c| fitting::paged(c) && fitting::filter(c) => Filtered Hook::Page(losses::skip);
    /// A page starts one record too late under an order that was asked for.
    "record-skipped-under-sort": |c| fitting::paged(c) && fitting::sort(c) => Sorted Hook::Page(losses::skip);
    /// A page starts one record too late at the largest page size.
    "record-skipped-at-largest-size": fitting::walks_at_largest => AtMaximum Hook::Page(losses::skip);
    /// A page starts one record too late at page sizes from two to six.
    "record-skipped-at-small-sizes": |c| fitting::sized(c) && fitting::paged(c) => Resumed Hook::Page(losses::skip_small);
    /// A page starts one record too late at a page size of ten, where all records were created at once.
    "record-skipped-at-size-ten": |c| fitting::sized(c) && fitting::paged(c) => Always Hook::Population(everything_ties), Resumed Hook::Page(losses::skip_at_ten);
    /// Records that share the sort value of the last one are skipped: the token holds the value alone.
    "record-skipped-in-ties": |c| fitting::paged(c) && fitting::default_order(c) => Resumed Hook::Page(losses::skip_ties);
    /// Pages of the second tenant start one record too late.
    "record-skipped-for-one-tenant": |c| fitting::paged(c) && fitting::tenancy(c) => SecondTenant Hook::Page(losses::skip);
    /// The last record of a page comes again as the first of the next in the walks of the second tenant.
    "record-repeated-for-one-tenant": |c| fitting::paged(c) && fitting::tenancy(c) => SecondTenant Hook::Page(repeats::repeat);
    /// Every twentieth page starts one record too late.
    "record-skipped-now-and-then": fitting::paged => Twentieth Hook::Page(losses::skip);
    /// The last record of a walk is never shown.
    "last-record-lost": fitting::second_look => Lists Hook::Page(losses::lose_last);
    /// One record late in the walk is never listed.
    ///
    /// Nobody who does not know its key can tell.
    "record-never-listed": fitting::both => Lists Hook::Matching(losses::hide_deep); tolerated;
    /// One record late in the walk is listed under filters alone.
    "record-listed-only-under-filter": fitting::filter => Lists Hook::Matching(losses::hide_unfiltered);
    /// One record on a late page stands there twice.
    "record-twice-on-page": fitting::lists => Lists Hook::Page(repeats::twice_on_page);
    /// After two thirds of the walk the token leads back to the start.
    "cursor-loops": fitting::cursor => Resumed Hook::Ask(cursors::loop_back);
    /// On late pages the token is the one that was sent.
    "cursor-repeats": fitting::cursor => Late Hook::Page(cursors::same_token);
    /// A token forgets the filter that it was given out under.
    "cursor-ignores-filter": |c| fitting::cursor(c) && fitting::filter(c) => Resumed Hook::Ask(cursors::forget_filters);
    /// A token forgets the order that it was given out under.
    "cursor-ignores-sort": |c| fitting::cursor(c) && fitting::sort(c) => Resumed Hook::Ask(cursors::forget_order);
    /// An order that was asked for is ignored after the first page, where pages are counted.
    "order-ignored-after-first-page": |c| fitting::offset(c) && fitting::sort(c) => Resumed Hook::Ask(cursors::forget_order);
    /// The walk never ends: from the last page tokens lead back to other places.
    "walk-never-ends": fitting::cursor => Lists Hook::Page(ends::never_end);
    /// Under a filter tokens go on behind the last page, to empty pages for ever.
    "empty-pages-for-ever-under-filter": |c| fitting::cursor(c) && fitting::filter(c) => Filtered Hook::Page(ends::go_on_empty);
    /// More is said to follow on a full page that is the last: an empty page follows.
    "more-true-on-full-last-page": fitting::firm_end => Lists Hook::Page(ends::more_when_full);
    /// Sent twice, a token gives two different pages.
    "cursor-gives-two-pages": fitting::cursor => Again Hook::Page(cursors::alternate);
    /// Sent twice, an offset gives two different pages.
    "offset-gives-two-pages": fitting::offset => Again Hook::Page(cursors::alternate);
    /// Sent twice, a request for a later page gives its records in another order.
    "page-reordered-on-repeat": fitting::paged => Again Hook::Page(cursors::turn_over);
    /// The default page size is one less than documented.
    "default-size-off-by-one": fitting::firm_default_size => Lists Hook::Ask(sizes::default_down);
    /// The default page size is ten times what is documented.
    "default-size-too-large": fitting::firm_default_size => Lists Hook::Ask(sizes::default_up);
    /// The largest page size gives one record less.
    "maximum-size-off-by-one": fitting::limited => AtMaximum Hook::Ask(sizes::size_down);
    /// The page size is ignored: the default is used.
    "size-ignored": fitting::default_size => Lists Hook::Ask(sizes::size_ignored);
    /// The page size is ignored after the first page.
    "size-ignored-after-first-page": fitting::default_size => Resumed Hook::Ask(sizes::size_ignored);
    /// A size that was asked for gives one record less.
    "size-off-by-one": fitting::sized => Lists Hook::Ask(sizes::asked_down), Lists Hook::Page(sizes::echo_up);
    /// One more than the largest size gives that many records.
    "maximum-off-by-one": fitting::firm_maximum => Always Hook::Neglect(Neglect::OneAbove);
    /// A page holds one record more than was asked for.
    "page-exceeds-size": fitting::sized => Lists Hook::Ask(sizes::size_up), Lists Hook::Page(sizes::echo_down);
    /// A late page holds one record more than was asked for.
    "page-exceeds-size-late": fitting::sized => Late Hook::Page(sizes::one_more);
    /// A page holds one record more than was asked for at the largest size only.
    "page-exceeds-largest-size": fitting::limited => AtMaximum Hook::Ask(sizes::size_up), AtMaximum Hook::Page(sizes::echo_down);
    /// A page holds one record less than was asked for, although more follow.
    "page-short": fitting::sized => Lists Hook::Page(losses::lose_border);
    /// A page in mid-walk is empty and its records are lost.
    "empty-page-loses-records": fitting::paged => Resumed Hook::Page(losses::empty_middle);
    /// The second page is empty; its records come on the next.
    "empty-page-in-mid-walk": fitting::no_empty_page => Resumed Hook::Page(losses::empty_second);
    /// The page size changes the order of the records.
    "size-changes-order": fitting::limited => AtMaximum Hook::Ask(sizes::turn_round);
    /// The page size changes which records there are.
    "size-changes-content": fitting::limited => AtMaximum Hook::Matching(losses::drop_fifth);
    /// An offset beyond the end gives the last page again.
    "past-end-repeats-last-page": |c| fitting::offset(c) && fitting::past_end(c) && !fitting::past_end_shows_last(c) => Resumed Hook::Page(ends::past_end);
    /// A page beyond the end is the first one, and not the last as the contract has it.
    "past-end-shows-first-page": fitting::past_end_shows_last => Resumed Hook::Page(ends::first_past_end);
    /// The total is a page too high, on a server that shows its last page again behind the end.
    "total-too-high-behind-last-page": |c| fitting::total(c) && fitting::offset(c) && !fitting::past_end(c) => Lists Hook::Page(ends::total_up), Resumed Hook::Page(ends::past_end);
    /// An offset is ignored: every page is the first.
    "offset-ignored": fitting::offset => Resumed Hook::Ask(cursors::loop_at_once);
    /// An offset is taken for a number of pages.
    "offset-counts-pages": fitting::offset => Resumed Hook::Ask(cursors::offset_pages);
}

/// Makes the count that of the records shown: the fault is in the records alone.
fn recount(page: &mut Page) {
    page.count = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
}
