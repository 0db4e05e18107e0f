//! Records whose fields fit the schema one by one and contradict each other.

use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::semantics::RuleClause;
use crate::contract::{Contract, Rule, Shape, Truth};
use crate::finding::Level;
use crate::mock::exchange::{Answer, Incoming, Inputs, set_at};
use crate::mock::hook::{Hook, Scene};
use crate::mock::population::{Population, Row};
use crate::mock::select;
use crate::mock::targets::{Targets, first_list};

catalogue! {
    /// A figure of one record on a late page does not follow from the others.
    ///
    /// The smallest change of one field that fits its schema and breaks the first rule of the contract that it can.
    "rule-broken-deep": has_rules => Deep Hook::Record(break_first);
    /// A figure does not follow from the others when one record is read.
    "rule-broken-on-get": |c| has_rules(c) && fitting::reads(c) => Reads Hook::Record(break_first);
    /// A figure does not follow from the others in the records of the second tenant.
    "rule-broken-for-one-tenant": |c| has_rules(c) && fitting::tenancy(c) => SecondTenant Hook::Record(break_first);
    /// The last rule of the contract that can be broken is broken in one record on a late page.
    "last-rule-broken-deep": has_rules => Deep Hook::Record(break_last);
    /// A figure of one record fits none of its tolerated readings.
    "reading-broken-deep": has_groups => Deep Hook::Record(break_group);
    /// A figure of one record follows another of its tolerated readings than all the others do.
    "readings-mixed-deep": has_groups => Deep Hook::Record(mix_group);
    /// The other key of one record is the key of another.
    "alias-collides": fitting::alias => Always Hook::Population(collide); tolerated;
    /// Two records share what should tell them apart.
    "alias-not-unique": has_unique => Always Hook::Population(share); tolerated;
    /// Other keys that are one number, such as `007` and `7`, read the same record.
    "other-keys-compared-as-numbers": |c| fitting::both(c) && fitting::alias(c) && has_text_alias(c) => Always Hook::Population(number_keys), Reads Hook::Exchange(read_by_number);
    /// A figure follows another of its tolerated readings when one record is read.
    "readings-mixed-on-get": |c| has_groups(c) && fitting::reads(c) => Reads Hook::Record(mix_group);
}

/// Rules above note level on a record itself.
fn rules(contract: &Contract) -> Vec<&Rule> {
    let name = first_list(contract).map(|(.., lists)| lists.resource.as_str());
    let resource = name.and_then(|name| contract.resource(name)).or_else(|| contract.root.resources.values().next());
    let Some(resource) = resource else { return Vec::new() };
    let schema = resource.schema.strip_prefix('#').unwrap_or(&resource.schema);
    let shapes: Vec<&Shape> = match contract.shapes.find(&contract.resolve(schema).0) {
        Some(shape) => contract.shapes.with_parts(shape),
        None => Vec::new(),
    };
    let weighs = |clause: &RuleClause| clause.about.level(false, Level::Deny) == Level::Deny;
    shapes.iter().flat_map(|shape| &shape.rules).filter(|rule| weighs(&rule.clause)).collect()
}

fn has_rules(contract: &Contract) -> bool {
    rules(contract).iter().any(|rule| rule.clause.group.is_none())
}

fn has_groups(contract: &Contract) -> bool {
    rules(contract).iter().filter(|rule| rule.clause.group.is_some()).count() > 1
}

fn truth(rule: &Rule, record: &Value) -> Truth {
    let variables = [("self", record)];
    match &rule.when {
        Some(when) if when.truth(&variables) != Truth::Holds => Truth::Undefined("".into()),
        _ => rule.rule.truth(&variables),
    }
}

/// Every record that differs in one field and still fits the schema.
fn neighbours(scene: &Scene<'_>, record: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for field in scene.targets.fields.iter().filter(|field| field.pointer != scene.targets.key) {
        let Some(old) = record.pointer(&field.pointer) else { continue };
        let changed: Vec<Value> = match old {
            Value::Number(number) if field.kind() == "integer" => {
                let x = number.as_i64().unwrap_or(0);
                vec![json!(x + 7), json!(x + 10_000)]
            }
            Value::Number(number) => vec![json!(number.as_f64().unwrap_or(0.0) + 7.5)],
            Value::String(text) if crate::contract::instant(text).is_some() => vec![json!("2001-01-01T00:00:00Z")],
            Value::String(_) | Value::Null => {
                let key = record.pointer(&scene.targets.key).cloned().unwrap_or(Value::Null);
                vec![json!("other text"), key]
            }
            Value::Bool(flag) => vec![json!(!flag)],
            _ => Vec::new(),
        };
        for value in changed {
            let mut neighbour = record.clone();
            set_at(&mut neighbour, &field.pointer, value);
            found.push(neighbour);
        }
    }
    let schema = scene.contract.resource(scene.resource()).map(|resource| resource.schema.as_str()).unwrap_or_default();
    let checker = scene.contract.checker(schema.strip_prefix('#').unwrap_or(schema));
    found.retain(|record| checker.is_none_or(|checker| checker.is_valid(record)));
    found
}

fn has_unique(contract: &Contract) -> bool {
    !Targets::of(contract).unique.is_empty()
}

/// Gives a field of one listed record of each table the value of a field of another.
fn copy(targets: &Targets, population: &mut Population, field: &str, from: &str) {
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        for table in &mut stock.tables {
            let listed = |row: &Row| targets.shown.iter().all(|filter| select::is_listed(filter, &row.value));
            let fits: Vec<usize> = (0..table.len())
                .filter(|at| listed(&table[*at]) && table[*at].value.pointer(field).is_some())
                .collect();
            let [first, .., last] = fits.as_slice() else { continue };
            let Some(value) = table[*first].value.pointer(from).cloned() else { continue };
            let mut record = table[*last].value.clone();
            set_at(&mut record, field, value);
            table[*last] = Arc::new(Row::new(record, &key));
        }
    }
}

fn collide(targets: &Targets, population: &mut Population) {
    if let Some(alias) = targets.aliases.first() {
        copy(targets, population, alias, &targets.key);
    }
}

fn share(targets: &Targets, population: &mut Population) {
    if let Some(field) = targets.unique.first() {
        copy(targets, population, field, field);
    }
}

/// Whether what records are read by beside their key is a text that may be a number as well, and lists are filtered by it.
fn has_text_alias(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    let Some(alias) = targets.aliases.first() else { return false };
    let free =
        |field: &crate::mock::targets::FieldTarget| field.kind() == "string" && !field.is_bound() && !field.is_enum();
    let filtered = first_list(contract)
        .is_some_and(|(.., lists)| lists.filters.values().any(|filter| filter.field.as_ref() == Some(alias)));
    filtered && targets.fields.iter().any(|field| field.pointer == *alias && free(field))
}

/// Gives two listed records of each table other keys that are one number.
fn number_keys(targets: &Targets, population: &mut Population) {
    let Some(alias) = targets.aliases.first() else { return };
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        for table in &mut stock.tables {
            let listed = |row: &Row| targets.shown.iter().all(|filter| select::is_listed(filter, &row.value));
            let fits: Vec<usize> = (0..table.len())
                .filter(|at| listed(&table[*at]) && table[*at].value.pointer(alias).is_some())
                .collect();
            for (at, text) in fits.iter().skip(fits.len() / 2).zip(["7", "007"]) {
                let mut record = table[*at].value.clone();
                set_at(&mut record, alias, json!(text));
                table[*at] = Arc::new(Row::new(record, &key));
            }
        }
    }
}

/// Shows the first record whose other key is the same number.
fn read_by_number(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let slot =
        scene.operation.clause.reads.as_ref().and_then(|reads| reads.by.iter().find(|by| by.key != scene.targets.key));
    let asked = slot.and_then(|by| inputs.text(&by.slot)?.parse::<u64>().ok());
    let (Some(asked), Some(alias)) = (asked.filter(|_| answer.status == 200), scene.targets.aliases.first()) else {
        return;
    };
    let number = |row: &Row| row.value.pointer(alias)?.as_str()?.parse::<u64>().ok();
    let table = scene.population.table(scene.resource(), scene.tenant);
    if let Some(row) = table.iter().find(|row| number(row) == Some(asked)) {
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

fn break_one<'a>(scene: &Scene<'_>, record: &mut Value, order: impl Iterator<Item = &'a Rule>) {
    let neighbours = neighbours(scene, record);
    for rule in order.filter(|rule| rule.clause.group.is_none()) {
        if let Some(broken) = neighbours.iter().find(|neighbour| truth(rule, neighbour) == Truth::Broken) {
            *record = broken.clone();
            return;
        }
    }
}

fn break_first(scene: &Scene<'_>, record: &mut Value) {
    break_one(scene, record, rules(scene.contract).into_iter());
}

fn break_last(scene: &Scene<'_>, record: &mut Value) {
    break_one(scene, record, rules(scene.contract).into_iter().rev());
}

fn break_group(scene: &Scene<'_>, record: &mut Value) {
    let (grouped, single): (Vec<&Rule>, Vec<&Rule>) =
        rules(scene.contract).into_iter().partition(|rule| rule.clause.group.is_some());
    let found = neighbours(scene, record).into_iter().find(|neighbour| {
        grouped.iter().all(|rule| truth(rule, neighbour) == Truth::Broken)
            && single.iter().all(|rule| truth(rule, neighbour) != Truth::Broken)
    });
    if let Some(found) = found {
        *record = found;
    }
}

/// Makes a second reading true and the first one false, by a quotient of two other figures.
fn mix_group(scene: &Scene<'_>, record: &mut Value) {
    let (grouped, single): (Vec<&Rule>, Vec<&Rule>) =
        rules(scene.contract).into_iter().partition(|rule| rule.clause.group.is_some());
    let [first, second, ..] = grouped.as_slice() else { return };
    let figures: Vec<(&str, f64)> = scene
        .targets
        .fields
        .iter()
        .filter_map(|field| Some((field.pointer.as_str(), record.pointer(&field.pointer)?.as_f64()?)))
        .collect();
    for (target, _) in &figures {
        for (_, above) in &figures {
            for (_, below) in figures.iter().filter(|(_, below)| *below != 0.0) {
                let mut candidate = record.clone();
                let value = crate::mock::hint::rounded(above / below * 100.0, 2);
                set_at(&mut candidate, target, crate::mock::hint::plain_number(value));
                let alone = single.iter().all(|rule| truth(rule, &candidate) != Truth::Broken);
                if alone && truth(first, &candidate) == Truth::Broken && truth(second, &candidate) == Truth::Holds {
                    *record = candidate;
                    return;
                }
            }
        }
    }
}
