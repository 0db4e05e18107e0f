//! What stands in the place of a secret, told from a secret that looks a little like it.

use std::sync::LazyLock;

use regex::Regex;

use super::STARS;

/// `$NAME`, or `${NAME%??}00`, the variable without its end and something else behind it; nothing else beside it.
static VARIABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^\$(?:[A-Z_][A-Z0-9_]*|\{[A-Z_][A-Z0-9_]*(?:%\?+)?\}[01]*)$").ok());
/// A variable anywhere, whatever case its name has.
static SOMEWHERE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\$\{?[A-Za-z_]").ok());

/// Whether a text is nothing but what stands in the place of a secret: a bcrypt hash that begins with `$2y$` is not.
///
/// # Example
/// ```
/// use contract_gate::mask::is_placeholder;
///
/// assert!(["$TOKEN", "***", "base64($KEY:)"].iter().all(|text| is_placeholder(text)));
/// assert!(!is_placeholder("$2y$10$N9qo8uLOickgx2ZMRZoMye"));
/// ```
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let whole = |text: &str| text == STARS || VARIABLE.as_ref().is_some_and(|variable| variable.is_match(text));
    match text.strip_prefix("base64(").and_then(|rest| rest.strip_suffix(')')) {
        Some(user) => whole(user.strip_suffix(':').unwrap_or(user)),
        None => whole(text) || text.eq_ignore_ascii_case("redacted"),
    }
}

/// Whether some of a text stands in the place of a secret, or may do so.
#[must_use]
pub fn holds_placeholder(text: &str) -> bool {
    text.contains(STARS) || SOMEWHERE.as_ref().is_none_or(|variable| variable.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_one_to_its_end() {
        for text in ["$TOKEN", "$_K2", "${KEY%????}0000", "***", "base64($PAIR)", "base64(***)", "REDACTED"] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["$2y$10$abc", "$1$abc", "$TOKEN-and-more", "a***b", "$ecret", "${KEY}x", "base64(user:pass)", ""] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
