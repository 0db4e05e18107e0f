//! `info.version`: whether it says what the changes come to.

use super::api::Api;
use super::arena::Side;
use super::bump::Bump;
use super::change::At;
use super::law::Direction;
use super::places::Places;
use super::report::{fingerprint, lower_first};
use super::rule::{Category, Rule};
use super::rules;
use crate::finding::Finding;

pub(super) fn version(side: &Side<'_>) -> Option<String> {
    let value = side.value(side.root()).get("info")?.get("version")?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

pub(super) fn note_version(
    findings: &mut Vec<Finding>,
    bump: Bump,
    versions: &(Option<String>, Option<String>),
    api: &Api<'_>,
) {
    let (Some(old), Some(new)) = versions else { return };
    let due = if early(old) { "a higher minor version is due below 1.0" } else { "a higher major version is due" };
    if lowered(old, new) {
        say_version(findings, &rules::version_lowered::RULE, "it should never fall", (old, new), api);
    } else if bump == Bump::Major && !raised(old, new) {
        say_version(findings, &rules::version_not_raised::RULE, due, (old, new), api);
    }
}

fn say_version(
    findings: &mut Vec<Finding>,
    rule: &'static Rule,
    due: &str,
    (old, new): (&String, &String),
    api: &Api<'_>,
) {
    debug_assert!(rule.category == Category::Docs);
    let at = At::key(api.engine.new.root(), "info");
    let mut places = Places::default();
    places.want(&api.engine.new, &at);
    let mut found =
        Finding::new(rule.id, format!("{}: {due}", lower_first(rule.summary()))).compare(old.clone(), new.clone());
    found.level = super::law::level(rule.effect, Direction::Request, &[]);
    found.place = places.found(&api.engine.new).into_iter().next();
    found.why = Some(rule.section("Why it matters"));
    found.source = Some(rule.section("Source"));
    found.fingerprint = fingerprint(&[rule.id, old, new]);
    found.facts.insert("category".to_owned(), rule.category.name().to_owned());
    findings.push(found);
}

/// Whether a version lies below 1.0, where the minor version does the work of the major one.
pub(crate) fn early(version: &str) -> bool {
    version.trim_start_matches('v').split('.').next() == Some("0")
}

/// Whether the version fell, by its leading numbers.
fn lowered(old: &str, new: &str) -> bool {
    let (one, two) = (numbers(old), numbers(new));
    let shared = one.len().min(two.len());
    two[..shared] < one[..shared]
}

/// The leading numbers of a version.
fn numbers(text: &str) -> Vec<u64> {
    text.trim_start_matches('v').split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// Whether the major version was raised; below 1.0 the minor version does its work.
fn raised(old: &str, new: &str) -> bool {
    let (one, two) = (numbers(old), numbers(new));
    match (one.first(), two.first()) {
        (Some(0), Some(0)) => two.get(1) > one.get(1),
        (Some(before), Some(after)) => after > before,
        _ => old != new,
    }
}
