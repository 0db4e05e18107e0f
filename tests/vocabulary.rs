//! Lists of forms that the shipped contracts lack: records inside items, a link among others, decimals written as text, a
//! total of everything, pages that are numbered by the answers, a last page that comes again. The lawful server is left in
//! peace, and each fault is named by its check.

use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::diff::{Options, Workspace, compare};
use contract_gate::lint;
use contract_gate::prove::{Matrix, Scope, prove};

const SEARCH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/search.yaml");
const PAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/pages.yaml");

fn matrix(contract: &str, only: &[&str]) -> Matrix {
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let scope = Scope { contracts: vec![contract.to_owned()], only, ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("the embedded server starts")
}

/// Titles and rules of what lint finds in a document.
fn linted(text: &str) -> Vec<(String, String)> {
    let found = lint::lint(&Workspace::parse("api.yaml", text).expect("is a document"));
    found.into_iter().map(|finding| (finding.id, finding.title)).collect()
}

#[test]
fn lawful_servers_of_these_forms_are_left_in_peace() {
    for (contract, forms) in [
        (SEARCH, &["lawful", "extra-fields", "one-record", "everything-ties", "empty-collection"][..]),
        (PAGES, &["lawful", "one-record", "one-full-page", "empty-collection"][..]),
    ] {
        let matrix = matrix(contract, forms);
        assert!(matrix.rows.len() > 1, "{contract}: some of the forms make sense there");
        let accused: Vec<_> = matrix.wrong().map(|row| (row.id.clone(), row.problem.clone())).collect();
        assert!(accused.is_empty(), "{contract}: {accused:?}");
    }
}

/// Faults of these forms, with the check that names each first.
const NAMED: [(&str, &str, &str); 17] = [
    // The record inside an item is what the reader shows, what filters look at, and what is told apart by its key.
    (SEARCH, "get-differs-from-list", "member-differs-from-list"),
    (SEARCH, "record-repeated-once", "record-repeated"),
    (SEARCH, "filter-ignored", "filter-ignored"),
    (SEARCH, "required-field-missing-deep", "missing-required-field"),
    // One link among others.
    (SEARCH, "next-link-missing-late", "walk-ends-early"),
    // Decimals written as text.
    (SEARCH, "sort-ignored", "sort-ignored"),
    (SEARCH, "sort-reversed", "sort-order-wrong"),
    (SEARCH, "bound-read-loosely", "filter-lets-foreign-through"),
    // A total of everything that could be found.
    (SEARCH, "total-off-by-one", "wrong-total"),
    (SEARCH, "total-is-page-count-under-filter", "wrong-total"),
    // Numbers of pages.
    (PAGES, "page-count-wrong", "wrong-page-number"),
    (PAGES, "page-count-ignores-filter", "wrong-page-number"),
    (PAGES, "next-number-leaves-page-out", "wrong-page-number"),
    (PAGES, "next-number-on-last-page", "wrong-page-number"),
    (PAGES, "next-number-missing-late", "wrong-page-number"),
    // The last page once more.
    (PAGES, "past-end-shows-first-page", "past-end-mishandled"),
    (PAGES, "record-skipped", "record-skipped"),
];

#[test]
fn faults_of_these_forms_are_named_by_their_checks() {
    for contract in [SEARCH, PAGES] {
        let named = || NAMED.iter().filter(|(of, ..)| *of == contract);
        let faults: Vec<&str> = named().map(|(_, fault, _)| *fault).collect();
        let matrix = matrix(contract, &faults);
        for (_, fault, check) in named() {
            let row = matrix.rows.iter().find(|row| row.id == *fault).expect("the fault makes sense there");
            assert!(row.right && row.first.as_deref() == Some(*check), "{fault}: {:?}, then {:?}", row.first, row.also);
        }
    }
}

#[test]
fn documents_of_these_forms_are_sound_and_their_slips_are_told() {
    let search = std::fs::read_to_string(SEARCH).expect("is there");
    let pages = std::fs::read_to_string(PAGES).expect("is there");
    assert_eq!(linted(&search), []);
    assert_eq!(linted(&pages), []);
    for (text, from, to, rule, words) in [
        (
            &search,
            "item: /found/part",
            "item: /found/parts",
            "semantics-points-nowhere",
            "no schema declares `/found/parts`",
        ),
        (&search, "item: /found/part", "item: /score", "semantics-points-nowhere", "points to number"),
        (&search, "item: /found/part", "key: /found/part/sku", "record-wrapped", "stand at `/found/part` of each item"),
        (&search, "where: {rel: next,", "where: {rel: nxet,", "semantics-contradict", "`nxet` is not among the values"),
        (&search, "where: {rel: next,", "where: {relation: next,", "semantics-points-nowhere", "`/relation`"),
        (&search, "member: /href", "member: /url", "semantics-points-nowhere", "`/url`"),
        (&search, "array: /links", "array: /total", "semantics-points-nowhere", "points to integer"),
        (
            &search,
            "price: {type: string, format: decimal}",
            "price: {type: string}",
            "semantics-points-nowhere",
            "a text is sorted as a number",
        ),
        (&search, "of: collection", "of: everything", "semantics-malformed", "of"),
        (&pages, "next-number: /next", "next-number: /data", "semantics-points-nowhere", "points to array"),
        (
            &pages,
            "next-number: /next",
            "next: {spot: /next, slot: {query: page}}",
            "paging-declared-twice",
            "is `next-number`",
        ),
        (&pages, "number: {slot", "offset: {slot", "semantics-contradict", "beyond the end, but pages have no numbers"),
    ] {
        assert!(text.contains(from), "{from}");
        let found = linted(&text.replacen(from, to, 1));
        assert!(found.iter().any(|(id, title)| *id == rule && title.contains(words)), "{to}: {found:?}");
    }
}

#[test]
fn changes_of_these_clauses_are_classified() {
    let (search, pages) = (std::fs::read_to_string(SEARCH), std::fs::read_to_string(PAGES));
    let (search, pages) = (search.expect("is there"), pages.expect("is there"));
    let rules = |old: &str, new: &str| -> Vec<String> {
        let parse = |text: &str| Workspace::parse("api.yaml", text).expect("is a document");
        let outcome = compare(&parse(old), &parse(new), &Options::default()).expect("both can be compared");
        let ids = outcome.findings.into_iter().map(|finding| finding.id);
        ids.filter(|id| id != "version-not-raised").collect()
    };
    for (text, from, to, rule) in [
        (&search, "          item: /found/part\n", "", "collection-moved"),
        (&search, "{spot: /total, of: collection}", "/total", "total-meaning-changed"),
        (&search, "where: {rel: next,", "where: {rel: prev,", "paging-style-changed"),
        (&pages, "            pages: /pages\n", "", "promise-removed"),
        (&pages, "            next-number: /next\n", "            next-number: /pages\n", "promise-moved"),
        (&pages, "past-end: last", "past-end: empty", "past-end-changed"),
    ] {
        let changed = text.replacen(from, to, 1);
        assert_ne!(*text, changed, "{from}");
        assert_eq!(rules(text, &changed), [rule], "{from}");
        assert_eq!(rules(&changed, text).len(), 1, "{from}, the other way round");
    }
    assert!(
        rules(&search, &search.replacen("{spot: /total, of: collection}", "{of: collection, spot: /total}", 1))
            .is_empty()
    );
    assert!(rules(&pages, &pages.replacen("items: /data\n", "items: /data\n          item: ''\n", 1)).is_empty());
}

#[test]
fn a_search_is_read_as_it_is_written() {
    let contract = Arc::new(Contract::open(SEARCH).expect("is a contract"));
    let lists = contract.operation("searchParts").and_then(|operation| operation.clause.lists.as_ref()).expect("lists");
    let body =
        serde_json::json!({"hits": [{"score": 1.0, "found": {"index": "a", "part": {"sku": "p1"}}}, {"score": 0.5}]});
    let keys: Vec<_> = lists.records(&body).into_iter().map(|record| record.pointer("/sku").cloned()).collect();
    assert_eq!(keys, [Some("p1".into()), None]);
    assert_eq!(lists.place(3), "/hits/3/found/part");
}
