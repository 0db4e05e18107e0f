//! `contract-gate diff OLD NEW`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use std::panic::resume_unwind;
use std::path::PathBuf;
use std::str::FromStr;

use super::{exit, verdict};
use crate::config::{self, FailOn};
use crate::diff::render::{Format, Report, render};
use crate::diff::{CompareError, Options, Origin, Outcome, Waiver, Workspace, compare, rules};
use crate::document::DocumentError;
use crate::finding::Level;
use crate::lint;
use crate::report::{Failure, Sink};

/// Stack of the thread that compares, in bytes: documents may be nested deeply.
const STACK: usize = 256 * 1024 * 1024;

/// Tells what a change of a contract breaks for its consumers, and proves it.
///
/// Exit code 0: nothing breaks; 1: a breaking change; 2: arguments or a document cannot be used.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  contract-gate diff origin/main:openapi/customers.yaml openapi/customers.yaml")]
pub struct Args {
    /// The old document: a file, `-` for standard input, or REV:path of the git repository
    pub old: String,
    /// The new document: a file, `-` for standard input, or REV:path of the git repository
    pub new: String,
    /// Report, to standard output or a file; repeatable [human, json, junit, sarif, github, markdown]
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    pub reports: Vec<ReportArg>,
    /// Least level that fails the gate [breaking, warning, note, never; or as check says it: deny, warn]
    #[arg(long, value_name = "LEVEL", default_value = "breaking")]
    pub fail_on: FailOn,
    /// Set the level of a rule, or the highest level of a category (wire, client, docs); repeatable. In client and docs it
    /// is the lowest too, additions left out: `client=deny` makes a renamed operationId a break [deny or breaking, warn or
    /// warning, note, allow]
    #[arg(long = "level", value_name = "RULE=LEVEL")]
    pub levels: Vec<LevelArg>,
    /// One finding per operation instead of one per change
    #[arg(long)]
    pub expand: bool,
    /// Print only the part of the version to raise: major, minor, patch or none; below 1.0 a break asks for minor
    #[arg(long)]
    pub bump: bool,
    /// Show safe changes and operations in full
    #[arg(short, long)]
    pub verbose: bool,
    /// Less: only what breaks or is in doubt, and the verdict
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Leave out the payloads that prove a break
    #[arg(long)]
    pub no_witness: bool,
    /// Judge sunset dates and waivers as of this day instead of today
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub today: Option<jiff::civil::Date>,
}

/// `--report FORMAT[=PATH]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportArg {
    /// The format.
    pub format: Format,
    /// The file; `None` is standard output.
    pub path: Option<PathBuf>,
}

impl ReportArg {
    /// Writes a report where it is wanted; standard output tells its own failures when the process ends.
    ///
    /// # Errors
    /// When its file cannot be written.
    pub(super) fn write(&self, text: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let result = match &self.path {
            Some(path) => Sink::file(path).and_then(|mut sink| {
                sink.write_all(text.as_bytes())?;
                sink.commit()
            }),
            None => {
                let _ = out.write_all(text.as_bytes());
                Ok(())
            }
        };
        result.map_err(|error| Failure { report: self.to_string(), error })
    }
}

impl fmt::Display for ReportArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}={}", self.format.name(), path.display()),
            None => f.write_str(self.format.name()),
        }
    }
}

impl FromStr for ReportArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').map_or((text, None), |(format, path)| (format, Some(path)));
        if path == Some("") {
            return Err("the path after `=` is empty".to_owned());
        }
        Ok(Self { format: format.parse()?, path: path.filter(|path| *path != "-").map(PathBuf::from) })
    }
}

/// `--level RULE=LEVEL`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelArg {
    /// Id of a rule, or a category.
    pub rule: String,
    /// Its level.
    pub level: Level,
}

impl FromStr for LevelArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (rule, level) = text.split_once('=').ok_or("expected RULE=LEVEL")?;
        // Rules are called by their levels, or by what these mean here.
        let level = match level {
            "breaking" => Level::Deny,
            "warning" => Level::Warn,
            word => config::level(word)?,
        };
        rules::known(rule).map_err(|error| error.to_string())?;
        Ok(Self { rule: rule.to_owned(), level })
    }
}

/// Runs the command; results go to `out`, faults of ours or of the input to `err`.
pub fn run(args: &Args, waivers: &[Waiver], out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    if args.old == "-" && args.new == "-" {
        let _ = writeln!(err, "error: only one of the two documents can come from standard input");
        return exit::UNUSABLE;
    }
    let options = Options {
        levels: args.levels.iter().map(|level| (level.rule.clone(), level.level)).collect::<BTreeMap<_, _>>(),
        waivers: waivers.to_vec(),
        expand: args.expand,
        today: args.today,
        without_witness: args.no_witness || args.bump,
    };
    match compared(args, &options) {
        Ok(outcome) => tell(args, &outcome, out, err),
        Err(error) => {
            let _ = writeln!(err, "error: {error}");
            exit::UNUSABLE
        }
    }
}

/// Reads both documents at once and compares them, on threads whose stack suffices for what is read.
fn compared(args: &Args, options: &Options) -> Result<Outcome, CompareError> {
    let lost = || DocumentError {
        path: PathBuf::from(&args.new),
        span: None,
        message: "could not be compared: out of threads".to_owned(),
        remedy: "free some memory".to_owned(),
    };
    let large = || std::thread::Builder::new().stack_size(STACK);
    std::thread::scope(|scope| {
        let other = large().spawn_scoped(scope, || Workspace::read(&Origin::parse(&args.old))).map_err(|_| lost())?;
        let main = large()
            .spawn_scoped(scope, || {
                let new = Workspace::read(&Origin::parse(&args.new));
                let old = other.join().unwrap_or_else(|panic| resume_unwind(panic))?;
                let new = new?;
                let outcome = compared_and_noted(&old, &new, options);
                // Freeing two large trees node by node takes longer than printing; the process ends anyway.
                std::mem::forget((old, new));
                outcome
            })
            .map_err(|_| lost())?;
        main.join().unwrap_or_else(|panic| resume_unwind(panic))
    })
}

/// Compares, and beside that looks for what the comparison cannot read; both only read.
fn compared_and_noted(old: &Workspace, new: &Workspace, options: &Options) -> Result<Outcome, CompareError> {
    std::thread::scope(|scope| {
        let skipped = || lint::skipped(old, new);
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, skipped);
        let mut outcome = compare(old, new, options)?;
        // Where no thread is to be had, it is looked for here: what is told never rests on free threads.
        let skipped =
            thread.map_or_else(|_| skipped(), |thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        outcome.notes.extend(skipped);
        Ok(outcome)
    })
}

fn tell(args: &Args, outcome: &Outcome, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let fails = args.fail_on.least().is_some_and(|level| outcome.fails_on(level));
    let code = if fails { exit::VIOLATED } else { exit::CONFORMS };
    if args.bump {
        // What cannot be written is told at the end of the process.
        let _ = writeln!(out, "{}", outcome.due().name());
        return code;
    }
    let mut wanted = args.reports.clone();
    if wanted.is_empty() {
        wanted.push(ReportArg { format: Format::Human, path: None });
    }
    let color = super::colors(crate::config::Color::Auto);
    let mut rooted = outcome.clone();
    crate::report::from_root(&mut rooted.findings);
    let mut failures = Vec::new();
    for wish in &wanted {
        let annotates = matches!(wish.format, Format::Github | Format::Sarif);
        let report = Report {
            old: &args.old,
            new: &args.new,
            outcome: if annotates { &rooted } else { outcome },
            fail_on: args.fail_on.least().unwrap_or(Level::Deny),
            color: color && wish.path.is_none(),
            verbose: args.verbose,
            quiet: args.quiet,
        };
        failures.extend(wish.write(&render(wish.format, &report), out).err());
    }
    verdict::after(failures, code, err)
}
