//! What a caller has to show.

use crate::rows::Verdict::{self, Breaking, Safe, Silent};
use crate::rows::{check, with_operation};

/// What all operations require, and what this one does.
type Requirement = (&'static str, &'static str);

const ROWS: &[(&str, Requirement, Requirement, Verdict)] = &[
    ("first requirement", ("", ""), ("", ", security: [{key: []}]"), Breaking),
    ("first global requirement", ("", ""), ("security: [{key: []}]\n", ""), Breaking),
    ("global moved to the operation", ("security: [{key: []}]\n", ""), ("", ", security: [{key: []}]"), Silent),
    ("alternative added", ("", ", security: [{key: []}]"), ("", ", security: [{key: []}, {bearer: []}]"), Safe),
    ("alternative removed", ("", ", security: [{key: []}, {bearer: []}]"), ("", ", security: [{key: []}]"), Breaking),
    ("replaced", ("", ", security: [{key: []}]"), ("", ", security: [{bearer: []}]"), Breaking),
    ("second needed as well", ("", ", security: [{key: []}]"), ("", ", security: [{key: [], bearer: []}]"), Breaking),
    ("dropped", ("", ", security: [{key: []}]"), ("", ""), Safe),
    ("opened by an empty list", ("security: [{key: []}]\n", ""), ("security: [{key: []}]\n", ", security: []"), Safe),
    ("scope added", ("", ", security: [{oauth: [read]}]"), ("", ", security: [{oauth: [read, write]}]"), Breaking),
    ("scope removed", ("", ", security: [{oauth: [read, write]}]"), ("", ", security: [{oauth: [read]}]"), Safe),
    ("anonymous kept", ("", ", security: [{}]"), ("", ", security: [{}, {key: []}]"), Safe),
    ("anonymous withdrawn", ("", ", security: [{}, {key: []}]"), ("", ", security: [{key: []}]"), Breaking),
    ("order of scopes", ("", ", security: [{oauth: [a, b]}]"), ("", ", security: [{oauth: [b, a]}]"), Silent),
];

#[test]
fn security() {
    let schemes = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, again: {type: apiKey, in: header, name: x-key}, bearer: {type: http, scheme: bearer}, oauth: {type: oauth2, flows: {}}}}\n";
    let make = |global: &str, own: &str| format!("{}{global}{schemes}", with_operation(own));
    let mut faults = Vec::new();
    for (name, old, new, wanted) in ROWS {
        check(&mut faults, name, *wanted, &make(old.0, old.1), &make(new.0, new.1));
    }
    let key = make("", ", security: [{key: []}]");
    let moved = key.replace("in: header, name: X-Key", "in: query, name: key");
    check(&mut faults, "key moved", Breaking, &key, &moved);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
