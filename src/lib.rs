//! contract-gate
pub mod contract;
pub mod document;
pub mod event;
pub mod finding;
pub mod mock;
