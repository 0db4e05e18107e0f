//! Proves that an API still keeps its OpenAPI contract, and that a change to the contract breaks no consumer.
//!
//! Everything the binary does is a few calls on the types in here. The value goes one way:
//!
//! ```text
//! openapi/*.yaml ─ build.rs ─▶ client (typed, generated)
//!       │
//!       ▼
//!   contract ─▶ plan ─▶ run ─▶ judge ─▶ confirm, shrink ─▶ events ─▶ report ─▶ exit code
//!      │          ▲      ▲       ▲                           ▲
//!      │        checks  target  checks                    waivers, levels
//!      └▶ diff (old, new) ─▶ changes ─▶ rules ───────────────┘     mock = contract + records + at most one fault
//! ```
//!
//! # Example: the gate inside your own `cargo test`
//!
//! ```
//! use contract_gate::gate::Gate;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Your own server on a free port of loopback: `.base_url("http://127.0.0.1:8080").token("…")`. Without one the
//! // embedded server stands in for it.
//! let gate = Gate::shipped("flexprice")?;
//! let checked = gate.check_blocking()?;
//! assert!(checked.conforms(), "{checked}");
//! // One verdict per check and operation, for a test runner that shows each by itself.
//! assert!(gate.trials().len() > 100);
//! # Ok(())
//! # }
//! ```
//!
//! `tests/own_server.rs` does this for an axum router in the same process, with one test per check. Below the facade are
//! its parts:
//!
//! ```
//! use std::sync::Arc;
//! use contract_gate::contract::Contract;
//! use contract_gate::engine::{Options, check};
//! use contract_gate::finding::Level;
//! use contract_gate::mock;
//! use contract_gate::target::{Limits, Target};
//!
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let contract = Arc::new(Contract::shipped("flexprice").expect("is shipped"));
//! // Your own server on a free port of loopback; here the embedded one stands in for it.
//! let server = mock::start(Arc::clone(&contract), mock::Options::default()).expect("starts");
//! let target = Target::embedded(&server, Limits::default()).expect("a base URL");
//! let checked = check(contract, Arc::new(target), &Options::default(), &mut |_event| {}).await;
//! assert!(checked.aborted.is_none());
//! assert!(!checked.findings.iter().any(|finding| finding.level == Level::Deny), "{:#?}", checked.findings);
//! # });
//! ```
//!
//! # What is public
//!
//! The modules that are shown here, as far as their types follow from [`gate`], [`contract`], [`diff`], [`lint`] and
//! [`mock`]; enumerations and structs that may grow are `non_exhaustive`. Modules that the documentation leaves out are
//! open to the tests and benches of the gate itself, and change without notice.

pub mod case;
#[doc(hidden)]
pub mod checks;
#[doc(hidden)]
pub mod cli;
pub mod client;
mod coding;
#[doc(hidden)]
pub mod config;
pub mod contract;
pub mod diff;
mod disclosure;
pub mod document;
pub mod engine;
pub mod event;
#[doc(hidden)]
pub mod excerpt;
#[doc(hidden)]
pub mod exchange;
pub mod finding;
pub mod gate;
#[doc(hidden)]
pub mod ledger;
pub mod lint;
pub mod mask;
#[doc(hidden)]
pub mod merge;
pub mod mock;
#[doc(hidden)]
pub mod prove;
pub mod recording;
#[doc(hidden)]
pub mod regressions;
pub mod report;
mod shell;
#[doc(hidden)]
pub mod study;
mod suggest;
pub mod target;
pub mod waiver;
mod whole_file;
