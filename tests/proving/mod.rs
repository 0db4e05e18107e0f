//! The kill matrix of one of our own contracts, in part.
#![allow(unreachable_pub, reason = "shared by several test binaries")]

use contract_gate::prove::{Matrix, Scope, prove};

/// Some rows of the matrix of `tests/contracts/<name>.yaml`.
pub fn matrix(name: &str, only: &[&str]) -> Matrix {
    let contract = format!("{}/tests/contracts/{name}.yaml", env!("CARGO_MANIFEST_DIR"));
    let only = only.iter().map(|id| (*id).to_owned()).collect();
    let scope = Scope { contracts: vec![contract], only, ..Scope::default() };
    prove(&scope, &|_, _| {}).expect("every embedded server starts")
}
