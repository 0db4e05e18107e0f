//! How a sorted walk reads.

use super::looks::{Look, Reading};
use super::ranks::{inversions, is_varied, opposite, ranks, text_ranks};
use crate::checks::filtering::{number_value, refusal, trait_text};
use crate::contract::semantics::{Direction, Lists, Order};
use crate::study::{Model, Rank, Reference, Study, WalkSeen};

pub(super) fn read(study: &Study, lists: &Lists, model: &Model, look: &mut Look<'_>) {
    if !look.walk.pages.is_empty() {
        read_pages(study, lists, model, look);
    }
    // What the pages before a refusal show comes first: it may well be its cause.
    if let (Some((status, page)), Reading::Ordered | Reading::Unjudged) = (refusal(study, look.walk), &look.reading) {
        look.reading = Reading::Refused(status, page);
    }
}

fn read_pages(study: &Study, lists: &Lists, model: &Model, look: &mut Look<'_>) {
    let reference = study.reference(&look.walk.walk.query.operation).filter(|_| !look.is_second());
    let text = look.wish.field.order == Order::Text;
    let field = look.wish.field;
    let ranks = if text { text_ranks(model, field, &look.walk.rows) } else { ranks(model, field, &look.walk.rows) };
    if text && !is_varied(&ranks) {
        read_text(reference, lists, model, look);
        return;
    }
    look.compared = ranks.len().saturating_sub(1);
    if !is_varied(&ranks) {
        return;
    }
    let Some(direction) = look.wish.direction else {
        let (up, first) = inversions(&ranks, Direction::Ascending);
        let (down, _) = inversions(&ranks, Direction::Descending);
        look.inversions = up.min(down);
        look.reading = match first {
            Some(row) if up > 0 && down > 0 => Reading::Wrong(row),
            _ => Reading::Ordered,
        };
        return;
    };
    let (wrong, first) = inversions(&ranks, direction);
    look.inversions = wrong;
    let Some(first) = first else {
        look.reading = Reading::Ordered;
        return;
    };
    look.opposite = inversions(&ranks, opposite(direction)).0 == 0;
    let likeness = reference.and_then(|reference| default_likeness(lists, model, reference, look.walk));
    look.as_unasked = likeness == Some(Reading::Default) && is_default_order(lists, look);
    // An order that is nearly kept is not the default order by nature but by accident.
    let plainly = wrong * 10 >= look.compared;
    look.reading = match likeness {
        Some(Reading::Default) if plainly && !is_default_order(lists, look) => Reading::Default,
        // Where the order is the opposite one throughout, the field does count.
        Some(Reading::DefaultReversed)
            if plainly && !is_default_field(lists, look) && inversions(&ranks, opposite(direction)).0 > 0 =>
        {
            Reading::DefaultReversed
        }
        _ => plain_reading(look, &ranks, direction, first),
    };
}

fn is_default_field(lists: &Lists, look: &Look<'_>) -> bool {
    let default = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    default.is_some_and(|default| default.field == look.wish.field.field)
}

pub(super) fn is_default_order(lists: &Lists, look: &Look<'_>) -> bool {
    lists
        .sort
        .as_ref()
        .and_then(|sort| sort.default.as_ref())
        .is_some_and(|default| default.field == look.wish.field.field && default.direction == look.wish.direction)
}

fn plain_reading(look: &Look<'_>, ranks: &[(usize, Rank)], direction: Direction, first: usize) -> Reading {
    // Two values the wrong way are out of order; it takes more of them, or all that there are, to say that every one is.
    let telling = ranks.windows(2).filter(|pair| pair[0].1 != pair[1].1).count() > 1 || look.walk.is_complete();
    if telling && inversions(ranks, opposite(direction)).0 == 0 {
        return Reading::Opposite;
    }
    if look.wish.field.order == Order::Number && ranks.len() > 3 {
        let texts: Vec<String> = ranks.iter().map(|(_, rank)| number_value(rank.figure()).to_string()).collect();
        let as_text = match direction {
            Direction::Ascending => texts.is_sorted(),
            Direction::Descending => texts.iter().rev().is_sorted(),
        };
        if as_text {
            return Reading::AsText(first);
        }
    }
    Reading::Wrong(first)
}

/// Whether a walk shows the records in the order of the whole list, or in its reverse; a few records may stand elsewhere,
/// since ties have no order and data may move.
pub(super) fn default_likeness(
    lists: &Lists,
    model: &Model,
    reference: &Reference,
    walk: &WalkSeen,
) -> Option<Reading> {
    let places: Vec<usize> =
        walk.rows.iter().filter_map(|row| reference.by_key.get(row.key.as_deref()?).copied()).collect();
    let order = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    let rank = |place: usize| {
        let (order, row) = (order?, reference.rows.get(place)?);
        row.traits.get(model.field(&order.field)?)?.rank(order.order)
    };
    // Whichever way the order is turned, those that tie in it may stand as before.
    let tie = |one: usize, two: usize| rank(one).is_some_and(|one| Some(one) == rank(two));
    let pairs = places.windows(2).filter(|pair| !tie(pair[0], pair[1])).count();
    if pairs < 2 || places.len() * 20 < walk.rows.len() * 19 {
        return None;
    }
    let rising = places.windows(2).filter(|pair| pair[0] < pair[1] && !tie(pair[0], pair[1])).count();
    let falling = places.windows(2).filter(|pair| pair[0] > pair[1] && !tie(pair[0], pair[1])).count();
    // Near the start of the list as well: a filter of another kind keeps the order but leaves records out.
    let from_start = places.iter().filter(|place| **place < places.len()).count() * 20 >= places.len() * 19;
    let from_end =
        places.iter().filter(|place| **place + places.len() >= reference.rows.len()).count() * 20 >= places.len() * 19;
    if rising * 100 >= pairs * 97 && from_start {
        return Some(Reading::Default);
    }
    (reference.complete && falling * 100 >= pairs * 97 && from_end).then_some(Reading::DefaultReversed)
}

/// Text that collations order differently is judged in two ways only: the default order (nothing happened at all), and a plain reversal on ASCII letters.
fn read_text(reference: Option<&Reference>, lists: &Lists, model: &Model, look: &mut Look<'_>) {
    let Some(index) = model.field(&look.wish.field.field) else { return };
    let words: Vec<&str> = look
        .walk
        .rows
        .iter()
        .filter_map(|row| trait_text(row, index))
        .filter(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphabetic()))
        .collect();
    let pairs: Vec<(String, String)> = words
        .windows(2)
        .map(|pair| (pair[0].to_ascii_lowercase(), pair[1].to_ascii_lowercase()))
        .filter(|(one, two)| one.bytes().next() != two.bytes().next())
        .collect();
    look.compared = pairs.len();
    // Same case throughout, or letters would stand in two alphabets.
    let upper = words.iter().all(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
    let lower = words.iter().all(|word| word.starts_with(|c: char| c.is_ascii_lowercase()));
    let (true, Some(direction)) = ((upper || lower) && pairs.len() >= 3, look.wish.direction) else { return };
    let up = pairs.iter().filter(|(one, two)| one < two).count();
    let down = pairs.len() - up;
    let wrong = match direction {
        Direction::Ascending => down,
        Direction::Descending => up,
    };
    look.inversions = wrong;
    look.reading = match reference.and_then(|reference| default_likeness(lists, model, reference, look.walk)) {
        Some(Reading::Default) if wrong * 5 >= pairs.len() && wrong < pairs.len() => Reading::Default,
        _ if wrong == pairs.len() => Reading::Opposite,
        _ => Reading::Ordered,
    };
}
