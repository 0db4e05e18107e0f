//! The coverage of a contract as rows of squares, one per thing that it declares.

use serde::Serialize;

use crate::event::CoverageItem;
use crate::report::text::{count, visible};

/// Squares in a row.
const COLUMNS: usize = 48;
/// Distance from square to square, in pixels.
const STEP: usize = 14;
/// Squares drawn for one scope.
const MOST: usize = 960;

/// One operation or schema.
#[derive(Serialize)]
pub(super) struct Scope {
    name: String,
    seen: usize,
    declared: usize,
    width: usize,
    height: usize,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    title: String,
    state: &'static str,
    x: usize,
    y: usize,
    slash: String,
}

/// The scopes of a contract, in the order of the document.
pub(super) fn scopes(items: &[CoverageItem]) -> Vec<Scope> {
    let mut scopes: Vec<(&str, Vec<&CoverageItem>)> = Vec::new();
    let mut index = std::collections::HashMap::new();
    for item in items {
        let at = *index.entry(item.scope.as_str()).or_insert_with(|| {
            scopes.push((&item.scope, Vec::new()));
            scopes.len() - 1
        });
        scopes[at].1.push(item);
    }
    scopes.into_iter().map(|(name, items)| scope(name, &items)).collect()
}

fn scope(name: &str, items: &[&CoverageItem]) -> Scope {
    let drawn = items.len().min(MOST);
    Scope {
        name: visible(name),
        seen: items.iter().filter(|item| item.seen > 0).count(),
        declared: items.len(),
        width: drawn.min(COLUMNS) * STEP,
        height: drawn.div_ceil(COLUMNS) * STEP,
        cells: items.iter().take(drawn).enumerate().map(|(index, item)| cell(index, item)).collect(),
    }
}

fn cell(index: usize, item: &CoverageItem) -> Cell {
    let (x, y) = (index % COLUMNS * STEP + 1, index / COLUMNS * STEP + 1);
    let (state, words) = match (item.seen, item.excused.is_empty()) {
        (0, true) => ("gap", "not seen".to_owned()),
        (0, false) => ("excused", format!("not seen: {}", item.excused)),
        (seen, _) => ("seen", format!("seen {}", count(seen, "time"))),
    };
    let slash = if state == "excused" { format!("M{} {} {} {}", x + 2, y + 9, x + 9, y + 2) } else { String::new() };
    Cell { title: visible(&format!("{} {}: {words}", item.kind, item.name)), state, x, y, slash }
}
