//! How a server handles what it is sent beyond the ordinary: what it served must not be refused.

use serde_json::Value;

use super::plain::handling;
use crate::diff::rule::Rule;
use crate::diff::rules;

/// What a handling promises to whoever sends such a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Served,
    Refused,
    /// Either of them: nobody can rely on one.
    Open,
}

fn outcome(word: &str) -> Outcome {
    match word {
        "either" => Outcome::Open,
        "refuse" | "refused" => Outcome::Refused,
        _ => Outcome::Served,
    }
}

/// The rule that speaks when one handling takes the place of another, by the key under which it stands.
pub(super) fn decided(key: &str, old: Option<&Value>, new: Option<&Value>) -> &'static Rule {
    let undecided = match key {
        "ceiling" | "values" | "partial" => true,
        // Left out, sizes below the least are handled as `below` says.
        "zero" => old.is_none() || new.is_none(),
        _ => false,
    };
    let (old, new) = (handling(old), handling(new));
    match (outcome(&old), outcome(&new)) {
        _ if undecided => &rules::promise_changed::RULE,
        (Outcome::Open, Outcome::Served | Outcome::Refused) => &rules::promise_strengthened::RULE,
        // Who pages until an empty page or a refusal comes would page for ever.
        _ if key == "past-end" => &rules::past_end_changed::RULE,
        (Outcome::Served, Outcome::Refused | Outcome::Open) => &rules::handling_narrowed::RULE,
        (Outcome::Refused, Outcome::Served | Outcome::Open) => &rules::handling_widened::RULE,
        _ => &rules::promise_changed::RULE,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_served_and_may_be_refused_is_narrowed() {
        for (key, old, new, rule) in [
            ("unknown-parameters", "ignored", "refused", "handling-narrowed"),
            ("unknown-parameters", "ignore", "refuse", "handling-narrowed"),
            ("unknown-parameters", "ignored", "either", "handling-narrowed"),
            ("unknown-parameters", "refused", "ignored", "handling-widened"),
            ("unknown-parameters", "either", "refused", "promise-strengthened"),
            ("past-end", "empty", "refuse", "past-end-changed"),
            ("past-end", "refuse", "empty", "past-end-changed"),
            ("past-end", "either", "empty", "promise-strengthened"),
            ("unknown", "refuse", "either", "handling-widened"),
            ("zero", "default", "either", "handling-narrowed"),
        ] {
            assert_eq!(decided(key, Some(&json!(old)), Some(&json!(new))).id, rule, "{key}: {old} to {new}");
        }
        assert_eq!(decided("past-end", Some(&json!("empty")), None).id, "past-end-changed");
        assert_eq!(decided("zero", Some(&json!("default")), None).id, "promise-changed");
    }
}
