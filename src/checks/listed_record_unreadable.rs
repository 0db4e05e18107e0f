//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::filtering::is_special;
use super::reading::{self, Reader, judge_reads};
use super::{Blame, Verdict};
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// A record that the list shows cannot be read.
    ///
    /// ## Why it matters
    /// Every *list, then read each* job fails at this record.
    ///
    /// ## Example
    /// The list shows `cust_17`; `GET /v1/customers/cust_17` is answered with status 404.
    ///
    /// ## Source
    /// `reads` of the operation's `x-contract`: list and reader know the same records.
    id: "listed-record-unreadable", family: Records, level: Deny, proof: Compared,
    faults: ["listed-record-not-found", "every-third-record-not-found", "reads-forbidden", "alias-not-found", "listed-record-not-found-for-one-tenant", "listed-records-of-one-state-not-found"],
    plan: reading::plan_both, judge: judge,
}

/// A record that the list may still show though it is gone weighs what the contract says, and does not stand for others.
fn excused(study: &Study, reader: &Reader<'_>, blame: Blame, listed: Option<&Value>) -> Blame {
    match reader.reads.gone.as_ref().filter(|gone| listed.is_some_and(|record| gone.covers(record))) {
        Some(gone) => {
            let mark = format!("{} of one that is gone", blame.mark);
            blame
                .by(&study.contract, format!("{}/x-contract/reads/gone", reader.operation.pointer))
                .under(study, &gone.about, Level::Note)
                .mark(mark)
        }
        None => blame,
    }
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let verdict = judge_reads(study, operation, "no listed record was asked for", &|reader, read, reads, ruling| {
        let known = read.known.as_ref().filter(|_| !read.ambiguous && read.is_plain())?;
        if is_special(&read.text) {
            // Refusing them is another check's matter; that they can be read counts here too.
            ruling.evidence.answers += u64::from(read.answer.is_success());
            return None;
        }
        let status = read.answer.status.filter(|_| read.answer.failure.is_none())?;
        let refused = reading::turns_away(study, reader, reads, status);
        // Access that is refused throughout is a matter of configuration, unless the list asks for no other.
        if matches!(status, 401 | 403) && !refused {
            return None;
        }
        ruling.evidence.answers += 1;
        refused.then(|| {
            let title = format!("a listed record cannot be read by `{}`", reading::field_words(&known.by.key));
            let blame = read.blame(study, reader, title).compare("the record", format!("status {status}"));
            excused(study, reader, blame, known.sample).against_list(study, reader)
        })
    });
    reading::with_second(study, operation, verdict, |reader, read| {
        let status = read.answer.status.filter(|status| reading::turns_away(study, reader, &[], *status))?;
        let title = "a record that the second tenant lists cannot be read by it";
        let blame = read.blame(study, reader, title).compare("the record", format!("status {status}"));
        Some(excused(study, reader, blame, Some(read.listed)))
    })
}
