//! contract-gate
pub mod config;
pub mod document;
pub mod event;
pub mod finding;
pub mod mask;
pub mod report;
pub mod waiver;
