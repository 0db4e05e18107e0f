//! The `contract-gate` binary: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    contract_gate::cli::main()
}
