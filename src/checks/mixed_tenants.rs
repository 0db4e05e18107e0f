//! See the explanation on [`CHECK`].

use super::access::is_blank_record;
use super::{Blame, Ruling, Verdict, not_applicable, plan_nothing};
use crate::case::Access;
use crate::contract::Operation;
use crate::study::{Study, Trait, WalkSeen};

check! {
    /// Records of one list belong to different tenants.
    ///
    /// ## Why it matters
    /// One customer reads another's records: the worst thing that a multi-tenant API can do.
    ///
    /// ## Example
    /// One of two hundred customers carries another `tenantId`.
    ///
    /// ## Source
    /// `tenancy.field`: one value in all records of a walk.
    id: "mixed-tenants", family: Access, level: Deny, proof: Answer,
    faults: ["tenant-field-wrong-deep"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(field) = study.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.field.clone()) else {
        return not_applicable("no field shows the tenant");
    };
    let mut ruling = Ruling::default();
    let mut usual: Option<Trait> = None;
    if let Some(at) = study.model(&operation.id).and_then(|model| model.field(&field)) {
        for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own) {
            for (index, row) in walk.rows.iter().enumerate() {
                let Some(held) = row.traits.get(at).filter(|held| !matches!(held, Trait::Absent | Trait::Null)) else {
                    continue;
                };
                ruling.evidence.records += 1;
                let usual = usual.get_or_insert_with(|| commonest(walk, at).unwrap_or_else(|| held.clone()));
                if !same(usual, held) {
                    let page = walk.page_of(index);
                    let within = index - walk.starts.get(page).copied().unwrap_or(0);
                    let place = operation.clause.lists.as_ref().map_or_else(String::new, |lists| lists.place(within));
                    let sent = walk.answer(page).map(|answer| answer.sent.clone()).into_iter().collect();
                    ruling.blames.push(
                        Blame {
                            compares: false,
                            ..Blame::of_cases("a record of another tenant is listed", vec![case.clone()], sent)
                        }
                        .compare("one tenant in all records", "another tenant")
                        .at(format!("{place}{field}"))
                        .by(&study.contract, "/x-contract/tenancy/field")
                        .mark("listed"),
                    );
                }
            }
        }
    }
    read_records(study, operation, &field, &mut ruling);
    ruling.or_inconclusive("no record was seen", "check against a list that is not empty")
}

/// Records that were read one by one must show the tenant that the list shows.
fn read_records(study: &Study, operation: &Operation, field: &str, ruling: &mut Ruling) {
    let Some(reads) = &operation.clause.reads else { return };
    let Some((list, _)) = study.list_of(&reads.resource) else { return };
    let samples = study.reference(&list.id).map(|reference| reference.samples.as_slice()).unwrap_or_default();
    let Some(usual) = samples.iter().find_map(|(_, record)| record.pointer(field)) else { return };
    for answer in study.all_answers(&operation.id).filter(|a| a.is_success() && a.call.access == Access::Own) {
        let Some(record) = answer.json.as_ref().map(|body| reads.record(body)) else { continue };
        let Some(held) = record.pointer(field) else { continue };
        // That it is null is another check's matter, and so is a record made of nothing for a key that nobody has.
        if held.is_null() || is_blank_record(study, reads, record) {
            continue;
        }
        ruling.evidence.records += 1;
        if held != usual {
            ruling.blames.push(
                Blame::of_answer("a record of another tenant is read", answer)
                    .compare("the tenant that the list shows", "another tenant")
                    .at(reads.pointer(field))
                    .by(&study.contract, "/x-contract/tenancy/field")
                    .together(study, list)
                    .mark("read"),
            );
        }
    }
}

fn same(one: &Trait, two: &Trait) -> bool {
    one == two || matches!((one, two), (Trait::Text(..), Trait::Hashed(..)) | (Trait::Hashed(..), Trait::Text(..)))
}

/// The value that most records of a walk show: the odd one out is the fault.
fn commonest(walk: &WalkSeen, at: usize) -> Option<Trait> {
    let values: Vec<&Trait> =
        walk.rows.iter().filter_map(|row| row.traits.get(at)).filter(|value| !value.is_nothing()).collect();
    values
        .iter()
        .max_by_key(|value| values.iter().filter(|other| other == value).take(500).count())
        .map(|value| (*value).clone())
}
