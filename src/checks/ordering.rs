//! What the checks on orders share: which orders there are, how they are walked, and how a walk reads.

use std::collections::{HashMap, HashSet};

use super::filtering::{Ground, MOST_PAGES, clause, exposed, is_light, lawful_size, plan_each, refusal, sent_at};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::{Access, Case, Query, SortChoice};
use crate::contract::Operation;
use crate::contract::semantics::{Direction, Lists, Match, Order, Sort, SortField};
use crate::document::escape;
use crate::finding::Level;
use crate::study::{Model, Reference, Row, Study, Trait, WalkSeen};

/// An order that can be asked for.
pub(super) struct Wish<'a> {
    pub(super) choice: SortChoice,
    pub(super) name: &'a str,
    pub(super) field: &'a SortField,
    /// The promised direction; `None` when none is sent and none is promised.
    pub(super) direction: Option<Direction>,
    /// Pointer of the clause below `x-contract/lists`.
    pub(super) clause: String,
}

/// Every order of a list, in document order, ascending first.
pub(super) fn wishes(sort: &Sort) -> Vec<Wish<'_>> {
    let mut wishes = Vec::new();
    if sort.by.is_none() {
        return wishes;
    }
    for (name, field) in &sort.fields {
        let directions: &[Option<Direction>] = match (&sort.direction, field.direction) {
            (Some(_), _) => &[Some(Direction::Ascending), Some(Direction::Descending)],
            (None, _) => &[None],
        };
        for direction in directions {
            wishes.push(Wish {
                choice: SortChoice { by: Some(name.clone()), direction: *direction },
                name,
                field,
                direction: direction.or(field.direction),
                clause: format!("sort/fields/{}", escape(name)),
            });
        }
    }
    for (name, field) in &sort.values {
        wishes.push(Wish {
            choice: SortChoice { by: Some(name.clone()), direction: None },
            name,
            field,
            direction: field.direction,
            clause: format!("sort/values/{}", escape(name)),
        });
    }
    wishes
}

fn wish_of<'a>(sort: &'a Sort, choice: &SortChoice) -> Option<Wish<'a>> {
    wishes(sort).into_iter().find(|wish| wish.choice == *choice)
}

/// Every order of every list: those that weigh over several pages, at sizes that put ties on page borders; the others at
/// fewer requests.
pub(super) fn plan_orders(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
        let Some(sort) = &ground.lists.sort else { return Vec::new() };
        let records = ground.walk.rows.len();
        let mut cases = Vec::new();
        for (index, wish) in wishes(sort).into_iter().enumerate() {
            let level = wish.field.level(study.means.strict);
            let mut query = ground.query();
            query.sort = Some(wish.choice.clone());
            let (size, pages) = match (wish.field.order, level <= Level::Note) {
                (Order::Text, true) => (most(&ground), 1),
                (_, true) => (most(&ground), 3),
                // Neighbouring orders are cut at different places.
                (_, false) => {
                    let parts = if index % 2 == 0 { 4 } else { 3 };
                    let least = ((records + 1).div_ceil(parts)) as u64;
                    let spread = (least / 6).max(1);
                    let salt = format!("{} order {}", ground.operation.id, wish.name);
                    let extra = super::draw::draw(study, &salt, &(0..=spread), 1).first().copied().unwrap_or(0);
                    (least + extra, MOST_PAGES)
                }
            };
            query.size = Some(lawful_size(ground.lists, size.max(2)));
            cases.push(Case::pages(query, pages));
        }
        // The second tenant's order is one that its list does not come in anyway.
        let default = sort.default.as_ref().map(|field| (field.field.as_str(), field.direction));
        let telling = wishes(sort).iter().position(|wish| {
            wish.field.level(study.means.strict) > Level::Note
                && default != Some((wish.field.field.as_str(), wish.direction))
        });
        cases.extend(telling.and_then(|first| super::filtering::for_second(study, &cases[first..])));
        cases
    })
}

fn most(ground: &Ground<'_>) -> u64 {
    super::filtering::most_size(ground.lists).min(100)
}

/// One order that weighs, together with the filter that keeps most records while excluding some.
pub(super) fn plan_sorted_and_filtered(study: &Study) -> Vec<Case> {
    plan_each(study, |ground| {
        let Some(wish) = ground.lists.sort.as_ref().and_then(|sort| {
            let weighty = wishes(sort)
                .into_iter()
                .filter(|wish| wish.field.order != Order::Text && wish.field.level(study.means.strict) > Level::Note);
            // The default order would not show that sorting gets lost.
            let default = sort.default.as_ref().map(|default| (default.field.as_str(), default.direction));
            weighty.into_iter().find(|wish| Some((wish.field.field.as_str(), wish.direction)) != default)
        }) else {
            return Vec::new();
        };
        let mut best: Option<(usize, Query)> = None;
        for (name, filter) in &ground.lists.filters {
            if is_light(study, filter) || !matches!(filter.matching, Match::Equal | Match::AnyOf) {
                continue;
            }
            for value in super::filtering::trials(study, &ground, name, filter) {
                let query = ground.query().filter(name, value);
                let Some(matches) = ground.matches(study, &query) else { continue };
                let excludes = matches < ground.walk.rows.len();
                if excludes && matches > 1 && best.as_ref().is_none_or(|(most, _)| matches > *most) {
                    best = Some((matches, query));
                }
            }
        }
        let Some((matches, mut query)) = best else { return Vec::new() };
        query.sort = Some(wish.choice);
        query.size = Some(lawful_size(ground.lists, ((matches + 1).div_ceil(3)).max(2) as u64));
        vec![Case::pages(query, MOST_PAGES)]
    })
}

/// How a sorted walk reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Reading {
    /// Nothing to judge: no page, or no two values that can be compared.
    Unjudged,
    /// In order.
    Ordered,
    /// Refused with this status, at this page.
    Refused(u16, usize),
    /// The default order, as if nobody had asked.
    Default,
    /// The default order reversed: the direction counts, the field does not.
    DefaultReversed,
    /// In the opposite direction throughout.
    Opposite,
    /// Numbers in the order of their texts.
    AsText(usize),
    /// Out of order; the first record that stands wrong.
    Wrong(usize),
}

/// A walk in a certain order and nothing else.
pub(super) struct Look<'a> {
    pub(super) case: &'a Case,
    pub(super) walk: &'a WalkSeen,
    pub(super) wish: Wish<'a>,
    pub(super) reading: Reading,
    /// Pairs of neighbours that stand in the wrong order.
    pub(super) inversions: usize,
    /// Neighbours compared.
    pub(super) compared: usize,
}

impl Look<'_> {
    /// Whether the walk is the second tenant's, of whose records nothing is known.
    pub(super) fn is_second(&self) -> bool {
        self.walk.walk.query.access == Access::Second
    }

    /// What tells this order from others.
    pub(super) fn mark(&self) -> String {
        let whose = if self.is_second() { " for the second tenant" } else { "" };
        format!("{}{whose}", self.own_mark())
    }

    fn own_mark(&self) -> String {
        match self.wish.choice.direction {
            Some(direction) => format!("{} {}", self.wish.name, direction_word(direction)),
            None => self.wish.name.to_owned(),
        }
    }

    /// A fault of this walk.
    pub(super) fn blame(&self, study: &Study, operation: &Operation, title: String) -> Blame {
        let level = self.wish.field.level(study.means.strict);
        let row = match self.reading {
            Reading::Wrong(row) | Reading::AsText(row) => Some(row),
            _ => None,
        };
        let mut blame = Blame::of_cases(title, vec![self.case.clone()], sent_at(self.walk, row))
            .by(&study.contract, clause(operation, &self.wish.clause))
            .under(study, &self.wish.field.about, level)
            .mark(self.mark());
        if let (Some(row), Some(lists)) = (row, &operation.clause.lists) {
            blame = blame.at(super::filtering::row_pointer(lists, self.walk, row, &self.wish.field.field));
        }
        blame.exposed = exposed(self.walk);
        blame
    }

    /// Words for how much is out of order.
    pub(super) fn words(&self) -> String {
        let page = match self.reading {
            Reading::Wrong(row) | Reading::AsText(row) => self.walk.page_of(row) + 1,
            _ => 1,
        };
        format!("{} of {} neighbours stand the wrong way, the first on page {page}", self.inversions, self.compared)
    }
}

/// `ascending` or `descending`.
pub(super) fn direction_word(direction: Direction) -> &'static str {
    match direction {
        Direction::Ascending => "ascending",
        Direction::Descending => "descending",
    }
}

/// The values of a walk that can be compared, with the index of their records; empty when kinds are mixed, so that
/// comparing would mean guessing.
pub(super) fn ranks(model: &Model, field: &SortField, rows: &[Row]) -> Vec<(usize, f64)> {
    let Some(index) = model.field(&field.field) else { return Vec::new() };
    let texts = rows.iter().filter(|row| matches!(row.traits.get(index), Some(Trait::Text(_) | Trait::Hashed(..))));
    let numbers = rows.iter().filter(|row| matches!(row.traits.get(index), Some(Trait::Number(_))));
    if texts.count() > 0 && numbers.count() > 0 {
        return Vec::new();
    }
    rows.iter()
        .enumerate()
        .filter_map(|(at, row)| Some((at, row.traits.get(index)?.rank(field.order)?)))
        .filter(|(_, rank)| rank.is_finite())
        .collect()
}

/// Neighbours that stand the wrong way: their number, and the record after the first.
pub(super) fn inversions(ranks: &[(usize, f64)], direction: Direction) -> (usize, Option<usize>) {
    let wrong = ranks.windows(2).filter(|pair| match direction {
        Direction::Ascending => pair[0].1 > pair[1].1,
        Direction::Descending => pair[0].1 < pair[1].1,
    });
    let places: Vec<usize> = wrong.map(|pair| pair[1].0).collect();
    (places.len(), places.first().copied())
}

fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

fn is_varied(ranks: &[(usize, f64)]) -> bool {
    ranks.windows(2).any(|pair| pair[0].1.total_cmp(&pair[1].1).is_ne())
}

/// Sorted walks without filters, as they read.
pub(super) fn looks<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Look<'a>> {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return Vec::new() };
    let Some(sort) = &lists.sort else { return Vec::new() };
    let mut looks = Vec::new();
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let known = matches!(query.access, Access::Own | Access::Second);
        let bare = query.filters.is_empty() && query.expand.is_empty() && known;
        let (Some(choice), true) = (&query.sort, bare) else { continue };
        let Some(wish) = wish_of(sort, choice) else { continue };
        let mut look = Look { case, walk, wish, reading: Reading::Unjudged, inversions: 0, compared: 0 };
        read(study, lists, model, &mut look);
        looks.push(look);
    }
    looks
}

fn read(study: &Study, lists: &Lists, model: &Model, look: &mut Look<'_>) {
    if !look.walk.pages.is_empty() {
        read_pages(study, lists, model, look);
    }
    // What the pages before a refusal show comes first: it may well be its cause.
    if let (Some((status, page)), Reading::Ordered | Reading::Unjudged) = (refusal(look.walk), &look.reading) {
        look.reading = Reading::Refused(status, page);
    }
}

fn read_pages(study: &Study, lists: &Lists, model: &Model, look: &mut Look<'_>) {
    let reference = study.reference(&look.walk.walk.query.operation).filter(|_| !look.is_second());
    if look.wish.field.order == Order::Text {
        read_text(reference, model, look);
        return;
    }
    let ranks = ranks(model, look.wish.field, &look.walk.rows);
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
    let likeness = reference.and_then(|reference| default_likeness(reference, look.walk));
    // An order that is nearly kept is not the default order by nature but by accident.
    let plainly = wrong * 10 >= look.compared;
    look.reading = match likeness {
        Some(Reading::Default) if plainly && !is_default_order(lists, look) => Reading::Default,
        Some(Reading::DefaultReversed) if plainly && !is_default_field(lists, look) => Reading::DefaultReversed,
        _ => plain_reading(look, &ranks, direction, first),
    };
}

fn is_default_field(lists: &Lists, look: &Look<'_>) -> bool {
    let default = lists.sort.as_ref().and_then(|sort| sort.default.as_ref());
    default.is_some_and(|default| default.field == look.wish.field.field)
}

fn is_default_order(lists: &Lists, look: &Look<'_>) -> bool {
    lists
        .sort
        .as_ref()
        .and_then(|sort| sort.default.as_ref())
        .is_some_and(|default| default.field == look.wish.field.field && default.direction == look.wish.direction)
}

fn plain_reading(look: &Look<'_>, ranks: &[(usize, f64)], direction: Direction, first: usize) -> Reading {
    if inversions(ranks, opposite(direction)).0 == 0 {
        return Reading::Opposite;
    }
    if look.wish.field.order == Order::Number && ranks.len() > 3 {
        let texts: Vec<String> =
            ranks.iter().map(|(_, rank)| super::filtering::number_value(*rank).to_string()).collect();
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
fn default_likeness(reference: &Reference, walk: &WalkSeen) -> Option<Reading> {
    let places: Vec<usize> =
        walk.rows.iter().filter_map(|row| reference.by_key.get(row.key.as_deref()?).copied()).collect();
    let pairs = places.len().saturating_sub(1);
    if pairs < 2 || places.len() * 20 < walk.rows.len() * 19 {
        return None;
    }
    let rising = places.windows(2).filter(|pair| pair[0] < pair[1]).count();
    let falling = places.windows(2).filter(|pair| pair[0] > pair[1]).count();
    // Near the start of the list as well: a filter of another kind keeps the order but leaves records out.
    let from_start = places.iter().filter(|place| **place < places.len()).count() * 20 >= places.len() * 19;
    let from_end =
        places.iter().filter(|place| **place + places.len() >= reference.rows.len()).count() * 20 >= places.len() * 19;
    if rising * 100 >= pairs * 97 && from_start {
        return Some(Reading::Default);
    }
    (reference.complete && falling * 100 >= pairs * 97 && from_end).then_some(Reading::DefaultReversed)
}

/// Text is judged in two ways only: the default order (nothing happened at all), and a plain reversal on ASCII letters.
fn read_text(reference: Option<&Reference>, model: &Model, look: &mut Look<'_>) {
    let Some(index) = model.field(&look.wish.field.field) else { return };
    let words: Vec<&str> = look
        .walk
        .rows
        .iter()
        .filter_map(|row| super::filtering::trait_text(row, index))
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
    look.reading = match reference.and_then(|reference| default_likeness(reference, look.walk)) {
        Some(Reading::Default) if wrong * 5 >= pairs.len() && wrong < pairs.len() => Reading::Default,
        _ if wrong == pairs.len() => Reading::Opposite,
        _ => Reading::Ordered,
    };
}

/// Whether sorting as a whole shows no effect: every order that could be judged reads as the default order or is refused.
pub(super) fn is_unsupported(looks: &[Look<'_>], wanted: impl Fn(&Reading) -> bool) -> bool {
    let judged: Vec<&Look<'_>> =
        looks.iter().filter(|look| look.reading != Reading::Unjudged && !look.is_second()).collect();
    let without = judged.iter().filter(|look| wanted(&look.reading)).count();
    // The default order, when asked for, reads as ordered although nothing happened.
    without > 0
        && judged
            .iter()
            .all(|look| wanted(&look.reading) || (look.reading == Reading::Ordered && is_lucky(look, &judged)))
}

/// Whether an order is in order although its twin shows the same records in the same order: it was there before.
fn is_lucky(look: &Look<'_>, judged: &[&Look<'_>]) -> bool {
    let keys = |look: &Look<'_>| look.walk.rows.iter().map(|row| row.key.clone()).collect::<Vec<_>>();
    let own = keys(look);
    judged.iter().any(|other| {
        let theirs = keys(other);
        let common = own.len().min(theirs.len());
        matches!(other.reading, Reading::Default) && own[..common] == theirs[..common]
    })
}

/// Records that a sorted walk repeats and leaves out, told apart by whether a tie explains them.
#[derive(Debug, Default)]
pub(super) struct Balance {
    /// Keys that came more than once, with the index of the second showing.
    pub(super) repeated: Vec<(Box<str>, usize)>,
    /// Keys of known records that had to come and did not.
    pub(super) missing: Vec<Box<str>>,
    /// Known records that had to come.
    pub(super) wanted: usize,
    /// Whether every one of them has the value that stands on both sides of a page border.
    pub(super) by_ties: bool,
}

/// Compares a sorted walk with the whole list.
pub(super) fn balance(study: &Study, operation: &Operation, look: &Look<'_>) -> Balance {
    let mut balance = Balance::default();
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return balance };
    let walk = look.walk;
    let mut first: HashMap<&str, usize> = HashMap::new();
    for (index, row) in walk.rows.iter().enumerate() {
        let Some(key) = row.key.as_deref() else { continue };
        match first.get(key) {
            // A record whose version differs was changed and has moved.
            Some(earlier) if walk.rows[*earlier].version == row.version => balance.repeated.push((key.into(), index)),
            Some(_) => {}
            None => {
                first.insert(key, index);
            }
        }
    }
    if let Some(reference) = study.reference(&operation.id).filter(|_| !look.is_second()) {
        for row in &reference.rows {
            let Some(key) = row.key.as_deref() else { continue };
            let passed = walk.is_complete() || is_passed(model, look, row);
            let known = super::filtering::must(study, lists, model, &walk.walk.query, reference, row);
            if passed && known {
                balance.wanted += 1;
                if !first.contains_key(key) {
                    balance.missing.push(key.into());
                }
            }
        }
        balance.by_ties = is_by_ties(model, look, reference, &balance);
    }
    balance
}

/// Whether a walk that was cut off has certainly passed a record: it is in order, and the record's value comes strictly
/// before the last one seen.
fn is_passed(model: &Model, look: &Look<'_>, row: &Row) -> bool {
    let (Reading::Ordered, Some(direction)) = (&look.reading, look.wish.direction) else { return false };
    if look.wish.field.order == Order::Text || look.walk.end != crate::study::End::Capped {
        return false;
    }
    let seen = ranks(model, look.wish.field, &look.walk.rows);
    let own = ranks(model, look.wish.field, std::slice::from_ref(row));
    match (own.first(), seen.last()) {
        (Some((_, own)), Some((_, last))) => match direction {
            Direction::Ascending => own < last,
            Direction::Descending => own > last,
        },
        _ => false,
    }
}

fn is_by_ties(model: &Model, look: &Look<'_>, reference: &Reference, balance: &Balance) -> bool {
    let Some(index) = model.field(&look.wish.field.field) else { return false };
    let value = |row: &Row| row.traits.get(index).cloned();
    let mut borders: Vec<Trait> = Vec::new();
    for start in look.walk.starts.iter().skip(1).filter(|start| **start > 0) {
        let (before, after) = (look.walk.rows.get(start - 1), look.walk.rows.get(*start));
        // A record that got lost at the border may leave its equals on one side only.
        borders.extend(before.into_iter().chain(after).filter_map(value));
    }
    let mut counts: Vec<(Trait, HashSet<&str>)> = Vec::new();
    for row in &reference.rows {
        let (Some(held), Some(key)) = (value(row), row.key.as_deref()) else { continue };
        if borders.contains(&held) {
            match counts.iter_mut().find(|(known, _)| *known == held) {
                Some((_, keys)) => {
                    keys.insert(key);
                }
                None => counts.push((held, HashSet::from([key]))),
            }
        }
    }
    let tied = |key: &str| {
        let held = reference.get(key).and_then(value);
        held.is_some_and(|held| counts.iter().any(|(known, keys)| *known == held && keys.len() > 1))
    };
    let mut all = balance.repeated.iter().map(|(key, _)| &**key).chain(balance.missing.iter().map(|key| &**key));
    all.all(tied)
}

/// What a look means to a check.
pub(super) type Opinion<'a> = dyn Fn(&Look<'a>, &[Look<'a>]) -> Option<Blame> + 'a;

/// Judges every sorted walk; one blame per mark.
pub(super) fn judge_looks<'a>(study: &'a Study, operation: &'a Operation, opinion: &Opinion<'a>) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.sort.as_ref().is_none_or(|sort| wishes(sort).is_empty()) {
        return not_applicable("the contract promises no order that can be asked for");
    }
    let looks = looks(study, operation);
    let mut ruling = Ruling::default();
    for look in &looks {
        ruling.evidence.pages += look.walk.pages.len() as u64;
        ruling.evidence.pairs += look.compared as u64;
        if let Some(blame) = opinion(look, &looks) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no sorted list was answered with values that can be compared",
        "supply a tenant with several records whose sorted fields are set and differ",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_no_inversions() {
        let ranks = [(0, 1.0), (1, 1.0), (3, 2.0), (4, 1.5)];
        assert_eq!(inversions(&ranks, Direction::Ascending), (1, Some(4)));
        assert_eq!(inversions(&ranks[..3], Direction::Ascending), (0, None));
        assert_eq!(inversions(&ranks[..3], Direction::Descending), (1, Some(3)));
        assert!(!is_varied(&ranks[..2]));
    }

    #[test]
    fn every_order_of_a_list_is_asked_for() {
        let contract = crate::contract::Contract::shipped("flexportal").expect("is shipped");
        let lists = contract.operations[0].clause.lists.as_ref().expect("lists");
        let sort = lists.sort.as_ref().expect("sorts");
        assert_eq!(wishes(sort).len(), 12);
        let contract = crate::contract::Contract::shipped("maple").expect("is shipped");
        let sort = contract.operations[0].clause.lists.as_ref().and_then(|lists| lists.sort.as_ref()).expect("sorts");
        assert_eq!(wishes(sort).len(), 4);
        assert!(wishes(sort).iter().all(|wish| wish.direction.is_some() && wish.choice.direction.is_none()));
    }
}
