//! Throw-away dispatch of this branch: only `diff` and `lint`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use contract_gate::cli::{diff, lint};

#[derive(Parser)]
#[command(version)]
enum Command {
    Diff(diff::Args),
    Lint(lint::Args),
}

fn main() -> ExitCode {
    let mut out = std::io::stdout().lock();
    let mut err = std::io::stderr().lock();
    let code = match Command::parse() {
        Command::Diff(args) => diff::run(&args, &[], &mut out, &mut err),
        Command::Lint(args) => lint::run(&args, &mut out, &mut err),
    };
    let _ = out.flush();
    ExitCode::from(code)
}
