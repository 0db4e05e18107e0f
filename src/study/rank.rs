//! A value to compare by: a number, or a moment to the nanosecond.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::contract::moment;

/// A value to compare by. A double tells moments of this century apart by some 240 nanoseconds only, so they are kept as
/// they are.
#[derive(Clone, Copy, Debug)]
pub enum Rank {
    /// A number.
    Number(f64),
    /// A moment.
    Moment(Timestamp),
}

impl Rank {
    /// A number or a text as a value to compare by.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_f64().map(Self::Number),
            Value::String(text) => Self::of_text(text),
            _ => None,
        }
    }

    /// A text as a value to compare by: an instant, a day, or a decimal number.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let moment = moment(text).or_else(|| day(text)).map(Self::Moment);
        moment.or_else(|| text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number))
    }

    /// The number, or the seconds since 1970, as near as a double comes.
    #[must_use]
    pub fn figure(self) -> f64 {
        match self {
            Self::Number(number) => number,
            #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit into 2^53")]
            Self::Moment(moment) => moment.as_microsecond() as f64 / 1e6,
        }
    }

    /// The order of two values; those that cannot be compared count as equal.
    #[must_use]
    pub fn order(self, other: Self) -> Ordering {
        self.partial_cmp(&other).unwrap_or(Ordering::Equal)
    }
}

impl PartialEq for Rank {
    fn eq(&self, other: &Self) -> bool {
        self.partial_cmp(other) == Some(Ordering::Equal)
    }
}

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Moment(one), Self::Moment(two)) => Some(one.cmp(two)),
            _ => self.figure().partial_cmp(&other.figure()),
        }
    }
}

/// How two texts compare, where every collation agrees: they are of one length and differ in nothing but digits. Instants of
/// different offsets compare in two ways, as texts and as moments.
#[must_use]
pub fn agreed(one: &str, two: &str) -> Option<Ordering> {
    let alike = |(one, two): (u8, u8)| one == two || (one.is_ascii_digit() && two.is_ascii_digit());
    let same = one.len() == two.len() && one.bytes().zip(two.bytes()).all(alike);
    (same && offset(one) == offset(two)).then(|| one.cmp(two))
}

/// The offset from UTC that a text ends with.
fn offset(text: &str) -> Option<&str> {
    let tail = text.get(text.len().checked_sub(6)?..)?;
    let bytes = tail.as_bytes();
    (matches!(bytes[0], b'+' | b'-') && bytes[3] == b':').then_some(tail)
}

/// The first moment of a day, in UTC.
pub(super) fn day(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok())??;
    moment(&format!("{date}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_compare_where_every_collation_agrees() {
        assert_eq!(agreed("c1009", "c1010"), Some(Ordering::Less));
        assert_eq!(agreed("2026-02-01", "2025-12-31"), Some(Ordering::Greater));
        assert_eq!(agreed("c9", "c10"), None);
        assert_eq!(agreed("a1", "b1"), None);
        assert_eq!(agreed("C1", "c2"), None);
        assert_eq!(agreed("2026-02-01T10:00:00+01:00", "2026-02-01T09:30:00+02:00"), None);
        assert_eq!(agreed("2026-02-01T10:00:00+01:00", "2026-02-01T09:30:00+01:00"), Some(Ordering::Greater));
    }

    #[test]
    fn moments_a_nanosecond_apart_are_told_apart() {
        let rank = |text: &str| Rank::of_text(text).expect("compares");
        assert!(rank("2026-02-01T10:00:00.123000001Z") > rank("2026-02-01T10:00:00.123Z"));
        assert!(rank("2026-02-01T12:00:00.123000001+02:00") == rank("2026-02-01T10:00:00.123000001Z"));
        assert!(rank("2026-02-01") < rank("2026-02-01T00:00:00.000000001Z"));
        assert!(rank("10.5") > rank("9.75"));
        assert_eq!(Rank::of(&serde_json::json!(2.5)).map(Rank::figure), Some(2.5));
        assert!(Rank::of_text("yesterday").is_none());
    }
}
