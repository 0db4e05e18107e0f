//! Printing an outcome: each format is one function from a [`Report`] to text.
//!
//! What machines read is written by [`crate::report`], as for `check`; here stands what a change looks like in it. Texts
//! come from documents of strangers: each of them passes [`crate::report::escape`].

mod human;
mod json;
pub(crate) mod markdown;
pub(crate) mod told;

use std::str::FromStr;

pub use json::SCHEMA;

use super::bump::Bump;
use super::report::Outcome;
use super::waiver::{ACCEPT, own_place};
use crate::finding::{Finding, Level};
use crate::report::escape::visible;
use crate::waiver::{Waiver as Entry, to_toml};

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text for people.
    Human,
    /// One JSON document.
    Json,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Markdown for a step summary or a comment.
    Markdown,
}

impl Format {
    /// All formats, in the order of the documentation.
    pub const ALL: [Self; 6] = [Self::Human, Self::Json, Self::Junit, Self::Sarif, Self::Github, Self::Markdown];

    /// The word used in flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            let near = crate::suggest::nearest(text, names.iter().copied());
            let hint = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
            format!("unknown report format `{text}`; {hint}formats: {}", names.join(", "))
        })
    }
}

/// An outcome and what a reader must know beside it.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    /// The old document, as it was named.
    pub old: &'a str,
    /// The new document, as it was named.
    pub new: &'a str,
    /// What was found.
    pub outcome: &'a Outcome,
    /// The least level that fails the gate.
    pub fail_on: Level,
    /// Whether to use colour.
    pub color: bool,
    /// Whether safe changes and all operations are printed in full.
    pub verbose: bool,
    /// Whether the text for people is left without what does not fail the gate and is not in doubt.
    pub quiet: bool,
}

impl Report<'_> {
    /// Whether the gate fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.outcome.fails_on(self.fail_on)
    }

    /// The verdict in one line.
    fn verdict(&self) -> String {
        let tally = self.outcome.tally();
        let mut parts = Vec::new();
        for (count, one, many) in [
            (tally.deny, "breaking change", "breaking changes"),
            (tally.warn, "undecided change", "undecided changes"),
            (tally.note, "safe change", "safe changes"),
            (tally.waived, "accepted change", "accepted changes"),
            (tally.waivers, "waiver to mend", "waivers to mend"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        if parts.is_empty() { "no change that a consumer could notice".to_owned() } else { parts.join(", ") }
    }

    /// What release tooling should do, in one line.
    fn advice(&self) -> String {
        let asks = match self.outcome.due() {
            Bump::None => return "asks for no new version".to_owned(),
            bump => format!("asks for a bump of the {} version", bump.name()),
        };
        match &self.outcome.versions {
            (Some(old), Some(new)) if old == new => format!("version {old}: {asks}"),
            (Some(old), Some(new)) => format!("version {old} -> {new}: {asks}"),
            _ => asks,
        }
    }
}

/// Renders a report.
#[must_use]
pub fn render(format: Format, report: &Report<'_>) -> String {
    match format {
        Format::Human => human::render(report),
        Format::Json => json::render(report),
        Format::Junit => told::junit(report),
        Format::Sarif => told::sarif(report),
        Format::Github => told::github(report),
        Format::Markdown => markdown::render(report),
    }
}

/// Operations in one line, a few of them by name.
fn operations(finding: &Finding, all: bool) -> String {
    const SHOWN: usize = 3;
    let names = &finding.operations;
    if all || names.len() <= SHOWN + 1 {
        return names.join(", ");
    }
    format!("{} and {} more", names[..SHOWN].join(", "), names.len() - SHOWN)
}

/// How to accept a finding: an entry that can be pasted into the configuration, where its reason is filled in.
fn waiver_of(finding: &Finding) -> String {
    let place = accept_of(finding).map(str::to_owned);
    let entry = to_toml(&Entry { check: finding.id.clone(), place, ..Entry::default() });
    format!("{entry}{UNTIL}\n")
}

/// The line that gives a waiver an end; a comment, because no end is lawful too.
pub(crate) const UNTIL: &str = "# until = \"YYYY-MM-DD\"";

/// The `place` of a waiver that accepts a finding and nothing else.
fn accept_of(finding: &Finding) -> Option<&str> {
    finding.facts.get(ACCEPT).map(String::as_str)
}

/// The proof and the way to accept, as lines for formats that have one text per finding; waived ones need neither.
fn evidence(finding: &Finding) -> Vec<String> {
    let proof = finding.witness.iter().map(|proof| format!("proof: {proof}"));
    let open = finding.waived.is_none() && finding.level >= Level::Warn;
    let accept = accept_of(finding).filter(|_| open);
    let accept =
        accept.map(|place| format!("accept: a waiver with check = \"{}\", place = \"{}\"", finding.id, visible(place)));
    proof.chain(accept).collect()
}

/// What became what, in one line; empty when the title says it all.
fn change_of(finding: &Finding) -> String {
    match (finding.expected.as_str(), finding.actual.as_str()) {
        ("", "") => String::new(),
        (old, "") => format!("{old} -> nothing"),
        ("", new) => format!("nothing -> {new}"),
        (old, new) => format!("{old} -> {new}"),
    }
}

/// What to do next about a finding, in one sentence.
fn next_step(finding: &Finding) -> String {
    let effect = finding.facts.get("effect").map_or("", String::as_str);
    let direction = finding.facts.get("direction").map_or("", String::as_str);
    match (effect, finding.id.as_str()) {
        (_, "operation-removed" | "path-removed" | "parameter-removed") => {
            "keep it with `deprecated: true` and an `x-sunset` date first".to_owned()
        }
        (_, "enum-value-added") => {
            "give it a new version, or write an open enumeration: `type: string` with `x-known-values`".to_owned()
        }
        (
            _,
            "required-property-added"
            | "required-parameter-added"
            | "property-became-required"
            | "parameter-became-required",
        ) => "leave it optional and let the server fill it in".to_owned(),
        ("narrows", _) if direction.contains("request") => {
            "accept what was accepted, or raise the major version".to_owned()
        }
        ("widens", _) => "keep the promise of the old document, or raise the major version".to_owned(),
        ("unknown", _) => "look at the two places; nothing was decided".to_owned(),
        _ => "undo it, or raise the major version and tell the consumers".to_owned(),
    }
}
