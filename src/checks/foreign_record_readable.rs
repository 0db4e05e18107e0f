//! See the explanation on [`CHECK`].

use serde_json::Value;

use super::reading::Reader;
use super::tenants::{Tenants, Whose};
use super::{Blame, Ruling, Verdict, access, not_applicable, reading};
use crate::case::{Access, Call, Case};
use crate::contract::Operation;
use crate::contract::semantics::ReadKey;
use crate::finding::Level;
use crate::study::row::key_text;
use crate::study::{Observation, Study};

check! {
    /// A record of another tenant can be read by its key.
    ///
    /// ## Why it matters
    /// Keys leak through links, logs and guesses; the tenant check is what stands behind them.
    ///
    /// ## Example
    /// `GET /v1/customers/{id of tenant B}` with tenant A's credential is answered with 200.
    ///
    /// ## Source
    /// `tenancy` and `refusals.foreign`. Keys may be given out per tenant: whose record was shown is told by the field that
    /// shows the tenant, else by what both tenants list and by what its owner reads.
    id: "foreign-record-readable", family: Access, level: Deny, proof: Credential,
    faults: ["foreign-record-readable", "foreign-record-readable-by-other-key", "tenant-not-enforced-on-get", "record-cached-between-tenants", "foreign-record-bad-request"],
    plan: plan, judge: judge,
}

/// Most records of the second tenant asked for by each key.
const MOST: usize = 2;

fn plan(study: &Study) -> Vec<Case> {
    let mut cases = Vec::new();
    for reader in reading::readers(study).filter(|_| study.means.has_second) {
        let operation = reader.operation;
        for by in &reader.reads.by {
            for (key, asks) in asked(study, &reader, by) {
                let call = Call::new(&operation.id).with(&by.slot, key.clone());
                // Its owner reads it first: what a cache keeps of that must not be shown to others.
                let first = reading::second_call(operation, by, key);
                if !study.has(&first) {
                    cases.push(first);
                    continue;
                }
                cases.extend(asks.iter().map(|access| Case::Call(call.clone().access(*access))));
            }
        }
    }
    cases
}

/// Keys of the second tenant, and with which access they are asked for. Where every key is one of both tenants, it still
/// tells who may ask for theirs, and whether what its owner read comes back; then the second tenant asks for one that is
/// the own tenant's alone.
fn asked(study: &Study, reader: &Reader<'_>, by: &ReadKey) -> Vec<(Value, &'static [Access])> {
    let crosses = access::crosses(study);
    let keys = foreign_keys(study, reader, by);
    let asks: &[Access] = if crosses { &[Access::Own, Access::OwnInSecond] } else { &[Access::Own] };
    let tenants = Tenants::of(study, reader).filter(|_| keys.is_empty());
    let shared = tenants.as_ref().and_then(|tenants| tenants.their_key(reader, by));
    let ours =
        tenants.filter(|_| shared.is_some()).and_then(|tenants| tenants.mirrored().foreign_keys(reader, by).pop());
    let ours = ours.map(|key| (key, &[][..]));
    keys.into_iter().chain(shared).map(|key| (key, asks)).chain(ours).collect()
}

/// Values of a key by which the second tenant's records are read: the first and the last that are its alone. Those that
/// the user named stand in for a list.
fn foreign_keys(study: &Study, reader: &Reader<'_>, by: &ReadKey) -> Vec<Value> {
    let mut keys = Tenants::of(study, reader).map(|tenants| tenants.foreign_keys(reader, by)).unwrap_or_default();
    if keys.len() > MOST {
        keys.drain(MOST / 2..keys.len() - MOST / 2);
    }
    let first = reader.reads.by.first() == Some(by);
    keys.extend(named(study, reader).filter(|_| first).map(Value::from));
    keys
}

/// Keys of the second tenant's records that the user named.
fn named<'a>(study: &'a Study, reader: &Reader<'_>) -> impl Iterator<Item = &'a str> {
    study.means.second_known_ids.get(&reader.reads.resource).into_iter().flatten().map(String::as_str)
}

fn judge(study: &Study, operation: &Operation) -> Verdict {
    let Some(reads) = &operation.clause.reads else { return not_applicable("the operation reads no single record") };
    if !study.means.has_second && !access::has_tenants(study, operation) {
        return not_applicable("the contract knows neither tenants nor credentials");
    }
    if !study.means.has_second {
        return access::no_second(study);
    }
    let reader = Reader { operation, reads };
    let tenants = Tenants::of(study, &reader);
    let mut ruling = Ruling::default();
    let mut shown = Vec::new();
    for access in [Access::Own, Access::OwnInSecond, Access::Second] {
        for answer in access::answers(study, operation, access) {
            let key = reads.by.iter().find_map(|by| Some((by, answer.call.value(&by.slot).and_then(key_text)?)));
            let Some((by, text)) = key else { continue };
            let is_named = named(study, &reader).any(|key| *key == *text);
            let asked = Asked { study, reader: &reader, tenants: tenants.as_ref(), answer };
            match &tenants {
                Some(tenants) if access == Access::Second => asked.judge_seconds(tenants, (by, &text), &mut ruling),
                _ if access == Access::Second => {}
                Some(tenants) if !is_named && !tenants.is_listed_by_them(&reader, by, &text) => {}
                Some(tenants) if !is_named && access == Access::Own && !tenants.is_foreign(&reader, by, &text) => {
                    shown.extend(asked.judge_shared(&mut ruling));
                }
                None if !is_named => {}
                _ => shown.extend(asked.judge(&mut ruling)),
            }
        }
    }
    if shown.contains(&Whose::Untold) {
        return ruling.or_inconclusive(
            "a record was shown under a key that the second tenant lists, and nothing tells whose it is: the own list is \
             not known in full",
            "name the field that shows the tenant in `tenancy.field`, or see the findings on paging",
        );
    }
    if shown.contains(&Whose::Ours) {
        return ruling.or_inconclusive(
            "each key of the second tenant that was tried is one of the own tenant's as well",
            "give access to a second tenant that has records of its own",
        );
    }
    access::or_no_second_record(study, tenants.map(|tenants| tenants.list), ruling)
}

/// An answer to a key of another tenant.
struct Asked<'a> {
    study: &'a Study,
    reader: &'a Reader<'a>,
    tenants: Option<&'a Tenants<'a>>,
    answer: &'a Observation,
}

impl Asked<'_> {
    /// The record that is shown, with its key.
    fn shown(&self) -> Option<(&Value, Box<str>)> {
        let body = self.answer.json.as_ref().filter(|_| self.answer.is_success())?;
        let record = self.reader.reads.record(body);
        Some((record, record.pointer(&self.reader.resource(self.study)?.key).and_then(key_text)?))
    }

    /// Judges an answer to a key that is the second tenant's. Gives whose record it shows, where that is no fault.
    fn judge(&self, ruling: &mut Ruling) -> Option<Whose> {
        let (study, answer) = (self.study, self.answer);
        let refusals = &study.contract.root.refusals;
        let clause = refusals.foreign.as_ref();
        let status = answer.status.filter(|status| *status < 500 && answer.failure.is_none())?;
        let crossing = answer.call.access == Access::OwnInSecond;
        let shown = self.shown();
        // A success that shows no record is another fault.
        let readable = shown.is_some();
        if let Some((record, key)) = shown {
            let whose = self.whose(self.tenants, Access::Second, (record, &key));
            if whose != Whose::Theirs {
                return Some(whose);
            }
        }
        ruling.evidence.answers += 1;
        let barred = crossing && refusals.no_tenant.as_ref().is_some_and(|refusal| refusal.accepts(status));
        if !readable && (barred || access::is_refusal(clause, status)) {
            return None;
        }
        // A reader that treats every unknown key so does it out of another fault.
        let alike = |probe: &Observation| !readable && probe.status == Some(status);
        if (!crossing || answer.is_success())
            && reading::answers_to_unknown(study, self.reader.reads, &answer.call.operation).any(alike)
        {
            return None;
        }
        let (title, mark) = match (readable, crossing) {
            (true, true) => ("the own credential reads another tenant's record", "crossed"),
            (true, false) => ("another tenant's record can be read", "read"),
            (false, _) => ("another tenant's record is not refused as documented", "status"),
        };
        ruling.blames.push(self.blame(title, mark, Access::Second));
        None
    }

    /// Judges an own answer to a key that both tenants have: what its owner read must not come back.
    fn judge_shared(&self, ruling: &mut Ruling) -> Option<Whose> {
        let (record, key) = self.shown()?;
        owners_reading(self.study, self.answer, Access::Second)?;
        ruling.evidence.answers += 1;
        let whose = self.whose(self.tenants, Access::Second, (record, &key));
        if whose == Whose::Theirs {
            ruling.blames.push(self.blame(
                "another tenant's record is shown under a key of both",
                "shared",
                Access::Second,
            ));
        }
        None
    }

    /// Judges what the second tenant is shown: under a key of the own tenant alone, or under one of both.
    fn judge_seconds(&self, tenants: &Tenants<'_>, (by, text): (&ReadKey, &str), ruling: &mut Ruling) {
        let mirrored = tenants.mirrored();
        let foreign = mirrored.is_foreign(self.reader, by, text);
        if !foreign && !mirrored.is_listed_by_them(self.reader, by, text) {
            return;
        }
        let is_leak = self
            .shown()
            .is_some_and(|(record, key)| self.whose(Some(&mirrored), Access::Own, (record, &key)) == Whose::Theirs);
        let refused = self.answer.status.is_some_and(|status| (400..500).contains(&status));
        ruling.evidence.answers += u64::from(is_leak || (foreign && refused));
        if is_leak {
            ruling.blames.push(self.blame("the second tenant reads the own tenant's record", "second", Access::Own));
        }
    }

    /// Whose a record is that was shown; `owner` is who reads it as its own.
    fn whose(&self, tenants: Option<&Tenants<'_>>, owner: Access, (record, key): (&Value, &str)) -> Whose {
        let owners = owners_reading(self.study, self.answer, owner).and_then(|(_, owners)| owners.json.as_ref());
        let is_theirs = owners.map(|body| self.reader.reads.record(body)).is_some_and(|theirs| {
            let shape = reading::record_shape(&self.study.contract, self.reader);
            theirs.is_object() && reading::differences(&self.study.contract, shape, theirs, record, &[]).is_empty()
        });
        match tenants {
            Some(tenants) => tenants.whose(record, key, is_theirs),
            None if is_theirs => Whose::Theirs,
            None => Whose::Untold,
        }
    }

    /// What is wrong; which keys are whose is known from the lists of both tenants, and whose a record is from what its
    /// owner is shown.
    fn blame(&self, title: &str, mark: &str, owner: Access) -> Blame {
        let (study, clause) = (self.study, self.study.contract.root.refusals.foreign.as_ref());
        let about = clause.map(|refusal| refusal.about.clone()).unwrap_or_default();
        let status = self.answer.status.unwrap_or_default();
        let expected = if mark == "shared" { "the own record".to_owned() } else { access::refusal_words(clause) };
        let mut blame = Blame::of_answer(title, self.answer)
            .compare(expected, format!("status {status}"))
            .by(&study.contract, "/x-contract/refusals/foreign")
            .under(study, &about, Level::Deny)
            .mark(mark);
        let walks = self.tenants.and_then(|tenants| {
            let walk = Case::Walk(study.reference_walk(tenants.list, tenants.lists));
            Some([Case::Walk(access::second_walk(study, tenants.list)?), walk])
        });
        let owners = owners_reading(study, self.answer, owner).map(|(case, _)| case.clone());
        blame.cases = walks.into_iter().flatten().chain(owners).chain(blame.cases).collect();
        blame
    }
}

/// What the owner was shown under the same key.
fn owners_reading<'a>(study: &'a Study, answer: &'a Observation, owner: Access) -> Option<(&'a Case, &'a Observation)> {
    let same = |call: &Call| call.access == owner && call.method.is_none() && call.values == answer.call.values;
    study.answers(&answer.call.operation).find(|(_, other)| same(&other.call) && other.is_success())
}
