//! Findings that a team has decided to live with: matching, going stale, and writing them down.
//!
//! A waiver names a check and may narrow it to an operation, a contract and a place. It needs a reason. One that is
//! expired, or that matches nothing any more, is itself a finding, so that the file cannot rot.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::event::{CheckInfo, Judged, Outcome};
use crate::finding::{Finding, Level, Place};

/// Id of the finding that a waiver matches nothing.
pub const STALE: &str = "stale-waiver";
/// Id of the finding that a waiver is past its date.
pub const EXPIRED: &str = "expired-waiver";

/// What the entry that reports print has for a reason; whoever copies it writes their own.
pub const REASON_TO_FILL: &str = "why this is accepted";

/// One accepted fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Waiver {
    /// Id of the check or rule.
    pub check: String,
    /// Contract or target; left out: any.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub contract: Option<String>,
    /// `operationId`, for a rule of `diff` also `GET /customers`; `*` is anything but a slash, `**` is anything; left out: any.
    /// A finding about several is accepted if one of them is meant; a change only if all that it reaches are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<String>,
    /// A fingerprint, or a pointer into the body or into the document: it, and whatever lies below it. `*` is one segment or
    /// a part of it, `**` is anything. `parts/pet.yaml#/name` is a pointer into another file of the document's folder. What
    /// is gone from a document has a place in the old one only.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<String>,
    /// Why it is accepted; never empty.
    #[serde(default)]
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub owner: Option<String>,
    /// Last day on which it holds.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "day")]
    pub until: Option<String>,
    /// The targets of the contract that it names, where no target has that name.
    #[serde(skip)]
    pub targets: Vec<String>,
    /// Where it is written.
    #[serde(skip)]
    pub written: Option<Place>,
}

/// A day as a text, or as TOML writes dates.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => Ok(Some(text)),
        toml::Value::Datetime(date) => Ok(Some(date.to_string())),
        other => Err(serde::de::Error::custom(format!(
            "`until` is no date but a value of type {}; write it like \"2026-12-31\"",
            other.type_str()
        ))),
    }
}

impl Waiver {
    /// Whether somebody has said why the fault is accepted.
    #[must_use]
    pub fn has_reason(&self) -> bool {
        let reason = self.reason.trim();
        !reason.is_empty() && reason != REASON_TO_FILL
    }

    /// Whether it speaks of this finding, whatever its date.
    #[must_use]
    pub fn matches(&self, finding: &Finding) -> bool {
        self.accepts(&Named::of(finding))
    }

    /// Whether it speaks of a finding of these names, whatever its date.
    fn accepts(&self, named: &Named<'_>) -> bool {
        let operations = self.operation().is_none_or(|pattern| {
            let meant = |names: &Vec<&str>| names.iter().any(|name| fits(pattern, name));
            match named.of_all {
                true => !named.operations.is_empty() && named.operations.iter().all(meant),
                false => named.operations.iter().any(meant),
            }
        });
        self.check == named.id
            && named.contract.is_none_or(|contract| self.contract_matches(contract))
            && operations
            && self.covers_place(named)
    }

    /// Whether a finding is where the waiver says, or below.
    fn covers_place(&self, named: &Named<'_>) -> bool {
        let Some(place) = self.place.as_deref().filter(|place| !place.is_empty()) else { return true };
        let pattern = place.trim_end_matches('/');
        place == named.fingerprint || named.places.iter().any(|place| fronts(place).any(|front| fits(pattern, front)))
    }

    /// The operations that it is narrowed to, if it is.
    fn operation(&self) -> Option<&str> {
        self.operation.as_deref().filter(|pattern| !pattern.is_empty())
    }

    fn contract_matches(&self, contract: Option<&str>) -> bool {
        self.contract
            .as_deref()
            .is_none_or(|name| contract == Some(name) || self.targets.iter().any(|target| contract == Some(target)))
    }

    fn covers(&self, judged: &Judged) -> bool {
        self.check == judged.check
            && self.contract_matches(Some(&judged.contract))
            && self.operation().is_none_or(|pattern| fits(pattern, &judged.operation))
    }

    fn until(&self) -> Option<Date> {
        self.until.as_deref().and_then(|date| date.parse().ok())
    }

    /// Its last day, if that is over.
    fn expired(&self, today: Date) -> Option<Date> {
        self.until().filter(|until| *until < today)
    }

    /// A finding about itself.
    pub(crate) fn fault(&self, id: &str, what: &str, (expected, actual): (&str, &str)) -> Finding {
        let mut finding = Finding::new(id, format!("the waiver of {} {what}", self.title())).compare(expected, actual);
        finding.why = Some("a waiver that outlives its fault hides the next one".to_owned());
        finding.place.clone_from(&self.written);
        let [operation, place] = [&self.operation, &self.place].map(|part| part.as_deref().unwrap_or_default());
        finding.fingerprint = Finding::fingerprint_of(&[id, &self.check, operation, place]);
        finding
    }

    /// How it is called in messages.
    fn title(&self) -> String {
        let mut title = format!("`{}`", self.check);
        for (word, part) in [("on", &self.operation), ("at", &self.place), ("in", &self.contract)] {
            if let Some(part) = part {
                let _ = write!(title, " {word} `{part}`");
            }
        }
        title
    }
}

/// What waivers may name of a finding.
#[derive(Clone, Debug)]
pub(crate) struct Named<'f> {
    /// Id of the check or rule.
    pub(crate) id: &'f str,
    /// The contract or target that it is about; none where no waiver is narrowed by it.
    pub(crate) contract: Option<Option<&'f str>>,
    /// The fingerprint.
    pub(crate) fingerprint: &'f str,
    /// The operations that it is about, each by all of its names.
    pub(crate) operations: Vec<Vec<&'f str>>,
    /// Whether a waiver has to mean all of these, and not just one.
    pub(crate) of_all: bool,
    /// Pointers into the body or the documents.
    pub(crate) places: Vec<&'f str>,
}

impl<'f> Named<'f> {
    /// Those of a finding about a server.
    fn of(finding: &'f Finding) -> Self {
        let operations = finding.operation.iter().chain(&finding.operations);
        let document = finding.place.as_ref().map(|place| place.pointer.as_str());
        Self {
            id: &finding.id,
            contract: Some(finding.contract.as_deref()),
            fingerprint: &finding.fingerprint,
            operations: operations.map(|operation| vec![operation.as_str()]).collect(),
            of_all: false,
            places: finding.pointer.as_deref().into_iter().chain(document).collect(),
        }
    }
}

/// All waivers of a run, or of a comparison, and what became of each.
#[derive(Clone, Debug)]
pub struct Waivers {
    today: Date,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    waiver: Waiver,
    matched: u64,
    judged: bool,
    /// Its check was switched off or came to no verdict somewhere.
    unsettled: bool,
    /// Its check was switched off somewhere.
    off: bool,
    /// Nothing was left out that could have matched it.
    looked: bool,
}

/// A contract or target that waivers may speak of, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Its name.
    pub contract: String,
    /// Its operations.
    pub operations: Vec<String>,
    /// Whether it was checked to the end.
    pub whole: bool,
}

impl Entry {
    /// Whether it was looked for everywhere where it may match, and matched nothing.
    ///
    /// A verdict settles a waiver that names its contract and its operation. One that speaks of more may match in what this
    /// run left out: another target, another operation.
    fn is_stale(&self) -> bool {
        let plain = |name: &Option<String>| name.as_deref().is_some_and(|name| !name.contains('*'));
        let one = plain(&self.waiver.contract) && self.waiver.targets.len() <= 1;
        let settled = self.judged && one && plain(&self.waiver.operation);
        let all_seen = self.looked && !self.off && (self.judged || !self.unsettled);
        self.matched == 0 && (settled || all_seen)
    }
}

impl Waivers {
    /// Takes the waivers and the day on which they are judged.
    #[must_use]
    pub fn new(waivers: Vec<Waiver>, today: Date) -> Self {
        let entry = |waiver| Entry { waiver, matched: 0, judged: false, unsettled: false, off: false, looked: false };
        Self { today, entries: waivers.into_iter().map(entry).collect() }
    }

    /// Marks a finding that is accepted; true if it is now. An expired waiver accepts nothing.
    pub fn apply(&mut self, finding: &mut Finding) -> bool {
        let reason = self.reason_for(&Named::of(finding));
        finding.waived = finding.waived.take().or(reason);
        finding.waived.is_some()
    }

    /// Why a finding of these names is accepted, if it is. An expired waiver accepts nothing.
    pub(crate) fn reason_for(&mut self, named: &Named<'_>) -> Option<String> {
        let mut reason = None;
        for entry in self.entries.iter_mut().filter(|entry| entry.waiver.accepts(named)) {
            entry.matched += 1;
            if reason.is_none() && entry.waiver.expired(self.today).is_none() {
                reason = Some(entry.waiver.reason.clone());
            }
        }
        reason
    }

    /// Takes note that nothing was left out that any of them could have matched.
    pub(crate) fn looked_everywhere(&mut self) {
        for entry in &mut self.entries {
            entry.looked = true;
        }
    }

    /// Takes note of a verdict: a waiver can be stale only where its check gave one.
    pub fn judged(&mut self, judged: &Judged) {
        let unsettled = matches!(judged.outcome, Outcome::Inconclusive { .. } | Outcome::Disabled { .. });
        for entry in self.entries.iter_mut().filter(|entry| entry.waiver.covers(judged)) {
            entry.judged |= judged.outcome.is_judged();
            entry.unsettled |= unsettled;
            entry.off |= matches!(judged.outcome, Outcome::Disabled { .. });
        }
    }

    /// Takes note of what there is, and what of it was checked to the end; call it after the last verdict.
    ///
    /// Where a waiver can speak of nothing but what was checked to the end, and its check was neither switched off nor
    /// left open, nothing was left out that could have matched it.
    pub fn ran(&mut self, contracts: &[Ran]) {
        for entry in &mut self.entries {
            let waiver = &entry.waiver;
            let operation = |ran: &Ran| {
                waiver.operation().is_none_or(|pattern| ran.operations.iter().any(|known| fits(pattern, known)))
            };
            let mut meant = contracts
                .iter()
                .filter(|ran| waiver.contract_matches(Some(&ran.contract)) && operation(ran))
                .peekable();
            entry.looked = meant.peek().is_some() && meant.all(|ran| ran.whole);
        }
    }

    /// The findings about the waivers themselves; call it after the last verdict, and after [`Waivers::ran`].
    #[must_use]
    pub fn leftovers(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for entry in &self.entries {
            let waiver = &entry.waiver;
            let expired = waiver.expired(self.today);
            let mut finding = if let Some(until) = expired {
                let until = (format!("expired on {until}"), format!("until = {until}"));
                waiver.fault(EXPIRED, &until.0, ("a date that is still to come, or no waiver", &until.1))
            } else if entry.is_stale() {
                let values = (
                    "at least one finding that it accepts, or no entry: delete it",
                    "none: what it accepted is gone, or was renamed",
                );
                waiver.fault(STALE, "matches nothing any more", values)
            } else {
                continue;
            };
            finding.contract.clone_from(&waiver.contract);
            finding.operation.clone_from(&waiver.operation);
            finding.facts.insert("check".to_owned(), waiver.check.clone());
            finding.facts.insert("reason".to_owned(), waiver.reason.clone());
            if let Some(owner) = &waiver.owner {
                finding.facts.insert("owner".to_owned(), owner.clone());
            }
            findings.push(finding);
        }
        findings
    }
}

/// What reports need to know of the two findings that come from here.
#[must_use]
pub fn catalogue() -> Vec<CheckInfo> {
    let info = |id: &str, summary: &str, explanation: &str| CheckInfo {
        id: id.to_owned(),
        family: "run".to_owned(),
        summary: summary.to_owned(),
        explanation: format!("{summary}\n\n{explanation}"),
        level: Level::Deny,
        place: None,
    };
    vec![
        info(
            EXPIRED,
            "A waiver is past its date.",
            "## Why it matters\nThe date is a promise to come back.\n\n## Example\n\
            `until = \"2026-01-31\"`, and today is the first of February.\n\n## Source\nours: mend the fault, or decide anew and move the date.",
        ),
        info(
            STALE,
            "A waiver matches nothing any more.",
            "## Why it matters\nA waiver that outlives its fault hides the next one.\n\n\
            ## Example\nThe fault that it accepted was mended.\n\n## Source\nours: delete the entry from `contract-gate.toml`.",
        ),
    ]
}

/// A place and everything that holds it, the place itself first; the document as a whole is not among them.
pub(crate) fn fronts(written: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(written), |front| {
        let cut = front.rfind('/')?;
        // The slash may be one of the file's name.
        (cut > 0 && front.find('#').is_none_or(|mark| cut > mark + 1)).then(|| &front[..cut])
    })
}

/// A pattern over a path: `*` is anything but `/`, `**` is anything.
pub(crate) fn fits(pattern: &str, text: &str) -> bool {
    let Some(star) = pattern.find('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(&pattern[..star]) else { return false };
    let (deep, tail) = match pattern[star..].strip_prefix("**") {
        Some(tail) => (true, tail),
        None => (false, &pattern[star + 1..]),
    };
    rest.char_indices()
        .map(|(index, character)| (index, character == '/'))
        .chain([(rest.len(), false)])
        .take_while_inclusive(|(_, slash)| deep || !slash)
        .any(|(index, _)| fits(tail, &rest[index..]))
}

/// Like `take_while`, with the item that ends it.
trait TakeWhileInclusive: Iterator + Sized {
    fn take_while_inclusive(self, keep: impl Fn(&Self::Item) -> bool) -> impl Iterator<Item = Self::Item> {
        let mut done = false;
        self.take_while(move |item| {
            let take = !done;
            done |= !keep(item);
            take
        })
    }
}

impl<I: Iterator> TakeWhileInclusive for I {}

/// The waiver that would accept a finding: array indices become `*`.
#[must_use]
pub fn waiver_of(finding: &Finding, reason: &str) -> Waiver {
    let pointer = finding.pointer.as_ref().filter(|pointer| !pointer.is_empty());
    let clause = finding.place.as_ref().map(|place| &place.pointer).filter(|pointer| !pointer.is_empty());
    let starred = |pointer: &String| {
        let index = |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
        pointer.split('/').map(|segment| if index(segment) { "*" } else { segment }).collect::<Vec<_>>().join("/")
    };
    Waiver {
        check: finding.id.clone(),
        contract: finding.contract.clone(),
        operation: finding.operation.clone(),
        place: pointer.map(starred).or_else(|| clause.cloned()),
        reason: reason.to_owned(),
        ..Waiver::default()
    }
}

/// A waiver as TOML, ready to be pasted.
#[must_use]
pub fn to_toml(waiver: &Waiver) -> String {
    let mut out = "[[waivers]]\n".to_owned();
    let mut line = |key: &str, value: Option<&String>| {
        if let Some(value) = value {
            let _ = writeln!(out, "{key} = {}", toml::Value::String(value.clone()));
        }
    };
    line("check", Some(&waiver.check));
    line("contract", waiver.contract.as_ref());
    line("operation", waiver.operation.as_ref());
    line("place", waiver.place.as_ref());
    line("reason", Some(&waiver.reason));
    line("owner", waiver.owner.as_ref());
    line("until", waiver.until.as_ref());
    out
}

/// `baseline write`: today's findings as waivers, each with its reason left to be filled in.
///
/// Findings that are waived already, notes, and findings about waivers are left out; equal entries are written once.
/// The text is to be appended to `contract-gate.toml`.
#[must_use]
pub fn baseline<'a>(findings: impl IntoIterator<Item = &'a Finding>, until: Option<Date>) -> String {
    let mut entries: BTreeMap<String, (Waiver, String, u64)> = BTreeMap::new();
    let mut order = Vec::new();
    for finding in findings {
        let about_waivers = finding.id == STALE || finding.id == EXPIRED;
        if finding.waived.is_some() || finding.level < Level::Warn || about_waivers {
            continue;
        }
        let mut waiver = waiver_of(finding, "");
        waiver.until = until.map(|date| date.to_string());
        let key = to_toml(&waiver);
        let places = u64::from(finding.occurrences.max(1));
        entries.entry(key.clone()).and_modify(|entry| entry.2 += places).or_insert_with(|| {
            order.push(key);
            (waiver, finding.title.replace(char::is_control, " "), places)
        });
    }
    if order.is_empty() {
        return String::new();
    }
    let mut out =
        "# Written by `contract-gate baseline write`. Every entry needs a reason before the gate runs again.\n"
            .to_owned();
    for key in order {
        let (waiver, title, places) = &entries[&key];
        let _ = write!(out, "\n# {title} ({places} place{})\n{}", if *places == 1 { "" } else { "s" }, to_toml(waiver));
    }
    out
}

#[cfg(test)]
#[path = "waiver_tests.rs"]
mod tests;
