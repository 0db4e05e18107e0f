//! Records that somebody else inserts, changes or deletes while they are being read.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::catalogue;
use super::choices::list;
use crate::contract::Contract;
use crate::mock::exchange::set_at;
use crate::mock::hint::instant_text;
use crate::mock::hook::Hook;
use crate::mock::population::{Population, Row};
use crate::mock::targets::Targets;

catalogue! {
    /// Somebody inserts a record after every fifth request.
    "insertions": has_lists, @Always Hook::Population(reserve), every 5 insert;
    /// Somebody inserts a record after every request.
    "constant-insertions": has_lists, @Always Hook::Population(reserve), every 1 insert;
    /// Somebody changes a record after every fifth request.
    "changes": has_versions, every 5 change;
    /// Somebody changes a record after every request.
    "constant-changes": has_versions, every 1 change;
    /// Somebody deletes a record after every fifth request.
    "deletions": has_lists, every 5 delete;
    /// Somebody deletes a record after every request.
    "constant-deletions": has_lists, every 1 delete;
    /// Somebody inserts, changes and deletes records by turns after every third request.
    "traffic": has_versions, @Always Hook::Population(reserve), every 3 by_turns;
    /// Somebody inserts, changes or deletes a record after every request.
    "constant-traffic": has_versions, @Always Hook::Population(reserve), every 1 by_turns;
    /// A correct cache in front shows answers for a second, while somebody deletes a record after every fifth request.
    "deletions-behind-slow-cache": has_lists, tune |habits, _| habits.caches = true, every 5 delete;
    /// Figures that move by themselves are others after every request, and no version tells.
    "moving-figures": has_moving_figures, every 1 move_figures;
}

fn has_lists(contract: &Contract) -> bool {
    list(contract, |_| true)
}

/// Records can be changed lawfully only where a field shows that they were.
fn has_versions(contract: &Contract) -> bool {
    let targets = Targets::of(contract);
    has_lists(contract) && targets.version.is_some() && targets.text().is_some()
}

fn has_moving_figures(contract: &Contract) -> bool {
    has_lists(contract) && !moving(&Targets::of(contract)).is_empty()
}

/// Pointers of numbers in fields that may differ between two showings of a record.
fn moving(targets: &Targets) -> Vec<&str> {
    let within =
        |at: &str| targets.volatile.iter().any(|volatile| at == volatile || at.starts_with(&format!("{volatile}/")));
    let figures = targets.fields.iter().filter(|field| matches!(field.kind(), "integer" | "number"));
    figures.map(|field| field.pointer.as_str()).filter(|at| within(at)).collect()
}

/// Doubles all of them, or halves them again: what they are to each other stays.
fn move_figures(targets: &Targets, round: u64, population: &mut Population) {
    let moving = moving(targets);
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        for row in stock.tables.iter_mut().flatten() {
            let mut record = row.value.clone();
            for at in &moving {
                let figure = record.pointer(at).and_then(Value::as_i64);
                if let Some(figure) = figure {
                    set_at(&mut record, at, json!(if round.is_multiple_of(2) { figure / 2 } else { figure * 2 }));
                }
            }
            *row = Arc::new(Row::new(record, &key));
        }
    }
}

/// Every text that stands in some record beside its key: what refers to another record is among them.
fn mentioned(rows: &[Arc<Row>]) -> HashSet<String> {
    let mut texts = HashSet::new();
    for row in rows {
        let members = row.value.as_object().into_iter().flat_map(|members| members.values());
        let others = members.filter_map(Value::as_str).filter(|text| *text != row.key);
        texts.extend(others.map(str::to_owned));
    }
    texts
}

/// Sets a fifth of the records aside, to be inserted later.
fn reserve(_: &Targets, population: &mut Population) {
    for (name, stock) in &mut population.stocks {
        let Some(table) = stock.tables.first_mut() else { continue };
        let mentioned = mentioned(table);
        let mut index = 0;
        let (kept, aside) = std::mem::take(table).into_iter().partition(|row| {
            index += 1;
            index % 5 != 0 || mentioned.contains(&row.key)
        });
        *table = kept;
        population.reserve.insert(name.clone(), aside);
    }
}

fn insert(_: &Targets, round: u64, population: &mut Population) {
    for (name, stock) in &mut population.stocks {
        let next = population.reserve.get_mut(name).and_then(Vec::pop);
        if let (Some(row), Some(table)) = (next, stock.tables.first_mut()) {
            let at = usize::try_from(round * 31).unwrap_or(0) % (table.len() + 1);
            table.insert(at, row);
        }
    }
}

fn change(targets: &Targets, round: u64, population: &mut Population) {
    for stock in population.stocks.values_mut() {
        let key = stock.key.clone();
        let Some(table) = stock.tables.first_mut().filter(|table| !table.is_empty()) else { continue };
        let at = usize::try_from(round * 37).unwrap_or(0) % table.len();
        let mut record = table[at].value.clone();
        let (Some(text), Some(version)) = (targets.text(), &targets.version) else { return };
        let old =
            record.pointer(&text.pointer).and_then(Value::as_str).unwrap_or_default().trim_end_matches('~').to_owned();
        set_at(
            &mut record,
            &text.pointer,
            json!(format!("{old}{}", "~".repeat(1 + usize::try_from(round % 3).unwrap_or(0)))),
        );
        set_at(&mut record, version, json!(instant_text(100_000 + 3 * i64::try_from(round).unwrap_or(0))));
        table[at] = Arc::new(Row::new(record, &key));
    }
}

fn delete(_: &Targets, round: u64, population: &mut Population) {
    for (name, stock) in &mut population.stocks {
        let Some(table) = stock.tables.first_mut().filter(|table| table.len() > 60) else { continue };
        // A record that is still to be inserted must not refer to nothing either.
        let mut mentioned = mentioned(table);
        mentioned.extend(population.reserve.get(name).map(|reserve| self::mentioned(reserve)).unwrap_or_default());
        let from = usize::try_from(round * 41).unwrap_or(0) % table.len();
        let victim =
            (0..table.len()).map(|step| (from + step) % table.len()).find(|at| !mentioned.contains(&table[*at].key));
        if let Some(at) = victim {
            table.remove(at);
        }
    }
}

fn by_turns(targets: &Targets, round: u64, population: &mut Population) {
    match round % 3 {
        0 => insert(targets, round, population),
        1 => change(targets, round, population),
        _ => delete(targets, round, population),
    }
}
