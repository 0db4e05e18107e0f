//! What another file put into a document, and where it stands there.

use std::path::Path;

use super::{Document, Span};

/// A file that was laid over a document.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    /// The file itself.
    document: Box<Document>,
    /// Pointers of nodes that it put into the document, each with the pointer to it in the file; later ones win.
    places: Vec<(String, String)>,
}

impl Layer {
    pub(super) fn new(document: Document, places: Vec<(String, String)>) -> Self {
        Self { document: Box::new(document), places }
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    /// Where a node of the document comes from, if it comes from this file: the nearest node that was put there counts.
    pub(super) fn place(&self, pointer: &str) -> Option<(&Path, Span)> {
        let below = |place: &&(String, String)| {
            pointer.strip_prefix(place.0.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let (base, own) = self.places.iter().filter(below).max_by_key(|(base, _)| base.len())?;
        let span = self.document.locate(&format!("{own}{}", &pointer[base.len()..]));
        Some((self.document.path(), span))
    }
}
