//! `contract-gate verify`: judges recorded exchanges, with no server at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args as ClapArgs;

use super::check::{self, RunArgs, VerdictArgs};
use super::job::Job;
use super::subject::Subject;
use super::{exit, safe};
use crate::config::{Config, Target};
use crate::contract::Contract;
use crate::mask::Masker;
use crate::recording::{Belonging, Recording, Whereabouts, belonging};
use crate::report;
use crate::target::Identity;

/// Judge recorded traffic (HAR) with no server at all
///
/// The same checks as `check`, as far as a recording proves something. What rests on data that must stand still is a
/// violation only where the recording shows that it did.
#[derive(ClapArgs, Debug)]
#[command(
    override_usage = "contract-gate verify [OPTIONS] [CONTRACT] <TRAFFIC>...",
    after_help = "Examples:\n  contract-gate check flexportal --record traffic.har\n  contract-gate verify flexportal traffic.har\n  contract-gate verify flexportal monday.har tuesday.har --report junit=gate.xml\n  contract-gate verify maple proxy.har --base-url https://gateway.example.com/billing/v1\n  contract-gate verify traffic.har"
)]
pub(super) struct Args {
    /// A contract or target as for `check`, then recordings: HAR 1.2 of a browser, a proxy, or `check --record`. Without a
    /// contract, all whose servers occur in the recordings
    #[arg(value_name = "TRAFFIC", required = true)]
    names: Vec<String>,
    /// What stands before the paths of the document; by default its servers, or the one place where the paths match
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// OpenAPI Overlay that annotates a document which may not be edited
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
    #[command(flatten)]
    verdict: VerdictArgs,
}

pub(super) fn run(args: &Args) -> Result<u8, String> {
    let run = RunArgs::judging(&args.verdict);
    let config = run.load()?;
    let (named, files) = split(&args.names, &config);
    if files.is_empty() {
        return Err(format!(
            "no recording is given\n  help: name HAR files behind the contract: contract-gate verify {} traffic.har",
            args.names.join(" ")
        ));
    }
    if named.is_none() && args.base_url.is_some() {
        return Err("--base-url is given, but no contract\n  help: name it first: contract-gate verify CONTRACT TRAFFIC --base-url URL".to_owned());
    }
    let subjects = subjects(named, args, &config)?;
    super::names::check(&config, &run.levels()?, &subjects)?;
    let recording = Recording::read(&files).map_err(|error| error.to_string())?;
    let secrets = recording.secrets();
    safe::learn(&secrets);
    let masker = Masker::new(secrets);
    let subjects = check::with_operations(&config, subjects);
    let mut parts = Vec::new();
    for mut subject in subjects {
        let belonging = find(&subject, args, &recording, &masker, named.is_some())?;
        subject.base_url = String::new();
        parts.push((subject, belonging));
    }
    if named.is_none() {
        parts = with_traffic(parts);
    }
    let specs = check::specs(&config);
    report::no_collisions(&specs).map_err(|error| error.to_string())?;
    report::writable(&specs).map_err(|error| error.to_string())?;
    let (subjects, belongings): (Vec<Subject>, Vec<Belonging>) = parts.into_iter().unzip();
    if subjects.is_empty() {
        return Ok(exit::NO_VERDICT);
    }
    let mut job = Job::new(&run, &config, specs, masker, &subjects)?;
    for (subject, belonging) in subjects.iter().zip(belongings) {
        job.verify(subject, &recording, belonging);
    }
    Ok(job.finish().code)
}

/// The contract, if the first name is one, and the recordings.
fn split<'a>(names: &'a [String], config: &Config) -> (Option<&'a str>, Vec<PathBuf>) {
    let paths = |names: &[String]| names.iter().map(PathBuf::from).collect();
    match names {
        [first, rest @ ..] if is_contract(first, config) => (Some(first), paths(rest)),
        all => (None, paths(all)),
    }
}

/// Whether a name is one of a contract rather than of a recording.
fn is_contract(name: &str, config: &Config) -> bool {
    let path = Path::new(name);
    let ends =
        |ends: &[&str]| path.extension().is_some_and(|end| ends.iter().any(|known| end.eq_ignore_ascii_case(known)));
    let known = Contract::SHIPPED.contains(&name) || config.targets.iter().any(|target| target.name == name);
    known
        || ends(&["yaml", "yml"])
        || (ends(&["json"]) && is_document(path))
        // A name that is no file is a contract that does not exist, and that is what will be said.
        || (!path.exists() && path.extension().is_none() && !name.contains(['/', '\\']))
}

/// Whether a JSON file is an OpenAPI document: it may be a recording as well.
fn is_document(path: &Path) -> bool {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value: Option<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&text).ok();
    value.is_some_and(|members| members.contains_key("openapi"))
}

/// What is judged: the contract named, or every target of the configuration, or every shipped contract.
fn subjects(named: Option<&str>, args: &Args, config: &Config) -> Result<Vec<Subject>, String> {
    let wanted: Vec<String> = match named {
        Some(name) => vec![name.to_owned()],
        None if config.targets.is_empty() => Contract::SHIPPED.iter().map(|name| (*name).to_owned()).collect(),
        None => config.targets.iter().map(|target| target.name.clone()).collect(),
    };
    let environment = |name: &str| std::env::var(name).ok();
    let subject = |name: String| {
        let target: Option<&Target> = config.targets.iter().find(|target| target.name == name);
        let document = target.map_or(name.as_str(), |target| target.contract.as_str());
        let overlay = args.overlay.as_deref().or(target.and_then(|target| target.overlay.as_deref()));
        let contract = Contract::open_with(document, overlay).map_err(|error| error.to_string())?;
        // Nothing is sent there, so a variable in it that is not set is no matter.
        let base_url = target.and_then(|target| target.resolved_base_url(&environment).ok().flatten());
        Ok(Subject {
            contract: Arc::new(contract),
            base_url: base_url.unwrap_or_default(),
            own: Identity::default(),
            second: None,
            secrets: Vec::new(),
            configured: target.cloned(),
            embedded: None,
            repeat: None,
            name,
        })
    };
    wanted.into_iter().map(subject).collect()
}

fn find(
    subject: &Subject,
    args: &Args,
    recording: &Recording,
    masker: &Masker,
    derive: bool,
) -> Result<Belonging, String> {
    let known = Some(subject.base_url.as_str()).filter(|url| !url.is_empty());
    belonging(&subject.contract, recording, masker, Whereabouts { given: args.base_url.as_deref(), known, derive })
        .map_err(|error| error.to_string())
}

/// Leaves out contracts to which nothing belongs; when that are all, says so.
fn with_traffic(parts: Vec<(Subject, Belonging)>) -> Vec<(Subject, Belonging)> {
    let all: Vec<String> = parts.iter().map(|(subject, _)| subject.name.clone()).collect();
    let (kept, left): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(_, belonging)| !belonging.taken.is_empty());
    if kept.is_empty() {
        let mut seen: Vec<String> =
            left.first().map(|(_, belonging)| belonging.aside.keys().cloned().collect()).unwrap_or_default();
        seen.truncate(5);
        safe::error(&format!(
            "no verdict: no server of {} occurs in the recordings; they hold exchanges {}\n  help: name the contract first: contract-gate verify CONTRACT TRAFFIC, if need be with --base-url URL",
            all.join(", "),
            if seen.is_empty() { "of no kind".to_owned() } else { seen.join(", ") }
        ));
        return kept;
    }
    for (subject, _) in left {
        safe::note(&format!("{}: left out, nothing in the recordings belongs to it", subject.name));
    }
    kept
}
