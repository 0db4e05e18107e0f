//! `check --list` and `check --dry-run`: what a run would do, before it does it.

use std::io::{self, Write};
use std::sync::Arc;

use super::check::RunArgs;
use super::exit;
use super::settings::Settings;
use super::subject::Subject;
use crate::checks::CATALOGUE;
use crate::config::Config;
use crate::engine::{self, Options};
use crate::event::Event;
use crate::mock;
use crate::target::{Identity, Limits, Target};

/// A line for each check on each operation, with its level, or by what it is off.
pub(super) fn list(args: &RunArgs, config: &Config, subjects: &[Subject], out: &mut dyn Write) -> Result<u8, String> {
    let settings = Settings::new(args, config)?;
    let (mut text, mut on, mut off) = (String::new(), 0, 0);
    for subject in subjects {
        let (options, _) = settings.of(subject);
        let width = subject.contract.operations.iter().map(|operation| operation.id.len()).max().unwrap_or(0);
        for operation in &subject.contract.operations {
            for check in CATALOGUE {
                let selection = &options.selection;
                let by = selection.disabled(check, &operation.id);
                let level = if by.is_some() { "off" } else { selection.level(check, &operation.id, None).name() };
                let by = by.map(|by| format!("  {by}")).unwrap_or_default();
                *(if level == "off" { &mut off } else { &mut on }) += 1;
                text += &format!("{}  {:<width$}  {level:<5}  {}{by}\n", subject.name, operation.id, check.id);
            }
        }
    }
    text += &format!("{on} verdicts asked for, {off} off; contract-gate explain ID tells more\n");
    // A reader that went away (`| head`) is no failure.
    let _ = out.write_all(text.as_bytes());
    Ok(exit::CONFORMS)
}

/// What would be asked, of whom, and about how often. Nothing is sent to the target.
pub(super) fn dry_run(
    args: &RunArgs,
    config: &Config,
    subjects: &[Subject],
    out: &mut dyn Write,
) -> Result<u8, String> {
    let settings = Settings::new(args, config)?;
    let masker = super::check::masker(subjects);
    for subject in subjects {
        let (options, limits) = settings.of(subject);
        let text = plan(subject, &options, &limits);
        let _ = out.write_all(masker.mask(&text).as_bytes());
    }
    let _ = writeln!(out, "nothing was sent to a target");
    Ok(exit::CONFORMS)
}

fn plan(subject: &Subject, options: &Options, limits: &Limits) -> String {
    let contract = &subject.contract;
    let server = if subject.embedded.is_some() { "the embedded server" } else { &subject.base_url };
    let operations: Vec<&str> = contract.operations.iter().map(|operation| operation.id.as_str()).collect();
    let params: Vec<String> = subject.own.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let access = [
        if subject.own.token.is_some() || !subject.own.headers.is_empty() { "a credential" } else { "no credential" },
        if subject.second.is_some() { "a second tenant" } else { "no second tenant" },
    ];
    let mut rows = vec![
        ("target", server.to_owned()),
        ("document", format!("{} ({})", contract.document.path().display(), contract.hash())),
        ("operations", operations.join(", ")),
        ("access", access.map(str::to_owned).into_iter().chain(params).collect::<Vec<_>>().join(", ")),
        ("selection", selection(subject, options)),
        ("limits", bounds(limits)),
    ];
    rows.push(("requests", estimate(subject, options, limits)));
    let rows: String = rows.iter().map(|(name, value)| format!("  {name:<10}  {value}\n")).collect();
    format!("{}\n{rows}\n", subject.name)
}

fn selection(subject: &Subject, options: &Options) -> String {
    let selection = &options.selection;
    let pairs = subject.contract.operations.iter().flat_map(|of| CATALOGUE.iter().map(move |check| (check, &of.id)));
    let all = CATALOGUE.len() * subject.contract.operations.len();
    let on = pairs.filter(|(check, operation)| selection.disabled(check, operation).is_none()).count();
    let mut text = format!("profile {}, {on} of {all} verdicts", selection.profile.name());
    for (flag, names) in [("--only", &selection.only), ("--skip", &selection.skip)] {
        if !names.is_empty() {
            text += &format!(", {flag} {}", names.join(" "));
        }
    }
    if let Some(shard) = selection.shard {
        text += &format!(", part {shard}");
    }
    text
}

fn bounds(limits: &Limits) -> String {
    let mut parts = vec![format!("{} at once", limits.concurrency), format!("{:?} for an answer", limits.timeout)];
    parts.push(limits.rate.map_or_else(|| "no rate".to_owned(), |rate| rate.to_string()));
    parts.extend(limits.max_requests.map(|most| format!("at most {most} requests")));
    parts.extend(limits.time_budget.map(|most| format!("at most {most:?}")));
    parts.join(", ")
}

/// Requests that the same selection costs on the embedded server of the contract.
fn estimate(subject: &Subject, options: &Options, limits: &Limits) -> String {
    match count(subject, options) {
        Ok((requests, cost)) => {
            let cut = limits.max_requests.filter(|most| *most < requests);
            let cut = cut.map(|most| format!("; the run would be cut off at {most}")).unwrap_or_default();
            format!("about {requests} where there are as many records as in the embedded server: {cost}{cut}")
        }
        Err(why) => format!("cannot be estimated: {why}"),
    }
}

fn count(subject: &Subject, options: &Options) -> Result<(u64, String), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let contract = &subject.contract;
    let server = mock::start(Arc::clone(contract), mock::Options::default()).map_err(|error| words(&error))?;
    let (own, second) = Identity::pair(server.access());
    let second = second.filter(|_| subject.second.is_some());
    let target = Target::new(server.base_url(), own, second, Limits::default()).map_err(|error| words(&error))?;
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error: io::Error| words(&error))?;
    let mut cost = String::new();
    let mut emit = |event: Event| {
        if let Event::ContractFinished(finished) = event {
            let parts = finished.cost.iter().filter(|(_, number)| **number > 0);
            cost = parts.map(|(what, number)| format!("{what} {number}")).collect::<Vec<_>>().join(", ");
        }
    };
    let checked = runtime.block_on(engine::check(Arc::clone(contract), Arc::new(target), options, &mut emit));
    Ok((checked.requests, cost))
}
