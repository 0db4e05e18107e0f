//! Discriminators: which value selects which schema, in unions and in what inherits from a base.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Engine, Sides};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::effective::{Effective, Part, Tags, component_name, stands_for};
use crate::diff::rule::Rule;
use crate::diff::rules;

/// Value, and name of the schema that it selects.
type Explicit<'a> = BTreeMap<&'a str, Option<&'a str>>;

impl<'a> Engine<'a> {
    /// Discriminators: the property, and the values that select a schema.
    pub(super) fn compare_discriminators(&mut self, sides: &Sides<'a>) {
        let (Some(old), Some(new)) = (sides.old.discriminator, sides.new.discriminator) else {
            let rule = match (sides.old.discriminator, sides.new.discriminator) {
                (None, Some(_)) => &rules::discriminator_added::RULE,
                (Some(_), None) => &rules::discriminator_removed::RULE,
                _ => return,
            };
            self.say(sides, rule, "discriminator", "", "");
            return;
        };
        let (one, two) = (self.old.text(old, "propertyName"), self.new.text(new, "propertyName"));
        if one != two {
            let (one, two) = (one.unwrap_or("none"), two.unwrap_or("none"));
            self.say(sides, &rules::discriminator_property_changed::RULE, "discriminator", one, two);
            return;
        }
        if sides.old.unions.is_empty() && sides.new.unions.is_empty() {
            self.compare_children(sides, old, new);
        }
        if self.old.value(old).get("mapping") == self.new.value(new).get("mapping") {
            return;
        }
        let before = Tags::read(&mut self.old, old).explicit(&self.old);
        let after = Tags::read(&mut self.new, new).explicit(&self.new);
        let mappings = (self.old.get(old, "mapping"), self.new.get(new, "mapping"));
        self.compare_moved_tags(sides, (&before, &after), mappings);
        let known = |tag: &str, side: &Explicit<'_>, names: &[&str]| side.contains_key(tag) || names.contains(&tag);
        let (left, right) = (variant_names(&mut self.old, &sides.old), variant_names(&mut self.new, &sides.new));
        for (rule, tags) in [
            (&rules::discriminator_value_removed::RULE, lost(&before, &right, |tag| known(tag, &after, &right), &left)),
            (&rules::discriminator_value_added::RULE, lost(&after, &left, |tag| known(tag, &before, &left), &right)),
        ] {
            for tag in tags {
                let change = self.change_of_tag(sides, rule, mappings, &tag);
                self.note(sides, change);
            }
        }
    }

    /// A value that now selects a schema which was there before under another value, or is still there under one.
    fn compare_moved_tags(
        &mut self,
        sides: &Sides<'a>,
        (before, after): (&Explicit<'a>, &Explicit<'a>),
        mappings: (Option<NodeId>, Option<NodeId>),
    ) {
        for (tag, old) in before {
            let (Some(old), Some(Some(new))) = (old, after.get(tag)) else { continue };
            let still = after.values().any(|name| name.as_ref() == Some(old));
            let known = before.values().any(|name| name.as_ref() == Some(new));
            if old != new && (still || known) {
                let rule = &rules::discriminator_value_moved::RULE;
                let change = self.change_of_tag(sides, rule, mappings, tag).values(*old, *new);
                self.note(sides, change);
            }
        }
    }

    /// Starts a change of one value, at its line of the mapping.
    fn change_of_tag(
        &self,
        sides: &Sides<'a>,
        rule: &'static Rule,
        mappings: (Option<NodeId>, Option<NodeId>),
        tag: &str,
    ) -> Change {
        let change = self.change(sides, rule, "discriminator").about_one(tag);
        let at = |side: &Side<'_>, mapping: Option<NodeId>| {
            mapping.filter(|node| side.value(*node).get(tag).is_some()).map(|node| At::key(node, tag))
        };
        let (old, new) = (at(&self.old, mappings.0), at(&self.new, mappings.1));
        let places = (old.or(change.old.clone()), new.or(change.new.clone()));
        change.at(places.0, places.1)
    }

    /// A schema that is a base stands for all that inherit from it.
    fn compare_children(&mut self, sides: &Sides<'a>, old: NodeId, new: NodeId) {
        let (one, two) = {
            let pair = &self.pairs[sides.pair.0 as usize];
            (self.old_conjs.get(pair.old).parts.clone(), self.new_conjs.get(pair.new).parts.clone())
        };
        let Some(before) = heirs(&mut self.old, &one, old) else { return };
        let Some(after) = heirs(&mut self.new, &two, new) else { return };
        for (tag, child) in &before {
            match after.iter().find(|(name, _)| name == tag) {
                Some((_, other)) => self.child(sides, &[*child], &[*other], sides.mode),
                // A value that is not the name of its schema is told of as such.
                None if self.old.component(*child) == Some(*tag) => {
                    let change = self
                        .change(sides, &rules::variant_removed::RULE, "discriminator")
                        .about_one(tag)
                        .values("a variant", "no variant");
                    self.note(sides, change);
                }
                None => {}
            }
        }
        for (tag, child) in after.iter().filter(|(tag, _)| !before.iter().any(|(name, _)| name == tag)) {
            if self.new.component(*child) == Some(*tag) {
                let change = self
                    .change(sides, &rules::variant_added::RULE, "discriminator")
                    .about_one(tag)
                    .values("no variant", "a variant");
                self.note(sides, change);
            }
        }
    }
}

/// The children of the base that some parts are; none when the parts are one of the children, or say more.
fn heirs<'a>(side: &mut Side<'a>, parts: &[Part], discriminator: NodeId) -> Option<Vec<(&'a str, NodeId)>> {
    let base = side.parent(discriminator);
    if !stands_for(side, parts, base) {
        return None;
    }
    let found = children(side, discriminator, base);
    let child_itself = parts.iter().any(|part| found.iter().any(|(_, node)| *node == part.node));
    (!child_itself).then_some(found)
}

/// The schemas that inherit from a base, each under the value that selects it: what the discriminator maps, or else
/// every component that has the base among its branches, under its name.
fn children<'a>(side: &mut Side<'a>, discriminator: NodeId, base: NodeId) -> Vec<(&'a str, NodeId)> {
    let mut found = Tags::read(side, discriminator).targets();
    if found.is_empty() {
        let root = side.root();
        let schemas = side.get(root, "components").and_then(|components| side.get(components, "schemas"));
        let all = schemas.map(|schemas| side.members(schemas)).unwrap_or_default();
        let mut heirs: HashMap<NodeId, Vec<(&'a str, NodeId)>> = HashMap::new();
        for (name, node) in all {
            for parent in parents(side, node) {
                heirs.entry(parent).or_default().push((name, node));
            }
        }
        let mut family = vec![base];
        let mut known = HashSet::from([base]);
        let mut next = 0;
        while let Some(parent) = family.get(next) {
            next += 1;
            let own = heirs.remove(parent).unwrap_or_default();
            for (name, node) in own.into_iter().filter(|(_, node)| known.insert(*node)) {
                family.push(node);
                found.push((name, node));
            }
        }
    }
    found.retain(|(_, node)| *node != base);
    found
}

/// The schemas that a schema inherits from.
fn parents(side: &mut Side<'_>, node: NodeId) -> Vec<NodeId> {
    let Some(branches) = side.get(node, "allOf") else { return Vec::new() };
    side.items(branches).into_iter().filter_map(|branch| side.target(branch)).collect()
}

/// Values that one side knows and the other does not, though the schema they select is still there under another
/// value; a schema that is gone altogether is the variants' matter.
fn lost(from: &Explicit<'_>, others: &[&str], known: impl Fn(&str) -> bool, own: &[&str]) -> Vec<String> {
    from.iter()
        .filter(|(tag, name)| {
            let inherited = own.is_empty() && others.is_empty();
            let stays = name.is_some_and(|name| others.contains(&name));
            !known(tag) && (inherited && **name != Some(*tag) || stays)
        })
        .map(|(tag, _)| (*tag).to_owned())
        .collect()
}

fn variant_names<'a>(side: &mut Side<'a>, effective: &Effective<'a>) -> Vec<&'a str> {
    let nodes: Vec<_> = effective.unions.iter().flat_map(|union| union.variants.clone()).collect();
    nodes.into_iter().filter_map(|node| component_name(side, node)).collect()
}
