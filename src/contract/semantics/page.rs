//! How a list is paged.

use serde::Deserialize;

use super::{About, Clause, Grade, Handling, Slot, Spot};

/// How a list is paged.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Page {
    /// Records per page.
    pub size: Option<Size>,
    /// The token of the next page.
    pub next: Option<Next>,
    /// Records to skip.
    pub offset: Option<Start>,
    /// Number of the page.
    pub number: Option<Start>,
    /// Whether more follows.
    pub more: Option<Clause>,
    /// Records on this page.
    pub count: Option<Clause>,
    /// Records that match.
    pub total: Option<Clause>,
    /// Pages that the records that match fill.
    pub pages: Option<Clause>,
    /// Number of the next page.
    pub next_number: Option<Clause>,
    /// Records that follow this page.
    pub remaining: Option<Clause>,
    /// The effective size.
    pub size_echo: Option<Clause>,
    /// This page's or the next page's offset.
    pub offset_echo: Option<Clause>,
    /// Level of an empty page in mid-walk.
    pub empty: Option<Grade>,
    /// Level of "more follows" on a full page that is the last.
    pub full_end: Option<Grade>,
    /// A token beside "nothing follows".
    pub last_token: Option<Grade>,
    /// What lies beyond the end.
    pub past_end: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// The page size parameter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Size {
    /// Where it is sent.
    pub slot: Slot,
    /// Records per page if it is not sent.
    #[serde(default)]
    pub default: Option<DefaultSize>,
    /// Smallest size, 1 if left out.
    #[serde(default)]
    pub min: Option<u64>,
    /// Largest size.
    #[serde(default)]
    pub max: Option<u64>,
    /// Most records that an answer to a size above `max` may hold; `max` if left out.
    #[serde(default)]
    pub ceiling: Option<u64>,
    /// Level of a refusal when it is left out; with it, it is sent everywhere but where leaving it out is tried.
    #[serde(default)]
    pub omitted: Option<Grade>,
    /// What a smaller size gets.
    #[serde(default)]
    pub below: Option<Handling>,
    /// What a larger size gets.
    #[serde(default)]
    pub above: Option<Handling>,
    /// What a size that is no number gets.
    #[serde(default)]
    pub malformed: Option<Handling>,
    /// What zero gets, where it differs from `below`.
    #[serde(default)]
    pub zero: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// The size of a page that nobody sized, with level and source; the bare number is accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "DefaultSizeText")]
pub struct DefaultSize {
    /// Records per page.
    pub value: u64,
    /// Level and source.
    pub about: About,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum DefaultSizeText {
    Short(u64),
    Long {
        value: u64,
        #[serde(flatten)]
        about: About,
    },
}

impl From<DefaultSizeText> for DefaultSize {
    fn from(text: DefaultSizeText) -> Self {
        match text {
            DefaultSizeText::Short(value) => Self { value, about: About::default() },
            DefaultSizeText::Long { value, about } => Self { value, about },
        }
    }
}

/// The token of the next page.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "NextText")]
pub struct Next {
    /// Where the answer gives it.
    pub spot: Option<Spot>,
    /// Field of the last record that is the token.
    pub field: Option<String>,
    /// Where to send it.
    pub slot: Option<Slot>,
    /// `url`: the address of the next page.
    pub form: Option<String>,
    /// What a made-up token gets.
    pub malformed: Option<Handling>,
    /// Level and source.
    pub about: About,
}

/// As it is written: a header may stand in the clause itself.
#[derive(Deserialize)]
struct NextText {
    #[serde(default)]
    spot: Option<Spot>,
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    rel: Option<String>,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    slot: Option<Slot>,
    #[serde(default, rename = "as")]
    form: Option<String>,
    #[serde(default)]
    malformed: Option<Handling>,
    #[serde(flatten)]
    about: About,
}

impl From<NextText> for Next {
    fn from(text: NextText) -> Self {
        let NextText { spot, header, rel, field, slot, form, malformed, about } = text;
        let spot = spot.or_else(|| header.map(|header| Spot::Header { header, rel }));
        Self { spot, field, slot, form, malformed, about }
    }
}

impl Next {
    /// Whether the answer gives an address to follow.
    #[must_use]
    pub fn is_url(&self) -> bool {
        self.form.as_deref() == Some("url") || matches!(&self.spot, Some(Spot::Header { rel: Some(_), .. }))
    }
}

/// An offset or page number parameter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Start {
    /// Where it is sent.
    pub slot: Slot,
    /// Value of the first page.
    #[serde(default)]
    pub first: u64,
    /// What a value before the first gets.
    #[serde(default)]
    pub below: Option<Handling>,
    /// What a value that is no number gets.
    #[serde(default)]
    pub malformed: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}
