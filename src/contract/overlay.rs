//! OpenAPI Overlay 1.0: a vendor's own document, annotated from outside.

use std::path::Path;

use serde_json::Value;
use serde_json_path::JsonPath;

use crate::document::{Document, DocumentError, escape};

/// Lays the overlay in a file over a document.
///
/// # Errors
/// When the file cannot be read, is no overlay, or a target of it is no JSONPath or matches nothing.
pub fn annotate(document: Document, overlay: &Path) -> Result<Document, DocumentError> {
    let overlay = Document::read(overlay)?;
    let (root, places) = apply(&overlay, document.root())?;
    Ok(document.overlaid(root, overlay, places))
}

/// Pointers to what an overlay puts into a document, each with the pointer to it in the overlay.
type Places = Vec<(String, String)>;

/// Applies an overlay's actions to a document's value, in order.
fn apply(overlay: &Document, root: &Value) -> Result<(Value, Places), DocumentError> {
    let Some(actions) = overlay.at("/actions").and_then(Value::as_array) else {
        let remedy = "write `overlay: 1.0.0` and a list of `actions`".to_owned();
        return Err(overlay.error_at("", "is no OpenAPI Overlay: `actions` is missing".to_owned(), remedy));
    };
    let (mut value, mut places) = (root.clone(), Places::new());
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
            pointers.iter().for_each(|pointer| remove(&mut value, pointer, &mut places));
        } else if let Some(update) = action.get("update") {
            for pointer in pointers {
                if let Some(node) = value.pointer_mut(&pointer) {
                    merge(node, update, (&pointer, &format!("/actions/{index}/update")), &mut places);
                }
            }
        }
    }
    Ok((value, places))
}

/// Objects merge member by member, arrays are appended to, everything else is replaced. `at` points to the node in the
/// document and to the update in the overlay; what is put there is noted in `places`.
fn merge(node: &mut Value, update: &Value, at: (&str, &str), places: &mut Places) {
    let note = |places: &mut Places, index: usize, item: &str| {
        places.push((format!("{}/{index}", at.0), format!("{}{item}", at.1)));
    };
    match (node, update) {
        (Value::Object(members), Value::Object(changes)) => {
            for (name, change) in changes {
                let inner = escape(name);
                let at = (format!("{}/{inner}", at.0), format!("{}/{inner}", at.1));
                merge(members.entry(name.clone()).or_insert(Value::Null), change, (&at.0, &at.1), places);
            }
        }
        (Value::Array(items), Value::Array(more)) => {
            (0..more.len()).for_each(|index| note(places, items.len() + index, &format!("/{index}")));
            items.extend(more.iter().cloned());
        }
        (Value::Array(items), one) => {
            note(places, items.len(), "");
            items.push(one.clone());
        }
        (node, update) => {
            *node = update.clone();
            places.push((at.0.to_owned(), at.1.to_owned()));
        }
    }
}

/// Removes a node; what an action before had put there is no place any more, and what stood behind it moves up.
fn remove(root: &mut Value, pointer: &str, places: &mut Places) {
    let Some((parent, last)) = pointer.rsplit_once('/') else { return };
    let below = format!("{pointer}/");
    places.retain(|(place, _)| place != pointer && !place.starts_with(&below));
    match root.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            members.shift_remove(&crate::document::unescape(last));
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = last.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
                let base = format!("{parent}/");
                for (place, _) in places.iter_mut() {
                    let Some(rest) = place.strip_prefix(&base) else { continue };
                    let (number, deeper) = rest.split_once('/').map_or((rest, None), |(head, tail)| (head, Some(tail)));
                    let Ok(number) = number.parse::<usize>() else { continue };
                    if number > index {
                        let deeper = deeper.map(|deeper| format!("/{deeper}")).unwrap_or_default();
                        *place = format!("{base}{}{deeper}", number - 1);
                    }
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn overlay(text: &str) -> Document {
        Document::parse(Path::new("o.yaml"), text.to_owned()).expect("valid YAML")
    }

    #[test]
    fn updates_merge_and_removals_remove() {
        let document = json!({"paths": {"/c": {"get": {"tags": ["a"], "x": 1}}}});
        let actions = "overlay: 1.0.0\nactions:\n- target: $.paths['/c'].get\n  update: {x-contract: {lists: {}}, tags: [b]}\n- target: $.paths['/c'].get.x\n  remove: true\n";
        let (overlaid, places) = apply(&overlay(actions), &document).expect("applies");
        assert_eq!(overlaid, json!({"paths": {"/c": {"get": {"tags": ["a", "b"], "x-contract": {"lists": {}}}}}}));
        let place = |base: &str, own: &str| (base.to_owned(), own.to_owned());
        let wanted = [
            place("/paths/~1c/get/x-contract", "/actions/0/update/x-contract"),
            place("/paths/~1c/get/tags/1", "/actions/0/update/tags/0"),
        ];
        assert_eq!(places, wanted);
    }

    #[test]
    fn a_target_that_matches_nothing_is_an_error_with_its_place() {
        let actions = "actions:\n- target: $.a\n  update: [3, 4]\n- target: $.a[0, 2]\n  remove: true\n";
        let (overlaid, places) = apply(&overlay(actions), &json!({"a": [1, 2]})).expect("applies");
        assert_eq!(
            (overlaid, places),
            (json!({"a": [2, 4]}), vec![("/a/1".to_owned(), "/actions/0/update/1".to_owned())])
        );
        let error = apply(&overlay("actions:\n- target: $.nope\n  remove: true\n"), &json!({})).expect_err("no match");
        assert_eq!(error.span.map(|span| span.line), Some(2));
    }
}
