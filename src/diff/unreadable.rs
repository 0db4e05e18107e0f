//! What stands in a document and means nothing: references that lead in a circle, and patterns that are none.
//!
//! Nothing can be compared there. Both are noted beside the changes; a circle that only one document has is undecided.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::api::{Api, Reached};
use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::checker;
use super::law::Direction;
use super::rules;
use super::source::names_below;
use super::types::shortened;
use crate::document::escape;
use crate::finding::{Finding, Level, Place};

/// Most references that are followed one after the other.
const MAX_STEPS: usize = 64;

/// What means nothing in a document, by its text, with the first place where it stands.
#[derive(Debug, Default)]
pub(crate) struct Unreadable {
    circles: BTreeMap<String, (usize, String)>,
    patterns: BTreeMap<String, (usize, String)>,
}

/// Whether a pattern is one, in this dialect or in that of the validator.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    regex_syntax::parse(pattern).is_ok()
        || checker::is_valid(&json!({ "pattern": pattern }), &Value::from("")).is_some()
}

impl Unreadable {
    /// Looks through all files of a document.
    pub(crate) fn of(side: &mut Side<'_>) -> Self {
        let mut found = Self::default();
        let mut known: BTreeSet<(usize, &str)> = BTreeSet::new();
        for (file, document) in side.workspace().documents().iter().enumerate() {
            let mut work = vec![(document.root(), String::new(), false)];
            while let Some((value, pointer, names)) = work.pop() {
                match value {
                    Value::Array(items) => {
                        let inner = items.iter().enumerate().rev().filter(|(_, item)| item.is_object());
                        work.extend(inner.map(|(index, item)| (item, format!("{pointer}/{index}"), false)));
                    }
                    Value::Object(map) => {
                        let text = |key: &str| map.get(key).and_then(Value::as_str).filter(|_| !names);
                        if let Some(text) = text("$ref").filter(|text| known.insert((file, text)))
                            && leads_in_circle(side, file, &pointer)
                        {
                            found.circles.entry(text.to_owned()).or_insert((file, format!("{pointer}/$ref")));
                        }
                        if let Some(text) = text("pattern").filter(|text| known.insert((usize::MAX, text)))
                            && !is_pattern(text)
                        {
                            found.patterns.entry(text.to_owned()).or_insert((file, format!("{pointer}/pattern")));
                        }
                        for (key, inner) in map.iter().rev().filter(|(_, inner)| inner.is_object() || inner.is_array())
                        {
                            let below = names_below(names, key);
                            work.extend(below.map(|names| (inner, format!("{pointer}/{}", escape(key)), names)));
                        }
                    }
                    _ => {}
                }
            }
        }
        found
    }

    /// Notes on what means nothing, of the new document and of what only the old one has.
    pub(crate) fn notes(&self, newer: &Self, sides: (&Side<'_>, &Side<'_>)) -> Vec<Finding> {
        let mut notes = Vec::new();
        for (id, old, new) in [
            ("reference-circle", &self.circles, &newer.circles),
            ("pattern-not-understood", &self.patterns, &newer.patterns),
        ] {
            for (text, place) in new {
                let whose = if old.contains_key(text) { "both documents" } else { "the new document" };
                notes.push(note(sides.1, (id, text, whose), place));
            }
            for (text, place) in old.iter().filter(|(text, _)| !new.contains_key(*text)) {
                notes.push(note(sides.0, (id, text, "the old document"), place));
            }
        }
        notes
    }
}

/// Whether a reference leads through others back to one that was followed already.
fn leads_in_circle(side: &mut Side<'_>, file: usize, pointer: &str) -> bool {
    let Some(mut at) = u32::try_from(file).ok().and_then(|file| side.at(file, pointer)) else { return false };
    let mut seen = BTreeSet::from([at]);
    for _ in 0..MAX_STEPS {
        match side.target(at) {
            Some(next) if !seen.insert(next) => return true,
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

fn note(side: &Side<'_>, (id, text, whose): (&str, &str, &str), (file, pointer): &(usize, String)) -> Finding {
    let document = &side.workspace().documents()[*file];
    let span = document.locate(pointer);
    let (title, remedy, seen) = match id {
        "reference-circle" => {
            let title = format!("the reference `{text}` leads in a circle in {whose}");
            (title, "let one of the references lead to a definition", "nothing but references")
        }
        _ => {
            let title = format!("the pattern `{}` is no regular expression in {whose}", shortened(text));
            (title, "mend the pattern", "a pattern that cannot be read")
        }
    };
    let mut finding = Finding::new(id, title).compare(remedy, seen);
    finding.level = Level::Note;
    finding.why = Some("what it should stand for could not be compared".to_owned());
    finding.fingerprint = Finding::fingerprint_of(&[id, pointer, text]);
    let file = document.path().display().to_string();
    finding.place = Some(Place { file, pointer: pointer.clone(), line: span.line, column: span.column });
    finding
}

impl Api<'_> {
    /// Says that nothing was decided about a reference that leads in a circle in one of the documents only.
    pub(crate) fn compare_circles(&mut self, old: &Unreadable, new: &Unreadable) {
        let (before, after) = (self.engine.old.root(), self.engine.new.root());
        let node = |side: &mut Side<'_>, (file, pointer): &(usize, String)| -> Option<NodeId> {
            let holder = pointer.strip_suffix("/$ref")?;
            side.at(u32::try_from(*file).ok()?, holder)
        };
        for (text, place) in old.circles.iter().filter(|(text, _)| !new.circles.contains_key(*text)) {
            let at = node(&mut self.engine.old, place).unwrap_or(before);
            self.say_circle(text, (At::key(at, "$ref"), At::node(after)), ("a circle of references", "none"));
        }
        for (text, place) in new.circles.iter().filter(|(text, _)| !old.circles.contains_key(*text)) {
            let at = node(&mut self.engine.new, place).unwrap_or(after);
            self.say_circle(text, (At::node(before), At::key(at, "$ref")), ("none", "a circle of references"));
        }
    }

    fn say_circle(&mut self, text: &str, at: (At, At), values: (&str, &str)) {
        let change = Change::new(&rules::keyword_not_understood::RULE, Direction::Request)
            .at(Some(at.0), Some(at.1))
            .about(format!("`{text}`"))
            .values(values.0, values.1);
        self.found.push(Reached { change, operations: Vec::new(), spot: String::new() });
    }
}
