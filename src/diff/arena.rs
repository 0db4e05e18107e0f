//! One side of the comparison: the nodes of a document, interned by address, with references as edges.
//!
//! Nothing is ever copied or inlined. A node knows its parent, so its JSON pointer is built only when a finding
//! needs it. This module knows nothing of OpenAPI beyond `$ref`.

use serde_json::Value;

use super::source::Workspace;
use crate::document::{escape, unescape};

/// A node of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// How a node is reached from its parent.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

#[derive(Clone, Copy, Debug)]
struct Node<'a> {
    value: &'a Value,
    parent: NodeId,
    step: Step<'a>,
    file: u32,
}

/// Why a reference leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dangling {
    /// Points to a place that does not exist.
    Missing,
    /// Points to the network or to a place outside the folder, which is never read.
    Outside,
}

/// The nodes of one document and of the files it refers to.
#[derive(Clone, Debug)]
pub(crate) struct Side<'a> {
    workspace: &'a Workspace,
    nodes: Vec<Node<'a>>,
    by_address: foldhash::HashMap<usize, NodeId>,
    refs: foldhash::HashMap<(u32, &'a str), Result<NodeId, Dangling>>,
    /// References that led nowhere, in the order in which they were met.
    pub(crate) dangling: Vec<(NodeId, &'a str, Dangling)>,
    /// Whether keywords beside `$ref` count (OpenAPI 3.1).
    pub(crate) siblings_count: bool,
}

impl<'a> Side<'a> {
    pub(crate) fn new(workspace: &'a Workspace) -> Self {
        let version = workspace.main().root().get("openapi").and_then(Value::as_str).unwrap_or_default();
        let mut side = Self {
            workspace,
            nodes: Vec::new(),
            by_address: foldhash::HashMap::default(),
            refs: foldhash::HashMap::default(),
            dangling: Vec::new(),
            siblings_count: version.starts_with("3.1") || version.starts_with("3.2"),
        };
        for (file, document) in workspace.documents().iter().enumerate() {
            side.add(Node {
                value: document.root(),
                parent: NodeId(0),
                step: Step::Root,
                file: u32::try_from(file).unwrap_or(u32::MAX),
            });
        }
        side
    }

    /// The root of the main document.
    pub(crate) fn root(&self) -> NodeId {
        NodeId(0)
    }

    fn add(&mut self, node: Node<'a>) -> NodeId {
        let address = std::ptr::from_ref(node.value) as usize;
        if let Some(known) = self.by_address.get(&address) {
            return *known;
        }
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(node);
        self.by_address.insert(address, id);
        id
    }

    fn node(&self, id: NodeId) -> Node<'a> {
        self.nodes[id.0 as usize]
    }

    pub(crate) fn value(&self, id: NodeId) -> &'a Value {
        self.node(id).value
    }

    /// The member `key`, if the node is an object that has it.
    pub(crate) fn get(&mut self, id: NodeId, key: &str) -> Option<NodeId> {
        let node = self.node(id);
        let (key, value) = node.value.as_object()?.get_key_value(key)?;
        Some(self.add(Node { value, parent: id, step: Step::Key(key), file: node.file }))
    }

    /// The item `index`, if the node is an array that has it.
    pub(crate) fn item(&mut self, id: NodeId, index: usize) -> Option<NodeId> {
        let node = self.node(id);
        let value = node.value.as_array()?.get(index)?;
        Some(self.add(Node { value, parent: id, step: Step::Index(index), file: node.file }))
    }

    /// All members of an object, in document order.
    pub(crate) fn members(&mut self, id: NodeId) -> Vec<(&'a str, NodeId)> {
        let node = self.node(id);
        let Some(map) = node.value.as_object() else { return Vec::new() };
        map.iter()
            .map(|(key, value)| {
                (key.as_str(), self.add(Node { value, parent: id, step: Step::Key(key), file: node.file }))
            })
            .collect()
    }

    /// All items of an array.
    pub(crate) fn items(&mut self, id: NodeId) -> Vec<NodeId> {
        let count = self.value(id).as_array().map_or(0, Vec::len);
        (0..count).filter_map(|index| self.item(id, index)).collect()
    }

    /// A text member.
    pub(crate) fn text(&self, id: NodeId, key: &str) -> Option<&'a str> {
        self.value(id).get(key).and_then(Value::as_str)
    }

    /// A flag; absent is false.
    pub(crate) fn flag(&self, id: NodeId, key: &str) -> bool {
        self.value(id).get(key).and_then(Value::as_bool).unwrap_or(false)
    }

    /// The text of the node's own `$ref`.
    pub(crate) fn reference(&self, id: NodeId) -> Option<&'a str> {
        self.value(id).as_object()?.get("$ref")?.as_str()
    }

    /// Follows references until something else is reached; a circle of references ends at its start.
    pub(crate) fn resolved(&mut self, mut id: NodeId) -> NodeId {
        for _ in 0..64 {
            match self.target(id) {
                Some(next) if next != id => id = next,
                _ => return id,
            }
        }
        id
    }

    /// What the node's own `$ref` points to; notes it once when it leads nowhere.
    pub(crate) fn target(&mut self, id: NodeId) -> Option<NodeId> {
        let text = self.reference(id)?;
        let file = self.node(id).file;
        if let Some(known) = self.refs.get(&(file, text)) {
            return known.ok();
        }
        let found = self.look_up(file, text);
        if let Err(reason) = found {
            self.dangling.push((id, text, reason));
        }
        self.refs.insert((file, text), found);
        found.ok()
    }

    /// Why a reference of a file leads nowhere; `None` when it leads somewhere.
    pub(crate) fn leads_nowhere(&mut self, file: usize, text: &str) -> Option<Dangling> {
        self.look_up(u32::try_from(file).unwrap_or(u32::MAX), text).err()
    }

    fn look_up(&mut self, file: u32, text: &str) -> Result<NodeId, Dangling> {
        let (name, fragment) = text.split_once('#').unwrap_or((text, ""));
        let file = if name.is_empty() {
            file
        } else {
            let index = self.workspace.position(file as usize, name).ok_or(Dangling::Outside)?;
            u32::try_from(index).unwrap_or(u32::MAX)
        };
        let fragment = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy().into_owned();
        self.at(file, &fragment).ok_or(Dangling::Missing)
    }

    /// The node at a pointer of one file.
    pub(crate) fn at(&mut self, file: u32, pointer: &str) -> Option<NodeId> {
        let mut id = NodeId(file);
        for segment in pointer.split('/').skip(1) {
            let name = unescape(segment);
            id = match self.value(id) {
                Value::Array(_) => self.item(id, name.parse().ok()?)?,
                _ => self.get(id, &name)?,
            };
        }
        Some(id)
    }

    /// The file of a node and its JSON pointer there.
    pub(crate) fn pointer(&self, id: NodeId) -> (usize, String) {
        let mut parts = Vec::new();
        let mut at = self.node(id);
        loop {
            match at.step {
                Step::Root => break,
                Step::Key(key) => parts.push(escape(key)),
                Step::Index(index) => parts.push(index.to_string()),
            }
            at = self.node(at.parent);
        }
        let mut pointer = String::new();
        for part in parts.iter().rev() {
            pointer.push('/');
            pointer.push_str(part);
        }
        (at.file as usize, pointer)
    }

    /// The node that holds this one; the root holds itself.
    pub(crate) fn parent(&self, id: NodeId) -> NodeId {
        self.node(id).parent
    }

    /// The last segment of the node's pointer; for a component, its name.
    pub(crate) fn name(&self, id: NodeId) -> Option<&'a str> {
        match self.node(id).step {
            Step::Key(key) => Some(key),
            _ => None,
        }
    }

    /// The name of the schema component that the node is.
    pub(crate) fn component(&self, id: NodeId) -> Option<&'a str> {
        let name = self.name(id)?;
        let holder = self.node(id).parent;
        (self.name(holder) == Some("schemas") && self.name(self.node(holder).parent) == Some("components"))
            .then_some(name)
    }

    pub(crate) fn workspace(&self) -> &'a Workspace {
        self.workspace
    }
}
