//! `contract-gate lint FILE…`.

use std::io::Write;

use crate::diff::render::Format;
use crate::lint::{self, Linted};

/// Tells whether a document is sound before anything is built on it.
///
/// Exit code 0: sound, be it with warnings; 1: an error; 2: a document cannot be read.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  contract-gate lint openapi/flexportal.yaml --strict")]
pub struct Args {
    /// The documents: files, `-` for standard input, or REV:path of the git repository
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Report to standard output [human, json, github]
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub report: Format,
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
}

/// Runs the command; results go to `out`, documents that cannot be read to `err`.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let mut worst = 0;
    let mut all: Vec<Linted> = Vec::new();
    for file in &args.files {
        match lint::file(file) {
            Ok(linted) => {
                worst = worst.max(u8::from(linted.fails(args.strict)));
                all.push(linted);
            }
            Err(error) => {
                let _ = writeln!(err, "error: {error}");
                worst = 2;
            }
        }
    }
    if args.report == Format::Github {
        all.iter_mut().for_each(|linted| crate::report::from_root(&mut linted.findings));
    }
    let _ = out.write_all(lint::render(args.report, &all).as_bytes());
    worst
}
