//! Credentials and tenants that nobody has.

use serde_json::Value;

/// The token that nobody issued, where no own one shows what tokens look like.
const WRONG_TOKEN: &str = "contract-gate-wrong-credential";
/// Length from which an own token is long enough to be half changed.
const LONG_TOKEN: usize = 12;
/// Most characters that are changed at the end of a token: too many to be guessed by who reads of it in a log.
const TOKEN_TAIL: usize = 16;
/// A tenant that does not exist, where no own one shows what tenants look like.
pub(super) const UNKNOWN_TENANT: &str = "contract-gate-no-such-tenant";
/// Characters at the end of a tenant that are changed to make another of the same form.
const TENANT_TAIL: usize = 8;

/// A token that nobody issued, and what stands for it in records, `name` being what stands for the own one. It begins as
/// the own one does: who compares the beginning alone, or cuts tokens off, lets it in.
pub(super) fn wrong_token(own: Option<&str>, name: &str) -> (String, String) {
    let made_up = || (WRONG_TOKEN.to_owned(), WRONG_TOKEN.to_owned());
    let Some(own) = own.filter(|own| own.len() >= LONG_TOKEN && own.bytes().all(|byte| byte.is_ascii_graphic())) else {
        return made_up();
    };
    // A user and a password are two things; only the second is secret.
    if own.contains(':') {
        return made_up();
    }
    let tail = TOKEN_TAIL.min(own.len() / 2);
    let (head, end) = own.split_at(own.len() - tail);
    let other = if end.bytes().all(|byte| byte == b'0') { "1" } else { "0" }.repeat(tail);
    let shown = format!("${{{}%{}}}{other}", name.trim_start_matches('$'), "?".repeat(tail));
    (format!("{head}{other}"), shown)
}

/// A tenant that does not exist, of the form of the own one: what breaks the form is refused for that alone.
pub(super) fn unknown_tenant(own: Option<&Value>) -> String {
    let Some(own) = own.and_then(Value::as_str).filter(|own| own.chars().count() >= 4) else {
        return UNKNOWN_TENANT.to_owned();
    };
    let start = own.chars().count().saturating_sub(TENANT_TAIL).max(own.rfind(['_', '-', ':']).map_or(0, |at| at + 1));
    // Letters stay as they are where there are digits enough: those of a UUID are hexadecimal.
    let with_letters = own.chars().skip(start).filter(char::is_ascii_digit).count() < 3;
    let turn = |c: char, first: u8, count: u8| char::from(first + (c as u8 - first + count / 2) % count);
    let other: String = own
        .chars()
        .enumerate()
        .map(|(index, c)| match c {
            _ if index < start => c,
            '0'..='9' => turn(c, b'0', 10),
            'a'..='z' if with_letters => turn(c, b'a', 26),
            'A'..='Z' if with_letters => turn(c, b'A', 26),
            _ => c,
        })
        .collect();
    if other == own { UNKNOWN_TENANT.to_owned() } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_token_begins_as_the_own_one_does() {
        let (token, shown) = wrong_token(Some("sk_live_4f7d9a0b"), "$KEY");
        assert_eq!((token.as_str(), shown.as_str()), ("sk_live_00000000", "${KEY%????????}00000000"));
        assert_eq!(wrong_token(Some("sk_live_00000000"), "$KEY").0, "sk_live_11111111");
        let long = "x".repeat(64);
        assert_eq!(wrong_token(Some(&long), "$KEY").0, format!("{}{}", "x".repeat(48), "0".repeat(16)));
    }

    #[test]
    fn what_is_short_or_made_of_two_parts_is_left_alone() {
        for own in [None, Some("short"), Some("user:password-of-theirs"), Some("with a blank in it")] {
            assert_eq!(wrong_token(own, "$KEY").0, WRONG_TOKEN);
        }
    }
}
