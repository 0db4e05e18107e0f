//! Credentials of HTTP's Basic scheme (RFC 7617): `user:password` in base64.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::Secret;

/// Base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How a credential of the Basic scheme was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basic {
    /// As `user:password`.
    Pair,
    /// As a key alone: the user, with an empty password.
    Key,
    /// In base64 already.
    Encoded,
}

impl Basic {
    /// Tells how a credential was given.
    #[must_use]
    pub fn of(credential: &str) -> Self {
        match (credential.contains(':'), decoded(credential)) {
            (true, _) => Self::Pair,
            (false, Some(_)) => Self::Encoded,
            (false, None) => Self::Key,
        }
    }

    /// What stands behind `Basic` in the header.
    ///
    /// # Example
    /// ```
    /// use contract_gate::mask::Basic;
    ///
    /// for given in ["user:password", "dXNlcjpwYXNzd29yZA=="] {
    ///     assert_eq!(Basic::of(given).encode(given), "dXNlcjpwYXNzd29yZA==");
    /// }
    /// ```
    #[must_use]
    pub fn encode(self, credential: &str) -> String {
        match self {
            Self::Pair => STANDARD.encode(credential),
            Self::Key => STANDARD.encode(format!("{credential}:")),
            Self::Encoded => credential.to_owned(),
        }
    }
}

/// What else must not show where a secret must not: its password, and both in clear if it is given in base64.
pub(super) fn parts(secret: &Secret) -> Vec<Secret> {
    let text = secret.expose().trim();
    let plain = decoded(text);
    let pair = plain.as_deref().unwrap_or(text);
    let password = pair.split_once(':').map(|(_, password)| password.trim()).filter(|password| !password.is_empty());
    plain.iter().map(String::as_str).chain(password).map(Secret::new).collect()
}

/// `user:password` out of base64.
fn decoded(text: &str) -> Option<String> {
    let plain = String::from_utf8(LENIENT.decode(text).ok()?).ok()?;
    (plain.contains(':') && !plain.contains(char::is_control)).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Masker;

    #[test]
    fn every_way_to_give_a_credential_is_sent_as_the_standard_says() {
        for (given, how, sent) in [
            ("jane:s3cret pass", Basic::Pair, "amFuZTpzM2NyZXQgcGFzcw=="),
            ("jane:", Basic::Pair, "amFuZTo="),
            ("sk_live_1234", Basic::Key, "c2tfbGl2ZV8xMjM0Og=="),
            ("amFuZTpzM2NyZXQgcGFzcw==", Basic::Encoded, "amFuZTpzM2NyZXQgcGFzcw=="),
        ] {
            assert_eq!((Basic::of(given), Basic::of(given).encode(given).as_str()), (how, sent), "{given}");
        }
    }

    #[test]
    fn both_forms_and_the_password_are_masked_however_it_was_given() {
        for given in ["jane:s3cret pass", "amFuZTpzM2NyZXQgcGFzcw=="] {
            let masker = Masker::new([Secret::named(given, "TOKEN")]);
            for text in
                ["Basic amFuZTpzM2NyZXQgcGFzcw==", "jane:s3cret pass", "jane%3As3cret+pass", "wrong: s3cret pass"]
            {
                let masked = masker.mask(text);
                assert!(
                    !masked.contains("s3cret") && !masked.contains("c2NyZX") && !masked.contains("amFuZT"),
                    "{masked}"
                );
            }
        }
    }
}
