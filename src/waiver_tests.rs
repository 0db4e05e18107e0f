use super::*;
use crate::event::{Evidence, Outcome};

fn finding() -> Finding {
    let mut finding = Finding::new("wrong-type", "the value has another type");
    finding.contract = Some("flexportal".to_owned());
    finding.operation = Some("listCustomers".to_owned());
    finding.pointer = Some("/customers/17/status".to_owned());
    finding
}

fn waiver() -> Waiver {
    Waiver { check: "wrong-type".to_owned(), reason: "known, ticket 12".to_owned(), ..Waiver::default() }
}

fn waivers(waiver: Waiver) -> Waivers {
    Waivers::new(vec![waiver], jiff::civil::date(2026, 11, 1))
}

fn judged(outcome: Outcome) -> Judged {
    Judged {
        contract: "flexportal".to_owned(),
        operation: "listCustomers".to_owned(),
        check: "wrong-type".to_owned(),
        family: "answers".to_owned(),
        outcome,
        evidence: Evidence::default(),
    }
}

#[test]
fn a_star_is_one_segment_and_two_are_anything() {
    assert!(fits("/customers/*/status", "/customers/17/status"));
    assert!(!fits("/customers/*/status", "/customers/17/parent/status"));
    assert!(fits("/customers/**/status", "/customers/17/parent/status"));
    assert!(fits("list*", "listCustomers") && fits("*", "x") && fits("**", "") && fits("/a/*", "/a/b"));
    assert!(!fits("/customers/*", "/customers/1/a") && !fits("list", "listCustomers"));
}

#[test]
fn a_waiver_is_as_narrow_as_it_is_written() {
    let narrow = |operation: &str, place: &str| Waiver {
        operation: Some(operation.to_owned()),
        place: Some(place.to_owned()),
        ..waiver()
    };
    assert!(waiver().matches(&finding()));
    assert!(narrow("list*", "/customers/*/status").matches(&finding()));
    assert!(!narrow("getCustomer", "/customers/*/status").matches(&finding()));
    assert!(!narrow("listCustomers", "/customers/*/email").matches(&finding()));
    assert!(!Waiver { contract: Some("maple".to_owned()), ..waiver() }.matches(&finding()));
}

#[test]
fn a_matching_waiver_accepts_with_its_reason() {
    let mut waivers = waivers(waiver());
    let mut finding = finding();
    assert!(waivers.apply(&mut finding));
    assert_eq!(finding.waived.as_deref(), Some("known, ticket 12"));
    waivers.judged(&judged(Outcome::Failed));
    assert!(waivers.leftovers().is_empty());
}

#[test]
fn an_expired_waiver_is_a_finding_and_accepts_nothing() {
    let mut waivers = waivers(Waiver { until: Some("2026-10-31".to_owned()), ..waiver() });
    assert!(!waivers.apply(&mut finding()));
    let ids: Vec<String> = waivers.leftovers().into_iter().map(|finding| finding.id).collect();
    assert_eq!(ids, [EXPIRED]);
}

#[test]
fn a_waiver_holds_on_its_last_day() {
    let mut waivers = waivers(Waiver { until: Some("2026-11-01".to_owned()), ..waiver() });
    assert!(waivers.apply(&mut finding()));
}

#[test]
fn stale_waiver_is_a_finding_only_where_its_check_gave_a_verdict() {
    let (contract, operation) = (Some("flexportal".to_owned()), Some("listCustomers".to_owned()));
    let mut waivers = waivers(Waiver { contract, operation, ..waiver() });
    assert!(waivers.leftovers().is_empty());
    waivers.judged(&judged(Outcome::NotApplicable { reason: String::new() }));
    assert!(waivers.leftovers().is_empty());
    waivers.judged(&judged(Outcome::Passed));
    let stale = waivers.leftovers();
    assert_eq!(stale[0].id, STALE);
    assert_eq!(stale[0].level, Level::Deny);
}

#[test]
fn a_waiver_that_nothing_can_match_is_stale_once_everything_ran() {
    let ran = |contract: &str, whole| Ran {
        contract: contract.to_owned(),
        operations: vec!["listCustomers".to_owned()],
        whole,
    };
    let stale = |outcome: Outcome, contracts: &[Ran]| {
        let mut waivers = waivers(Waiver { operation: Some("list*".to_owned()), ..waiver() });
        waivers.judged(&judged(outcome));
        waivers.ran(contracts);
        !waivers.leftovers().is_empty()
    };
    let idle = || Outcome::NotApplicable { reason: String::new() };
    assert!(stale(idle(), &[ran("flexportal", true)]));
    assert!(!stale(idle(), &[ran("flexportal", false)]), "the run was cut off");
    assert!(!stale(idle(), &[ran("flexportal", true), ran("maple", false)]), "it may speak of the other one");
    assert!(!stale(Outcome::Disabled { by: "--skip".to_owned() }, &[ran("flexportal", true)]));
    let open = Outcome::Inconclusive { reason: String::new(), remedy: String::new() };
    assert!(!stale(open, &[ran("flexportal", true)]), "nobody could look");
    assert!(!stale(idle(), &[]));
}

#[test]
fn a_verdict_elsewhere_does_not_make_a_wide_waiver_stale() {
    let ran = |contract: &str, whole| Ran {
        contract: contract.to_owned(),
        operations: vec!["listCustomers".to_owned(), "getCustomer".to_owned()],
        whole,
    };
    let stale = |outcomes: &[Outcome], contracts: &[Ran]| {
        let mut waivers = waivers(Waiver { operation: None, contract: None, ..waiver() });
        outcomes.iter().for_each(|outcome| waivers.judged(&judged(outcome.clone())));
        waivers.ran(contracts);
        !waivers.leftovers().is_empty()
    };
    let off = Outcome::Disabled { by: "--only".to_owned() };
    let all = [ran("flexportal", true)];
    assert!(stale(&[Outcome::Passed], &all));
    assert!(!stale(&[Outcome::Passed, off], &all), "the other operation was left out");
    assert!(!stale(&[Outcome::Passed], &[ran("flexportal", true), ran("staging", false)]), "the other target was");
}

#[test]
fn a_reason_that_was_only_copied_is_none() {
    assert!(waiver().has_reason());
    assert!(!Waiver { reason: format!(" {REASON_TO_FILL}\n"), ..waiver() }.has_reason());
    assert!(!Waiver { reason: "  ".to_owned(), ..waiver() }.has_reason());
}

#[test]
fn a_baseline_is_valid_and_waits_for_its_reasons() {
    let mut other = finding();
    other.pointer = Some("/customers/3/status".to_owned());
    let text = baseline([&finding(), &other], Some(jiff::civil::date(2027, 1, 1)));
    assert_eq!(text.matches("[[waivers]]").count(), 1);
    assert!(text.contains("(2 places)") && text.contains("reason = \"\"") && text.contains("/customers/*/status"));
    let parsed: toml::Table = toml::from_str(&text).expect("a baseline is TOML");
    let entry: Waiver = parsed["waivers"][0].clone().try_into().expect("an entry is a waiver");
    assert!(entry.matches(&finding()));
}

#[test]
fn fronts_end_at_the_document() {
    assert_eq!(fronts("/a/b").collect::<Vec<_>>(), ["/a/b", "/a"]);
    assert_eq!(fronts("x/y.yaml#/a/b").collect::<Vec<_>>(), ["x/y.yaml#/a/b", "x/y.yaml#/a"]);
    assert_eq!(fronts("").collect::<Vec<_>>(), [""]);
}

/// A change that reaches operations, as a comparison names it.
fn named<'f>(operations: &[&[&'f str]]) -> Named<'f> {
    let operations = operations.iter().map(|names| names.to_vec()).collect();
    Named {
        id: "wrong-type",
        contract: None,
        fingerprint: "0123456789abcdef",
        operations,
        of_all: true,
        places: vec![],
    }
}

#[test]
fn a_change_is_accepted_where_all_that_it_reaches_are() {
    let list = Waiver { operation: Some("list*".to_owned()), ..waiver() };
    let (one, other) =
        (["GET /customers", "listCustomers"].as_slice(), ["GET /customers/{id}", "getCustomer"].as_slice());
    assert!(list.accepts(&named(&[one])) && !list.accepts(&named(&[one, other])) && !list.accepts(&named(&[])));
    assert!(list.accepts(&Named { of_all: false, ..named(&[one, other]) }));
    assert!(Waiver { operation: Some(String::new()), ..waiver() }.accepts(&named(&[other])), "empty is left out");
    let narrow = Waiver { contract: Some("maple".to_owned()), ..waiver() };
    assert!(narrow.accepts(&named(&[one])), "a comparison knows no contract");
    assert!(!narrow.accepts(&Named { contract: Some(Some("flexprice")), ..named(&[one]) }));
}

#[test]
fn a_place_is_itself_and_what_lies_below_in_one_file() {
    let covers = |place: &str, at: &str| {
        let waiver = Waiver { place: Some(place.to_owned()), ..waiver() };
        waiver.accepts(&Named { places: vec![at], ..named(&[]) })
    };
    assert!(covers("/a/*/c", "/a/b/c/d") && !covers("/a/*/c", "/a/b"));
    assert!(covers("/a/", "/a/b") && !covers("/a", "/ab"));
    assert!(covers("p.yaml#/a", "p.yaml#/a/b") && covers("*.yaml#/a", "p.yaml#/a"));
    assert!(!covers("/a", "p.yaml#/a") && !covers("p.yaml#/a", "/a"));
    assert!(covers("0123456789abcdef", "/x") && !covers("0123456789abcde0", "/x"));
    assert!(covers("", "/x"), "no place is every place");
}

#[test]
fn check_and_diff_read_a_place_alike() {
    let above = Waiver { place: Some("/customers".to_owned()), ..waiver() };
    let exact = Waiver { place: finding().pointer, ..waiver() };
    let beside = Waiver { place: Some("/custom".to_owned()), ..waiver() };
    assert!(above.matches(&finding()) && exact.matches(&finding()) && !beside.matches(&finding()));
}
