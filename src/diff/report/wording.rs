//! What a change is called: its headline, its places, its facts.

use std::collections::{BTreeMap, HashMap, HashSet};

use indexmap::IndexSet;

use super::groups::Group;
use crate::diff::api::Api;
use crate::diff::change::{At, Change};
use crate::diff::law::{self, Direction};
use crate::diff::places::Places;
use crate::diff::proofs::{self, Job};
use crate::diff::rule::{Category, Rule};
use crate::diff::{Options, repeated, spoken};
use crate::finding::{Finding, Level, Place};

pub(super) fn worded(api: &mut Api<'_>, groups: Vec<Group>, options: &Options) -> Vec<Finding> {
    let groups: Vec<(Level, Group)> = groups
        .into_iter()
        .map(|group| (overridden(options, group.change.rule, group.level), group))
        .filter(|(level, _)| *level != Level::Allow)
        .collect();
    let shared = if options.expand { vec![None; groups.len()] } else { shared(api, &groups) };
    let mut old = Places::default();
    let mut new = Places::default();
    let wanted: Vec<(Option<usize>, Option<usize>)> = groups
        .iter()
        .map(|(_, group)| {
            let one = group.change.old.as_ref().map(|at| old.want(&api.engine.old, at));
            let two = group.change.new.as_ref().map(|at| new.want(&api.engine.new, at));
            (one, two)
        })
        .collect();
    let (old, new) = (old.found(&api.engine.old), new.found(&api.engine.new));
    let mut jobs: Vec<Job> = Vec::new();
    let mut proven: Vec<usize> = Vec::new();
    let mut findings: Vec<Finding> = Vec::with_capacity(groups.len());
    let mut written: HashMap<Written, usize> = HashMap::new();
    let mut shown: HashSet<String> = HashSet::new();
    for (((level, group), (one, two)), shared) in groups.into_iter().zip(wanted).zip(shared) {
        let places = (one.map(|index| old[index].clone()), two.map(|index| new[index].clone()));
        // What stands in the text once, and is read in several places by aliases, changed once.
        let key = (!options.expand).then(|| written_at(&group.change, &places)).flatten();
        if let Some(known) = key.as_ref().and_then(|key| written.get(key)) {
            also_at(&mut findings[*known], group, level);
            continue;
        }
        if let Some(key) = key {
            written.insert(key, findings.len());
        }
        if let Some(pair) = group.pair
            && shared.as_ref().is_none_or(|shared| shown.insert(shared.clone()))
            && group.level == Level::Deny
            && !options.without_witness
        {
            proven.push(findings.len());
            if proofs::is_affordable(jobs.len()) {
                jobs.push(Job { pair, roots: group.roots.clone(), change: group.change.clone() });
            }
        }
        let mut told = finding(group, level, places);
        if let Some(shared) = shared {
            repeated::mark(&mut told, &shared);
        }
        findings.push(told);
    }
    let proofs = proofs::all(api, &jobs).into_iter().map(Some).chain(std::iter::repeat(None));
    for (index, proof) in proven.into_iter().zip(proofs) {
        proofs::show(&mut findings[index], proof);
    }
    findings
}

/// For each change what it shares with those that are the same edit elsewhere.
fn shared(api: &Api<'_>, groups: &[(Level, Group)]) -> Vec<Option<String>> {
    let told = groups.iter().map(|(_, group)| repeated::Told {
        change: &group.change,
        schema: group.pair.is_some(),
        spot: group.spots.first().map_or("", String::as_str),
    });
    repeated::shared(api, &told.collect::<Vec<_>>())
}

/// A change as it stands in the texts: rule, subject, values, and both places by line and column.
type Written = (&'static str, String, (String, String), [(String, usize, usize); 2]);

fn written_at(change: &Change, places: &(Option<Place>, Option<Place>)) -> Option<Written> {
    let spot = |place: &Option<Place>| {
        let place = place.as_ref()?;
        // The first letter of a text stands for whatever could not be found in it.
        ((place.line, place.column) != (1, 1)).then(|| (place.file.clone(), place.line, place.column))
    };
    let places = [spot(&places.0)?, spot(&places.1)?];
    let values = (change.before.clone(), change.after.clone());
    Some((change.rule.id, change.subject.clone(), values, places))
}

/// Adds the operations that a change reaches in another place, which the text has but once.
fn also_at(finding: &mut Finding, group: Group, level: Level) {
    finding.level = finding.level.max(level);
    let known: IndexSet<String> = std::mem::take(&mut finding.operations).into_iter().collect();
    finding.operations = known.into_iter().chain(group.operations).collect::<IndexSet<_>>().into_iter().collect();
    finding.occurrences = u32::try_from(finding.operations.len().max(1)).unwrap_or(u32::MAX);
}

fn finding(group: Group, level: Level, (old, new): (Option<Place>, Option<Place>)) -> Finding {
    let change = group.change;
    let named =
        if change.rule.tells_of_removal() { old.as_ref().or(new.as_ref()) } else { new.as_ref().or(old.as_ref()) };
    let subject = match (group.pair, named) {
        (Some(_), Some(place)) => spoken::subject(&change.subject, &place.pointer),
        _ => change.subject.clone(),
    };
    let summary = lower_first(change.rule.summary());
    let title = if subject.is_empty() { summary } else { format!("{summary}: {subject}") };
    let mut finding = Finding::new(change.rule.id, title).compare(change.before.clone(), change.after.clone());
    finding.level = level;
    finding.occurrences = u32::try_from(group.operations.len().max(1)).unwrap_or(u32::MAX);
    let effect = change.effect();
    let pointer = |place: &Option<Place>| place.as_ref().map(|place| place.pointer.clone()).unwrap_or_default();
    let operation = if group.operations.len() == 1 { group.operations[0].as_str() } else { "" };
    finding.fingerprint = fingerprint(&[change.rule.id, &pointer(&old), &pointer(&new), &change.subject, operation]);
    finding.operation = group.operations.first().cloned();
    finding.operations = group.operations.into_iter().collect();
    finding.place = new;
    finding.old_place = old;
    finding.source = Some(change.rule.section("Source"));
    finding.why = Some(change.rule.section("Why it matters"));
    let directions: Vec<&str> = group.directions.iter().map(|direction| direction.name()).collect();
    let mut facts = BTreeMap::from([
        ("direction".to_owned(), directions.join(", ")),
        ("effect".to_owned(), effect.name().to_owned()),
        ("category".to_owned(), change.rule.category.name().to_owned()),
    ]);
    if !group.spots.is_empty() {
        facts.insert("where".to_owned(), group.spots.join("; "));
    }
    if !change.guards.is_empty() {
        let guards: Vec<&str> = change.guards.iter().map(|guard| guard.name()).collect();
        facts.insert("guards".to_owned(), guards.join(", "));
    }
    finding.facts = facts;
    finding
}

/// A finding about a document as a whole, at a place in the new one; `marks` tell it from others of its rule.
pub(in crate::diff) fn of_document(
    api: &Api<'_>,
    options: &Options,
    rule: &'static Rule,
    at: &At,
    (title, marks): (String, &[&str]),
) -> Finding {
    let mut places = Places::default();
    places.want(&api.engine.new, at);
    let mut found = Finding::new(rule.id, title);
    found.level = overridden(options, rule, law::level(rule.effect, Direction::Request, &[]));
    found.place = places.found(&api.engine.new).into_iter().next();
    found.why = Some(rule.section("Why it matters"));
    found.source = Some(rule.section("Source"));
    found.fingerprint = fingerprint(&[&[rule.id], marks].concat());
    found.facts.insert("category".to_owned(), rule.category.name().to_owned());
    found
}

/// As [`Finding::fingerprint_of`], but with indices: in a document they name things (`/responses/200`).
pub(in crate::diff) fn fingerprint(parts: &[&str]) -> String {
    format!("{:012x}", xxhash_rust::xxh3::xxh3_64(parts.join("\n").as_bytes()) & 0xffff_ffff_ffff)
}

pub(in crate::diff) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn overridden(options: &Options, rule: &Rule, level: Level) -> Level {
    match options.levels.get(rule.id) {
        Some(set) => *set,
        None => options.levels.get(rule.category.name()).map_or(level, |set| of_category(rule, level, *set)),
    }
}

/// The level of a change whose category was set: at most that. Names and documentation have no weight of their own on
/// the wire, so there it is the least level, too, unless something was only added.
fn of_category(rule: &Rule, level: Level, set: Level) -> Level {
    let raised = rule.category != Category::Wire && !rule.tells_of_addition();
    if raised { set } else { level.min(set) }
}
