//! Whether a document is sound before anything is built on it.
//!
//! [`lint`] looks at one document alone: references, operations, examples, and the vocabulary of `x-contract`. It works
//! on the plain value, so that it can say something about documents that the loader of contracts refuses. Findings
//! carry file, line and column; reporters take it from there.

mod declared;
mod examples;
mod fields;
mod operations;
mod references;
mod rehearsal;
mod render;
mod rules;
mod security;
mod semantics;
mod sendable;
mod structure;
mod tables;
mod text;
mod vocabulary;

use std::collections::BTreeSet;

use std::path::Path;

use crate::contract::annotate;
use crate::diff::arena::{NodeId, Side};
use crate::diff::{Origin, Workspace};
use crate::document::{DocumentError, Span, escape};
use crate::finding::{Finding, Level, Place};

pub use render::{Manner, SCHEMA, render};
pub use rules::{RULES, Rule, rule};

/// What was found in one document.
#[derive(Clone, Debug)]
pub struct Linted {
    /// The document, as it was named.
    pub name: String,
    /// The findings, in document order.
    pub findings: Vec<Finding>,
}

impl Linted {
    /// Whether a finding fails the gate: deny, and with `strict` also warn.
    #[must_use]
    pub fn fails(&self, strict: bool) -> bool {
        let least = if strict { Level::Warn } else { Level::Deny };
        self.findings.iter().any(|finding| finding.level >= least)
    }
}

/// Reads and lints a document; `-` and `REV:path` are understood.
///
/// # Errors
/// When the document cannot be read or is no OpenAPI 3 document.
pub fn file(name: &str) -> Result<Linted, DocumentError> {
    file_with(name, None)
}

/// Like [`file()`], with an OpenAPI Overlay laid over the document.
///
/// # Errors
/// As [`file()`], and when the overlay cannot be read or its targets match nothing.
pub fn file_with(name: &str, overlay: Option<&Path>) -> Result<Linted, DocumentError> {
    read(name, overlay, lint)
}

/// What [`file_with()`] denies of the vocabulary of `x-contract`: clauses that say nothing, or what cannot be.
///
/// # Errors
/// As [`file_with()`].
pub fn semantics(name: &str, overlay: Option<&Path>) -> Result<Vec<Finding>, DocumentError> {
    let linted = read(name, overlay, |workspace| {
        let mut linter = Linter::new(workspace);
        linter.vocabulary();
        linter.semantics();
        linter.finish()
    })?;
    let counts = |finding: &Finding| finding.level == Level::Deny && finding.id.starts_with("semantics-");
    Ok(linted.findings.into_iter().filter(counts).collect())
}

fn read(
    name: &str,
    overlay: Option<&Path>,
    judge: impl FnOnce(&Workspace) -> Vec<Finding> + Send,
) -> Result<Linted, DocumentError> {
    let lost = || DocumentError {
        path: name.into(),
        span: None,
        message: "could not be read: out of threads".to_owned(),
        remedy: "free some memory".to_owned(),
    };
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(256 * 1024 * 1024)
            .spawn_scoped(scope, || {
                let origin = Origin::parse(name);
                let workspace = match overlay {
                    Some(overlay) => Workspace::read_changed(&origin, |document| annotate(document, overlay))?,
                    None => Workspace::read(&origin)?,
                };
                Ok(Linted { name: name.to_owned(), findings: judge(&workspace) })
            })
            .map_err(|_| lost())?
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// Lints a document.
#[must_use]
pub fn lint(workspace: &Workspace) -> Vec<Finding> {
    let mut linter = Linter::new(workspace);
    linter.text();
    linter.structure();
    linter.references();
    linter.circles();
    linter.security();
    linter.operations();
    linter.declared();
    linter.examples();
    linter.vocabulary();
    linter.semantics();
    linter.rehearsal();
    linter.finish()
}

/// What a comparison of two documents skips because it is not as OpenAPI has it: notes, those of the new document first.
///
/// What both documents have is told once.
#[must_use]
pub fn skipped(old: &Workspace, new: &Workspace) -> Vec<Finding> {
    let mut notes = skipped_in(new);
    let known: BTreeSet<(String, String)> =
        notes.iter().map(|finding| (finding.id.clone(), finding.title.clone())).collect();
    let before = skipped_in(old);
    notes.extend(before.into_iter().filter(|finding| !known.contains(&(finding.id.clone(), finding.title.clone()))));
    notes
}

fn skipped_in(workspace: &Workspace) -> Vec<Finding> {
    let mut linter = Linter::new(workspace);
    linter.text();
    linter.structure();
    // Texts for people are not compared anyway.
    let prose = |place: &Place| {
        ["/description", "/summary", "/title", "/version", "/termsOfService", "/tags"]
            .iter()
            .any(|end| place.pointer.ends_with(end))
    };
    let wanted = |finding: &Finding| match finding.id.as_str() {
        "field-malformed" => !finding.place.as_ref().is_some_and(prose),
        "json-invalid" | "version-judged-in-part" => true,
        // What is near to no field may be somebody's extension.
        "field-unknown" => finding.level == Level::Deny,
        _ => false,
    };
    let mut found: Vec<Finding> = linter.finish().into_iter().filter(wanted).collect();
    for finding in &mut found {
        finding.level = Level::Note;
        finding.why = Some("it was skipped, so that a change of it is not seen".to_owned());
    }
    found
}

/// One fault before its place is looked up.
struct Fault {
    finding: Finding,
    node: NodeId,
    key: Option<String>,
    /// The place, where it is known and no node stands there.
    span: Option<Span>,
}

impl Fault {
    /// Is of another level than its rule has mostly.
    fn at_level(&mut self, level: Level) -> &mut Self {
        self.finding.level = level;
        self
    }

    /// Gives a reason that fits better than that of its rule.
    fn because(&mut self, why: &str) -> &mut Self {
        self.finding.why = Some(why.to_owned());
        self
    }

    /// Stands where no node does.
    fn at_span(&mut self, span: Span) -> &mut Self {
        self.span = Some(span);
        self
    }
}

/// A document under inspection.
pub(crate) struct Linter<'a> {
    side: Side<'a>,
    found: Vec<Fault>,
}

impl<'a> Linter<'a> {
    fn new(workspace: &'a Workspace) -> Self {
        Self { side: Side::new(workspace), found: Vec::new() }
    }

    /// Whether the document promises something in our vocabulary, and so is kept by people who mean every word.
    fn promises(&self) -> bool {
        self.side.value(self.side.root()).get("x-contract").is_some()
    }

    /// Notes a fault at a node, or at a key of it, with the level and the reason of its rule.
    fn fault(
        &mut self,
        rule: &Rule,
        (node, key): (NodeId, Option<&str>),
        title: String,
        (expected, actual): (&str, &str),
    ) -> &mut Fault {
        let mut finding = Finding::new(rule.id, title).compare(expected, actual);
        finding.level = rule.level;
        finding.why = Some(rule.why());
        let at = self.found.len();
        self.found.push(Fault { finding, node, key: key.map(str::to_owned), span: None });
        &mut self.found[at]
    }

    fn finish(self) -> Vec<Finding> {
        let documents = self.side.workspace().documents();
        let mut wanted: Vec<Vec<String>> = vec![Vec::new(); documents.len()];
        let mut at = Vec::new();
        for fault in &self.found {
            let (file, mut pointer) = self.side.pointer(fault.node);
            if let Some(key) = &fault.key {
                pointer.push('/');
                pointer.push_str(&escape(key));
            }
            at.push((file, wanted[file].len()));
            wanted[file].push(pointer);
        }
        let spans: Vec<_> =
            documents.iter().zip(&wanted).map(|(document, pointers)| document.locate_all(pointers)).collect();
        let mut findings: Vec<Finding> = self
            .found
            .into_iter()
            .zip(at)
            .map(|(fault, (file, index))| {
                let pointer = wanted[file][index].clone();
                let own = (documents[file].path(), spans[file][index]);
                let (path, span) = documents[file].added_at(&pointer).unwrap_or(own);
                let span = fault.span.unwrap_or(span);
                let mut finding = fault.finding;
                finding.fingerprint = Finding::fingerprint_of(&[&finding.id, &pointer, &finding.title]);
                let name = path.display().to_string();
                finding.place = Some(Place { file: name, pointer, line: span.line, column: span.column });
                finding
            })
            .collect();
        let order = |finding: &Finding| {
            let place = finding.place.clone();
            (place.map(|place| (place.file, place.line, place.column)), finding.id.clone(), finding.title.clone())
        };
        findings.sort_by_cached_key(order);
        findings.dedup();
        findings
    }
}

/// `; did you mean …?`, or nothing.
fn hint<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    crate::suggest::nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}
