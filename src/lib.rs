//! contract-gate
pub mod document;
pub mod finding;
