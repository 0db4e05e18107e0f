//! What a server does with a value that the contract leaves open.

use serde::Deserialize;

use super::About;

/// What a server does with a value that the contract leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// An `invalid` refusal; once written `refused` of unknown parameters.
    #[serde(alias = "refused")]
    Refuse,
    /// The nearest lawful value is used instead.
    Clamp,
    /// No effect; once written `ignored` of unknown parameters.
    #[serde(alias = "ignored")]
    Ignore,
    /// An empty page.
    Empty,
    /// The last page.
    Last,
    /// The default is used.
    Default,
    /// Any lawful answer.
    Either,
}

/// A choice with level and source; the bare word is accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "HandlingText")]
pub struct Handling {
    /// What the server does.
    pub is: Choice,
    /// Level and source.
    pub about: About,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum HandlingText {
    Short(Choice),
    Long {
        is: Choice,
        #[serde(flatten)]
        about: About,
    },
}

impl From<HandlingText> for Handling {
    fn from(text: HandlingText) -> Self {
        match text {
            HandlingText::Short(is) => Self { is, about: About::default() },
            HandlingText::Long { is, about } => Self { is, about },
        }
    }
}
