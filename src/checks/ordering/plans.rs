//! How orders are walked.

use super::wishes;
use crate::case::{Case, Query};
use crate::checks::draw::draw;
use crate::checks::filtering::{Ground, MOST_PAGES, for_second, is_light, lawful_size, most_size, plan_each, trials};
use crate::contract::semantics::{Match, Order};
use crate::finding::Level;
use crate::study::Study;

/// Every order of every list: those that weigh over several pages, at sizes that put ties on page borders; the others at
/// fewer requests.
pub(crate) fn plan_orders(study: &Study) -> Vec<Case> {
    plan_each(study, "orders", |ground| {
        let Some(sort) = &ground.lists.sort else { return Vec::new() };
        let records = ground.walk.rows.len();
        let mut cases = Vec::new();
        for (index, wish) in wishes(sort).into_iter().enumerate() {
            let level = wish.field.level(study.means.strict);
            let mut query = ground.query();
            query.sort = Some(wish.choice.clone());
            let (size, pages) = match (wish.field.order, level <= Level::Note) {
                (Order::Text, true) => (most(&ground), 1),
                (_, true) => (most(&ground), 3),
                // Neighbouring orders are cut at different places.
                (_, false) => {
                    let parts = if index % 2 == 0 { 4 } else { 3 };
                    let least = ((records + 1).div_ceil(parts)) as u64;
                    let spread = (least / 6).max(1);
                    let salt = format!("{} order {}", ground.operation.id, wish.name);
                    let extra = draw(study, &salt, &(0..=spread), 1).first().copied().unwrap_or(0);
                    (least + extra, MOST_PAGES)
                }
            };
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
            if is_light(study, filter) || !matches!(filter.matching, Match::Equal | Match::AnyOf) {
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
