//! Level and source, which any clause may carry.

use serde::Deserialize;

use crate::finding::Level;

/// Level and source that any clause may carry.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct About {
    /// Level under every profile but `strict`; deny if left out.
    #[serde(default)]
    pub level: Option<Level>,
    /// Level under the profile `strict`.
    #[serde(default)]
    pub strict: Option<Level>,
    /// Page and place, or `ours: why`.
    #[serde(default)]
    pub source: Option<String>,
}

impl About {
    /// The level under a profile; `fallback` where the clause does not say.
    #[must_use]
    pub fn level(&self, strict: bool, fallback: Level) -> Level {
        let normal = self.level.unwrap_or(fallback);
        if strict { self.strict.unwrap_or(normal) } else { normal }
    }
}

/// A level alone, or with strict level and source.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "GradeText")]
pub struct Grade(pub About);

#[derive(Deserialize)]
#[serde(untagged)]
enum GradeText {
    Short(Level),
    Long(About),
}

impl From<GradeText> for Grade {
    fn from(text: GradeText) -> Self {
        match text {
            GradeText::Short(level) => Self(About { level: Some(level), ..About::default() }),
            GradeText::Long(about) => Self(about),
        }
    }
}
