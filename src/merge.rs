//! The parts of a split run, put together again: one verdict, equal to that of a run that was not split.
//!
//! Every part judges everything that it saw, so of each verdict the strongest counts, and a fault that several parts saw
//! is one finding.

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{ContractFinished, Event, Judged, Obstacle, Outcome, RunStarted};
use crate::finding::{Finding, Level, Stability};
use crate::report::{Run, Section};
use crate::waiver::STALE;

/// Why reports cannot be put together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Nothing was given.
    #[error("no report to merge; name those of all parts")]
    Nothing,
    /// A report of a whole run.
    #[error(
        "{file}: is the report of a whole run; parts come from `contract-gate check --shard K/N --report json=FILE`"
    )]
    Whole {
        /// The file.
        file: String,
    },
    /// The parts are of different splits.
    #[error("{file}: is part {shard}, the others are parts of {of}; take all reports from one run")]
    Split {
        /// The file.
        file: String,
        /// What it is.
        shard: String,
        /// What the others are parts of.
        of: u32,
    },
    /// Parts are missing.
    #[error("part {} of {of} is missing; add its report, and look why the job wrote none", .missing.join(", "))]
    Missing {
        /// Numbers of the missing parts.
        missing: Vec<String>,
        /// Of how many.
        of: u32,
    },
    /// A part occurs twice.
    #[error("{one} and {two} are both part {shard}; leave one of them out")]
    Twice {
        /// Which part.
        shard: String,
        /// One file.
        one: String,
        /// The other.
        two: String,
    },
    /// The parts were run differently.
    #[error("{one} and {two} differ in {what}: {first} and {second}; run all parts alike")]
    Differ {
        /// In what.
        what: String,
        /// One file.
        one: String,
        /// The other.
        two: String,
        /// What the one says.
        first: String,
        /// What the other says.
        second: String,
    },
}

/// Puts the parts of one run together. Each comes with the name of its file, for messages.
///
/// # Errors
/// When a part is missing or there twice, or when they differ in version, seed, profile, contracts, documents, servers or
/// settings.
pub fn merge(mut parts: Vec<(String, Run)>) -> Result<Run, MergeError> {
    order(&mut parts)?;
    for pair in parts.windows(2) {
        same(&pair[0], &pair[1])?;
    }
    let Some((_, first)) = parts.first() else { return Err(MergeError::Nothing) };
    let names: Vec<String> = parts
        .iter()
        .flat_map(|(_, run)| &run.sections)
        .map(|section| section.started.contract.clone())
        .fold(Vec::new(), |mut names, name| {
            if !names.contains(&name) {
                names.push(name);
            }
            names
        });
    let sections = names
        .iter()
        .map(|name| {
            let of = |run: &Run| run.sections.iter().find(|section| section.started.contract == *name).cloned();
            join(parts.iter().filter_map(|(_, run)| of(run)).collect(), &parts)
        })
        .collect();
    Ok(Run { started: RunStarted { shard: None, ..first.started.clone() }, sections, finished: None })
}

/// Sorts the parts by number and finds what is missing or too much.
fn order(parts: &mut Vec<(String, Run)>) -> Result<(), MergeError> {
    let mut numbered: BTreeMap<u32, (String, Run)> = BTreeMap::new();
    let mut total = None;
    for (file, run) in std::mem::take(parts) {
        let shard = run.started.shard.clone().ok_or_else(|| MergeError::Whole { file: file.clone() })?;
        let numbers = shard.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        let Some((number, of)) = numbers else { return Err(MergeError::Whole { file }) };
        if *total.get_or_insert(of) != of {
            return Err(MergeError::Split { file, shard, of: total.unwrap_or(of) });
        }
        if let Some((one, _)) = numbered.get(&number) {
            return Err(MergeError::Twice { shard, one: one.clone(), two: file });
        }
        numbered.insert(number, (file, run));
    }
    let Some(of) = total else { return Err(MergeError::Nothing) };
    let missing: Vec<String> =
        (1..=of).filter(|number| !numbered.contains_key(number)).map(|number| number.to_string()).collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing { missing, of });
    }
    parts.extend(numbered.into_values());
    Ok(())
}

/// Refuses parts that were not run alike.
fn same((one, first): &(String, Run), (two, second): &(String, Run)) -> Result<(), MergeError> {
    let names = |run: &Run| -> String {
        let all = run.sections.iter().map(|section| section.started.contract.as_str());
        all.filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let hashes = |run: &Run| -> String {
        let all = run.sections.iter().filter(|section| !section.started.hash.is_empty());
        all.map(|section| format!("{} {}", section.started.contract, section.started.hash))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let traits = |run: &Run| {
        [
            ("the version of the gate", run.started.version.clone()),
            ("the seed", run.started.seed.to_string()),
            ("the profile", run.started.profile.clone()),
            ("the contracts", names(run)),
            ("the hash of a document", hashes(run)),
        ]
    };
    for ((what, first), (_, second)) in traits(first).into_iter().zip(traits(second)) {
        if first != second {
            let (one, two) = (one.clone(), two.clone());
            return Err(MergeError::Differ { what: what.to_owned(), one, two, first, second });
        }
    }
    if let Some((what, first, second)) = set_otherwise(first, second) {
        return Err(MergeError::Differ { what, one: one.clone(), two: two.clone(), first, second });
    }
    // A part that was cut off at once has no verdict that could be off.
    let (first, second) = (switched_off(first), switched_off(second));
    if let (Some(first), Some(second)) = (first, second)
        && first != second
    {
        let what = "what is switched off".to_owned();
        return Err(MergeError::Differ { what, one: one.clone(), two: two.clone(), first, second });
    }
    Ok(())
}

/// In what the settings of a contract, or the servers that it was checked against, differ between two parts.
fn set_otherwise(first: &Run, second: &Run) -> Option<(String, String, String)> {
    first.sections.iter().find_map(|section| {
        let name = &section.started.contract;
        let other = &second.sections.iter().find(|other| other.started.contract == *name)?.started;
        let mut settings = [section.started.settings.clone(), other.settings.clone()];
        for (settings, started) in settings.iter_mut().zip([&section.started, other]) {
            settings.insert("the server".to_owned(), server(&started.target));
        }
        let [first, second] = settings;
        let names: BTreeSet<&String> = first.keys().chain(second.keys()).collect();
        let value = |settings: &BTreeMap<String, String>, what: &String| {
            settings.get(what).cloned().unwrap_or_else(|| "nothing".to_owned())
        };
        names.into_iter().find_map(|what| {
            let (first, second) = (value(&first, what), value(&second, what));
            (first != second).then(|| (format!("{what} of {name}"), first, second))
        })
    })
}

/// A target as parts compare it: on machines of their own, each part starts its server at whatever port is free.
fn server(target: &str) -> String {
    let Ok(mut url) = reqwest::Url::parse(target) else { return target.to_owned() };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if local && url.set_port(None).is_ok() && url.set_host(Some("localhost")).is_ok() {
        return url.to_string();
    }
    target.to_owned()
}

/// How many verdicts are switched off, by what; `None` where there is no verdict at all.
fn switched_off(run: &Run) -> Option<String> {
    run.judged().next()?;
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for judged in run.judged() {
        if let Outcome::Disabled { by } = &judged.outcome {
            *counts.entry(by).or_default() += 1;
        }
    }
    let words: Vec<String> = counts.iter().map(|(by, count)| format!("{count} by {by}")).collect();
    Some(if words.is_empty() { "nothing".to_owned() } else { words.join(", ") })
}

/// One contract, out of all parts.
fn join(sections: Vec<Section>, parts: &[(String, Run)]) -> Section {
    let mut joined =
        Section { started: sections.first().map(|one| one.started.clone()).unwrap_or_default(), ..Section::default() };
    let mut at: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for section in &sections {
        for judged in &section.judged {
            match at.get(&(judged.operation.clone(), judged.check.clone())) {
                Some(index) => strengthen(&mut joined.judged[*index], judged),
                None => {
                    at.insert((judged.operation.clone(), judged.check.clone()), joined.judged.len());
                    joined.judged.push(judged.clone());
                }
            }
        }
        for finding in &section.findings {
            match places.get(&finding.fingerprint) {
                Some(index) => unite(&mut joined.findings[*index], finding),
                None => {
                    places.insert(finding.fingerprint.clone(), joined.findings.len());
                    joined.findings.push(finding.clone());
                }
            }
        }
    }
    joined.findings.retain_mut(|finding| finding.id != STALE || is_stale(finding, parts));
    let finished: Vec<&ContractFinished> = sections.iter().filter_map(|section| section.finished.as_ref()).collect();
    if !finished.is_empty() {
        joined.finished = Some(finish(&joined, &finished));
    }
    joined
}

/// The stronger outcome counts; what it rests on is the larger of both, since the parts share what they begin with.
fn strengthen(kept: &mut Judged, other: &Judged) {
    if other.outcome.weight() > kept.outcome.weight() {
        kept.outcome = other.outcome.clone();
    }
    kept.evidence.answers = kept.evidence.answers.max(other.evidence.answers);
    kept.evidence.records = kept.evidence.records.max(other.evidence.records);
    kept.evidence.pages = kept.evidence.pages.max(other.evidence.pages);
    kept.evidence.pairs = kept.evidence.pairs.max(other.evidence.pairs);
}

/// The same fault, seen by two parts: the clearer sight of it stays.
fn unite(kept: &mut Finding, other: &Finding) {
    let clear = |finding: &Finding| match finding.stability {
        Stability::Reproduced => 3,
        Stability::Intermittent { .. } => 2,
        Stability::Unconfirmed => 1,
        Stability::Flaky { .. } => 0,
    };
    let occurrences = kept.occurrences.max(other.occurrences);
    if (other.level, clear(other)) > (kept.level, clear(kept)) {
        *kept = other.clone();
    }
    kept.occurrences = occurrences;
}

/// A waiver is stale when every part that judged its check says so; a part on its own only notes it.
fn is_stale(finding: &mut Finding, parts: &[(String, Run)]) -> bool {
    finding.level = Level::Deny;
    let check = finding.facts.get("check").cloned().unwrap_or_default();
    let fits = |judged: &Judged| {
        judged.check == check
            && judged.outcome.is_judged()
            && finding.contract.as_ref().is_none_or(|name| *name == judged.contract)
            && finding.operation.as_ref().is_none_or(|name| name.contains('*') || *name == judged.operation)
    };
    parts
        .iter()
        .all(|(_, run)| run.findings().any(|other| other.fingerprint == finding.fingerprint) || !run.judged().any(fits))
}

fn finish(joined: &Section, parts: &[&ContractFinished]) -> ContractFinished {
    let mut whole = ContractFinished { contract: joined.started.contract.clone(), ..ContractFinished::default() };
    let mut remarks = BTreeSet::new();
    for part in parts {
        whole.requests += part.requests;
        whole.waited += part.waited;
        whole.millis += part.millis;
        for (what, cost) in &part.cost {
            *whole.cost.entry(what.clone()).or_default() += cost;
        }
        for totals in &part.operations {
            match whole.operations.iter_mut().find(|known| known.operation == totals.operation) {
                Some(known) => {
                    known.requests += totals.requests;
                    known.pages += totals.pages;
                    known.records = known.records.max(totals.records);
                }
                None => whole.operations.push(totals.clone()),
            }
        }
        for item in &part.coverage.items {
            let same = |known: &&mut crate::event::CoverageItem| {
                known.kind == item.kind && known.scope == item.scope && known.name == item.name
            };
            match whole.coverage.items.iter_mut().find(same) {
                Some(known) => known.seen = known.seen.max(item.seen),
                None => whole.coverage.items.push(item.clone()),
            }
        }
        whole.remarks.extend(part.remarks.iter().filter(|remark| remarks.insert((*remark).clone())).cloned());
    }
    let judged = joined.judged.iter().any(|judged| judged.outcome.is_judged());
    let counts = |kind: Obstacle| kind != Obstacle::NothingRan || !judged;
    whole.aborted = parts.iter().filter_map(|part| part.aborted.clone()).find(|aborted| counts(aborted.kind));
    whole
}

/// A run as the events that would have told it, without the last one, which carries the verdict.
#[must_use]
pub fn events(run: &Run) -> Vec<Event> {
    let mut events = vec![Event::RunStarted(run.started.clone())];
    for section in &run.sections {
        let named = !section.started.contract.is_empty();
        if named && section.finished.is_some() {
            events.push(Event::ContractStarted(section.started.clone()));
        }
        let mut told = BTreeSet::new();
        for judged in &section.judged {
            events.push(Event::Judged(judged.clone()));
            for (index, finding) in section.findings.iter().enumerate() {
                if finding.id == judged.check && finding.operation.as_deref() == Some(&judged.operation) {
                    told.insert(index);
                    events.push(Event::Found(Box::new(finding.clone())));
                }
            }
        }
        if let Some(finished) = section.finished.clone().filter(|_| named) {
            events.push(Event::ContractFinished(Box::new(finished)));
        }
        let rest = section.findings.iter().enumerate().filter(|(index, _)| !told.contains(index));
        events.extend(rest.map(|(_, finding)| Event::Found(Box::new(finding.clone()))));
    }
    events
}
