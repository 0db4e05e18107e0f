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

/// Whether a day has come on the day `today`, which is written as `YYYY-MM-DD`.
pub(crate) fn has_come(day: Date, today: &str) -> bool {
    today.parse::<Date>().is_ok_and(|today| day <= today)
}

/// Whether the sunset of a node has passed on the day `today`; none when it has none. One that cannot be read has not.
pub(crate) fn passed(side: &Side<'_>, node: NodeId, today: &str) -> Option<bool> {
    Some(sunset(side, node)?.1.is_ok_and(|sunset| has_come(sunset.day, today)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_compared_as_days_however_they_are_written() {
        for (written, come) in [("20260101", true), ("2026-01-01", true), ("20260103", false), ("2026-01-03", false)] {
            let day = written.parse().expect("a date");
            assert_eq!(has_come(day, "2026-01-02"), come, "{written}");
        }
        assert!(!has_come(Date::constant(2026, 1, 1), "someday"));
    }
}
