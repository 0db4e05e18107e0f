//! Events as they come, one JSON object per line; what `merge` and other programs read.
//!
//! Single exchanges are left out: they are progress, not result.

use std::io::{self, Write};

use super::{Reporter, Sink};
use crate::event::Event;

/// Writes one line per event.
pub struct Ndjson {
    sink: Sink,
}

impl Ndjson {
    /// Writes to `sink`.
    #[must_use]
    pub fn new(sink: Sink) -> Self {
        Self { sink }
    }
}

impl Reporter for Ndjson {
    fn event(&mut self, event: &Event) -> io::Result<()> {
        if matches!(event, Event::Exchanged(_)) {
            return Ok(());
        }
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.sink.write_all(&line)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.sink.commit()
    }
}
