//! What a rule is: a fact about documents with its effect, and the text that explains it.

use super::law::{Effect, Guard};

/// Which promise a rule guards; a user picks what he promises, not which rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// The bytes on the wire and what they mean.
    Wire,
    /// What a generated client feels: names of operations and schemas, and values and variants that it does not know.
    Client,
    /// Documentation only.
    Docs,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Wire, Self::Client, Self::Docs];

    /// The word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wire => "wire",
            Self::Client => "client",
            Self::Docs => "docs",
        }
    }
}

/// The rule for the opposite edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mirror {
    /// The id of that rule.
    Rule(&'static str),
    /// The edit reversed is the same kind of edit.
    Itself,
    /// Why there is none.
    Absent(&'static str),
}

/// What a rule tells that is there on one side alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tells {
    /// Something came, which leaves alone what was there.
    Addition,
    /// Something is gone, so that only the old document has a place for it.
    Removal,
}

/// What of a schema, or of a clause, a rule is about, where other rules are weighed against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// The types of a value.
    Type,
    /// Whether it may be null.
    Null,
    /// The values that are listed.
    Enum,
    /// The range of numbers.
    Range,
    /// The length of texts.
    Length,
    /// The pattern of texts.
    Pattern,
    /// The format.
    Format,
    /// What numbers are a multiple of.
    Multiple,
    /// The number of items.
    ItemCount,
    /// Whether items may be equal.
    Uniqueness,
    /// The number of properties.
    PropertyCount,
    /// A required property as a whole.
    Required,
    /// Whether a property that stays has to be there.
    Presence,
    /// Whether a property is for requests or for answers alone.
    Visibility,
    /// Properties that are not declared.
    Additional,
    /// A promise of `x-contract` about answers.
    Promise,
}

impl Aspect {
    /// The keywords by which a validator refuses what such a rule is about; none when any will do.
    #[must_use]
    pub fn keywords(self) -> &'static [&'static str] {
        match self {
            Self::Type | Self::Null => &["type", "enum"],
            Self::Enum => {
                &["enum", "type", "pattern", "format", "minLength", "maxLength", "minimum", "maximum", "multipleOf"]
            }
            Self::Range => &["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
            Self::Length => &["minLength", "maxLength"],
            Self::Pattern => &["pattern"],
            Self::Format => &["format", "minimum", "maximum"],
            Self::Multiple => &["multipleOf"],
            Self::ItemCount => &["minItems", "maxItems"],
            Self::Uniqueness => &["uniqueItems"],
            Self::PropertyCount => &["minProperties", "maxProperties"],
            Self::Required | Self::Presence | Self::Visibility => &["required"],
            Self::Additional => &["additionalProperties"],
            Self::Promise => &[],
        }
    }
}

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab-case; equals the file stem.
    pub id: &'static str,
    /// What the change does to the set of accepted payloads.
    pub effect: Effect,
    /// Guards that may requalify the effect, or always do so (`Negotiated`).
    pub guards: &'static [Guard],
    /// Which promise it guards.
    pub category: Category,
    /// What it tells that is there on one side alone, if anything.
    pub tells: Option<Tells>,
    /// What it is about, where that is weighed.
    pub aspect: Option<Aspect>,
    /// The rule for the opposite edit.
    pub mirror: Mirror,
    /// The doc comment: first sentence, *Why it matters*, *Example*, *Source*.
    pub doc: &'static str,
}

impl Rule {
    /// Whether it tells that something is gone, so that only the old document has a place for it.
    #[must_use]
    pub fn tells_of_removal(&self) -> bool {
        self.tells == Some(Tells::Removal)
    }

    /// Whether it tells that something came, which leaves alone what was there.
    #[must_use]
    pub fn tells_of_addition(&self) -> bool {
        self.tells == Some(Tells::Addition)
    }

    /// The first sentence of the doc comment, without its final stop.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let end = self.doc.find("\n\n").or_else(|| self.doc.find("\n ##")).unwrap_or(self.doc.len());
        self.doc.get(..end).unwrap_or_default().trim().trim_end_matches('.')
    }

    /// The text under one heading of the doc comment, as one line.
    #[must_use]
    pub fn section(&self, heading: &str) -> String {
        let mut lines = self.doc.lines().skip_while(|line| line.trim() != format!("## {heading}")).skip(1);
        let mut text = String::new();
        for line in lines.by_ref().take_while(|line| !line.trim_start().starts_with("## ")) {
            if !text.is_empty() && !line.trim().is_empty() {
                text.push(' ');
            }
            text.push_str(line.trim());
        }
        text
    }
}

/// Declares the rule of a file: its doc comment is the text of `explain`.
macro_rules! rule {
    (@option $kind:ident) => { None };
    (@option $kind:ident $value:ident) => { Some($crate::diff::rule::$kind::$value) };
    ($(#[doc = $doc:literal])* id: $id:literal, effect: $effect:ident, guards: [$($guard:ident),*],
     category: $category:ident $(, tells: $tells:ident)? $(, aspect: $aspect:ident)?, mirror: $mirror:expr $(,)?) => {
        $(#[doc = $doc])*
        pub static RULE: $crate::diff::rule::Rule = $crate::diff::rule::Rule {
            id: $id,
            effect: $crate::diff::law::Effect::$effect,
            guards: &[$($crate::diff::law::Guard::$guard),*],
            category: $crate::diff::rule::Category::$category,
            tells: $crate::diff::rule::rule!(@option Tells $($tells)?),
            aspect: $crate::diff::rule::rule!(@option Aspect $($aspect)?),
            mirror: { #[allow(unused_imports)] use $crate::diff::rule::Mirror::*; $mirror },
            doc: concat!($($doc, "\n"),*),
        };
    };
}

/// Declares the modules of the rules and the list of all of them, in one place.
macro_rules! catalogue {
    ($($name:ident,)*) => {
        $(#[doc = concat!("The rule `", stringify!($name), "`.")] pub mod $name;)*
        /// Every rule, sorted by id.
        pub static RULES: &[&$crate::diff::rule::Rule] = &[$(&$name::RULE),*];
    };
}

pub(crate) use {catalogue, rule};
