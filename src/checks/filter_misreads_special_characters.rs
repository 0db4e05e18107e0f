//! See the explanation on [`CHECK`].

use super::Verdict;
use super::filtering::{self, Look, Reading, judge_looks};
use crate::case::Case;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A filter works for plain values and fails for values with special characters.
    ///
    /// ## Why it matters
    /// `+`, `&`, `%`, spaces and non-Latin letters occur in real e-mail addresses and names. A server that decodes them twice,
    /// or not at all, hides exactly these customers.
    ///
    /// ## Example
    /// The customer `ann+shop@example.com` is listed, but `email=ann%2Bshop%40example.com` gives no record.
    ///
    /// ## Source
    /// `filters` of the list's `x-contract`; the values are taken from records of the list itself.
    id: "filter-misreads-special-characters", family: Filters, level: Deny, proof: Compared,
    faults: ["filter-misreads-plus"],
    plan: plan, judge: judge,
}

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = filtering::plan_single(study);
    cases.extend(filtering::plan_special(study));
    cases
}

/// A walk with a plain value of the same filter that went well.
pub(super) fn plain_peer<'b, 'a>(look: &Look<'a>, looks: &'b [Look<'a>]) -> Option<&'b Look<'a>> {
    looks.iter().find(|other| {
        other.name == look.name
            && !other.is_special()
            && !other.unknown
            && !other.is_second()
            && other.reading == Reading::Fits
            && other.missing.is_empty()
            && !other.walk.rows.is_empty()
    })
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_looks(study, operation, &|look, looks| {
        if !look.is_special() {
            return None;
        }
        let actual = match look.reading {
            Reading::Refused(status, _) => format!("status {status}"),
            Reading::Fits if !look.missing.is_empty() => {
                format!("{} of {} records are missing", look.missing.len(), look.wanted)
            }
            _ => return None,
        };
        let peer = plain_peer(look, looks)?;
        let title = format!("filter `{}` misreads special characters", look.name);
        let mut blame = look.blame(study, operation, title).compare("the records that have this value", actual);
        if look.filter.partial {
            blame = blame.level(Level::Note);
        }
        blame.cases.insert(0, peer.case.clone());
        Some(blame)
    })
}
