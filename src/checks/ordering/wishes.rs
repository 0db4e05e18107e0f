//! Which orders can be asked for.

use crate::case::SortChoice;
use crate::contract::semantics::{Direction, Sort, SortField};
use crate::document::escape;

/// An order that can be asked for.
pub(crate) struct Wish<'a> {
    pub(crate) choice: SortChoice,
    pub(crate) name: &'a str,
    pub(crate) field: &'a SortField,
    /// The promised direction; `None` when none is sent and none is promised.
    pub(crate) direction: Option<Direction>,
    /// Pointer of the clause below `x-contract/lists`.
    pub(crate) clause: String,
}

/// Every order of a list, in document order, ascending first.
pub(crate) fn wishes(sort: &Sort) -> Vec<Wish<'_>> {
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

pub(super) fn wish_of<'a>(sort: &'a Sort, choice: &SortChoice) -> Option<Wish<'a>> {
    wishes(sort).into_iter().find(|wish| wish.choice == *choice)
}

#[cfg(test)]
mod tests {
    use super::*;

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
