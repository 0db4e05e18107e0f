//! What the checks on filters share: which values to send, how large the walks are, and how an answer to a filter reads.

mod combined;
mod ground;
mod joint;
mod looks;
mod missing;
mod places;
mod plans;
mod trials;
mod values;

use super::{Blame, Ruling, Verdict, not_applicable};
use crate::contract::semantics::{self, Filter, Handling};
use crate::contract::{Contract, Operation};
use crate::finding::Level;
use crate::study::{Study, WalkSeen};

pub(super) use combined::plan_combined;
pub(super) use ground::{Ground, MOST_PAGES, foundation, lawful_size, most_size, plan_each};
pub(super) use joint::{Joint, broken_alone};
pub(super) use looks::{Look, Reading, fails_at_once, is_foreign_anyhow, looks, refusal, shows_effect, trait_text};
pub(super) use missing::{Must, shown_by};
pub(super) use places::{clause, exposed, row_pointer, sent_at, sent_refused};
pub(super) use plans::{
    for_second, plan_cases, plan_single, plan_special, plan_substrings, plan_unknown, plan_wildcards,
};
pub(super) use trials::trials;
pub(super) use values::{is_special, is_unknown, number_value, options};

/// Whether a filter carries little weight: one page of it is enough.
pub(super) fn is_light(study: &Study, filter: &Filter) -> bool {
    study.level(&filter.about, Level::Deny) <= Level::Note
        || filter.unsupported.as_ref().is_some_and(|grade| study.level(&grade.0, Level::Deny) <= Level::Note)
}

/// What a look means to a check.
pub(super) type Opinion<'a> = dyn Fn(&Look<'a>, &[Look<'a>]) -> Option<Blame> + 'a;

/// Judges every walk with one filter; one blame per mark.
pub(super) fn judge_looks<'a>(study: &'a Study, operation: &'a Operation, opinion: &Opinion<'a>) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.is_empty() {
        return not_applicable("the contract promises no filter here");
    }
    let looks = looks(study, operation);
    let mut ruling = Ruling::default();
    for look in looks.iter().filter(|look| !look.unknown) {
        ruling.look_at(look);
        if let Some(blame) = opinion(look, &looks) {
            ruling.once(blame);
        }
    }
    ruling.or_inconclusive(
        "no filtered list was answered, or no record shows a value to filter by",
        "supply a tenant with records whose filtered fields are set",
    )
}

impl Ruling {
    /// Counts a filtered walk as evidence.
    pub(super) fn look_at(&mut self, look: &Look<'_>) {
        self.walked(look.walk);
        self.evidence.pairs += look.wanted as u64;
    }

    /// Counts a walk as evidence.
    pub(super) fn walked(&mut self, walk: &WalkSeen) {
        self.evidence.pages += walk.pages.len() as u64;
        self.evidence.records += walk.rows.len() as u64;
    }

    /// Adds a blame unless its mark is there already; a graver one takes the place of the other.
    pub(super) fn once(&mut self, blame: Blame) {
        match self.blames.iter_mut().find(|known| known.mark == blame.mark) {
            Some(known) if blame.is_graver_than(known) => *known = blame,
            Some(_) => {}
            None => self.blames.push(blame),
        }
    }
}

/// What a refusal of a kind may be: whether a status counts as one, and words for it. Where the contract names no status,
/// any of class 4xx counts.
pub(super) fn is_invalid(contract: &Contract, status: u16) -> bool {
    match &contract.root.refusals.invalid {
        Some(refusal) if !refusal.statuses.is_empty() => refusal.accepts(status),
        _ => (400..500).contains(&status),
    }
}

/// Words for the statuses of an invalid refusal.
pub(super) fn invalid_words(contract: &Contract) -> String {
    match &contract.root.refusals.invalid {
        Some(refusal) if !refusal.statuses.is_empty() => {
            let statuses: Vec<String> = refusal.statuses.iter().map(u16::to_string).collect();
            format!("a refusal with status {}", statuses.join(" or "))
        }
        _ => "a refusal (4xx)".to_owned(),
    }
}

/// What a filter does with a value outside its enumeration.
pub(super) fn unknown_choice(filter: &Filter) -> semantics::Choice {
    filter.unknown.as_ref().map_or(semantics::Choice::Either, |Handling { is, .. }| *is)
}
