//! Tokens, headers and parameters, as flags and configuration name them.

use std::path::PathBuf;

use super::safe;
use crate::config::{Access, Header};
use crate::mask::{Secret, header_names_credential, names_credential};
use crate::target::Identity;

pub(super) fn lay(mut under: Access, over: Access) -> Access {
    let same = |name: &str| over.headers.iter().any(|header| header.name.eq_ignore_ascii_case(name));
    under.headers.retain(|header| !same(&header.name));
    for secret in over.secrets() {
        under.add_secret(secret.clone());
    }
    under.headers.extend(over.headers);
    under.params.extend(over.params);
    under.token = over.token.or(under.token);
    under
}

pub(super) fn access(token: Option<Secret>, headers: &[String], params: &[String]) -> Result<Access, String> {
    let mut access = Access::default();
    access.token = token;
    for text in headers {
        let (name, value) = pair(text, "--header")?;
        let secret = secret_reference(value)?;
        // The scheme in front of a credential is nobody's secret.
        let credential = |whole: &str| whole.rsplit(' ').next().unwrap_or(whole).to_owned();
        let header = match &secret {
            Some(secret) => {
                let credential = credential(secret.expose());
                access.add_secret(match secret.name() {
                    Some(variable) => Secret::named(credential, variable),
                    None => Secret::new(credential),
                });
                Header::new(name, secret)
            }
            // A value that stands on the command line is no secret, unless the header is made for one.
            None if header_names_credential(name) => {
                access.add_secret(Secret::new(credential(value)));
                Header::new(name, &Secret::new(value))
            }
            None => Header::plain(name, value),
        };
        access.headers.push(header);
    }
    for text in params {
        let (name, value) = pair(text, "--param")?;
        let secret = secret_reference(value)?;
        let value = secret.as_ref().map_or(value, Secret::expose).to_owned();
        // A short word, such as a region, would turn ordinary text into its variable; only a credential must not show.
        if let Some(secret) = secret.filter(|secret| !secret.too_short() || names_credential(name)) {
            access.add_secret(secret);
        }
        access.params.insert(name.to_owned(), value);
    }
    Ok(access)
}

/// The secret that `env:VAR` or `file:PATH` names; nothing where the value stands there itself.
fn secret_reference(value: &str) -> Result<Option<Secret>, String> {
    match value.split_once(':') {
        Some(("env", variable)) => from_environment(variable).map(Some),
        Some(("file", path)) => read_secret(&PathBuf::from(path)).map(|text| Some(Secret::new(text))),
        _ => Ok(None),
    }
}

pub(super) fn pair<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), String> {
    // What was given is not repeated: it may be a credential.
    text.split_once('=').ok_or_else(|| format!("a value of `{flag}` has no `=`; write {flag} NAME=VALUE"))
}

pub(super) fn from_environment(name: &str) -> Result<Secret, String> {
    match std::env::var(name) {
        Ok(value) if !value.trim().is_empty() => {
            let secret = Secret::named(value.trim(), name);
            safe::learn(std::slice::from_ref(&secret));
            Ok(secret)
        }
        _ if !is_variable(name) => Err("where the name of an environment variable is wanted stands something else; \
             export TOKEN=… and give its name, as in --token-env TOKEN: the credential itself never stands on a command line"
            .to_owned()),
        _ => Err(format!("the environment variable `{name}` is not set; export {name}=… first")),
    }
}

/// Whether a text can be the name of a variable and does not look like the credential itself.
fn is_variable(name: &str) -> bool {
    let word =
        name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !name.starts_with(|c: char| c.is_ascii_digit());
    let random = name.len() >= 16
        && name.contains(|c: char| c.is_ascii_lowercase())
        && name.contains(|c: char| c.is_ascii_digit());
    word && !random
}

pub(super) fn read_secret(path: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
    let text = text.trim().to_owned();
    if text.is_empty() { Err(format!("{}: is empty; put the token into it", path.display())) } else { Ok(text) }
}

/// An identity, and the secrets in it.
pub(super) fn identity(access: &Access) -> (Identity, Vec<Secret>) {
    let mut secrets: Vec<Secret> = access.secrets().to_vec();
    secrets.extend(access.token.clone());
    // A key that goes into the query or the path is a parameter for the contract, and a secret all the same.
    let keys = access.params.iter().filter(|(name, _)| names_credential(name)).map(|(_, value)| Secret::new(value));
    let new = |secret: &Secret| !secret.too_short() && secrets.iter().all(|known| known.expose() != secret.expose());
    let keys: Vec<Secret> = keys.filter(new).collect();
    secrets.extend(keys);
    let token_name = access.token.as_ref().and_then(Secret::name).unwrap_or("TOKEN").to_owned();
    let identity = Identity {
        token: access.token.as_ref().map(|token| token.expose().to_owned().into()),
        token_name,
        headers: access.headers.iter().map(|header| (header.name.clone(), header.expose().to_owned().into())).collect(),
        shown_headers: access
            .headers
            .iter()
            .filter_map(|header| Some((header.name.to_ascii_lowercase(), header.shown()?.to_owned())))
            .collect(),
        params: access.params.clone(),
        known_ids: access.known_ids.clone(),
    };
    (identity, secrets)
}
