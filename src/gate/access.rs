//! The way into the server: credential, parameters, headers, and the secrets among them.

use secrecy::ExposeSecret as _;

use super::{AccessError, Gate};
use crate::mask::{Secret, header_names_credential, names_credential};
use crate::target::Identity;

impl Gate {
    /// The credential; the contract says which header it goes into. For the Basic scheme `user:password`.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.secrets.push(Secret::named(token.clone(), &self.own.token_name));
        self.own.token = Some(token.into());
        self
    }

    /// The credential, out of an environment variable; curl lines name it. One that is not set is an error of the check.
    #[must_use]
    pub fn token_env(mut self, variable: &str) -> Self {
        variable.clone_into(&mut self.own.token_name);
        match self.variable(variable) {
            Some(token) => self.token(token),
            None => self,
        }
    }

    /// A declared parameter: a tenant header, a path parameter, a query parameter of every request.
    #[must_use]
    pub fn param(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        let secret = Secret::new(value.clone());
        if names_credential(&name) && !secret.too_short() && !self.secrets.iter().any(|known| known.expose() == value) {
            self.secrets.push(secret);
        }
        self.own.params.insert(name, value);
        let own = &self.own;
        if let Some(contract) = std::sync::Arc::get_mut(&mut self.contract) {
            contract.settle_filters(|name| own.params.get(name).cloned());
        }
        self
    }

    /// A declared parameter, out of an environment variable; it is masked unless it is shorter than four characters.
    #[must_use]
    pub fn param_env(mut self, name: impl Into<String>, variable: &str) -> Self {
        let Some(value) = self.variable(variable) else { return self };
        let (name, secret) = (name.into(), Secret::named(value.clone(), variable));
        // A short word, such as a region, would turn ordinary text into its variable; only a credential must not show.
        if !secret.too_short() || names_credential(&name) {
            self.secrets.push(secret);
        }
        self.param(name, value)
    }

    /// A record that exists, where no list shows any: its resource and its key.
    #[must_use]
    pub fn known_id(mut self, resource: impl Into<String>, key: impl Into<String>) -> Self {
        self.own.known_ids.entry(resource.into()).or_default().push(key.into());
        self
    }

    /// A header of every request. What stands in one that carries a credential by its name is masked.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        if header_names_credential(&name) {
            self.secrets.push(Secret::new(credential(&value)));
        }
        self.own.headers.push((name, value.into()));
        self
    }

    /// A header of every request, out of an environment variable, which is masked.
    #[must_use]
    pub fn header_env(mut self, name: impl Into<String>, variable: &str) -> Self {
        let Some(value) = self.variable(variable) else { return self };
        self.secrets.push(Secret::named(credential(&value), variable));
        let name = name.into();
        self.own.shown_headers.insert(name.to_ascii_lowercase(), format!("${variable}"));
        self.own.headers.push((name, value.into()));
        self
    }

    /// Something that no output may show, wherever the server repeats it.
    #[must_use]
    pub fn secret(mut self, secret: Secret) -> Self {
        self.secrets.push(secret);
        self
    }

    /// The access of a second tenant; without it the checks of isolation are not concluded.
    #[must_use]
    pub fn second_tenant(mut self, identity: Identity) -> Self {
        let name = if identity.token_name.is_empty() { "SECOND_TOKEN" } else { &identity.token_name };
        self.secrets.extend(identity.token.iter().map(|token| Secret::named(token.expose_secret(), name)));
        let headers = identity.headers.iter().filter(|(name, _)| header_names_credential(name));
        self.secrets.extend(headers.map(|(_, value)| Secret::new(credential(value.expose_secret()))));
        let params = identity.params.iter().filter(|(name, _)| names_credential(name));
        self.secrets.extend(params.map(|(_, value)| Secret::new(value)).filter(|secret| !secret.too_short()));
        self.second = Some(identity);
        self
    }

    /// The value of a variable; a mistake is noted when there is none.
    fn variable(&mut self, name: &str) -> Option<String> {
        let value = std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        if value.is_none() {
            self.mistake.get_or_insert_with(|| AccessError::NotSet(name.to_owned()));
        }
        value
    }
}

/// A header's value without the scheme in front, which is nobody's secret.
fn credential(value: &str) -> &str {
    value.rsplit(' ').next().unwrap_or(value)
}
