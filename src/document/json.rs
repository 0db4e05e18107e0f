//! JSON: where each key and each item starts, noted for all of them or looked for.

use std::collections::HashMap;

use super::{Span, escape, unescape};

/// Walks a JSON text that is known to be valid and notes where each key and each item starts.
pub(super) fn note(text: &str, spans: &mut HashMap<String, Span>) {
    let mut scan = JsonScan { bytes: text.as_bytes(), at: 0, line: 1, line_start: 0, spans };
    scan.value(&mut String::new());
}

/// Places of the nodes at the pointers, in their order; one pass over a JSON text that is known to be valid.
pub(super) fn search(text: &str, pointers: &[String]) -> Vec<Span> {
    let mut wanted = Wanted::default();
    for (index, pointer) in pointers.iter().enumerate() {
        wanted.add(pointer, index);
    }
    let mut found = vec![Span { line: 1, column: 1 }; pointers.len()];
    let mut unused = HashMap::new();
    let mut scan = JsonScan { bytes: text.as_bytes(), at: 0, line: 1, line_start: 0, spans: &mut unused };
    scan.seek(&wanted, &mut found);
    found
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
