//! A YAML or JSON text as a plain value, with the place of every node on demand.
//!
//! The text is the only truth: everything else (validators, the generated client, semantics) is derived from the
//! value read here. This module knows nothing of OpenAPI, and `build.rs` includes it as it stands, so that the
//! build and the run read a document alike.

mod json;
mod layer;
mod text;
mod yaml;

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use layer::Layer;

/// Largest text that is read, in bytes: no real document comes near it, and YAML aliases multiply.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A JSON text shorter than this gets a map of all places at the first question.
const MAP_BELOW_BYTES: usize = 512 * 1024;

/// Position of a node: line and column, both counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// Why a text could not be read, with the place and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    /// The file, as it was named by the caller.
    pub path: PathBuf,
    /// Where reading stopped, if the reader knows.
    pub span: Option<Span>,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub remedy: String,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(span) = self.span {
            write!(f, ":{}:{}", span.line, span.column)?;
        }
        write!(f, ": {}", self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "\n  help: {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for DocumentError {}

/// A document: its name, its text and its value.
///
/// Numbers that are keys (`200:`) become text, merge keys (`<<`) are applied, aliases are resolved.
#[derive(Clone, Debug)]
pub struct Document {
    path: PathBuf,
    text: String,
    root: Value,
    json: bool,
    spans: OnceLock<HashMap<String, Span>>,
    /// What was laid over it.
    layer: Option<Layer>,
}

impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// When the file cannot be read, is no UTF-8, or is neither JSON nor YAML.
    pub fn read(path: &Path) -> Result<Self, DocumentError> {
        let fail = |message: String, remedy: &str| DocumentError {
            path: path.to_path_buf(),
            span: None,
            message,
            remedy: remedy.to_owned(),
        };
        let bytes = bounded(path)
            .map_err(|error| fail(format!("cannot be read: {error}"), "check the path and its permissions"))?;
        if bytes.len() > MAX_BYTES {
            return Err(fail(format!("is larger than {MAX_BYTES} bytes"), "split the document"));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let mut failed = fail(format!("is not UTF-8: invalid byte at offset {good}"), "save the file as UTF-8");
            failed.span = Some(text::span_at(error.as_bytes(), good));
            failed
        })?;
        Self::parse(path, text)
    }

    /// Reads a text; `path` is only the name used in messages.
    ///
    /// # Errors
    /// When the text is neither JSON nor YAML, or is too large.
    pub fn parse(path: &Path, text: String) -> Result<Self, DocumentError> {
        let (root, json) = text::read(&text).map_err(|(span, message, remedy)| DocumentError {
            path: path.to_path_buf(),
            span,
            message,
            remedy: remedy.to_owned(),
        })?;
        Ok(Self { path: path.to_path_buf(), text, root, json, spans: OnceLock::new(), layer: None })
    }

    /// The same document with the value that a file laid over it gives: `places` are pointers to what that file put
    /// there, each with the pointer to it in the file; other places are those of the own text, where they still exist.
    #[must_use]
    pub fn overlaid(mut self, root: Value, file: Self, places: Vec<(String, String)>) -> Self {
        self.root = root;
        self.layer = Some(Layer::new(file, places));
        self
    }

    /// The file that was laid over it.
    #[must_use]
    pub fn overlay(&self) -> Option<&Self> {
        self.layer.as_ref().map(Layer::document)
    }

    /// File and place of a node that the file laid over the document put there.
    #[must_use]
    pub fn added_at(&self, pointer: &str) -> Option<(&Path, Span)> {
        self.layer.as_ref()?.place(pointer)
    }

    /// File and place of a node, see [`Document::locate`].
    #[must_use]
    pub fn place(&self, pointer: &str) -> (&Path, Span) {
        self.added_at(pointer).unwrap_or_else(|| (&self.path, self.locate(pointer)))
    }

    /// The name under which the document was read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text as read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The whole value.
    #[must_use]
    pub fn root(&self) -> &Value {
        &self.root
    }

    /// The node at a JSON pointer.
    #[must_use]
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        node(&self.root, pointer)
    }

    /// Where the node at `pointer` starts; for a member of an object, where its key starts.
    ///
    /// A pointer that leads nowhere gives the place of its nearest existing parent.
    #[must_use]
    pub fn locate(&self, pointer: &str) -> Span {
        let spans = self.spans.get_or_init(|| {
            let body = self.text.trim_start_matches('\u{feff}');
            let mut spans = HashMap::new();
            if self.json {
                json::note(body, &mut spans);
            } else if let Ok(nodes) = yaml::load(body)
                && let Some(node) = nodes.first()
            {
                yaml::note(node, &mut String::new(), &mut spans);
            }
            spans
        });
        let mut rest = pointer;
        loop {
            if let Some(span) = spans.get(rest) {
                return *span;
            }
            match rest.rfind('/') {
                Some(cut) => rest = &rest[..cut],
                None => return Span { line: 1, column: 1 },
            }
        }
    }

    /// The places of many nodes, in the order of the pointers; one pass over a large JSON text instead of a map
    /// of all of its nodes.
    #[must_use]
    pub fn locate_all(&self, pointers: &[String]) -> Vec<Span> {
        if !self.json || self.text.len() < MAP_BELOW_BYTES || self.spans.get().is_some() {
            return pointers.iter().map(|pointer| self.locate(pointer)).collect();
        }
        json::search(self.text.trim_start_matches('\u{feff}'), pointers)
    }

    /// An error at a place in this document.
    #[must_use]
    pub fn error_at(&self, pointer: &str, message: String, remedy: String) -> DocumentError {
        let (path, span) = self.place(pointer);
        DocumentError { path: path.to_path_buf(), span: Some(span), message, remedy }
    }
}

/// Reads a file, but no more of it than shows that it is too large: a device never ends.
fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    std::fs::File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A value as plain text, as it stands in a URL or in a sentence: a text without its quotes, anything else as JSON.
///
/// # Example
/// ```
/// use contract_gate::document::text_of;
///
/// assert_eq!(text_of(&serde_json::json!("a")), "a");
/// assert_eq!(text_of(&serde_json::json!(7)), "7");
/// ```
#[must_use]
pub fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Escapes one segment of a JSON pointer.
#[must_use]
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Members of an object up to which a name is searched for from the first on.
const FEW_MEMBERS: usize = 32;

/// The node at a JSON pointer, as `serde_json::Value::pointer` finds it. Hot loops ask by pointer for every record: here
/// segments without escapes cost no allocation.
#[must_use]
pub fn node<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    if pointer.is_empty() {
        return Some(root);
    }
    let mut node = root;
    for segment in pointer.strip_prefix('/')?.split('/') {
        let plain = if segment.contains('~') { Cow::Owned(unescape(segment)) } else { Cow::Borrowed(segment) };
        node = match node {
            // A few names are found faster by looking at them than by hashing.
            Value::Object(members) if members.len() <= FEW_MEMBERS => {
                members.iter().find(|(name, _)| **name == *plain)?.1
            }
            Value::Object(members) => members.get(&*plain)?,
            // RFC 6901: no sign, no leading zero.
            Value::Array(items) if !(plain.starts_with('+') || plain.starts_with('0') && plain.len() > 1) => {
                items.get(plain.parse::<usize>().ok()?)?
            }
            _ => return None,
        };
    }
    Some(node)
}

/// Reverses [`escape`].
#[must_use]
pub fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_lead_where_they_lead_elsewhere() {
        let wide: serde_json::Map<String, Value> =
            (0..40).map(|index| (format!("m{index}"), Value::from(index))).collect();
        let root = serde_json::json!({"a/b": {"c~d": [10, {"": true}]}, "wide": wide, "0": null});
        let pointers =
            ["", "/", "a", "/a~1b", "/a~1b/c~0d/0", "/a~1b/c~0d/00", "/a~1b/c~0d/+1", "/a~1b/c~0d/1/", "/a~1b/c~0d/2"];
        for pointer in pointers.into_iter().chain(["/wide/m39", "/wide/m40", "/0", "/a~1b/c~0d/-", "/0/x"]) {
            assert_eq!(node(&root, pointer), root.pointer(pointer), "{pointer}");
        }
    }

    fn parse(text: &str) -> Result<Document, DocumentError> {
        Document::parse(Path::new("t.yaml"), text.to_owned())
    }

    #[test]
    fn yaml_and_json_locate_keys() {
        let yaml = parse("a:\n  b: [1, {c: 2}]\n200:\n  x: NO\n").expect("valid YAML");
        assert_eq!(yaml.locate("/a/b"), Span { line: 2, column: 3 });
        assert_eq!(yaml.locate("/a/b/1/c"), Span { line: 2, column: 11 });
        assert_eq!(yaml.at("/200/x"), Some(&Value::from("NO")));
        let json = parse("{\n  \"a\": {\"b~/c\": [1,\n {\"d\": \"}\"}]}\n}").expect("valid JSON");
        assert_eq!(json.locate("/a/b~0~1c/1/d"), Span { line: 3, column: 3 });
        assert_eq!(json.locate("/a/missing/deeper"), json.locate("/a"));
    }

    #[test]
    fn large_json_is_searched_like_small_json() {
        let filler = "x".repeat(MAP_BELOW_BYTES);
        let large = parse(&format!(
            "{{\n \"fill\": \"{filler}\",\n \"a\": {{\"b/c\": [1, true,\n {{\"d\": \"}}\\\"\"}}], \"e\": {{}}}}\n}}"
        ))
        .expect("valid JSON");
        let pointers: Vec<String> =
            ["/a", "/a/b~1c/2/d", "/a/b~1c/1", "/a/e", "/a/missing/deeper", ""].map(str::to_owned).to_vec();
        let searched = large.locate_all(&pointers);
        let mapped: Vec<Span> = pointers.iter().map(|pointer| large.locate(pointer)).collect();
        assert_eq!(searched, mapped);
        assert_eq!(searched[1].line, 4);
    }

    #[test]
    fn broken_texts_name_the_place() {
        let error = parse("a: 1\na: 2\n").expect_err("duplicate key");
        assert_eq!(error.span.map(|span| span.line), Some(2), "{error}");
        let error = parse("{\"a\": 1").expect_err("cut off");
        assert!(error.to_string().contains("t.yaml:1:7"), "{error}");
        assert!(parse("").is_err());
        assert!(parse("a: 1\n---\nb: 2\n").is_err());
    }

    #[test]
    fn merge_keys_give_defaults() {
        let document = parse("base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  y: 3\n").expect("valid YAML");
        assert_eq!(document.at("/use"), Some(&serde_json::json!({"x": 1, "y": 3})));
    }
}
