//! Accepted changes: data with a reason and an end.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Api, child, operations_of};
use super::arena::Side;
use super::rules;
use super::source::Workspace;
use crate::finding::{Finding, Level, Place};
use crate::waiver::{EXPIRED, STALE, fits};

/// Id of the finding that a waiver does not say why.
const WITHOUT_REASON: &str = "waiver-without-reason";

/// The fact of a finding that holds the place which a waiver of it names.
pub(crate) const ACCEPT: &str = "accept";

/// One accepted change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiver {
    /// Id of the rule.
    pub rule: String,
    /// Where: a fingerprint, or a JSON pointer into the old or the new document, or a part of its front. `*` is one
    /// segment or a part of it, `**` is anything. `parts/pet.yaml#/name` is a pointer into another file of the folder;
    /// without a file it is the main document. Empty means everywhere. What is gone has a place in the old document
    /// only.
    pub place: String,
    /// `operationId`, or `GET /customers`; `*` is anything but a slash, `**` is anything. A change is covered if all operations that
    /// it reaches are. Empty means any.
    pub operation: String,
    /// Why the change is accepted; shown in every report.
    pub reason: String,
    /// Last day on which it holds, `YYYY-MM-DD`; empty means for ever.
    pub until: String,
    /// Where it is written.
    pub written: Option<Place>,
}

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

impl Waiver {
    fn covers(&self, finding: &Finding, names: &Names<'_>) -> bool {
        let everywhere = self.place.is_empty() || self.place == finding.fingerprint;
        self.rule == finding.id
            && self.covers_operations(finding, names)
            && (everywhere || names.all_of(finding).iter().any(|written| self.covers_place(written)))
    }

    fn covers_operations(&self, finding: &Finding, names: &Names<'_>) -> bool {
        let covered = |label: &String| {
            let mut ids = names.ids.get(label).into_iter().flatten();
            fits(&self.operation, label) || ids.any(|id| fits(&self.operation, id))
        };
        self.operation.is_empty() || !finding.operations.is_empty() && finding.operations.iter().all(covered)
    }

    fn covers_place(&self, written: &str) -> bool {
        let pattern = self.place.trim_end_matches('/');
        fronts(written).any(|front| fits(pattern, front))
    }

    /// How it is called in messages.
    fn title(&self) -> String {
        let mut title = format!("`{}`", self.rule);
        for (word, part) in [("at", &self.place), ("on", &self.operation)] {
            if !part.is_empty() {
                title.push_str(&format!(" {word} `{part}`"));
            }
        }
        title
    }
}

/// A place and everything that holds it, the place itself first; the document as a whole is not among them.
fn fronts(written: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(written), |front| {
        let cut = front.rfind('/')?;
        // The slash may be one of the file's name.
        (cut > 0 && front.find('#').is_none_or(|mark| cut > mark + 1)).then(|| &front[..cut])
    })
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

/// Marks the findings that are accepted, and adds one for each waiver that is expired or matches nothing.
pub(crate) fn apply(findings: &mut Vec<Finding>, waivers: &[Waiver], names: &Names<'_>, today: &str) {
    let mut faults = Vec::new();
    for waiver in waivers {
        let expired = !waiver.until.is_empty() && waiver.until.as_str() < today;
        let mut used = false;
        for finding in findings.iter_mut().filter(|finding| waiver.covers(finding, names)) {
            used = true;
            if !expired && finding.waived.is_none() {
                finding.waived = Some(waiver.reason.clone());
            }
        }
        let title = waiver.title();
        if waiver.reason.trim().is_empty() {
            let said = (format!("the waiver of {title} gives no reason"), "a reason that a reviewer can judge", "none");
            faults.push(fault(waiver, WITHOUT_REASON, said));
        }
        if expired {
            let wanted = format!("an end after {today}");
            faults.push(fault(
                waiver,
                EXPIRED,
                (format!("the waiver of {title} has expired"), &wanted, waiver.until.as_str()),
            ));
        } else if !used {
            let said = (
                format!("the waiver of {title} matches nothing any more"),
                "a change that it accepts",
                "none: remove the waiver",
            );
            faults.push(fault(waiver, STALE, said));
        }
    }
    findings.extend(faults);
}

fn fault(waiver: &Waiver, id: &str, (title, expected, actual): (String, &str, &str)) -> Finding {
    let mut finding = Finding::new(id, title).compare(expected, actual);
    finding.level = Level::Deny;
    finding.fingerprint = Finding::fingerprint_of(&[id, &waiver.rule, &waiver.place, &waiver.operation]);
    finding.why = Some("a list of waivers that nobody can trust hides the next break".to_owned());
    finding.place.clone_from(&waiver.written);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fronts_end_at_the_document() {
        assert_eq!(fronts("/a/b").collect::<Vec<_>>(), ["/a/b", "/a"]);
        assert_eq!(fronts("x/y.yaml#/a/b").collect::<Vec<_>>(), ["x/y.yaml#/a/b", "x/y.yaml#/a"]);
        assert_eq!(fronts("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn places_are_patterns_of_one_file() {
        let waiver = |place: &str| Waiver { place: place.to_owned(), ..Waiver::default() };
        assert!(waiver("/a/*/c").covers_place("/a/b/c/d") && !waiver("/a/*/c").covers_place("/a/b"));
        assert!(waiver("/a/").covers_place("/a/b") && !waiver("/a").covers_place("/ab"));
        assert!(waiver("p.yaml#/a").covers_place("p.yaml#/a/b"));
        assert!(!waiver("/a").covers_place("p.yaml#/a") && !waiver("p.yaml#/a").covers_place("/a"));
        assert!(waiver("*.yaml#/a").covers_place("p.yaml#/a"));
    }
}
