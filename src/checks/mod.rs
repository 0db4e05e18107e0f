//! The catalogue of checks: one file per check, named after the fault that it finds.
//!
//! A check plans cases and judges what was seen; both are pure. It knows neither targets nor reports. `catalogue!` takes
//! each module name once; the order is the order of blame: what stands first names the cause when several speak.

mod access;
mod answers;
mod blame;
mod breach;
mod draw;
mod filtering;
mod ordering;
mod paging;
mod proof;
mod reading;
mod tenants;

use crate::case::Case;
use crate::contract::Operation;
use crate::event::Evidence;
use crate::finding::Level;
use crate::study::Study;

pub use blame::Blame;
pub use proof::Proof;

/// What a check is about; also the unit of `--only`, `--skip` and the profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Each single answer against the document.
    Answers,
    /// Pages and walks.
    Paging,
    /// Filters.
    Filters,
    /// Orders.
    Sorting,
    /// Single records.
    Records,
    /// Credentials and tenants.
    Access,
    /// HTTP itself.
    Protocol,
}

impl Family {
    /// Every family, in report order.
    pub const ALL: [Self; 7] =
        [Self::Answers, Self::Paging, Self::Filters, Self::Sorting, Self::Records, Self::Access, Self::Protocol];

    /// Its name in flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Paging => "paging",
            Self::Filters => "filters",
            Self::Sorting => "sorting",
            Self::Records => "records",
            Self::Access => "access",
            Self::Protocol => "protocol",
        }
    }
}

/// A check: data and two pure functions.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// Kebab-case, names the fault, equals the file name.
    pub id: &'static str,
    /// What it is about.
    pub family: Family,
    /// Its level, unless the contract's clause or the user says otherwise.
    pub level: Level,
    /// What its faults rest on: how loudly it may speak of recorded traffic.
    pub proof: Proof,
    /// Markdown: what is wrong, why it matters, an example, the source.
    pub explanation: &'static str,
    /// Faults of the embedded server that prove it.
    pub faults: &'static [&'static str],
    /// Checks further on whose findings on the same list are its consequences as a rule.
    pub explains: &'static [&'static str],
    /// Cases that it wants, given what was seen so far.
    pub plan: fn(&Study) -> Vec<Case>,
    /// Its verdict on one operation.
    pub judge: fn(&Study, &Operation) -> Verdict,
}

impl Check {
    /// The first sentence of its explanation.
    #[must_use]
    pub fn summary(&self) -> String {
        let first = self.explanation.trim().split("\n\n").next().unwrap_or_default();
        first.lines().map(str::trim).collect::<Vec<_>>().join(" ")
    }
}

/// What a check says of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Something was looked at; no blame means that it was lawful.
    Judged {
        /// What was looked at.
        evidence: Evidence,
        /// What is wrong, in the order seen.
        blames: Vec<Blame>,
    },
    /// Nothing could be concluded.
    Inconclusive {
        /// What was missing.
        reason: String,
        /// How to supply it.
        remedy: String,
    },
    /// Nothing is promised that could be judged.
    NotApplicable(String),
}

/// Collects what a check looks at and finds.
#[derive(Debug, Default)]
pub(crate) struct Ruling {
    pub(crate) evidence: Evidence,
    pub(crate) blames: Vec<Blame>,
}

impl Ruling {
    /// The verdict; without evidence or blame it is inconclusive for the reason given.
    pub(crate) fn or_inconclusive(self, reason: &str, remedy: &str) -> Verdict {
        if self.evidence.is_empty() && self.blames.is_empty() {
            return Verdict::Inconclusive { reason: reason.to_owned(), remedy: remedy.to_owned() };
        }
        Verdict::Judged { evidence: self.evidence, blames: self.blames }
    }
}

/// A verdict of *not applicable*.
pub(crate) fn not_applicable(reason: &str) -> Verdict {
    Verdict::NotApplicable(reason.to_owned())
}

/// A check that plans nothing of its own.
pub(crate) fn plan_nothing(_study: &Study) -> Vec<Case> {
    Vec::new()
}

/// Defines the check of a file: the doc comment becomes its explanation.
macro_rules! check {
    ($(#[doc = $doc:literal])* id: $id:literal, family: $family:ident, level: $level:ident,
     proof: $proof:ident, faults: [$($fault:literal),* $(,)?], $(explains: $explains:expr,)?
     plan: $plan:path, judge: $judge:path $(,)?) => {
        /// The check of this file.
        pub(super) const CHECK: $crate::checks::Check = $crate::checks::Check {
            id: $id,
            family: $crate::checks::Family::$family,
            level: $crate::finding::Level::$level,
            proof: $crate::checks::Proof::$proof,
            explanation: concat!($($doc, "\n"),*),
            faults: &[$($fault),*],
            // What the check says, or else nothing.
            explains: [$($explains,)? &[]][0],
            plan: $plan,
            judge: $judge,
        };
    };
}

/// Lists the modules of all checks once.
macro_rules! catalogue {
    ($($module:ident),* $(,)?) => {
        $(mod $module;)*
        /// Every check, in the order of blame.
        pub const CATALOGUE: &[Check] = &[$($module::CHECK),*];
        /// File stems of the checks, for the test that compares them with the ids.
        pub const FILES: &[&str] = &[$(stringify!($module)),*];
    };
}

catalogue! {
    // answers that say nothing at all
    no_answer,
    truncated_answer,
    endless_answer,
    server_error,
    list_refused,
    undocumented_status,
    undocumented_media_type,
    malformed_json,
    // access: whoever sees others' records sees too many, in the wrong places
    works_without_credential,
    works_with_wrong_credential,
    works_without_tenant,
    works_in_unknown_tenant,
    foreign_record_readable,
    foreign_records_listed,
    mixed_tenants,
    tenant_echo_wrong,
    // answers
    missing_required_field,
    forbidden_null,
    fractional_count,
    wrong_type,
    unknown_enum_value,
    broken_format,
    out_of_bounds,
    broken_rule,
    mixed_readings,
    undocumented_error_body,
    leaked_internals,
    repeated_member,
    tolerated_answer,
    asks_for_patience,
    undocumented_field,
    unknown_value,
    integral_fraction,
    unreadable_by_client,
    // paging: sizes and starts first, then what becomes of walks, then the figures that speak of them
    page_exceeds_size,
    maximum_size_exceeded,
    wrong_count,
    size_not_kept,
    wrong_size_echo,
    more_without_token,
    cursor_loses_filter,
    cursor_loses_order,
    token_unstable,
    record_repeated,
    token_repeated,
    endless_walk,
    absent_filter_wrong,
    record_skipped,
    walk_ends_early,
    empty_page_in_walk,
    wrong_total,
    wrong_remaining,
    wrong_page_number,
    wrong_offset_echo,
    more_without_end,
    token_after_end,
    page_size_changes_order,
    past_end_mishandled,
    bad_size_mishandled,
    bad_start_mishandled,
    // filters
    filter_refused,
    filter_ignored,
    filter_matches_substring,
    filter_wrong_case,
    filter_lets_foreign_through,
    filter_misreads_special_characters,
    filter_drops_records,
    filter_combination_wrong,
    filter_partition_gap,
    filter_reveals_unlisted_record,
    filter_not_unique,
    filter_unknown_value_mishandled,
    // sorting
    sort_refused,
    sort_ignored,
    sort_direction_ignored,
    sort_order_wrong,
    sort_ties_unstable,
    sort_repeats_records,
    sort_loses_records,
    sort_with_filter_wrong,
    default_order_wrong,
    sort_unknown_mishandled,
    // records
    wrong_member,
    alias_reads_another_record,
    unknown_key_accepted,
    key_encoding_broken,
    listed_record_unreadable,
    hostile_key_mishandled,
    read_differs_on_repeat,
    member_differs_from_list,
    lists_disagree,
    expansion_missing,
    expansion_wrong,
    expansion_unfounded,
    expansion_unasked,
    expansion_changes_list,
    expansion_changes_record,
    unknown_expansion_mishandled,
    key_collides_with_alias,
    // protocol
    undocumented_method_accepted,
    unknown_parameter_mishandled,
    optional_header_changes_answer,
}

/// A check by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Check> {
    CATALOGUE.iter().find(|check| check.id == id)
}
