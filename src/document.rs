//! A YAML or JSON text as a plain value, with the place of every node on demand.
//!
//! The text is the only truth: everything else (validators, the generated client, semantics) is derived from the
//! value read here. This module knows nothing of OpenAPI, and `build.rs` includes it as it stands, so that the
//! build and the run read a document alike.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};
use serde_json::{Map, Value};

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
#[derive(Debug)]
pub struct Document {
    path: PathBuf,
    text: String,
    root: Value,
    json: bool,
    spans: OnceLock<HashMap<String, Span>>,
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
        let bytes = std::fs::read(path)
            .map_err(|error| fail(format!("cannot be read: {error}"), "check the path and its permissions"))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let mut failed = fail(format!("is not UTF-8: invalid byte at offset {good}"), "save the file as UTF-8");
            failed.span = Some(span_at(error.as_bytes(), good));
            failed
        })?;
        Self::parse(path, text)
    }

    /// Reads a text; `path` is only the name used in messages.
    ///
    /// # Errors
    /// When the text is neither JSON nor YAML, or is too large.
    pub fn parse(path: &Path, text: String) -> Result<Self, DocumentError> {
        let (root, json) = read_text(&text).map_err(|(span, message, remedy)| DocumentError {
            path: path.to_path_buf(),
            span,
            message,
            remedy: remedy.to_owned(),
        })?;
        Ok(Self { path: path.to_path_buf(), text, root, json, spans: OnceLock::new() })
    }

    /// The same document with another value, e.g. after an overlay; places are those of the text where they still exist.
    #[must_use]
    pub fn with_root(mut self, root: Value) -> Self {
        self.root = root;
        self
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
        self.root.pointer(pointer)
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
                json_spans(body, &mut spans);
            } else if let Ok(nodes) = load_yaml(body)
                && let Some(node) = nodes.first()
            {
                yaml_spans(node, &mut String::new(), &mut spans);
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
        let mut wanted = Wanted::default();
        for (index, pointer) in pointers.iter().enumerate() {
            wanted.add(pointer, index);
        }
        let mut found = vec![Span { line: 1, column: 1 }; pointers.len()];
        let body = self.text.trim_start_matches('\u{feff}');
        let mut unused = HashMap::new();
        let mut scan = JsonScan { bytes: body.as_bytes(), at: 0, line: 1, line_start: 0, spans: &mut unused };
        scan.seek(&wanted, &mut found);
        found
    }

    /// An error at a place in this document.
    #[must_use]
    pub fn error_at(&self, pointer: &str, message: String, remedy: String) -> DocumentError {
        DocumentError { path: self.path.clone(), span: Some(self.locate(pointer)), message, remedy }
    }
}

/// Escapes one segment of a JSON pointer.
#[must_use]
pub fn escape(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// Reverses [`escape`].
#[must_use]
pub fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

type Failure = (Option<Span>, String, &'static str);

/// The value of a text, and whether it was read as JSON.
fn read_text(text: &str) -> Result<(Value, bool), Failure> {
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
    match (load_yaml(body), json_error) {
        (Ok(nodes), _) if nodes.len() == 1 => match to_value(&nodes[0]) {
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
            Err((Some(span), format!("is not valid YAML: {message}"), remedy))
        }
    }
}

fn load_yaml(text: &str) -> Result<Vec<MarkedYaml<'_>>, (Span, String)> {
    MarkedYaml::load_from_str(text).map_err(|error| {
        let marker = error.marker();
        (Span { line: marker.line().max(1), column: marker.col() + 1 }, error.info().to_owned())
    })
}

fn yaml_remedy(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "remove one of the two keys"
    } else if message.contains("tab") {
        "indent with spaces"
    } else {
        "check indentation, quotes and colons at that place"
    }
}

fn without_place(message: &str) -> &str {
    message.split(" at line ").next().unwrap_or(message)
}

fn span_at(bytes: &[u8], offset: usize) -> Span {
    let before = &bytes[..offset];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Span { line, column }
}

fn span_of(node: &MarkedYaml<'_>) -> Span {
    Span { line: node.span.start.line().max(1), column: node.span.start.col() + 1 }
}

fn scalar_key(node: &MarkedYaml<'_>) -> Option<String> {
    match &node.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Integer(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::FloatingPoint(number)) => Some(number.to_string()),
        YamlData::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        YamlData::Value(Scalar::Null) => Some("null".to_owned()),
        YamlData::Tagged(_, inner) => scalar_key(inner),
        _ => None,
    }
}

fn to_value(node: &MarkedYaml<'_>) -> Result<Value, (Span, String)> {
    Ok(match &node.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(flag)) => Value::Bool(*flag),
        YamlData::Value(Scalar::Integer(number)) => Value::from(*number),
        YamlData::Value(Scalar::FloatingPoint(number)) => {
            serde_json::Number::from_f64(number.into_inner()).map_or(Value::Null, Value::Number)
        }
        YamlData::Value(Scalar::String(text)) => Value::String(text.to_string()),
        YamlData::Sequence(items) => Value::Array(items.iter().map(to_value).collect::<Result<_, _>>()?),
        YamlData::Mapping(entries) => {
            let mut map = Map::with_capacity(entries.len());
            for (key, value) in entries {
                let Some(key_text) = scalar_key(key) else {
                    return Err((span_of(key), "a key that is itself a collection".to_owned()));
                };
                let value = to_value(value)?;
                if key_text == "<<" {
                    merge(&mut map, value);
                } else {
                    map.insert(key_text, value);
                }
            }
            Value::Object(map)
        }
        YamlData::Tagged(_, inner) => to_value(inner)?,
        YamlData::Representation(text, _, _) => Value::String(text.to_string()),
        YamlData::Alias(_) | YamlData::BadValue => {
            return Err((span_of(node), "a value that YAML 1.2 cannot read".to_owned()));
        }
    })
}

/// A merge key gives defaults: what the mapping says itself wins.
fn merge(map: &mut Map<String, Value>, value: Value) {
    match value {
        Value::Object(defaults) => {
            for (key, value) in defaults {
                map.entry(key).or_insert(value);
            }
        }
        Value::Array(parts) => parts.into_iter().for_each(|part| merge(map, part)),
        _ => {}
    }
}

fn yaml_spans(node: &MarkedYaml<'_>, pointer: &mut String, spans: &mut HashMap<String, Span>) {
    spans.entry(pointer.clone()).or_insert_with(|| span_of(node));
    let length = pointer.len();
    match &node.data {
        YamlData::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                pointer.push('/');
                pointer.push_str(&index.to_string());
                yaml_spans(item, pointer, spans);
                pointer.truncate(length);
            }
        }
        YamlData::Mapping(entries) => {
            for (key, value) in entries {
                let Some(text) = scalar_key(key) else { continue };
                pointer.push('/');
                pointer.push_str(&escape(&text));
                spans.insert(pointer.clone(), span_of(key));
                yaml_spans(value, pointer, spans);
                pointer.truncate(length);
            }
        }
        YamlData::Tagged(_, inner) => yaml_spans(inner, pointer, spans),
        _ => {}
    }
}

/// Walks a JSON text that is known to be valid and notes where each key and each item starts.
fn json_spans(text: &str, spans: &mut HashMap<String, Span>) {
    let mut scan = JsonScan { bytes: text.as_bytes(), at: 0, line: 1, line_start: 0, spans };
    scan.value(&mut String::new());
}

/// The nodes that are looked for, as a tree of keys.
#[derive(Default)]
struct Wanted {
    children: HashMap<String, Wanted>,
    ids: Vec<usize>,
}

impl Wanted {
    fn add(&mut self, pointer: &str, id: usize) {
        let mut at = self;
        for segment in pointer.split('/').skip(1) {
            at = at.children.entry(unescape(segment)).or_default();
        }
        at.ids.push(id);
    }

    /// Gives a place to everything at and below; what is found deeper down replaces it later.
    fn mark(&self, span: Span, found: &mut [Span]) {
        let mut work = vec![self];
        while let Some(wanted) = work.pop() {
            for id in &wanted.ids {
                found[*id] = span;
            }
            work.extend(wanted.children.values());
        }
    }
}

struct JsonScan<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    spans: &'a mut HashMap<String, Span>,
}

impl JsonScan<'_> {
    fn here(&self) -> Span {
        Span { line: self.line, column: self.at - self.line_start + 1 }
    }

    fn skip_space(&mut self) {
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    self.line += 1;
                    self.line_start = self.at + 1;
                }
                b' ' | b'\t' | b'\r' | b',' | b':' => {}
                _ => return,
            }
            self.at += 1;
        }
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.skip_string();
        let raw = self.bytes.get(start..self.at).unwrap_or_default();
        serde_json::from_slice(raw).unwrap_or_default()
    }

    /// Looks for the wanted nodes of the value at hand and skips everything else.
    fn seek(&mut self, wanted: &Wanted, found: &mut [Span]) {
        self.skip_space();
        if wanted.children.is_empty() {
            return self.skip();
        }
        let object = self.bytes.get(self.at) == Some(&b'{');
        if !object && self.bytes.get(self.at) != Some(&b'[') {
            return self.skip();
        }
        self.at += 1;
        for index in 0.. {
            self.skip_space();
            let place = self.here();
            if matches!(self.bytes.get(self.at), Some(b']' | b'}') | None) {
                break;
            }
            let key = if object { self.string() } else { index.to_string() };
            match wanted.children.get(&key) {
                Some(inner) => {
                    inner.mark(place, found);
                    self.seek(inner, found);
                }
                None => self.skip(),
            }
        }
        self.at += 1;
    }

    /// Skips one value.
    fn skip(&mut self) {
        self.skip_space();
        let mut depth = 0_usize;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.skip_string();
                    if depth == 0 {
                        return;
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                b',' if depth == 0 => return,
                b'\n' => {
                    self.line += 1;
                    self.line_start = self.at + 1;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'\\' => self.at += 2,
                b'"' => break,
                _ => self.at += 1,
            }
        }
        self.at += 1;
    }

    fn value(&mut self, pointer: &mut String) {
        self.skip_space();
        let here = self.here();
        self.spans.entry(pointer.clone()).or_insert(here);
        let length = pointer.len();
        match self.bytes.get(self.at) {
            Some(b'{') => {
                self.at += 1;
                loop {
                    self.skip_space();
                    let place = self.here();
                    if self.bytes.get(self.at) != Some(&b'"') {
                        break;
                    }
                    let key = self.string();
                    pointer.push('/');
                    pointer.push_str(&escape(&key));
                    self.spans.insert(pointer.clone(), place);
                    self.value(pointer);
                    pointer.truncate(length);
                }
                self.at += 1;
            }
            Some(b'[') => {
                self.at += 1;
                for index in 0.. {
                    self.skip_space();
                    if matches!(self.bytes.get(self.at), Some(b']') | None) {
                        break;
                    }
                    pointer.push('/');
                    pointer.push_str(&index.to_string());
                    self.value(pointer);
                    pointer.truncate(length);
                }
                self.at += 1;
            }
            Some(b'"') => {
                self.string();
            }
            _ => {
                while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b'\n' | b' ')) {
                    self.at += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
