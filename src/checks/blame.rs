//! A fault as a check sees it, before it is looked for again, shrunk and reported.

use crate::case::{Call, Case};
use crate::contract::Contract;
use crate::contract::semantics::About;
use crate::exchange::Sent;
use crate::finding::Level;
use crate::study::{Observation, Study};

/// Statuses beside 5xx that say something of the moment rather than of the target.
const PASSING: [u16; 2] = [408, 429];

/// Tells the request that looks again at one answer from those that checks send on purpose more than once.
const LOOK_AGAIN: u32 = 100;

/// One fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Blame {
    /// What is wrong: lower case, no final stop, nothing that the target sent.
    pub title: String,
    /// What the contract promises.
    pub expected: String,
    /// What was seen, as a shape.
    pub actual: String,
    /// What was seen, for readers who ask to see values.
    pub shown: Option<String>,
    /// Level, where the contract's clause gives one.
    pub level: Option<Level>,
    /// Pointer into the answer's body.
    pub pointer: Option<String>,
    /// Pointer into the body of the answer before, where the fault shows between two.
    pub earlier: Option<String>,
    /// Pointer into the document.
    pub contract_pointer: Option<String>,
    /// Page and place that it rests on.
    pub source: Option<String>,
    /// Why it matters, where that is not what the check as a whole says.
    pub why: Option<&'static str>,
    /// What tells it from other faults of the same check and operation: a filter, a field.
    pub mark: String,
    /// The cases that show it; sent again to confirm. The last one is the one to shrink.
    pub cases: Vec<Case>,
    /// The requests that show it.
    pub sent: Vec<Sent>,
    /// Status and size of the one answer that shows it: the same request may have been answered otherwise before.
    pub answered: Option<(Option<u16>, usize)>,
    /// Whether it rests on data that must not have moved in between.
    pub compares: bool,
    /// How many answers could have shown the same fault.
    pub exposed: u32,
    /// Places of its answer that it stands for: one, unless others like it were only counted.
    pub times: u32,
    /// Whether a passing trouble of the way to the target looks the same: what is not seen again proves nothing.
    pub fleeting: bool,
}

impl Blame {
    /// A fault of one single answer: the same request shows it again.
    #[must_use]
    pub fn of_answer(title: impl Into<String>, answer: &Observation) -> Self {
        let call = Call { repeat: LOOK_AGAIN, ..answer.call.clone() };
        Self {
            cases: vec![Case::Call(call)],
            sent: vec![answer.sent.clone()],
            answered: Some((answer.status, answer.bytes)),
            fleeting: answer.failure.is_some()
                || answer.status.is_some_and(|status| status >= 500 || PASSING.contains(&status)),
            ..Self::empty(title.into())
        }
    }

    /// A fault that a comparison of cases shows.
    #[must_use]
    pub fn of_cases(title: impl Into<String>, cases: Vec<Case>, sent: Vec<Sent>) -> Self {
        Self { cases, sent, compares: true, ..Self::empty(title.into()) }
    }

    /// A fault that rests on nothing yet.
    fn empty(title: String) -> Self {
        Self {
            title,
            expected: String::new(),
            actual: String::new(),
            shown: None,
            level: None,
            pointer: None,
            earlier: None,
            contract_pointer: None,
            source: None,
            why: None,
            mark: String::new(),
            cases: Vec::new(),
            sent: Vec::new(),
            answered: None,
            compares: false,
            exposed: 1,
            times: 1,
            fleeting: false,
        }
    }

    /// Whether it says that no whole answer came.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        let empty = |(status, bytes): (Option<u16>, usize)| bytes == 0 && status.is_none_or(|status| status < 400);
        self.fleeting && self.answered.is_none_or(empty)
    }

    /// Whether it weighs more than another blame of the same check.
    #[must_use]
    pub fn is_graver_than(&self, other: &Self) -> bool {
        // Without a level of its own it has that of the check, which clauses only lower.
        self.level.unwrap_or_default() > other.level.unwrap_or_default()
    }

    /// Sets both sides of the comparison.
    #[must_use]
    pub fn compare(mut self, expected: impl Into<String>, actual: impl Into<String>) -> Self {
        self.expected = expected.into();
        self.actual = actual.into();
        self
    }

    /// Sets where in the answer.
    #[must_use]
    pub fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }

    /// Sets how many places it stands for.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Sets where in the answer before.
    #[must_use]
    pub fn after(mut self, pointer: impl Into<String>) -> Self {
        self.earlier = Some(pointer.into());
        self
    }

    /// Sets where in the document; the nearest source there becomes its source unless one is set.
    #[must_use]
    pub fn by(mut self, contract: &Contract, pointer: impl Into<String>) -> Self {
        let pointer = pointer.into();
        if self.source.is_none() {
            self.source = contract.source_at(&pointer);
        }
        self.contract_pointer = Some(pointer);
        self
    }

    /// Takes level and source from a clause; `fallback` where it gives no level.
    #[must_use]
    pub fn under(mut self, study: &Study, about: &About, fallback: Level) -> Self {
        self.level = Some(study.level(about, fallback));
        if about.source.is_some() {
            self.source.clone_from(&about.source);
        }
        self
    }

    /// Sets the level.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    /// Sets what tells it from others.
    #[must_use]
    pub fn mark(mut self, mark: impl Into<String>) -> Self {
        self.mark = mark.into();
        self
    }

    /// Sets the value to show on request.
    #[must_use]
    pub fn shown(mut self, value: impl Into<String>) -> Self {
        self.shown = Some(value.into());
        self
    }
}
