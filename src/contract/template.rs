//! Templates of slots: what is sent with a value in it, what a request that was sent asks for, and what several of them
//! come to in one place.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::semantics::{Direction, Filter, Sort};
use crate::document::text_of;

/// Fills `{name}` in a template, keys of objects included; a text that is nothing but the placeholder becomes the value
/// itself.
#[must_use]
pub fn fill(template: &Value, name: &str, value: &Value) -> Value {
    let placeholder = placeholder(name);
    let within = |text: &str| text.replace(&placeholder, &text_of(value));
    match template {
        Value::String(text) if *text == placeholder => value.clone(),
        Value::String(text) => Value::String(within(text)),
        Value::Array(items) => Value::Array(items.iter().map(|item| fill(item, name, value)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(key, member)| (within(key), fill(member, name, value))).collect())
        }
        other => other.clone(),
    }
}

/// The value that `{name}` stands for in what was sent, if that fits the template.
///
/// Of objects and arrays the template may be a part: other filters stand beside it where several are sent as one.
#[must_use]
pub fn unfill(template: &Value, name: &str, sent: &Value) -> Option<Value> {
    let sent = read_as(template, sent);
    let mut found = None;
    fits(template, &placeholder(name), &sent, &mut found).then_some(found).flatten()
}

/// What was sent where a template stands: JSON that came as text, as in a URL, is read.
#[must_use]
pub fn read_as<'v>(template: &Value, sent: &'v Value) -> Cow<'v, Value> {
    match sent {
        Value::String(text) if !template.is_string() => {
            serde_json::from_str(text).map_or(Cow::Borrowed(sent), Cow::Owned)
        }
        _ => Cow::Borrowed(sent),
    }
}

/// Two values that were made from templates, as one: objects member by member, arrays of objects one after the other.
/// `None` where both want one place for something else.
#[must_use]
pub fn joined(one: &Value, two: &Value) -> Option<Value> {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            let mut whole = one.clone();
            for (key, member) in two {
                let member = match whole.get(key) {
                    Some(known) => joined(known, member)?,
                    None => member.clone(),
                };
                whole.insert(key.clone(), member);
            }
            Some(Value::Object(whole))
        }
        (Value::Array(one), Value::Array(two)) if one.iter().chain(two).all(Value::is_object) => {
            Some(Value::Array(one.iter().chain(two).cloned().collect()))
        }
        // A constant that both have; a value of one filter is none of another's.
        _ => (one == two && !one.to_string().contains("{value}")).then(|| one.clone()),
    }
}

impl Filter {
    /// What is sent for a value.
    #[must_use]
    pub fn sent(&self, value: &Value) -> Value {
        self.template.as_ref().map_or_else(|| value.clone(), |template| fill(template, "value", value))
    }

    /// Whether another filter can be sent beside this one: in another place, in a list of conditions, or as one JSON.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        self.slot != other.slot || self.slot.appends() || self.joined_with(other).is_some()
    }

    /// The templates of two filters of one place as one; `None` unless both are objects that get along.
    fn joined_with(&self, other: &Self) -> Option<Value> {
        let (one, two) = (self.template.as_ref()?, other.template.as_ref()?);
        (one.is_object() && two.is_object()).then(|| joined(one, two)).flatten()
    }
}

impl Sort {
    /// The words for a direction; `None` where the contract has none.
    #[must_use]
    pub fn word(&self, direction: Direction) -> Option<&Value> {
        let clause = self.direction.as_ref()?;
        Some(match direction {
            Direction::Ascending => &clause.ascending,
            Direction::Descending => &clause.descending,
        })
    }

    /// What `by` is sent with for an order.
    #[must_use]
    pub fn sent(&self, name: &str, direction: Option<Direction>) -> Value {
        let name = Value::from(name);
        let Some(template) = self.by.as_ref().and_then(|by| by.template.as_ref()) else { return name };
        let filled = fill(template, "field", &name);
        match direction.and_then(|direction| self.word(direction)) {
            Some(word) => fill(&filled, "direction", word),
            None => filled,
        }
    }

    /// The order that `by` was sent with, and the direction where a template says it: of all that the contract has the one
    /// that is sent so, since no template need tell where the one placeholder ends and the other begins.
    #[must_use]
    pub fn asked(&self, sent: &Value) -> Option<(&str, Option<Direction>)> {
        let sent = match self.by.as_ref().and_then(|by| by.template.as_ref()) {
            Some(template) => read_as(template, sent),
            None => Cow::Borrowed(sent),
        };
        let told = [None, Some(Direction::Ascending), Some(Direction::Descending)];
        self.fields.keys().chain(self.values.keys()).find_map(|name| {
            let direction = told.into_iter().find(|direction| self.sent(name, *direction) == *sent)?;
            Some((name.as_str(), direction))
        })
    }
}

fn placeholder(name: &str) -> String {
    format!("{{{name}}}")
}

fn fits(template: &Value, placeholder: &str, sent: &Value, found: &mut Option<Value>) -> bool {
    match (template, sent) {
        (Value::String(text), _) if text == placeholder => {
            *found = Some(sent.clone());
            true
        }
        (Value::String(text), Value::String(sent)) if text.contains(placeholder) => {
            fits_text(text, placeholder, sent, found)
        }
        (Value::Object(members), Value::Object(sent)) => {
            members.iter().all(|(key, member)| fits_member((key, member), placeholder, sent, found))
        }
        // Conditions in a list may have others beside them; anything else in a list is told by its place.
        (Value::Array(items), Value::Array(sent)) if items.iter().all(Value::is_object) => {
            items.iter().all(|item| sent.iter().any(|sent| found_in(item, placeholder, sent, found)))
        }
        (Value::Array(items), Value::Array(sent)) => {
            items.len() == sent.len() && items.iter().zip(sent).all(|(item, sent)| fits(item, placeholder, sent, found))
        }
        _ => template == sent,
    }
}

fn fits_member(
    (key, member): (&str, &Value),
    placeholder: &str,
    sent: &Map<String, Value>,
    found: &mut Option<Value>,
) -> bool {
    if !key.contains(placeholder) {
        return sent.get(key).is_some_and(|sent| fits(member, placeholder, sent, found));
    }
    sent.iter().any(|(name, sent)| {
        let mut value = None;
        let fitting = fits_text(key, placeholder, name, &mut value) && found_in(member, placeholder, sent, found);
        if fitting {
            *found = value;
        }
        fitting
    })
}

/// As [`fits`], but nothing is found where it does not fit.
fn found_in(template: &Value, placeholder: &str, sent: &Value, found: &mut Option<Value>) -> bool {
    let mut value = None;
    let fitting = fits(template, placeholder, sent, &mut value);
    if fitting && value.is_some() {
        *found = value;
    }
    fitting
}

/// A text with the placeholder in it, perhaps several times: each time it is the same value.
fn fits_text(template: &str, placeholder: &str, sent: &str, found: &mut Option<Value>) -> bool {
    let places = template.matches(placeholder).count();
    let literals = template.len() - places * placeholder.len();
    let start = template.find(placeholder).unwrap_or_default();
    let Some(length) = sent.len().checked_sub(literals).filter(|length| length % places.max(1) == 0) else {
        return false;
    };
    let Some(value) = sent.get(start..start + length / places.max(1)) else { return false };
    if template.replace(placeholder, value) != sent {
        return false;
    }
    *found = Some(Value::from(value));
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn templates_are_filled_in_texts_objects_and_keys() {
        assert_eq!(fill(&json!("status eq '{value}'"), "value", &json!("active")), json!("status eq 'active'"));
        let template = json!({"field": "status", "value": {"string": "{value}"}});
        assert_eq!(fill(&template, "value", &json!(3)), json!({"field": "status", "value": {"string": 3}}));
        assert_eq!(
            fill(&json!([{"{field}": "{direction}"}]), "field", &json!("name")),
            json!([{"name": "{direction}"}])
        );
    }

    #[test]
    fn values_are_read_back() {
        let read = |template: Value, sent: Value| unfill(&template, "value", &sent);
        assert_eq!(read(json!("status eq '{value}'"), json!("status eq 'a'b'")), Some(json!("a'b")));
        assert_eq!(read(json!("status eq '{value}'"), json!("status ne 'a'")), None);
        assert_eq!(read(json!("a={value} or b={value}"), json!("a=x or b=x")), Some(json!("x")));
        assert_eq!(read(json!("a={value} or b={value}"), json!("a=x or b=y")), None);
        assert_eq!(read(json!("{\"a\": \"{value}\"}"), json!("{\"a\": \"x\"}")), Some(json!("x")));
        assert_eq!(read(json!({"exists": {"{value}": true}}), json!({"exists": {"x": true}})), Some(json!("x")));
        let template = json!({"field": "name", "value": {"string": "{value}"}});
        assert_eq!(read(template.clone(), json!({"field": "name", "value": {"string": 3}})), Some(json!(3)));
        assert_eq!(read(template.clone(), json!({"field": "mail", "value": {"string": "x"}})), None);
        let listed = json!(["status", "=", "{value}"]);
        assert_eq!(read(listed.clone(), json!(["status", "=", "a"])), Some(json!("a")));
        assert_eq!(read(listed, json!(["status", "!=", "a"])), None);
        assert_eq!(read(template, json!("{\"field\": \"name\", \"value\": {\"string\": \"x\"}}")), Some(json!("x")));
    }

    #[test]
    fn what_two_filters_send_is_one_json_where_they_get_along() {
        let (least, most) = (json!({"price": {"_gte": 3}}), json!({"price": {"_lt": 9}}));
        let both = joined(&least, &most).expect("get along");
        assert_eq!(both, json!({"price": {"_gte": 3, "_lt": 9}}));
        assert_eq!(unfill(&json!({"price": {"_lt": "{value}"}}), "value", &both), Some(json!(9)));
        assert_eq!(joined(&json!({"a": {"_eq": "{value}"}}), &json!({"a": {"_eq": "{value}"}})), None);
        let (one, two) = (json!({"and": [{"a": 1}]}), json!({"and": [{"b": 2}]}));
        let both = joined(&one, &two).expect("get along");
        assert_eq!(both, json!({"and": [{"a": 1}, {"b": 2}]}));
        assert_eq!(unfill(&json!({"and": [{"b": "{value}"}]}), "value", &both), Some(json!(2)));
        assert_eq!(joined(&json!({"w": ["a", "=", 1]}), &json!({"w": ["b", "=", 2]})), None);
    }

    #[test]
    fn an_order_is_known_by_what_the_contract_sends_for_it() {
        let sort = |template: Value, ascending: Value, descending: Value| -> Sort {
            serde_json::from_value(json!({
                "by": {"slot": {"query": "sort"}, "template": template},
                "direction": {"ascending": ascending, "descending": descending},
                "fields": {"name": {"field": "/name", "as": "text"}, "size": {"field": "/size", "as": "number"}},
            }))
            .expect("is a sort")
        };
        for (template, ascending, descending) in
            [("{direction}{field}", "", "-"), ("{field}{direction}", "+", "-"), ("{field}{direction}", "", "desc")]
        {
            let sort = sort(json!(template), json!(ascending), json!(descending));
            for direction in [Direction::Ascending, Direction::Descending] {
                let sent = sort.sent("size", Some(direction));
                assert_eq!(sort.asked(&sent), Some(("size", Some(direction))), "{template}: {sent}");
            }
            assert_eq!(sort.asked(&json!("color")), None);
        }
        let sort = sort(json!([{"{field}": "{direction}"}]), json!("asc"), json!("desc"));
        assert_eq!(sort.sent("size", Some(Direction::Descending)), json!([{"size": "desc"}]));
        assert_eq!(sort.asked(&json!([{"size": "asc"}])), Some(("size", Some(Direction::Ascending))));
        assert_eq!(sort.asked(&json!("[{\"size\": \"asc\"}]")), Some(("size", Some(Direction::Ascending))));
    }
}
