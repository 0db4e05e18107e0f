//! From arguments and configuration to targets: which contract, where, as whom.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::safe;
use crate::config::{Access, Config, Header};
use crate::contract::Contract;
use crate::mask::{Secret, header_names_credential, names_credential};
use crate::mock::{self, Running};
use crate::target::{Identity, Limits, Target};

/// Where the target is and how to get in; for one target given by flags.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "The server and the way in")]
pub(super) struct TargetArgs {
    /// Base URL of the server; without one the embedded server is checked
    #[arg(long, value_name = "URL", env = "CONTRACT_GATE_BASE_URL", hide_env_values = true)]
    pub base_url: Option<String>,
    /// Environment variable that holds the token or key; for HTTP's Basic scheme `user:password`, for a key in
    /// Authorization its whole value, prefix included
    #[arg(long, value_name = "VAR")]
    pub token_env: Option<String>,
    /// File that holds the token or key
    #[arg(long, value_name = "FILE", conflicts_with = "token_env")]
    pub token_file: Option<PathBuf>,
    /// Header of every request: NAME=env:VAR, NAME=file:PATH or NAME=VALUE; repeatable
    #[arg(long = "header", value_name = "NAME=VALUE")]
    pub headers: Vec<String>,
    /// Value of a declared parameter, such as a tenant, a path parameter or an optional query parameter, for every request
    /// that takes it: NAME=VALUE, or NAME=env:VAR or NAME=file:PATH for a secret; repeatable
    #[arg(long = "param", value_name = "NAME=VALUE")]
    pub params: Vec<String>,
    /// Key of a record that exists, where no list shows any: RESOURCE=KEY; repeatable
    #[arg(long = "known-id", value_name = "RESOURCE=KEY")]
    pub known_ids: Vec<String>,
    /// Environment variable that holds the second tenant's token
    #[arg(long, value_name = "VAR")]
    pub second_token_env: Option<String>,
    /// Header of the second tenant, as --header
    #[arg(long = "second-header", value_name = "NAME=VALUE")]
    pub second_headers: Vec<String>,
    /// Parameter of the second tenant, as --param
    #[arg(long = "second-param", value_name = "NAME=VALUE")]
    pub second_params: Vec<String>,
    /// OpenAPI Overlay that annotates a document which may not be edited
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
}

/// One contract and the server to check it against.
pub(super) struct Subject {
    /// As the user calls it: the target's name, or the contract's.
    pub(super) name: String,
    pub(super) contract: Arc<Contract>,
    pub(super) base_url: String,
    pub(super) own: Identity,
    pub(super) second: Option<Identity>,
    pub(super) secrets: Vec<Secret>,
    /// The configuration's target, if it is one.
    pub(super) configured: Option<crate::config::Target>,
    /// The embedded server, if that is the target; it stops when this is dropped.
    pub(super) embedded: Option<Running>,
    /// The command line that starts the same embedded server again, on [`REPEAT`].
    pub(super) repeat: Option<String>,
}

/// Where curl lines of an embedded run lead to: the server itself is gone when they are read.
pub(super) const REPEAT: &str = "127.0.0.1:4010";

impl TargetArgs {
    /// The first flag that says how to get into a server.
    fn given(&self) -> Option<&'static str> {
        let flags = [
            ("--token-env", self.token_env.is_some()),
            ("--token-file", self.token_file.is_some()),
            ("--header", !self.headers.is_empty()),
            ("--param", !self.params.is_empty()),
            ("--second-token-env", self.second_token_env.is_some()),
            ("--second-header", !self.second_headers.is_empty()),
            ("--second-param", !self.second_params.is_empty()),
        ];
        flags.into_iter().find_map(|(flag, given)| given.then_some(flag))
    }

    fn access(&self) -> Result<Access, String> {
        let token = match (&self.token_env, &self.token_file) {
            (Some(name), _) => Some(from_environment(name)?),
            (None, Some(path)) => Some(Secret::new(read_secret(path)?)),
            (None, None) => None,
        };
        access(token, &self.headers, &self.params)
    }

    fn second(&self) -> Result<Option<Access>, String> {
        if self.second_token_env.is_none() && self.second_headers.is_empty() && self.second_params.is_empty() {
            return Ok(None);
        }
        let token = self.second_token_env.as_deref().map(from_environment).transpose()?;
        access(token, &self.second_headers, &self.second_params).map(Some)
    }

    /// The way in that a configured target names, with what was given by flags laid over it.
    fn over(&self, own: Access, second: Option<Access>) -> Result<(Access, Option<Access>), String> {
        let own = lay(own, self.access()?);
        let second = match (second, self.second()?) {
            (Some(second), Some(given)) => Some(lay(second, given)),
            (second, given) => given.or(second),
        };
        Ok((own, second))
    }
}

fn lay(mut under: Access, over: Access) -> Access {
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

fn access(token: Option<Secret>, headers: &[String], params: &[String]) -> Result<Access, String> {
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

fn pair<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), String> {
    // What was given is not repeated: it may be a credential.
    text.split_once('=').ok_or_else(|| format!("a value of `{flag}` has no `=`; write {flag} NAME=VALUE"))
}

fn from_environment(name: &str) -> Result<Secret, String> {
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

fn read_secret(path: &PathBuf) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))?;
    let text = text.trim().to_owned();
    if text.is_empty() { Err(format!("{}: is empty; put the token into it", path.display())) } else { Ok(text) }
}

/// An identity, and the secrets in it.
fn identity(access: &Access) -> (Identity, Vec<Secret>) {
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

/// What the run should check: targets of the configuration, contracts by name, or everything.
///
/// # Errors
/// When a name is neither a target nor a contract, a document cannot be used, or a secret is not there.
pub(super) fn subjects(
    names: &[String],
    flags: &TargetArgs,
    config: &Config,
    embedded: &mock::Options,
) -> Result<Vec<Subject>, String> {
    let environment = |name: &str| std::env::var(name).ok();
    let wanted: Vec<String> = if names.is_empty() {
        if config.targets.is_empty() {
            Contract::SHIPPED.iter().map(|name| (*name).to_owned()).collect()
        } else {
            config.targets.iter().map(|target| target.name.clone()).collect()
        }
    } else {
        names.to_vec()
    };
    if (flags.base_url.is_some() || flags.given().is_some()) && wanted.len() > 1 {
        return Err(
            "flags for one server, but several contracts; name one: contract-gate check CONTRACT --base-url URL"
                .to_owned(),
        );
    }
    let mut subjects = Vec::new();
    for name in wanted {
        let configured = config.targets.iter().find(|target| target.name == name);
        let embedded_only = flags.base_url.is_none() && configured.is_none_or(|target| target.base_url.is_none());
        if let Some(flag) = flags.given().filter(|_| embedded_only) {
            return Err(format!(
                "{flag} is given, but no server: the embedded server of {name} has its own way in\n  help: add --base-url URL, or leave {flag} out"
            ));
        }
        if configured.is_none() {
            super::names::no_misspelt_target(&name, config)?;
        }
        let wanted = match configured {
            Some(target) => configured_target(target, flags, &environment)?,
            None => Wanted {
                contract: name.clone(),
                overlay: flags.overlay.clone(),
                base_url: flags.base_url.clone(),
                own: flags.access()?,
                second: flags.second()?,
            },
        };
        let mut subject = subject(&name, wanted, embedded).map_err(|error| match configured {
            Some(target) => format!("{}: {error}", target.place_of("contract")),
            None => error,
        })?;
        subject.configured = configured.cloned();
        super::names::declared_params(&subject)?;
        for text in &flags.known_ids {
            let (resource, key) = pair(text, "--known-id")?;
            subject.own.known_ids.entry(resource.to_owned()).or_default().push(key.to_owned());
        }
        super::names::known_resources(&subject)?;
        subjects.push(subject);
    }
    Ok(subjects)
}

/// One contract, one server and the ways in, before anything is opened.
struct Wanted {
    contract: String,
    overlay: Option<PathBuf>,
    base_url: Option<String>,
    own: Access,
    second: Option<Access>,
}

fn configured_target(
    target: &crate::config::Target,
    flags: &TargetArgs,
    environment: &crate::config::Environment<'_>,
) -> Result<Wanted, String> {
    let words = |error: crate::config::ConfigError| error.to_string();
    let own = target.access.resolve(environment).map_err(words)?;
    let second = target.second_tenant.as_ref().map(|access| access.resolve(environment)).transpose().map_err(words)?;
    let base_url = match &flags.base_url {
        Some(url) => Some(url.clone()),
        None => target.resolved_base_url(environment).map_err(words)?,
    };
    let (own, second) = flags.over(own, second)?;
    let overlay = flags.overlay.clone().or_else(|| target.overlay.clone());
    Ok(Wanted { contract: target.contract.clone(), overlay, base_url, own, second })
}

fn subject(name: &str, wanted: Wanted, embedded: &mock::Options) -> Result<Subject, String> {
    let Wanted { contract: document, overlay, base_url, own, second } = wanted;
    let mut contract = Contract::open_with(&document, overlay.as_deref()).map_err(|error| error.to_string())?;
    contract.settle_filters(|name| own.params.get(name).cloned());
    let contract = Arc::new(contract);
    match base_url {
        Some(base_url) => {
            // An address that is none is a mistake in the arguments, not a run that failed.
            Target::new(&base_url, Identity::default(), None, Limits::default()).map_err(|error| error.to_string())?;
            let own_token = own.token.clone();
            let (own, mut secrets) = identity(&own);
            let second = second.map(|mut access| {
                // One key may well cover two tenants.
                if access.token.is_none() {
                    access.token.clone_from(&own_token);
                }
                let (identity, more) = identity(&access);
                secrets.extend(more);
                identity
            });
            let made = [Some(&own), second.as_ref()].into_iter().flatten();
            let made: Vec<Secret> = made.flat_map(|identity| identity.made_of(&secrets)).collect();
            secrets.extend(made);
            Ok(Subject {
                name: name.to_owned(),
                contract,
                base_url,
                own,
                second,
                secrets,
                configured: None,
                embedded: None,
                repeat: None,
            })
        }
        None => {
            let mut subject = start(name, contract, embedded)?;
            subject.own.known_ids = own.known_ids;
            subject.repeat = overlay.is_none().then(|| mock_line(&document, embedded));
            Ok(subject)
        }
    }
}

/// The embedded server of a contract, with the access that it gives.
fn start(name: &str, contract: Arc<Contract>, options: &mock::Options) -> Result<Subject, String> {
    if let Some(fault) = options.fault.filter(|fault| !fault.applies(&contract)) {
        return Err(format!(
            "fault `{}` makes no sense on {name}: nothing there that it could spoil\n  help: `contract-gate mock --list-faults` names the contracts of each",
            fault.id
        ));
    }
    if let Some(variant) = options.variant.filter(|variant| !variant.applies(&contract)) {
        return Err(format!("variant `{}` makes no sense on {name}", variant.id));
    }
    let running = mock::start(Arc::clone(&contract), options.clone()).map_err(|error| error.to_string())?;
    let (own, second) = crate::prove::identities(&running);
    Ok(Subject {
        name: name.to_owned(),
        base_url: running.base_url().to_owned(),
        contract,
        own,
        second,
        secrets: Vec::new(),
        configured: None,
        embedded: Some(running),
        repeat: None,
    })
}

/// The command line that starts the embedded server again, where the curl lines of a report look for it.
fn mock_line(document: &str, options: &mock::Options) -> String {
    let mut line = format!("contract-gate mock {}", crate::shell::word(document));
    if let Some(fault) = options.fault {
        line += &format!(" --fault {}", fault.id);
    }
    if let Some(variant) = options.variant {
        line += &format!(" --variant {}", variant.id);
    }
    format!("{line} --listen {REPEAT}")
}
