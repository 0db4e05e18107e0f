//! See the explanation on [`CHECK`].

use super::filtering::{self, Reading, looks};
use super::{Ruling, Verdict, not_applicable};
use crate::contract::Operation;
use crate::study::{Fit, Fitting, Study};

check! {
    /// A filtered list shows a record that the whole list hides.
    ///
    /// ## Why it matters
    /// Whoever copies the list to another system never learns of this record.
    ///
    /// ## Example
    /// `status=active` shows 190 customers, of which the list without a filter shows 189 on whatever page.
    ///
    /// ## Source
    /// A list without filters shows every record, but for those that `absent` of a filter leaves out.
    id: "filter-reveals-unlisted-record", family: Filters, level: Deny, proof: Compared,
    faults: ["record-listed-only-under-filter"],
    plan: filtering::plan_single, judge: judge,
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(lists) = &operation.clause.lists else { return not_applicable("the operation lists nothing") };
    if lists.filters.is_empty() {
        return not_applicable("the contract promises no filter here");
    }
    let Some(reference) = study.reference(&operation.id).filter(|reference| reference.complete) else {
        return Verdict::Inconclusive {
            reason: "the whole list was not walked to the end".to_owned(),
            remedy: "raise the limit on records, or see the findings on paging".to_owned(),
        };
    };
    let mut ruling = Ruling::default();
    for look in looks(study, operation).iter().filter(|look| look.reading == Reading::Fits && !look.unknown) {
        // An index that lags behind may still show what was deleted.
        if look.filter.partial || look.is_second() {
            continue;
        }
        ruling.look_at(look);
        let plain = Fitting::new(lists, look.model, &[]);
        let hidden = look.walk.rows.iter().position(|row| {
            let listed = row.key.as_deref().is_none_or(|key| reference.by_key.contains_key(key));
            !listed && plain.row(row) == Fit::Must
        });
        let Some(index) = hidden else { continue };
        ruling.once(
            look.blame(study, operation, format!("filter `{}` shows a record that the whole list hides", look.name))
                .compare("every record in the list without filters", "a record that no page of it shows")
                .shown(look.walk.rows[index].key.as_deref().unwrap_or_default()),
        );
    }
    ruling
        .or_inconclusive("no filtered list was answered", "supply a tenant with records whose filtered fields are set")
}
