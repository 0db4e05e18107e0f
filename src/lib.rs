//! contract-gate
pub mod cli;
pub mod diff;
pub mod document;
pub mod finding;
pub mod lint;
