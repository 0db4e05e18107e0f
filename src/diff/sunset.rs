//! Sunset dates: until when something that is deprecated stays.

use super::arena::{NodeId, Side};

/// The keys under which a sunset date is written.
const SUNSET_KEYS: [&str; 2] = ["x-sunset", "x-sunset-date"];

/// A sunset date as `YYYY-MM-DD`, or the text that is none, under the key that holds it.
pub(crate) fn sunset<'a>(side: &Side<'a>, node: NodeId) -> Option<(&'static str, Result<&'a str, &'a str>)> {
    SUNSET_KEYS.iter().find_map(|key| {
        let text = side.text(node, key)?;
        let day = text.get(..10).unwrap_or(text);
        let good = day.parse::<jiff::civil::Date>().is_ok();
        Some((*key, if good { Ok(day) } else { Err(text) }))
    })
}

/// Whether the sunset of a node has passed on the day `today`; none when it has none. One that cannot be read has not.
pub(crate) fn passed(side: &Side<'_>, node: NodeId, today: &str) -> Option<bool> {
    Some(sunset(side, node)?.1.is_ok_and(|day| day <= today))
}
