//! Responses: statuses, headers, bodies.

use super::bodies::is_xml;
use super::{Api, Both, Context, Spot, child};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::law::Guard;
use crate::diff::relation::Mode;
use crate::diff::rules;
use crate::diff::sunset::passed;

/// Whether a status, a range of them or `default` tells of success.
fn is_success(status: &str) -> bool {
    status.starts_with(['2', '3'])
}

/// `200` lies within `2XX`.
fn within(status: &str, range: &str) -> bool {
    let range = range.to_ascii_uppercase();
    range.ends_with("XX")
        && status.len() == 3
        && status.get(..1) == range.get(..1)
        && status.to_ascii_uppercase() != range
}

type Status<'a> = (&'a str, NodeId);

fn statuses<'a>(side: &mut Side<'a>, operation: NodeId) -> Vec<Status<'a>> {
    let Some(map) = child(side, operation, "responses") else { return Vec::new() };
    side.members(map)
        .into_iter()
        .filter(|(status, _)| !status.starts_with("x-"))
        .map(|(status, node)| (status, side.resolved(node)))
        .collect()
}

impl<'a> Api<'a> {
    pub(super) fn compare_responses(&mut self, context: &Context, both: Both) {
        let old = statuses(self.old(), both.old);
        let new = statuses(self.new_side(), both.new);
        let answer = Context { direction: context.direction.flipped(), ..context.clone() };
        let mut taken = vec![false; new.len()];
        for (status, node) in &old {
            let found = new
                .iter()
                .position(|(other, _)| other.eq_ignore_ascii_case(status))
                .or_else(|| new.iter().position(|(other, _)| within(status, other)));
            match found {
                Some(index) => {
                    taken[index] = true;
                    let spot = Spot::response(status);
                    let (range, inner) = new[index];
                    if within(status, range) && !old.iter().any(|(known, _)| known.eq_ignore_ascii_case(range)) {
                        self.say_status_added(&answer, (range, inner), both);
                    }
                    self.compare_response(&answer, &spot, Both { old: *node, new: new[index].1 });
                }
                None => self.status_removed(&answer, (status, *node), &new, both),
            }
        }
        // Where no success was documented, `default` was the answer to it, until it gave way to one that is.
        let open = |list: &[Status<'a>]| list.iter().find(|(status, _)| *status == "default").copied();
        let stood_in = open(&old).filter(|_| !old.iter().any(|(status, _)| is_success(status)));
        let gave_way = open(&new).is_none();
        for ((status, node), _) in new.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            if let Some((_, default)) = stood_in.filter(|_| is_success(status)) {
                let spot = Spot::response(status);
                let both = Both { old: default, new: *node };
                if gave_way {
                    self.compare_response(&answer, &spot, both);
                    continue;
                }
                self.compare_shared_bodies(&answer, &spot, both);
            }
            self.status_added(&answer, (status, *node), &old, both);
        }
    }

    fn status_removed(&mut self, context: &Context, (status, node): Status<'_>, new: &[Status<'a>], both: Both) {
        // A range that is replaced by members of it is compared with each of them.
        let members: Vec<Status<'a>> = new.iter().filter(|(other, _)| within(other, status)).copied().collect();
        for (other, inner) in &members {
            self.compare_response(context, &Spot::response(other), Both { old: node, new: *inner });
        }
        if !members.is_empty() {
            return;
        }
        let change = Change::new(&rules::response_status_removed::RULE, context.direction)
            .at(Some(At::node(node)), Some(At::node(both.new)))
            .about(format!("`{status}`"))
            .values("documented", "not documented")
            .guarded(Guard::NonSuccess, !is_success(status));
        self.push(context, &Spot::response(status), change);
    }

    fn status_added(&mut self, context: &Context, (status, node): Status<'_>, old: &[Status<'a>], both: Both) {
        // What a range promised for the status still holds; what `default` promised for a failure, too.
        if let Some((_, range)) = old.iter().find(|(other, _)| within(status, other)) {
            self.compare_response(context, &Spot::response(status), Both { old: *range, new: node });
            return self.say_status_added(context, (status, node), both);
        }
        if let Some((_, default)) = old.iter().find(|(other, _)| *other == "default")
            && status.starts_with(['4', '5'])
        {
            self.compare_shared_bodies(context, &Spot::response(status), Both { old: *default, new: node });
        }
        self.say_status_added(context, (status, node), both);
    }

    fn say_status_added(&mut self, context: &Context, (status, node): Status<'_>, both: Both) {
        let change = Change::new(&rules::response_status_added::RULE, context.direction)
            .at(Some(At::node(both.old)), Some(At::node(node)))
            .about(format!("`{status}`"))
            .values("not documented", "documented");
        self.push(context, &Spot::response(status), change);
    }

    fn compare_response(&mut self, context: &Context, spot: &Spot, both: Both) {
        self.compare_response_level(context, spot, both);
        self.compare_headers(context, spot, both);
        self.compare_links(context, spot, both);
        match self.member(both, "content") {
            (Some(old), Some(new)) => self.compare_media_types(context, spot, Both { old, new }, context.direction),
            (Some(old), None) => {
                for (name, node) in self.old().members(old) {
                    let change = Change::new(&rules::media_type_removed::RULE, context.direction)
                        .at(Some(At::node(node)), Some(At::node(both.new)))
                        .about(format!("`{name}`"))
                        .values("offered", "not offered");
                    self.push(context, spot, change);
                }
            }
            (None, Some(new)) => {
                for (name, node) in self.new_side().members(new) {
                    let change = Change::new(&rules::media_type_added::RULE, context.direction)
                        .at(Some(At::node(both.old)), Some(At::node(node)))
                        .about(format!("`{name}`"))
                        .values("not offered", "offered");
                    self.push(context, spot, change);
                }
            }
            (None, None) => {}
        }
    }

    /// Compares bodies only in the media types that both sides name: a status that has an answer of its own may well
    /// leave a body out.
    fn compare_shared_bodies(&mut self, context: &Context, spot: &Spot, both: Both) {
        let (Some(old), Some(new)) = self.member(both, "content") else { return };
        let others = self.new_side().members(new);
        for (name, one) in self.old().members(old) {
            let Some((_, two)) = others.iter().find(|(other, _)| *other == name) else { continue };
            let schemas = (self.engine.old.get(one, "schema"), self.engine.new.get(*two, "schema"));
            let mode =
                Mode { direction: context.direction, textual: false, xml: is_xml(name), segment: false, form: None };
            let both = Both { old: one, new: *two };
            self.schemas(context, &spot.of_media(name), schemas, both, mode);
        }
    }

    fn compare_headers(&mut self, context: &Context, spot: &Spot, both: Both) {
        let headers = |side: &mut Side<'a>, node: NodeId| -> Vec<Status<'a>> {
            let Some(map) = child(side, node, "headers") else { return Vec::new() };
            let members = side.members(map);
            members
                .into_iter()
                .filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"))
                .map(|(name, node)| (name, side.resolved(node)))
                .collect()
        };
        let old = headers(&mut self.engine.old, both.old);
        let new = headers(&mut self.engine.new, both.new);
        for (name, node) in &old {
            let spot = spot.header(name);
            match new.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)) {
                Some((_, other)) => self.compare_header(context, &spot, Both { old: *node, new: *other }),
                None => {
                    let required = self.old().flag(*node, "required");
                    let rule = if required {
                        &rules::required_header_removed::RULE
                    } else {
                        &rules::optional_header_removed::RULE
                    };
                    let change = Change::new(rule, context.direction)
                        .at(Some(At::node(*node)), Some(At::node(both.new)))
                        .about(format!("`{name}`"))
                        .values(if required { "required" } else { "optional" }, "not declared")
                        .guarded(Guard::Sanctioned, self.header_has_ended(*node));
                    self.push(context, &spot, change);
                }
            }
        }
        for (name, node) in
            new.iter().filter(|(name, _)| !old.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)))
        {
            let change = Change::new(&rules::header_added::RULE, context.direction)
                .at(Some(At::node(both.old)), Some(At::node(*node)))
                .about(format!("`{name}`"))
                .values("not declared", "declared");
            self.push(context, &spot.header(name), change);
        }
    }

    /// Whether a header may go: readers were told when, and the day has passed.
    fn header_has_ended(&self, node: NodeId) -> bool {
        let old = &self.engine.old;
        old.flag(node, "deprecated") && passed(old, node, self.engine.today) == Some(true)
    }

    fn compare_header(&mut self, context: &Context, spot: &Spot, both: Both) {
        match (self.old().flag(both.old, "required"), self.new_side().flag(both.new, "required")) {
            (true, false) => {
                let values = ("required", "optional");
                self.say(context, spot, &rules::header_became_optional::RULE, both, "required", values);
            }
            (false, true) => {
                let values = ("optional", "required");
                self.say(context, spot, &rules::header_became_required::RULE, both, "required", values);
            }
            _ => {}
        }
        self.compare_deprecation(context, spot, both);
        self.compare_value(context, spot, both, context.direction, "header");
    }
}
