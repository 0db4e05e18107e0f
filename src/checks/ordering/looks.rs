//! Sorted walks, and whether sorting shows any effect at all.

use super::direction_word;
use super::read::read;
use super::wishes::{Wish, wish_of};
use crate::case::{Access, Case};
use crate::checks::Blame;
use crate::checks::filtering::{clause, exposed, row_pointer, sent_at, sent_refused};
use crate::contract::Operation;
use crate::study::{Study, WalkSeen};

/// How a sorted walk reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Reading {
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
pub(crate) struct Look<'a> {
    pub(crate) case: &'a Case,
    pub(crate) walk: &'a WalkSeen,
    pub(crate) wish: Wish<'a>,
    pub(crate) reading: Reading,
    /// Pairs of neighbours that stand in the wrong order.
    pub(crate) inversions: usize,
    /// Neighbours compared.
    pub(crate) compared: usize,
    /// Whether it is in the opposite direction throughout, whatever else it is.
    pub(crate) opposite: bool,
    /// Whether the default order was asked for, and what comes is what comes unasked: nothing tells that it was heard.
    pub(crate) as_unasked: bool,
    /// The walk in the other direction that shows the same records in the same order, where that alone tells.
    pub(crate) beside: Option<&'a Case>,
}

impl Look<'_> {
    /// Whether the walk is the second tenant's, of whose records nothing is known.
    pub(crate) fn is_second(&self) -> bool {
        self.walk.walk.query.access == Access::Second
    }

    /// What tells this order from others.
    pub(crate) fn mark(&self) -> String {
        let whose = if self.is_second() { " for the second tenant" } else { "" };
        format!("{}{whose}", self.own_mark())
    }

    fn own_mark(&self) -> String {
        match self.wish.choice.direction {
            Some(direction) => format!("{} {}", self.wish.name, direction_word(direction)),
            None => self.wish.name.clone().into_owned(),
        }
    }

    /// A fault of this walk.
    pub(crate) fn blame(&self, study: &Study, operation: &Operation, title: String) -> Blame {
        let level = self.wish.field.level(study.means.strict);
        let row = match self.reading {
            Reading::Wrong(row) | Reading::AsText(row) => Some(row),
            _ => None,
        };
        let cases = self.beside.into_iter().chain([self.case]).cloned().collect();
        let sent = match self.reading {
            Reading::Refused(..) => sent_refused(self.walk),
            _ => sent_at(self.walk, row),
        };
        let mut blame = Blame::of_cases(title, cases, sent)
            .by(&study.contract, clause(operation, &self.wish.clause))
            .under(study, &self.wish.field.about, level)
            .mark(self.mark());
        if let (Some(row), Some(lists)) = (row, &operation.clause.lists) {
            blame = blame.at(row_pointer(lists, self.walk, row, &self.wish.field.field));
        }
        blame.exposed = exposed(self.walk);
        blame
    }

    /// Words for how much is out of order.
    pub(crate) fn words(&self) -> String {
        if self.beside.is_some() {
            return format!("the same {} records in both directions", self.compared + 1);
        }
        let page = match self.reading {
            Reading::Wrong(row) | Reading::AsText(row) => self.walk.page_of(row) + 1,
            _ => 1,
        };
        format!("{} of {} neighbours stand the wrong way, the first on page {page}", self.inversions, self.compared)
    }
}

/// Sorted walks without filters, as they read.
pub(crate) fn looks<'a>(study: &'a Study, operation: &'a Operation) -> Vec<Look<'a>> {
    let (Some(lists), Some(model)) = (&operation.clause.lists, study.model(&operation.id)) else { return Vec::new() };
    let Some(sort) = &lists.sort else { return Vec::new() };
    let mut looks = Vec::new();
    for (case, walk) in study.walks(&operation.id) {
        let query = &walk.walk.query;
        let known = matches!(query.access, Access::Own | Access::Second);
        let bare = query.filters.is_empty() && query.expand.is_empty() && known;
        let (Some(choice), true) = (&query.sort, bare) else { continue };
        let Some(wish) = wish_of(sort, choice) else { continue };
        let mut look = Look {
            case,
            walk,
            wish,
            reading: Reading::Unjudged,
            inversions: 0,
            compared: 0,
            opposite: false,
            as_unasked: false,
            beside: None,
        };
        read(study, lists, model, &mut look);
        looks.push(look);
    }
    let reference = study.reference(&operation.id);
    super::twins::read_twins(lists, model, reference, &mut looks);
    looks
}

/// Whether sorting as a whole shows no effect: every order that could be judged reads as the default order or is refused.
pub(crate) fn is_unsupported(looks: &[Look<'_>], wanted: impl Fn(&Reading) -> bool) -> bool {
    let judged: Vec<&Look<'_>> =
        looks.iter().filter(|look| look.reading != Reading::Unjudged && !look.is_second()).collect();
    let without = judged.iter().filter(|look| wanted(&look.reading)).count();
    // The default order, when asked for, reads as ordered although nothing happened.
    without > 0
        && judged.iter().all(|look| {
            let unheard = look.as_unasked && wanted(&Reading::Default);
            unheard || wanted(&look.reading) || (look.reading == Reading::Ordered && is_lucky(look, &judged))
        })
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
