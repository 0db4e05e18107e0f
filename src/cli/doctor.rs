//! `contract-gate doctor`: tells "you are misconfigured" from "the server is down" and "the API is wrong".

use std::io::Write;
use std::sync::Arc;

use clap::Args as ClapArgs;

use super::check::{self, RunArgs, SubjectArgs};
use super::exit;
use super::settings::Settings;
use crate::engine::{Culprit, Probe, Sight, examine};
use crate::target::Target;

/// Look at the set-up before a run: server, credentials, tenant, a first page
///
/// Takes the flags of `check` that say what is checked and how to get in. A dozen requests; each line is `ok`,
/// `problem` with whose it is and the next step, or `-` where there was nothing to look at.
/// Exit codes: 0 all is well, 1 the API is wrong, 2 you are misconfigured, 3 the server is down, or
/// nothing of the API could be looked at.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate doctor\n  contract-gate doctor staging\n  contract-gate doctor flexportal --base-url https://api-eu.flexportal.io \\\n      --token-env FLEXPORTAL_KEY --param Tenant-ID=unit_north\n  contract-gate doctor openapi/ours.yaml --base-url http://127.0.0.1:8080 --wait 30s"
)]
pub(super) struct Args {
    #[command(flatten)]
    subject: SubjectArgs,
    /// Configuration file; by default contract-gate.toml is looked for upward
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Longest wait for one answer, such as 10s
    #[arg(long, value_name = "TIME", help_heading = check::PACE)]
    timeout: Option<crate::config::Time>,
    /// Wait until the server answers, at most so long, such as 30s; then look
    #[arg(long, value_name = "TIME", help_heading = check::PACE)]
    wait: Option<crate::config::Time>,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<u8, String> {
    let flags = RunArgs::bare(args.config.clone(), args.timeout, args.wait);
    let (config, subjects) = check::prepare(&args.subject, &flags)?;
    let settings = Settings::new(&flags, &config)?;
    let masker = check::masker(&subjects);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    let mut worst = None;
    let mut looked = true;
    for subject in &subjects {
        let (options, limits) = settings.of(subject);
        let target = Target::new(&subject.base_url, subject.own.clone(), subject.second.clone(), limits)
            .map_err(|error| error.to_string())?;
        let probes = runtime.block_on(examine(Arc::clone(&subject.contract), Arc::new(target), options.wait));
        looked &= probes.iter().any(Probe::tells_of_the_api);
        let culprits = probes.iter().filter_map(|probe| match &probe.sight {
            Sight::Trouble(trouble) => Some(trouble.culprit),
            _ => None,
        });
        worst = culprits.chain(worst).max();
        let of_document = super::soundness::warnings(&subject.contract);
        let of_document: String =
            of_document.iter().map(|warning| format!("  warning  document  {}\n", plain(warning))).collect();
        let text = format!("{}\n{of_document}{}\n", subject.name, table(&probes));
        // A reader that went away (`| head`) is no failure.
        let _ = out.write_all(masker.mask(&text).as_bytes());
    }
    let (code, words) = match worst {
        None if !looked => {
            (exit::NO_VERDICT, "nothing of the API could be looked at; what is missing stands in the lines above")
        }
        None => (exit::CONFORMS, "all is well: contract-gate check can begin"),
        Some(culprit @ Culprit::Api) => (exit::VIOLATED, culprit.words()),
        Some(culprit @ Culprit::Setup) => (exit::UNUSABLE, culprit.words()),
        Some(culprit @ Culprit::Server) => (exit::NO_VERDICT, culprit.words()),
    };
    let _ = writeln!(out, "exit {code}: {words}");
    Ok(code)
}

/// A line for each probe; problems come with the next step.
fn table(probes: &[Probe]) -> String {
    let width = probes.iter().map(|probe| probe.name.len()).max().unwrap_or(0);
    let line = |probe: &Probe| {
        let name = probe.name;
        match &probe.sight {
            Sight::Fine(seen) => format!("  ok       {name:<width$}  {}\n", plain(seen)),
            Sight::NotLooked(why) => format!("  -        {name:<width$}  not looked at: {}\n", plain(why)),
            Sight::Trouble(trouble) => {
                let (whose, message) = (trouble.culprit.words(), plain(&trouble.message));
                let next = format!("  {:7}  {:<width$}  next: {}\n", "", "", plain(&trouble.remedy));
                format!("  problem  {name:<width$}  {whose}: {message}\n{next}")
            }
        }
    };
    probes.iter().map(line).collect()
}

/// One line, without what a terminal would obey: parts of it come from the server.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
