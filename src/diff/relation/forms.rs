//! Forms: their values are written as text, but for the parts that are JSON or XML.

use std::collections::{BTreeMap, HashMap};

use super::{Engine, Mode};
use crate::diff::arena::NodeId;
use crate::diff::effective::Effective;
use crate::diff::types::TypeSet;

/// Deepest nesting of lists that is followed to what they hold.
const MAX_LISTS: usize = 8;

/// A form that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FormId(u32);

/// How a part of a form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Writing {
    Text,
    Json,
    Xml,
}

impl Writing {
    /// How a part of some media types is written; one that may be JSON is judged as JSON.
    pub(crate) fn of<'n>(names: impl Iterator<Item = &'n str>) -> Self {
        let written = |name: &str| {
            let kind = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            let is = |suffix: &str| kind.ends_with(&format!("/{suffix}")) || kind.ends_with(&format!("+{suffix}"));
            match () {
                () if is("json") => Self::Json,
                () if is("xml") => Self::Xml,
                () => Self::Text,
            }
        };
        let all: Vec<Self> = names.map(written).collect();
        [Self::Json, Self::Xml].into_iter().find(|one| all.contains(one)).unwrap_or(Self::Text)
    }
}

/// What two documents say of how the parts of a form are written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Form {
    /// Whether an object is JSON where nothing is said (OpenAPI 3.0.3, Encoding Object, `contentType`).
    pub(crate) multipart: bool,
    /// What is said, by the names of the parts.
    pub(crate) old: BTreeMap<String, Writing>,
    /// What is said in the new document.
    pub(crate) new: BTreeMap<String, Writing>,
}

/// The forms that were met.
#[derive(Debug, Default)]
pub(super) struct Forms {
    list: Vec<Form>,
    ids: HashMap<Form, FormId>,
}

impl<'a> Engine<'a> {
    /// The id of a form.
    pub(crate) fn form(&mut self, form: Form) -> FormId {
        if let Some(known) = self.forms.ids.get(&form) {
            return *known;
        }
        let id = FormId(u32::try_from(self.forms.list.len()).unwrap_or(u32::MAX));
        self.forms.list.push(form.clone());
        self.forms.ids.insert(form, id);
        id
    }

    /// How a property is sent: as its holder is, unless that is a form of which it is a part. A part that one side
    /// writes as text stays text: that it is written otherwise is told of its encoding.
    pub(super) fn part_mode(&mut self, mode: Mode, name: Option<&str>, old: &[NodeId], new: &[NodeId]) -> Mode {
        let Some(FormId(index)) = mode.form else { return mode };
        let plain = Mode { form: None, ..mode };
        let form = &self.forms.list[index as usize];
        let multipart = form.multipart;
        let said =
            (name.and_then(|name| form.old.get(name)).copied(), name.and_then(|name| form.new.get(name)).copied());
        let mut writing = |said: Option<Writing>, nodes: &[NodeId], of_old: bool| match said {
            _ if nodes.is_empty() => None,
            Some(said) => Some(said),
            None if multipart && self.holds_objects(nodes, of_old) => Some(Writing::Json),
            None => Some(Writing::Text),
        };
        let (old, new) = (writing(said.0, old, true), writing(said.1, new, false));
        match (old.or(new), new.or(old)) {
            (Some(Writing::Json), Some(Writing::Json)) => Mode { textual: false, ..plain },
            (Some(Writing::Xml), Some(Writing::Xml)) => Mode { textual: false, xml: true, ..plain },
            _ => plain,
        }
    }

    /// Whether a schema is one of objects, or of lists of them.
    fn holds_objects(&mut self, nodes: &[NodeId], of_old: bool) -> bool {
        let mut nodes = nodes.to_vec();
        for _ in 0..MAX_LISTS {
            let merged = self.merged_nodes(&nodes, of_old);
            let objects = |side: &Effective<'_>| side.types == TypeSet::OBJECT;
            if objects(&merged) {
                return true;
            }
            if merged.types == TypeSet::ARRAY && !merged.items.is_empty() {
                nodes = merged.items;
                continue;
            }
            return merged
                .unions
                .iter()
                .any(|union| union.variants.iter().all(|variant| objects(&self.merged_nodes(&[*variant], of_old))));
        }
        false
    }

    fn merged_nodes(&mut self, nodes: &[NodeId], of_old: bool) -> Effective<'a> {
        let (side, conjs) =
            if of_old { (&mut self.old, &mut self.old_conjs) } else { (&mut self.new, &mut self.new_conjs) };
        let conj = conjs.of(side, nodes, nodes.first().copied().unwrap_or(NodeId(0)));
        self.merged(conj, of_old)
    }
}
