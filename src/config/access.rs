//! The way into a target: names of variables and files in the configuration, secrets only when a run needs them.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;

use super::settings::{Origin, Row};
use super::{ConfigError, Source};
use crate::mask::{STARS, Secret, header_names_credential, names_credential};

/// Another access, as it stands in the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct FileAccess {
    pub(super) token_env: Option<Spanned<String>>,
    pub(super) token_file: Option<Spanned<String>>,
    pub(super) headers: BTreeMap<Spanned<String>, String>,
    pub(super) params: BTreeMap<Spanned<String>, Scalar>,
    pub(super) known_ids: BTreeMap<Spanned<String>, Vec<Scalar>>,
}

/// A value that stands in a request as text.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub(super) enum Scalar {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Whole(number) => number.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}

/// How to get in, not yet resolved: names of variables and files, no secret.
#[derive(Clone, Default, PartialEq)]
pub struct AccessSource {
    token_env: Option<(String, Position)>,
    token_file: Option<(PathBuf, Position)>,
    headers: Vec<(String, String, Position)>,
    params: BTreeMap<String, (String, Position)>,
    known_ids: BTreeMap<String, (Vec<String>, Position)>,
    path: PathBuf,
}

type Position = (usize, usize);

impl fmt::Debug for AccessSource {
    /// Header values are left out: one may be a secret that was written down after all.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&String> = self.headers.iter().map(|(name, ..)| name).collect();
        f.debug_struct("AccessSource")
            .field("token_env", &self.token_env)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// A header of every request.
#[derive(Clone)]
pub struct Header {
    /// Its name.
    pub name: String,
    value: SecretString,
    shown: Option<String>,
}

impl Header {
    /// A header whose whole value is a secret.
    #[must_use]
    pub fn new(name: &str, value: &Secret) -> Self {
        let shown = value.name().map(|name| format!("${name}"));
        Self { name: name.to_owned(), value: SecretString::from(value.expose().to_owned()), shown }
    }

    /// A header that is nobody's secret, such as a language.
    #[must_use]
    pub fn plain(name: &str, value: &str) -> Self {
        // A shell would take it for a variable.
        let shown = (!value.contains('$')).then(|| value.to_owned());
        Self { name: name.to_owned(), value: SecretString::from(value.to_owned()), shown }
    }

    /// What stands for its value in a curl line: its variable, or the value of one that is no secret; `None` where nothing
    /// is known to stand for it.
    #[must_use]
    pub fn shown(&self) -> Option<&str> {
        self.shown.as_deref()
    }

    /// Its value, secrets and all.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({}: {STARS})", self.name)
    }
}

/// How to get in: everything that a request needs.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// The credential; the contract's security scheme says where it goes.
    pub token: Option<Secret>,
    /// Headers of every request.
    pub headers: Vec<Header>,
    /// Values of parameters by name.
    pub params: BTreeMap<String, String>,
    /// Keys that exist, by resource.
    pub known_ids: BTreeMap<String, Vec<String>>,
    secrets: Vec<Secret>,
}

impl Access {
    /// Notes a secret that did not come from the configuration, for the masker.
    pub fn add_secret(&mut self, secret: Secret) {
        self.secrets.push(secret);
    }

    /// Every secret in here, for the masker.
    #[must_use]
    pub fn secrets(&self) -> &[Secret] {
        &self.secrets
    }
}

/// Reads environment variables.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl AccessSource {
    pub(super) fn new(access: FileAccess, source: &Source<'_>) -> Result<Self, ConfigError> {
        let position = |spanned: &Spanned<String>| source.position(&spanned.span());
        if let (Some(_), Some(file)) = (&access.token_env, &access.token_file) {
            let help = "keep one of the two";
            return Err(source.error(&file.span(), "both `token-env` and `token-file` are set", help));
        }
        if let Some(name) =
            access.token_env.as_ref().filter(|name| !is_variable(name.get_ref().trim_start_matches('$')))
        {
            let help = "write the name of an environment variable, such as `token-env = \"STAGING_TOKEN\"`; the token itself does not stand in this file";
            return Err(source.error(&name.span(), "`token-env` is not the name of an environment variable", help));
        }
        let token_env =
            access.token_env.as_ref().map(|name| (name.get_ref().trim_start_matches('$').to_owned(), position(name)));
        let token_file = access.token_file.as_ref().map(|file| (source.relative(file.get_ref()), position(file)));
        let headers =
            access.headers.iter().map(|(name, value)| (name.get_ref().clone(), value.clone(), position(name)));
        let known_ids = access
            .known_ids
            .iter()
            .map(|(name, ids)| (name.get_ref().clone(), (ids.iter().map(Scalar::text).collect(), position(name))));
        let params = access.params.iter().map(|(name, value)| (name.get_ref().clone(), (value.text(), position(name))));
        Ok(Self {
            token_env,
            token_file,
            headers: headers.collect(),
            params: params.collect(),
            known_ids: known_ids.collect(),
            path: source.path.to_path_buf(),
        })
    }

    /// Reads the secrets: in headers and parameters a whole value of `env:NAME` or `file:PATH` stands for what is there, as
    /// in the flags; `$NAME` and `${NAME}` within one are environment variables, `$$` is a dollar.
    ///
    /// # Errors
    /// When a variable is not set, or a file cannot be read or is empty.
    pub fn resolve(&self, environment: &Environment<'_>) -> Result<Access, ConfigError> {
        let known_ids = self.known_ids.iter().map(|(resource, (ids, _))| (resource.clone(), ids.clone())).collect();
        let mut access = Access { known_ids, ..Access::default() };
        if let Some((name, position)) = &self.token_env {
            let value = self.variable(name, *position, environment)?;
            access.token = Some(Secret::named(value, name));
        }
        if let Some((file, position)) = &self.token_file {
            access.token = Some(Secret::new(self.read_secret("`token-file` ", file, *position)?));
        }
        access.secrets.extend(access.token.clone());
        for (name, text, position) in &self.headers {
            if let Some(secret) = self.referred(text, *position, environment)? {
                let credential = secret.expose().rsplit(' ').next().unwrap_or(secret.expose());
                access.secrets.push(match secret.name() {
                    Some(variable) => Secret::named(credential, variable),
                    None => Secret::new(credential),
                });
                access.headers.push(Header::new(name, &secret));
                continue;
            }
            let (value, secrets) = self.interpolate(text, *position, environment)?;
            let shown = match secrets.as_slice() {
                [] => (!header_names_credential(name) && !value.contains('$')).then(|| value.clone()),
                // A shell reads the variables as the file has them.
                _ => (!text.contains("$$")).then(|| text.clone()),
            };
            if secrets.is_empty() && header_names_credential(name) {
                // The scheme in front of a credential is nobody's secret.
                let credential = value.rsplit(' ').next().unwrap_or(&value);
                access.secrets.push(Secret::new(credential));
            }
            access.secrets.extend(secrets);
            access.headers.push(Header { name: name.clone(), value: SecretString::from(value), shown });
        }
        for (name, (text, position)) in &self.params {
            let (value, mut secrets) = match self.referred(text, *position, environment)? {
                Some(secret) => (secret.expose().to_owned(), vec![secret]),
                None => self.interpolate(text, *position, environment)?,
            };
            // A short word, such as a region, would turn ordinary text into its variable; only a credential must not show.
            secrets.retain(|secret| !secret.too_short() || names_credential(name));
            access.secrets.extend(secrets);
            access.params.insert(name.clone(), value);
        }
        if let Some(short) = access.secrets.iter().find(|secret| secret.too_short()) {
            let help =
                "a secret this short cannot be told from ordinary text and would show in reports; use a longer one";
            return Err(self.error(
                (1, 1),
                &format!("the secret {} is too short to be masked", short.placeholder()),
                help,
            ));
        }
        Ok(access)
    }

    /// The secret that a whole value of `env:NAME` or `file:PATH` names.
    fn referred(
        &self,
        text: &str,
        position: Position,
        environment: &Environment<'_>,
    ) -> Result<Option<Secret>, ConfigError> {
        match text.split_once(':') {
            Some(("env", name)) if is_variable(name) => {
                self.variable(name, position, environment).map(|value| Some(Secret::named(value, name)))
            }
            Some(("env", _)) => {
                let help = "write the name of an environment variable behind `env:`, such as `env:STAGING_KEY`";
                Err(self.error(position, "behind `env:` stands no name of an environment variable", help))
            }
            Some(("file", path)) => {
                let file = self.path.parent().unwrap_or(Path::new("")).join(path);
                self.read_secret("", &file, position).map(|text| Some(Secret::new(text)))
            }
            _ => Ok(None),
        }
    }

    /// The text of a file that holds a secret; `key` says in messages where the file is named.
    fn read_secret(&self, key: &str, file: &Path, position: Position) -> Result<String, ConfigError> {
        let shown = file.display();
        let help = "check the path and its permissions; it starts at the folder of this file";
        let text = std::fs::read_to_string(file)
            .map_err(|error| self.error(position, &format!("{key}{shown} cannot be read: {error}"), help))?;
        let secret = text.trim();
        if secret.is_empty() {
            return Err(self.error(position, &format!("{key}{shown} is empty"), "write what it is to hold into it"));
        }
        Ok(secret.to_owned())
    }

    fn variable(&self, name: &str, position: Position, environment: &Environment<'_>) -> Result<String, ConfigError> {
        let value = environment(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        value.ok_or_else(|| {
            let help = format!("set it before the run: `export {name}=…`; in CI, from the secret store");
            self.error(position, &format!("the environment variable `{name}` is not set"), &help)
        })
    }

    pub(super) fn interpolate(
        &self,
        text: &str,
        position: Position,
        environment: &Environment<'_>,
    ) -> Result<(String, Vec<Secret>), ConfigError> {
        let (mut out, mut secrets) = (String::new(), Vec::new());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(behind) = rest.strip_prefix('$') {
                out.push('$');
                rest = behind;
                continue;
            }
            let (name, behind) = match rest.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
                Some((name, behind)) => (name, behind),
                None => {
                    let end = rest.find(|character: char| !(character.is_ascii_alphanumeric() || character == '_'));
                    rest.split_at(end.unwrap_or(rest.len()))
                }
            };
            if !is_variable(name) {
                return Err(self.error(
                    position,
                    &format!("`${name}` names no environment variable"),
                    "write `$NAME`, `${NAME}`, or `$$` for a dollar",
                ));
            }
            let value = self.variable(name, position, environment)?;
            out.push_str(&value);
            secrets.push(Secret::named(value, name));
            rest = behind;
        }
        out.push_str(rest);
        Ok((out, secrets))
    }

    fn error(&self, position: Position, message: &str, help: &str) -> ConfigError {
        ConfigError::at(&self.path, position, message, help)
    }

    /// Where a parameter is written, for messages about it.
    #[must_use]
    pub fn place_of_param(&self, name: &str) -> Option<Origin> {
        self.params.get(name).map(|(_, (line, column))| Origin::File(self.path.clone(), *line, *column))
    }

    /// Where keys of a resource are written, for messages about it.
    #[must_use]
    pub fn place_of_known_ids(&self, resource: &str) -> Option<Origin> {
        self.known_ids.get(resource).map(|(_, (line, column))| Origin::File(self.path.clone(), *line, *column))
    }

    pub(super) fn rows(&self, prefix: &str, rows: &mut Vec<Row>) {
        let mut row = |key: String, value: String, (line, column): Position| {
            let origin = Origin::File(self.path.clone(), line, column);
            rows.push(Row { key: format!("{prefix}.{key}"), value, origin });
        };
        if let Some((name, position)) = &self.token_env {
            row("token-env".to_owned(), format!("${name}"), *position);
        }
        if let Some((file, position)) = &self.token_file {
            row("token-file".to_owned(), file.display().to_string(), *position);
        }
        for (name, value, position) in &self.headers {
            row(format!("headers.{name}"), shown(value, header_names_credential(name)), *position);
        }
        for (name, (value, position)) in &self.params {
            row(format!("params.{name}"), shown(value, names_credential(name)), *position);
        }
        for (name, (ids, position)) in &self.known_ids {
            row(format!("known-ids.{name}"), ids.join(", "), *position);
        }
    }
}

/// The value of a header or a parameter for `config show`: a variable by its name, a credential not at all.
fn shown(value: &str, is_credential: bool) -> String {
    match value.split_once(':') {
        Some(("env", variable)) => format!("${variable}"),
        Some(("file", _)) => value.to_owned(),
        _ if is_credential && !value.contains('$') => STARS.to_owned(),
        _ => value.to_owned(),
    }
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|character: char| character.is_ascii_digit())
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}
