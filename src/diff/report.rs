//! From changes to findings: once per change, with the operations that it reaches.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use indexmap::IndexSet;
use serde::Serialize;

use super::api::Api;
use super::bump::Bump;
use super::change::{At, Change};
use super::law::{self, Direction};
use super::places::Places;
use super::proofs::{self, Job};
use super::relation::PairId;
use super::rule::{Category, Rule};
use super::versions::{about_version, due, version};
use super::{Options, repeated, rules, spoken, waiver};
use crate::finding::{Finding, Level, Place};

/// How many findings there are, waived ones apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Breaking changes.
    pub deny: usize,
    /// Changes that could not be decided.
    pub warn: usize,
    /// Safe changes.
    pub note: usize,
    /// Accepted by a waiver, whatever their level.
    pub waived: usize,
    /// Waivers that are expired, give no reason or match nothing any more.
    pub waivers: usize,
}

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The findings, gravest first.
    pub findings: Vec<Finding>,
    /// What could not be read in full, and so was not compared: no changes, and never counted.
    pub notes: Vec<Finding>,
    /// What the changes come to, whatever the version: see [`Outcome::due`].
    pub bump: Bump,
    /// What both documents call their version.
    pub versions: (Option<String>, Option<String>),
}

impl Outcome {
    /// Counts by level.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for finding in &self.findings {
            match finding.level {
                _ if finding.waived.is_some() => tally.waived += 1,
                _ if waiver::is_about_waivers(&finding.id) => tally.waivers += 1,
                Level::Deny => tally.deny += 1,
                Level::Warn => tally.warn += 1,
                Level::Note | Level::Allow => tally.note += 1,
            }
        }
        tally
    }

    /// The part of the version to raise: below 1.0 the minor version does the work of the major one.
    #[must_use]
    pub fn due(&self) -> Bump {
        due(self.bump, self.versions.0.as_deref())
    }

    /// Whether a finding that is not waived is at least as grave as `level`.
    #[must_use]
    pub fn fails_on(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.waived.is_none() && finding.level >= level)
    }
}

/// A change together with all that it reaches, while findings are collected.
struct Group {
    change: Change,
    level: Level,
    directions: BTreeSet<Direction>,
    operations: IndexSet<String>,
    spots: Vec<String>,
    pair: Option<PairId>,
    /// The schemas of operations by which it is reached, of [`Api::roots`].
    roots: Vec<usize>,
}

/// Operations that are reached, where in them, and by which of the schemas of [`Api::roots`].
type Spot<'r> = (&'r [String], &'r str, Option<usize>);

type Key = (&'static str, Option<At>, Option<At>, String, String);

/// Words all changes.
pub(crate) fn outcome(mut api: Api<'_>, options: &Options, today: &str) -> Outcome {
    let reaches = reached(&api);
    let mut groups: Vec<Group> = Vec::new();
    let mut index: HashMap<Key, usize> = HashMap::new();
    for found in &api.found {
        let at = [(found.operations.as_slice(), found.spot.as_str(), None)];
        add(&mut groups, &mut index, (&found.change, None), &at, options.expand);
    }
    for (pair, spots) in reaches {
        for change in &api.engine.pairs[pair.0 as usize].changes {
            let at: Vec<Spot<'_>> = spots
                .iter()
                .map(|index| (*index, &api.roots[*index]))
                .map(|(index, root)| (std::slice::from_ref(&root.operation), root.spot.as_str(), Some(index)))
                .collect();
            add(&mut groups, &mut index, (change, Some(pair)), &at, options.expand);
        }
    }
    let bump = bump_of(&groups);
    let mut findings = worded(&mut api, groups, options);
    if api.engine.exhausted {
        let rule = &rules::too_complex::RULE;
        let title = "the documents have too many pairs of schemas to compare all".to_owned();
        findings.push(of_document(&api, options, rule, &At::node(api.engine.new.root()), (title, &[])));
    }
    let versions = (version(&api.engine.old), version(&api.engine.new));
    findings.extend(about_version(&api, options, bump, &versions));
    findings.retain(|finding| finding.level != Level::Allow);
    let names = waiver::Names::of(&mut api);
    waiver::mark(&mut findings, &names);
    waiver::apply(&mut findings, &options.waivers, &names, today);
    findings.sort_by(|one, two| order(one).cmp(&order(two)));
    repeated::merge(&mut findings);
    Outcome { findings, notes: Vec::new(), bump, versions }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    let place = finding.place.as_ref().map(|place| (&place.file, place.line, place.column));
    (std::cmp::Reverse(finding.level), place, &finding.id, &finding.title, &finding.fingerprint)
}

/// For every pair that holds changes the roots from which it is reached, in the order of the roots.
fn reached(api: &Api<'_>) -> Vec<(PairId, Vec<usize>)> {
    let pairs = &api.engine.pairs;
    let mut parents: Vec<Vec<u32>> = vec![Vec::new(); pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        for child in &pair.children {
            parents[child.0 as usize].push(u32::try_from(index).unwrap_or(u32::MAX));
        }
    }
    let mut roots: Vec<Vec<usize>> = vec![Vec::new(); pairs.len()];
    for (index, root) in api.roots.iter().enumerate() {
        roots[root.pair.0 as usize].push(index);
    }
    let mut found = Vec::new();
    let mut mark = vec![0_u32; pairs.len()];
    let mut round = 0;
    for (index, _) in pairs.iter().enumerate().filter(|(_, pair)| !pair.changes.is_empty()) {
        round += 1;
        let mut reaching = BTreeSet::new();
        let mut work = vec![index];
        mark[index] = round;
        while let Some(at) = work.pop() {
            reaching.extend(roots[at].iter().copied());
            for parent in &parents[at] {
                let parent = *parent as usize;
                if mark[parent] != round {
                    mark[parent] = round;
                    work.push(parent);
                }
            }
        }
        // A pair that was only tried, for a union, is part of no operation.
        if !reaching.is_empty() {
            found.push((PairId(u32::try_from(index).unwrap_or(u32::MAX)), reaching.into_iter().collect()));
        }
    }
    found
}

fn add(
    groups: &mut Vec<Group>,
    index: &mut HashMap<Key, usize>,
    (change, pair): (&Change, Option<PairId>),
    reached: &[Spot<'_>],
    expand: bool,
) {
    let level = change.level();
    for (operations, spot, root) in reached {
        let split = if expand { operations.join(", ") } else { String::new() };
        let key = (change.rule.id, change.old.clone(), change.new.clone(), change.subject.clone(), split);
        let at = *index.entry(key).or_insert_with(|| {
            groups.push(Group {
                change: change.clone(),
                level: Level::Allow,
                directions: BTreeSet::new(),
                operations: IndexSet::new(),
                spots: Vec::new(),
                pair,
                roots: Vec::new(),
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        if level > group.level {
            group.level = level;
            group.change = change.clone();
            group.pair = pair;
            group.roots.clear();
            group.directions.clear();
        }
        if level == group.level {
            group.directions.insert(change.direction);
            if group.pair == pair {
                group.roots.extend(*root);
            }
            if !spot.is_empty() && !group.spots.iter().any(|known| known == spot) && group.spots.len() < 8 {
                group.spots.push((*spot).to_owned());
            }
        }
        for operation in *operations {
            if !group.operations.contains(operation) {
                group.operations.insert(operation.clone());
            }
        }
    }
}

fn worded(api: &mut Api<'_>, groups: Vec<Group>, options: &Options) -> Vec<Finding> {
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

/// A finding about a document as a whole, at a place in the new one; `marks` tell it from others of its rule.
pub(super) fn of_document(
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

/// As [`Finding::fingerprint_of`], but with indices: in a document they name things (`/responses/200`).
pub(super) fn fingerprint(parts: &[&str]) -> String {
    format!("{:012x}", xxhash_rust::xxh3::xxh3_64(parts.join("\n").as_bytes()) & 0xffff_ffff_ffff)
}

pub(super) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The bump: by the law's levels, not by what the user has set.
fn bump_of(groups: &[Group]) -> Bump {
    groups
        .iter()
        .map(|group| match (group.level, group.change.rule.category) {
            (Level::Deny, _) => Bump::Major,
            (_, Category::Docs) => Bump::Patch,
            _ => Bump::Minor,
        })
        .max()
        .unwrap_or(Bump::None)
}
