//! One change as the comparison finds it, before it is worded for people.

use std::fmt;

use serde_json::Value;

use super::arena::NodeId;
use super::law::{Direction, Effect, Guard, level, requalified};
use super::rule::Rule;
use crate::finding::Level;

/// A place on one side: a node, and a key below it that need not exist.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct At {
    pub(crate) node: NodeId,
    pub(crate) key: Option<String>,
}

impl At {
    pub(crate) fn node(node: NodeId) -> Self {
        Self { node, key: None }
    }

    pub(crate) fn key(node: NodeId, key: &str) -> Self {
        Self { node, key: Some(key.to_owned()) }
    }
}

/// One change.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) rule: &'static Rule,
    pub(crate) direction: Direction,
    pub(crate) guards: Vec<Guard>,
    pub(crate) old: Option<At>,
    pub(crate) new: Option<At>,
    /// What it is about, for the title: a property, a parameter, a status.
    pub(crate) subject: String,
    /// The same without words: properties, keywords, values, where it is about such.
    pub(crate) names: Vec<String>,
    /// The values that it is about, if it is about such: a payload that shows it is one of them.
    pub(crate) listed: Vec<Value>,
    /// The variant of a union that came or went: a payload that shows it is one of its.
    pub(crate) variant: Option<NodeId>,
    pub(crate) before: String,
    pub(crate) after: String,
}

impl Change {
    pub(crate) fn new(rule: &'static Rule, direction: Direction) -> Self {
        let negotiated = rule.guards.contains(&Guard::Negotiated);
        Self {
            rule,
            direction,
            guards: if negotiated { vec![Guard::Negotiated] } else { Vec::new() },
            old: None,
            new: None,
            subject: String::new(),
            names: Vec::new(),
            listed: Vec::new(),
            variant: None,
            before: String::new(),
            after: String::new(),
        }
    }

    pub(crate) fn at(mut self, old: Option<At>, new: Option<At>) -> Self {
        self.old = old;
        self.new = new;
        self
    }

    pub(crate) fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = subject.into();
        self
    }

    /// Is about one thing that has a name: a property, a keyword, a value.
    pub(crate) fn about_one(self, name: impl fmt::Display) -> Self {
        self.about_all([name.to_string()], usize::MAX)
    }

    /// Is about things that have names, of which the title tells so many at most.
    pub(crate) fn about_all(mut self, names: impl IntoIterator<Item = String>, most: usize) -> Self {
        self.names = names.into_iter().collect();
        let told: Vec<String> = self.names.iter().take(most).map(|name| format!("`{name}`")).collect();
        self.subject = told.join(", ");
        if self.names.len() > most {
            self.subject.push_str(&format!(" and {} more", self.names.len() - most));
        }
        self
    }

    /// Is about some values, of which the title tells so many at most.
    pub(crate) fn about_values<'v>(mut self, values: impl IntoIterator<Item = &'v Value>, most: usize) -> Self {
        self.listed = values.into_iter().cloned().collect();
        let names: Vec<String> = self.listed.iter().map(ToString::to_string).collect();
        self.about_all(names, most)
    }

    /// The name of the one thing that it is about, if it is one.
    pub(crate) fn name(&self) -> Option<&str> {
        match self.names.as_slice() {
            [name] => Some(name),
            _ => None,
        }
    }

    pub(crate) fn values(mut self, before: impl Into<String>, after: impl Into<String>) -> Self {
        self.before = before.into();
        self.after = after.into();
        self
    }

    pub(crate) fn guarded(mut self, guard: Guard, applies: bool) -> Self {
        if applies && !self.guards.contains(&guard) {
            self.guards.push(guard);
        }
        self
    }

    pub(crate) fn effect(&self) -> Effect {
        requalified(self.rule.effect, self.direction, &self.guards)
    }

    pub(crate) fn level(&self) -> Level {
        level(self.rule.effect, self.direction, &self.guards)
    }
}
