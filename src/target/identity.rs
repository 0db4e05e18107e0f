//! As whom requests are sent.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::stranger::{UNKNOWN_TENANT, unknown_tenant, wrong_token};
use crate::contract::{Contract, Location, Parameter, Scheme};
use crate::mask::Secret;

/// Headers that carry credentials in HTTP itself.
const CREDENTIALS: [&str; 3] = ["Authorization", "Proxy-Authorization", "Cookie"];

/// Credential and parameters of one tenant.
#[derive(Clone, Default)]
pub struct Identity {
    /// Token, key or `user:password`, whatever the security scheme takes.
    pub token: Option<SecretString>,
    /// Name of the environment variable that holds it; shown in curl lines.
    pub token_name: String,
    /// Headers that go with every request.
    pub headers: Vec<(String, SecretString)>,
    /// What stands for the value of such a header in curl lines, by its name in lower case: `$VARIABLE`, or the value of one
    /// that is no secret. One without an entry is shown as a variable of its own name.
    pub shown_headers: BTreeMap<String, String>,
    /// Values of declared parameters, by name: path parameters, tenant header.
    pub params: BTreeMap<String, String>,
    /// Keys of records that exist, by resource, for where no list shows any.
    pub known_ids: BTreeMap<String, Vec<String>>,
}

impl Identity {
    /// What the gate makes of secrets and sends itself: the token that nobody issued begins as the own one does, and the
    /// tenant that does not exist looks like the own one, so it is half of a secret where that is one.
    #[must_use]
    pub fn made_of(&self, secrets: &[Secret]) -> Vec<Secret> {
        let is_secret = |value: &&String| secrets.iter().any(|secret| secret.expose() == value.as_str());
        let made = self.params.values().filter(is_secret).map(|value| unknown_tenant(Some(&value.as_str().into())));
        let tenants = made.filter(|made| made != UNKNOWN_TENANT);
        let tokens = self.token.iter().map(|token| wrong_token(Some(token.expose_secret()), "").0);
        tenants.chain(tokens).map(Secret::new).collect()
    }

    /// Whether a header that goes with every request is this parameter.
    #[must_use]
    pub fn carries(&self, parameter: &Parameter) -> bool {
        parameter.location == Location::Header
            && self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(&parameter.name))
    }

    /// The headers that go with every request, whoever asks. Left out are those that let the tenant in: by name where the
    /// credential is elsewhere or a header has such a name, else all of them, since one of them has to be it.
    pub(super) fn open_headers<'a>(
        &'a self,
        contract: &'a Contract,
    ) -> impl Iterator<Item = &'a (String, SecretString)> {
        let is_key = |name: &str| {
            let named = |scheme: &Scheme| matches!(scheme, Scheme::HeaderKey(key) if key.eq_ignore_ascii_case(name));
            CREDENTIALS.iter().any(|key| key.eq_ignore_ascii_case(name)) || contract.schemes.values().any(named)
        };
        let told = self.token.is_some() || self.headers.iter().any(|(name, _)| is_key(name));
        self.headers.iter().filter(move |(name, _)| told && !is_key(name))
    }

    /// Names of headers that another identity has and this one has not.
    #[must_use]
    pub fn lacks<'a>(&self, other: &'a Self) -> Vec<&'a str> {
        let has = |name: &str| self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
        other.headers.iter().map(|(name, _)| name.as_str()).filter(|name| !has(name)).collect()
    }

    /// Whether two identities show the same credential.
    #[must_use]
    pub fn is_same_credential(&self, other: &Self) -> bool {
        let plain = |secret: &SecretString| secret.expose_secret().to_owned();
        let headers = |identity: &Self| -> BTreeMap<String, String> {
            identity.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), plain(value))).collect()
        };
        self.token.as_ref().map(plain) == other.token.as_ref().map(plain) && headers(self) == headers(other)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("params", &self.params.keys()).finish_non_exhaustive()
    }
}
