//! Which orders can be asked for.

use std::borrow::Cow;

use crate::case::SortChoice;
use crate::contract::semantics::{Direction, Sort, SortField};
use crate::document::escape;

/// An order that can be asked for.
pub(crate) struct Wish<'a> {
    pub(crate) choice: SortChoice,
    /// What it is called: the word that is sent, or the parameter with it where the word says the direction alone.
    pub(crate) name: Cow<'a, str>,
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
                name: name.into(),
                field,
                direction: direction.or(field.direction),
                clause: format!("sort/fields/{}", escape(name)),
            });
        }
    }
    for (name, field) in &sort.values {
        wishes.push(Wish {
            choice: SortChoice { by: Some(name.clone()), direction: None },
            name: value_name(sort, name),
            field,
            direction: field.direction,
            clause: format!("sort/values/{}", escape(name)),
        });
    }
    wishes
}

/// The name of an order that one value asks for. Values that all sort by one field name that field nowhere: the parameter
/// does.
fn value_name<'a>(sort: &Sort, value: &'a str) -> Cow<'a, str> {
    let mut fields = sort.values.values().map(|order| order.field.as_str());
    let first = fields.next();
    match &sort.by {
        Some(by) if fields.all(|field| Some(field) == first) => format!("{}={value}", by.slot.name()).into(),
        _ => value.into(),
    }
}

pub(super) fn wish_of<'a>(sort: &'a Sort, choice: &SortChoice) -> Option<Wish<'a>> {
    wishes(sort).into_iter().find(|wish| wish.choice == *choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_called_by_its_parameter_where_the_value_names_no_field() {
        let sort = |values: serde_json::Value| -> Sort {
            serde_json::from_value(serde_json::json!({"by": {"slot": {"query": "$sort[balance]"}}, "values": values}))
                .expect("is a sort clause")
        };
        let balance = |way: &str| serde_json::json!({"field": "/balance", "as": "number", "direction": way});
        let one = sort(serde_json::json!({"1": balance("ascending"), "-1": balance("descending")}));
        let names: Vec<_> = wishes(&one).into_iter().map(|wish| wish.name.into_owned()).collect();
        assert_eq!(names, ["$sort[balance]=1", "$sort[balance]=-1"]);
        let name = serde_json::json!({"field": "/name", "as": "text", "direction": "ascending"});
        let two = sort(serde_json::json!({"balance": balance("ascending"), "name": name}));
        let names: Vec<_> = wishes(&two).into_iter().map(|wish| wish.name.into_owned()).collect();
        assert_eq!(names, ["balance", "name"]);
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
