//! Credentials and tenants that nobody has.

use serde_json::Value;

/// The token that nobody issued.
pub(super) const WRONG_TOKEN: &str = "contract-gate-wrong-credential";
/// A tenant that does not exist, where no own one shows what tenants look like.
pub(super) const UNKNOWN_TENANT: &str = "contract-gate-no-such-tenant";
/// Characters at the end of a tenant that are changed to make another of the same form.
const TENANT_TAIL: usize = 8;

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
