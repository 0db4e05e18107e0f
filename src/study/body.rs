//! What one body came to: the facts that rest on its bytes and on what the document says of them.
//!
//! Answers that hold the same share them, within a run and between runs.

use crate::contract::SchemaError;

use super::look::Tally;

/// A rule that a record breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleBreak {
    /// Id of the rule.
    pub rule: String,
    /// Pointer to the rule in the document.
    pub rule_pointer: String,
    /// Pointer to the object in the body.
    pub pointer: String,
    /// Objects that it stands for: one, or with the last that is kept of a rule, those that are only counted.
    pub times: u32,
}

/// An integer that is written with a fraction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IntegralFraction {
    /// Pointer to it in the body.
    pub pointer: String,
    /// Numbers that it stands for: one, or with the last that is kept of a field, those that are only counted.
    pub times: u32,
}

/// How a record reads a group of rules: the ids of those that hold and those that do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Name of the group.
    pub group: String,
    /// Ids that hold.
    pub holds: Vec<String>,
    /// Ids that were asked and do not hold.
    pub broken: Vec<String>,
    /// Pointer to the object in the body.
    pub pointer: String,
    /// Pointer to the first rule of the group in the document.
    pub rule_pointer: String,
}

/// What is known of one body. Of what may be wrong in every record only the first places are kept.
#[derive(Clone, Debug, Default)]
pub struct BodyFacts {
    /// Why it is no JSON although it says so.
    pub broken_json: Option<String>,
    /// Member names that occur twice in one object.
    pub repeated_names: Vec<String>,
    /// Where it breaks its schema.
    pub schema_errors: Vec<SchemaError>,
    /// Rules that do not hold.
    pub rule_breaks: Vec<RuleBreak>,
    /// How many rules were asked.
    pub rules_asked: usize,
    /// How groups of rules read, each distinct reading once.
    pub readings: Vec<Reading>,
    /// Pointers of members that nobody declared.
    pub undeclared: Vec<String>,
    /// Values outside a list of known ones: pointer and schema pointer.
    pub unknown_values: Vec<(String, String)>,
    /// Integers written with a fraction.
    pub integral_fractions: Vec<IntegralFraction>,
    /// Enumerations judged: how many values.
    pub enums_judged: usize,
    /// Whether the generated client can read it; `None` where there is none, or for errors.
    pub client: Option<Result<(), String>>,
    /// What of the contract it shows: see [`Tally`].
    pub tally: Tally,
}

impl BodyFacts {
    /// Whether anything in the body may have to be shown: what is wrong by itself, and readings that another body may contradict.
    #[must_use]
    pub fn is_telling(&self) -> bool {
        !(self.schema_errors.is_empty()
            && self.rule_breaks.is_empty()
            && self.readings.is_empty()
            && self.undeclared.is_empty()
            && self.unknown_values.is_empty()
            && self.integral_fractions.is_empty())
    }

    /// Indices of the records of a page that something is wrong with; one may come more than once.
    pub(super) fn blamed_items<'a>(&'a self, items: &'a str) -> impl Iterator<Item = usize> + 'a {
        let errors = self.schema_errors.iter().map(|error| &error.pointer);
        let breaks = self.rule_breaks.iter().map(|broken| &broken.pointer);
        let readings = self.readings.iter().map(|reading| &reading.pointer);
        let unknown = self.unknown_values.iter().map(|(pointer, _)| pointer);
        let fractions = self.integral_fractions.iter().map(|fraction| &fraction.pointer);
        let pointers = errors.chain(breaks).chain(readings).chain(&self.undeclared).chain(unknown).chain(fractions);
        pointers.filter_map(move |pointer| {
            let below = pointer.strip_prefix(items)?.strip_prefix('/')?;
            below.split('/').next()?.parse().ok()
        })
    }
}
