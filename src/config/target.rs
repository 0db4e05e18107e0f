//! `[targets.NAME]`: a contract, a server, and how to get in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::access::{AccessSource, Environment, FileAccess, Scalar};
use super::settings::{Origin, Row};
use super::units::{Count, Profile, Rate, Time};
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
    params: BTreeMap<Spanned<String>, Scalar>,
    known_ids: BTreeMap<Spanned<String>, Vec<Scalar>>,
    second_tenant: Option<FileAccess>,
    profile: Option<Spanned<Profile>>,
    pub(super) levels: BTreeMap<Spanned<String>, Spanned<String>>,
    only: Option<Spanned<Vec<String>>>,
    skip: Option<Spanned<Vec<String>>>,
    rate: Option<Spanned<Rate>>,
    concurrency: Option<Spanned<Count>>,
    max_requests: Option<Spanned<u64>>,
    max_records: Option<Spanned<u64>>,
    reads: Option<Spanned<u64>>,
    time_budget: Option<Spanned<Time>>,
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
    /// The access.
    pub access: AccessSource,
    /// The access of a second tenant, for the checks of isolation.
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
    pub concurrency: Option<Count>,
    /// Most requests, instead of the run's.
    pub max_requests: Option<u64>,
    /// Most records walked of one list, instead of the run's.
    pub max_records: Option<u64>,
    /// Records read one by one, instead of the run's.
    pub reads: Option<u64>,
    /// Longest time for this target, instead of the run's.
    pub time_budget: Option<Time>,
    /// Longest wait for an answer, instead of the run's.
    pub timeout: Option<Time>,
    /// Where it is written.
    pub origin: Origin,
    places: BTreeMap<&'static str, Origin>,
}

/// Keys that a target may set instead of the run's; a flag or a variable for the run stands over them.
pub(super) const OF_THE_RUN: [&str; 9] =
    ["profile", "only", "rate", "concurrency", "max-requests", "max-records", "reads", "time-budget", "timeout"];

impl Target {
    pub(super) fn new(name: &Spanned<String>, file: FileTarget, source: &Source<'_>) -> Result<Self, ConfigError> {
        let Some(contract) = file.contract.clone() else {
            let shipped = crate::contract::Contract::SHIPPED.join(", ");
            let help = format!("name a shipped contract ({shipped}) or a document: `contract = \"openapi.yaml\"`");
            return Err(source.error(
                &name.span(),
                &format!("the target `{}` has no `contract`", name.get_ref()),
                &help,
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
        let places = places(&contract, &file, source);
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
            only: file.only.map(Spanned::into_inner).unwrap_or_default(),
            skip: file.skip.map(Spanned::into_inner).unwrap_or_default(),
            rate: file.rate.map(Spanned::into_inner),
            concurrency: file.concurrency.map(Spanned::into_inner),
            max_requests: file.max_requests.map(Spanned::into_inner),
            max_records: file.max_records.map(Spanned::into_inner),
            reads: file.reads.map(Spanned::into_inner),
            time_budget: file.time_budget.map(Spanned::into_inner),
            timeout: file.timeout.map(Spanned::into_inner),
            origin: source.origin(&name.span()),
            places,
        })
    }

    /// Where one of its keys is written; where the target is, for a key that is not there.
    #[must_use]
    pub fn place_of(&self, key: &str) -> &Origin {
        self.places.get(key).unwrap_or(&self.origin)
    }

    /// The base URL with environment variables filled in; `None` is the embedded server.
    ///
    /// # Errors
    /// When a variable is not set.
    pub fn resolved_base_url(&self, environment: &Environment<'_>) -> Result<Option<String>, ConfigError> {
        let resolve = |url: &String| {
            self.access.interpolate(url, self.place_of("base-url").position(), environment).map(|(url, _)| url)
        };
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
            ("max-records", self.max_records.map(|number| number.to_string())),
            ("reads", self.reads.map(|number| number.to_string())),
            ("time-budget", self.time_budget.map(|time| time.to_string())),
            ("timeout", self.timeout.map(|time| time.to_string())),
        ];
        for (key, value) in optional {
            if let Some(value) = value {
                let origin = match self.places.get(key) {
                    Some(origin) => origin.clone(),
                    None => Origin::Default,
                };
                rows.push(Row { key: format!("{prefix}.{key}"), value, origin });
            }
        }
        self.access.rows(&prefix, rows);
        if let Some(second) = &self.second_tenant {
            second.rows(&format!("{prefix}.second-tenant"), rows);
        }
        for rule in &self.levels {
            let key = format!("{prefix}.levels.{}", rule.scope);
            rows.push(Row { key, value: rule.level.to_string(), origin: rule.origin.clone() });
        }
    }
}

/// Where each key of a target is written.
fn places(contract: &Spanned<String>, file: &FileTarget, source: &Source<'_>) -> BTreeMap<&'static str, Origin> {
    fn span<T>(value: Option<&Spanned<T>>) -> Option<std::ops::Range<usize>> {
        value.map(Spanned::span)
    }
    let spans = [
        ("contract", Some(contract.span())),
        ("overlay", span(file.overlay.as_ref())),
        ("base-url", span(file.base_url.as_ref())),
        ("profile", span(file.profile.as_ref())),
        ("only", span(file.only.as_ref())),
        ("skip", span(file.skip.as_ref())),
        ("rate", span(file.rate.as_ref())),
        ("concurrency", span(file.concurrency.as_ref())),
        ("max-requests", span(file.max_requests.as_ref())),
        ("max-records", span(file.max_records.as_ref())),
        ("reads", span(file.reads.as_ref())),
        ("time-budget", span(file.time_budget.as_ref())),
        ("timeout", span(file.timeout.as_ref())),
    ];
    spans.into_iter().filter_map(|(key, span)| Some((key, source.origin(&span?)))).collect()
}

/// `https://user:password@host`.
fn has_credentials(url: &str) -> bool {
    let authority =
        url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    authority.contains('@')
}
