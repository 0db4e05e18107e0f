//! contract-gate
pub mod document;
pub mod event;
pub mod finding;
