//! What a document promises beyond OpenAPI: the `x-contract` vocabulary as types.
//!
//! Shapes only: `openapi/README.md` is the reference of what each clause means, and `x-contract.schema.json` has
//! checked the text before it is read into these types. A clause that is `None` promises nothing.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// A place in the request.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// A query parameter.
    Query(String),
    /// A request header.
    Header(String),
    /// A path parameter.
    Path(String),
    /// A JSON pointer into the request body; a last segment `-` appends.
    Body(String),
}

impl Slot {
    /// Name of the parameter, or the pointer into the body.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Query(name) | Self::Header(name) | Self::Path(name) | Self::Body(name) => name,
        }
    }
}

/// A place in the answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(untagged)]
pub enum Spot {
    /// JSON pointer into the body.
    Pointer(String),
    /// A response header, or one relation of a `Link` header.
    Header {
        /// Name of the header.
        header: String,
        /// Relation, for `Link`.
        #[serde(default)]
        rel: Option<String>,
    },
}

/// A spot with level and source; a bare spot is accepted.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "ClauseText")]
pub struct Clause {
    /// Where it is in the answer.
    pub spot: Spot,
    /// What has to be sent to get it at all.
    pub with: Option<With>,
    /// `this` and/or `next`, for an offset echo.
    pub means: Vec<String>,
    /// Level and source.
    pub about: About,
}

/// A value that must be sent so that a promise holds.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct With {
    /// Where to send it.
    pub slot: Slot,
    /// What to send.
    pub value: Value,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ClauseText {
    Long {
        spot: Spot,
        #[serde(default)]
        with: Option<With>,
        #[serde(default)]
        means: Vec<String>,
        #[serde(flatten)]
        about: About,
    },
    Short(Spot),
}

impl From<ClauseText> for Clause {
    fn from(text: ClauseText) -> Self {
        match text {
            ClauseText::Long { spot, with, means, about } => Self { spot, with, means, about },
            ClauseText::Short(spot) => Self { spot, with: None, means: Vec::new(), about: About::default() },
        }
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

/// The document's root clause.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Root {
    /// Version of the vocabulary.
    pub version: u32,
    /// Resources by name.
    pub resources: BTreeMap<String, Resource>,
    /// What selects and shows the tenant.
    pub tenancy: Option<Tenancy>,
    /// Statuses that count as which refusal.
    pub refusals: Refusals,
    /// Level at which internals in an error body count; deny if left out.
    pub leaks: Option<Grade>,
    /// What a parameter that nobody declared gets.
    pub unknown_parameters: Option<Handling>,
}

/// What ties a list, its reader and its aliases together.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Resource {
    /// `#/components/schemas/...` of one record.
    pub schema: String,
    /// Pointer to the identifying field.
    pub key: String,
    /// Pointer to a field that changes whenever the record does.
    pub version: Option<String>,
    /// Fields in which list and reader may disagree.
    pub volatile: Vec<String>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// What selects the tenant, and which field shows it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Tenancy {
    /// What selects it; `None`: the credential alone does.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// The record's field that shows it.
    #[serde(default)]
    pub field: Option<String>,
    /// Level at which the field must equal the value sent.
    #[serde(default)]
    pub echo: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// Refusals by class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub struct Refusals {
    /// No credential, or a wrong one.
    pub unauthenticated: Option<Refusal>,
    /// No tenant selected, or an unknown one.
    pub no_tenant: Option<Refusal>,
    /// A record of another tenant.
    pub foreign: Option<Refusal>,
    /// A record that does not exist.
    pub not_found: Option<Refusal>,
    /// A value that the contract does not allow.
    pub invalid: Option<Refusal>,
}

/// The statuses of one class of refusal.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Refusal {
    /// Documented statuses.
    #[serde(default)]
    pub statuses: Vec<u16>,
    /// Statuses that pass with a note.
    #[serde(default)]
    pub tolerated: Vec<u16>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

impl Refusal {
    /// Whether a status belongs to this class, tolerated ones included.
    #[must_use]
    pub fn accepts(&self, status: u16) -> bool {
        self.statuses.contains(&status) || self.tolerated.contains(&status)
    }
}

/// What a server does with a value that the contract leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Choice {
    /// An `invalid` refusal.
    #[serde(alias = "refused")]
    Refuse,
    /// The nearest lawful value is used instead.
    Clamp,
    /// No effect.
    #[serde(alias = "ignored")]
    Ignore,
    /// An empty page.
    Empty,
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

/// The operation's clause.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct OperationClause {
    /// It lists records.
    pub lists: Option<Lists>,
    /// It reads one record.
    pub reads: Option<Reads>,
    /// It can add related records.
    pub expands: Vec<Expand>,
}

/// A list operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Lists {
    /// Name of the resource.
    pub resource: String,
    /// Pointer to the array of records.
    pub items: String,
    /// Key, where it differs from the resource's.
    #[serde(default)]
    pub key: Option<String>,
    /// How it is paged.
    #[serde(default)]
    pub page: Page,
    /// Filters by name.
    #[serde(default)]
    pub filters: IndexMap<String, Filter>,
    /// Level at which filters sent together give their intersection.
    #[serde(default)]
    pub combine: Option<Grade>,
    /// How it is sorted.
    #[serde(default)]
    pub sort: Option<Sort>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

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
pub struct Next {
    /// Where the answer gives it.
    #[serde(default)]
    pub spot: Option<Spot>,
    /// Field of the last record that is the token.
    #[serde(default)]
    pub field: Option<String>,
    /// Where to send it.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// `url`: the address of the next page.
    #[serde(default, rename = "as")]
    pub form: Option<String>,
    /// What a made-up token gets.
    #[serde(default)]
    pub malformed: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
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

/// How a filter compares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Match {
    /// The field equals the value.
    #[default]
    Equal,
    /// The field contains the value.
    Contains,
    /// The field is at least the value.
    AtLeast,
    /// The field is at most the value.
    AtMost,
    /// The field is above the value.
    Above,
    /// The field is below the value.
    Below,
    /// The field is one of the values.
    AnyOf,
}

/// Whether case counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// It counts.
    #[default]
    Exact,
    /// It does not.
    Ignore,
    /// The sources leave it open.
    Either,
}

/// What leaving a filter out means.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Absent {
    /// Either everything or only the records with this value.
    Either {
        /// The value.
        either: Value,
    },
    /// Only the records with this value.
    Only(Value),
}

fn flag_or_grade<'de, D: serde::Deserializer<'de>>(text: D) -> Result<Option<Grade>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Text {
        Flag(bool),
        Grade(Grade),
    }
    Ok(match Text::deserialize(text)? {
        Text::Flag(flag) => flag.then(Grade::default),
        Text::Grade(grade) => Some(grade),
    })
}

/// A filter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Filter {
    /// Where it is sent.
    pub slot: Slot,
    /// The record's field that it looks at.
    #[serde(default)]
    pub field: Option<String>,
    /// How it compares.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// Whether case counts.
    #[serde(default)]
    pub case: Case,
    /// CEL over `self` and `value`, instead of field and match.
    #[serde(default)]
    pub rule: Option<String>,
    /// Values to try.
    #[serde(default)]
    pub values: Vec<Value>,
    /// What is sent, with `{value}` in it.
    #[serde(default)]
    pub template: Option<Value>,
    /// What leaving it out means.
    #[serde(default)]
    pub absent: Option<Absent>,
    /// What a value outside the enumeration gets.
    #[serde(default)]
    pub unknown: Option<Handling>,
    /// Level at which at most one record matches; `true` is deny.
    #[serde(default, deserialize_with = "flag_or_grade")]
    pub unique: Option<Grade>,
    /// Whether a matching record may be missing.
    #[serde(default)]
    pub partial: bool,
    /// Level of a filter that is refused or has no effect at all.
    #[serde(default)]
    pub unsupported: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// How values of a sort field compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// As numbers.
    Number,
    /// As RFC 3339 instants.
    Instant,
    /// As text, whose collation is never specified.
    Text,
}

/// Ascending or descending.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// How a list is sorted.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Sort {
    /// The parameter that names the field.
    pub by: Option<SortSlot>,
    /// The parameter that names the direction.
    pub direction: Option<DirectionSlot>,
    /// Values of `by`.
    pub fields: IndexMap<String, SortField>,
    /// Values of `by` that say field and direction at once.
    pub values: IndexMap<String, SortField>,
    /// The order without any parameter.
    pub default: Option<SortField>,
    /// What an unknown field or direction gets.
    pub unknown: Option<Handling>,
    /// Level of sorting that has no effect at all.
    pub unsupported: Option<Grade>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// The parameter that names the sort field.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "SortSlotText")]
pub struct SortSlot {
    /// Where it is sent.
    pub slot: Slot,
    /// What is sent, with `{field}` and `{direction}` in it.
    pub template: Option<Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SortSlotText {
    Long {
        slot: Slot,
        #[serde(default)]
        template: Option<Value>,
    },
    Short(Slot),
}

impl From<SortSlotText> for SortSlot {
    fn from(text: SortSlotText) -> Self {
        match text {
            SortSlotText::Long { slot, template } => Self { slot, template },
            SortSlotText::Short(slot) => Self { slot, template: None },
        }
    }
}

/// The parameter that names the direction.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct DirectionSlot {
    /// Where it is sent; `None` when a template of `by` carries it.
    #[serde(default)]
    pub slot: Option<Slot>,
    /// The word for ascending.
    pub ascending: Value,
    /// The word for descending.
    pub descending: Value,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// One way of sorting.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SortField {
    /// The record's field.
    pub field: String,
    /// How its values compare.
    #[serde(rename = "as")]
    pub order: Order,
    /// Its direction, where the value says it.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

impl SortField {
    /// The level of a wrong order: text is a note unless the document says more.
    #[must_use]
    pub fn level(&self, strict: bool) -> Level {
        let fallback = if self.order == Order::Text { Level::Note } else { Level::Deny };
        self.about.level(strict, fallback)
    }
}

/// A read operation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Reads {
    /// Name of the resource.
    pub resource: String,
    /// By which keys.
    pub by: Vec<ReadKey>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// A key by which a record is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ReadKey {
    /// Where it is sent.
    pub slot: Slot,
    /// The record's field that it equals.
    pub key: String,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// A related record that can be asked for.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Expand {
    /// Where it is asked for.
    pub slot: Slot,
    /// What is sent.
    pub value: Value,
    /// Pointer to the field that it adds to a record.
    pub adds: String,
    /// Resource of the addition.
    #[serde(default)]
    pub resource: Option<String>,
    /// Pointers that must agree: inside the addition, inside the record.
    #[serde(default)]
    pub agrees: IndexMap<String, String>,
    /// Level of the addition showing up though nobody asked.
    #[serde(default)]
    pub unasked: Option<Grade>,
    /// What an unknown value gets.
    #[serde(default)]
    pub unknown: Option<Handling>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}

/// A cross-field rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct RuleClause {
    /// Kebab-case, names what holds.
    pub id: String,
    /// CEL; true is lawful.
    pub rule: String,
    /// CEL; the rule is asked only where it is true.
    #[serde(default)]
    pub when: Option<String>,
    /// What is wrong when it does not hold.
    #[serde(default)]
    pub message: Option<String>,
    /// Rules of one group are readings of one thing.
    #[serde(default)]
    pub group: Option<String>,
    /// Level and source.
    #[serde(flatten)]
    pub about: About,
}
