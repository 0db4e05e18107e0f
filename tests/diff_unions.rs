//! Unions, openness and proofs: one edit of a union told once, and nothing of what stayed as it was; what fits several
//! variants, what only an open variant lets through, and that every proof that is printed holds by the documents as
//! they are written.

use contract_gate::diff::{Options, Outcome, Workspace, compare};
use contract_gate::finding::{Finding, Level};

/// A document with one schema, in a request or in an answer.
fn document(schema: &str, request: bool) -> Workspace {
    let content = format!("{{content: {{application/json: {{schema: {schema}}}}}");
    let operation = match request {
        true => format!(
            "post: {{operationId: x, requestBody: {content}, required: true}}, responses: {{'200': {{description: ok}}}}}}"
        ),
        false => format!("get: {{operationId: x, responses: {{'200': {content}, description: ok}}}}}}"),
    };
    let text = format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\npaths:\n  /x:\n    {operation}\n");
    Workspace::parse("x.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The findings on a schema that became another, those about the version left out.
fn found(old: &str, new: &str, request: bool) -> Vec<Finding> {
    let outcome = compare(&document(old, request), &document(new, request), &Options::default());
    let findings = outcome.unwrap_or_else(|error| panic!("{error}")).findings;
    findings.into_iter().filter(|finding| !finding.id.starts_with("version-")).collect()
}

fn ids(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.id.as_str()).collect()
}

const TWO: &str = "{anyOf: [{type: string}, {type: number}]}";
const SIX: &str = "{anyOf: [{type: string}, {type: number}, {type: integer}, {type: boolean}, {type: array, items: {}}, {type: object}]}";

#[test]
fn types_that_join_or_leave_a_union_in_one_edit_are_one_change() {
    for (old, new, id) in [(TWO, SIX, "variant-added"), (SIX, TWO, "variant-removed")] {
        for request in [true, false] {
            let findings = found(old, new, request);
            assert_eq!(ids(&findings), [id], "{findings:#?}");
            assert!(
                findings[0].title.ends_with("one of boolean, one of array, one of object"),
                "{}",
                findings[0].title
            );
            let place = if id == "variant-added" { &findings[0].place } else { &findings[0].old_place };
            let place = place.as_ref().expect("a change has a place");
            assert!(place.pointer.ends_with("/anyOf"), "{}", place.pointer);
        }
    }
    let answered = &found(TWO, SIX, false)[0];
    assert_eq!(answered.witness.as_deref(), Some("GET /x 200 true may be answered now and was ruled out before"));
    // Two of one kind are told apart by their places.
    let objects = "{anyOf: [{type: string}, {type: object, required: [a]}, {type: object, required: [b]}]}";
    let findings = found("{anyOf: [{type: string}, {type: boolean}]}", objects, false);
    assert_eq!(ids(&findings), ["variant-added", "variant-added", "variant-removed"], "{findings:#?}");
}

#[test]
fn what_every_value_satisfies_is_no_constraint() {
    let findings = found("{type: string}", "{}", true);
    let widened = findings.iter().find(|finding| finding.id == "type-widened").expect("any type may come");
    assert_eq!((widened.expected.as_str(), widened.actual.as_str()), ("string", "no constraint"));
}

#[test]
fn a_value_that_a_not_rules_out_was_never_there() {
    let without = "{type: string, enum: [a, b]}";
    for not in ["{pattern: ^c}", "{enum: [cc]}", "{type: string, enum: [cc, d]}", "{minLength: 2}"] {
        let with = format!("{{type: string, enum: [a, b, cc], not: {not}}}");
        for (old, new) in [(with.as_str(), without), (without, with.as_str())] {
            for request in [true, false] {
                let findings = found(old, new, request);
                assert!(findings.is_empty(), "{old} -> {new}: {findings:#?}");
            }
        }
    }
    let with = "{type: string, enum: [a, b, cc], not: {pattern: ^c}}";
    assert_eq!(ids(&found(with, "{type: string, enum: [a], not: {pattern: ^c}}", true)), ["enum-value-removed"]);
    assert_eq!(ids(&found(with, "{type: string, enum: [a, b, cc]}", false)), ["enum-value-added"]);
}

#[test]
fn a_union_that_is_written_as_one_schema_gains_nothing() {
    for (union, schema) in [
        ("{oneOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}", "{type: string, enum: [a, b]}"),
        ("{anyOf: [{type: string, enum: [a, b]}, {type: string, enum: [b, c]}]}", "{type: string, enum: [c, b, a]}"),
        ("{anyOf: [{type: integer, maximum: 5}, {type: integer, minimum: 4}]}", "{type: integer}"),
    ] {
        for (old, new) in [(union, schema), (schema, union)] {
            for request in [true, false] {
                let findings = found(old, new, request);
                assert!(findings.is_empty(), "{old} -> {new}: {findings:#?}");
            }
        }
    }
    let union = "{anyOf: [{type: string, enum: [a]}, {type: string, enum: [b]}]}";
    for (request, titled) in [(true, "`\"c\"`"), (false, "`\"c\"`")] {
        let findings = found(union, "{type: string, enum: [a, b, c]}", request);
        assert_eq!(ids(&findings), ["enum-value-added"], "{findings:#?}");
        assert!(findings[0].title.ends_with(titled), "{}", findings[0].title);
    }
}

const HEAD: &str = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\n";

fn compared(old: &str, new: &str) -> Outcome {
    let read = |name: &str, text: &str| Workspace::parse(name, text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), ..Options::default() };
    compare(&read("old.yaml", old), &read("new.yaml", new), &options).unwrap_or_else(|error| panic!("{error}"))
}

fn request(schema: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    post:\n      requestBody: {{content: {{application/json: {{schema: {schema}}}}}}}\n      \
         responses: {{'204': {{description: done}}}}\n"
    )
}

fn response(schema: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      responses: {{'200': {{description: ok, content: {{application/json: {{schema: {schema}}}}}}}}}\n"
    )
}

fn query(schema: &str) -> String {
    format!(
        "{HEAD}paths:\n  /things:\n    get:\n      parameters: [{{name: q, in: query, schema: {schema}}}]\n      \
         responses: {{'204': {{description: done}}}}\n"
    )
}

/// Rule and level of every finding that is no note, and the level at most where there is none.
fn grave(outcome: &Outcome) -> Vec<(&str, Level)> {
    let grave = outcome.findings.iter().filter(|finding| finding.level > Level::Note);
    grave.map(|finding| (finding.id.as_str(), finding.level)).collect()
}

fn only<'o>(outcome: &'o Outcome, id: &str) -> &'o Finding {
    let found: Vec<&Finding> = outcome.findings.iter().filter(|finding| finding.id == id).collect();
    assert_eq!(found.len(), 1, "{id}: {:?}", outcome.findings);
    found[0]
}

const NAMED: &str = "{type: object, required: [name], additionalProperties: false, properties: {name: {type: string}, vat: {type: string}}}";
const DRAFT: &str = "{type: object, additionalProperties: false, properties: {name: {type: string}, vat: {type: string}, draft: {type: boolean}}}";

#[test]
fn a_second_variant_that_holds_the_first_refuses_what_fits_both() {
    let union = format!("{{oneOf: [{NAMED}, {DRAFT}]}}");
    let outcome = compared(&request(NAMED), &request(&union));
    assert_eq!(grave(&outcome), [("variants-overlap", Level::Deny)]);
    let proof = only(&outcome, "variants-overlap").witness.as_deref();
    assert_eq!(proof, Some("POST /things {\"name\":\"\"} was accepted and is refused now"));
    // An `anyOf` takes what fits several, and the way back takes more.
    assert_eq!(grave(&compared(&request(NAMED), &request(&union.replace("oneOf", "anyOf")))), []);
    assert_eq!(grave(&compared(&request(&union), &request(NAMED))), [("variant-removed", Level::Deny)]);
    let mirrored = compared(&response(&union), &response(&format!("{{anyOf: [{NAMED}, {DRAFT}]}}")));
    assert_eq!(grave(&mirrored), [("overlap-allowed", Level::Deny)]);
}

#[test]
fn open_variants_that_share_a_property_overlap_by_what_both_declare_only() {
    let open = |extra: &str| {
        format!(
            "{{type: object, required: [id, {extra}], properties: {{id: {{type: string}}, {extra}: {{type: string}}}}}}"
        )
    };
    let (cat, dog) = (open("cat"), open("dog"));
    let old = format!("{{anyOf: [{cat}, {dog}]}}");
    let one = format!("{{oneOf: [{cat}]}}");
    let two = format!("{{oneOf: [{cat}, {dog}]}}");
    assert_eq!(grave(&compared(&request(&one), &request(&two))), [], "each requires what the other does not know");
    assert!(!grave(&compared(&request(&old), &request(&two))).is_empty(), "an `anyOf` allowed both at once");
}

#[test]
fn null_that_several_variants_take_is_refused_by_a_one_of() {
    let old = "{type: string, nullable: true}";
    let new = "{oneOf: [{type: string, nullable: true}, {type: integer, nullable: true}]}";
    let outcome = compared(&request(old), &request(new));
    assert_eq!(grave(&outcome), [("variants-overlap", Level::Deny)]);
    let proof = only(&outcome, "variants-overlap").witness.as_deref();
    assert_eq!(proof, Some("POST /things null was accepted and is refused now"));
    let once = "{oneOf: [{type: string, nullable: true}, {type: integer}]}";
    assert_eq!(grave(&compared(&request(old), &request(once))), []);
    assert_eq!(grave(&compared(&request(new), &request(new))), []);
}

#[test]
fn what_is_required_without_a_declaration_may_be_anything() {
    let (old, new) =
        ("{type: object, required: [c]}", "{type: object, required: [c], properties: {c: {type: integer}}}");
    let outcome = compared(&request(old), &request(new));
    assert_eq!(grave(&outcome), [("type-narrowed", Level::Deny)]);
    assert!(outcome.findings.iter().all(|finding| !finding.title.contains("optional property")));
    let proof = only(&outcome, "type-narrowed").witness.as_deref();
    assert_eq!(proof, Some("POST /things {\"c\":\"\"} was accepted and is refused now"));
    assert_eq!(grave(&compared(&response(old), &response(new))), []);
    assert_eq!(grave(&compared(&response(new), &response(old))), [("type-widened", Level::Deny)]);
    assert_eq!(grave(&compared(&request(new), &request(old))), []);
}

#[test]
fn a_variant_that_only_openness_lets_through_is_undecided_beside_one_kin_and_beside_many() {
    let plain = "{type: object, required: [id], properties: {id: {type: string}}}";
    let more = |name: &str| {
        format!(
            "{{type: object, required: [id, {name}], properties: {{id: {{type: string}}, {name}: {{type: string}}}}}}"
        )
    };
    let (label, blocking) = (more("label"), more("blocking"));
    for old in [plain.to_owned(), format!("{plain}, {label}")] {
        let new = format!("{{oneOf: [{old}, {blocking}]}}");
        let old = format!("{{oneOf: [{old}]}}");
        let outcome = compared(&response(&old), &response(&new));
        assert_eq!(grave(&outcome), [("variant-added", Level::Warn)], "{old}\n{new}");
        let finding = only(&outcome, "variant-added");
        assert!(finding.expected.contains("only because they are open"), "{}", finding.expected);
        let removed = compared(&request(&new), &request(&old));
        assert_eq!(grave(&removed), [("variant-removed", Level::Warn)]);
    }
    // A closed variant lets nothing through.
    let closed = "{type: object, required: [id], additionalProperties: false, properties: {id: {type: string}}}";
    let new = format!("{{oneOf: [{closed}, {blocking}]}}");
    let outcome = compared(&response(&format!("{{oneOf: [{closed}]}}")), &response(&new));
    assert_eq!(only(&outcome, "variant-added").level, Level::Deny);
}

#[test]
fn a_variant_that_openness_lets_through_is_told_apart_from_those_that_nobody_takes() {
    let (id, more) = ("id: {type: string}", "blocking: {type: string}");
    let plain = format!("{{type: string}}, {{type: object, required: [id], properties: {{{id}}}}}");
    let blocking = format!("{{type: object, required: [id, blocking], properties: {{{id}, {more}}}}}");
    let few = format!("{{oneOf: [{plain}]}}");
    let many = format!("{{oneOf: [{plain}, {{type: boolean}}, {blocking}, {{type: integer}}]}}");
    for (outcome, id) in [
        (compared(&response(&few), &response(&many)), "variant-added"),
        (compared(&request(&many), &request(&few)), "variant-removed"),
    ] {
        assert_eq!(grave(&outcome), [(id, Level::Deny), (id, Level::Warn)], "{:?}", outcome.findings);
        let titled = |level: Level| outcome.findings.iter().find(|finding| finding.level == level);
        let titles = [Level::Deny, Level::Warn].map(|level| titled(level).map(|finding| finding.title.clone()));
        assert!(
            titles[0].as_ref().is_some_and(|title| title.ends_with("one of boolean, one of integer")),
            "{titles:?}"
        );
        assert!(titles[1].as_ref().is_some_and(|title| title.ends_with(": one of object")), "{titles:?}");
    }
}

#[test]
fn no_proof_is_printed_that_the_letter_of_a_document_refutes() {
    let outcome = compared(&request("{}"), &request("{properties: {a: {type: string}}}"));
    let finding = only(&outcome, "type-narrowed");
    assert_eq!(finding.witness, None, "0 still satisfies a schema without `type`");
    assert_eq!(finding.facts.get("unproved").map(String::as_str), Some("no proof was found"));
    assert_eq!(
        grave(&compared(&request("{}"), &request("{properties: {}}"))),
        [],
        "an empty `properties` says nothing"
    );
    let typed = compared(&request("{}"), &request("{type: object, properties: {a: {type: string}}}"));
    assert!(only(&typed, "type-narrowed").witness.is_some());
}

#[test]
fn breaks_beyond_the_limit_say_that_no_proof_was_looked_for() {
    let members = |kind: &str| (0..130).map(|at| format!("p{at}: {{type: {kind}}}")).collect::<Vec<_>>().join(", ");
    let object = |kind: &str| format!("{{type: object, properties: {{{}}}}}", members(kind));
    let outcome = compared(&request(&object("string")), &request(&object("boolean")));
    let proven = outcome.findings.iter().filter(|finding| finding.witness.is_some()).count();
    let told: Vec<&String> = outcome.findings.iter().filter_map(|finding| finding.facts.get("unproved")).collect();
    assert_eq!((proven, told.len()), (120, 10));
    assert!(told.iter().all(|why| why.contains("first 120 breaks")), "{told:?}");
}

#[test]
fn proofs_are_made_for_formats_steps_and_lengths() {
    let uri = |most: u32| format!("{{type: string, format: uri, pattern: '^https://', maxLength: {most}}}");
    let ipv4 = |most: u32| format!("{{type: string, format: ipv4, maxLength: {most}}}");
    for (old, new) in [
        ("{type: string}".to_owned(), "{type: string, format: byte}".to_owned()),
        ("{type: number, format: double}".to_owned(), "{type: number, format: float}".to_owned()),
        (ipv4(15), ipv4(10)),
        (uri(512), uri(152)),
        (
            "{type: string, pattern: '^[a-z]+$', maxLength: 90}".to_owned(),
            "{type: string, pattern: '^[a-z]+$', maxLength: 70}".to_owned(),
        ),
        ("{}".to_owned(), "{multipleOf: 0.5}".to_owned()),
        (
            "{type: number}".to_owned(),
            "{anyOf: [{type: number, multipleOf: 0.5}, {type: number, multipleOf: 0.7}]}".to_owned(),
        ),
        ("{type: object}".to_owned(), "{type: object, additionalProperties: {type: string}}".to_owned()),
    ] {
        let outcome = compared(&request(&old), &request(&new));
        let breaks = outcome.findings.iter().filter(|finding| finding.level == Level::Deny);
        let proofs: Vec<Option<&str>> = breaks.map(|finding| finding.witness.as_deref()).collect();
        assert!(!proofs.is_empty() && proofs.iter().all(Option::is_some), "{old} -> {new}: {:?}", outcome.findings);
        assert!(proofs.iter().flatten().all(|proof| proof.starts_with("POST /things ")), "{proofs:?}");
    }
}

#[test]
fn a_list_in_a_query_is_proved_with_two_items() {
    let outcome = compared(&query("{type: array, items: {type: string}}"), &query("{type: string}"));
    let proof = only(&outcome, "type-changed").witness.as_deref();
    assert_eq!(proof, Some("GET /things?q=x0&q=x1 was accepted and is refused now"));
}

#[test]
fn a_value_that_selects_another_schema_is_told_once_and_proved_with_itself() {
    let with = |cat: &str, dog: &str| {
        format!(
            "{}components: {{schemas: {{Cat: {{type: object, required: [kind, lives], properties: {{kind: {{type: string}}, lives: {{type: integer}}}}}}, \
             Dog: {{type: object, required: [kind, breed], properties: {{kind: {{type: string}}, breed: {{type: string}}}}}}}}}}\n",
            request(&format!(
                "{{oneOf: [{{$ref: '#/components/schemas/Cat'}}, {{$ref: '#/components/schemas/Dog'}}], discriminator: \
                 {{propertyName: kind, mapping: {{cat: '#/components/schemas/{cat}', dog: '#/components/schemas/{dog}'}}}}}}"
            ))
        )
    };
    let outcome = compared(&with("Cat", "Dog"), &with("Dog", "Cat"));
    let moved = ("discriminator-value-moved", Level::Deny);
    assert_eq!(grave(&outcome), [moved, moved]);
    let told = outcome.findings.iter().filter(|finding| finding.level == Level::Deny);
    for (finding, (tag, proof)) in
        told.zip([("cat", "{\"kind\":\"cat\",\"lives\":0}"), ("dog", "{\"breed\":\"\",\"kind\":\"dog\"}")])
    {
        assert!(finding.title.ends_with(&format!("`{tag}`")), "{}", finding.title);
        assert!(finding.witness.as_deref().is_some_and(|text| text.contains(proof)), "{:?}", finding.witness);
        let place = finding.facts.get("accept").cloned().unwrap_or_default();
        assert!(place.ends_with(&format!("/discriminator/mapping/{tag}")), "{place}");
    }
    assert!(!outcome.findings.iter().any(|finding| finding.id.contains("property")), "{:?}", outcome.findings);
}

#[test]
fn references_in_a_circle_are_noted_and_undecided() {
    let with = |components: &str| {
        format!(
            "{HEAD}paths:\n  /a:\n    get: {{responses: {{'200': {{$ref: '#/components/responses/A'}}}}}}\ncomponents: {{responses: {{{components}}}}}\n"
        )
    };
    let sound = with("A: {description: ok}");
    let circle = with("A: {$ref: '#/components/responses/B'}, B: {$ref: '#/components/responses/A'}");
    for (old, new) in [(&sound, &circle), (&circle, &sound)] {
        let outcome = compared(old, new);
        assert!(grave(&outcome).iter().any(|(_, level)| *level == Level::Warn), "{:?}", outcome.findings);
        assert!(outcome.notes.iter().any(|note| note.title.contains("leads in a circle")), "{:?}", outcome.notes);
    }
    let same = compared(&circle, &circle);
    assert!(same.findings.is_empty() && !same.notes.is_empty());
}

#[test]
fn a_pattern_that_is_none_is_noted_and_undecided() {
    let (plain, broken) = ("{type: string}", "{type: string, pattern: '([a'}");
    let outcome = compared(&request(plain), &request(broken));
    assert_eq!(grave(&outcome), [("pattern-changed", Level::Warn)]);
    assert!(outcome.notes.iter().any(|note| note.title.contains("is no regular expression")), "{:?}", outcome.notes);
    let same = compared(&request(broken), &request(broken));
    assert!(same.findings.is_empty());
    assert_eq!(same.notes.len(), 1);
}

#[test]
fn every_key_of_the_vocabulary_is_told() {
    let text = |resource: &str, version: &str, level: &str, values: &str| {
        format!(
            "{HEAD}x-contract: {{version: {version}, resources: {{thing: {{schema: '#/components/schemas/{resource}', key: /id}}}}}}\n\
             paths:\n  /things:\n    get:\n      parameters: [{{name: kind, in: query, schema: {{type: string}}}}]\n      \
             x-contract: {{lists: {{items: '', filters: {{kind: {{slot: {{query: kind}}, field: /kind, values: [{values}]}}}}}}}}\n      \
             responses: {{'200': {{description: ok}}, '422': {{description: no, x-contract: {{{level}source: ours}}}}}}\n\
             components: {{schemas: {{Thing: {{type: object}}, Same: {{type: object}}, Other: {{type: string}}}}}}\n"
        )
    };
    let old = text("Thing", "1", "level: note, ", "a, b");
    for (new, id) in [
        (text("Other", "1", "level: note, ", "a, b"), "promise-changed"),
        (text("Thing", "2", "level: note, ", "a, b"), "promise-changed"),
        (text("Thing", "1", "", "a, b"), "promise-weakened"),
        (text("Thing", "1", "level: note, ", "a"), "promise-changed"),
    ] {
        assert_eq!(grave(&compared(&old, &new)), [(id, Level::Warn)], "{new}");
    }
    let renamed = text("Same", "1", "level: note, ", "a, b");
    assert_eq!(grave(&compared(&old, &renamed)), [], "how a component is called is a matter of names");
}

#[test]
fn the_old_value_of_a_security_requirement_is_its_alternatives() {
    let with = |security: &str| {
        format!(
            "{HEAD}paths:\n  /things:\n    get: {{security: [{security}], responses: {{'204': {{description: done}}}}}}\n\
             components: {{securitySchemes: {{key: {{type: apiKey, in: header, name: X-Key}}, oauth: {{type: oauth2, flows: {{}}}}}}}}\n"
        )
    };
    let told = |old: &str, new: &str, id: &str| {
        let outcome = compared(&with(old), &with(new));
        let finding = only(&outcome, id);
        (finding.expected.clone(), finding.actual.clone())
    };
    let values = |one: &str, two: &str| (one.to_owned(), two.to_owned());
    assert_eq!(
        told("{oauth: [read, write]}", "{oauth: [read]}", "security-scope-removed"),
        values("`oauth (read, write)`", "`oauth (read)`")
    );
    assert_eq!(told("{key: []}", "{}", "security-dropped"), values("`key`", "anonymous access"));
    assert_eq!(told("{key: []}", "{key: []}, {oauth: []}", "security-alternative-added"), values("`key`", "`oauth`"));
}
