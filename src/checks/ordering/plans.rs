//! How orders are walked.

use super::wishes::{Wish, wishes};
use crate::case::{Case, Query};
use crate::checks::draw::draw;
use crate::checks::filtering::{Ground, MOST_PAGES, for_second, is_light, lawful_size, most_size, plan_each, trials};
use crate::contract::semantics::{Direction, Match, Order};
use crate::finding::Level;
use crate::study::Study;

/// Every order of every list: those that weigh over several pages, at sizes that put ties on page borders; the others at
/// fewer requests.
pub(crate) fn plan_orders(study: &Study) -> Vec<Case> {
    plan_each(study, "orders", |ground| {
        let Some(sort) = &ground.lists.sort else { return Vec::new() };
        let mut cases = Vec::new();
        for (index, wish) in wishes(sort).into_iter().enumerate() {
            let light = wish.field.level(study.means.strict) <= Level::Note;
            let whole = !light || is_walked_whole(study, &ground, &wish);
            let (size, pages) = match (light, whole) {
                (true, false) => (most(&ground), 1),
                (true, true) => (size_of_part(study, &ground, &wish, 3), MOST_PAGES),
                // Neighbouring orders are cut at different places.
                (false, _) => (size_of_part(study, &ground, &wish, if index % 2 == 0 { 4 } else { 3 }), MOST_PAGES),
            };
            let mut query = ground.query();
            query.sort = Some(wish.choice.clone());
            query.size = Some(lawful_size(ground.lists, size.max(2)));
            cases.push(Case::pages(query, pages));
        }
        // The second tenant's order is one that its list does not come in anyway.
        let default = sort.default.as_ref().map(|field| (field.field.as_str(), field.direction));
        let telling = wishes(sort).iter().position(|wish| {
            wish.field.level(study.means.strict) > Level::Note
                && default != Some((wish.field.field.as_str(), wish.direction))
        });
        cases.extend(telling.and_then(|first| for_second(study, &cases[first..])));
        cases
    })
}

/// Whether an order that carries little weight is walked to the end all the same: of each field one direction, which is
/// drawn. Nothing is promised of where records stand, but none may get lost.
fn is_walked_whole(study: &Study, ground: &Ground<'_>, wish: &Wish<'_>) -> bool {
    let upward = draw(study, &format!("{} direction of {}", ground.operation.id, wish.field.field), &(0..2_u8), 1);
    match wish.direction {
        Some(Direction::Ascending) => upward.first() == Some(&0),
        Some(Direction::Descending) => upward.first() != Some(&0),
        None => true,
    }
}

/// A page size at which the list takes about `parts` pages.
fn size_of_part(study: &Study, ground: &Ground<'_>, wish: &Wish<'_>, parts: usize) -> u64 {
    let least = ((ground.walk.rows.len() + 1).div_ceil(parts)) as u64;
    let spread = (least / 6).max(1);
    let salt = format!("{} order {}", ground.operation.id, wish.name);
    least + draw(study, &salt, &(0..=spread), 1).first().copied().unwrap_or(0)
}

fn most(ground: &Ground<'_>) -> u64 {
    most_size(ground.lists).min(100)
}

/// One order that weighs, together with the filter that keeps most records while excluding some.
pub(crate) fn plan_sorted_and_filtered(study: &Study) -> Vec<Case> {
    plan_each(study, "order with filter", |ground| {
        let Some(wish) = ground.lists.sort.as_ref().and_then(|sort| {
            let weighty = wishes(sort)
                .into_iter()
                .filter(|wish| wish.field.order != Order::Text && wish.field.level(study.means.strict) > Level::Note);
            // The default order would not show that sorting gets lost.
            let default = sort.default.as_ref().map(|default| (default.field.as_str(), default.direction));
            weighty.into_iter().find(|wish| Some((wish.field.field.as_str(), wish.direction)) != default)
        }) else {
            return Vec::new();
        };
        let mut best: Option<(usize, Query)> = None;
        for (name, filter) in &ground.lists.filters {
            if is_light(study, filter) || filter.matching == Match::Contains {
                continue;
            }
            for value in trials(study, &ground, name, filter) {
                let query = ground.query().filter(name, value);
                let Some(matches) = ground.matches(&query) else { continue };
                let excludes = matches < ground.walk.rows.len();
                if excludes && matches > 1 && best.as_ref().is_none_or(|(most, _)| matches > *most) {
                    best = Some((matches, query));
                }
            }
        }
        let Some((matches, mut query)) = best else { return Vec::new() };
        query.sort = Some(wish.choice);
        query.size = Some(lawful_size(ground.lists, ((matches + 1).div_ceil(3)).max(2) as u64));
        vec![Case::pages(query, MOST_PAGES)]
    })
}
