//! What a run is about: one contract, the server to check it against, and the access to it.

use std::path::PathBuf;
use std::sync::Arc;

use super::credentials::{identity, pair};
use super::target::TargetArgs;
use crate::config::{Access, Config};
use crate::contract::Contract;
use crate::mask::Secret;
use crate::mock::{self, Running};
use crate::target::{Identity, Limits, Target};

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
                "{flag} is given, but no server: the embedded server of {name} has an access of its own\n  help: add --base-url URL, or leave {flag} out"
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
            "fault `{}` makes no sense on {name}: nothing there that it could spoil\n  help: `contract-gate mock {name} --list-faults` shows those that do",
            fault.id
        ));
    }
    if let Some(variant) = options.variant.filter(|variant| !variant.applies(&contract)) {
        return Err(format!("variant `{}` makes no sense on {name}", variant.id));
    }
    let running = mock::start(Arc::clone(&contract), options.clone()).map_err(|error| error.to_string())?;
    let (own, second) = Identity::pair(running.access());
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
