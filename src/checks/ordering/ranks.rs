//! Values as they compare.

use std::sync::Arc;

use crate::checks::filtering::trait_text;
use crate::contract::semantics::{Direction, SortField};
use crate::study::{Model, Rank, Row, Trait, agreed};

/// The values of a walk that can be compared, with the index of their records; empty when kinds are mixed, so that
/// comparing would mean guessing.
pub(crate) fn ranks(model: &Model, field: &SortField, rows: &[Arc<Row>]) -> Vec<(usize, Rank)> {
    let Some(index) = model.field(&field.field) else { return Vec::new() };
    let texts = rows.iter().filter(|row| matches!(row.traits.get(index), Some(Trait::Text(..) | Trait::Hashed(..))));
    let numbers = rows.iter().filter(|row| matches!(row.traits.get(index), Some(Trait::Number(_))));
    if texts.count() > 0 && numbers.count() > 0 {
        return Vec::new();
    }
    rows.iter()
        .enumerate()
        .filter_map(|(at, row)| Some((at, row.traits.get(index)?.rank(field.order)?)))
        .filter(|(_, rank)| rank.figure().is_finite())
        .collect()
}

/// The texts of a walk as ranks, where every collation orders them alike; nothing where one of them is another kind of
/// text. Records without a text stand where they like.
pub(crate) fn text_ranks(model: &Model, field: &SortField, rows: &[Arc<Row>]) -> Vec<(usize, Rank)> {
    let Some(index) = model.field(&field.field) else { return Vec::new() };
    let held: Vec<(usize, &str)> = rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((at, trait_text(row, index)?)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    let alike = |text: &str| held.first().is_some_and(|(_, first)| agreed(text, first).is_some());
    let others = |row: &Arc<Row>| matches!(row.traits.get(index), Some(Trait::Number(_) | Trait::Hashed(..)));
    if !held.iter().all(|(_, text)| alike(text)) || rows.iter().any(others) {
        return Vec::new();
    }
    let mut texts: Vec<&str> = held.iter().map(|(_, text)| *text).collect();
    texts.sort_unstable();
    texts.dedup();
    #[expect(clippy::cast_precision_loss, reason = "records of a walk are far below 2^53")]
    let place = |text: &str| Rank::Number(texts.partition_point(|other| *other < text) as f64);
    held.iter().map(|(at, text)| (*at, place(text))).collect()
}

/// Neighbours that stand the wrong way: their number, and the record after the first.
pub(crate) fn inversions(ranks: &[(usize, Rank)], direction: Direction) -> (usize, Option<usize>) {
    let wrong = ranks.windows(2).filter(|pair| match direction {
        Direction::Ascending => pair[0].1 > pair[1].1,
        Direction::Descending => pair[0].1 < pair[1].1,
    });
    let places: Vec<usize> = wrong.map(|pair| pair[1].0).collect();
    (places.len(), places.first().copied())
}

pub(super) fn opposite(direction: Direction) -> Direction {
    match direction {
        Direction::Ascending => Direction::Descending,
        Direction::Descending => Direction::Ascending,
    }
}

pub(super) fn is_varied(ranks: &[(usize, Rank)]) -> bool {
    ranks.windows(2).any(|pair| pair[0].1 != pair[1].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_no_inversions() {
        let ranks = [(0, 1.0), (1, 1.0), (3, 2.0), (4, 1.5)].map(|(at, number)| (at, Rank::Number(number)));
        assert_eq!(inversions(&ranks, Direction::Ascending), (1, Some(4)));
        assert_eq!(inversions(&ranks[..3], Direction::Ascending), (0, None));
        assert_eq!(inversions(&ranks[..3], Direction::Descending), (1, Some(3)));
        assert!(!is_varied(&ranks[..2]));
    }
}
