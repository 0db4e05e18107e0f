//! `[targets.NAME]`: a contract, a server, and how to get in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::access::{AccessSource, Environment, FileAccess, Scalar};
use super::settings::{Origin, Row};
use super::units::{Profile, Rate, Time};
use super::{ConfigError, LevelRule, Source};

/// A target as it stands in the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct FileTarget {
    contract: Option<Spanned<String>>,
    overlay: Option<Spanned<String>>,
    base_url: Option<Spanned<String>>,
    token_env: Option<Spanned<String>>,
    token_file: Option<Spanned<String>>,
    headers: BTreeMap<Spanned<String>, String>,
    params: BTreeMap<String, Scalar>,
    known_ids: BTreeMap<String, Vec<Scalar>>,
    second_tenant: Option<FileAccess>,
    profile: Option<Spanned<Profile>>,
    pub(super) levels: BTreeMap<Spanned<String>, Spanned<String>>,
    only: Vec<String>,
    skip: Vec<String>,
    rate: Option<Spanned<Rate>>,
    concurrency: Option<Spanned<u32>>,
    max_requests: Option<Spanned<u64>>,
    timeout: Option<Spanned<Time>>,
}

/// One target of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Its name in the configuration.
    pub name: String,
    /// Name of a shipped contract, or path of a document (relative paths start at the configuration file).
    pub contract: String,
    /// Path of an OpenAPI Overlay that annotates the document.
    pub overlay: Option<PathBuf>,
    /// Base URL; without one, the embedded server is checked.
    pub base_url: Option<String>,
    /// The way in.
    pub access: AccessSource,
    /// The way in for a second tenant, for the checks of isolation.
    pub second_tenant: Option<AccessSource>,
    /// Profile, instead of that of the run.
    pub profile: Option<Profile>,
    /// Levels of this target, stronger than `[levels]`.
    pub levels: Vec<LevelRule>,
    /// Only these checks, families or operations run; empty: as the run says.
    pub only: Vec<String>,
    /// These checks, families or operations do not run either.
    pub skip: Vec<String>,
    /// Rate, instead of that of the run.
    pub rate: Option<Rate>,
    /// Requests under way at the same time, instead of the run's.
    pub concurrency: Option<u32>,
    /// Most requests, instead of the run's.
    pub max_requests: Option<u64>,
    /// Longest wait for an answer, instead of the run's.
    pub timeout: Option<Time>,
    /// Where it is written.
    pub origin: Origin,
}

impl Target {
    pub(super) fn new(name: &Spanned<String>, file: FileTarget, source: &Source<'_>) -> Result<Self, ConfigError> {
        let Some(contract) = file.contract else {
            let help =
                "name a shipped contract (flexportal, flexprice, maple) or a document: `contract = \"openapi.yaml\"`";
            return Err(source.error(
                &name.span(),
                &format!("the target `{}` has no `contract`", name.get_ref()),
                help,
            ));
        };
        if let Some(url) =
            file.base_url.as_ref().filter(|url| !url.get_ref().contains("://") && !url.get_ref().starts_with('$'))
        {
            let shown = crate::mask::redact_credentials(url.get_ref()).into_owned();
            let help = format!("write it in full: `base-url = \"https://{shown}\"`");
            return Err(source.error(&url.span(), &format!("`{shown}` is no base URL"), &help));
        }
        if let Some(url) = file.base_url.as_ref().filter(|url| has_credentials(url.get_ref())) {
            let help = "take it out of the URL and name it with `token-env` or in a header: `headers = { Authorization = \"Basic $NAME\" }`";
            return Err(source.error(&url.span(), "a credential stands in the base URL", help));
        }
        let levels = source.levels(&file.levels)?;
        let access = FileAccess {
            token_env: file.token_env,
            token_file: file.token_file,
            headers: file.headers,
            params: file.params,
            known_ids: file.known_ids,
        };
        Ok(Self {
            name: name.get_ref().clone(),
            contract: source.contract(contract.get_ref()),
            overlay: file.overlay.map(|overlay| source.relative(overlay.get_ref())),
            base_url: file.base_url.map(Spanned::into_inner),
            access: AccessSource::new(access, source)?,
            second_tenant: file.second_tenant.map(|access| AccessSource::new(access, source)).transpose()?,
            profile: file.profile.map(Spanned::into_inner),
            levels,
            only: file.only,
            skip: file.skip,
            rate: file.rate.map(Spanned::into_inner),
            concurrency: file.concurrency.map(Spanned::into_inner),
            max_requests: file.max_requests.map(Spanned::into_inner),
            timeout: file.timeout.map(Spanned::into_inner),
            origin: source.origin(&name.span()),
        })
    }

    /// The base URL with environment variables filled in; `None` is the embedded server.
    ///
    /// # Errors
    /// When a variable is not set.
    pub fn resolved_base_url(&self, environment: &Environment<'_>) -> Result<Option<String>, ConfigError> {
        let resolve = |url: &String| self.access.interpolate(url, (1, 1), environment).map(|(url, _)| url);
        self.base_url.as_ref().map(resolve).transpose()
    }

    /// All values for `config show`.
    pub(super) fn rows(&self, rows: &mut Vec<Row>) {
        let prefix = format!("targets.{}", self.name);
        let optional = [
            ("contract", Some(self.contract.clone())),
            ("overlay", self.overlay.as_ref().map(|path| path.display().to_string())),
            ("base-url", Some(self.base_url.clone().unwrap_or_else(|| "embedded server".to_owned()))),
            ("profile", self.profile.map(|profile| profile.to_string())),
            ("only", (!self.only.is_empty()).then(|| self.only.join(", "))),
            ("skip", (!self.skip.is_empty()).then(|| self.skip.join(", "))),
            ("rate", self.rate.map(|rate| rate.to_string())),
            ("concurrency", self.concurrency.map(|number| number.to_string())),
            ("max-requests", self.max_requests.map(|number| number.to_string())),
            ("timeout", self.timeout.map(|time| time.to_string())),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                rows.push(Row { key: format!("{prefix}.{key}"), value, origin: self.origin.clone() });
            }
        }
        self.access.rows(&prefix, &self.origin, rows);
        if let Some(second) = &self.second_tenant {
            second.rows(&format!("{prefix}.second-tenant"), &self.origin, rows);
        }
        for rule in &self.levels {
            let key = format!("{prefix}.levels.{}", rule.scope);
            rows.push(Row { key, value: rule.level.to_string(), origin: rule.origin.clone() });
        }
    }
}

/// `https://user:password@host`.
fn has_credentials(url: &str) -> bool {
    let authority =
        url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@')
}
