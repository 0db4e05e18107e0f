//! How a run goes about it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::select::Selection;
use crate::case::Case;
use crate::finding::{Finding, Level};
use crate::study::Looks;

/// How a run goes about it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Which checks run, and at which level.
    pub selection: Selection,
    /// Most records walked of one list; 0: no bound.
    pub max_records: usize,
    /// Records read one by one per key; 0: about twenty, chosen to differ, or up to 500 under `strict`.
    pub reads: usize,
    /// Whether methods that nobody declared are tried on this machine even where they would change much: on a server that
    /// is there for nothing else.
    pub probe_writes: bool,
    /// Whether failing cases are reduced to smaller ones.
    pub shrink: bool,
    /// Requests that looking again and reducing may cost together: as many as were sent before, and some hundreds at
    /// least, but no more than this. It is asked before each repetition, so that the last one, which may walk a long list,
    /// can go beyond.
    pub repeat_budget: u64,
    /// Which findings end the run at once; `None`: none does.
    pub fail_fast: Option<Red>,
    /// How long to wait for a server that does not answer yet; zero: not at all.
    pub wait: Duration,
    /// What the report says of the run beside these options: which embedded server it is, say.
    pub about: BTreeMap<String, String>,
    /// What a reader should know beforehand, say of the document; it stands in every report.
    pub remarks: Vec<String>,
    /// Cases to send first: regressions of earlier runs.
    pub first: Vec<Case>,
    /// What other runs of the same contract have learnt of its records; never shared between contracts.
    pub looks: Option<Arc<Looks>>,
}

/// Tells which findings turn a run red.
#[derive(Clone)]
pub struct Red(pub Arc<dyn Fn(&Finding) -> bool + Send + Sync>);

impl Default for Red {
    /// Those at level deny.
    fn default() -> Self {
        Self(Arc::new(|finding| finding.level == Level::Deny))
    }
}

impl fmt::Debug for Red {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Red")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 0,
            selection: Selection::default(),
            max_records: 10_000,
            reads: 0,
            probe_writes: false,
            shrink: true,
            repeat_budget: 400,
            fail_fast: None,
            wait: Duration::ZERO,
            about: BTreeMap::new(),
            remarks: Vec::new(),
            first: Vec::new(),
            looks: None,
        }
    }
}
