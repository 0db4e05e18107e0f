//! Bounds of what a run may do to a target.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// So many requests in a time, evenly spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: NonZeroU32,
    /// In how long.
    pub per: Duration,
}

impl Rate {
    /// The time between two requests.
    #[must_use]
    pub fn interval(self) -> Duration {
        self.per / self.requests.get()
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.per.as_secs() {
            1 => write!(f, "{} a second", self.requests),
            60 => write!(f, "{} a minute", self.requests),
            3_600 => write!(f, "{} an hour", self.requests),
            _ => write!(f, "{} in {:?}", self.requests, self.per),
        }
    }
}

/// Bounds of what a run may do to a target.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Longest wait for one whole answer.
    pub timeout: Duration,
    /// Largest body that is read, in bytes.
    pub max_body: usize,
    /// Most requests in a time; `None`: as fast as the target answers.
    pub rate: Option<Rate>,
    /// Most requests of a run.
    pub max_requests: Option<u64>,
    /// Longest run, from its first request on.
    pub time_budget: Option<Duration>,
    /// Requests on the way at once.
    pub concurrency: usize,
    /// Longest single wait that a `Retry-After` may ask for; one that asks for more ends the run.
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
            max_wait: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_by_the_minute_is_slower_than_one_by_the_second() {
        let rate = |requests, seconds| Rate {
            requests: NonZeroU32::new(requests).expect("not zero"),
            per: Duration::from_secs(seconds),
        };
        assert_eq!(rate(10, 60).interval(), Duration::from_secs(6));
        assert_eq!(rate(5, 3_600).interval(), Duration::from_secs(720));
        assert_eq!(rate(10, 1).interval(), Duration::from_millis(100));
        assert_eq!((rate(10, 60).to_string(), rate(7, 1).to_string()), ("10 a minute".into(), "7 a second".into()));
    }
}
