//! Fields that tell records apart beside the key: those of filters that at most one record matches, and the one whose value
//! in the last record of a page is the token of the next.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use super::{Grower, Row};
use crate::document::{node, text_of};
use crate::mock::MockError;
use crate::mock::exchange::set_at;
use crate::mock::form::Filling;

/// How often another value is drawn before one is made.
const DRAWS: u64 = 12;

impl Grower<'_> {
    /// Gives records that share the value of such a field another one, as far as schema and rules allow.
    pub(super) fn keep_apart(&self, rows: &mut [Arc<Row>], filling: &Filling<'_>) -> Result<(), MockError> {
        for field in self.distinct_fields() {
            let mut known: HashSet<String> = HashSet::new();
            for (i, row) in rows.iter_mut().enumerate() {
                let Some(held) = node(&row.value, field).filter(|held| is_scalar(held)) else { continue };
                if known.insert(folded(held)) {
                    continue;
                }
                let fits = |value: &Value| -> Option<Value> {
                    let mut record = row.value.clone();
                    set_at(&mut record, field, value.clone());
                    (is_scalar(value) && !known.contains(&folded(value)) && self.judge(&record, i).is_ok())
                        .then_some(record)
                };
                let mut record = None;
                for draw in 1..=DRAWS {
                    if record.is_some() {
                        break;
                    }
                    let other = Filling { i, hash: filling.hash ^ (draw << 44), ..filling.clone() };
                    record = node(&self.fill(&other)?, field).and_then(fits);
                }
                let record = record.or_else(|| made(held, i, &known).as_ref().and_then(fits));
                if let Some(record) = record {
                    known.extend(node(&record, field).map(folded));
                    *row = Arc::new(Row::new(record, self.key));
                }
            }
        }
        Ok(())
    }

    /// Pointers of the fields, the key left out.
    fn distinct_fields(&self) -> Vec<&str> {
        let lists = self.contract.operations.iter().filter_map(|operation| operation.clause.lists.as_ref());
        let mut fields: Vec<&str> = Vec::new();
        for lists in lists.filter(|lists| lists.resource == self.name) {
            let unique = lists.filters.values().filter(|filter| filter.unique.is_some() && filter.rule.is_none());
            fields.extend(unique.filter_map(|filter| filter.field.as_deref()));
            let by_record = lists.page.next.as_ref().filter(|next| next.spot.is_none());
            fields.extend(by_record.and_then(|next| next.field.as_deref()));
        }
        fields.retain(|field| *field != self.key);
        fields.sort_unstable();
        fields.dedup();
        fields
    }
}

fn is_scalar(value: &Value) -> bool {
    value.is_string() || value.is_number()
}

/// A value as the most careless filter compares it.
fn folded(value: &Value) -> String {
    text_of(value).to_lowercase()
}

/// A value made from one that another record has already, where none can be drawn that is free: the next number, or the
/// text with the record's place.
fn made(held: &Value, i: usize, known: &HashSet<String>) -> Option<Value> {
    let Value::Number(number) = held else { return Some(Value::from(format!("{}-{i}", text_of(held)))) };
    let number = number.as_i64()?;
    let far = i64::try_from(known.len()).ok()? + 1;
    let above = (1..=far).map(|step| number.saturating_add(step));
    above.map(Value::from).find(|value| !known.contains(&folded(value)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_made_is_free() {
        let known: HashSet<String> = ["7", "8", "ann"].map(str::to_owned).into();
        assert_eq!(made(&json!(7), 3, &known), Some(json!(9)));
        assert_eq!(made(&json!("Ann"), 3, &known), Some(json!("Ann-3")));
        assert_eq!(made(&json!(0.5), 3, &known), None);
    }
}
