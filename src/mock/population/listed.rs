//! Records that are listed by a server whose list is never seen without a filter: one that is required, or holds when it is
//! left out.

use std::sync::Arc;

use serde_json::Value;

use super::{Grower, Row};
use crate::contract::semantics::{Absent, Filter, Match};
use crate::document::{node, text_of};
use crate::mock::exchange::set_at;
use crate::mock::hint::plain_number;
use crate::mock::select;

impl Grower<'_> {
    /// Gives three of four records what they need to be listed, where hints and schema give it to hardly any: a list of
    /// nothing proves nothing.
    pub(super) fn list_enough(&self, rows: &mut [Arc<Row>]) {
        let lists = self.contract.operations.iter().filter_map(|operation| operation.clause.lists.as_ref());
        let filters = lists.filter(|lists| lists.resource == self.name).flat_map(|lists| lists.filters.values());
        for filter in filters.filter(|filter| filter.rule.is_none() && filter.unique.is_none()) {
            let (Some(Absent::Only(value)), Some(field)) = (&filter.absent, &filter.field) else { continue };
            let listed = rows.iter().filter(|row| select::is_listed(filter, &row.value)).count();
            // What refers to a record by its key would refer to nothing.
            let referred = field == self.key && self.contract.document.text().contains("key_of(");
            if listed * 10 >= rows.len() || referred {
                continue;
            }
            for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| index % 4 != 3) {
                // Of a record that has no place for the field nobody knows what it should become.
                let holder = field.rsplit_once('/').map_or("", |(holder, _)| holder);
                if !node(&row.value, holder).is_some_and(Value::is_object) {
                    continue;
                }
                let Some(wanted) = suiting(filter, node(&row.value, field), value) else { continue };
                let mut record = row.value.clone();
                set_at(&mut record, field, wanted);
                if select::is_listed(filter, &record) && self.judge(&record, index).is_ok() {
                    *row = Arc::new(Row::new(record, self.key));
                }
            }
        }
    }
}

/// What a field has to be for its record to match, as near to what it was as can be.
fn suiting(filter: &Filter, old: Option<&Value>, value: &Value) -> Option<Value> {
    let value = match value {
        Value::Array(values) => values.first()?,
        value => value,
    };
    let figure = || value.as_f64().or_else(|| value.as_str()?.parse::<f64>().ok());
    match (filter.matching, old) {
        (_, Some(Value::Array(items))) => Some(Value::Array(items.iter().chain([value]).cloned().collect())),
        (Match::Contains, Some(Value::String(old))) => Some(Value::from(format!("{old}-{}", text_of(value)))),
        (Match::Above, _) => figure().map(|figure| plain_number(figure + 1.0)),
        (Match::Below, _) => figure().map(|figure| plain_number(figure - 1.0)),
        (_, Some(Value::Number(_))) => figure().map(plain_number),
        (_, Some(Value::Bool(_))) => text_of(value).parse::<bool>().ok().map(Value::Bool),
        (_, Some(Value::String(_))) => Some(Value::from(text_of(value))),
        _ => Some(value.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filter(matching: &str) -> Filter {
        serde_json::from_value(json!({"slot": {"query": "x"}, "field": "/x", "match": matching})).expect("is a filter")
    }

    #[test]
    fn a_field_is_made_to_match_in_its_own_type() {
        let suited = |matching: &str, old: Value, value: Value| suiting(&filter(matching), Some(&old), &value);
        assert_eq!(suited("contains", json!("left"), json!("pkg")), Some(json!("left-pkg")));
        assert_eq!(suited("equal", json!(3), json!("7")), Some(json!(7)));
        assert_eq!(suited("equal", json!("a"), json!(7)), Some(json!("7")));
        assert_eq!(suited("equal", json!(true), json!("false")), Some(json!(false)));
        assert_eq!(suited("equal", json!(["a"]), json!("b")), Some(json!(["a", "b"])));
        assert_eq!(suited("any-of", json!("a"), json!(["b", "c"])), Some(json!("b")));
        assert_eq!(suited("above", json!(1), json!("7.5")), Some(json!(8.5)));
        assert_eq!(suited("below", json!("x"), json!("y")), None);
    }
}
