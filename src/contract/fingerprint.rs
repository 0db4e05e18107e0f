//! Values told apart by 64 bits, whatever the order of members and however a number is written.

use serde_json::{Number, Value};
use xxhash_rust::xxh3::xxh3_64;

/// A hash of a value that does not depend on the order of members or on how a number is written.
///
/// # Example
/// ```
/// use contract_gate::contract::fingerprint;
/// use serde_json::json;
/// assert_eq!(fingerprint(&json!({"a": 1, "b": null})), fingerprint(&json!({"b": null, "a": 1.0})));
/// assert_ne!(fingerprint(&json!({"a": true, "b": false})), fingerprint(&json!({"a": false, "b": true})));
/// ```
#[must_use]
pub fn fingerprint(value: &Value) -> u64 {
    match value {
        Value::Null => 1,
        Value::Bool(flag) => mixed(2 + u64::from(*flag)),
        // Minus zero is zero.
        Value::Number(number) => match beyond_doubles(number) {
            Some(whole) => mixed(whole ^ 0x7f4a_7c15),
            None => mixed((number.as_f64().unwrap_or_default() + 0.0).to_bits() ^ 0x9e37_79b9),
        },
        Value::String(text) => mixed(xxh3_64(text.as_bytes()) ^ 5),
        Value::Array(items) => items.iter().fold(7, |sum, item| mixed(sum ^ fingerprint(item)).wrapping_add(13)),
        Value::Object(members) => fingerprint_of_members(members.iter()),
    }
}

/// A whole number that no double is exactly, by its bits: keys beyond 2^53 differ in their last digits alone.
fn beyond_doubles(number: &Number) -> Option<u64> {
    let whole = number.as_i128()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        reason = "whether it is exact is what is asked"
    )]
    let exact = (whole as f64) as i128 == whole;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the lower half tells numbers of 64 bits apart"
    )]
    (!exact).then_some(whole as u64)
}

/// The fingerprint of an object of these members.
pub(crate) fn fingerprint_of_members<'a>(members: impl Iterator<Item = (&'a String, &'a Value)>) -> u64 {
    // A sum, so that order does not count. Each member is mixed before, name and value together: were they only added up,
    // two members that exchange their values would come to the same as often as not.
    members.fold(11, |sum: u64, (name, member)| {
        sum.wrapping_add(mixed(xxh3_64(name.as_bytes()).rotate_left(23) ^ fingerprint(member)))
    })
}

/// One hash out of several, by their order.
pub(crate) fn fingerprint_of_all(prints: impl Iterator<Item = u64>) -> u64 {
    prints.fold(17, |sum, print| mixed(sum ^ print).wrapping_add(13))
}

/// Spreads every bit over all of them: the finaliser of `MurmurHash3`.
const fn mixed(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xff51_afd7_ed55_8ccd);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    bits ^ (bits >> 33)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use serde_json::json;

    #[test]
    fn order_and_spelling_of_numbers_do_not_count() {
        let near = |text: &str| fingerprint(&serde_json::from_str(text).expect("a number"));
        assert_ne!(near("9007199254740993"), near("9007199254740992"));
        assert_eq!(near("9007199254740992"), near("9007199254740992.0"));
        let one = json!({"a": 1, "b": [1, 2], "c": {"x": null}, "d": 0});
        let two = json!({"c": {"x": null}, "b": [1.0, 2], "a": 1.0, "d": -0.0});
        assert_eq!(fingerprint(&one), fingerprint(&two));
        assert_ne!(fingerprint(&one), fingerprint(&json!({"a": 1, "b": [2, 1], "c": {"x": null}, "d": 0})));
    }

    #[test]
    fn members_that_exchange_small_values_differ() {
        let values = [json!(0), json!(1), json!(2), json!(3), json!(true), json!(false), json!(null), json!("")];
        let names = ["a", "b", "is_active", "active", "total", "count", "margin", "profit"];
        let mut seen = HashSet::new();
        let mut drawn = 0;
        for (index, one) in names.iter().enumerate() {
            for two in &names[index + 1..] {
                for first in &values {
                    for second in &values {
                        drawn += 1;
                        seen.insert(fingerprint(&json!({*one: first, *two: second})));
                    }
                }
            }
        }
        assert_eq!(seen.len(), drawn);
    }
}
