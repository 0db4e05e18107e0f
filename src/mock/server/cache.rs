//! A shared cache in front of the server, as RFC 9111 has it: it keeps successes for a second, tells requests apart by all
//! that they hold, and says how old an answer is.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::mock::exchange::{Answer, Incoming};

/// For how long an answer is shown again.
const LIFETIME: Duration = Duration::from_secs(1);

/// What the cache has kept, and since when.
#[derive(Debug, Default)]
pub(in crate::mock) struct Cache(Mutex<HashMap<String, (Instant, Answer)>>);

impl Cache {
    /// The answer that was kept, or a new one.
    pub(super) fn answer(&self, incoming: &Incoming, ask: impl FnOnce() -> Answer) -> Answer {
        let mut all: Vec<String> = incoming.headers.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        all.sort();
        let key = format!("{} {}?{} {all:?} {:?}", incoming.method, incoming.path, incoming.query, incoming.body);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((since, answer)) = kept.get(&key).filter(|(since, _)| since.elapsed() < LIFETIME) {
            let mut answer = answer.clone();
            answer.set_header("age", &since.elapsed().as_secs().to_string());
            return answer;
        }
        let mut answer = ask();
        if answer.status == 200 {
            answer.set_header("cache-control", "max-age=1, must-revalidate");
            answer.set_header("age", "0");
            kept.insert(key, (Instant::now(), answer.clone()));
        }
        answer
    }
}
