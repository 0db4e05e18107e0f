//! Clauses of `x-contract`.

use crate::rows::Verdict::{Breaking, Doubtful, Safe, Silent};
use crate::rows::{HEAD, check, judge};

#[test]
fn clauses_of_our_own_semantics_are_judged_by_what_they_promise() {
    let shipped = include_str!("../../openapi/flexportal.yaml");
    let mut faults = Vec::new();
    for (name, old, new, wanted) in [
        (
            "refused above where either was lawful",
            "above: either, malformed: either}",
            "above: refuse, malformed: either}",
            Safe,
        ),
        (
            "handling that nobody relied on",
            "above: either, malformed: either}",
            "above: either, malformed: refuse}",
            Safe,
        ),
        ("defaults written out", "field: /customerType}", "field: /customerType, match: equal, case: exact}", Silent),
        (
            "level lowered",
            "{field: /totalMonthlyRevenue, as: number}",
            "{field: /totalMonthlyRevenue, as: number, level: note}",
            Doubtful,
        ),
        ("level raised", "direction: descending, level: note}", "direction: descending}", Safe),
        (
            "a way to page refuses nonsense",
            "slot: {query: startAfter}, source",
            "slot: {query: startAfter}, malformed: refuse, source",
            Safe,
        ),
        ("a rule under another id", "id: created-at-present", "id: created-at-is-there", Silent),
        ("a rule that says less", "rule: has(self.createdAt)", "rule: has(self.createdAt) || true", Doubtful),
    ] {
        assert!(shipped.contains(old), "{name}");
        check(&mut faults, name, wanted, shipped, &shipped.replacen(old, new, 1));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let outcome = judge(shipped, &shipped.replacen("min: 1, max: 100, below", "min: 1, max: 50, below", 1));
    let place = outcome.findings.iter().find_map(|finding| finding.place.clone()).expect("a place");
    assert!(place.pointer.ends_with("/x-contract/lists/page/size/max"), "{}", place.pointer);
}

#[test]
fn the_level_of_a_response_is_a_promise() {
    let seen = |clause: &str| {
        format!(
            "{HEAD}paths:\n  /things:\n    get: {{responses: {{'200': {{description: ok}}, '409': {{description: no{clause}}}}}}}\n"
        )
    };
    let (plain, note, deny) = (seen(""), seen(", x-contract: {level: note}"), seen(", x-contract: {level: deny}"));
    let mut faults = Vec::new();
    check(&mut faults, "noted", Safe, &plain, &note);
    check(&mut faults, "no longer noted", Doubtful, &note, &plain);
    check(&mut faults, "ruled out", Safe, &note, &deny);
    check(&mut faults, "let in again", Doubtful, &deny, &note);
    check(&mut faults, "no longer ruled out", Doubtful, &deny, &plain);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn readings_that_were_left_open_may_be_settled() {
    let shipped = include_str!("../../openapi/flexprice.yaml");
    let told_with = |text: &str| {
        let (key, _) = text.split_once(':').unwrap_or_default();
        let line = shipped.lines().find(|line| line.trim().starts_with(&format!("{key}: "))).expect("the key is there");
        shipped.replacen(line.trim(), text, 1)
    };
    let mut faults = Vec::new();
    for (name, settled, open, opened) in [
        ("case", "case: ignore", "case: either", Breaking),
        ("offset", "means: [next]", "means: [next, this]", Doubtful),
    ] {
        let (told, left_open) = (told_with(settled), told_with(open));
        check(&mut faults, name, Safe, &left_open, &told);
        check(&mut faults, name, opened, &told, &left_open);
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
