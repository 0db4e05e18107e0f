//! Colour, only where it was asked for.

/// Wraps texts in terminal colours, or leaves them alone.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::report) struct Paint {
    /// Whether colours are written.
    pub(in crate::report) on: bool,
}

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(in crate::report) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(in crate::report) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(in crate::report) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    pub(in crate::report) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(in crate::report) fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(in crate::report) fn cyan(self, text: &str) -> String {
        self.with("36", text)
    }
}
