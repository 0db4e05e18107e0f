//! From a text to its value: which of the two languages it is in, and what is wrong with it.

use serde_json::Value;

use super::yaml::{load, value_of};
use super::{MAX_BYTES, Span};

/// Where reading stopped, why, and what to do about it.
pub(super) type Failure = (Option<Span>, String, &'static str);

/// The value of a text, and whether it was read as JSON.
pub(super) fn read(text: &str) -> Result<(Value, bool), Failure> {
    if text.len() > MAX_BYTES {
        return Err((None, format!("is larger than {MAX_BYTES} bytes"), "split the document"));
    }
    let body = text.trim_start_matches('\u{feff}');
    if body.trim().is_empty() {
        return Err((None, "is empty".to_owned(), "write an OpenAPI document into it"));
    }
    let mut json_error = None;
    if body.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str::<Value>(body) {
            Ok(root) => return Ok((root, true)),
            Err(error) if error.to_string().starts_with("recursion limit exceeded") => {
                return Err((
                    Some(Span { line: error.line(), column: error.column() }),
                    "is nested deeper than 128 levels".to_owned(),
                    "give the inner schemas names under `components` and refer to them",
                ));
            }
            Err(error) => json_error = Some(error),
        }
    }
    match (load(body), json_error) {
        (Ok(nodes), _) if nodes.len() == 1 => match value_of(&nodes[0]) {
            Ok(root) => Ok((root, false)),
            Err((span, message)) => Err((Some(span), message, "write plain YAML 1.2")),
        },
        (Ok(nodes), _) => {
            Err((None, format!("holds {} YAML documents, expected one", nodes.len()), "keep one document per file"))
        }
        (Err(_), Some(error)) => Err((
            Some(Span { line: error.line(), column: error.column() }),
            format!("is not valid JSON: {}", without_place(&error.to_string())),
            "mend the JSON at that place; a file cut off in mid-download ends like this too",
        )),
        (Err((span, message)), None) => {
            let remedy = yaml_remedy(&message);
            if message.contains("recursion limit") {
                return Err((Some(span), "is nested too deeply to be read".to_owned(), remedy));
            }
            Err((Some(span), format!("is not valid YAML: {message}"), remedy))
        }
    }
}

fn yaml_remedy(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "remove one of the two keys"
    } else if message.contains("recursion limit") {
        "give the inner schemas names under `components` and refer to them"
    } else if message.contains("alias") {
        "write out what the aliases stand for, or give it a name under `components`"
    } else if message.contains("tab") {
        "indent with spaces"
    } else {
        "check indentation, quotes and colons at that place"
    }
}

fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

pub(super) fn span_at(bytes: &[u8], offset: usize) -> Span {
    let before = &bytes[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Span { line, column }
}
