//! The commands: each reads its arguments and returns an exit code; nothing here judges.

pub mod diff;
pub mod lint;
