//! See the explanation on [`CHECK`].

use super::Verdict;
use super::reading::{self, Probe, is_crash, judge_reads, probe_of};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A hostile key is answered with a record, or makes the server stumble.
    ///
    /// ## Why it matters
    /// A quote that ends a query, or a wildcard that matches everything, is how other people's records are read.
    ///
    /// ## Example
    /// `GET /v1/customers/%27%20OR%20%271%27%3D%271` is answered with status 200 and a customer.
    ///
    /// ## Source
    /// `refusals.not-found` of the root's `x-contract`; the keys are harmless and no record has them. Any refusal (4xx) will do.
    id: "hostile-key-mishandled", family: Records, level: Deny, proof: Probe,
    faults: ["hostile-id-server-error", "long-id-server-error"],
    plan: reading::plan_hostile, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_reads(study, operation, "no hostile key was answered", &|reader, read, reads, ruling| {
        if read.known.is_some() || probe_of(study, &read.text) != Some(Probe::Hostile) || !read.is_plain() {
            return None;
        }
        let status = read.answer.status.filter(|_| read.answer.failure.is_none())?;
        ruling.evidence.answers += 1;
        let accepted = read.answer.is_success();
        let fails = accepted || is_crash(status);
        (fails && !reading::plain_probe_fails(study, reads)).then(|| {
            let title =
                if accepted { "a hostile key is answered with success" } else { "a hostile key makes the server fail" };
            read.blame(study, reader, title.to_owned())
                .compare("a refusal (4xx)", format!("status {status}"))
                .level(Level::Deny)
                .mark(if accepted { "accepted" } else { "crash" })
                .alone()
        })
    })
}
