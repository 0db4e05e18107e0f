//! Accepted changes: which waivers speak of which of them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::api::{Api, child, operations_of};
use super::arena::Side;
use super::rules;
use super::source::Workspace;
use crate::finding::{Finding, Place};
use crate::waiver::{EXPIRED, Named, STALE, Waiver, Waivers, fronts};

/// Id of the finding that a waiver does not say why.
const WITHOUT_REASON: &str = "waiver-without-reason";

/// The fact of a finding that holds the place which a waiver of it names.
pub(crate) const ACCEPT: &str = "accept";

/// What findings do not carry and waivers may name: the ids of operations, and files as the main document calls them.
pub(crate) struct Names<'a> {
    ids: BTreeMap<String, BTreeSet<&'a str>>,
    old: &'a Workspace,
    new: &'a Workspace,
}

impl<'a> Names<'a> {
    pub(crate) fn of(api: &mut Api<'a>) -> Self {
        let mut ids: BTreeMap<String, BTreeSet<&'a str>> = BTreeMap::new();
        for side in [&mut api.engine.old, &mut api.engine.new] {
            collect_ids(side, &mut ids);
        }
        Self { ids, old: api.engine.old.workspace(), new: api.engine.new.workspace() }
    }

    /// A place as waivers write it: the pointer, after the file where that is not the main document.
    fn written(&self, place: &Place, workspace: &Workspace) -> String {
        match workspace.relative_name(&place.file) {
            Some(file) => format!("{file}#{}", place.pointer),
            None => place.pointer.clone(),
        }
    }

    fn all_of(&self, finding: &Finding) -> Vec<String> {
        let old = finding.old_place.as_ref().map(|place| self.written(place, self.old));
        let new = finding.place.as_ref().map(|place| self.written(place, self.new));
        if removes(finding) { old.into_iter().collect() } else { new.into_iter().chain(old).collect() }
    }
}

fn collect_ids<'a>(side: &mut Side<'a>, ids: &mut BTreeMap<String, BTreeSet<&'a str>>) {
    let root = side.root();
    let paths = child(side, root, "paths");
    for operation in operations_of(side, paths) {
        if let Some(id) = side.text(operation.node, "operationId") {
            ids.entry(operation.label()).or_default().insert(id);
        }
    }
}

/// Whether the new document has no place for what a finding is about, only for what held it.
fn removes(finding: &Finding) -> bool {
    finding.old_place.is_some() && rules::find(&finding.id).is_some_and(super::rule::Rule::tells_of_removal)
}

/// The place that names what a finding is about, and nothing beside it.
pub(crate) fn own_place(finding: &Finding) -> Option<&Place> {
    let (old, new) = (finding.old_place.as_ref(), finding.place.as_ref());
    if removes(finding) { old.or(new) } else { new.or(old) }
}

/// Whether an id is that of a finding about the waivers themselves.
pub(crate) fn is_about_waivers(id: &str) -> bool {
    [EXPIRED, STALE, WITHOUT_REASON].contains(&id)
}

/// Notes on each change the place that a waiver of it, and of nothing else, names; where places are shared, that is
/// the fingerprint.
pub(crate) fn mark(findings: &mut [Finding], names: &Names<'_>) {
    let places: Vec<Option<String>> = findings.iter().map(|finding| names.all_of(finding).into_iter().next()).collect();
    let mut taken: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (finding, place) in findings.iter().zip(&places) {
        // A waiver covers what lies below its place too.
        for front in place.iter().flat_map(|place| fronts(place)) {
            *taken.entry((finding.id.as_str(), front)).or_default() += 1;
        }
    }
    let alone: Vec<bool> = findings
        .iter()
        .zip(&places)
        .map(|(finding, place)| {
            place.as_deref().is_some_and(|place| {
                !place.is_empty() && !place.ends_with('#') && taken.get(&(finding.id.as_str(), place)) == Some(&1)
            })
        })
        .collect();
    for ((finding, place), alone) in findings.iter_mut().zip(places).zip(alone) {
        if !finding.facts.is_empty() {
            let place = place.filter(|_| alone).unwrap_or_else(|| finding.fingerprint.clone());
            finding.facts.insert(ACCEPT.to_owned(), place);
        }
    }
}

/// Marks the findings that are accepted, and adds one for each waiver that is expired, matches nothing or says not why.
pub(crate) fn apply(findings: &mut Vec<Finding>, waivers: &[Waiver], names: &Names<'_>, today: Date) {
    let mut engine = Waivers::new(waivers.to_vec(), today);
    engine.looked_everywhere();
    for finding in findings.iter_mut() {
        let places = names.all_of(finding);
        let own = |label: &'_ String| names.ids.get(label).into_iter().flatten().copied().collect::<Vec<_>>();
        // A change is accepted where all that it reaches are; what a comparison finds belongs to no target.
        let named = Named {
            id: &finding.id,
            contract: None,
            fingerprint: &finding.fingerprint,
            operations: finding.operations.iter().map(|label| [&[label.as_str()], &*own(label)].concat()).collect(),
            of_all: true,
            places: places.iter().map(String::as_str).collect(),
        };
        let reason = engine.reason_for(&named);
        finding.waived = reason;
    }
    let silent = waivers.iter().filter(|waiver| waiver.reason.trim().is_empty());
    let values = ("a reason that a reviewer can judge", "none");
    findings.extend(silent.map(|waiver| waiver.fault(WITHOUT_REASON, "gives no reason", values)));
    findings.extend(engine.leftovers().into_iter().map(|mut finding| {
        // Facts are those of a change.
        finding.facts.clear();
        finding
    }));
}
