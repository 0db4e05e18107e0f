//! See the explanation on [`CHECK`].

use super::Verdict;
use super::ordering::{self, Reading, direction_word, judge_looks};
use super::sort_direction_ignored::twin;
use super::sort_ignored::both_directions;
use crate::contract::Operation;
use crate::study::Study;

check! {
    /// Records do not come in the order asked for.
    ///
    /// ## Why it matters
    /// Consumers stop reading as soon as a value is small or old enough. What stands in the wrong place behind it is never
    /// seen.
    ///
    /// ## Example
    /// `sortBy=totalMonthlyRevenue&sortDir=asc` gives 1000, 20, 300: numbers in the order of their texts.
    ///
    /// ## Source
    /// `sort` of the list's `x-contract`. Numbers compare as numbers and times as instants, whatever their offset; equal
    /// values may come in any order, and so may text, for which no collation is promised. Texts that every collation orders
    /// alike, of one length and different in nothing but digits, are compared, at the level of the clause.
    id: "sort-order-wrong", family: Sorting, level: Deny, proof: Walk,
    faults: ["sort-reversed", "sort-numbers-as-text", "sort-swaps-two-late", "sort-within-page-only", "sort-ignored-for-one-tenant"],
    plan: ordering::plan_orders, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        let name = &look.wish.name;
        // The second tenant's orders tell something new only where the own ones are right.
        let own_wrong = looks.iter().any(|other| {
            let right = matches!(other.reading, Reading::Ordered | Reading::Unjudged);
            !other.is_second() && other.wish.choice == look.wish.choice && !right
        });
        if look.is_second() && own_wrong {
            return None;
        }
        let (title, actual) = match look.reading {
            Reading::Default if !both_directions(look, looks) => {
                (format!("sorting by `{name}` gives another order"), format!("the default order: {}", look.words()))
            }
            Reading::Opposite if twin(look, looks).is_none() => {
                (format!("sorting by `{name}` gives the opposite order"), "the opposite order throughout".to_owned())
            }
            Reading::AsText(_) => (
                format!("sorting by `{name}` compares numbers as text"),
                format!("numbers in the order of their texts: {}", look.words()),
            ),
            Reading::Wrong(_) => (format!("sorting by `{name}` gives another order"), look.words()),
            _ => return None,
        };
        let direction = look.wish.direction.map_or("one", direction_word);
        let expected = format!("records in {direction} order of `{}`, across pages too", look.wish.field.field);
        let mut blame = look.blame(study, operation, title).compare(expected, actual);
        if look.reading == Reading::Default {
            // What tells it from sorting that is ignored is the other direction.
            let other = looks.iter().find(|other| {
                other.wish.field.field == look.wish.field.field
                    && !other.is_second()
                    && matches!(other.reading, Reading::Opposite | Reading::AsText(_) | Reading::Wrong(_))
            });
            blame.cases.splice(0..0, other.map(|other| other.case.clone()));
        }
        Some(blame)
    })
}
