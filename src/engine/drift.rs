//! Data that seems to move and does not: a field that differs from one answer to the next while the version stands still.

use serde_json::Value;

use crate::case::Case;
use crate::study::{Seen, Study, WalkSeen};

/// What differs between two walks of the same list although the records are the same versions, in words.
pub(super) fn drift(before: &Study, after: &Study, case: &Case) -> Option<String> {
    let version = before.model(case.operation())?.version.as_deref()?;
    let (one, two) = (walk(before, case)?, walk(after, case)?);
    let (name, one, two) = kept(one).find_map(|(key, record)| {
        let (_, other) = kept(two).find(|(known, _)| *known == key)?;
        let at = record.pointer(version).filter(|at| !at.is_null());
        let stands = at.is_some() && at == other.pointer(version);
        record.as_object().filter(|_| stands)?.iter().find_map(|(name, one)| {
            let two = other.get(name).filter(|two| *two != one)?;
            Some((name, one, two))
        })
    })?;
    let how = if is_reordered(one, two) { " in its order" } else { "" };
    Some(format!("`/{name}` differs{how} from one answer to the next, while `{version}` stands still"))
}

fn walk<'a>(study: &'a Study, case: &Case) -> Option<&'a WalkSeen> {
    match study.get(case)? {
        Seen::Walk(walk) => Some(walk),
        Seen::Answer(_) => None,
    }
}

/// The records that a walk kept in full, by their keys.
fn kept(walk: &WalkSeen) -> impl Iterator<Item = (&str, &Value)> {
    walk.samples.iter().filter_map(|(row, record)| Some((walk.rows.get(*row)?.key.as_deref()?, &**record)))
}

/// Whether two lists hold the same in another order.
fn is_reordered(one: &Value, two: &Value) -> bool {
    let (Some(ones), Some(twos)) = (one.as_array(), two.as_array()) else { return false };
    ones.len() == twos.len()
        && ones.iter().all(|item| twos.contains(item))
        && twos.iter().all(|item| ones.contains(item))
}
