//! Filters that do nothing, too much or too little.

use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::semantics::{Case, Filter, Match};
use crate::document::text_of;
use crate::mock::ask::{Ask, Condition};
use crate::mock::exchange::Answer;
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::page::Page;
use crate::mock::population::Row;
use crate::mock::select::{Ranked, holds, sorted};

catalogue! {
    /// Filters are ignored.
    "filter-ignored": fitting::filter => Filtered Hook::Ask(forget_all);
    /// The first filter is ignored, the others work.
    "one-filter-ignored": fitting::filter => Filtered Hook::Ask(forget_first);
    /// The last filter on a field is ignored, the others work.
    "last-filter-ignored": fitting::two_filters => Filtered Hook::Ask(forget_last);
    /// Filters are ignored after the first page.
    "filter-ignored-after-first-page": |c| (fitting::filter(c) || fitting::part_filter(c)) && fitting::paged(c) => Resumed Hook::Matching(refill);
    /// Filters are ignored for the second tenant.
    "filter-ignored-for-one-tenant": |c| fitting::filter(c) && fitting::tenancy(c) => SecondTenant Hook::Ask(forget_all);
    /// Filters are ignored at the largest page size.
    "filter-ignored-at-largest-size": |c| fitting::filter(c) && fitting::limited(c) => AtMaximum Hook::Ask(forget_all);
    /// Of two filters sent together only the first counts.
    "filter-combination-ignored": fitting::two_filters => Filtered Hook::Ask(keep_first);
    /// Two filters sent together are joined by "or".
    "filter-or-instead-of-and": fitting::two_filters => Filtered Hook::Matching(any_of);
    /// Two filters sent together match nothing.
    "filter-combination-empty": fitting::two_filters => Filtered Hook::Matching(none_of_two);
    /// A filter for an exact text finds parts of it.
    "filter-matches-substring": fitting::text_filter => Filtered Hook::Matching(substring);
    /// A filter for an exact text finds whatever starts with it.
    "filter-matches-prefix": fitting::text_filter => Filtered Hook::Matching(prefix);
    /// A filter for an exact text ignores letter case.
    "filter-ignores-case": fitting::cased_filter => Filtered Hook::Matching(any_case);
    /// A filter does not find a text with capitals in it.
    "filter-drops-capitals": fitting::text_filter => Filtered Hook::Matching(drop_capitals);
    /// A filter drops one record that matches, late in the walk.
    "filter-drops-match": fitting::filter => Filtered Hook::Matching(drop_late);
    /// A filter drops the first record that matches.
    "filter-drops-first-match": fitting::filter => Filtered Hook::Matching(drop_first);
    /// A filter lets one foreign record through, late in the walk.
    "filter-lets-one-through": fitting::filter => Filtered Hook::Matching(let_one_in);
    /// A filter lets one foreign record through on late pages.
    "filter-lets-one-through-late": |c| fitting::filter(c) && fitting::paged(c) => Filtered Hook::Page(foreign_on_page);
    /// Filters are ignored when an order is asked for as well.
    "filter-ignored-under-sort": |c| fitting::filter(c) && fitting::sort(c) => FilteredAndSorted Hook::Ask(forget_all);
    /// A plus sign in the value of a filter is taken for a space, however it is encoded.
    "filter-misreads-plus": fitting::address_filter => Filtered Hook::Ask(plus_as_space);
    /// Letters outside ASCII in the value of a filter are lost.
    "filter-misreads-letters": fitting::lettered_filter => Filtered Hook::Ask(ascii_only);
    /// A lawful filter is refused.
    "filter-refused": fitting::filter => Filtered Hook::Success(refuse);
    /// A lawful filter is refused as if the credential were not good for it.
    "filter-forbidden": fitting::filter => Filtered Hook::Success(forbid);
    /// An unknown value of a filter has no effect.
    "filter-unknown-value-ignored": fitting::choice_filter => Always Hook::Neglect(Neglect::FilterValues);
    /// A filter over several values takes the first alone.
    "list-filter-takes-first": fitting::list_filter => Filtered Hook::Ask(first_of_list);
    /// A filter over several values wants all of them at once, and finds nothing.
    "list-filter-wants-all": fitting::list_filter => Filtered Hook::Matching(all_of_list);
    /// A filter by true or false does the opposite.
    "flag-filter-inverted": fitting::flag_filter => Filtered Hook::Ask(invert);
    /// A filter selects what it should leave out.
    "filter-inverted": fitting::choice_filter => Filtered Hook::Matching(complement);
    /// Records that should be hidden unless asked for are listed.
    "default-filter-missing": fitting::default_filter => Lists Hook::Ask(forget_defaults);
    /// Records that are hidden unless asked for are not even listed when asked for.
    "hidden-records-never-listed": fitting::default_filter => Filtered Hook::Matching(hide_asked); tolerated;
    /// Lawful filters are refused when two are sent together.
    "filter-combination-refused": fitting::two_filters => Filtered Hook::Success(refuse_two);
    /// Under a filter one record shows the value that was asked for, whatever its own is.
    "filter-relabels-record": fitting::choice_filter => Filtered Hook::Matching(relabel);
    /// A filter that ignores letter case does not.
    "filter-minds-case": fitting::uncased_filter => Filtered Hook::Matching(same_case);
    /// Records that may be hidden unless asked for are so only when another filter is sent.
    "default-filter-only-with-others": |c| fitting::either_filter(c) && fitting::two_filters(c) => Filtered Hook::Matching(hide_either);
    /// Records that may be hidden unless asked for are, but not when another filter is sent.
    "default-filter-only-alone": |c| fitting::either_filter(c) && fitting::two_filters(c) => Lists Hook::Matching(hide_alone); tolerated;
    /// Under a filter the records come in the opposite order.
    "filter-changes-order": |c| fitting::filter(c) && fitting::firm_default_order(c) => Filtered Hook::Ask(turn_unsorted);
}

pub(super) fn asked(ask: &Ask) -> usize {
    ask.filters.iter().filter(|condition| condition.asked).count()
}

fn forget_all(_: &Scene<'_>, ask: &mut Ask) {
    ask.filters.retain(|condition| !condition.asked);
}

fn forget_first(_: &Scene<'_>, ask: &mut Ask) {
    ask.filters.retain(|condition| !condition.asked || condition.filter != 0);
}

fn forget_last(scene: &Scene<'_>, ask: &mut Ask) {
    let Some(lists) = scene.lists() else { return };
    let last = lists.filters.values().rposition(fitting::is_firm_filter);
    ask.filters.retain(|condition| !condition.asked || Some(condition.filter) != last);
}

fn keep_first(_: &Scene<'_>, ask: &mut Ask) {
    let mut kept = 0;
    ask.filters.retain(|condition| {
        kept += usize::from(condition.asked);
        !condition.asked || kept == 1
    });
}

/// Fills the records up again to all that the unasked conditions leave.
pub(super) fn everything(scene: &Scene<'_>, ask: &Ask) -> Vec<Ranked> {
    let Some(lists) = scene.lists() else { return Vec::new() };
    let mut all = sorted(scene.population.table(scene.resource(), ask.tenant), &ask.order);
    all.retain(|(_, row)| {
        ask.filters.iter().filter(|condition| !condition.asked).all(|c| holds(lists, scene.route, c, &row.value))
    });
    all
}

pub(super) fn refill(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if let Some(ask) = scene.ask.filter(|ask| asked(ask) > 0) {
        *matching = everything(scene, ask);
    }
}

/// Replaces the matching records by those that fit another reading of the conditions.
pub(super) fn reread(
    scene: &Scene<'_>,
    matching: &mut Vec<Ranked>,
    fits: impl Fn(&Filter, &Condition, &Value) -> Option<bool>,
) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    let mut all = everything(scene, ask);
    all.retain(|(_, row)| {
        ask.filters.iter().filter(|condition| condition.asked).all(|condition| {
            let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
            let other = filter.and_then(|filter| fits(filter, condition, &row.value));
            other.unwrap_or_else(|| holds(lists, scene.route, condition, &row.value))
        })
    });
    *matching = all;
}

fn any_of(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    if asked(ask) > 1 {
        let mut all = everything(scene, ask);
        all.retain(|(_, row)| {
            ask.filters.iter().filter(|condition| condition.asked).any(|c| holds(lists, scene.route, c, &row.value))
        });
        *matching = all;
    }
}

fn none_of_two(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| asked(ask) > 1) {
        matching.clear();
    }
}

/// The text of a record's field, for a filter that matches free text exactly.
pub(super) fn exact_text<'a>(scene: &Scene<'_>, filter: &Filter, record: &'a Value) -> Option<&'a str> {
    if !fitting::is_exact_text(scene.operation, scene.contract, filter) {
        return None;
    }
    record.pointer(filter.field.as_deref()?)?.as_str()
}

fn substring(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        Some(exact_text(scene, filter, record)?.contains(&text_of(&condition.value)))
    });
}

fn prefix(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        Some(exact_text(scene, filter, record)?.starts_with(&text_of(&condition.value)))
    });
}

fn any_case(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        let text = exact_text(scene, filter, record)?;
        (filter.case == Case::Exact).then(|| text.to_lowercase() == text_of(&condition.value).to_lowercase())
    });
}

fn drop_capitals(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        Some(exact_text(scene, filter, record)? == text_of(&condition.value).to_lowercase())
    });
}

fn drop_late(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if !matching.is_empty() {
        matching.remove(matching.len() * 4 / 5);
    }
}

fn drop_first(_: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if !matching.is_empty() {
        matching.remove(0);
    }
}

/// A record of the tenant that does not match, next to a place in the order.
fn stranger(scene: &Scene<'_>, matching: &[Ranked], near: usize) -> Option<Ranked> {
    let all = everything(scene, scene.ask?);
    let at = matching.get(near).and_then(|(_, row)| all.iter().position(|(_, other)| other.key == row.key))?;
    let foreign = |(_, row): &&Ranked| !matching.iter().any(|(_, known)| known.key == row.key);
    all[at..].iter().find(foreign).or_else(|| all[..at].iter().rev().find(foreign)).cloned()
}

fn let_one_in(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if let Some(foreign) = stranger(scene, matching, matching.len() * 4 / 5) {
        let order = scene.ask.map(|ask| ask.order.descending).unwrap_or_default();
        let at = matching.partition_point(|(rank, row)| {
            rank.compare(&foreign.0, order).then_with(|| row.key.cmp(&foreign.1.key)).is_lt()
        });
        matching.insert(at, foreign);
    }
}

fn foreign_on_page(scene: &Scene<'_>, matching: &[Ranked], page: &mut Page) {
    let late = page.start > 0 && page.start * 2 >= matching.len();
    if late
        && page.rows.len() > 1
        && let Some((_, foreign)) = stranger(scene, matching, page.start)
    {
        page.rows[1] = Arc::clone(&foreign);
    }
}

fn reword(ask: &mut Ask, with: impl Fn(&str) -> String) {
    for condition in &mut ask.filters {
        if let Value::String(text) = &condition.value {
            condition.value = json!(with(text));
        }
    }
}

fn plus_as_space(_: &Scene<'_>, ask: &mut Ask) {
    reword(ask, |text| text.replace('+', " "));
}

fn ascii_only(_: &Scene<'_>, ask: &mut Ask) {
    reword(ask, |text| text.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect());
}

fn refuse(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse_value(scene, answer);
}

fn forbid(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::forbid(scene, answer);
}

fn refuse_two(scene: &Scene<'_>, answer: &mut Answer) {
    if scene.ask.is_some_and(|ask| asked(ask) > 1) {
        super::errors::refuse_value(scene, answer);
    }
}

fn relabel(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    let choice = |condition: &&Condition| {
        let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
        condition.asked
            && filter.is_some_and(|filter| !fitting::choices(scene.operation, scene.contract, filter).is_empty())
    };
    let Some(condition) = ask.filters.iter().find(choice).filter(|_| asked(ask) == 1) else { return };
    let field = lists.filters.get_index(condition.filter).and_then(|(_, filter)| filter.field.as_deref());
    let middle = matching.len() / 2;
    if let (Some(field), Some((rank, row))) = (field, stranger(scene, matching, middle)) {
        let mut record = row.value.clone();
        crate::mock::exchange::set_at(&mut record, field, condition.value.clone());
        let at = matching.partition_point(|(other, known)| {
            other.compare(&rank, ask.order.descending).then_with(|| known.key.cmp(&row.key)).is_lt()
        });
        matching.insert(at, (rank, Arc::new(Row::new(record, &scene.targets.key))));
    }
}

fn same_case(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        let text = record.pointer(filter.field.as_deref()?)?.as_str()?;
        (filter.case == Case::Ignore && filter.matching == Match::Equal).then(|| text == text_of(&condition.value))
    });
}

fn hide_either(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    use crate::contract::semantics::Absent;
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    for (index, filter) in lists.filters.values().enumerate() {
        let sent = ask.filters.iter().any(|condition| condition.asked && condition.filter == index);
        if let (Some(Absent::Either { either }), Some(field), false) = (&filter.absent, &filter.field, sent) {
            matching.retain(|(_, row)| row.value.pointer(field) == Some(either));
        }
    }
}

fn hide_alone(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if scene.ask.is_some_and(|ask| asked(ask) == 0) {
        hide_either(scene, matching);
    }
}

fn first_of_list(_: &Scene<'_>, ask: &mut Ask) {
    for condition in &mut ask.filters {
        if let Value::Array(values) = &mut condition.value {
            values.truncate(1);
        }
    }
}

fn all_of_list(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        if filter.matching != Match::AnyOf {
            return None;
        }
        let field = record.pointer(filter.field.as_deref()?)?;
        Some(condition.value.as_array()?.iter().all(|value| text_of(value) == text_of(field)))
    });
}

fn invert(_: &Scene<'_>, ask: &mut Ask) {
    for condition in &mut ask.filters {
        match text_of(&condition.value).as_str() {
            "true" => condition.value = json!(false),
            "false" => condition.value = json!(true),
            _ => {}
        }
    }
}

fn complement(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    reread(scene, matching, |filter, condition, record| {
        let choices = fitting::choices(scene.operation, scene.contract, filter);
        let field = record.pointer(filter.field.as_deref()?)?;
        (!choices.is_empty()).then(|| text_of(field) != text_of(&condition.value))
    });
}

fn forget_defaults(_: &Scene<'_>, ask: &mut Ask) {
    ask.filters.retain(|condition| condition.asked);
}

fn hide_asked(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    use crate::contract::semantics::Absent;
    let (Some(ask), Some(lists)) = (scene.ask, scene.lists()) else { return };
    for condition in ask.filters.iter().filter(|condition| condition.asked) {
        let filter = lists.filters.get_index(condition.filter).map(|(_, filter)| filter);
        if let Some(Absent::Only(shown)) = filter.and_then(|filter| filter.absent.as_ref())
            && *shown != condition.value
        {
            matching.clear();
        }
    }
}

fn turn_unsorted(_: &Scene<'_>, ask: &mut Ask) {
    if !ask.order.asked {
        ask.order.descending = !ask.order.descending;
    }
}
