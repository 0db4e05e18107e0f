//! The coverage of a contract as squares that wrap with the page, one per thing that it declares.

use serde::Serialize;

use crate::event::CoverageItem;
use crate::report::escape::visible;
use crate::report::text::count;

/// Squares drawn for one scope.
const MOST: usize = 960;

/// One operation or schema.
#[derive(Serialize)]
pub(super) struct Scope {
    name: String,
    seen: usize,
    declared: usize,
    cells: Vec<Cell>,
}

#[derive(Serialize)]
struct Cell {
    title: String,
    state: &'static str,
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
    Scope {
        name: visible(name),
        seen: items.iter().filter(|item| item.seen > 0).count(),
        declared: items.len(),
        cells: items.iter().take(MOST).map(cell).collect(),
    }
}

fn cell(item: &&CoverageItem) -> Cell {
    let (state, words) = match (item.seen, item.excused.is_empty()) {
        (0, true) => ("gap", "not seen".to_owned()),
        (0, false) => ("excused", format!("not seen: {}", item.excused)),
        (seen, _) => ("seen", format!("seen {}", count(seen, "time"))),
    };
    Cell { title: visible(&format!("{} {}: {words}", item.kind, item.name)), state }
}
