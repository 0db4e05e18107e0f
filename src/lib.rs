//! contract-gate
pub mod diff;
pub mod document;
pub mod finding;
