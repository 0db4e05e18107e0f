//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::Verdict;
use super::reading::{
    self, Read, Standing, additions, differences, field_words, judge_reads, record_shape, shapes_at, shown_at, standing,
};
use crate::contract::{Contract, Operation, ShapeId};
use crate::finding::Level;
use crate::study::Study;

check! {
    /// Reading a record twice gives two different answers.
    ///
    /// ## Why it matters
    /// A consumer that retries, or reads behind a load balancer, gets what chance decides.
    ///
    /// ## Example
    /// `GET /v1/customers/cust_17` shows `phone` the first time and not the second, with the same `updatedAt`.
    ///
    /// ## Source
    /// RFC 9110, section 9.2.1: reading changes nothing. Only declared fields are compared, and only as long as the record's
    /// version stands still.
    id: "read-differs-on-repeat", family: Records, level: Deny, proof: Versions,
    faults: ["repeated-read-differs", "repeated-read-flickers"],
    plan: reading::plan_repeats, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    judge_reads(study, operation, "no record was read twice", &|reader, read, reads, ruling| {
        if read.answer.call.repeat == 0 {
            return None;
        }
        let earlier = reads.iter().find(|other| is_same_question(other, read) && other.answer.call.repeat == 0)?;
        let first = earlier.record()?;
        if let Some(status) = read.answer.status.filter(|status| reading::is_refusal(*status)) {
            ruling.evidence.pairs += 1;
            let mut blame = read
                .blame(study, reader, "a record is there once and not the next time".to_owned())
                .compare("the same answer as before", format!("status {status}"))
                .level(Level::Deny)
                .mark("gone");
            blame.cases.insert(0, earlier.case.clone());
            blame.sent.insert(0, earlier.answer.sent.clone());
            return Some(blame);
        }
        let second = read.record()?;
        let resource = reader.resource(study);
        if standing(resource, first, second) == Standing::Changed {
            return None;
        }
        ruling.evidence.pairs += 1;
        let shape = record_shape(&study.contract, reader);
        let mut left_out = additions(&study.contract);
        left_out.extend(resource.map(|resource| resource.volatile.clone()).unwrap_or_default());
        let field = differences(&study.contract, shape, first, second, &left_out)
            .into_iter()
            .next()
            .or_else(|| flicker(&study.contract, shape, first, second, &left_out))?;
        let (one, two) = shapes_at(first, second, &field);
        let mut blame = read
            .blame(study, reader, format!("field `{}` differs when a record is read again", field_words(&field)))
            .compare(format!("the same answer as before ({one})"), format!("another one ({two})"))
            .at(reader.reads.pointer(&field))
            .level(Level::Deny)
            .shown(shown_at(first, second, &field))
            .mark(field);
        blame.cases.insert(0, earlier.case.clone());
        blame.sent.insert(0, earlier.answer.sent.clone());
        Some(blame)
    })
}

fn is_same_question(one: &Read<'_>, two: &Read<'_>) -> bool {
    let plain = |read: &Read<'_>| crate::case::Call { repeat: 0, ..read.answer.call.clone() }.key();
    plain(one) == plain(two)
}

/// A declared member that only one of two answers shows.
fn flicker(
    contract: &Contract,
    shape: Option<ShapeId>,
    one: &Value,
    two: &Value,
    left_out: &[String],
) -> Option<String> {
    let shapes = contract.shapes.with_parts(shape?);
    let names = shapes.iter().flat_map(|shape| shape.members.keys());
    names
        .filter(|name| one.get(name.as_str()).is_some() != two.get(name.as_str()).is_some())
        .map(|name| format!("/{}", crate::document::escape(name)))
        .find(|at| !left_out.contains(at))
}
