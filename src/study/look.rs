//! A look into one body with the shapes that describe it: rules, members that nobody declared, known values, coverage.
//!
//! One record is seen in many answers: what a look at it came to is kept, as long as nothing is wrong with it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

use super::around::Around;
use super::bodies::{Bodies, Remembered};
use super::body::{BodyFacts, IntegralFraction, Reading, RuleBreak};
use super::digest::digest;
use super::observation::Observation;
use crate::contract::{Contract, Operation, Rule, Scope, Shape, ShapeId, Truth, Visitor};

/// Most undocumented values kept of one answer.
const MOST_UNKNOWN: usize = 20;
/// Places kept of one answer for each rule that does not hold, and for each integer with a fraction: the others are counted.
const MOST_PLACES: usize = 20;
/// Most records whose look is kept: about half a kilobyte each.
const MOST_KEPT: usize = 4_096;
/// The same where many runs share them.
const MOST_KEPT_OF_MANY: usize = 32_768;

/// What is counted for the coverage of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Counted {
    /// A member of an enumeration: its index among the options, then among the known values.
    Option,
    /// An optional member that was there: its index among the declared ones.
    Present,
    /// An optional member that was not there.
    Absent,
}

/// Counts of what an answer shows, by shape and index in it.
pub type Tally = BTreeMap<(ShapeId, Counted, u16), u64>;

/// What a look at a record came to with which nothing is wrong.
#[derive(Debug, Default)]
struct Clean {
    rules_asked: usize,
    enums_judged: usize,
    readings: Vec<Reading>,
    tally: Vec<((ShapeId, Counted, u16), u64)>,
}

/// The shapes that a record was looked at as, and its digest.
type Known = (Vec<ShapeId>, u128);

/// Looks at records of one contract that were seen before. Runs of the same contract may share them.
#[derive(Debug, Default)]
pub struct Looks {
    /// Number of the run among those that share.
    run: u32,
    records: Arc<Records>,
    /// Whole bodies with what came of them, where many runs are going to see the same.
    bodies: Option<Arc<Bodies>>,
}

/// What was seen of records and bodies with which nothing is wrong.
#[derive(Debug, Default)]
struct Records {
    clean: Mutex<HashMap<Known, Arc<Clean>>>,
    /// Fingerprints of bodies that fit their schema, with whether the client, if there is one, was asked and could read it.
    fitting: Mutex<HashMap<u128, bool>>,
}

/// Most bodies whose fingerprint is kept.
const MOST_FITTING: usize = 50_000;

impl Looks {
    /// The same looks, for one of many runs against servers that answer alike: whole bodies are remembered too, which takes
    /// memory.
    #[must_use]
    pub fn for_run(&self, run: u32) -> Self {
        let bodies = self.bodies.clone().unwrap_or_default();
        Self { run, records: Arc::clone(&self.records), bodies: Some(bodies) }
    }

    /// A body as another run saw it, if one did.
    pub(super) fn recall(&self, key: u128) -> Option<Arc<Remembered>> {
        self.bodies.as_ref()?.recall(key)
    }

    /// Remembers what a body came to, for other runs.
    pub(super) fn remember(&self, key: u128, seen: &Observation) {
        if let Some(bodies) = &self.bodies {
            bodies.remember(self.run, key, seen);
        }
    }

    /// Whether whole bodies are remembered.
    pub(super) fn remembers(&self) -> bool {
        self.bodies.is_some()
    }

    /// Whether a body is known to fit, and then whether a client has read it.
    pub(super) fn fits(&self, key: u128) -> Option<bool> {
        self.records.fitting.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied()
    }

    /// Remembers that a body fits.
    pub(super) fn keep_fitting(&self, key: u128, by_client: bool) {
        let mut fitting = self.records.fitting.lock().unwrap_or_else(PoisonError::into_inner);
        if fitting.len() < MOST_FITTING {
            fitting.insert(key, by_client);
        }
    }

    fn get(&self, key: &Known) -> Option<Arc<Clean>> {
        self.records.clean.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn keep(&self, key: Known, clean: Clean) {
        let mut kept = self.records.clean.lock().unwrap_or_else(PoisonError::into_inner);
        let most = if self.remembers() { MOST_KEPT_OF_MANY } else { MOST_KEPT };
        if kept.len() < most {
            kept.insert(key, Arc::new(clean));
        }
    }
}

/// Visits the body of an answer with its shapes and notes what there is.
pub(super) fn look(
    contract: &Contract,
    operation: &Operation,
    (schema, status): (&str, u16),
    body: &Value,
    facts: &mut BodyFacts,
    (looks, around): (&Looks, &Around),
) {
    let Some(id) = contract.shapes.find(&contract.resolve(schema).0) else { return };
    let records = match (&operation.clause.lists, (200..300).contains(&status)) {
        (Some(lists), true) => Some(format!("{}/", lists.items)),
        // The record is the whole body.
        (None, true) => Some(String::new()),
        (_, false) => None,
    };
    let response = around.response(status);
    let mut looker = Looker {
        request: &around.request,
        response: &response,
        records,
        looks,
        facts,
        undeclared: BTreeMap::new(),
        broken: Crowd::default(),
        fractions: Crowd::default(),
        under_way: None,
    };
    contract.shapes.visit(id, body, &mut looker);
    let undeclared = looker.undeclared.into_values().collect();
    facts.undeclared = undeclared;
}

/// A record that is being looked at.
struct UnderWay {
    at: String,
    key: Known,
    clean: Clean,
    dirty: bool,
}

struct Looker<'a> {
    request: &'a Value,
    response: &'a Value,
    /// Pointer to the records, with a slash behind it; empty where the body is one; `None` where there are none.
    records: Option<String>,
    looks: &'a Looks,
    facts: &'a mut BodyFacts,
    undeclared: BTreeMap<String, String>,
    broken: Crowd,
    fractions: Crowd,
    under_way: Option<UnderWay>,
}

impl Visitor for Looker<'_> {
    fn enter(&mut self, pointer: &str, value: &Value, ids: &[ShapeId]) -> bool {
        let is_record = self.under_way.is_none()
            && value.is_object()
            && self.records.as_ref().is_some_and(|records| {
                pointer.strip_prefix(records.as_str()).is_some_and(|rest| !rest.contains('/'))
                    && (!records.is_empty() || pointer.is_empty())
            });
        if !is_record {
            return true;
        }
        let key = (ids.to_vec(), digest(value));
        if let Some(clean) = self.looks.get(&key) {
            self.take(&clean, pointer);
            return false;
        }
        self.under_way = Some(UnderWay { at: pointer.to_owned(), key, clean: Clean::default(), dirty: false });
        true
    }

    fn visit(&mut self, pointer: &str, value: &Value, shapes: &[&Shape]) {
        if shapes.iter().any(|shape| !shape.rules.is_empty()) {
            let scope = Scope::new(&[("self", value), ("request", self.request), ("response", self.response)]);
            for shape in shapes.iter().filter(|shape| !shape.rules.is_empty()) {
                self.ask_rules(shape, pointer, &scope);
            }
        }
        for shape in shapes {
            self.look_at_scalar(shape, pointer, value);
        }
        if let Value::Object(members) = value {
            self.look_at_members(members, pointer, shapes);
        }
    }

    fn leave(&mut self, pointer: &str) {
        let Some(record) = self.under_way.take_if(|record| record.at == pointer) else { return };
        self.take(&record.clean, "");
        if !record.dirty {
            self.looks.keep(record.key, record.clean);
        }
    }
}

impl Looker<'_> {
    /// Adds what a look came to; readings stand at pointers below `base`.
    fn take(&mut self, clean: &Clean, base: &str) {
        self.facts.rules_asked += clean.rules_asked;
        self.facts.enums_judged += clean.enums_judged;
        for (key, count) in &clean.tally {
            *self.facts.tally.entry(*key).or_default() += count;
        }
        for reading in &clean.readings {
            let moved = || Reading { pointer: format!("{base}{}", reading.pointer), ..reading.clone() };
            add_reading(&mut self.facts.readings, reading, moved);
        }
    }

    fn soil(&mut self) {
        if let Some(record) = &mut self.under_way {
            record.dirty = true;
        }
    }

    fn count(&mut self, key: (ShapeId, Counted, u16)) {
        match &mut self.under_way {
            Some(record) => match record.clean.tally.iter_mut().find(|(known, _)| *known == key) {
                Some((_, count)) => *count += 1,
                None => record.clean.tally.push((key, 1)),
            },
            None => *self.facts.tally.entry(key).or_default() += 1,
        }
    }

    fn look_at_members(&mut self, members: &serde_json::Map<String, Value>, pointer: &str, shapes: &[&Shape]) {
        for name in members.keys() {
            let known = shapes.iter().any(|shape| shape.members.contains_key(name) || shape.open.is_some());
            if !known {
                self.soil();
                let shape = shapes.first().map(|shape| shape.pointer.clone()).unwrap_or_default();
                let at = format!("{pointer}/{}", crate::document::escape(name));
                self.undeclared.entry(format!("{shape} {name}")).or_insert(at);
            }
        }
        for shape in shapes {
            for (index, name) in shape.members.keys().enumerate() {
                if !shape.required.contains(name) {
                    let how = if members.contains_key(name) { Counted::Present } else { Counted::Absent };
                    self.count((shape.id, how, index_of(index)));
                }
            }
        }
    }

    fn look_at_scalar(&mut self, shape: &Shape, pointer: &str, value: &Value) {
        if !shape.options.is_empty() && !value.is_null() {
            match &mut self.under_way {
                Some(record) => record.clean.enums_judged += 1,
                None => self.facts.enums_judged += 1,
            }
            if let Some(index) = shape.options.iter().position(|option| option == value) {
                self.count((shape.id, Counted::Option, index_of(index)));
            }
        }
        if !shape.known.is_empty() && !value.is_null() {
            if let Some(index) = shape.known.iter().position(|known| known == value) {
                self.count((shape.id, Counted::Option, index_of(shape.options.len() + index)));
            } else {
                self.soil();
                if self.facts.unknown_values.len() < MOST_UNKNOWN {
                    self.facts.unknown_values.push((pointer.to_owned(), shape.pointer.clone()));
                }
            }
        }
        if shape.integer && value.is_f64() && value.as_f64().is_some_and(|x| x.fract() == 0.0) {
            self.soil();
            self.add_fraction(pointer);
        }
    }

    fn add_fraction(&mut self, pointer: &str) {
        let is_index = |segment: &str| segment.bytes().all(|byte| byte.is_ascii_digit());
        let field = pointer.rsplit('/').find(|segment| !is_index(segment)).unwrap_or_default();
        let known = &mut self.facts.integral_fractions;
        match self.fractions.stands_for(field, known.len()) {
            Some(last) => known[last].times = known[last].times.saturating_add(1),
            None => known.push(IntegralFraction { pointer: pointer.to_owned(), times: 1 }),
        }
    }

    fn add_break(&mut self, rule: &Rule, pointer: &str) {
        let known = &mut self.facts.rule_breaks;
        match self.broken.stands_for(&rule.pointer, known.len()) {
            Some(last) => known[last].times = known[last].times.saturating_add(1),
            None => known.push(RuleBreak {
                rule: rule.clause.id.clone(),
                rule_pointer: rule.pointer.clone(),
                pointer: pointer.to_owned(),
                times: 1,
            }),
        }
    }

    fn ask_rules(&mut self, shape: &Shape, pointer: &str, scope: &Scope<'_>) {
        let mut readings: BTreeMap<&str, Reading> = BTreeMap::new();
        for rule in &shape.rules {
            if rule.looks_around() {
                self.soil();
            }
            if rule.when.as_ref().is_some_and(|when| when.truth_in(scope) != Truth::Holds) {
                continue;
            }
            let truth = rule.rule.truth_in(scope);
            if let Truth::Undefined(_) = truth {
                continue;
            }
            match &mut self.under_way {
                Some(record) => record.clean.rules_asked += 1,
                None => self.facts.rules_asked += 1,
            }
            let holds = truth == Truth::Holds;
            match &rule.clause.group {
                Some(group) => {
                    let reading = readings.entry(group.as_str()).or_insert_with(|| Reading {
                        group: group.clone(),
                        holds: Vec::new(),
                        broken: Vec::new(),
                        pointer: pointer.to_owned(),
                        rule_pointer: rule.pointer.clone(),
                    });
                    let list = if holds { &mut reading.holds } else { &mut reading.broken };
                    list.push(rule.clause.id.clone());
                }
                None if !holds => {
                    self.soil();
                    self.add_break(rule, pointer);
                }
                None => {}
            }
        }
        for reading in readings.into_values() {
            add_reading(&mut self.facts.readings, &reading, || reading.clone());
            if let Some(record) = &mut self.under_way {
                let inside = pointer.strip_prefix(record.at.as_str()).unwrap_or(pointer).to_owned();
                record.clean.readings.push(Reading { pointer: inside, ..reading });
            }
        }
    }
}

/// How often each kind of fault was seen in one body, and which of the places kept is the last of its kind.
#[derive(Default)]
struct Crowd(HashMap<String, (usize, usize)>);

impl Crowd {
    /// The place that stands for one more of a kind; `None`: it is to be kept itself, at `next`.
    fn stands_for(&mut self, kind: &str, next: usize) -> Option<usize> {
        match self.0.get_mut(kind) {
            Some((kept, last)) if *kept < MOST_PLACES => {
                (*kept, *last) = (*kept + 1, next);
                None
            }
            Some((_, last)) => Some(*last),
            None => {
                self.0.insert(kind.to_owned(), (1, next));
                None
            }
        }
    }
}

fn index_of(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

/// Adds a reading unless one like it is known.
fn add_reading(readings: &mut Vec<Reading>, reading: &Reading, make: impl FnOnce() -> Reading) {
    let same = |old: &Reading| old.group == reading.group && old.holds == reading.holds && old.broken == reading.broken;
    if !readings.iter().any(same) {
        readings.push(make());
    }
}
