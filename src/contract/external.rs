//! References that lead out of the document: they are never followed, neither over the network nor into other files.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::escape;

/// Whether a validator's message is about a document that is not at hand.
pub(super) fn is_blamed(error: &str) -> bool {
    error.contains("is not present in a registry")
}

/// Every document that is referred to, once: where the first reference to it stands, and what is wrong with it.
pub(super) fn references(root: &Value) -> Vec<(String, String)> {
    let mut found: BTreeMap<&str, (String, usize)> = BTreeMap::new();
    collect(root, "", &mut found);
    let mut all: Vec<(String, String)> = found
        .into_iter()
        .map(|(document, (pointer, count))| {
            let over = if document.contains("://") { "over the network" } else { "to other files" };
            let more = if count > 1 { format!(", {count} times") } else { String::new() };
            (pointer, format!("references {over} are never followed here: `{document}`{more}"))
        })
        .collect();
    all.sort();
    all
}

fn collect<'a>(value: &'a Value, at: &str, found: &mut BTreeMap<&'a str, (String, usize)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let here = format!("{at}/{}", escape(name));
                match member.as_str().filter(|text| name == "$ref" && !text.starts_with('#')) {
                    Some(text) => {
                        let document = text.split('#').next().unwrap_or(text);
                        found.entry(document).or_insert((here, 0)).1 += 1;
                    }
                    None => collect(member, &here, found),
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_document_that_is_referred_to_is_told_once() {
        let root = json!({
            "a": {"$ref": "https://example.com/x.yaml#/One"},
            "b": [{"$ref": "https://example.com/x.yaml#/Two"}, {"$ref": "#/a"}],
            "c": {"$ref": "other.yaml"},
        });
        let found = references(&root);
        assert_eq!(
            found,
            [
                (
                    "/a/$ref".to_owned(),
                    "references over the network are never followed here: `https://example.com/x.yaml`, 2 times"
                        .to_owned()
                ),
                ("/c/$ref".to_owned(), "references to other files are never followed here: `other.yaml`".to_owned()),
            ]
        );
        assert!(references(&json!({"$ref": "#/a"})).is_empty());
    }
}
