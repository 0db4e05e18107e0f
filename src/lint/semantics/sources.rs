//! Every requirement that can fail a server says where it comes from.

use serde_json::Value;

use crate::diff::api::Operation;
use crate::diff::arena::NodeId;
use crate::finding::Level;
use crate::lint::{Linter, rules};

/// Names that a message lists.
const NAMED: usize = 3;

impl<'a> Linter<'a> {
    /// The clauses of the root: `source` on each, or on the whole.
    pub(super) fn sources_of_root(&mut self, contract: NodeId) {
        if self.side.text(contract, "source").is_some() {
            return;
        }
        let mut bare = Vec::new();
        for holder in ["resources", "refusals"] {
            let Some(holder) = self.side.get(contract, holder) else { continue };
            let members = self.side.members(holder);
            bare.extend(members.into_iter().filter(|(_, clause)| self.is_bare(*clause)).map(|(name, _)| name));
        }
        let tenancy = self.side.get(contract, "tenancy").filter(|clause| self.is_bare(*clause));
        bare.extend(tenancy.map(|_| "tenancy"));
        self.say_bare(contract, &bare, "`source` on each, or beside `version`");
    }

    /// The clauses of an operation: `source` on each or on what holds it, or `x-source` on the operation or its path.
    pub(super) fn sources_of_operation(&mut self, operation: &Operation<'a>, promises: NodeId) {
        if [operation.node, operation.item].iter().any(|node| self.side.text(*node, "x-source").is_some()) {
            return;
        }
        let mut bare = Vec::new();
        for (name, clause) in self.side.members(promises) {
            if self.side.value(clause).is_array() {
                let all = self.side.items(clause);
                bare.extend(all.into_iter().filter(|item| self.is_bare(*item)).map(|_| name));
            } else if name == "lists" {
                self.bare_in_list(clause, &mut bare);
            } else if self.is_bare(clause) {
                bare.push(name);
            }
        }
        let wanted = "`source` on each, or `x-source` on the operation";
        let root = self.side.root();
        let whole = self.side.get(root, "x-contract").and_then(|contract| self.side.text(contract, "source"));
        if whole.is_some() {
            self.note_bare(promises, &bare, wanted);
        } else {
            self.say_bare(promises, &bare, wanted);
        }
    }

    fn bare_in_list(&mut self, lists: NodeId, bare: &mut Vec<&'a str>) {
        if self.side.text(lists, "source").is_some() {
            return;
        }
        if self.is_bare(lists) {
            bare.push("lists");
        }
        for key in ["page", "filters"] {
            let Some(holder) = self.side.get(lists, key) else { continue };
            if self.side.text(holder, "source").is_some() {
                continue;
            }
            let members = self.side.members(holder);
            bare.extend(members.into_iter().filter(|(_, clause)| self.is_bare(*clause)).map(|(name, _)| name));
        }
        let sort = self.side.get(lists, "sort").filter(|sort| self.is_bare(*sort));
        bare.extend(sort.map(|_| "sort"));
    }

    /// Whether a clause can fail a server and says nothing of its source.
    fn is_bare(&self, clause: NodeId) -> bool {
        let value = self.side.value(clause);
        let deny = value.get("level").and_then(Value::as_str).is_none_or(|level| level == "deny");
        value.is_object() && value.get("source").is_none() && deny
    }

    fn say_bare(&mut self, at: NodeId, bare: &[&str], wanted: &str) {
        if let Some(title) = title(bare, false) {
            self.fault(&rules::SOURCE_MISSING, (at, None), title, (wanted, "none"));
        }
    }

    /// The source of the whole stands in for those that are missing, but leads nobody to the place.
    fn note_bare(&mut self, at: NodeId, bare: &[&str], wanted: &str) {
        if let Some(title) = title(bare, true) {
            let values = (wanted, "that of the whole document");
            self.fault(&rules::SOURCE_MISSING, (at, None), title, values).at_level(Level::Note);
        }
    }
}

/// Which requirements name no source, or none of their own; nothing where none is bare.
fn title(bare: &[&str], own: bool) -> Option<String> {
    let named: Vec<String> = bare.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
    let (its, their) = if own { (" of its own", " of their own") } else { ("", "") };
    Some(match bare.len() {
        0 => return None,
        1 => format!("the requirement {} names no source{its}", named[0]),
        many if many <= NAMED => format!("the requirements {} name no source{their}", named.join(", ")),
        many => format!("the requirements {} and {} more name no source{their}", named.join(", "), many - NAMED),
    })
}
