//! See the explanation on [`CHECK`].

use super::reading::{self, judge_reads};
use super::{Verdict, not_applicable};
use crate::contract::Operation;
use crate::study::Study;
use crate::study::row::key_text;

check! {
    /// Reading a record by its other key gives another record.
    ///
    /// ## Why it matters
    /// Consumers hold their own identifier for a customer. When it leads to somebody else, two systems disagree about who is
    /// who.
    ///
    /// ## Example
    /// The list shows `id: cus_1` with `identifier: acme`; `GET /customers/acme` gives `cus_2`.
    ///
    /// ## Source
    /// `reads.by` of the operation's `x-contract`: each key leads to the record that shows it.
    id: "alias-reads-another-record", family: Records, level: Deny, proof: Compared,
    faults: ["alias-returns-another-record", "other-keys-compared-as-numbers"],
    plan: reading::plan_reads, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if let Some(clause) = &operation.clause.reads {
        let reader = reading::Reader { operation, reads: clause };
        if clause.by.iter().all(|by| reader.is_own_key(study, by)) {
            return not_applicable("records are read by one key only");
        }
    }
    judge_reads(study, operation, "no record was read by another key than its own", &|reader, read, _, ruling| {
        let record = read.record()?;
        let known = read.known.as_ref().filter(|known| !reader.is_own_key(study, known.by) && !read.ambiguous)?;
        let alias = record.pointer(&known.by.key).and_then(key_text);
        let key = reader.resource(study).and_then(|resource| record.pointer(&resource.key)).and_then(key_text);
        if alias.is_none() && key.is_none() {
            return None;
        }
        ruling.evidence.answers += 1;
        let other_alias = alias.as_ref().is_some_and(|alias| *alias != read.text);
        // The list may know its records by another field than the reader.
        let comparable = reader.list(study).is_some_and(|(_, lists)| lists.key.is_none());
        let other_key = comparable && key.as_ref().is_some_and(|key| *key != known.key);
        (other_alias || other_key).then(|| {
            let what = if other_alias { "a record with another value there" } else { "a record with another key" };
            let title = format!("reading by `{}` gives another record", reading::field_words(&known.by.key));
            let mut blame = read
                .blame(study, reader, title)
                .compare("the record that the list shows with this value", what)
                .at(reader.reads.pointer(&known.by.key))
                .against_list(study, reader);
            // A record that shows another value than the one asked for is wrong whatever the list says by now.
            blame.compares &= !other_alias;
            blame
        })
    })
}
