//! Whose a record is: what both tenants list, and what a record that was shown says of itself.
//!
//! Keys may be given out per tenant, so that a key which one list lacks and the other shows need not be foreign: a filter
//! may hide the own record, or its walk may have broken off. What was shown decides then, as far as it can.

use serde_json::Value;

use super::access::is_plain_key;
use super::filtering::number_value;
use super::reading::Reader;
use crate::contract::Operation;
use crate::contract::semantics::{Lists, ReadKey};
use crate::document::node;
use crate::study::row::key_text;
use crate::study::{Model, Reference, Row, Study, Trait};

/// Rows of the second tenant that are looked through for values that are its alone.
const MOST_ROWS: usize = 500;

/// Whose a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// The second tenant's.
    Theirs,
    /// The own tenant's.
    Ours,
    /// Nothing tells.
    Untold,
}

/// What both tenants list.
pub(super) struct Tenants<'a> {
    study: &'a Study,
    pub(super) list: &'a Operation,
    pub(super) lists: &'a Lists,
    model: &'a Model,
    ours: &'a Reference,
    theirs: &'a Reference,
    /// Whether the second tenant is looked at as the own one.
    mirrored: bool,
}

impl<'a> Tenants<'a> {
    /// The tenants by a list; `None` where it has no model.
    pub(super) fn of_list(study: &'a Study, list: &'a Operation) -> Option<Self> {
        let (lists, model) = (list.clause.lists.as_ref()?, study.model(&list.id)?);
        let reference = |access| study.reference_of(&list.id, access);
        let (ours, theirs) = (reference(crate::case::Access::Own), reference(crate::case::Access::Second));
        Some(Self { study, list, lists, model, ours, theirs, mirrored: false })
    }

    /// The same with the tenants' parts exchanged.
    pub(super) fn mirrored(&self) -> Self {
        Self { ours: self.theirs, theirs: self.ours, mirrored: !self.mirrored, ..*self }
    }

    /// The tenants by the list that shows what a reader reads.
    pub(super) fn of(study: &'a Study, reader: &Reader<'a>) -> Option<Self> {
        Self::of_list(study, reader.list(study)?.0)
    }

    /// Where the records of the list show what a way of reading goes by.
    fn pointer<'k>(&'k self, reader: &Reader<'_>, by: &'k ReadKey) -> &'k str {
        if reader.is_own_key(self.study, by) { &self.model.key } else { &by.key }
    }

    /// Whether a key that goes into the slot of a way of reading is one that the second tenant lists, and the own one does
    /// not.
    pub(super) fn is_foreign(&self, reader: &Reader<'_>, by: &ReadKey, text: &str) -> bool {
        let mut ways = reader.reads.by.iter().filter(|way| way.slot == by.slot);
        self.is_listed_by_them(reader, by, text)
            && !ways.any(|way| self.holds(self.ours, self.pointer(reader, way), text))
    }

    /// Whether a key that goes into the slot of a way of reading is one that the second tenant lists.
    pub(super) fn is_listed_by_them(&self, reader: &Reader<'_>, by: &ReadKey, text: &str) -> bool {
        let mut ways = reader.reads.by.iter().filter(|way| way.slot == by.slot);
        ways.any(|way| self.holds(self.theirs, self.pointer(reader, way), text))
    }

    /// A key by which the second tenant's records are read, whoever else has it.
    pub(super) fn their_key(&self, reader: &Reader<'_>, by: &ReadKey) -> Option<Value> {
        self.values(self.pointer(reader, by), &|_| true).into_iter().next()
    }

    /// Whether a value of a field is one that the second tenant lists, and the own one does not.
    pub(super) fn is_foreign_value(&self, field: &str, text: &str) -> bool {
        self.holds(self.theirs, field, text) && !self.holds(self.ours, field, text)
    }

    /// Keys by which the second tenant's records alone are read.
    pub(super) fn foreign_keys(&self, reader: &Reader<'_>, by: &ReadKey) -> Vec<Value> {
        self.values(self.pointer(reader, by), &|text| self.is_foreign(reader, by, text))
    }

    /// Values of a field that the second tenant's records alone have.
    pub(super) fn foreign_values(&self, field: &str) -> Vec<Value> {
        self.values(field, &|text| self.is_foreign_value(field, text))
    }

    /// Values of a field of the second tenant's records, of those that were kept in full if there are any; those that no
    /// encoding spoils, as far as there are any.
    fn values(&self, field: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<Value> {
        let usable = |value: &Value| {
            key_text(value)
                .is_some_and(|text| !text.trim().is_empty() && !matches!(&*text, "." | "..") && wanted(&text))
        };
        let kept = self.theirs.samples.iter().filter_map(|(_, record)| node(record, field)).cloned();
        let mut found: Vec<Value> = kept.filter(usable).collect();
        if found.is_empty() {
            let index = self.model.field(field);
            let held = self.theirs.rows.iter().filter_map(|row| match index.and_then(|index| row.traits.get(index)) {
                Some(Trait::Text(text, _)) => Some(Value::from(&**text)),
                Some(Trait::Number(number)) => Some(number_value(*number)),
                _ if field == self.model.key => row.key.as_deref().map(Value::from),
                _ => None,
            });
            found = held.take(MOST_ROWS).filter(usable).collect();
        }
        found.dedup();
        let is_plain = |value: &Value| key_text(value).is_some_and(|text| is_plain_key(&text));
        if found.iter().any(is_plain) {
            found.retain(is_plain);
        }
        found
    }

    /// Whether some record of a list has a value in a field, as far as it was kept.
    fn holds(&self, reference: &Reference, field: &str, text: &str) -> bool {
        if field == self.model.key {
            return reference.get(text).is_some();
        }
        match self.model.field(field) {
            Some(index) => reference.rows.iter().any(|row| shows(row, index, text)),
            None => {
                let held = |record: &Value| node(record, field).and_then(key_text).is_some_and(|held| *held == *text);
                reference.samples.iter().any(|(_, record)| held(record))
            }
        }
    }

    /// Whose a record is that was shown; `is_theirs` says that the second tenant is shown just the same.
    pub(super) fn whose(&self, record: &Value, key: &str, is_theirs: bool) -> Whose {
        if let Some(whose) = self.by_field(record) {
            return whose;
        }
        match (self.ours.get(key), self.theirs.get(key)) {
            // Of two records under one key it is the one that its owner is shown.
            (Some(ours), Some(theirs)) if is_theirs && ours.print != theirs.print => Whose::Theirs,
            (Some(_), _) => Whose::Ours,
            _ if is_theirs || self.is_named_theirs(key) || (self.theirs.get(key).is_some() && self.is_whole()) => {
                Whose::Theirs
            }
            _ => Whose::Untold,
        }
    }

    /// Whether the user says that a key is the second tenant's.
    fn is_named_theirs(&self, key: &str) -> bool {
        let named = self.study.means.second_known_ids.get(&self.lists.resource);
        !self.mirrored && named.is_some_and(|keys| keys.iter().any(|known| known == key))
    }

    /// Whether a record is just as the second tenant lists it.
    pub(super) fn is_as_they_list(&self, record: &Value, key: &str) -> bool {
        self.theirs.get(key).is_some_and(|row| row.print == self.model.row(record, false).print)
    }

    /// Whose a record is by the field that shows the tenant, where that tells the two apart.
    fn by_field(&self, record: &Value) -> Option<Whose> {
        let tenancy = self.study.contract.root.tenancy.as_ref()?;
        let field = tenancy.field.as_deref()?;
        let shown = record.pointer(field).and_then(key_text)?;
        let means = &self.study.means;
        let index = self.model.field(field);
        let is_of = |reference: &Reference, sent: &Option<String>| {
            let echoes = tenancy.echo.is_some() && sent.as_deref() == Some(&*shown);
            echoes || index.is_some_and(|index| reference.rows.iter().any(|row| shows(row, index, &shown)))
        };
        let (mine, yours) = match self.mirrored {
            false => (&means.tenant, &means.second_tenant),
            true => (&means.second_tenant, &means.tenant),
        };
        match (is_of(self.ours, mine), is_of(self.theirs, yours)) {
            (true, false) => Some(Whose::Ours),
            (false, true) => Some(Whose::Theirs),
            _ => None,
        }
    }

    /// Whether the own list is known in full: no filter hides records of it, and no walk broke off.
    fn is_whole(&self) -> bool {
        let hides = self.lists.filters.values().any(|filter| filter.absent.is_some());
        let walks = self.study.walks(&self.list.id).map(|(_, walk)| walk).filter(|walk| walk.walk.query.is_plain());
        let totals = walks.flat_map(|walk| (0..walk.pages.len()).filter_map(|page| walk.facts(page)?.total.number()));
        #[expect(clippy::cast_precision_loss, reason = "records are far below 2^52")]
        let known = self.ours.rows.len() as f64;
        self.ours.complete && !self.ours.capped && !self.mirrored && !hides && totals.fold(0.0, f64::max) <= known
    }
}

/// Whether a row has a text, or a number written so, in a field of the model.
fn shows(row: &Row, index: usize, text: &str) -> bool {
    match row.traits.get(index) {
        Some(Trait::Number(number)) => key_text(&number_value(*number)).is_some_and(|held| *held == *text),
        Some(held) => held.is_text(text),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::case::{Access, Case, Walk};
    use crate::checks::reading::readers;
    use crate::contract::Contract;
    use crate::study::{End, Means, Seen, WalkSeen};

    /// A study in which both tenants list records by FlexPrice's first list.
    fn study(ours: &[Value], theirs: &[Value]) -> Study {
        let contract = Arc::new(Contract::shipped("flexprice").expect("is shipped"));
        let mut study = Study::new(contract, Means { has_second: true, ..Means::default() });
        for (access, records) in [(Access::Own, ours), (Access::Second, theirs)] {
            let (list, lists) = study.list_of("customer").expect("a list");
            let walk = Walk { pages: None, ..study.walk_of(list, lists, access) };
            let model = study.model(&list.id).expect("a model");
            let seen = WalkSeen {
                rows: records.iter().map(|record| Arc::new(model.row(record, true))).collect(),
                samples: records.iter().cloned().map(Arc::new).enumerate().collect(),
                walk: walk.clone(),
                answers: Vec::new(),
                pages: Vec::new(),
                echoes: 0,
                starts: Vec::new(),
                end: End::Finished,
                beyond: Vec::new(),
                went_beyond: false,
                misfits: Vec::new(),
                fits_judged: 0,
                expansions: Vec::new(),
                expansions_judged: std::collections::BTreeMap::new(),
            };
            study.add(Case::Walk(walk), Seen::Walk(Box::new(seen)));
        }
        study
    }

    fn record(id: &str, tenant: &str, alias: &str) -> Value {
        json!({"id": id, "tenant_id": tenant, "external_id": alias, "name": id})
    }

    #[test]
    fn keys_are_foreign_by_the_difference_of_both_lists() {
        let ours = [record("a", "t1", "K-1"), record("b", "t1", "K-2")];
        let theirs = [record("c", "t2", "K-1"), record("d", "t2", "K-9")];
        let study = study(&ours, &theirs);
        for reader in readers(&study) {
            let tenants = Tenants::of(&study, &reader).expect("a list");
            for by in &reader.reads.by {
                let keys = tenants.foreign_keys(&reader, by);
                let wanted = if by.key == "/id" { vec![json!("c"), json!("d")] } else { vec![json!("K-9")] };
                assert_eq!(keys, wanted, "by {}", by.key);
                assert!(!tenants.is_foreign(&reader, by, "K-1") && tenants.their_key(&reader, by).is_some());
            }
        }
    }

    #[test]
    fn what_a_record_shows_of_its_tenant_comes_first() {
        let study = study(&[record("1", "t1", "x")], &[record("2", "t2", "y")]);
        let (list, _) = study.list_of("customer").expect("a list");
        let tenants = Tenants::of_list(&study, list).expect("a model");
        assert_eq!(tenants.whose(&record("2", "t1", "y"), "2", true), Whose::Ours, "per-tenant keys: the own one's");
        assert_eq!(tenants.whose(&record("1", "t2", "x"), "1", false), Whose::Theirs);
        let bare = |id: &str| json!({"id": id, "name": id});
        assert_eq!(tenants.whose(&bare("1"), "1", false), Whose::Ours);
        assert_eq!(tenants.whose(&bare("2"), "2", false), Whose::Untold, "a filter may hide an own record of this key");
        assert_eq!(
            tenants.mirrored().whose(&bare("1"), "1", true),
            Whose::Theirs,
            "to the second tenant it is foreign"
        );
        assert_eq!(tenants.whose(&bare("3"), "3", true), Whose::Theirs, "its owner is shown the same");
        assert_eq!(tenants.whose(&bare("3"), "3", false), Whose::Untold);
    }
}
