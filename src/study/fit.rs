//! Whether a record belongs into a filtered list.

use std::sync::Arc;

use serde_json::Value;

use super::rank::{Rank, agreed, day};
use super::row::{Model, Row, Trait, hash};
use crate::contract::semantics::{Absent, Case, Filter, Lists, Match};
use crate::contract::{Expression, Truth};
use crate::document::node;

/// Whether a record belongs into a filtered list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// It must be there.
    Must,
    /// It may be there: the sources leave it open.
    May,
    /// It must not be there.
    Not,
    /// This cannot be decided.
    Unknown,
}

/// Seconds: a day, and the time zones around it.
const TWO_DAYS: f64 = 2.0 * 86_400.0;

/// What one filter asks for with one value, read once and held against many records.
#[derive(Debug)]
pub struct Wanted<'a> {
    filter: &'a Filter,
    rule: Option<&'a Expression>,
    index: Option<usize>,
    terms: Vec<Term>,
    /// The value as rules see it.
    value: Value,
    /// Where reduced records say whether the rule holds for the value.
    ruled: Option<usize>,
}

impl<'a> Wanted<'a> {
    /// Reads what filter `name` asks for with `value`.
    #[must_use]
    pub fn new(model: &'a Model, name: &str, filter: &'a Filter, value: &Value) -> Self {
        let single = std::slice::from_ref(value);
        let options = match (filter.matching, value) {
            (Match::AnyOf, Value::Array(options)) => options.as_slice(),
            _ => single,
        };
        let text = Value::String(text_of(value));
        Self {
            filter,
            rule: model.rule(name),
            ruled: model.ruled(name, &text),
            index: filter.field.as_deref().and_then(|field| model.field(field)),
            terms: options.iter().map(|option| Term::of(option, filter.matching)).collect(),
            value: text,
        }
    }

    /// Whether a reduced record fits.
    #[must_use]
    pub fn row(&self, row: &Row) -> Fit {
        match (self.index.and_then(|index| row.traits.get(index)), &self.filter.rule) {
            (Some(held), None) => self.held(&Held::reduced(held)),
            (_, Some(_)) => self.ruled.and_then(|index| row.ruled.get(index)).copied().unwrap_or(Fit::Unknown),
            (None, None) => Fit::Unknown,
        }
    }

    /// Whether a record, at hand in full, fits.
    #[must_use]
    pub fn record(&self, record: &Value) -> Fit {
        if let Some(rule) = self.rule {
            return match rule.truth(&[("self", record), ("value", &self.value)]) {
                Truth::Holds => Fit::Must,
                Truth::Broken => Fit::Not,
                Truth::Undefined(_) => Fit::Unknown,
            };
        }
        match &self.filter.field {
            Some(field) => self.held(&Held::full(node(record, field))),
            None => Fit::Unknown,
        }
    }

    /// Whether some record shows the field that the filter is about, if it is about one.
    #[must_use]
    pub fn is_shown(&self, rows: &[Arc<Row>]) -> bool {
        self.index.is_none_or(|index| rows.iter().any(|row| row.traits.get(index) != Some(&Trait::Absent)))
    }

    fn held(&self, held: &Held<'_>) -> Fit {
        let case = self.filter.case;
        match self.filter.matching {
            Match::Equal | Match::AnyOf => best(self.terms.iter().map(|term| term.equal(case, held))),
            Match::Contains => best(self.terms.iter().map(|term| term.contains(case, held))),
            Match::AtLeast => self.ranked(held, |held, wanted| held >= wanted),
            Match::AtMost => self.ranked(held, |held, wanted| held <= wanted),
            Match::Above => self.ranked(held, |held, wanted| held > wanted),
            Match::Below => self.ranked(held, |held, wanted| held < wanted),
        }
    }

    fn ranked(&self, held: &Held<'_>, holds: impl Fn(Rank, Rank) -> bool) -> Fit {
        let wanted = self.terms.first().and_then(|term| term.rank);
        let by_day = self.terms.first().is_some_and(|term| term.is_day) && !held.is_day();
        match (held, held.rank(), wanted) {
            // Where the day begins and ends for the server is not known.
            (_, Some(held), Some(wanted)) if by_day && (held.figure() - wanted.figure()).abs() < TWO_DAYS => {
                Fit::Unknown
            }
            (Held::Nothing, ..) => Fit::Not,
            (_, Some(held), Some(wanted)) => exact(holds(held, wanted)),
            (Held::Text(text, _), None, None) => {
                let order = self.terms.first().and_then(|term| agreed(text, &term.text));
                let rank = |order: i8| Rank::Number(f64::from(order));
                order.map_or(Fit::Unknown, |order| exact(holds(rank(order as i8), rank(0))))
            }
            _ => Fit::Unknown,
        }
    }
}

/// What a query asks of a record: all of its filters, and those that are left out where that means something.
#[derive(Debug)]
pub struct Fitting<'a>(Vec<(Wanted<'a>, bool)>);

impl<'a> Fitting<'a> {
    /// What `filters` ask for, sent to a list.
    #[must_use]
    pub fn new(lists: &'a Lists, model: &'a Model, filters: &[(String, Value)]) -> Self {
        // Who asks for some values of a field leaves nothing to what is meant without.
        let asked: Vec<&String> =
            filters.iter().filter_map(|(name, _)| lists.filters.get(name)?.field.as_ref()).collect();
        let wanted = lists.filters.iter().filter_map(|(name, filter)| {
            let sent = filters.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            if sent.is_none() && filter.field.as_ref().is_some_and(|field| asked.contains(&field)) {
                return None;
            }
            let (value, open) = match (sent, &filter.absent) {
                (Some(value), _) | (None, Some(Absent::Only(value))) => (value, false),
                (None, Some(Absent::Either { either })) => (either, true),
                (None, None) => return None,
            };
            Some((Wanted::new(model, name, filter, value), open))
        });
        Self(wanted.collect())
    }

    /// What it means that one filter is left out.
    #[must_use]
    pub fn of_absent(lists: &'a Lists, model: &'a Model, name: &str) -> Self {
        let mut all = Self::new(lists, model, &[]);
        all.0.retain(|(wanted, _)| lists.filters.get(name).is_some_and(|filter| std::ptr::eq(filter, wanted.filter)));
        all
    }

    /// Whether a reduced record belongs into the answer.
    #[must_use]
    pub fn row(&self, row: &Row) -> Fit {
        let mut worst = Fit::Must;
        for (wanted, open) in &self.0 {
            let fit = match wanted.row(row) {
                Fit::Must => Fit::Must,
                _ if *open => Fit::May,
                other => other,
            };
            worst = match (worst, fit) {
                (_, Fit::Not) => return Fit::Not,
                (Fit::Unknown, _) | (_, Fit::Unknown) => Fit::Unknown,
                (Fit::May, _) | (_, Fit::May) => Fit::May,
                _ => Fit::Must,
            };
        }
        worst
    }

    /// Whether a record, at hand in full, must be in the answer.
    #[must_use]
    pub fn must_hold(&self, record: &Value) -> bool {
        self.0.iter().all(|(wanted, _)| wanted.record(record) == Fit::Must)
    }
}

/// One value that is asked for.
#[derive(Debug)]
struct Term {
    text: String,
    lower: String,
    ascii: bool,
    is_text: bool,
    is_null: bool,
    hashes: (u64, u64),
    number: Option<f64>,
    /// Whether it is a day, which begins at another moment in each time zone.
    is_day: bool,
    /// Number or instant to compare by; `None` where the filter does not compare.
    rank: Option<Rank>,
}

impl Term {
    fn of(value: &Value, matching: Match) -> Self {
        let text = text_of(value);
        let lower = text.to_lowercase();
        let compares = matches!(matching, Match::AtLeast | Match::AtMost | Match::Above | Match::Below);
        Self {
            is_day: day(&text).is_some(),
            ascii: text.is_ascii(),
            is_text: value.is_string(),
            is_null: value.is_null(),
            hashes: (hash(&text), hash(&lower)),
            number: text.parse().ok(),
            rank: if compares { Rank::of(value) } else { None },
            text,
            lower,
        }
    }

    fn equal(&self, case: Case, held: &Held<'_>) -> Fit {
        match held {
            Held::Nothing => exact(self.is_null),
            Held::Bool(flag) => exact(self.text == if *flag { "true" } else { "false" }),
            Held::Number(number) => exact(self.number.is_some_and(|wanted| wanted.total_cmp(number).is_eq())),
            Held::Text(held, _) => graded(case, *held == self.text, || self.is_folded(held)),
            Held::Hashed(whole, folded, _) => graded(case, *whole == self.hashes.0, || *folded == self.hashes.1),
            Held::Other => Fit::Unknown,
        }
    }

    fn contains(&self, case: Case, held: &Held<'_>) -> Fit {
        match held {
            Held::Text(held, _) if self.is_text => {
                graded(case, held.contains(&self.text), || held.to_lowercase().contains(&self.lower))
            }
            Held::Nothing => Fit::Not,
            _ => Fit::Unknown,
        }
    }

    /// Whether a text differs in case at most.
    fn is_folded(&self, held: &str) -> bool {
        if self.ascii && held.is_ascii() {
            return held.eq_ignore_ascii_case(&self.text);
        }
        held.to_lowercase() == self.lower
    }
}

/// What a record holds in a field, reduced or in full.
enum Held<'a> {
    /// Not there, or null.
    Nothing,
    Bool(bool),
    Number(f64),
    Text(&'a str, Option<Rank>),
    /// As in [`Trait::Hashed`].
    Hashed(u64, u64, Option<Rank>),
    Other,
}

impl<'a> Held<'a> {
    fn reduced(held: &'a Trait) -> Self {
        match held {
            Trait::Absent | Trait::Null => Self::Nothing,
            Trait::Bool(flag) => Self::Bool(*flag),
            Trait::Number(number) => Self::Number(*number),
            Trait::Text(text, moment) => Self::Text(text, *moment),
            Trait::Hashed(whole, folded, moment) => Self::Hashed(*whole, *folded, *moment),
            Trait::Other(_) => Self::Other,
        }
    }

    fn full(value: Option<&'a Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Nothing,
            Some(Value::Bool(flag)) => Self::Bool(*flag),
            Some(Value::Number(number)) => Self::Number(number.as_f64().unwrap_or(f64::NAN)),
            Some(Value::String(text)) => Self::Text(text, None),
            Some(_) => Self::Other,
        }
    }

    fn rank(&self) -> Option<Rank> {
        match self {
            Self::Number(number) => Some(Rank::Number(*number)),
            Self::Text(text, moment) => moment.or_else(|| Rank::of_text(text)),
            Self::Hashed(_, _, moment) => *moment,
            _ => None,
        }
    }

    /// Whether it is a day, and not a moment of one.
    fn is_day(&self) -> bool {
        matches!(self, Self::Text(text, _) if day(text).is_some())
    }
}

pub(super) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn exact(same: bool) -> Fit {
    if same { Fit::Must } else { Fit::Not }
}

fn graded(case: Case, whole: bool, folded: impl FnOnce() -> bool) -> Fit {
    match case {
        _ if whole => Fit::Must,
        Case::Ignore => exact(folded()),
        Case::Either if folded() => Fit::May,
        _ => Fit::Not,
    }
}

fn best(fits: impl Iterator<Item = Fit>) -> Fit {
    let weight = |fit: &Fit| match fit {
        Fit::Must => 3,
        Fit::May => 2,
        Fit::Unknown => 1,
        Fit::Not => 0,
    };
    fits.max_by_key(weight).unwrap_or(Fit::Not)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fits_follow_the_kind_of_match() {
        let fit = |text: &str, held: &Value, value: &Value| {
            let filter: Filter = serde_json::from_str(text).expect("a filter");
            Wanted::new(&Model::default(), "name", &filter, value).held(&Held::full(Some(held)))
        };
        let email = r#"{"slot": {"query": "email"}, "field": "/email", "case": "either"}"#;
        assert_eq!(fit(email, &json!("a@x.io"), &json!("a@x.io")), Fit::Must);
        assert_eq!(fit(email, &json!("A@x.io"), &json!("a@x.io")), Fit::May);
        assert_eq!(fit(email, &json!("ba@x.io"), &json!("a@x.io")), Fit::Not);
        assert_eq!(fit(email, &json!("Äb"), &json!("äB")), Fit::May);
        let least = r#"{"slot": {"query": "gte"}, "field": "/n", "match": "at-least"}"#;
        assert_eq!(fit(least, &json!(3), &json!("3")), Fit::Must);
        assert_eq!(fit(least, &json!(2.5), &json!("3")), Fit::Not);
        assert_eq!(fit(least, &json!("2025-01-01T01:00:00+01:00"), &json!("2025-01-01T00:00:00Z")), Fit::Must);
        let (bound, earlier) = (json!("2025-01-01T00:00:00.123000020Z"), json!("2025-01-01T00:00:00.123000019Z"));
        assert_eq!(fit(least, &bound, &bound), Fit::Must);
        assert_eq!(fit(least, &earlier, &bound), Fit::Not);
        assert_eq!(fit(least, &Value::Null, &json!("3")), Fit::Not);
        assert_eq!(fit(least, &json!("10.50"), &json!("9.75")), Fit::Must);
        assert_eq!(fit(least, &json!("2025-03-01"), &json!("2025-03-02")), Fit::Not);
        assert_eq!(fit(least, &json!("2025-03-01T23:00:00Z"), &json!("2025-03-02")), Fit::Unknown);
        assert_eq!(fit(least, &json!("2025-03-05T23:00:00Z"), &json!("2025-03-02")), Fit::Must);
        assert_eq!(fit(least, &json!("c1010"), &json!("c1009")), Fit::Must);
        assert_eq!(fit(least, &json!("c1008"), &json!("c1009")), Fit::Not);
        assert_eq!(fit(least, &json!("d1008"), &json!("c1009")), Fit::Unknown);
        let any = r#"{"slot": {"query": "ids"}, "field": "/id", "match": "any-of"}"#;
        assert_eq!(fit(any, &json!("b"), &json!(["a", "b"])), Fit::Must);
        assert_eq!(fit(any, &json!("c"), &json!(["a", "b"])), Fit::Not);
    }
}
