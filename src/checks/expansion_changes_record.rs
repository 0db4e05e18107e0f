//! See the explanation on [`CHECK`].

use super::reading::{
    Read, Reader, Standing, additions, asks, differences, expand_pointer, field_words, judge_reads, record_shape,
    shapes_at, shown_at, standing,
};
use super::{Blame, Verdict, not_applicable};
use crate::contract::Operation;
use crate::contract::semantics::Expand;
use crate::document::text_of;
use crate::finding::Level;
use crate::study::Study;

check! {
    /// Asking for a related record changes the record itself.
    ///
    /// ## Why it matters
    /// An expansion adds; consumers read the rest of the record as before.
    ///
    /// ## Example
    /// With `expand=parent_customer` the customer shows another `name` than without.
    ///
    /// ## Source
    /// `expands` of the operation's `x-contract`: it names all that is added.
    id: "expansion-changes-record", family: Records, level: Deny, proof: Compared,
    faults: ["expansion-changes-others", "expansion-loses-record-on-get", "expansion-forbidden"],
    plan: super::expansion_missing::plan, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    if operation.clause.expands.is_empty() {
        return not_applicable("the contract promises no expansion here");
    }
    judge_reads(
        study,
        operation,
        "no record was read both with and without an expansion",
        &|reader, read, reads, ruling| {
            let (index, expand) = operation
                .clause
                .expands
                .iter()
                .enumerate()
                .find(|(_, expand)| asks(&read.answer.call, expand) && read.answer.call.values.len() == 2)?;
            let plain =
                reads.iter().find(|other| other.is_plain() && other.text == read.text && other.by == read.by)?;
            if let Some(blame) = lost(study, reader, (plain, read, reads), (index, expand)) {
                return Some(blame);
            }
            let (first, second) = (plain.record()?, read.record()?);
            let resource = reader.resource(study);
            if standing(resource, first, second) == Standing::Changed {
                return None;
            }
            ruling.evidence.pairs += 1;
            let mut left_out = additions(&study.contract);
            left_out.extend(resource.map(|resource| resource.volatile.clone()).unwrap_or_default());
            let shape = record_shape(&study.contract, reader);
            let field = differences(&study.contract, shape, first, second, &left_out).into_iter().next()?;
            let name = text_of(&expand.value);
            let (one, two) = shapes_at(first, second, &field);
            let mut blame = read
                .blame(study, reader, format!("expansion `{name}` changes field `{}`", field_words(&field)))
                .compare(format!("the same record as without it ({one})"), format!("another value ({two})"))
                .at(reader.reads.pointer(&field))
                .by(&study.contract, expand_pointer(operation, index))
                .under(study, &expand.about, Level::Deny)
                .shown(shown_at(first, second, &field))
                .mark(format!("{name} {field}"));
            blame.cases.insert(0, plain.case.clone());
            blame.sent.insert(0, plain.answer.sent.clone());
            Some(blame)
        },
    )
}

/// A record that is there, but not when an expansion is asked for. Who refuses the expansion of every record as a bad
/// request may not know it.
fn lost(
    study: &Study,
    reader: &Reader<'_>,
    (plain, read, reads): (&Read<'_>, &Read<'_>, &[Read<'_>]),
    (index, expand): (usize, &Expand),
) -> Option<Blame> {
    let status = read.answer.status.filter(|status| (400..500).contains(status))?;
    let known = reads.iter().any(|other| asks(&other.answer.call, expand) && other.answer.is_success());
    if !plain.answer.is_success() || matches!(status, 408 | 429) || !(known || matches!(status, 401 | 403 | 404 | 410))
    {
        return None;
    }
    let name = text_of(&expand.value);
    let mut blame = read
        .blame(study, reader, format!("expansion `{name}` loses the record"))
        .compare("the record, as without it", format!("status {status}"))
        .by(&study.contract, expand_pointer(reader.operation, index))
        .under(study, &expand.about, Level::Deny)
        .mark(format!("{name} lost"));
    blame.cases.insert(0, plain.case.clone());
    blame.sent.insert(0, plain.answer.sent.clone());
    Some(blame)
}
