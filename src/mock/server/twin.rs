//! Whether a fault shows: a server without it is asked the same.

use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use super::Server;
use crate::mock::exchange::{Answer, Incoming};

/// The lawful form of a spoiled server. It is asked when somebody wants to know, which is only when no check spoke.
#[derive(Debug)]
pub(in crate::mock) struct Twin {
    lawful: Box<Server>,
    /// What the spoiled one was asked, with the fingerprint of what it answered.
    asked: Mutex<Vec<(Incoming, u64)>>,
}

impl Twin {
    pub(in crate::mock) fn new(lawful: Server) -> Self {
        Self { lawful: Box::new(lawful), asked: Mutex::default() }
    }

    /// Takes down what the spoiled server was asked and answered.
    pub(super) fn take_down(&self, incoming: &Incoming, answer: &Answer) {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push((incoming.clone(), print(answer)));
    }

    /// Whether some answer so far is another one than the lawful server's. Asked once: the lawful server remembers, too.
    pub(in crate::mock) fn differs(&self) -> bool {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner));
        asked.iter().any(|(incoming, answer)| print(&self.lawful.answer(incoming)) != *answer)
    }
}

/// The fingerprint of an answer.
fn print(answer: &Answer) -> u64 {
    let mut hasher = Xxh3::new();
    (answer.status, &answer.headers, &answer.body, answer.wire).hash(&mut hasher);
    hasher.finish()
}
