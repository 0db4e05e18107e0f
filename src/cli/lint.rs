//! `contract-gate lint FILE…`.

use std::io::Write;
use std::path::PathBuf;

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
    /// OpenAPI Overlay laid over each of the documents, for those that may not be edited
    #[arg(long, value_name = "FILE")]
    pub overlay: Option<PathBuf>,
    /// Warnings fail too
    #[arg(long)]
    pub strict: bool,
}

/// Runs the command; results go to `out`, documents that cannot be read to `err`.
pub fn run(args: &Args, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let mut worst = 0;
    let mut all: Vec<Linted> = Vec::new();
    for file in &args.files {
        match lint::file_with(file, args.overlay.as_deref()) {
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
    let _ = out.write_all(lint::render(args.report, &all).as_bytes());
    worst
}
