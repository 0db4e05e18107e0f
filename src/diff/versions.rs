//! `info.version`: whether it says what the changes come to.

use super::api::Api;
use super::arena::Side;
use super::bump::Bump;
use super::change::At;
use super::report::{lower_first, of_document};
use super::{Options, rules};
use crate::document::text_of;
use crate::finding::Finding;

pub(super) fn version(side: &Side<'_>) -> Option<String> {
    let value = side.value(side.root()).get("info")?.get("version")?;
    Some(text_of(value))
}

/// The part of a version to raise.
pub(super) fn due(bump: Bump, old: Option<&str>) -> Bump {
    if bump == Bump::Major && old.is_some_and(early) { Bump::Minor } else { bump }
}

/// What is wrong with the version of the new document, if anything is.
pub(super) fn about_version(
    api: &Api<'_>,
    options: &Options,
    bump: Bump,
    versions: &(Option<String>, Option<String>),
) -> Option<Finding> {
    let (Some(old), Some(new)) = versions else { return None };
    let (rule, wanted) = if lowered(old, new) {
        (&rules::version_lowered::RULE, "it should never fall")
    } else if bump != Bump::Major || raised(old, new) {
        return None;
    } else if due(bump, Some(old)) == Bump::Minor {
        (&rules::version_not_raised::RULE, "a higher minor version is due below 1.0")
    } else {
        (&rules::version_not_raised::RULE, "a higher major version is due")
    };
    let title = format!("{}: {wanted}", lower_first(rule.summary()));
    let at = At::key(api.engine.new.root(), "info");
    Some(of_document(api, options, rule, &at, (title, &[old, new])).compare(old.clone(), new.clone()))
}

/// Whether a version lies below 1.0, where the minor version does the work of the major one.
fn early(version: &str) -> bool {
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
