//! One edit that stands in many places: the same schema or parameter, written out in each operation and edited in each.
//!
//! Documents that share nothing by reference would otherwise tell one change once per operation. What counts as the
//! same: rule, values, and what stands in both documents, the whole schema of the body or parameter that holds it.
//! Waivers are applied before findings become one, so that none covers a place that it does not name.

use std::collections::{BTreeMap, HashMap};

use super::api::Api;
use super::arena::{NodeId, Side};
use super::change::{At, Change};
use super::report::fingerprint;
use super::waiver::ACCEPT;
use crate::finding::{Finding, Level};

/// The fact of a finding that is equal for what is one edit; it leaves before anybody sees it.
const SAME: &str = "same";
/// The fact of a finding that lists the other places.
const ALSO: &str = "also";

/// A change as it is told apart.
pub(super) struct Told<'c> {
    pub(super) change: &'c Change,
    /// Whether it is a change of a schema.
    pub(super) schema: bool,
    /// Where in the operation.
    pub(super) spot: &'c str,
}

impl Told<'_> {
    /// What is equal for one edit and read without a look at the documents; none for what is an operation's own.
    fn words(&self) -> Option<String> {
        let change = self.change;
        // What a list promises is its own, too, though another list may promise the same.
        if self.spot.is_empty() || self.spot == "x-contract" {
            return None;
        }
        let guards: Vec<&str> = change.guards.iter().map(|guard| guard.name()).collect();
        let parts =
            [change.rule.id, &change.subject, &change.before, &change.after, change.direction.name(), named(self.spot)];
        Some(format!("{}\n{}", parts.join("\n"), guards.join(", ")))
    }

    /// What stands in both documents, as hashes; none where it does not stand in an operation.
    fn held(&self, api: &Api<'_>, known: &mut Known) -> Option<String> {
        let rule = self.change.rule;
        // What came has no place of its own in the old document, and what went none in the new one.
        let (skips_old, skips_new) = match self.schema {
            true => (false, false),
            false => (rule.tells_of_addition(), rule.tells_of_removal()),
        };
        let mut parts = Vec::new();
        for (is_new, side, at, skipped) in [
            (false, &api.engine.old, &self.change.old, skips_old),
            (true, &api.engine.new, &self.change.new, skips_new),
        ] {
            match at {
                Some(at) if self.spot == "security" => parts.push(asked(side, at)),
                Some(at) if !skipped => parts.push(known.held(is_new, side, at, self.schema)?),
                _ => parts.push(String::new()),
            }
        }
        Some(parts.join("\n"))
    }
}

/// The part of a spot that names a parameter or a header: one in another response is the same, one of another name not.
fn named(spot: &str) -> &str {
    match spot.split_once(", header") {
        Some((_, header)) => header,
        None if spot.contains('`') => spot,
        None => "",
    }
}

/// What an operation asks for, whatever else it says.
fn asked(side: &Side<'_>, at: &At) -> String {
    let asked = side.value(at.node).get("security");
    fingerprint(&[&asked.map(ToString::to_string).unwrap_or_default()])
}

/// Hashes of what stands at nodes.
#[derive(Default)]
struct Known(HashMap<(bool, NodeId), String>);

impl Known {
    fn held(&mut self, is_new: bool, side: &Side<'_>, at: &At, schema: bool) -> Option<String> {
        let mut chain = vec![at.node];
        while let Some(node) = chain.last().copied().filter(|node| side.parent(*node) != *node) {
            chain.push(side.parent(node));
        }
        chain.reverse();
        // What is referred to is one place, and told once for it; but what refers to it comes or goes with each operation.
        let within = chain.get(1).and_then(|node| side.name(*node));
        let own = matches!(within, Some("paths" | "webhooks"));
        if !own && (schema || within != Some("components")) {
            return None;
        }
        let from =
            if schema { chain.iter().position(|node| side.name(*node) == Some("schema"))? } else { chain.len() - 1 };
        let holder = chain[from];
        let hash = self.0.entry((is_new, holder)).or_insert_with(|| fingerprint(&[&side.value(holder).to_string()]));
        let outer = side.pointer(holder).1.len();
        let inner = side.pointer(at.node).1.split_off(outer);
        Some(format!("{hash}{inner}/{}", at.key.as_deref().unwrap_or_default()))
    }
}

/// For each change what it shares with those that are the same edit; none for what stands in one place.
pub(super) fn shared(api: &Api<'_>, all: &[Told<'_>]) -> Vec<Option<String>> {
    let mut found = vec![None; all.len()];
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, told) in all.iter().enumerate() {
        if let Some(words) = told.words() {
            alike.entry(words).or_default().push(index);
        }
    }
    let mut known = Known::default();
    for (words, indices) in alike.into_iter().filter(|(_, indices)| indices.len() > 1) {
        let mut equal: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for index in indices {
            if let Some(held) = all[index].held(api, &mut known) {
                equal.entry(held).or_default().push(index);
            }
        }
        for (held, indices) in equal.into_iter().filter(|(_, indices)| indices.len() > 1) {
            let name = fingerprint(&[&words, &held]);
            indices.into_iter().for_each(|index| found[index] = Some(name.clone()));
        }
    }
    found
}

/// Notes on a finding what it shares, which is its fingerprint, too.
pub(super) fn mark(finding: &mut Finding, shared: &str) {
    shared.clone_into(&mut finding.fingerprint);
    finding.facts.insert(SAME.to_owned(), shared.to_owned());
}

/// Makes one finding of those that are the same edit and equally accepted.
pub(super) fn merge(findings: &mut Vec<Finding>) {
    let mut firsts: HashMap<(String, Option<String>, Level), usize> = HashMap::new();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for mut finding in findings.drain(..) {
        let Some(same) = finding.facts.remove(SAME) else {
            kept.push(finding);
            continue;
        };
        match firsts.get(&(same.clone(), finding.waived.clone(), finding.level)) {
            Some(first) => join(&mut kept[*first], finding),
            None => {
                firsts.insert((same, finding.waived.clone(), finding.level), kept.len());
                kept.push(finding);
            }
        }
    }
    *findings = kept;
}

fn join(first: &mut Finding, other: Finding) {
    for operation in other.operations {
        if !first.operations.contains(&operation) {
            first.operations.push(operation);
        }
    }
    first.occurrences = u32::try_from(first.operations.len().max(1)).unwrap_or(u32::MAX);
    first.witness = first.witness.take().or(other.witness);
    let known = first.place.clone().or(first.old_place.clone());
    // What is referred to stands in one place, however many refer to it.
    if let Some(place) = other.place.or(other.old_place).filter(|place| known.as_ref() != Some(place)) {
        let also = first.facts.entry(ALSO.to_owned()).or_default();
        if !also.is_empty() {
            also.push_str("; ");
        }
        also.push_str(&place.to_string());
    }
    first.facts.insert(ACCEPT.to_owned(), first.fingerprint.clone());
}
