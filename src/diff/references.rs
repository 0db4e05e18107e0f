//! References that lead nowhere, wherever in the document they stand, reached by an operation or not.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::arena::{Dangling, Side};
use super::source::names_below;
use crate::document::{Document, DocumentError, escape};
use crate::finding::{Finding, Level, Place};
use crate::suggest;

/// A reference that leads nowhere, at the first place where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) file: usize,
    /// Pointer of the object that holds the `$ref`.
    pub(crate) pointer: String,
    pub(crate) text: String,
    pub(crate) reason: Dangling,
}

impl Broken {
    fn remedy(&self) -> &'static str {
        match self.reason {
            Dangling::Missing => "define it, or mend the reference",
            Dangling::Outside if self.text.contains("://") => {
                "network references are never followed: bundle the document"
            }
            Dangling::Outside => "keep all files in the folder of the document, or bundle it",
        }
    }
}

/// All references of a document and its files that lead nowhere, each text once per file, in document order.
pub(crate) fn broken(side: &mut Side<'_>) -> Vec<Broken> {
    let mut found = Vec::new();
    for (file, document) in side.workspace().documents().iter().enumerate() {
        let texts: Vec<&str> = texts_of(document.root());
        let faulty: BTreeMap<&str, Dangling> =
            texts.into_iter().filter_map(|text| Some((text, side.leads_nowhere(file, text)?))).collect();
        if !faulty.is_empty() {
            let first = first_places(document, &faulty);
            found.extend(first.into_iter().map(|(pointer, text)| Broken {
                file,
                pointer,
                text: text.to_owned(),
                reason: faulty[text],
            }));
        }
    }
    found
}

/// The texts of all references, each once.
fn texts_of(root: &Value) -> Vec<&str> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut work = vec![(root, false)];
    while let Some((value, names)) = work.pop() {
        match value {
            Value::Array(items) => work.extend(items.iter().rev().map(|item| (item, false))),
            Value::Object(map) => {
                if let Some(text) = reference(value, names)
                    && seen.insert(text)
                {
                    found.push(text);
                }
                for (key, inner) in map.iter().rev().filter(|(_, inner)| inner.is_object() || inner.is_array()) {
                    work.extend(names_below(names, key).map(|names| (inner, names)));
                }
            }
            _ => {}
        }
    }
    found
}

fn reference(value: &Value, names: bool) -> Option<&str> {
    if names { None } else { value.get("$ref")?.as_str() }
}

/// Where each of the faulty references stands first.
fn first_places<'d>(document: &'d Document, faulty: &BTreeMap<&str, Dangling>) -> Vec<(String, &'d str)> {
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    let mut work = vec![(document.root(), String::new(), false)];
    while let Some((value, pointer, names)) = work.pop() {
        match value {
            Value::Array(items) => {
                let inner = items.iter().enumerate().rev();
                work.extend(inner.map(|(index, item)| (item, format!("{pointer}/{index}"), false)));
            }
            Value::Object(map) => {
                if let Some(text) = reference(value, names)
                    && faulty.contains_key(text)
                    && seen.insert(text)
                {
                    found.push((pointer.clone(), text));
                }
                for (key, inner) in map.iter().rev() {
                    let names = names_below(names, key);
                    work.extend(names.map(|names| (inner, format!("{pointer}/{}", escape(key)), names)));
                }
            }
            _ => {}
        }
    }
    found
}

/// Refuses a new document in which a reference leads nowhere that the old one does not have, and notes the others.
///
/// # Errors
/// The first reference that the edit broke.
pub(crate) fn check(old: &mut Side<'_>, new: &mut Side<'_>) -> Result<Vec<Finding>, DocumentError> {
    let (before, after) = (broken(old), broken(new));
    let known: BTreeSet<&str> = before.iter().map(|broken| broken.text.as_str()).collect();
    if let Some(fault) = after.iter().find(|broken| !known.contains(broken.text.as_str())) {
        let document = &new.workspace().documents()[fault.file];
        let message = format!("the reference `{}` leads nowhere", fault.text);
        let near = nearest(new, fault).map(|near| format!("did you mean `{near}`? If not, ")).unwrap_or_default();
        let piped = fault.reason == Dangling::Outside && document.path().as_os_str() == "<stdin>";
        let remedy = if piped { "standard input has no folder: name the file" } else { fault.remedy() };
        let remedy = format!("{near}{remedy}");
        return Err(document.error_at(&format!("{}/$ref", fault.pointer), message, remedy));
    }
    let still: BTreeSet<&str> = after.iter().map(|broken| broken.text.as_str()).collect();
    let gone = before.iter().filter(|broken| !still.contains(broken.text.as_str()));
    let mut notes: Vec<Finding> = after.iter().map(|broken| note(new, broken, "both documents")).collect();
    notes.extend(gone.map(|broken| note(old, broken, "the old document")));
    Ok(notes)
}

/// The definition beside the missing one that is called most like it.
fn nearest(side: &mut Side<'_>, broken: &Broken) -> Option<String> {
    let (holder, name) = broken.text.rsplit_once('/')?;
    let file = u32::try_from(broken.file).ok()?;
    let node = side.at(file, holder.strip_prefix('#')?)?;
    let near = suggest::nearest(name, side.members(node).into_iter().map(|(known, _)| known))?;
    Some(format!("{holder}/{near}"))
}

fn note(side: &Side<'_>, broken: &Broken, whose: &str) -> Finding {
    let document = &side.workspace().documents()[broken.file];
    let pointer = format!("{}/$ref", broken.pointer);
    let span = document.locate(&pointer);
    let title = format!("the reference `{}` leads nowhere in {whose}", broken.text);
    let mut finding = Finding::new("dangling-reference", title).compare(broken.remedy(), "nothing to follow");
    finding.level = Level::Note;
    finding.why = Some("what it should stand for could not be compared".to_owned());
    finding.fingerprint = Finding::fingerprint_of(&[&finding.id, &pointer, &broken.text]);
    let file = document.path().display().to_string();
    finding.place = Some(Place { file, pointer, line: span.line, column: span.column });
    finding
}
