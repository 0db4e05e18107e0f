//! Clauses of `x-contract`, and what they are held against.

use contract_gate::finding::Level;

use super::{SOUND, linted, spoiled};

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
fn clauses_agree_with_the_schemas() {
    let list = "        - {in: query, name: name, schema: {type: string}}\n";
    let size = "size: {slot: {query: limit}, default: 50, max: 100}";
    spoiled(size, &size.replace("max: 100", "max: 40"), "semantics-contradict", "`default` 50 above `max` 40");
    spoiled(size, &size.replace("max: 100", "min: 60"), "semantics-contradict", "`min` 60 above `default` 50");
    spoiled(size, &size.replace("default: 50", "default: 20"), "semantics-contradict", "parameter's `default` is 50");
    spoiled("default: 50}, ex", "default: 50, maximum: 60}, ex", "semantics-contradict", "parameter's `maximum` is 60");
    let open = SOUND.replacen("default: 50}, ex", "default: 50, minimum: 0, maximum: 200}, ex", 1);
    let unsettled = |clause: &str| {
        let found = linted(&open.replacen(size, &size.replace("max: 100", clause), 1));
        assert!(found.iter().all(|finding| finding.id == "page-size-unsettled"), "{clause}: {found:#?}");
        found.into_iter().map(|finding| finding.title).collect::<Vec<_>>()
    };
    let [least, most] = &unsettled("min: 1, max: 100, zero: either, above: refuse")[..] else { panic!("two findings") };
    assert!(least.contains("`min` 1, but the parameter takes sizes from 0"), "{least}");
    assert!(most.contains("`max` 100, but the parameter takes sizes up to 200"), "{most}");
    for settled in [
        "min: 0, max: 200",
        "min: 1, max: 100, zero: default, above: clamp",
        "min: 1, max: 100, below: clamp, ceiling: 200",
    ] {
        assert!(unsettled(settled).is_empty(), "{settled}");
    }
    spoiled(
        "field: /tenant}",
        "field: /tenantId}",
        "semantics-points-nowhere",
        "shows the tenant; did you mean `tenant`",
    );
    spoiled(
        "field: /name}",
        "field: /name, match: at-least}\n            o: {slot: {query: name}, field: /open, match: at-least}",
        "semantics-points-nowhere",
        "`/open`",
    );
    let of_words = SOUND.replace(list, &list.replace("type: string", "type: string, enum: [name, id]"));
    let with = |from: &str, to: &str| linted(&of_words.replacen(from, to, 1));
    assert!(with("", "").is_empty(), "{:#?}", with("", ""));
    for (from, to, holds) in [
        ("field: /name}", "field: /name, values: [nam]}", "`nam` is not among the values"),
        (
            "          sort:\n",
            "          sort:\n            by: {slot: {query: name}}\n            fields: {ids: {field: /id, as: text}}\n",
            "`ids`",
        ),
        (
            "          sort:\n",
            "          sort:\n            by: {slot: {query: name}}\n            fields: {id: {field: /id, as: text}}\n            direction: {slot: {query: name}, ascending: up, descending: id}\n",
            "`up`",
        ),
        (
            "        lists:\n",
            "        expands: [{slot: {query: name}, value: parent, adds: /name}]\n        lists:\n",
            "`parent`",
        ),
    ] {
        let found = with(from, to);
        let hits: Vec<_> = found.iter().filter(|finding| finding.id == "semantics-contradict").collect();
        let [only] = hits.as_slice() else { panic!("`{to}`: one finding, not {found:#?}") };
        assert!(only.title.contains(holds) && only.level == Level::Deny, "{only:#?}");
    }
    for (adds, holds) in [("/parent", "`/parent`"), ("/name, agrees: {/id: /parentId}", "`/parentId`")] {
        let clause = format!("        expands: [{{slot: {{query: name}}, value: x, adds: {adds}}}]\n        lists:\n");
        spoiled("        lists:\n", &clause, "semantics-points-nowhere", holds);
    }
}

#[test]
fn answers_keys_rules_and_known_values() {
    spoiled(
        "tenancy: {slot",
        "refusals: {not-found: {statuses: [418]}}\n  tenancy: {slot",
        "semantics-points-nowhere",
        "418",
    );
    spoiled("next: {type: string, nullable: true}", "next: {type: boolean}", "semantics-points-nowhere", "boolean");
    let rule = "        - {id: named, when";
    spoiled(
        rule,
        &format!("        - {{id: named, rule: 'true', message: m, source: s s}}\n{rule}"),
        "rule-id-repeated",
        "`named`",
    );
    spoiled(
        "name: {type: string, pattern",
        "name: {x-known-values: [1], type: string, pattern",
        "known-value-unfit",
        "`1`",
    );
    spoiled(
        "name: {type: string, pattern",
        "name: {x-mock: nonsense(1), type: string, pattern",
        "expression-invalid",
        "nonsense",
    );
    spoiled("name: {type: string, pattern", "name: {x-mock: '7.0', type: string, pattern", "record-unmade", "/name");
    let reads = "      operationId: getCustomer\n      x-source: reference\n      x-contract: {reads: {resource: customer, by: [{slot: {path: id}, key: /id}]}}\n";
    let read = SOUND.replace("      operationId: getCustomer\n", reads).replace(
        "required: true, schema: {type: string}}\n      responses:\n        '200': {d",
        "required: true, schema: {type: integer}}\n      responses:\n        '200': {d",
    );
    assert!(linted(&read).is_empty(), "a text may well be a number: {:#?}", linted(&read));
    let worded =
        read.replace("id: {type: string, example: c1}", "id: {type: string, pattern: '^c[0-9]+$', example: c1}");
    let found = linted(&worded);
    assert!(
        found.iter().any(|finding| finding.id == "semantics-contradict" && finding.title.contains("/id")),
        "{found:#?}"
    );
}

#[test]
fn a_source_is_asked_for_once() {
    let bare = SOUND.replace("      x-source: reference, list customers\n", "");
    let found = linted(&bare);
    let [only] = found.as_slice() else { panic!("one finding: {found:#?}") };
    assert_eq!((only.id.as_str(), only.level), ("source-missing", Level::Note), "the root's own stands in for it");
    assert!(
        only.title.contains("`lists`") && only.title.contains("more name no source of their own"),
        "{}",
        only.title
    );
    let none = bare.replace("  source: reference\n  resources", "  resources");
    let levels: Vec<_> = linted(&none).iter().map(|finding| (finding.id.clone(), finding.level)).collect();
    assert_eq!(levels, vec![("source-missing".to_owned(), Level::Deny); 2], "neither root nor operation names one");
    spoiled("  source: reference\n  resources", "  resources", "source-missing", "`customer`, `tenancy`");
    let own =
        bare.replace("          resource: customer\n", "          resource: customer\n          source: reference\n");
    assert!(linted(&own).is_empty(), "{:#?}", linted(&own));
}

#[test]
fn a_list_is_paged_in_one_way_and_every_resource_is_used() {
    let next = "next: {spot: /next, slot: {query: after}}";
    let offset = format!("{next}\n            offset: {{slot: {{query: limit}}, first: 0}}");
    spoiled(next, &offset, "paging-declared-twice", "by `next` and by `offset`");
    // The address of the next page says itself how it is reached.
    let address = SOUND.replace(next, &offset.replace("spot: /next,", "spot: /next, as: url,"));
    let found = linted(&address);
    assert!(found.iter().all(|finding| finding.id != "paging-declared-twice"), "{found:#?}");
    let customer = "customer: {schema: '#/components/schemas/Customer', key: /id, version: /updatedAt}";
    let two = format!("{customer}\n    order: {{schema: '#/components/schemas/Customer', key: /id}}");
    spoiled(customer, &two, "resource-unused", "`order`");
}

#[test]
fn what_leads_nowhere_is_told_with_what_is_near() {
    spoiled(
        "schemas/Customer', key: /id,",
        "schemas/Custmer', key: /id,",
        "semantics-points-nowhere",
        "schemas/Custmer",
    );
    spoiled(
        "items: {$ref: '#/components/schemas/Customer'}",
        "items: {$ref: '#/components/schemas/Custmer'}",
        "dangling-reference",
        "did you mean `#/components/schemas/Customer`?",
    );
    spoiled("field: /name}", "field: /nmae}", "semantics-points-nowhere", "did you mean `name`?");
    spoiled("more: /hasMore", "more: /hasMroe", "semantics-points-nowhere", "did you mean `hasMore`?");
}

#[test]
fn expressions_and_sources() {
    spoiled("self.name != ''", "self.name !=", "expression-invalid", "no CEL expression");
    spoiled("self.name != ''", "self.nmae != ''", "expression-invalid", "did you mean `name`");
    spoiled("self.name != ''", "nearly(self.name)", "expression-invalid", "nearly");
    spoiled("self.name != ''", "record.name != ''", "expression-invalid", "`record`");
    let read = |what: &str, holds: &str| spoiled("self.name != ''", what, "expression-invalid", holds);
    read("request.body != ''", "`request.body`, which no rule is given");
    read("response.heders != ''", "did you mean `headers`");
    read("root.name != ''", "reads `root`, which does not exist");
    read("\"request.headers['tenant-idd'] != ''\"", "did you mean `tenant-id`");
    read("\"request.headers['Tenant-ID'] != ''\"", "no declared parameter");
    let lawful = SOUND.replace("self.name != ''", "\"request.headers['tenant-id'] != response.headers.link\"");
    assert_eq!(linted(&lawful).len(), linted(SOUND).len(), "{:#?}", linted(&lawful));
    spoiled(", message: no name, source: reference", ", message: no name", "source-missing", "named");
}

#[test]
fn rules_are_tried_on_made_up_records() {
    spoiled("when: has(self.name), rule: self.name != ''", "rule: instant(self.name) > 0.0", "rule-errs", "`named`");
    spoiled("when: has(self.name)", "when: self.id == 'nobody'", "rule-never-asked", "`named`");
    // A length is a whole number and `2.0` is none: the condition errs on every record, and no check ever shows it.
    spoiled("when: has(self.name)", "when: size(self.id) % 2.0 == 1.0", "rule-errs", "the condition of `named`");
}
