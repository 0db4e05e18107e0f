//! contract-gate
pub mod case;
pub mod checks;
pub mod cli;
pub mod client;
pub mod config;
pub mod contract;
pub mod document;
pub mod engine;
pub mod event;
pub mod exchange;
pub mod finding;
pub mod mask;
pub mod mock;
pub mod report;
pub mod study;
pub mod target;
pub mod waiver;
