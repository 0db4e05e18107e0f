//! `contract-gate lint FILE…`.

use std::io::Write;
use std::path::PathBuf;

use super::diff::ReportArg;
use super::{exit, verdict};
use crate::diff::render::Format;
use crate::lint::{self, Linted};

/// Tells whether a document is sound before anything is built on it.
///
/// Exit code 0: sound, perhaps with warnings; 1: an error; 2: a document cannot be read, and the others are sound.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Example:\n  contract-gate lint openapi/flexportal.yaml --strict --report human --report sarif=lint.sarif"
)]
pub struct Args {
    /// The documents: files, `-` for standard input, or REV:path of the git repository
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Report, to standard output or a file; repeatable [human, json, junit, sarif, github, markdown]
    #[arg(long = "report", value_name = "FORMAT[=PATH]")]
    pub reports: Vec<ReportArg>,
    /// OpenAPI Overlay laid over each of the documents, for those that may not be edited
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Less: only what fails, and the verdict
    #[arg(short, long)]
    pub quiet: bool,
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
}

/// Runs the command; results go to `out`, documents that cannot be read to `err`.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let mut unread = false;
    let mut all: Vec<Linted> = Vec::new();
    for file in &args.files {
        match lint::file_with(file, args.overlay.as_deref()) {
            Ok(linted) => all.push(linted),
            Err(error) => {
                let _ = writeln!(err, "error: {error}");
                unread = true;
            }
        }
    }
    let code = match all.iter().any(|linted| linted.fails(args.strict)) {
        true => exit::VIOLATED,
        false if unread => exit::UNUSABLE,
        false => exit::CONFORMS,
    };
    let mut rooted = all.clone();
    rooted.iter_mut().for_each(|linted| crate::report::from_root(&mut linted.findings));
    let human = [ReportArg { format: Format::Human, path: None }];
    let manner = lint::Manner { strict: args.strict, quiet: args.quiet };
    let wanted = if args.reports.is_empty() { human.as_slice() } else { args.reports.as_slice() };
    let mut failures = Vec::new();
    for wish in wanted {
        let annotates = matches!(wish.format, Format::Github | Format::Sarif);
        let linted = if annotates { &rooted } else { &all };
        failures.extend(wish.write(&lint::render(wish.format, linted, manner), out).err());
    }
    verdict::after(failures, code, err)
}
