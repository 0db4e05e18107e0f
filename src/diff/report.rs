//! From changes to findings: once per change, with the operations that it reaches.

mod groups;
mod wording;

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;

use super::api::Api;
use super::bump::Bump;
use super::change::At;
use super::versions::{about_version, due, version};
use super::{Options, repeated, rules, waiver};
use crate::finding::{Finding, Level};
use groups::{Group, Key, Spot, add, bump_of, reached};
use wording::worded;
pub(super) use wording::{fingerprint, lower_first, of_document};

/// How many findings there are, waived ones apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Breaking changes.
    pub deny: usize,
    /// Changes that could not be decided.
    pub warn: usize,
    /// Safe changes.
    pub note: usize,
    /// Accepted by a waiver, whatever their level.
    pub waived: usize,
    /// Waivers that are expired, give no reason or match nothing any more.
    pub waivers: usize,
}

/// What a comparison found.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The findings, gravest first.
    pub findings: Vec<Finding>,
    /// What could not be read in full, and so was not compared: no changes, and never counted.
    pub notes: Vec<Finding>,
    /// What the changes come to, whatever the version: see [`Outcome::due`].
    pub bump: Bump,
    /// What both documents call their version.
    pub versions: (Option<String>, Option<String>),
}

impl Outcome {
    /// Counts by level.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for finding in &self.findings {
            match finding.level {
                _ if finding.waived.is_some() => tally.waived += 1,
                _ if waiver::is_about_waivers(&finding.id) => tally.waivers += 1,
                Level::Deny => tally.deny += 1,
                Level::Warn => tally.warn += 1,
                Level::Note | Level::Allow => tally.note += 1,
            }
        }
        tally
    }

    /// The part of the version to raise: below 1.0 the minor version does the work of the major one.
    #[must_use]
    pub fn due(&self) -> Bump {
        due(self.bump, self.versions.0.as_deref())
    }

    /// Whether a finding that is not waived is at least as grave as `level`.
    #[must_use]
    pub fn fails_on(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.waived.is_none() && finding.level >= level)
    }
}

/// Words all changes.
pub(crate) fn outcome(mut api: Api<'_>, options: &Options, today: Date) -> Outcome {
    let reaches = reached(&api);
    let mut groups: Vec<Group> = Vec::new();
    let mut index: HashMap<Key, usize> = HashMap::new();
    for found in &api.found {
        let at = [(found.operations.as_slice(), found.spot.as_str(), None)];
        add(&mut groups, &mut index, (&found.change, None), &at, options.expand);
    }
    let written: Vec<String> = api.roots.iter().map(|root| root.spot.to_string()).collect();
    for (pair, spots) in reaches {
        for change in &api.engine.pairs[pair.0 as usize].changes {
            let at: Vec<Spot<'_>> = spots
                .iter()
                .map(|index| (*index, &api.roots[*index]))
                .map(|(index, root)| (std::slice::from_ref(&root.operation), written[index].as_str(), Some(index)))
                .collect();
            add(&mut groups, &mut index, (change, Some(pair)), &at, options.expand);
        }
    }
    let bump = bump_of(&groups);
    let mut findings = worded(&mut api, groups, options);
    if api.engine.exhausted {
        let rule = &rules::too_complex::RULE;
        let title = "the documents have too many pairs of schemas to compare all".to_owned();
        findings.push(of_document(&api, options, rule, &At::node(api.engine.new.root()), (title, &[])));
    }
    let versions = (version(&api.engine.old), version(&api.engine.new));
    findings.extend(about_version(&api, options, bump, &versions));
    findings.retain(|finding| finding.level != Level::Allow);
    let names = waiver::Names::of(&mut api);
    waiver::mark(&mut findings, &names);
    waiver::apply(&mut findings, &options.waivers, &names, today);
    findings.sort_by(|one, two| order(one).cmp(&order(two)));
    repeated::merge(&mut findings);
    Outcome { findings, notes: Vec::new(), bump, versions }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    let place = finding.place.as_ref().map(|place| (&place.file, place.line, place.column));
    (std::cmp::Reverse(finding.level), place, &finding.id, &finding.title, &finding.fingerprint)
}
