//! See the explanation on [`CHECK`].

use super::access::is_blank_record;
use super::{Blame, Ruling, Verdict, not_applicable, plan_nothing};
use crate::case::Access;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::{Study, Trait};

check! {
    /// The tenant that records show is not the one that was asked for.
    ///
    /// ## Why it matters
    /// Either two names for one thing, or somebody else's records.
    ///
    /// ## Example
    /// `Tenant-ID: unit_north` is answered with records of `unit_south`.
    ///
    /// ## Source
    /// `tenancy.echo`; its level is the contract's.
    id: "tenant-echo-wrong", family: Access, level: Note, proof: Answer,
    faults: ["tenant-field-wrong"],
    plan: plan_nothing, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let tenancy = study.contract.root.tenancy.as_ref();
    let clause = tenancy.and_then(|tenancy| Some((tenancy.field.as_deref()?, tenancy.echo.as_ref()?)));
    let Some((field, grade)) = clause else {
        return not_applicable("nothing is promised of the tenant that records show");
    };
    let Some(tenant) = &study.means.tenant else { return not_applicable("no tenant was sent") };
    let mut ruling = Ruling::default();
    let blame = |blame: Blame| {
        blame
            .compare("the tenant that was asked for", "another value")
            .by(&study.contract, "/x-contract/tenancy/echo")
            .under(study, &grade.0, Level::Note)
    };
    if let Some(at) = study.model(&operation.id).and_then(|model| model.field(field)) {
        for (case, walk) in study.walks(&operation.id).filter(|(_, walk)| walk.walk.query.access == Access::Own) {
            for (index, row) in walk.rows.iter().enumerate() {
                let Some(Trait::Text(held, _)) = row.traits.get(at) else { continue };
                ruling.evidence.records += 1;
                if **held != **tenant {
                    let sent = walk.answer(walk.page_of(index)).map(|answer| answer.sent.clone()).into_iter().collect();
                    let found = Blame {
                        compares: false,
                        ..Blame::of_cases(
                            "records show another tenant than the one asked for",
                            vec![case.clone()],
                            sent,
                        )
                    };
                    ruling.blames.push(blame(found));
                }
            }
        }
    }
    for answer in study.all_answers(&operation.id).filter(|a| a.is_success() && a.call.access == Access::Own) {
        let Some(reads) = &operation.clause.reads else { break };
        let record = answer.json.as_ref().map(|body| reads.record(body));
        let record = record.filter(|record| !is_blank_record(study, reads, record));
        let Some(held) = record.and_then(|record| record.pointer(field)?.as_str()) else { continue };
        ruling.evidence.records += 1;
        if held != tenant {
            ruling.blames.push(blame(
                Blame::of_answer("the record shows another tenant than the one asked for", answer)
                    .at(reads.pointer(field)),
            ));
        }
    }
    ruling.or_inconclusive("no record was seen", "check against a list that is not empty")
}
