//! Filters of kinds that the shipped contracts lack: rules whose values overlap, a value that lifts the default view, a
//! bound, lists of texts with commas in them. The lawful server is left in peace, and each fault is named by its check.

mod proving;

use contract_gate::prove::Matrix;

fn matrix(only: &[&str]) -> Matrix {
    proving::matrix("board", only)
}

#[test]
fn a_lawful_server_may_show_a_record_under_two_values_of_a_rule() {
    let matrix = matrix(&["lawful", "nanoseconds-apart", "everything-ties", "one-record"]);
    assert_eq!(matrix.rows.len(), 4);
    let accused: Vec<_> = matrix.wrong().map(|row| (row.id.clone(), row.problem.clone())).collect();
    assert!(accused.is_empty(), "{accused:?}");
}

/// Faults of filters, with the check that names each first.
const NAMED: [(&str, &str); 9] = [
    ("filter-or-instead-of-and", "filter-combination-wrong"),
    ("filter-combination-ignored", "filter-combination-wrong"),
    ("sort-ignored-under-filter", "sort-with-filter-wrong"),
    ("filter-ignored-after-first-page", "cursor-loses-filter"),
    ("filter-ignored-on-first-page", "filter-ignored"),
    ("bound-read-loosely", "filter-lets-foreign-through"),
    ("wide-value-shows-default", "filter-drops-records"),
    ("list-filter-splits-commas", "filter-misreads-special-characters"),
    ("text-order-loses-record", "sort-loses-records"),
];

#[test]
fn faults_of_rules_bounds_and_lists_are_named_by_their_checks() {
    let faults: Vec<&str> = NAMED.iter().map(|(fault, _)| *fault).collect();
    let matrix = matrix(&faults);
    for (fault, check) in NAMED {
        let row = matrix.rows.iter().find(|row| row.id == fault).expect("the fault makes sense there");
        assert!(row.right && row.first.as_deref() == Some(check), "{fault}: {:?}, then {:?}", row.first, row.also);
    }
}
