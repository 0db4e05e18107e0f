//! Whether a fault shows: a server without it is asked the same.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::Server;
use crate::mock::exchange::{Answer, Incoming};

/// The lawful form of a spoiled server.
#[derive(Debug)]
pub(in crate::mock) struct Twin {
    lawful: Box<Server>,
    differed: AtomicBool,
}

impl Twin {
    pub(in crate::mock) fn new(lawful: Server) -> Self {
        Self { lawful: Box::new(lawful), differed: AtomicBool::new(false) }
    }

    /// Compares an answer with the one that the lawful server gives, until one differs.
    pub(super) fn look_at(&self, incoming: &Incoming, answer: &Answer) {
        // What is asked after that is asked in the light of a spoiled answer; there is nothing more to learn.
        if !self.differed.load(Relaxed) && self.lawful.answer(incoming) != *answer {
            self.differed.store(true, Relaxed);
        }
    }

    /// Whether some answer was another one than the lawful server's.
    pub(in crate::mock) fn differed(&self) -> bool {
        self.differed.load(Relaxed)
    }
}
