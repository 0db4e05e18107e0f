//! `contract-gate baseline write`: today's findings as waivers, each with its reason left to be filled in.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::check::{self, RunArgs, SubjectArgs};
use super::{exit, safe};
use crate::config::FILE_NAME;
use crate::report::{self, Run};
use crate::waiver;

/// Write today's findings down as waivers
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate baseline write flexportal --fault record-skipped --output waivers.toml\n  contract-gate baseline write --from report.json"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Append an entry for each finding that warns or denies to contract-gate.toml; the reasons are yours to fill in
    Write(Box<WriteArgs>),
}

/// Append an entry for each finding that warns or denies to contract-gate.toml
///
/// The findings come from a JSON report, or from a run of `check` with the flags given. An entry with an empty reason
/// is an error: the gate runs again when somebody has said why each fault is accepted.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate baseline write --from report.json\n  contract-gate baseline write staging --until 2027-03-31\n  contract-gate baseline write flexportal --fault record-skipped --output -"
)]
struct WriteArgs {
    /// JSON report to take the findings from, instead of running
    #[arg(long, value_name = "REPORT", conflicts_with_all = ["names", "base_url", "fault", "variant"])]
    from: Option<PathBuf>,
    /// File to append to, `-` for standard output; by default the contract-gate.toml that is found upward
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Last day on which the entries hold, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    #[command(flatten)]
    subject: SubjectArgs,
    #[command(flatten)]
    run: RunArgs,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<u8, String> {
    let Command::Write(args) = &args.command;
    let until = args.until.as_ref().map(|text| {
        text.parse().map_err(|_| format!("--until {text} is no date; write year, month and day: 2027-03-31"))
    });
    let until = until.transpose()?;
    let run = match &args.from {
        Some(path) => {
            let name = path.display();
            let text = fs::read_to_string(path).map_err(|error| format!("{name}: cannot be read: {error}"))?;
            report::read(&text).map_err(|error| format!("{name}: {error}"))?
        }
        None => {
            let (config, subjects) = check::prepare(&args.subject, &args.run)?;
            let specs: Vec<_> = config.run.reports.value.iter().map(|report| report.0.clone()).collect();
            check::perform(&args.run, &config, subjects, specs)?.run
        }
    };
    if let Some(code) = without_verdict(&run) {
        return Ok(code);
    }
    let text = waiver::baseline(run.findings(), until);
    if text.is_empty() {
        safe::note("no finding to be waived: nothing was written");
        return Ok(exit::CONFORMS);
    }
    if args.output.as_ref().is_some_and(|path| path.as_os_str() == "-") {
        let _ = out.write_all(text.as_bytes());
        return Ok(exit::CONFORMS);
    }
    let path = destination(args)?;
    append(&path, &text)?;
    let entries = text.matches("[[waivers]]").count();
    let words = if entries == 1 { "1 waiver".to_owned() } else { format!("{entries} waivers") };
    safe::note(&format!("wrote {words} to {}; fill in each `reason`", path.display()));
    Ok(exit::CONFORMS)
}

/// A run that was cut off knows only some of the findings: no baseline is made of it.
fn without_verdict(run: &Run) -> Option<u8> {
    let aborted = run.sections.iter().find_map(|section| section.finished.as_ref()?.aborted.as_ref())?;
    safe::note(&format!("no verdict: {}\n  help: {}", aborted.message, aborted.remedy));
    Some(crate::event::exit_code(Some(aborted), false))
}

fn destination(args: &WriteArgs) -> Result<PathBuf, String> {
    if let Some(path) = args.output.clone().or_else(|| args.run.verdict.config.clone()) {
        return Ok(path);
    }
    let here = std::env::current_dir().map_err(|error| error.to_string())?;
    Ok(crate::config::Config::find(&here).unwrap_or_else(|| here.join(FILE_NAME)))
}

/// Appends, if what comes of it is still a TOML file.
fn append(path: &std::path::Path, text: &str) -> Result<(), String> {
    let name = path.display();
    let before = match fs::read_to_string(path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("{name}: cannot be read: {error}")),
    };
    let gap = if before.is_empty() {
        ""
    } else if before.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let whole = format!("{before}{gap}{text}");
    whole.parse::<toml::Table>().map_err(|error| {
        format!(
            "{name}: waivers cannot be appended: {}\n  help: write them elsewhere with --output FILE, and copy them",
            error.message()
        )
    })?;
    super::memory::write(path, &whole)
}
