//! Bounds of what a run may do to a target.

use std::num::NonZeroU32;
use std::time::Duration;

/// Bounds of what a run may do to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Largest body that is read, in bytes.
    pub max_body: usize,
    /// Requests per second; `None`: as fast as the target answers.
    pub rate: Option<NonZeroU32>,
    /// Most requests of a run.
    pub max_requests: Option<u64>,
    /// Longest run.
    pub time_budget: Option<Duration>,
    /// Requests on the way at once.
    pub concurrency: usize,
    /// Longest single wait that a `Retry-After` may ask for.
    pub max_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_body: 16 * 1024 * 1024,
            rate: None,
            max_requests: None,
            time_budget: None,
            concurrency: 4,
            max_wait: Duration::from_secs(30),
        }
    }
}
