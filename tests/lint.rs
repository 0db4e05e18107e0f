//! Lint: each fault is found at its place, and sound documents are silent.

use contract_gate::diff::{Origin, Workspace};
use contract_gate::finding::Finding;
use contract_gate::lint::lint;

const SOUND: &str = r"
openapi: 3.0.3
info: {title: t, version: '1'}
x-contract:
  version: 1
  source: reference
  resources:
    customer: {schema: '#/components/schemas/Customer', key: /id, version: /updatedAt}
  tenancy: {slot: {header: Tenant-ID}, field: /tenant}
paths:
  /customers:
    get:
      operationId: listCustomers
      x-source: reference, list customers
      parameters:
        - {in: query, name: limit, schema: {type: integer, default: 50}, example: 25}
        - {in: query, name: after, schema: {type: string}}
        - {in: query, name: name, schema: {type: string}}
        - {in: header, name: Tenant-ID, required: true, schema: {type: string}}
      x-contract:
        lists:
          resource: customer
          items: /customers
          page:
            size: {slot: {query: limit}, default: 50, max: 100}
            next: {spot: /next, slot: {query: after}}
            more: /hasMore
            count: /count
          filters:
            name: {slot: {query: name}, field: /name}
          sort:
            default: {field: /updatedAt, as: instant, direction: descending}
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                properties:
                  customers: {type: array, items: {$ref: '#/components/schemas/Customer'}}
                  next: {type: string, nullable: true}
                  hasMore: {type: boolean}
                  count: {type: integer}
              example: {customers: [], hasMore: false, next: null, count: 0}
  /customers/{id}:
    get:
      operationId: getCustomer
      parameters:
        - {in: path, name: id, required: true, schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Customer'}}}}
components:
  schemas:
    Customer:
      type: object
      required: [id]
      x-rules:
        - {id: named, when: has(self.name), rule: self.name != '', message: no name, source: reference}
      properties:
        id: {type: string, example: c1}
        name: {type: string, pattern: '^.+$'}
        tenant: {type: string}
        updatedAt: {type: string, format: date-time}
";

fn linted(text: &str) -> Vec<Finding> {
    lint(&Workspace::parse("c.yaml", text).unwrap_or_else(|error| panic!("{error}\n{text}")))
}

/// Replaces one piece of the sound document and expects a finding of that id, whose title holds the text.
fn spoiled(from: &str, to: &str, id: &str, holds: &str) {
    assert!(SOUND.contains(from), "the sound document has no `{from}`");
    let text = SOUND.replacen(from, to, 1);
    let found = linted(&text);
    let hit = found.iter().find(|finding| finding.id == id && finding.title.contains(holds));
    let titles: Vec<_> = found.iter().map(|finding| (&finding.id, &finding.title)).collect();
    let hit = hit.unwrap_or_else(|| panic!("`{to}`: wanted `{id}` with `{holds}`, found {titles:#?}"));
    let place = hit.place.as_ref().expect("a finding of lint has a place");
    assert!(place.line > 1 && place.column >= 1, "{place:?}");
}

#[test]
fn a_sound_document_is_silent() {
    let found = linted(SOUND);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_shipped_contracts_are_sound() {
    for name in ["flexportal", "flexprice", "maple"] {
        let path = format!("{}/openapi/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
        let found = lint(&Workspace::read(&Origin::File(path.into())).expect("a shipped contract"));
        assert!(found.is_empty(), "{name}: {found:#?}");
    }
}

#[test]
fn references_and_operations() {
    spoiled(
        "$ref: '#/components/schemas/Customer'}}}",
        "$ref: '#/components/schemas/Custommer'}}}",
        "dangling-reference",
        "did you mean `#/components/schemas/Customer`",
    );
    spoiled("      operationId: getCustomer\n", "", "operation-id-missing", "GET /customers/{id}");
    spoiled("operationId: getCustomer", "operationId: listCustomers", "operation-id-repeated", "listCustomers");
    spoiled("in: path, name: id,", "in: path, name: ids,", "path-parameter-undeclared", "did you mean `ids`");
    spoiled("in: path, name: id, required: true,", "in: path, name: id,", "path-parameter-optional", "`id`");
    spoiled("name: after,", "name: limit,", "parameter-repeated", "`limit`");
}

#[test]
fn examples_defaults_and_patterns() {
    spoiled("example: 25", "example: many", "example-invalid", "example");
    spoiled("default: 50}, example", "default: lots}, example", "default-invalid", "default");
    spoiled("hasMore: false, next", "hasMore: 'no', next", "example-invalid", "/hasMore");
    spoiled("example: c1", "example: 1", "example-invalid", "example");
    spoiled("'^.+$'", "'^('", "pattern-invalid", "^(");
}

#[test]
fn the_vocabulary() {
    spoiled(
        "          items: /customers",
        "          itmes: /customers",
        "semantics-unknown-key",
        "did you mean `items`",
    );
    spoiled("default: 50, max: 100", "default: 50, maxx: 100", "semantics-unknown-key", "did you mean `max`");
    spoiled("direction: descending", "direction: down", "semantics-malformed", "x-contract");
    spoiled(
        "resource: customer\n          items",
        "resource: custommer\n          items",
        "semantics-points-nowhere",
        "did you mean `customer`",
    );
    spoiled("more: /hasMore", "more: /hasmore", "semantics-points-nowhere", "did you mean `hasMore`");
    spoiled("more: /hasMore", "more: /count", "semantics-points-nowhere", "does not fit");
    spoiled("slot: {query: after}", "slot: {query: afterr}", "semantics-points-nowhere", "did you mean `after`");
    spoiled("field: /name}", "field: /nam}", "semantics-points-nowhere", "did you mean `name`");
    spoiled("{header: Tenant-ID}", "{header: Tenant}", "semantics-points-nowhere", "Tenant");
    spoiled("key: /id, version", "key: /identity, version", "semantics-points-nowhere", "/identity");
}

#[test]
fn expressions_and_sources() {
    spoiled("self.name != ''", "self.name !=", "expression-invalid", "no CEL expression");
    spoiled("self.name != ''", "self.nmae != ''", "expression-invalid", "did you mean `name`");
    spoiled("self.name != ''", "nearly(self.name)", "expression-invalid", "nearly");
    spoiled("self.name != ''", "record.name != ''", "expression-invalid", "`record`");
    spoiled(", message: no name, source: reference", ", message: no name", "source-missing", "named");
    let text = SOUND
        .replace("  source: reference\n  resources", "  resources")
        .replace("      x-source: reference, list customers\n", "");
    assert!(linted(&text).iter().any(|finding| finding.id == "source-missing"), "{:#?}", linted(&text));
}
