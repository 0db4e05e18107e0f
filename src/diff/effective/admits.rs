//! Whether one value satisfies the merged keywords of a schema.

use serde_json::{Value, json};

use super::Effective;
use crate::diff::checker;
use crate::diff::types::{Range, TypeSet, integer_format};

impl Effective<'_> {
    /// Whether no value satisfies the keywords, whatever unions and `not` say besides.
    pub(crate) fn is_void(&self) -> bool {
        let crossed = |range: &Range| range.low > range.high;
        let void = [
            (TypeSet::STRING, crossed(&self.length)),
            (TypeSet::ARRAY, crossed(&self.item_count)),
            (TypeSet::OBJECT, crossed(&self.property_count)),
            (TypeSet::NUMBER, crossed(&self.range)),
        ];
        let left = void.iter().filter(|(_, void)| *void).fold(self.types, |types, (kind, _)| types.without(*kind));
        !self.nullable && left.is_empty()
    }

    /// Whether an enumerated value satisfies the other keywords; in doubt it does.
    pub(crate) fn admits(&self, value: &Value) -> bool {
        let kind = TypeSet::of(value);
        if !kind.within(self.types) {
            return false;
        }
        match value {
            Value::Number(number) => number.as_f64().is_none_or(|number| {
                let stepped = |step: &f64| ((number / step) - (number / step).round()).abs() < 1e-9;
                let formatted = |range: Range| range.holds(number);
                self.range.holds(number)
                    && self.multiples.iter().all(stepped)
                    && self.formats.iter().filter_map(|name| integer_format(name)).all(formatted)
            }),
            Value::String(text) => {
                #[expect(clippy::cast_precision_loss, reason = "lengths of texts are small")]
                let length = text.chars().count() as f64;
                let fits = |keyword: &str, operand: &str| {
                    checker::is_valid(&json!({ keyword: operand }), value) != Some(false)
                };
                self.length.holds(length)
                    && self.patterns.iter().all(|pattern| fits("pattern", pattern))
                    && self.formats.iter().all(|format| fits("format", format))
            }
            _ => true,
        }
    }
}
