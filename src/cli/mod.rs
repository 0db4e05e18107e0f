//! Arguments, subcommands and exit codes.

mod baseline;
mod check;
mod completions;
mod credentials;
pub mod diff;
mod doctor;
mod ear;
mod flags;
mod job;
mod last_failed;
mod levels;
pub mod lint;
mod listing;
mod manual;
mod memory;
mod merge;
mod mock;
mod names;
mod prove;
pub mod safe;
mod settings;
mod show;
mod soundness;
mod subject;
mod target;
mod usage;
mod verdict;
mod verify;
mod words;

use std::io::{self, IsTerminal as _, Write};
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{CommandFactory as _, Parser, Subcommand};

/// What the exit codes mean. They are stable.
pub mod exit {
    /// The target conforms, or the change breaks nobody.
    pub const CONFORMS: u8 = 0;
    /// The contract is violated, or a change breaks consumers.
    pub const VIOLATED: u8 = 1;
    /// Arguments, configuration or document cannot be used.
    pub const UNUSABLE: u8 = 2;
    /// No verdict: target unreachable, access refused, nothing ran, or the run was cut off.
    pub const NO_VERDICT: u8 = 3;
}

/// Finds what schema checks miss in list, get and search APIs.
#[derive(Debug, Parser)]
#[command(
    name = "contract-gate",
    version = version(),
    about = "An OpenAPI contract gate that walks every page",
    after_help = "Try it now, no server needed:\n  contract-gate check                 three embedded servers conform: exit 0\n  contract-gate check flexportal --fault record-skipped\n                                      the same with one fault: exit 1\n\nExit codes: 0 conforms, 1 violated, 2 unusable arguments or document, 3 no verdict",
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check servers against their contracts
    Check(Box<check::Args>),
    /// Look at the set-up before a run: server, credentials, tenant, a first page
    Doctor(Box<doctor::Args>),
    /// Judge recorded traffic (HAR) with no server at all
    Verify(Box<verify::Args>),
    /// Join the reports of a split run into one verdict
    Merge(merge::Args),
    /// Write today's findings down as waivers
    Baseline(baseline::Args),
    /// Tell what a change to a document breaks for consumers
    Diff(diff::Args),
    /// Tell whether a document is sound before anything is built on it
    Lint(lint::Args),
    /// Run every check against every fault and every lawful form of the embedded servers
    Prove(prove::Args),
    /// Serve a contract from the embedded server, lawful or with one fault
    Mock(mock::Args),
    /// List every check and diff rule
    List(show::ListArgs),
    /// Explain one check or rule: what, why, an example, the source, how to see it fail
    Explain(show::ExplainArgs),
    /// Write a commented contract-gate.toml
    Init(show::InitArgs),
    /// Show the configuration that holds, with the origin of each value
    Config(Box<show::ConfigArgs>),
    /// Print completions for a shell
    Completions(manual::CompletionArgs),
    /// Print the manual page, or that of one command
    Man(manual::ManArgs),
}

/// The version, and the commit if the build was told it.
fn version() -> &'static str {
    static VERSION: LazyLock<String> = LazyLock::new(|| match option_env!("CONTRACT_GATE_COMMIT") {
        Some(commit) if !commit.is_empty() => format!("{} ({commit})", env!("CARGO_PKG_VERSION")),
        _ => env!("CARGO_PKG_VERSION").to_owned(),
    });
    &VERSION
}

/// Parses the arguments of the process, runs the subcommand and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    safe::mask_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers; everything else is a mistake in the arguments.
            if error.use_stderr() {
                safe::usage(&error);
                return ExitCode::from(exit::UNUSABLE);
            }
            let mut out = verdict::Output::new(io::stdout().lock());
            let text = error.render();
            let _ =
                if colors(crate::config::Color::Auto) { write!(out, "{}", text.ansi()) } else { write!(out, "{text}") };
            return ExitCode::from(with_stderr(|err| out.close(exit::CONFORMS, err)));
        }
    };
    let mut out = verdict::Output::new(io::stdout().lock());
    let code = match run(cli, &mut out) {
        Ok(code) => code,
        Err(message) => {
            safe::error(&message);
            exit::UNUSABLE
        }
    };
    ExitCode::from(with_stderr(|err| out.close(code, err)))
}

fn run(cli: Cli, out: &mut dyn Write) -> Result<u8, String> {
    match cli.command {
        Command::Check(args) => check::run(&args, out),
        Command::Doctor(args) => doctor::run(&args, out),
        Command::Verify(args) => verify::run(&args),
        Command::Merge(args) => merge::run(&args),
        Command::Baseline(args) => baseline::run(&args, out),
        Command::Diff(args) => {
            let waivers = show::diff_waivers([&args.old, &args.new])?;
            Ok(with_stderr(|err| diff::run(&args, &waivers, out, err)))
        }
        Command::Lint(args) => Ok(with_stderr(|err| lint::run(&args, out, err))),
        Command::Prove(args) => prove::run(&args, out),
        Command::Mock(args) => mock::run(&args, out),
        Command::List(args) => show::list(&args, out),
        Command::Explain(args) => show::explain(&args, out),
        Command::Init(args) => show::init(&args, out),
        Command::Config(args) => show::config(&args, out),
        Command::Completions(args) => manual::completions(&args, out),
        Command::Man(args) => manual::manual(&args, out),
    }
}

/// Runs something whose errors go to standard error, masked.
fn with_stderr(run: impl FnOnce(&mut dyn Write) -> u8) -> u8 {
    let mut errors = Vec::new();
    let code = run(&mut errors);
    let _ = io::stderr().write_all(safe::shown(&String::from_utf8_lossy(&errors)).as_bytes());
    code
}

/// The argument parser, for completions and the manual page.
#[must_use]
pub fn command() -> clap::Command {
    Cli::command()
}

/// Whether standard output shows colours, by flag, `NO_COLOR`, `CLICOLOR_FORCE` and terminal.
#[must_use]
pub(crate) fn colors(choice: crate::config::Color) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    match choice {
        crate::config::Color::Always => true,
        crate::config::Color::Never => false,
        crate::config::Color::Auto => {
            if set("NO_COLOR") {
                return false;
            }
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            set("CLICOLOR_FORCE") || (io::stdout().is_terminal() && !dumb)
        }
    }
}
