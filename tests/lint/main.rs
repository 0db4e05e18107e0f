//! Lint: each fault is found at its place, and sound documents are silent.

mod semantics;

use contract_gate::diff::{Origin, Workspace};
use contract_gate::finding::{Finding, Level};
use contract_gate::lint::lint;

#[expect(unreachable_pub, reason = "other tests use it as a module of theirs")]
#[path = "../report_stream/valid.rs"]
mod valid;

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
    spoiled("'^.+$'", "'^[a-z'", "pattern-invalid", "^[a-z");
    spoiled("'^.+$'", r"'^[\w-.]+$'", "pattern-invalid", r"[\w-.]");
}

#[test]
fn every_rule_is_described() {
    for rule in contract_gate::lint::RULES {
        assert!(
            ["## Why it matters", "## Example", "## Source"].iter().all(|part| rule.doc.contains(part)),
            "{}",
            rule.id
        );
        let level = format!("{:?}", rule.level).to_lowercase();
        assert!(
            rule.doc.lines().nth(1).is_some_and(|line| line.starts_with(&format!(" Level: {level}"))),
            "{}",
            rule.id
        );
        assert!(!rule.why().is_empty() && !rule.why().ends_with('.'), "{}: {}", rule.id, rule.why());
    }
    assert!(contract_gate::lint::RULES.is_sorted_by_key(|rule| rule.id));
    let why = |id: &str| contract_gate::lint::rule(id).expect("a rule").why();
    assert_eq!(why("limits-contradict"), "no value can satisfy both");
    assert_eq!(why("items-missing"), "OpenAPI asks for it, and nobody knows what the list holds");
    assert_eq!(why("paging-declared-twice"), "a walk follows one of them, and the other is never tried");
}

#[test]
fn reports_are_what_their_readers_accept() {
    use contract_gate::diff::render::Format;
    use contract_gate::lint::{Linted, Manner, SCHEMA, render};
    let unsound = linted(&SOUND.replace("      operationId: getCustomer\n", ""));
    let all = [
        Linted { name: "bad.yaml".to_owned(), findings: unsound },
        Linted { name: "good.yaml".to_owned(), findings: Vec::new() },
    ];
    for format in Format::ALL {
        let text = render(format, &all, Manner::default());
        assert!(text.contains("operation-id-missing"), "{}: {text}", format.name());
    }
    let quiet = Manner { quiet: true, ..Manner::default() };
    let doubtful = [Linted { name: "d.yaml".to_owned(), findings: of_schema("{type: string, enum: []}") }];
    for (manner, told) in [(Manner::default(), true), (quiet, false), (Manner { strict: true, ..quiet }, true)] {
        let text = render(Format::Human, &doubtful, manner);
        assert_eq!(text.contains("enum-empty"), told, "{text}");
        assert!(text.contains("d.yaml: sound, 0 errors, 1 warning"), "{text}");
    }
    valid::is_sarif(&render(Format::Sarif, &all, Manner::default()));
    valid::is_junit(&render(Format::Junit, &all, Manner::default()));
    assert!(render(Format::Junit, &all, Manner::default()).contains("failures=\"1\""));
    valid::valid(SCHEMA, None, &serde_json::from_str(&render(Format::Json, &all, Manner::default())).expect("JSON"));
}

#[test]
fn figures_beyond_json_and_fields_of_swagger_2() {
    let found = of_schema("{type: number, maximum: 1e400}");
    assert!(found.iter().any(|finding| finding.title.contains("a number beyond those of JSON")), "{found:#?}");
    spoiled("name: after, schema: {type: string}", "name: after, type: string", "field-unknown", "inside `schema`");
}

/// Lints a document made of a head and one schema called `S`.
fn of_schema(schema: &str) -> Vec<Finding> {
    linted(&format!(
        "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths: {{}}\ncomponents: {{schemas: {{S: {schema}}}}}\n"
    ))
}

#[test]
fn names_are_looked_up_wherever_letters_beyond_ascii_stand() {
    let rule = "rule: self.name != '',";
    spoiled(rule, "rule: self.nmae != 'Zü',", "expression-invalid", "did you mean `name`");
    spoiled(rule, "rule: self.name != 'ü' && nowhere('ü'),", "expression-invalid", "calls `nowhere`");
    spoiled(rule, "rule: self.name != 'ü' && response.body != 1,", "expression-invalid", "`response.body`");
}

#[test]
fn only_comprehensions_bind_names_and_only_hints_make_values_up() {
    let rule = "rule: self.name != '',";
    spoiled(rule, "rule: 'near(totl, 1.0, 0.1)',", "expression-invalid", "reads `totl`");
    spoiled(rule, "rule: 'self.name != pick([\"a\"])',", "expression-invalid", "which only `x-mock` has");
    let bound = SOUND.replacen(rule, "rule: '[self.name].all(one, one != \"(\")',", 1);
    assert!(linted(&bound).is_empty(), "{:#?}", linted(&bound));
    let hint = SOUND.replacen("{type: string, example: c1}", "{type: string, x-mock: 'pick([\"a\"]) + string(i)'}", 1);
    assert!(linted(&hint).is_empty(), "{:#?}", linted(&hint));
}

/// A union whose variants lead back to it was followed once for every way there.
#[test]
fn unions_that_refer_to_themselves_are_looked_at_once() {
    let variant = "{type: object, properties: {a: {$ref: '#/components/schemas/S'}, id: {type: string}}}";
    let union = format!("    S:\n      anyOf: [{}]\n    Customer:\n", vec![variant; 200].join(", "));
    let deep = "/a".repeat(300);
    let text = SOUND
        .replacen("    Customer:\n", &union, 1)
        .replacen("schemas/Customer', key: /id", &format!("schemas/S', key: {deep}/id"), 1)
        .replacen("rule: self.name != ''", &format!("rule: self.s{}.id != ''", deep.replace('/', ".")), 1)
        .replacen(
            "      properties:\n        id:",
            "      properties:\n        s: {$ref: '#/components/schemas/S'}\n        id:",
            1,
        );
    let start = std::time::Instant::now();
    let found = linted(&text);
    assert!(start.elapsed() < std::time::Duration::from_secs(30), "{:?}", start.elapsed());
    let titles: Vec<_> = found.iter().map(|finding| finding.title.as_str()).collect();
    assert_eq!(
        titles,
        ["no schema declares `/updatedAt`", "no resource has the field `/tenant` that shows the tenant"]
    );
}

#[test]
fn the_structure_is_that_of_the_specification() {
    for (schema, id, holds) in [
        ("{type: strin}", "field-malformed", "did you mean `string`"),
        ("text", "field-malformed", "must be a schema"),
        ("{properties: [a]}", "field-malformed", "`properties` must be a mapping"),
        ("{type: object, required: true}", "field-malformed", "listed by name"),
        ("{type: integer, minimum: '5'}", "field-malformed", "`minimum` must be a number"),
        ("{type: string, maxLength: -1}", "field-malformed", "`maxLength`"),
        ("{type: string, maxlength: 1}", "field-unknown", "did you mean `maxLength`"),
        ("{type: integer, minimum: 10, maximum: 5}", "limits-contradict", "above"),
        ("{type: array}", "items-missing", "items"),
        ("{type: string, enum: [a, 3]}", "enum-value-unfit", "`3`"),
        ("{$ref: '#/components/schemas/S'}", "reference-circle", "`S`"),
        ("{allOf: [{$ref: '#/components/schemas/S'}]}", "reference-circle", "`S`"),
        (
            "{type: object, discriminator: {propertyName: k, mapping: {a: '#/components/schemas/No'}}}",
            "dangling-reference",
            "selects nothing",
        ),
    ] {
        let found = of_schema(schema);
        let hit = found.iter().find(|finding| finding.id == id && finding.title.contains(holds));
        let hit = hit.unwrap_or_else(|| panic!("`{schema}`: wanted `{id}` with `{holds}`, found {found:#?}"));
        assert_eq!(hit.level, Level::Deny, "{schema}");
        assert!(hit.place.as_ref().is_some_and(|place| place.line == 4), "{schema}: {:?}", hit.place);
    }
    spoiled("info: {title: t, version: '1'}\n", "", "field-missing", "`info`");
    spoiled("{description: ok, content", "{content", "field-missing", "`description`");
    spoiled("        '200': {d", "        '2000': {d", "status-invalid", "2000");
    spoiled("paths:\n", "security: [{key: []}]\npaths:\n", "security-scheme-undefined", "`key`");
}

#[test]
fn keywords_of_later_versions_are_doubtful_and_newer_documents_judged_in_part() {
    let found = of_schema("{type: string, examples: [a]}");
    assert!(found.iter().all(|finding| finding.level < Level::Deny) && !found.is_empty(), "{found:#?}");
    let found = linted("openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\n");
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].id.as_str(), found[0].level), ("version-judged-in-part", Level::Warn));
}

#[test]
fn examples_weigh_less_where_nothing_is_promised() {
    let found = of_schema("{type: object, required: [a, b], properties: {a: {type: string}}, example: {}}");
    let [only] = found.as_slice() else { panic!("one finding per example: {found:#?}") };
    assert_eq!((only.id.as_str(), only.level), ("example-invalid", Level::Warn));
    assert!(only.title.contains("and 1 more"), "{}", only.title);
}

#[test]
fn json_is_read_to_the_letter() {
    let lint_json = |text: &str| lint(&Workspace::parse("c.json", text).unwrap_or_else(|error| panic!("{error}")));
    let good = r#"{"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "paths": {}}"#;
    assert!(lint_json(good).is_empty());
    for (from, to, holds) in
        [("{}}", "{},}", "trailing"), ("\"paths\": {}", "\"paths\": {}, \"paths\": {}", "stands twice")]
    {
        let found = lint_json(&good.replace(from, to));
        let hit = found.iter().find(|finding| finding.id == "json-invalid" && finding.title.contains(holds));
        let column = hit.and_then(|hit| hit.place.as_ref()).map(|place| place.column);
        assert!(column.is_some_and(|column| column > 60), "{found:#?}");
    }
}

#[test]
fn warnings_alone_do_not_fail() {
    let path = std::env::temp_dir().join(format!("contract-gate-lint-{}.yaml", std::process::id()));
    let text =
        "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {/a: {get: {responses: {'200': {description: ok}}}}}\n";
    std::fs::write(&path, text).expect("the temporary folder can be written");
    let run = |more: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_contract-gate"))
            .arg("lint")
            .arg(&path)
            .args(more)
            .output()
            .expect("the binary runs");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let ((code, text), (strict, _)) = (run(&[]), run(&["--strict"]));
    let _ = std::fs::remove_file(&path);
    assert_eq!((code, strict), (Some(0), Some(1)), "{text}");
    assert!(text.ends_with("sound, 0 errors, 1 warning\n"), "{text}");
}

#[test]
fn what_is_named_is_declared() {
    let missing = linted(
        &SOUND.replace("items: {$ref: '#/components/schemas/Customer'}", "items: {$ref: '#/components/schemas/Nope'}"),
    );
    let title = missing.iter().find(|finding| finding.id == "dangling-reference").map(|finding| finding.title.as_str());
    assert_eq!(title, Some("a reference leads nowhere: `#/components/schemas/Nope`"), "nothing is near");
    let link = "'200': {description: ok, links: {again: {operationId: getCustmer}}, content";
    spoiled("'200': {description: ok, content", link, "link-target-unknown", "did you mean `getCustomer`?");
    let server = "servers: [{url: 'https://{region}.x.test', variables: {zone: {default: a}}}]\npaths:\n";
    spoiled("paths:\n", server, "server-variable-undeclared", "`region`");
    let put = "  /customers/{key}:\n    put:\n      operationId: putCustomer\n      parameters:\n        - {in: path, name: key, required: true, schema: {type: string}}\n      responses: {'204': {description: done}}\ncomponents:\n";
    spoiled("components:\n", put, "path-repeated", "`/customers/{id}` and `/customers/{key}` are one path");
    spoiled(
        "schemas:\n    Customer:",
        "schemas:\n    A b: {type: string}\n    Customer:",
        "component-name-invalid",
        "`A b`",
    );
}

#[test]
fn security_schemes_say_how_they_are_used() {
    let with = |scheme: &str, asked: &str| {
        linted(&format!(
            "openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\nsecurity: [{{k: [{asked}]}}]\npaths: {{}}\ncomponents: {{securitySchemes: {{k: {scheme}}}}}\n"
        ))
    };
    let flows = "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://x.test/', scopes: {read: r}}}}";
    for (scheme, asked, id, holds) in [
        ("{type: http}", "", "field-missing", "`scheme`"),
        ("{type: apiKey, name: k}", "", "field-missing", "`in`"),
        ("{type: oauth2}", "", "field-missing", "`flows`"),
        (flows, "reed", "security-scope-undefined", "did you mean `read`?"),
    ] {
        let found = with(scheme, asked);
        assert!(found.iter().any(|finding| finding.id == id && finding.title.contains(holds)), "{scheme}: {found:#?}");
    }
    for (scheme, asked) in
        [(flows, "read"), ("{type: http, scheme: bearer}", "any"), ("{type: apiKey, name: k, in: query}", "")]
    {
        let found = with(scheme, asked);
        assert!(found.is_empty(), "{scheme}: {found:#?}");
    }
}

#[test]
fn keywords_that_contradict_or_repeat_each_other() {
    for (schema, id, level) in [
        ("{type: string, enum: []}", "enum-empty", Level::Warn),
        ("{type: object, required: [x, x]}", "required-repeated", Level::Warn),
        ("{properties: {a: {type: string, readOnly: true, writeOnly: true}}}", "access-contradicts", Level::Deny),
    ] {
        let found = of_schema(schema);
        assert!(found.iter().any(|finding| finding.id == id && finding.level == level), "{schema}: {found:#?}");
    }
    assert!(of_schema("{properties: {a: {type: string, readOnly: true, writeOnly: false}}}").is_empty());
}
