//! Judging recorded traffic: the same checks on the same observations, as far as a recording proves anything.
//!
//! Nothing is sent, so nothing can be looked at again. What one answer shows is proved. What rests on data that must not
//! have moved is a violation only where the recording itself shows that it stood still.

mod chain;
mod session;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::{Checked, Options, coverage, tell};
use crate::checks::{Blame, CATALOGUE, Check, Verdict};
use crate::contract::{Contract, Operation};
use crate::event::{Aborted, ContractFinished, ContractStarted, Event, Evidence, Obstacle, Outcome};
use crate::finding::{Finding, Level, Stability};
use crate::recording::{Belonging, Recording};
use crate::study::Study;
use session::{Opinion, Session, sessions};

/// Judges what of a recording belongs to a contract, and tells what it finds.
///
/// # Example
/// ```
/// use std::sync::Arc;
/// use contract_gate::contract::Contract;
/// use contract_gate::engine::{Options, verify};
/// use contract_gate::mask::Masker;
/// use contract_gate::recording::{Recording, Whereabouts, belonging};
///
/// let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
/// let har = br#"{"log": {"entries": [{
///     "request": {"method": "GET", "url": "https://api-eu.flexportal.io/v1/customers?limit=1"},
///     "response": {"status": 200, "content": {"mimeType": "application/json", "text": "{\"customers\": 3}"}}
/// }]}}"#;
/// let recording = Recording::parse("traffic.har", har).expect("is a HAR");
/// let found = belonging(&contract, &recording, &Masker::new(recording.secrets()), Whereabouts::default()).expect("one API");
/// let checked = verify(contract, &recording, found, &Options::default(), &mut |_event| {});
/// assert!(checked.findings.iter().any(|finding| finding.id == "wrong-type"));
/// ```
pub fn verify(
    contract: Arc<Contract>,
    recording: &Recording,
    belonging: Belonging,
    options: &Options,
    emit: &mut (dyn FnMut(Event) + Send),
) -> Checked {
    let started = Instant::now();
    let bases = belonging.bases.join(", ");
    emit(Event::ContractStarted(ContractStarted {
        contract: contract.name.clone(),
        title: format!("{} {}", contract.title, contract.version),
        document: contract.document.path().display().to_string(),
        hash: contract.hash(),
        target: if bases.is_empty() { recording.names() } else { format!("{} of {bases}", recording.names()) },
        operations: contract.operations.iter().map(|operation| operation.id.clone()).collect(),
        settings: BTreeMap::new(),
    }));
    let nothing = belonging.taken.is_empty().then(|| nothing_belongs(&contract, recording, &belonging));
    let requests = belonging.taken.len() as u64;
    let remarks = belonging.remarks();
    let sessions = sessions(&contract, belonging, options);
    let mut verdicts =
        Verdicts { contract: &contract, sessions, options, checked: Checked::default(), outcomes: BTreeMap::new() };
    if nothing.is_none() {
        verdicts.everything(emit);
    }
    let Verdicts { sessions, mut checked, mut outcomes, .. } = verdicts;
    let judged = Outcome::judged_of(&checked.outcomes);
    checked.requests = requests;
    checked.aborted = nothing.or_else(|| {
        (judged == 0).then(|| Aborted {
            kind: Obstacle::NothingRan,
            message: "no check had anything to judge".to_owned(),
            remedy: "check the selection, and that the bodies of the answers are in the recording".to_owned(),
        })
    });
    let studies: Vec<Study> = sessions.into_iter().map(|session| session.study).collect();
    emit(Event::ContractFinished(Box::new(ContractFinished {
        contract: contract.name.clone(),
        requests,
        waited: 0,
        cost: BTreeMap::new(),
        millis: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        operations: coverage::totals(&contract, &studies, &mut outcomes),
        coverage: coverage::coverage(&contract, &studies),
        remarks,
        aborted: checked.aborted.clone(),
    })));
    checked
}

/// Says what was seen instead, and what to give.
fn nothing_belongs(contract: &Contract, recording: &Recording, belonging: &Belonging) -> Aborted {
    const MOST: usize = 5;
    let servers = recording.servers();
    let mut seen: Vec<String> =
        servers.iter().take(MOST).map(|(server, count)| format!("{server} ({count})")).collect();
    if servers.len() > MOST {
        seen.push(format!("{} more", servers.len() - MOST));
    }
    let mut examples: Vec<&str> = belonging.aside.values().map(|(_, example)| example.as_str()).collect();
    examples.truncate(MOST);
    let seen = if seen.is_empty() {
        "no exchange at all".to_owned()
    } else {
        format!("exchanges with {}; requests such as {}", seen.join(", "), examples.join(", "))
    };
    let base = match belonging.bases.as_slice() {
        [] => String::new(),
        bases => format!(" behind {}", bases.join(", ")),
    };
    Aborted {
        kind: Obstacle::NothingRan,
        message: format!("nothing in {} belongs to {}{base}: it holds {seen}", recording.names(), contract.name),
        remedy: "name what stands before the paths of the document with --base-url URL, or another contract".to_owned(),
    }
}

/// Verdicts as they come about.
struct Verdicts<'a> {
    contract: &'a Contract,
    sessions: Vec<Session>,
    options: &'a Options,
    checked: Checked,
    outcomes: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Faults that are one thing, as far as they may be told.
struct Found {
    session: usize,
    blame: Blame,
    occurrences: u32,
    /// Why it may be told as a warning at most, if so.
    doubt: Option<&'static str>,
}

/// What a check says of all sessions together.
#[derive(Default)]
struct Sum {
    judged: bool,
    evidence: Evidence,
    found: Vec<Found>,
    /// Why something that was seen may not be told.
    withheld: Option<&'static str>,
    open: Option<(String, String)>,
    not_applicable: Option<String>,
}

impl Verdicts<'_> {
    fn everything(&mut self, emit: &mut (dyn FnMut(Event) + Send)) {
        for check in CATALOGUE {
            for operation in &self.contract.operations {
                let (event, findings) = self.verdict(check, operation);
                if let Event::Judged(judged) = &event {
                    let name = judged.outcome.name().to_owned();
                    *self.outcomes.entry(judged.operation.clone()).or_default().entry(name.clone()).or_default() += 1;
                    *self.checked.outcomes.entry(name).or_default() += 1;
                }
                emit(event);
                for finding in findings {
                    emit(Event::Found(Box::new(finding.clone())));
                    self.checked.findings.push(finding);
                }
            }
        }
    }

    fn verdict(&self, check: &Check, operation: &Operation) -> (Event, Vec<Finding>) {
        let told = |outcome, evidence| tell::judged(self.contract, check, operation, outcome, evidence);
        if let Some(by) = self.options.selection.disabled(check, &operation.id) {
            return (told(Outcome::Disabled { by }, None), Vec::new());
        }
        let sum = self.sum(check, operation);
        if let Some(reason) = check.proof.withheld() {
            let reason = sum.not_applicable.unwrap_or_else(|| format!("a recording cannot tell: {reason}"));
            return (told(Outcome::NotApplicable { reason }, None), Vec::new());
        }
        if !sum.judged {
            let outcome = match (sum.open, sum.not_applicable) {
                (None, Some(reason)) => Outcome::NotApplicable { reason },
                (open, _) => {
                    let (reason, _) = open.unwrap_or_default();
                    Outcome::Inconclusive { reason, remedy: "record traffic that shows it".to_owned() }
                }
            };
            return (told(outcome, None), Vec::new());
        }
        let findings: Vec<Finding> = sum.found.iter().map(|found| self.finding(check, operation, found)).collect();
        let outcome = match sum.withheld {
            _ if !findings.is_empty() => Outcome::of(&findings),
            Some(reason) => Outcome::Inconclusive {
                reason: reason.to_owned(),
                remedy: "record whole walks of the list before and after it, or let `check` ask the server".to_owned(),
            },
            None => Outcome::Passed,
        };
        (told(outcome, Some(sum.evidence)), findings)
    }

    /// What a check says of each session, added up.
    fn sum(&self, check: &Check, operation: &Operation) -> Sum {
        let mut sum = Sum::default();
        for (index, session) in self.sessions.iter().enumerate() {
            match (check.judge)(&session.study, operation) {
                Verdict::Judged { evidence, blames } => {
                    sum.judged = true;
                    sum.evidence.add(evidence);
                    for blame in blames {
                        match session.opinion(check.proof, operation, &blame) {
                            Opinion::Tell => sum.add(index, blame, None),
                            Opinion::Doubt(why) => sum.add(index, blame, Some(why)),
                            Opinion::Withhold(why) => sum.withheld = Some(why),
                        }
                    }
                }
                Verdict::Inconclusive { reason, remedy } => {
                    sum.open.get_or_insert((reason, remedy));
                }
                Verdict::NotApplicable(reason) => {
                    sum.not_applicable.get_or_insert(reason);
                }
            }
        }
        sum
    }

    fn finding(&self, check: &Check, operation: &Operation, found: &Found) -> Finding {
        let blame = &found.blame;
        let own = self.options.selection.level(check, &operation.id, blame.level);
        let level = if found.doubt.is_some() { own.min(Level::Warn) } else { own };
        let exchanges = tell::exchanges(&self.sessions[found.session].study, blame);
        let shown = (blame, exchanges);
        let mut finding =
            tell::finding(self.contract, check, operation, shown, level, Stability::Reproduced, found.occurrences);
        if let Some(doubt) = found.doubt {
            finding.facts.insert("told as a warning because".to_owned(), doubt.to_owned());
        }
        finding
    }
}

impl Sum {
    /// Adds a fault; of those with one mark the surest and gravest stands for all.
    fn add(&mut self, session: usize, blame: Blame, doubt: Option<&'static str>) {
        match self.found.iter_mut().find(|found| found.blame.mark == blame.mark) {
            Some(found) => {
                found.occurrences = found.occurrences.saturating_add(blame.times);
                let surer = found.doubt.is_some() && doubt.is_none();
                let as_sure = found.doubt.is_some() == doubt.is_some();
                if surer || (as_sure && blame.is_graver_than(&found.blame)) {
                    (found.session, found.blame, found.doubt) = (session, blame, doubt);
                }
            }
            None => self.found.push(Found { session, occurrences: blame.times, blame, doubt }),
        }
    }
}
