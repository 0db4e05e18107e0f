//! Sunset dates: until when something that is deprecated stays.

use jiff::civil::Date;

use super::arena::{NodeId, Side};

/// The keys under which a sunset date is written.
const SUNSET_KEYS: [&str; 2] = ["x-sunset", "x-sunset-date"];

/// A sunset date, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sunset<'a> {
    pub(crate) day: Date,
    pub(crate) text: &'a str,
}

/// A sunset date, or the text that is none, under the key that holds it.
pub(crate) fn sunset<'a>(side: &Side<'a>, node: NodeId) -> Option<(&'static str, Result<Sunset<'a>, &'a str>)> {
    SUNSET_KEYS.iter().find_map(|key| {
        let text = side.text(node, key)?;
        let written = text.get(..10).unwrap_or(text);
        Some((*key, written.parse().map(|day| Sunset { day, text: written }).map_err(|_| text)))
    })
}

/// Whether the sunset of a node has passed on the day `today`; none when it has none. One that cannot be read has not.
pub(crate) fn passed(side: &Side<'_>, node: NodeId, today: Date) -> Option<bool> {
    Some(sunset(side, node)?.1.is_ok_and(|sunset| sunset.day <= today))
}
