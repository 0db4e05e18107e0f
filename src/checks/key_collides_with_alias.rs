//! See the explanation on [`CHECK`].

use super::reading::{self, Reader};
use super::{Blame, Ruling, Verdict, not_applicable};
use crate::case::Case;
use crate::contract::Operation;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Study, Trait};

check! {
    /// One record's other key is the key of another record.
    ///
    /// ## Why it matters
    /// Where both kinds of key are sent in the same place, the answer can only be right for one of the two records.
    ///
    /// ## Example
    /// `cus_1` has `identifier: cus_2`, and there is a customer `cus_2`.
    ///
    /// ## Source
    /// `reads.by` of the operation's `x-contract`: two keys in one slot. Nothing forbids it, hence a note.
    id: "key-collides-with-alias", family: Records, level: Note, proof: Compared,
    faults: ["alias-collides"],
    plan: reading::plan_reads, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(clause) = &operation.clause.reads else { return not_applicable("the operation reads no single record") };
    let reader = Reader { operation, reads: clause };
    let aliases: Vec<_> = clause
        .by
        .iter()
        .filter(|by| !reader.is_own_key(study, by))
        .filter(|by| clause.by.iter().any(|own| own.slot == by.slot && reader.is_own_key(study, own)))
        .collect();
    if aliases.is_empty() {
        return not_applicable("no slot takes two kinds of key");
    }
    let mut ruling = Ruling::default();
    let list = reader.list(study);
    if let Some(((list, lists), reference)) = list.and_then(|list| Some((list, study.reference(&list.0.id)?))) {
        for by in aliases {
            // Of every record where the list remembers the field, else of those that were kept in full.
            let at = study.model(&list.id).and_then(|model| model.field(&by.key));
            let remembered = reference.rows.iter().filter_map(|row| match row.traits.get(at?)? {
                Trait::Text(held, _) => Some((row.key.as_deref()?, held.clone())),
                _ => None,
            });
            let kept = reference.samples.iter().filter(|_| at.is_none());
            let kept = kept.filter_map(|(key, record)| Some((&**key, record.pointer(&by.key).and_then(key_text)?)));
            for (key, alias) in remembered.chain(kept) {
                ruling.evidence.records += 1;
                if *alias != *key && reference.get(&alias).is_some() {
                    let case = Case::Walk(study.reference_walk(list, lists));
                    let field = reading::field_words(&by.key);
                    let blame = Blame::of_cases(
                        format!("`{field}` of one record is the key of another"),
                        vec![case],
                        Vec::new(),
                    )
                    .compare("keys that lead to one record", "a key that leads to two")
                    .by(&study.contract, format!("{}/x-contract/reads", operation.pointer))
                    .level(Level::Note)
                    .mark(by.key.clone())
                    .shown(&*alias);
                    ruling.once(blame);
                }
            }
        }
    }
    ruling.or_inconclusive("no listed record shows its other key", "supply a tenant with records that have one")
}
