//! Templates of slots, read backwards: what value was filled in.

use serde_json::Value;

/// The value that stands for `{name}` in a template, if what was sent fits it.
///
/// Other placeholders fit anything. A placeholder that is a whole text takes any JSON; inside a text it takes text.
pub(crate) fn read(template: &Value, sent: &Value, name: &str) -> Option<Value> {
    let mut found = None;
    fits(template, sent, name, &mut found).then_some(found).flatten()
}

fn fits(template: &Value, sent: &Value, name: &str, found: &mut Option<Value>) -> bool {
    match (template, sent) {
        (Value::String(text), _) if *text == format!("{{{name}}}") => {
            *found = Some(sent.clone());
            true
        }
        (Value::String(text), Value::String(sent)) => fits_text(text, sent, name, found),
        (Value::String(text), _) if is_placeholder(text) => true,
        (Value::Object(template), Value::Object(sent)) => {
            template.iter().all(|(key, inner)| sent.get(key).is_some_and(|sent| fits(inner, sent, name, found)))
        }
        (Value::Array(template), Value::Array(sent)) => {
            template.len() == sent.len() && template.iter().zip(sent).all(|(t, s)| fits(t, s, name, found))
        }
        _ => template == sent,
    }
}

fn is_placeholder(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}')
}

fn fits_text(template: &str, sent: &str, name: &str, found: &mut Option<Value>) -> bool {
    let Some((before, rest)) = template.split_once('{') else { return template == sent };
    let Some((placeholder, after)) = rest.split_once('}') else { return template == sent };
    let Some(rest) = sent.strip_prefix(before) else { return false };
    let literal = after.split('{').next().unwrap_or_default();
    let (value, tail) = match (after.is_empty(), literal.is_empty()) {
        (true, _) => (rest, ""),
        (false, true) => (rest, ""),
        (false, false) if after == literal => match rest.strip_suffix(literal) {
            Some(value) => return take(placeholder, value, name, found),
            None => return false,
        },
        (false, false) => match rest.find(literal) {
            Some(at) => (&rest[..at], &rest[at..]),
            None => return false,
        },
    };
    take(placeholder, value, name, found) && (after.is_empty() || fits_text(after, tail, name, found))
}

fn take(placeholder: &str, value: &str, name: &str, found: &mut Option<Value>) -> bool {
    if placeholder == name {
        *found = Some(Value::from(value));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_read_back() {
        assert_eq!(read(&json!("status eq '{value}'"), &json!("status eq 'a'b'"), "value"), Some(json!("a'b")));
        assert_eq!(read(&json!("status eq '{value}'"), &json!("status ne 'a'"), "value"), None);
        assert_eq!(read(&json!("{field}:{direction}"), &json!("name:desc"), "direction"), Some(json!("desc")));
        assert_eq!(read(&json!("{field}:{direction}"), &json!("name:desc"), "field"), Some(json!("name")));
        let template = json!({"field": "name", "operator": "eq", "value": "{value}"});
        assert_eq!(read(&template, &json!({"field": "name", "operator": "eq", "value": 3}), "value"), Some(json!(3)));
        assert_eq!(read(&template, &json!({"field": "size", "operator": "eq", "value": 3}), "value"), None);
    }
}
