//! Events as they come, one JSON object per line; what `merge` and other programs read.
//!
//! Single exchanges are left out: they are progress, not result. The first event says what is shown of values.

use std::io::{self, Write};

use super::{Reporter, Sink, escape, text};
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
        let line = match event {
            Event::RunStarted(started) => {
                let mut first = serde_json::to_value(event)?;
                first["values"] = text::values(started.show_values).into();
                escape::json_line(&first)?
            }
            _ => escape::json_line(event)?,
        };
        writeln!(self.sink, "{line}")
    }

    fn finish(&mut self) -> io::Result<()> {
        self.sink.commit()
    }
}
