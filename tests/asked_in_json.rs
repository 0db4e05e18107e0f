//! Lists that are asked in JSON, and in templates whose placeholders stand side by side: the lawful server is left in peace,
//! each fault is named by its check, and what one place of a request means is linted.

mod proving;
mod stub;

use axum::Router;
use axum::extract::RawQuery;
use axum::http::header;
use axum::routing::get;
use contract_gate::diff::Workspace;
use contract_gate::finding::Level;
use contract_gate::gate::Gate;
use contract_gate::lint;
use contract_gate::mock;

const LAWFUL: [&str; 6] =
    ["lawful", "one-record", "everything-ties", "whole-numbers-with-point", "constant-deletions", "empty-collection"];

/// Faults, with the check that names each first.
const NAMED: [(&str, &str, &str); 17] = [
    ("shelf", "filter-ignored", "filter-ignored"),
    ("shelf", "filter-combination-ignored", "filter-combination-wrong"),
    ("shelf", "filter-or-instead-of-and", "filter-combination-wrong"),
    ("shelf", "sort-direction-ignored", "sort-direction-ignored"),
    ("shelf", "sort-ignored", "sort-ignored"),
    ("shelf", "sort-reversed", "sort-order-wrong"),
    ("shelf", "sort-swaps-two-late", "sort-order-wrong"),
    ("shelf", "unknown-order-ignored", "sort-unknown-mishandled"),
    ("shelf", "record-listed-only-under-filter", "filter-reveals-unlisted-record"),
    ("shelf", "record-skipped-under-sort", "sort-loses-records"),
    ("shelf", "record-repeated-under-sort", "sort-repeats-records"),
    ("shelf", "optional-header-shows-one-record", "wrong-member"),
    ("log", "filter-combination-ignored", "filter-combination-wrong"),
    ("log", "sort-ignored", "sort-ignored"),
    ("log", "record-skipped", "record-skipped"),
    ("log", "size-off-by-one", "size-not-kept"),
    ("log", "items-null-when-empty", "list-refused"),
];

#[test]
fn lawful_servers_that_are_asked_in_json_are_left_in_peace() {
    for contract in ["shelf", "log"] {
        let matrix = proving::matrix(contract, &LAWFUL);
        assert!(matrix.rows.len() > 3, "{contract}");
        let accused: Vec<_> = matrix.wrong().map(|row| (row.id.clone(), row.problem.clone())).collect();
        assert!(accused.is_empty(), "{contract}: {accused:?}");
    }
}

#[test]
fn faults_of_such_servers_are_named_by_their_checks() {
    for contract in ["shelf", "log"] {
        let named: Vec<_> = NAMED.iter().filter(|(of, ..)| *of == contract).collect();
        let faults: Vec<&str> = named.iter().map(|(_, fault, _)| *fault).collect();
        let matrix = proving::matrix(contract, &faults);
        for (_, fault, check) in named {
            let row = matrix.rows.iter().find(|row| row.id == *fault).expect("the fault makes sense there");
            let told = (row.first.as_deref(), &row.also);
            assert!(row.right && row.first.as_deref() == Some(*check), "{contract} {fault}: {told:?}");
        }
    }
}

#[test]
fn what_hides_no_size_of_zero_and_no_error_body_makes_no_sense() {
    let matrix = proving::matrix("shelf", &["zero-size-gives-all"]);
    assert!(matrix.rows.is_empty(), "zero is a size there");
    let matrix = proving::matrix("log", &["error-body-undocumented", "error-body-undocumented-on-get"]);
    assert!(matrix.rows.is_empty(), "any object is an error there");
    let matrix = proving::matrix("shelf", &["error-body-undocumented"]);
    assert!(matrix.rows.iter().all(|row| row.right && row.not_applicable.is_none()) && !matrix.rows.is_empty());
}

fn shelf() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/shelf.yaml");
    std::fs::read_to_string(path).expect("is there")
}

/// Rules, levels and titles of what lint finds in a document that was changed.
fn linted(from: &str, to: &str) -> Vec<(String, Level, String)> {
    let text = shelf();
    assert!(text.contains(from), "{from}");
    let found = lint::lint(&Workspace::parse("api.yaml", &text.replacen(from, to, 1)).expect("is a document"));
    found.into_iter().map(|finding| (finding.id, finding.level, finding.title)).collect()
}

#[test]
fn one_place_means_one_thing() {
    assert!(linted("template: {price: {_gte: '{value}'}}", "template: {price: {_gte: '{value}'}}").is_empty());
    let twice = |from: &str, to: &str| {
        let found = linted(from, to);
        let [(id, level, title)] = &found[..] else { panic!("one finding: {found:?}") };
        (id.clone(), *level, title.clone())
    };
    let (id, level, title) = twice("template: {price: {_gte: '{value}'}}", "template: 'price>={value}'");
    assert_eq!((id.as_str(), level), ("filters-never-together", Level::Warn));
    assert!(title.contains("filter `state` and filter `from`"), "{title}");
    for (from, to) in [
        ("offset: {slot: {query: offset}", "offset: {slot: {query: limit}"),
        ("by: {slot: {query: sort}", "by: {slot: {query: code}"),
        ("code: {slot: {query: code}, ", "code: {slot: {query: filter}, template: {state: {_eq: '{value}'}}, "),
    ] {
        let (id, level, title) = twice(from, to);
        assert_eq!((id.as_str(), level), ("slot-taken-twice", Level::Deny), "{title}");
    }
}

#[test]
fn a_named_check_judges_as_in_a_whole_run() {
    let contract = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/shelf.yaml");
    let check = |fault: &str| {
        let gate = Gate::open(std::path::Path::new(contract)).expect("is a contract").only(["wrong-total"]);
        let fault = mock::Fault::find(fault);
        assert!(fault.is_some(), "is in the catalogue");
        gate.embedded(mock::Options { fault, ..mock::Options::default() }).check_blocking().expect("it runs")
    };
    // Only walks under filters show it, and none is planned for this check itself.
    let checked = check("total-is-page-count-under-filter");
    assert!(checked.findings().any(|finding| finding.id == "wrong-total" && finding.level == Level::Deny));
    assert!(check("sort-ignored").findings().all(|finding| finding.level != Level::Deny), "another check's fault");
}

const COMBINED_AS_NOTE: &str = r##"
openapi: 3.0.3
info: {title: Parts, version: 1.0.0}
x-contract:
  version: 1
  source: "ours: made up for this test"
  resources: {part: {schema: '#/components/schemas/Part', key: /id}}
paths:
  /parts:
    get:
      operationId: listParts
      x-source: "ours: made up for this test"
      x-contract:
        lists:
          resource: part
          items: /parts
          page: {size: {slot: {query: limit}, default: 20, max: 50}, offset: {slot: {query: offset}, first: 0}, total: /total}
          filters:
            kind: {slot: {query: kind}, field: /kind}
            color: {slot: {query: color}, field: /color}
          combine: note
      parameters:
        - {name: limit, in: query, schema: {type: integer, default: 20}}
        - {name: offset, in: query, schema: {type: integer, minimum: 0}}
        - {name: kind, in: query, schema: {type: string, enum: [a, b]}}
        - {name: color, in: query, schema: {type: string, enum: [red, blue, green]}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Page'}}}}
components:
  schemas:
    Page: {type: object, properties: {total: {type: integer}, parts: {type: array, items: {$ref: '#/components/schemas/Part'}}}}
    Part:
      type: object
      required: [id, kind, color]
      properties: {id: {type: string}, kind: {type: string, enum: [a, b]}, color: {type: string, enum: [red, blue, green]}}
"##;

/// A page of sixty parts: of two filters the second wins, and under any of them the total is one too high.
fn parts(query: &str) -> String {
    let sent = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let figure = |name: &str, usual: usize| sent(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
    let all = (0..60).map(|at| (at, ["a", "b"][at % 2], ["red", "blue", "green"][at % 3]));
    let fits = |(_, kind, color): &(usize, &str, &str)| match (sent("color"), sent("kind")) {
        (Some(wanted), _) => *color == wanted,
        (None, Some(wanted)) => *kind == wanted,
        (None, None) => true,
    };
    let fitting: Vec<_> = all.filter(fits).collect();
    let page = fitting.iter().skip(figure("offset", 0)).take(figure("limit", 20));
    let parts: Vec<_> = page
        .map(|(at, kind, color)| serde_json::json!({"id": format!("p{at}"), "kind": kind, "color": color}))
        .collect();
    let extra = usize::from(sent("kind").or(sent("color")).is_some());
    serde_json::json!({"parts": parts, "total": fitting.len() + extra}).to_string()
}

#[test]
fn what_is_only_noted_hides_no_violation() {
    let page = |RawQuery(query): RawQuery| async move {
        ([(header::CONTENT_TYPE, "application/json")], parts(&query.unwrap_or_default()))
    };
    let url = stub::serve_router(Router::new().route("/parts", get(page)));
    let checked = Gate::document("parts", COMBINED_AS_NOTE).expect("is a contract").base_url(url).check_blocking();
    let checked = checked.expect("it runs");
    let told = |id: &str, level: Level| checked.findings().any(|finding| finding.id == id && finding.level == level);
    assert!(told("filter-combination-wrong", Level::Note), "{:?}", checked.findings().collect::<Vec<_>>());
    assert!(told("wrong-total", Level::Deny), "{:?}", checked.findings().collect::<Vec<_>>());
}
