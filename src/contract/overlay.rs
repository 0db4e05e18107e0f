//! OpenAPI Overlay 1.0: a vendor's own document, annotated from outside.

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::document::{Document, DocumentError};

/// Applies an overlay's actions to a document's value, in order.
///
/// # Errors
/// When the overlay has no actions, or a target is no JSONPath or matches nothing.
pub(super) fn apply(overlay: &Document, root: &Value) -> Result<Value, DocumentError> {
    let Some(actions) = overlay.at("/actions").and_then(Value::as_array) else {
        let remedy = "write `overlay: 1.0.0` and a list of `actions`".to_owned();
        return Err(overlay.error_at("", "is no OpenAPI Overlay: `actions` is missing".to_owned(), remedy));
    };
    let mut value = root.clone();
    for (index, action) in actions.iter().enumerate() {
        let at = format!("/actions/{index}/target");
        let target = action.get("target").and_then(Value::as_str).unwrap_or_default();
        let path = JsonPath::parse(target).map_err(|error| {
            overlay.error_at(&at, format!("target is no JSONPath: {error}"), "see RFC 9535".to_owned())
        })?;
        let mut pointers: Vec<String> =
            path.query_located(&value).locations().map(|location| location.to_json_pointer()).collect();
        if pointers.is_empty() {
            let remedy = "check the path against the document".to_owned();
            return Err(overlay.error_at(&at, "target matches nothing in the document".to_owned(), remedy));
        }
        if action.get("remove") == Some(&Value::Bool(true)) {
            // Backwards, so that removing an item does not shift those still to go.
            pointers.reverse();
            pointers.iter().for_each(|pointer| remove(&mut value, pointer));
        } else if let Some(update) = action.get("update") {
            for pointer in pointers {
                if let Some(node) = value.pointer_mut(&pointer) {
                    merge(node, update);
                }
            }
        }
    }
    Ok(value)
}

/// Objects merge member by member, arrays are appended to, everything else is replaced.
fn merge(node: &mut Value, update: &Value) {
    match (node, update) {
        (Value::Object(members), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(members.entry(name.clone()).or_insert(Value::Null), change);
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        (Value::Array(items), one) => items.push(one.clone()),
        (node, update) => *node = update.clone(),
    }
}

fn remove(root: &mut Value, pointer: &str) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    match root.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&crate::document::unescape(last));
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = last.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::path::Path;

    fn overlay(text: &str) -> Document {
        Document::parse(Path::new("o.yaml"), text.to_owned()).expect("valid YAML")
    }

    #[test]
    fn updates_merge_and_removals_remove() {
        let document = json!({"paths": {"/c": {"get": {"tags": ["a"], "x": 1}}}});
        let actions = "overlay: 1.0.0\nactions:\n- target: $.paths['/c'].get\n  update: {x-contract: {lists: {}}, tags: [b]}\n- target: $.paths['/c'].get.x\n  remove: true\n";
        let overlaid = apply(&overlay(actions), &document).expect("applies");
        assert_eq!(overlaid, json!({"paths": {"/c": {"get": {"tags": ["a", "b"], "x-contract": {"lists": {}}}}}}));
    }

    #[test]
    fn a_target_that_matches_nothing_is_an_error_with_its_place() {
        let error = apply(&overlay("actions:\n- target: $.nope\n  remove: true\n"), &json!({})).expect_err("no match");
        assert_eq!(error.span.map(|span| span.line), Some(2));
    }
}
