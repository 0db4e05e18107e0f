//! From nodes to places: file, pointer, line and column, many of one side at once.

use super::arena::Side;
use super::change::At;
use crate::document::{Span, escape};
use crate::finding::Place;

/// Places of one side that are looked up together.
#[derive(Default)]
pub(super) struct Places {
    wanted: Vec<(usize, String)>,
}

impl Places {
    pub(super) fn want(&mut self, side: &Side<'_>, at: &At) -> usize {
        let (file, mut pointer) = side.pointer(at.node);
        if let Some(key) = &at.key {
            pointer.push('/');
            pointer.push_str(&escape(key));
        }
        self.wanted.push((file, pointer));
        self.wanted.len() - 1
    }

    pub(super) fn found(self, side: &Side<'_>) -> Vec<Place> {
        let documents = side.workspace().documents();
        let mut spans: Vec<Span> = vec![Span { line: 1, column: 1 }; self.wanted.len()];
        for (file, document) in documents.iter().enumerate() {
            let mine: Vec<usize> = (0..self.wanted.len()).filter(|index| self.wanted[*index].0 == file).collect();
            if mine.is_empty() {
                continue;
            }
            let pointers: Vec<String> = mine.iter().map(|index| self.wanted[*index].1.clone()).collect();
            for (index, span) in mine.into_iter().zip(document.locate_all(&pointers)) {
                spans[index] = span;
            }
        }
        let name = |file: usize| documents.get(file).map(|document| document.path().display().to_string());
        self.wanted
            .into_iter()
            .zip(spans)
            .map(|((file, pointer), span)| Place {
                file: name(file).unwrap_or_default(),
                pointer,
                line: span.line,
                column: span.column,
            })
            .collect()
    }
}
