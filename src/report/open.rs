//! What was not concluded, one entry per reason: a run that was cut off has one reason for a hundred verdicts.

use crate::event::{Judged, Outcome};

/// Verdicts that were not reached for one reason.
pub(super) struct Open<'a> {
    pub(super) reason: &'a str,
    /// The next step.
    pub(super) remedy: &'a str,
    /// `check on operation`.
    pub(super) names: Vec<String>,
}

impl Open<'_> {
    /// The first names, and how many more there are.
    pub(super) fn names(&self, most: usize) -> (String, usize) {
        let shown = self.names.len().min(most);
        (self.names[..shown].join(", "), self.names.len() - shown)
    }
}

/// Groups what was not concluded, in the order told.
pub(super) fn open<'a>(judged: impl IntoIterator<Item = &'a Judged>) -> Vec<Open<'a>> {
    let mut reasons: Vec<Open<'a>> = Vec::new();
    for judged in judged {
        let Outcome::Inconclusive { reason, remedy } = &judged.outcome else { continue };
        let name = if judged.operation.is_empty() {
            judged.check.clone()
        } else {
            format!("{} on {}", judged.check, judged.operation)
        };
        match reasons.iter_mut().find(|known| (known.reason, known.remedy) == (reason, remedy)) {
            Some(known) => known.names.push(name),
            None => reasons.push(Open { reason, remedy, names: vec![name] }),
        }
    }
    reasons
}
