//! What a recording proves: which checks may speak from it, and how loudly.

/// What the faults of a check rest on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// One answer shows it, or what several answers say whatever the data.
    Answer,
    /// The records of one walk show it, if they did not move while it went on.
    Walk,
    /// Two showings of one record, whose version says whether it was changed.
    Versions,
    /// A comparison of requests, which data that moved in between explains as well.
    Compared,
    /// Requests that nobody sends but to provoke it, or a credential that a recording need not show.
    Never(&'static str),
}

/// What becomes of one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    /// It is told.
    Tell,
    /// It is told as a warning at most: why.
    Doubt(&'static str),
    /// It is not told: why.
    Withhold(&'static str),
}

/// Checks on one answer, or on what answers say of themselves.
const ANSWER: [&str; 48] = [
    "no-answer",
    "truncated-answer",
    "endless-answer",
    "server-error",
    "list-refused",
    "undocumented-status",
    "undocumented-media-type",
    "malformed-json",
    "mixed-tenants",
    "tenant-echo-wrong",
    "missing-required-field",
    "forbidden-null",
    "fractional-count",
    "wrong-type",
    "unknown-enum-value",
    "broken-format",
    "out-of-bounds",
    "broken-rule",
    "mixed-readings",
    "undocumented-error-body",
    "leaked-internals",
    "repeated-member",
    "tolerated-answer",
    "asks-for-patience",
    "undocumented-field",
    "unknown-value",
    "integral-fraction",
    "unreadable-by-client",
    "page-exceeds-size",
    "maximum-size-exceeded",
    "wrong-size-echo",
    "wrong-count",
    "more-without-token",
    "wrong-offset-echo",
    "token-after-end",
    "bad-size-mishandled",
    "filter-ignored",
    "filter-matches-substring",
    "filter-lets-foreign-through",
    "filter-not-unique",
    "filter-unknown-value-mishandled",
    "cursor-loses-filter",
    "sort-refused",
    "wrong-member",
    "expansion-missing",
    "expansion-wrong",
    "expansion-unfounded",
    "expansion-unasked",
];

/// Checks on what one walk shows from its first page to its last.
const WALK: [&str; 15] = [
    "size-not-kept",
    "record-repeated",
    "token-repeated",
    "endless-walk",
    "empty-page-in-walk",
    "wrong-total",
    "wrong-remaining",
    "wrong-page-number",
    "more-without-end",
    "absent-filter-wrong",
    "cursor-loses-order",
    "sort-ignored",
    "sort-direction-ignored",
    "sort-order-wrong",
    "default-order-wrong",
];

/// Checks that compare showings of one record as long as its version stands still.
const VERSIONS: [&str; 2] = ["read-differs-on-repeat", "member-differs-from-list"];

const ACCESS: &str = "it need not show which credential was really sent, and of what is refused nobody knows why";
const PROBE: &str = "it takes requests that are made for it, and `check` makes them";
const REFUSED: &str = "whether a value that was refused is a lawful one is not known";

/// Checks that no recording speaks to.
const NEVER: [(&str, &str); 17] = [
    ("works-without-credential", ACCESS),
    ("works-with-wrong-credential", ACCESS),
    ("works-without-tenant", ACCESS),
    ("works-in-unknown-tenant", ACCESS),
    ("foreign-record-readable", ACCESS),
    ("foreign-records-listed", ACCESS),
    ("filter-refused", REFUSED),
    ("bad-start-mishandled", PROBE),
    ("token-unstable", PROBE),
    ("unknown-key-accepted", PROBE),
    ("key-encoding-broken", PROBE),
    ("hostile-key-mishandled", PROBE),
    ("unknown-expansion-mishandled", PROBE),
    ("undocumented-method-accepted", PROBE),
    ("unknown-parameter-mishandled", PROBE),
    ("optional-header-changes-answer", PROBE),
    ("sort-unknown-mishandled", PROBE),
];

/// What the faults of a check rest on; of a check that stands nowhere here the careful answer.
pub(super) fn proof(check: &str) -> Proof {
    if ANSWER.contains(&check) {
        Proof::Answer
    } else if WALK.contains(&check) {
        Proof::Walk
    } else if VERSIONS.contains(&check) {
        Proof::Versions
    } else {
        let never = NEVER.iter().find(|(id, _)| *id == check);
        never.map_or(Proof::Compared, |(_, why)| Proof::Never(why))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_that_is_named_exists_and_is_named_once() {
        let mut names: Vec<&str> = ANSWER.iter().chain(&WALK).chain(&VERSIONS).copied().collect();
        names.extend(NEVER.iter().map(|(id, _)| *id));
        let unknown: Vec<&&str> = names.iter().filter(|id| crate::checks::find(id).is_none()).collect();
        assert!(unknown.is_empty(), "no such checks: {unknown:?}");
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "named twice");
    }

    #[test]
    fn a_check_that_nobody_thought_of_is_a_comparison() {
        assert_eq!(proof("a-check-of-tomorrow"), Proof::Compared);
        assert_eq!(proof("record-skipped"), Proof::Compared);
    }
}
