//! What the faults of a check rest on, and so what a recording proves of them.

const ACCESS: &str = "it need not show which credential was really sent, and of what is refused nobody knows why";
const PROBE: &str = "it takes requests that are made for it, and `check` makes them";
const REFUSAL: &str = "whether a value that was refused is a lawful one is not known";

/// What the faults of a check rest on: whether recorded traffic shows them as surely as a server that can be asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// One answer shows it, or what several answers say whatever the data.
    Answer,
    /// The records of one walk show it, if they did not move while it went on.
    Walk,
    /// Two showings of one record, whose version says whether it was changed.
    Versions,
    /// A comparison of requests, which data that moved in between explains as well.
    Compared,
    /// Which credential was sent; a recording need not show it.
    Credential,
    /// Requests that nobody sends but to provoke it.
    Probe,
    /// That a lawful value was refused; which values are lawful only the server says.
    Refusal,
}

impl Proof {
    /// Why no recording speaks of such a fault, if none does.
    #[must_use]
    pub fn withheld(self) -> Option<&'static str> {
        match self {
            Self::Answer | Self::Walk | Self::Versions | Self::Compared => None,
            Self::Credential => Some(ACCESS),
            Self::Probe => Some(PROBE),
            Self::Refusal => Some(REFUSAL),
        }
    }
}
