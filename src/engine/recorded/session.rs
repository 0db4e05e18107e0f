//! Exchanges of one party that follow one another closely: what is compared with each other, and what is not.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use xxhash_rust::xxh3::Xxh3;

use super::super::{Options, Profile};
use super::chain::Chains;
use crate::case::{Access, Case};
use crate::checks::{Blame, Proof};
use crate::contract::{Contract, Operation};
use crate::engine::means::STRICT_READS;
use crate::recording::{Belonging, Taken};
use crate::study::{Looks, Means, Study};

/// Longest silence within a session, in milliseconds.
const GAP: f64 = 120_000.0;
/// Longest time in which data is taken to stand still more likely than not, in milliseconds.
const QUICK: f64 = 60_000.0;
/// Longest time between two equal walks that show that nothing moved in between, in milliseconds.
const BRACKET: f64 = 900_000.0;

const MAY_MOVE: &str = "the data may have moved between the pages, and the recording does not show that it stood still";
const MOVED: &str = "the data may have moved between the requests: the recording does not show that it stood still";
const PASSING: &str =
    "a passing trouble on the way to the server looks the same, and a recording cannot be asked again";

/// What becomes of one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opinion {
    /// It is told.
    Tell,
    /// It is told as a warning at most: why.
    Doubt(&'static str),
    /// It is not told: why.
    Withhold(&'static str),
}

/// From when to when something went on, in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) start: f64,
    pub(super) end: f64,
}

impl Span {
    pub(super) fn of(taken: &Taken) -> Option<Self> {
        taken.at.map(|at| Self { start: at, end: at + taken.took })
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    fn length(self) -> f64 {
        self.end - self.start
    }
}

/// One session, and when each of its cases went on.
pub(super) struct Session {
    pub(super) study: Study,
    spans: HashMap<String, Span>,
    /// Complete walks of whole lists, by list: when, and a hash of what they showed.
    whole: BTreeMap<String, Vec<(Span, u64)>>,
    /// Whether records were written while it went on.
    written: bool,
}

/// Takes a recording apart: by party, by what was asked beside the question, and by silences.
pub(super) fn sessions(contract: &Arc<Contract>, belonging: Belonging, options: &Options) -> Vec<Session> {
    let writes = belonging.writes;
    let mut parties: Vec<(String, Vec<Taken>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for taken in belonging.taken {
        let party = format!("{} {:?}", taken.party, taken.extras);
        let index = *known.entry(party.clone()).or_insert_with(|| {
            parties.push((party, Vec::new()));
            parties.len() - 1
        });
        parties[index].1.push(taken);
    }
    let looks = Arc::new(Looks::default());
    let mut sessions = Vec::new();
    for (_, taken) in parties {
        for together in by_silence(taken) {
            let means = means(&together, options);
            sessions.push(Session::new(Study::new(Arc::clone(contract), means), together, &looks, &writes));
        }
    }
    sessions
}

/// Parts between long silences, each in the order in time; without times all is one part in the order of the file.
fn by_silence(mut taken: Vec<Taken>) -> Vec<Vec<Taken>> {
    if taken.iter().any(|taken| taken.at.is_none()) {
        return vec![taken];
    }
    taken.sort_by(|one, two| one.at.unwrap_or_default().total_cmp(&two.at.unwrap_or_default()));
    let mut parts: Vec<Vec<Taken>> = Vec::new();
    let mut end = f64::NEG_INFINITY;
    for one in taken {
        let at = one.at.unwrap_or_default();
        let goes_on = at - end <= GAP;
        end = end.max(at + one.took);
        match parts.last_mut().filter(|_| goes_on) {
            Some(part) => part.push(one),
            None => parts.push(vec![one]),
        }
    }
    parts
}

fn means(taken: &[Taken], options: &Options) -> Means {
    let own = taken.iter().filter(|taken| taken.call.access == Access::Own);
    Means {
        seed: options.seed,
        strict: options.selection.profile == Profile::Strict,
        has_token: true,
        tenant: own.filter_map(|taken| taken.tenant.clone()).next(),
        reads: STRICT_READS,
        ..Means::default()
    }
}

impl Session {
    fn new(mut study: Study, taken: Vec<Taken>, looks: &Looks, writes: &[Option<f64>]) -> Self {
        let spans: Vec<Option<Span>> = taken.iter().map(Span::of).collect();
        let all = spans.iter().copied().reduce(|one, two| Some(one?.with(two?))).flatten();
        let within =
            |at: &Option<f64>| at.zip(all).is_none_or(|(at, all)| (all.start - GAP..=all.end + GAP).contains(&at));
        let written = writes.iter().any(within);
        let mut chains = Chains::new(&study, looks);
        for one in taken {
            chains.take(one);
        }
        let cases = chains.finish();
        let mut spans = HashMap::new();
        let mut whole: BTreeMap<String, Vec<(Span, u64)>> = BTreeMap::new();
        for (case, seen, span) in &cases {
            if let Some(span) = span {
                spans.insert(case.key(), *span);
                if let (Case::Walk(walk), crate::study::Seen::Walk(shown)) = (case, seen)
                    && walk.query.is_plain()
                    && shown.is_complete()
                {
                    let print = print(shown);
                    whole.entry(walk.query.operation.clone()).or_default().push((*span, print));
                }
            }
        }
        study.add_all(cases.into_iter().map(|(case, seen, _)| (case, seen)));
        Self { study, spans, whole, written }
    }

    /// What becomes of a fault that a recording may speak of.
    pub(super) fn opinion(&self, proof: Proof, operation: &Operation, blame: &Blame) -> Opinion {
        match proof {
            _ if blame.fleeting => Opinion::Doubt(PASSING),
            Proof::Answer => Opinion::Tell,
            Proof::Walk if !blame.compares => Opinion::Tell,
            _ if self.is_still(operation, blame) => Opinion::Tell,
            Proof::Walk | Proof::Versions if !self.written && self.is_quick(blame) => Opinion::Doubt(MAY_MOVE),
            _ => Opinion::Withhold(MOVED),
        }
    }

    /// From when to when the cases of a fault went on. What it compares with and is not among the cases may be any walk.
    fn span(&self, list: Option<&str>, blame: &Blame) -> Option<Span> {
        let all = || self.whole.get(list?)?.iter().map(|(span, _)| *span).reduce(Span::with);
        let spans = blame.cases.iter().map(|case| self.spans.get(&case.key()).copied().or_else(all));
        spans.reduce(|one, two| Some(one?.with(two?))).flatten()
    }

    fn is_quick(&self, blame: &Blame) -> bool {
        self.span(None, blame).is_some_and(|span| span.length() <= QUICK)
    }

    /// Whether two whole walks, one that began no later and one that began when all was over, show the same records.
    fn is_still(&self, operation: &Operation, blame: &Blame) -> bool {
        let resource = operation.clause.reads.as_ref().map(|reads| reads.resource.as_str());
        let of_reader = || self.study.list_of(resource?).map(|(list, _)| list.id.as_str());
        let list = if operation.clause.lists.is_some() { Some(operation.id.as_str()) } else { of_reader() };
        let (Some(list), false) = (list, self.written) else { return false };
        let (Some(span), Some(whole)) = (self.span(Some(list), blame), self.whole.get(list)) else { return false };
        // The later walk begins when all is over: what came up while a faulty walk went on shows in it.
        whole.iter().filter(|(before, _)| before.start <= span.start).any(|(before, shown)| {
            whole.iter().any(|(after, later)| {
                let is_after = after.start >= before.end && after.start >= span.end;
                is_after && after.end - before.start <= BRACKET && later == shown
            })
        })
    }
}

/// A hash of the records that a walk shows, each once, whatever their order.
fn print(walk: &crate::study::WalkSeen) -> u64 {
    let rows: BTreeMap<&str, u64> = walk.rows.iter().filter_map(|row| Some((row.key.as_deref()?, row.print))).collect();
    let mut hasher = Xxh3::new();
    for (key, print) in rows {
        hasher.update(&key.len().to_le_bytes());
        hasher.update(key.as_bytes());
        hasher.update(&print.to_le_bytes());
    }
    hasher.digest()
}
