//! Parameters: those of the path item and of the operation taken together.

use super::operations::{Operation, template_names};
use super::{Api, Both, Context, Spot, child};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::law::{Direction, Guard};
use crate::diff::relation::Mode;
use crate::diff::rules;
use crate::diff::types::TypeSet;

/// A parameter, under the key that tells whether two are the same.
#[derive(Clone, Debug)]
struct Parameter<'a> {
    location: &'a str,
    name: &'a str,
    /// Position in the path, lower-case name of a header, or the name.
    key: String,
    node: NodeId,
    /// Whether the path item declares it, for all of its operations.
    shared: bool,
}

impl Parameter<'_> {
    fn spot(&self) -> Spot {
        Spot::parameter(self.location, self.name)
    }
}

/// The parameters of an operation: its own replace those of the path item.
fn parameters_of<'a>(side: &mut Side<'a>, operation: &Operation<'a>) -> Vec<Parameter<'a>> {
    let names = template_names(operation.path);
    let mut found: Vec<Parameter<'a>> = Vec::new();
    for holder in [operation.item, operation.node] {
        let Some(list) = child(side, holder, "parameters") else { continue };
        for item in side.items(list) {
            let node = side.resolved(item);
            let (Some(location), Some(name)) = (side.text(node, "in"), side.text(node, "name")) else { continue };
            let key = match location {
                "header" => name.to_ascii_lowercase(),
                "path" => names.iter().position(|known| *known == name).map_or(name.to_owned(), |at| at.to_string()),
                _ => name.to_owned(),
            };
            // The specification says that these three are ignored.
            if location == "header" && matches!(key.as_str(), "accept" | "content-type" | "authorization") {
                continue;
            }
            let parameter = Parameter { location, name, key, node, shared: holder == operation.item };
            match found.iter_mut().find(|known| known.location == location && known.key == parameter.key) {
                Some(known) => *known = parameter,
                None => found.push(parameter),
            }
        }
    }
    found
}

impl<'a> Api<'a> {
    pub(super) fn compare_parameters(&mut self, context: &Context, old: &Operation<'a>, new: &Operation<'a>) {
        let one = parameters_of(self.old(), old);
        let two = parameters_of(self.new_side(), new);
        // What a path item says for all of its operations is one change.
        let holders = |shared: bool| {
            if shared { Both { old: old.item, new: new.item } } else { Both { old: old.node, new: new.node } }
        };
        for parameter in &one {
            match two.iter().find(|other| other.location == parameter.location && other.key == parameter.key) {
                Some(other) => self.compare_parameter(context, parameter, other),
                None => self.parameter_removed(context, parameter, holders(parameter.shared)),
            }
        }
        for parameter in &two {
            if !one.iter().any(|other| other.location == parameter.location && other.key == parameter.key) {
                self.parameter_added(context, parameter, holders(parameter.shared));
            }
        }
    }

    fn parameter_removed(&mut self, context: &Context, parameter: &Parameter<'a>, both: Both) {
        // A path parameter is a matter of the path; one that is not in the template is no parameter at all.
        if parameter.location == "path" {
            return;
        }
        let deprecated = self.old().flag(parameter.node, "deprecated");
        let lawful = deprecated && self.sunset_has_passed(parameter.node);
        let change = Change::new(&rules::parameter_removed::RULE, context.direction)
            .at(Some(At::node(parameter.node)), Some(At::node(both.new)))
            .about(format!("`{}`", parameter.name))
            .values("declared", "not declared")
            .guarded(Guard::Sanctioned, lawful);
        self.push(context, &parameter.spot(), change);
    }

    fn parameter_added(&mut self, context: &Context, parameter: &Parameter<'a>, both: Both) {
        if parameter.location == "path" {
            return;
        }
        let required = self.new_side().flag(parameter.node, "required");
        let rule =
            if required { &rules::required_parameter_added::RULE } else { &rules::optional_parameter_added::RULE };
        let change = Change::new(rule, context.direction)
            .at(Some(At::node(both.old)), Some(At::node(parameter.node)))
            .about(format!("`{}`", parameter.name))
            .values("not declared", if required { "required" } else { "optional" });
        self.push(context, &parameter.spot(), change);
    }

    fn compare_parameter(&mut self, context: &Context, old: &Parameter<'a>, new: &Parameter<'a>) {
        let both = Both { old: old.node, new: new.node };
        let spot = new.spot();
        if new.location != "path" {
            match (self.old().flag(old.node, "required"), self.new_side().flag(new.node, "required")) {
                (false, true) => {
                    let values = ("optional", "required");
                    self.say(context, &spot, &rules::parameter_became_required::RULE, both, "required", values);
                }
                (true, false) => {
                    let values = ("required", "optional");
                    self.say(context, &spot, &rules::parameter_became_optional::RULE, both, "required", values);
                }
                _ => {}
            }
        }
        self.compare_deprecation(context, &spot, both);
        self.compare_value(context, &spot, both, context.direction, old.location);
    }

    /// The schema or content of a parameter or header, and how it is written.
    pub(super) fn compare_value(
        &mut self,
        context: &Context,
        spot: &Spot,
        both: Both,
        direction: Direction,
        location: &str,
    ) {
        let (one, two) = self.member(both, "content");
        if one.is_some() != two.is_some() {
            let values = if one.is_some() { ("content", "schema") } else { ("schema", "content") };
            self.say(context, spot, &rules::serialization_changed::RULE, both, "content", values);
            return;
        }
        if let (Some(old), Some(new)) = (one, two) {
            let turned = Context { direction, ..context.clone() };
            self.compare_media_types(&turned, spot, Both { old, new }, direction);
            return;
        }
        let schemas = (self.engine.old.get(both.old, "schema"), self.engine.new.get(both.new, "schema"));
        self.compare_style(context, spot, both, schemas, location);
        let mode = Mode { direction, textual: true, xml: false, segment: location == "path", form: None };
        if location == "query"
            && direction == Direction::Request
            && let Some(items) = self.became_list(both, schemas)
        {
            let values = ("one value", "a list, in which one value reads the same");
            self.say(context, spot, &rules::type_widened::RULE, both, "schema", values);
            return self.schemas(context, spot, (schemas.0, items), both, mode);
        }
        self.schemas(context, spot, schemas, both, mode);
    }

    /// The items of a list that took the place of a scalar, where `?a=x` stays what it was: `form`, exploded.
    fn became_list(&mut self, both: Both, schemas: (Option<NodeId>, Option<NodeId>)) -> Option<Option<NodeId>> {
        let style = self.new_side().text(both.new, "style").unwrap_or("form");
        let exploded = self.new_side().value(both.new).get("explode").and_then(serde_json::Value::as_bool);
        let (old, new) = self.engine.merged_pair(schemas.0, schemas.1);
        let scalar = !old.types.has(TypeSet::ARRAY.or(TypeSet::OBJECT)) && old.unions.is_empty();
        let list = new.types == TypeSet::ARRAY && new.unions.is_empty();
        let one = new.item_count.low <= 1.0 && new.item_count.high >= 1.0 && new.items.len() <= 1 && !old.nullable;
        (style == "form" && exploded.unwrap_or(true) && scalar && list && one).then(|| new.items.first().copied())
    }

    fn compare_style(
        &mut self,
        context: &Context,
        spot: &Spot,
        both: Both,
        schemas: (Option<NodeId>, Option<NodeId>),
        location: &str,
    ) {
        let default = if matches!(location, "query" | "cookie") { "form" } else { "simple" };
        let style = |side: &Side<'_>, node: NodeId| side.text(node, "style").unwrap_or(default).to_owned();
        let explode = |side: &Side<'_>, node: NodeId, style: &str| {
            let said = side.value(node).get("explode").and_then(serde_json::Value::as_bool);
            // `deepObject` knows one way only, whatever stands beside it.
            style == "deepObject" || said.unwrap_or(style == "form")
        };
        let (old, new) = (style(&self.engine.old, both.old), style(&self.engine.new, both.new));
        let exploded = (explode(&self.engine.old, both.old, &old), explode(&self.engine.new, both.new, &new));
        let (one, two) = self.engine.merged_pair(schemas.0, schemas.1);
        let (left, right) = (one.types, two.types);
        // A list of one is written as its only item.
        let short = one.item_count.high <= 1.0 && two.item_count.high <= 1.0;
        let compound = if short { TypeSet::OBJECT } else { TypeSet::ARRAY.or(TypeSet::OBJECT) };
        let matters = left.and(right).has(compound);
        // `simple` joins a list by commas whatever `explode` says; `form` and `simple` write a scalar alike; `label` and `matrix` put marks before it.
        let marked = |style: &str| matches!(style, "label" | "matrix");
        if old != new && (matters || marked(&old) || marked(&new)) {
            self.say(context, spot, &rules::serialization_changed::RULE, both, "style", (&old, &new));
        } else if exploded.0 != exploded.1 && matters && (new != "simple" || left.and(right).has(TypeSet::OBJECT)) {
            let text = |flag: bool| if flag { "true" } else { "false" };
            let values = (text(exploded.0), text(exploded.1));
            self.say(context, spot, &rules::serialization_changed::RULE, both, "explode", values);
        }
        for key in ["allowReserved", "allowEmptyValue"] {
            match (self.engine.old.flag(both.old, key), self.engine.new.flag(both.new, key)) {
                (true, false) => {
                    let values = ("true", "false");
                    self.say(context, spot, &rules::parameter_values_refused::RULE, both, key, values);
                }
                (false, true) => {
                    let values = ("false", "true");
                    self.say(context, spot, &rules::parameter_values_allowed::RULE, both, key, values);
                }
                _ => {}
            }
        }
    }
}
