//! Bodies: whether there is one, and in which media types.

use std::collections::{BTreeMap, BTreeSet};

use super::{Api, Both, Context, Spot, child};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::law::Direction;
use crate::diff::relation::{Form, FormId, Mode, Writing};
use crate::diff::rule::Rule;
use crate::diff::rules;

/// How the names of two media types relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinship {
    Same,
    /// Equal but for parameters such as `charset`.
    Parameters,
    /// The new one is a range that holds the old one.
    Wider,
    /// The old one is a range that holds the new one.
    Narrower,
}

fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A media type by its letters that count. JSON is UTF-8 anyway: saying so changes nothing (RFC 8259, section 11).
fn normal(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let mut parts = name.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let json = kind.ends_with("/json") || kind.ends_with("+json");
    let idle = |parameter: &&str| json && parameter.replace([' ', '"'], "") == "charset=utf-8";
    let kept = parts.filter(|parameter| !parameter.is_empty() && !idle(parameter));
    std::iter::once(kind).chain(kept).collect::<Vec<_>>().join(";")
}

/// Whether a media type is XML.
pub(super) fn is_xml(name: &str) -> bool {
    let name = essence(name);
    name.ends_with("/xml") || name.ends_with("+xml")
}

/// `*/*`, `text/*`, and `application/*+json`, which no RFC knows but many a server.
fn range_holds(range: &str, name: &str) -> bool {
    let suffixed = || {
        let (kind, suffix) = range.split_once("/*+")?;
        let (own, subtype) = name.split_once('/')?;
        Some(own == kind && subtype.rsplit_once('+').is_some_and(|(_, last)| last == suffix))
    };
    range != name
        && (range == "*/*"
            || range.strip_suffix("/*").is_some_and(|kind| name.split('/').next() == Some(kind))
            || suffixed() == Some(true))
}

fn kinship(old: &str, new: &str) -> Option<Kinship> {
    let (one, two) = (essence(old), essence(new));
    if normal(old) == normal(new) {
        Some(Kinship::Same)
    } else if one == two {
        Some(Kinship::Parameters)
    } else if range_holds(&two, &one) {
        Some(Kinship::Wider)
    } else if range_holds(&one, &two) {
        Some(Kinship::Narrower)
    } else {
        None
    }
}

impl<'a> Api<'a> {
    pub(super) fn compare_body(&mut self, context: &Context, both: Both) {
        let (one, two) = self.member(both, "requestBody");
        match (one, two) {
            (None, None) => {}
            (Some(old), None) => {
                let change = Change::new(&rules::request_body_removed::RULE, context.direction)
                    .at(Some(At::node(old)), Some(At::node(both.new)))
                    .about("the request body")
                    .values("declared", "not declared");
                self.push(context, &Spot::request(), change);
            }
            (None, Some(new)) => {
                let required = self.new_side().flag(new, "required");
                let rule = if required {
                    &rules::required_request_body_added::RULE
                } else {
                    &rules::optional_request_body_added::RULE
                };
                let change = Change::new(rule, context.direction)
                    .at(Some(At::node(both.old)), Some(At::node(new)))
                    .about("the request body")
                    .values("none", if required { "required" } else { "optional" });
                self.push(context, &Spot::request(), change);
            }
            (Some(old), Some(new)) => self.compare_bodies(context, Both { old, new }),
        }
    }

    fn compare_bodies(&mut self, context: &Context, both: Both) {
        let spot = &Spot::request();
        match (self.old().flag(both.old, "required"), self.new_side().flag(both.new, "required")) {
            (false, true) => {
                let values = ("optional", "required");
                self.say(context, spot, &rules::request_body_became_required::RULE, both, "required", values);
            }
            (true, false) => {
                let values = ("required", "optional");
                self.say(context, spot, &rules::request_body_became_optional::RULE, both, "required", values);
            }
            _ => {}
        }
        if let (Some(old), Some(new)) = self.member(both, "content") {
            self.compare_media_types(context, spot, Both { old, new }, context.direction);
        }
    }

    /// Compares two maps of media types.
    pub(super) fn compare_media_types(&mut self, context: &Context, spot: &Spot, both: Both, direction: Direction) {
        let old = self.old().members(both.old);
        let new = self.new_side().members(both.new);
        let mut taken = vec![false; new.len()];
        let mut left = Vec::new();
        let mut pairs = Vec::new();
        for wanted in [Kinship::Same, Kinship::Parameters, Kinship::Wider, Kinship::Narrower] {
            let candidates = if wanted == Kinship::Same { old.clone() } else { std::mem::take(&mut left) };
            for (name, node) in candidates {
                let found = new.iter().enumerate().position(|(index, (other, _))| {
                    // A range may hold several of the old ones.
                    (!taken[index] || wanted == Kinship::Wider) && kinship(name, other) == Some(wanted)
                });
                match found {
                    Some(index) => {
                        taken[index] = true;
                        pairs.push((wanted, (name, node), new[index]));
                    }
                    None => left.push((name, node)),
                }
            }
        }
        let turned = Context { direction, ..context.clone() };
        for (kin, old, new) in pairs {
            self.compare_media_type(&turned, spot, kin, old, new);
        }
        for (name, node) in left {
            let change = Change::new(&rules::media_type_removed::RULE, direction)
                .at(Some(At::node(node)), Some(At::node(both.new)))
                .about(format!("`{name}`"))
                .values("offered", "not offered");
            self.push(context, spot, change);
        }
        for ((name, node), _) in new.iter().zip(&taken).filter(|(_, taken)| !**taken) {
            // What a range promised for it held until now: the nearest range, which is the longest.
            let ranges = old.iter().filter(|(range, _)| kinship(range, name) == Some(Kinship::Narrower));
            if let Some(range) = ranges.max_by_key(|(range, _)| range.len()) {
                self.compare_media_type(&turned, spot, Kinship::Same, *range, (*name, *node));
            }
            let change = Change::new(&rules::media_type_added::RULE, direction)
                .at(Some(At::node(both.old)), Some(At::node(*node)))
                .about(format!("`{name}`"))
                .values("not offered", "offered");
            self.push(context, spot, change);
        }
    }

    fn compare_media_type(
        &mut self,
        context: &Context,
        spot: &Spot,
        kin: Kinship,
        old: (&'a str, NodeId),
        new: (&'a str, NodeId),
    ) {
        let both = Both { old: old.1, new: new.1 };
        let rule = match kin {
            Kinship::Same => None,
            Kinship::Parameters => Some(&rules::media_type_parameters_changed::RULE),
            Kinship::Wider => Some(&rules::media_type_widened::RULE),
            Kinship::Narrower => Some(&rules::media_type_narrowed::RULE),
        };
        if let Some(rule) = rule {
            let change = Change::new(rule, context.direction)
                .at(Some(At::node(both.old)), Some(At::node(both.new)))
                .about(format!("`{}`", old.0))
                .values(old.0, new.0);
            self.push(context, spot, change);
        }
        let spot = spot.of_media(new.0);
        let schemas = (self.engine.old.get(both.old, "schema"), self.engine.new.get(both.new, "schema"));
        let kind = essence(new.0);
        let textual = matches!(kind.as_str(), "application/x-www-form-urlencoded" | "multipart/form-data")
            && context.direction == Direction::Request;
        let form = textual.then(|| self.form_of(both, kind.starts_with("multipart/")));
        let mode = Mode { direction: context.direction, textual, xml: is_xml(new.0), segment: false, form };
        self.schemas(context, &spot, schemas, both, mode);
        self.compare_encoding(context, &spot, both);
    }

    /// What both sides say of the media types of a form's parts.
    fn form_of(&mut self, both: Both, multipart: bool) -> FormId {
        let said = |side: &mut Side<'a>, node: NodeId| {
            let parts = child(side, node, "encoding").map(|map| side.members(map)).unwrap_or_default();
            let said = parts.into_iter().filter_map(|(name, node)| {
                let names = side.text(node, "contentType")?;
                Some((name.to_owned(), Writing::of(names.split(','))))
            });
            said.collect()
        };
        let (old, new) = (said(&mut self.engine.old, both.old), said(&mut self.engine.new, both.new));
        self.engine.form(Form { multipart, old, new })
    }

    /// How the parts of a form are written, where either side says so; what is written out but was so anyway is none.
    fn compare_encoding(&mut self, context: &Context, spot: &Spot, both: Both) {
        let parts = |side: &mut Side<'a>, node: NodeId| -> BTreeMap<&'a str, NodeId> {
            child(side, node, "encoding").map(|map| side.members(map).into_iter().collect()).unwrap_or_default()
        };
        let (old, new) = (parts(&mut self.engine.old, both.old), parts(&mut self.engine.new, both.new));
        for name in old.keys().chain(new.keys()).copied().collect::<BTreeSet<_>>() {
            let one = part_of(&mut self.engine.old, both.old, name, old.get(name).copied());
            let two = part_of(&mut self.engine.new, both.new, name, new.get(name).copied());
            // A part that came or went is a matter of its property.
            let (Some(one), Some(two)) = (one, two) else { continue };
            if let Some(rule) = one.relation(&two) {
                let at = |side: Option<&NodeId>, holder| Some(side.map_or(At::node(holder), |node| At::node(*node)));
                let change = Change::new(rule, context.direction)
                    .at(at(old.get(name), both.old), at(new.get(name), both.new))
                    .about(format!("`{name}`"))
                    .values(one.text(), two.text());
                self.push(context, spot, change);
            }
        }
    }
}

/// How one part of a form is written.
#[derive(Debug, PartialEq, Eq)]
struct FormPart {
    /// The media types that it may have.
    content: BTreeSet<String>,
    /// How lists and objects are written.
    style: String,
    /// The headers that it must have.
    headers: BTreeSet<String>,
}

impl FormPart {
    fn text(&self) -> String {
        let content = self.content.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let headers = self.headers.iter().map(String::as_str).collect::<Vec<_>>().join(" and ");
        let headers = if headers.is_empty() { headers } else { format!(", headers {headers}") };
        format!("{content}{}{headers}", self.style)
    }

    /// Whether whatever is sent as this part may be sent as the other.
    fn fits(&self, other: &Self) -> bool {
        let holds = |range: &str, name: &str| normal(range) == normal(name) || range_holds(&essence(range), name);
        self.style == other.style
            && other.headers.is_subset(&self.headers)
            && self.content.iter().all(|name| other.content.iter().any(|range| holds(range, &essence(name))))
    }

    /// The rule that speaks when this part becomes the other; none when nothing changes.
    fn relation(&self, new: &Self) -> Option<&'static Rule> {
        match (self.fits(new), new.fits(self)) {
            (true, true) => None,
            (true, false) => Some(&rules::encoding_widened::RULE),
            (false, true) => Some(&rules::encoding_narrowed::RULE),
            (false, false) => Some(&rules::encoding_changed::RULE),
        }
    }
}

/// How one part of a form is written; none when the form has no such part.
fn part_of(side: &mut Side<'_>, media: NodeId, name: &str, encoding: Option<NodeId>) -> Option<FormPart> {
    let schema = child(side, media, "schema")?;
    let holders = parts(side, schema);
    let property = holders.into_iter().find_map(|part| {
        let properties = child(side, part, "properties")?;
        child(side, properties, name)
    })?;
    let own = parts(side, property);
    let kind = own.iter().find_map(|part| side.text(*part, "type")).unwrap_or_default();
    let items = own.iter().find_map(|part| child(side, *part, "items")).filter(|_| kind == "array");
    let content = encoding
        .and_then(|node| side.text(node, "contentType"))
        .map(|text| text.split(',').map(|name| name.trim().to_owned()).collect());
    let content = match content {
        Some(content) => content,
        None => BTreeSet::from([default_content(side, items.unwrap_or(property))]),
    };
    let style = encoding.and_then(|node| side.text(node, "style")).unwrap_or("form");
    let explode = encoding.and_then(|node| side.value(node).get("explode")?.as_bool()).unwrap_or(style == "form");
    let compound = matches!(kind, "array" | "object");
    let style = if compound { format!(", style {style}, explode {explode}") } else { String::new() };
    let headers = encoding.and_then(|node| child(side, node, "headers")).map(|headers| side.members(headers));
    let required = headers.into_iter().flatten().filter(|(_, node)| side.flag(*node, "required"));
    let headers = required.map(|(name, _)| name.to_ascii_lowercase()).collect();
    Some(FormPart { content, style, headers })
}

/// A schema with the branches of its `allOf`.
fn parts(side: &mut Side<'_>, schema: NodeId) -> Vec<NodeId> {
    let mut found = vec![side.resolved(schema)];
    let mut next = 0;
    while let Some(node) = found.get(next).copied().filter(|_| next < 256) {
        next += 1;
        let branches = side.get(node, "allOf").map(|all| side.items(all)).unwrap_or_default();
        for branch in branches {
            let branch = side.resolved(branch);
            if !found.contains(&branch) {
                found.push(branch);
            }
        }
    }
    found
}

/// The content type of a part that names none, by the Encoding Object.
fn default_content(side: &mut Side<'_>, schema: NodeId) -> String {
    let own = parts(side, schema);
    let text = |key: &str| own.iter().find_map(|part| side.text(*part, key));
    match (text("type"), text("format")) {
        (Some("string"), Some("binary" | "byte")) => "application/octet-stream",
        (Some("object"), _) => "application/json",
        (None, _) if own.iter().any(|part| side.value(*part).get("properties").is_some()) => "application/json",
        _ => "text/plain",
    }
    .to_owned()
}
