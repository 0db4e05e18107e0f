//! See the explanation on [`CHECK`].

use super::Verdict;
use super::reading::{self, Probe, Read, Reader, Twisted, judge_reads, probe_of, twisted};
use crate::contract::Operation;
use crate::contract::semantics::Refusal;
use crate::finding::Level;
use crate::study::Study;
use crate::study::row::key_text;

check! {
    /// A key that no record has is not refused as documented.
    ///
    /// ## Why it matters
    /// Consumers tell *gone* from *broken* by the status. A success without a record is taken for a record.
    ///
    /// ## Example
    /// `GET /v1/customers/cust_nobody` is answered with status 200 and an empty object.
    ///
    /// ## Source
    /// `refusals.not-found` of the root's `x-contract`. Part of a real key, a real key in other letter case and a key that
    /// another operation reads by are no keys here either, unless the record shown has exactly this key. Part of a key may be
    /// refused as `invalid`, too: it need not have the form of one.
    id: "unknown-key-accepted", family: Records, level: Deny, proof: Probe,
    faults: ["unknown-id-empty-success", "unknown-id-first-record", "unknown-id-bad-request", "unknown-id-unauthorized", "unknown-id-null", "key-matched-by-prefix", "key-matched-in-any-case", "key-of-another-kind-matched"],
    plan: reading::plan_unknown, judge: judge,
}

fn title(how: Option<Twisted>) -> &'static str {
    match how {
        Some(Twisted::Cut) => "part of a key reads a record",
        Some(Twisted::OtherCase) => "a key in other letter case reads a record",
        Some(Twisted::OtherKind) => "a key of another kind reads a record",
        None => "a key that no record has is not refused as documented",
    }
}

/// What tells the fault from others.
fn mark(success: bool, how: Option<Twisted>) -> &'static str {
    match (success, how) {
        (true, Some(Twisted::Cut)) => "cut",
        (true, Some(Twisted::OtherCase)) => "other case",
        (true, Some(Twisted::OtherKind)) => "other kind",
        (true, None) => "accepted",
        (false, _) => "other status",
    }
}

/// Whether an answer to a key made from a real one proves nothing: a refusal, a record with exactly this key, or one that
/// does not show everything it is read by.
fn is_open(reader: &Reader<'_>, read: &Read<'_>, how: Twisted) -> bool {
    let Some(record) = read.record() else { return how != Twisted::Cut };
    let mut ways = reader.reads.by.iter().filter(|by| by.slot == read.by.slot);
    let hidden = how != Twisted::Cut && ways.any(|by| record.pointer(&by.key).and_then(key_text).is_none());
    hidden || reading::shows_key(reader, record, &read.text)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let refusals = &study.contract.root.refusals;
    let accepted =
        |refusal: &Option<Refusal>, status: u16| refusal.as_ref().is_some_and(|refusal| refusal.accepts(status));
    judge_reads(study, operation, "no key that does not exist was asked for", &|reader, read, reads, ruling| {
        if read.known.is_some() || !read.is_plain() {
            return None;
        }
        // Of a key that was cut short nobody knows for certain that no record has it; what comes must have it then.
        let how = twisted(study, reader, read.by, &read.text);
        if how.is_none() && probe_of(study, &read.text) != Some(Probe::Unknown) {
            return None;
        }
        if how.is_some_and(|how| is_open(reader, read, how)) {
            return None;
        }
        let status = read.answer.status.filter(|_| read.answer.failure.is_none())?;
        ruling.evidence.answers += 1;
        // A key of another form than real ones may be refused as malformed.
        let malformed = read.text.starts_with("no-such-") || how == Some(Twisted::Cut);
        let lawful = match &refusals.not_found {
            Some(refusal) if !refusal.statuses.is_empty() => {
                refusal.accepts(status) || (malformed && accepted(&refusals.invalid, status))
            }
            _ => (400..500).contains(&status),
        };
        // Whether the credential is good; what reads a record with it is not to be told that it is none.
        let is_let_in = status == 401 && reads.iter().any(|other| other.answer.is_success());
        // Server errors, access and pace have checks of their own.
        let others = status >= 500 || matches!(status, 401 | 408 | 429) || (300..400).contains(&status);
        if lawful || (others && !is_let_in) {
            return None;
        }
        let statuses: Vec<String> =
            refusals.not_found.iter().flat_map(|refusal| &refusal.statuses).map(u16::to_string).collect();
        let expected = if statuses.is_empty() { "4xx".to_owned() } else { statuses.join(" or ") };
        let mut blame = read
            .blame(study, reader, title(how.filter(|_| read.answer.is_success())).to_owned())
            .compare(format!("a refusal with status {expected}"), format!("status {status}"))
            .level(Level::Deny)
            .mark(mark(read.answer.is_success(), how))
            .alone();
        if how.is_some() {
            blame = blame.against_list(study, reader);
        }
        if let Some(refusal) = &refusals.not_found {
            blame =
                blame.by(&study.contract, "/x-contract/refusals/not-found").under(study, &refusal.about, Level::Deny);
        }
        Some(blame)
    })
}
