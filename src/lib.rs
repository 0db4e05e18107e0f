//! contract-gate
pub mod case;
pub mod client;
pub mod contract;
pub mod document;
pub mod event;
pub mod exchange;
pub mod finding;
pub mod study;
pub mod target;
