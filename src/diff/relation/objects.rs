//! Objects: properties, what is required, what else may be there, how many.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde_json::Value;

use super::scalars::Numbers;
use super::{Engine, Mode, Sides};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::effective::{Additional, Effective};
use crate::diff::law::{Direction, Guard};
use crate::diff::rules;
use crate::diff::sunset::passed;
use crate::diff::types::TypeSet;
use crate::diff::witness::Half;

/// What the schemas of one property say about who may send it.
#[derive(Clone, Copy, Debug, Default)]
struct Access {
    read_only: bool,
    write_only: bool,
    /// Deprecated, with a sunset that has passed: it may go.
    ended: bool,
}

impl Access {
    fn hidden(self, direction: Direction) -> bool {
        match direction {
            Direction::Request => self.read_only,
            Direction::Response => self.write_only,
        }
    }
}

fn access_of(side: &mut Side<'_>, nodes: &[NodeId], today: Date) -> Access {
    let mut access = Access::default();
    let mut work: Vec<(NodeId, usize)> = nodes.iter().map(|node| (*node, 0)).collect();
    while let Some((node, depth)) = work.pop() {
        access.read_only |= side.flag(node, "readOnly");
        access.write_only |= side.flag(node, "writeOnly");
        access.ended |= side.flag(node, "deprecated") && passed(side, node, today) == Some(true);
        if depth > 8 || work.len() > 256 {
            continue;
        }
        work.extend(side.target(node).map(|target| (target, depth + 1)));
        if let Some(all) = side.get(node, "allOf") {
            work.extend(side.items(all).into_iter().map(|item| (item, depth + 1)));
        }
    }
    access
}

/// A property that is being compared.
struct Property<'n> {
    name: &'n str,
    old: &'n [NodeId],
    new: &'n [NodeId],
    before: Access,
    after: Access,
    was_required: bool,
    is_required: bool,
}

impl<'a> Engine<'a> {
    pub(super) fn compare_objects(&mut self, sides: &Sides<'a>, common: TypeSet) {
        if !common.has(TypeSet::OBJECT) {
            return;
        }
        let (old, new) = (&sides.old, &sides.new);
        let mut names: BTreeSet<&str> = old.properties.keys().chain(new.properties.keys()).copied().collect();
        names.extend(old.required.iter().chain(&new.required));
        for name in names {
            let (one, two) = (nodes(old, name), nodes(new, name));
            let property = Property {
                name,
                old: one,
                new: two,
                before: access_of(&mut self.old, one, self.today),
                after: access_of(&mut self.new, two, self.today),
                was_required: old.required.contains(name),
                is_required: new.required.contains(name),
            };
            self.compare_property(sides, &property);
        }
        self.compare_additional(sides);
        self.compare_property_counts(sides);
    }

    fn compare_property_counts(&mut self, sides: &Sides<'a>) {
        // What the required properties reach anyway, or a closed object cannot exceed, is no limit of its own.
        #[expect(clippy::cast_precision_loss, reason = "no object has 2^52 properties")]
        let counts = |side: &Effective<'_>| {
            let mut all = side.property_count;
            all.raise(side.required.len() as f64, false);
            if let Some(allowed) = &side.allowed {
                all.lower(allowed.len() as f64, false);
            }
            Numbers { bounds: side.property_count, all }
        };
        self.compare_counts(
            sides,
            (counts(&sides.old), counts(&sides.new)),
            ["minProperties", "maxProperties"],
            "properties",
            [&rules::property_count_narrowed::RULE, &rules::property_count_widened::RULE],
        );
    }

    fn compare_property(&mut self, sides: &Sides<'a>, property: &Property<'_>) {
        let direction = sides.mode.direction;
        let (gone, here) = (property.before.hidden(direction), property.after.hidden(direction));
        // Of an object that holds nothing no property ever came.
        let empty = |side: &Effective<'_>| side.property_count.high < 1.0;
        match (property.old.is_empty(), property.new.is_empty()) {
            (false, true) if empty(&sides.old) => {}
            (true, false) if empty(&sides.new) => {}
            (true, true) => self.compare_required(sides, property),
            (false, true) => self.property_removed(sides, property, gone),
            (true, false) => self.property_added(sides, property, here),
            (false, false) => {
                self.compare_access(sides, property);
                if gone || here {
                    return;
                }
                self.compare_required(sides, property);
                if self.is_settled_by_selection(sides, property) {
                    return;
                }
                self.member(sides, Some(property.name), property.old, property.new);
            }
        }
    }

    /// Compares what two members hold; none has a name where any other is meant.
    fn member(&mut self, sides: &Sides<'a>, name: Option<&str>, old: &[NodeId], new: &[NodeId]) {
        let mode = self.part_mode(sides.mode, name, old, new);
        self.child(sides, old, new, mode);
    }

    fn property_change(
        &self,
        sides: &Sides<'a>,
        property: &Property<'_>,
        rule: &'static crate::diff::rule::Rule,
    ) -> Change {
        let old = property.old.first().copied().map(At::node).or_else(|| self.old_at(sides, "required"));
        let new = property.new.first().copied().map(At::node).or_else(|| self.new_at(sides, "properties"));
        Change::new(rule, sides.mode.direction).at(old, new).about_one(property.name)
    }

    /// Whether the property selects the variant by values that the other side takes. Values that the side enumerates
    /// itself are compared as such.
    fn is_settled_by_selection(&mut self, sides: &Sides<'a>, property: &Property<'_>) -> bool {
        let request = sides.mode.direction == Direction::Request;
        let own = if request { &sides.old } else { &sides.new };
        let Some(selected) = own.selected.clone().filter(|selected| selected.property == property.name) else {
            return false;
        };
        let (listed, takes) = if request { (property.old, property.new) } else { (property.new, property.old) };
        let (Some(first), Some(other)) = (listed.first().copied(), takes.first().copied()) else { return false };
        let conj = if request {
            self.old_conjs.of(&mut self.old, listed, first)
        } else {
            self.new_conjs.of(&mut self.new, listed, first)
        };
        if self.merged(conj, request).values.is_some() {
            return false;
        }
        let (side, conjs) =
            if request { (&mut self.new, &mut self.new_conjs) } else { (&mut self.old, &mut self.old_conjs) };
        let conj = conjs.of(side, takes, other);
        let mut half = Half { side, conjs };
        let conj = half.conjs.get(conj).clone();
        let mut values = selected.values.iter().map(|value| Value::from(value.as_str()));
        values.all(|value| half.accepts(&conj, &value, sides.mode.direction) == Some(true))
    }

    fn compare_required(&mut self, sides: &Sides<'a>, property: &Property<'_>) {
        let (rule, before, after) = match (property.was_required, property.is_required) {
            (false, true) => (&rules::property_became_required::RULE, "optional", "required"),
            (true, false) => (&rules::property_became_optional::RULE, "required", "optional"),
            _ => return,
        };
        let change = self.property_change(sides, property, rule).values(before, after);
        self.note(sides, change);
    }

    fn compare_access(&mut self, sides: &Sides<'a>, property: &Property<'_>) {
        let (before, after) = (property.before, property.after);
        let direction = sides.mode.direction;
        if before.read_only != after.read_only {
            let rule = match (after.read_only, direction == Direction::Request && property.is_required) {
                (true, _) => &rules::property_became_read_only::RULE,
                (false, true) => &rules::required_property_left_read_only::RULE,
                (false, false) => &rules::property_left_read_only::RULE,
            };
            let change = self.property_change(sides, property, rule);
            self.note(sides, change);
        }
        if before.write_only != after.write_only {
            let rule = match (after.write_only, direction == Direction::Response && property.was_required) {
                (true, true) => &rules::required_property_became_write_only::RULE,
                (true, false) => &rules::property_became_write_only::RULE,
                (false, _) => &rules::property_left_write_only::RULE,
            };
            let change = self.property_change(sides, property, rule);
            self.note(sides, change);
        }
    }

    fn property_removed(&mut self, sides: &Sides<'a>, property: &Property<'_>, hidden: bool) {
        if property.is_required {
            // What is required without a declaration must come all the same, and may be anything.
            self.compare_required(sides, property);
            if sides.new.additional == Additional::Any {
                if !hidden {
                    self.member(sides, Some(property.name), property.old, &[]);
                }
                return;
            }
        }
        let required = property.was_required && (!property.is_required || sides.new.closed());
        let mut found = Vec::new();
        if sides.new.closed() && sides.old.allows_name(property.name) {
            found.push(&rules::property_removed_from_closed_object::RULE);
        }
        if required {
            found.push(&rules::required_property_removed::RULE);
        } else if found.is_empty() {
            found.push(&rules::optional_property_removed::RULE);
        }
        for rule in found {
            let change = self
                .property_change(sides, property, rule)
                .values(if property.was_required { "required" } else { "optional" }, "not declared")
                .guarded(Guard::Sanctioned, property.before.ended)
                .guarded(guard_of(sides.mode), hidden);
            self.note(sides, change);
        }
        if let Additional::Schema(schema) = &sides.new.additional
            && !hidden
        {
            self.member(sides, Some(property.name), property.old, schema);
        }
    }

    fn property_added(&mut self, sides: &Sides<'a>, property: &Property<'_>, hidden: bool) {
        if property.was_required {
            // It had to come before it was declared, and could be anything.
            self.compare_required(sides, property);
            if sides.old.additional == Additional::Any {
                if !hidden {
                    self.member(sides, Some(property.name), &[], property.new);
                }
                return;
            }
        }
        let newly_required = property.is_required && !property.was_required;
        let mut found = Vec::new();
        if sides.old.closed() && sides.new.allows_name(property.name) {
            found.push(match sides.mode.direction {
                Direction::Request => &rules::property_added_to_closed_object::RULE,
                Direction::Response => &rules::property_added_to_closed_response::RULE,
            });
        }
        if newly_required {
            found.push(&rules::required_property_added::RULE);
        } else if found.is_empty() {
            found.push(&rules::optional_property_added::RULE);
        }
        for rule in found {
            let change = self
                .property_change(sides, property, rule)
                .values("not declared", if property.is_required { "required" } else { "optional" })
                .guarded(guard_of(sides.mode), hidden);
            self.note(sides, change);
        }
        if let Additional::Schema(schema) = &sides.old.additional
            && !hidden
        {
            self.member(sides, Some(property.name), schema, property.new);
        }
    }

    fn compare_additional(&mut self, sides: &Sides<'a>) {
        let key = "additionalProperties";
        let text = |additional: &Additional| match additional {
            Additional::Any => "any",
            Additional::Forbidden => "forbidden",
            Additional::Schema(_) => "of one schema",
        };
        let (old, new) = (&sides.old.additional, &sides.new.additional);
        if *old == Additional::Forbidden && *new == Additional::Forbidden {
            return self.compare_refused_names(sides);
        }
        let empty = |side: &Effective<'_>| side.property_count.high < 1.0;
        match (old, new) {
            // An object that holds nothing holds nothing else; how much it may hold is judged by the counts.
            (_, Additional::Forbidden) if empty(&sides.old) => {}
            (Additional::Forbidden, _) if empty(&sides.new) => {}
            (Additional::Any | Additional::Schema(_), Additional::Forbidden) => {
                self.say(sides, &rules::additional_properties_forbidden::RULE, key, text(old), text(new));
            }
            (Additional::Forbidden, Additional::Any | Additional::Schema(_)) => {
                self.say(sides, &rules::additional_properties_allowed::RULE, key, text(old), text(new));
            }
            (Additional::Any, Additional::Schema(schema)) => self.member(sides, None, &[], schema),
            (Additional::Schema(schema), Additional::Any) => self.member(sides, None, schema, &[]),
            (Additional::Schema(one), Additional::Schema(two)) => self.member(sides, None, one, two),
            (Additional::Any, Additional::Any) | (Additional::Forbidden, Additional::Forbidden) => {}
        }
    }

    /// A closed branch beside others refuses what those declare: the names tell more than the flag.
    fn compare_refused_names(&mut self, sides: &Sides<'a>) {
        let (old, new) = (&sides.old, &sides.new);
        let both = old.properties.keys().filter(|name| new.properties.contains_key(*name));
        let (mut narrows, mut widens) = (Vec::new(), Vec::new());
        for name in both {
            match (old.allows_name(name), new.allows_name(name)) {
                (true, false) => narrows.push((*name).to_owned()),
                (false, true) => widens.push((*name).to_owned()),
                _ => {}
            }
        }
        for (rule, names) in [
            (&rules::additional_properties_forbidden::RULE, narrows),
            (&rules::additional_properties_allowed::RULE, widens),
        ] {
            if !names.is_empty() {
                let change = self.change(sides, rule, "additionalProperties").about_all(names, usize::MAX);
                self.note(sides, change);
            }
        }
    }
}

fn nodes<'n>(side: &'n Effective<'_>, name: &str) -> &'n [NodeId] {
    side.properties.get(name).map(Vec::as_slice).unwrap_or_default()
}

fn guard_of(mode: Mode) -> Guard {
    match mode.direction {
        Direction::Request => Guard::ReadOnly,
        Direction::Response => Guard::WriteOnly,
    }
}
