//! What the runs came to, as tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::{Kind, THOROUGH_READS};

/// One run of the matrix.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Name of the contract.
    pub contract: String,
    /// What the server was.
    pub kind: Kind,
    /// Id of the fault or variant; `lawful` without.
    pub id: String,
    /// The check whose deny-level finding is listed first.
    pub first: Option<String>,
    /// Other checks with deny-level findings, in the order listed.
    pub also: Vec<String>,
    /// Checks that only warned or noted.
    pub noted: Vec<String>,
    /// Requests sent.
    pub requests: u64,
    /// Runs that it took: more than one only for a fault that comes now and then.
    pub runs: u32,
    /// Whether every record was read one by one, as `--reads` does.
    pub thorough: bool,
    /// Whether it came out as it must.
    pub right: bool,
    /// What went wrong, if something did.
    pub problem: Option<String>,
    /// Why the fault could not show on this contract; `None` where it did, or a check spoke.
    pub not_applicable: Option<String>,
    /// Wall time; left out of snapshots.
    #[serde(skip)]
    pub took: Duration,
}

/// The matrix.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Matrix {
    /// One row per contract and server.
    pub rows: Vec<Row>,
}

impl Row {
    /// Whether checks noted it, and none failed it.
    #[must_use]
    pub fn is_only_noted(&self) -> bool {
        self.first.is_none() && self.problem.is_none() && self.not_applicable.is_none() && !self.noted.is_empty()
    }

    /// What came of it, in words.
    fn verdict(&self) -> String {
        match (&self.first, &self.problem, &self.not_applicable) {
            (_, Some(problem), _) => problem.clone(),
            (.., Some(why)) => format!("not applicable: {why}"),
            (Some(first), ..) if self.also.is_empty() => first.clone(),
            (Some(first), ..) => format!("{first} (also {})", self.also.join(", ")),
            (None, ..) if matches!(self.kind, Kind::Fault | Kind::Tolerated) && !self.noted.is_empty() => {
                format!("noted by {}", self.noted.join(", "))
            }
            (None, ..) => "silent".to_owned(),
        }
    }
}

impl Matrix {
    /// Rows that did not come out as they must.
    pub fn wrong(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| !row.right)
    }

    /// The median of requests per verdict on the lawful and odd servers, by contract.
    #[must_use]
    pub fn median_requests(&self) -> BTreeMap<String, u64> {
        let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| matches!(row.kind, Kind::Lawful | Kind::Variant)) {
            counts.entry(row.contract.clone()).or_default().push(row.requests);
        }
        counts
            .into_iter()
            .map(|(name, mut requests)| {
                requests.sort_unstable();
                let middle = requests.get(requests.len() / 2).copied().unwrap_or(0);
                (name, middle)
            })
            .collect()
    }

    /// The matrix as a table; with `requests`, their number too.
    #[must_use]
    pub fn table(&self, requests: bool) -> String {
        let mut text = String::new();
        let wide = self.rows.iter().map(|row| row.id.len()).max().unwrap_or(0);
        let mut contract = "";
        for row in &self.rows {
            if row.contract != contract {
                contract = &row.contract;
                let _ = writeln!(text, "{}{contract}", if text.is_empty() { "" } else { "\n" });
            }
            let mark = if row.right { ' ' } else { '!' };
            let verdict = row.verdict();
            let verdict = match (row.runs, row.thorough) {
                _ if row.not_applicable.is_some() => verdict,
                (2.., _) => format!("{verdict} [in run {}]", row.runs),
                (_, true) => format!("{verdict} [with --reads {THOROUGH_READS}]"),
                _ => verdict,
            };
            let kind = match row.kind {
                Kind::Lawful => "lawful",
                Kind::Variant => "odd",
                Kind::Fault => "fault",
                Kind::Tolerated => "either",
            };
            let cost = if requests { format!("{:>5} ", row.requests) } else { String::new() };
            let _ = writeln!(text, "{mark} {kind:<6} {:<wide$} {cost} {verdict}", row.id);
        }
        text
    }

    /// The matrix as a Markdown table.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text =
            String::from("| contract | server | caught first by | also | requests |\n|---|---|---|---|---|\n");
        for row in &self.rows {
            let told = row.not_applicable.as_ref().map(|why| format!("not applicable: {why}"));
            let first = row.problem.clone().or(told).or_else(|| row.first.clone());
            let first = first.unwrap_or_else(|| "silent".to_owned());
            let _ = writeln!(
                text,
                "| {} | {} | {first} | {} | {} |",
                row.contract,
                row.id,
                row.also.join(", "),
                row.requests
            );
        }
        text
    }
}
