//! What has been seen of a target, reduced to what checks compare: answers, walks, records.
//!
//! A study is data. It is filled by the engine (or from a recording) and read by checks, to plan what to ask next and to
//! judge; what they work out of it more than once is kept beside it. It knows no check and opens no connection.

mod around;
pub mod ask;
pub(crate) mod bodies;
pub mod body;
mod digest;
mod exhibit;
pub(crate) mod features;
pub mod fit;
pub mod look;
pub mod observation;
pub mod page;
pub mod question;
pub mod rank;
mod reference;
pub mod row;
mod strict_json;

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use indexmap::IndexMap;

pub use ask::Start;
pub use body::BodyFacts;
pub use fit::{Fit, Fitting, Wanted};
pub use look::{Counted, Looks, Tally};
pub use observation::{MediaSeen, Observation, observe, records};
pub use page::{End, ExpandFault, Figure, PageFacts, WalkSeen, expand_fault};
pub use rank::{Rank, agreed};
pub use reference::Reference;
pub use row::{Model, Row, Trait};

use crate::case::{Access, Case, Query, Walk};
use crate::contract::semantics::Lists;
use crate::contract::{Contract, Operation};
use crate::finding::Level;

/// Most pages walked with the second tenant's access.
pub const SECOND_PAGES: u32 = 8;

/// What came of a case.
#[derive(Clone, Debug)]
pub enum Seen {
    /// One answer.
    Answer(Box<Observation>),
    /// A walk.
    Walk(Box<WalkSeen>),
}

impl Seen {
    /// Every answer in it, in order.
    #[must_use]
    pub fn answers(&self) -> &[Observation] {
        match self {
            Self::Answer(one) => std::slice::from_ref(&**one),
            Self::Walk(walk) => &walk.answers,
        }
    }
}

/// Which methods that nobody declared may be tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Probing {
    /// `TRACE` alone: it changes nothing anywhere.
    #[default]
    Safe,
    /// Also what changes nothing on a server that is merely too generous: `PATCH`, and `DELETE` of a key that no record has.
    Careful,
    /// Also what would replace or empty a whole list, or make a record.
    All,
}

/// What the run may use beyond the contract.
#[derive(Clone, Debug, Default)]
pub struct Means {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Profile `strict`.
    pub strict: bool,
    /// Whether there is a credential.
    pub has_token: bool,
    /// The environment variable that holds it, where that is known.
    pub token_name: Option<String>,
    /// Whether the second tenant's access is known.
    pub has_second: bool,
    /// With which status the second tenant was refused, where the run goes on without it.
    pub second_refused: Option<u16>,
    /// Value of the tenant slot, own and second.
    pub tenant: Option<String>,
    /// Value of the tenant slot of the second tenant.
    pub second_tenant: Option<String>,
    /// Whether both tenants are entered with one credential, which then may open both.
    pub one_credential: bool,
    /// Values of declared parameters by name.
    pub params: BTreeMap<String, String>,
    /// Keys of records that exist, by resource.
    pub known_ids: BTreeMap<String, Vec<String>>,
    /// Keys of the second tenant's records, by resource.
    pub second_known_ids: BTreeMap<String, Vec<String>>,
    /// Which methods that nobody declared may be tried.
    pub probing: Probing,
    /// Most records walked.
    pub max_records: usize,
    /// Records read one by one per key; 0: a few, chosen to differ.
    pub reads: usize,
}

/// Words for a second tenant that is refused with a status.
#[must_use]
pub fn second_words(status: u16) -> String {
    let what = if matches!(status, 401 | 403) { "refused with" } else { "answered" };
    format!("the second tenant's credential was {what} {status}")
}

/// What was chosen, by its type and what for.
type Choices = HashMap<(TypeId, String), Arc<dyn Any + Send + Sync>>;

/// Everything seen so far of one target.
#[derive(Debug)]
pub struct Study {
    /// The contract.
    pub contract: Arc<Contract>,
    /// What the run may use.
    pub means: Means,
    /// Models of the lists, by operation.
    pub models: Arc<BTreeMap<String, Model>>,
    /// Cases by key, in plan order.
    seen: IndexMap<String, (Case, Arc<Seen>)>,
    /// What the walks over each whole list agree on, by who asked, once somebody wants to know.
    references: BTreeMap<String, BTreeMap<Access, OnceLock<Reference>>>,
    /// What was chosen to be sent, by what for: planning asks again in each round.
    choices: Mutex<Choices>,
}

impl Study {
    /// An empty study.
    #[must_use]
    pub fn new(contract: Arc<Contract>, means: Means) -> Self {
        let models = contract
            .operations
            .iter()
            .filter_map(|operation| {
                let lists = operation.clause.lists.as_ref()?;
                Some((operation.id.clone(), Model::new(&contract, operation, lists)))
            })
            .collect();
        Self {
            contract,
            means,
            models: Arc::new(models),
            seen: IndexMap::new(),
            references: BTreeMap::new(),
            choices: Mutex::default(),
        }
    }

    /// An empty study of the same target, for looking again.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self {
            contract: Arc::clone(&self.contract),
            means: self.means.clone(),
            models: Arc::clone(&self.models),
            seen: IndexMap::new(),
            references: BTreeMap::new(),
            choices: Mutex::default(),
        }
    }

    /// Something chosen once for a purpose: `key` names it and what the choice rests on. Cases are only ever added, so that
    /// the position of one, or their number, names what was known.
    pub fn choose<T: Clone + Send + Sync + 'static>(&self, key: String, choose: impl FnOnce() -> T) -> T {
        let key = (TypeId::of::<T>(), key);
        let known = self.choices.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known.as_ref().and_then(|known| known.downcast_ref::<T>()) {
            return known.clone();
        }
        let chosen = choose();
        self.choices.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::new(chosen.clone()));
        chosen
    }

    /// Adds what came of a case; the first result of a case stays.
    pub fn add(&mut self, case: Case, seen: impl Into<Arc<Seen>>) {
        let key = case.key();
        let operation = case.operation().to_owned();
        let whole = match &case {
            Case::Walk(walk) if walk.query.is_whole() => Some(walk.query.access),
            _ => None,
        };
        self.seen.entry(key).or_insert((case, seen.into()));
        if let Some(access) = whole {
            self.references.entry(operation).or_default().insert(access, OnceLock::new());
        }
    }

    /// Adds what came of many cases at once; the first result of a case stays.
    pub fn add_all(&mut self, cases: impl IntoIterator<Item = (Case, Seen)>) {
        for (case, seen) in cases {
            self.add(case, seen);
        }
    }

    /// Takes over what another study saw of a case, if it saw it.
    pub fn share(&mut self, case: &Case, other: &Self) {
        if let Some((case, seen)) = other.seen.get(&case.key()) {
            self.add(case.clone(), Arc::clone(seen));
        }
    }

    /// Forgets the second tenant, which is refused with a status: the run goes on as if there were none.
    pub fn forget_second(&mut self, status: u16) {
        self.means.has_second = false;
        self.means.second_refused = Some(status);
        self.seen.retain(|_, (case, _)| !case.access().is_of_second());
        for known in self.references.values_mut() {
            known.retain(|access, _| *access != Access::Second);
        }
        self.choices = Mutex::default();
    }

    /// Whether a case was asked already.
    #[must_use]
    pub fn has(&self, case: &Case) -> bool {
        self.seen.contains_key(&case.key())
    }

    /// What came of a case.
    #[must_use]
    pub fn get(&self, case: &Case) -> Option<&Seen> {
        self.seen.get(&case.key()).map(|(_, seen)| &**seen)
    }

    /// How many cases were seen.
    #[must_use]
    pub fn len(&self) -> usize {
        self.seen.len()
    }

    /// Whether nothing was seen yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seen.is_empty()
    }

    /// Every case with what came of it, in plan order.
    pub fn iter(&self) -> impl Iterator<Item = (&Case, &Seen)> {
        self.seen.values().map(|(case, seen)| (case, &**seen))
    }

    /// Position of a case in plan order.
    #[must_use]
    pub fn position(&self, case: &Case) -> Option<usize> {
        self.seen.get_index_of(&case.key())
    }

    /// Single answers of an operation, in plan order.
    pub fn answers<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = (&'a Case, &'a Observation)> {
        self.iter().filter(move |(case, _)| case.operation() == operation).filter_map(|(case, seen)| match seen {
            Seen::Answer(one) => Some((case, &**one)),
            Seen::Walk(_) => None,
        })
    }

    /// Walks of an operation, in plan order.
    pub fn walks<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = (&'a Case, &'a WalkSeen)> {
        self.iter().filter(move |(case, _)| case.operation() == operation).filter_map(|(case, seen)| match seen {
            Seen::Walk(walk) => Some((case, &**walk)),
            Seen::Answer(_) => None,
        })
    }

    /// Every answer of an operation, those of walks included, in plan order.
    pub fn all_answers<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a Observation> {
        self.iter().filter(move |(case, _)| case.operation() == operation).flat_map(|(_, seen)| seen.answers())
    }

    /// What the plain walks of a list agree on; `None` before there is one.
    #[must_use]
    pub fn reference(&self, operation: &str) -> Option<&Reference> {
        self.known_reference(operation, Access::Own)
    }

    /// What the walks over a whole list agree on, under some access; nothing before there is one.
    #[must_use]
    pub fn reference_of(&self, operation: &str, access: Access) -> &Reference {
        static NOTHING: LazyLock<Reference> = LazyLock::new(Reference::default);
        self.known_reference(operation, access).unwrap_or(&NOTHING)
    }

    fn known_reference(&self, operation: &str, access: Access) -> Option<&Reference> {
        let reference = self.references.get(operation)?.get(&access)?;
        Some(reference.get_or_init(|| Reference::of(self, operation, access)))
    }

    /// The model of a list.
    #[must_use]
    pub fn model(&self, operation: &str) -> Option<&Model> {
        self.models.get(operation)
    }

    /// List operations with their clause.
    pub fn lists(&self) -> impl Iterator<Item = (&Operation, &Lists)> {
        self.contract.operations.iter().filter_map(|operation| Some((operation, operation.clause.lists.as_ref()?)))
    }

    /// The first list of a resource.
    #[must_use]
    pub fn list_of(&self, resource: &str) -> Option<(&Operation, &Lists)> {
        self.lists().find(|(_, lists)| lists.resource == resource)
    }

    /// The walk from which everything else is planned: the whole list at the largest documented size.
    #[must_use]
    pub fn reference_walk(&self, operation: &Operation, lists: &Lists) -> Walk {
        let size = lists.page.size.as_ref().and_then(|size| size.max).map(|most| most.min(1000));
        Walk { query: Query::new(&operation.id, size), pages: None, repeat: 0 }
    }

    /// The walk that shows what a tenant's list holds; of the second tenant's, enough to recognise its records.
    #[must_use]
    pub fn walk_of(&self, operation: &Operation, lists: &Lists, access: Access) -> Walk {
        let mut walk = self.reference_walk(operation, lists);
        if access == Access::Second {
            walk.query.access = access;
            walk.pages = Some(SECOND_PAGES);
        }
        walk
    }

    /// The whole list with no page size given.
    #[must_use]
    pub fn default_walk(&self, operation: &Operation) -> Walk {
        Walk { query: Query::new(&operation.id, None), pages: None, repeat: 0 }
    }

    /// The level of a clause under the run's profile.
    #[must_use]
    pub fn level(&self, about: &crate::contract::semantics::About, fallback: Level) -> Level {
        about.level(self.means.strict, fallback)
    }
}
