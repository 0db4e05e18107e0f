//! The part of the version that a change asks to be raised, and whether it was.

use serde::Serialize;

use super::api::Api;
use super::arena::Side;
use super::change::At;
use super::law::Effect;
use super::places::Places;
use super::report::{fingerprint, lower_first};
use super::rule::Category;
use super::rules;
use crate::finding::{Finding, Level};

/// The part of a semantic version that the change asks to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    /// Nothing changed.
    None,
    /// Documentation changed.
    Patch,
    /// Consumers can do or may see more.
    Minor,
    /// Somebody breaks.
    Major,
}

impl Bump {
    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

pub(super) fn version(side: &Side<'_>) -> Option<String> {
    let value = side.value(side.root()).get("info")?.get("version")?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// Notes a major change under a version that says otherwise.
pub(super) fn note_version(
    findings: &mut Vec<Finding>,
    bump: Bump,
    versions: &(Option<String>, Option<String>),
    api: &Api<'_>,
) {
    let (Some(old), Some(new)) = versions else { return };
    if bump != Bump::Major || raised(old, new) {
        return;
    }
    let rule = &rules::version_not_raised::RULE;
    debug_assert!(rule.effect == Effect::None && rule.category == Category::Docs);
    let at = At::key(api.engine.new.root(), "info");
    let mut places = Places::default();
    places.want(&api.engine.new, &at);
    let due = if early(old) { "a higher minor version is due below 1.0" } else { "a higher major version is due" };
    let mut found =
        Finding::new(rule.id, format!("{}: {due}", lower_first(rule.summary()))).compare(old.clone(), new.clone());
    found.level = Level::Note;
    found.place = places.found(&api.engine.new).into_iter().next();
    found.why = Some(rule.section("Why it matters"));
    found.source = Some(rule.section("Source"));
    found.fingerprint = fingerprint(&[rule.id, old, new]);
    found.facts.insert("category".to_owned(), rule.category.name().to_owned());
    findings.push(found);
}

/// Whether a version lies below 1.0, where the minor version does the work of the major one.
pub(super) fn early(version: &str) -> bool {
    version.trim_start_matches('v').split('.').next() == Some("0")
}

/// Whether the major version was raised; below 1.0 the minor version does its work.
fn raised(old: &str, new: &str) -> bool {
    let parts = |text: &str| -> Vec<u64> {
        text.trim_start_matches('v').split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
    };
    let (one, two) = (parts(old), parts(new));
    match (one.first(), two.first()) {
        (Some(0), Some(0)) => two.get(1) > one.get(1),
        (Some(before), Some(after)) => after > before,
        _ => old != new,
    }
}
