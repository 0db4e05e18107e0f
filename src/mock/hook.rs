//! Where a server can be made to behave otherwise, and when.
//!
//! Faults and variants hang on the same hooks; nothing here knows a check.

use serde_json::Value;

use super::ask::{Ask, From};
use super::blueprint::Route;
use super::exchange::Answer;
use super::page::Page;
use super::population::Population;
use super::select::Ranked;
use super::targets::Targets;
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation};

/// What is going on when a hook is asked.
pub(crate) struct Scene<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: &'a Operation,
    pub(crate) targets: &'a Targets,
    pub(crate) population: &'a Population,
    pub(crate) route: &'a Route,
    /// The list request as it was sent, for lists.
    pub(crate) ask: Option<&'a Ask>,
    /// Indices of the expansions that are shown.
    pub(crate) expands: &'a [usize],
    /// The field by which the record was looked up, for readers.
    pub(crate) by: &'a str,
    /// Index of the tenant.
    pub(crate) tenant: usize,
    /// Number of this answer among the successful ones, from 1.
    pub(crate) nth: u64,
    /// Whether the same address was asked for an odd number of times before.
    pub(crate) again: bool,
    /// Key of the record, for record hooks.
    pub(crate) key: &'a str,
    /// Records before this page, and that match.
    pub(crate) at: (usize, usize),
}

impl Scene<'_> {
    /// The list clause, for lists.
    pub(crate) fn lists(&self) -> Option<&Lists> {
        self.operation.clause.lists.as_ref()
    }

    /// Name of the resource that the operation serves.
    pub(crate) fn resource(&self) -> &str {
        let clause = &self.operation.clause;
        let listed = clause.lists.as_ref().map(|lists| lists.resource.as_str());
        listed.or_else(|| clause.reads.as_ref().map(|reads| reads.resource.as_str())).unwrap_or_default()
    }
}

/// When a hook is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Always,
    /// In list answers only.
    Lists,
    /// In answers with one record only.
    Reads,
    /// For one record, on a late page.
    Deep,
    /// In every twentieth answer.
    Twentieth,
    /// For the second tenant only.
    SecondTenant,
    /// Under a filter that was sent.
    Filtered,
    /// Under an order that was asked for.
    Sorted,
    /// At the largest page size only.
    AtMaximum,
    /// Under a filter and an order that were both sent.
    FilteredAndSorted,
    /// With a cursor or offset only.
    Resumed,
    /// On the third and later pages, as far as they can be told.
    Late,
    /// Every second time that one address is asked for.
    Again,
}

impl When {
    /// Whether it holds in a scene.
    pub(crate) fn holds(self, scene: &Scene<'_>) -> bool {
        let ask = scene.ask;
        match self {
            Self::Always => true,
            Self::Lists => scene.operation.clause.lists.is_some(),
            Self::Reads => scene.operation.clause.reads.is_some(),
            Self::Deep => scene.targets.deep.as_deref() == Some(scene.key),
            Self::Twentieth => scene.nth.is_multiple_of(20),
            Self::SecondTenant => scene.tenant == 1,
            Self::Filtered => ask.is_some_and(|ask| ask.filters.iter().any(|condition| condition.asked)),
            Self::Sorted => ask.is_some_and(|ask| ask.order.asked),
            Self::FilteredAndSorted => Self::Filtered.holds(scene) && Self::Sorted.holds(scene),
            Self::AtMaximum => ask.is_some_and(|ask| {
                let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
                let max = size.and_then(|size| size.max).and_then(|max| usize::try_from(max).ok());
                ask.sized && ask.size.is_some() && ask.size == max
            }),
            Self::Resumed => ask.is_some_and(|ask| !matches!(ask.from, From::Start | From::Offset(0))),
            Self::Again => scene.again,
            Self::Late => {
                let size = ask.and_then(|ask| ask.size).unwrap_or(usize::MAX);
                scene.at.0 > 0 && scene.at.0 >= size.saturating_mul(2)
            }
        }
    }
}

/// A duty that a server neglects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Neglect {
    /// Nobody needs a credential.
    MissingCredential,
    /// Any credential will do.
    WrongCredential,
    /// A credential that begins like a good one is taken for it.
    CredentialEnd,
    /// No tenant needs to be named.
    MissingTenant,
    /// Records of other tenants can be read.
    ForeignRecords,
    /// Path values are not decoded.
    Decoding,
    /// Path values end at an encoded slash.
    SlashDecoding,
    /// Sizes outside their bounds are taken as they are.
    Bounds,
    /// One more than the largest size is taken as it is.
    OneAbove,
    /// Bad offsets mean the first page.
    Starts,
    /// Made-up tokens mean the first page.
    Tokens,
    /// Unknown orders have no effect.
    Orders,
    /// Unknown tenants are taken for one's own.
    UnknownTenant,
    /// Path values are decoded twice.
    DoubleDecoding,
    /// Unknown values of filters have no effect.
    FilterValues,
    /// Undocumented methods are served like the documented one.
    Methods,
    /// A key that begins like a real one reads that record.
    KeyEnds,
    /// The tenant is not looked at when one record is read.
    TenantOfRecord,
    /// Letter case does not count in keys.
    KeyCase,
    /// What another operation reads by is a key here as well.
    KeyKind,
    /// Answers are kept by their address and shown to everybody who may come in.
    Caching,
    /// No record on a page means all of them.
    ZeroSize,
    /// Sizes that are to be refused are clamped.
    Clamping,
    /// TRACE gets its request back.
    Trace,
    /// Query parameters that nobody declared are ignored.
    Parameters,
    /// Sizes that are to be clamped are refused.
    Refusing,
    /// Of what begins like a whole size, that is taken.
    SizeEnd,
}

/// A place in the pipeline, with what happens there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hook {
    /// The records, before the first request.
    Population(fn(&Targets, &mut Population)),
    /// A duty is neglected.
    Neglect(Neglect),
    /// What was asked for, before it is looked up.
    Ask(fn(&Scene<'_>, &mut Ask)),
    /// The records that match, in order.
    Matching(fn(&Scene<'_>, &mut Vec<Ranked>)),
    /// The page, before it is written.
    Page(fn(&Scene<'_>, &[Ranked], &mut Page)),
    /// Each record of an answer.
    Record(fn(&Scene<'_>, &mut Value)),
    /// The whole body of a success.
    Body(fn(&Scene<'_>, &mut Value)),
    /// The answer to a lawful request, as it goes out.
    Success(fn(&Scene<'_>, &mut Answer)),
    /// The answer to a refused request, as it goes out.
    Refusal(fn(&Scene<'_>, &super::ask::Refused, &mut Answer)),
    /// Anything that goes out, with what came in.
    Exchange(fn(&Scene<'_>, &super::exchange::Incoming, &super::exchange::Inputs, &mut Answer)),
}

/// A hook and when it is live.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Live {
    pub(crate) when: When,
    pub(crate) hook: Hook,
}
