//! Records into bodies, bodies into answers.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::{Server, spoil};
use crate::mock::exchange::{Answer, set_at};
use crate::mock::expand;
use crate::mock::hook::{Hook, Live, Scene};
use crate::mock::population::Row;

/// Pointer to the record in each item of a list and what stands around it, where something does.
fn item<'a>(scene: &Scene<'a>) -> Option<(&'a str, &'a Value)> {
    let lists = scene.operation.clause.lists.as_ref().filter(|lists| !lists.item.is_empty())?;
    Some((lists.item.as_str(), &scene.route.item))
}

fn wrapped((place, around): (&str, &Value), record: Value) -> Value {
    let mut item = around.clone();
    set_at(&mut item, place, record);
    item
}

/// Texts with something around each and commas between them, in a frame.
fn joined(head: [&str; 2], texts: &[Cow<'_, str>], around: (&str, &str), tail: [&str; 2]) -> String {
    let rest = head.iter().chain(&tail).map(|text| text.len()).sum::<usize>();
    let each = |text: &Cow<'_, str>| text.len() + around.0.len() + around.1.len() + 1;
    let mut whole = String::with_capacity(rest + texts.iter().map(each).sum::<usize>());
    whole.extend(head);
    for (index, text) in texts.iter().enumerate() {
        whole.extend([if index > 0 { "," } else { "" }, around.0, text, around.1]);
    }
    whole.extend(tail);
    whole
}

impl Server {
    /// Puts records into a body and the body into the answer; untouched records are copied as text. `place` is where
    /// the record of a reader, or the array of a list, stands.
    pub(super) fn write(
        &self,
        scene: &Scene<'_>,
        mut body: Value,
        place: &str,
        rows: &[Arc<Row>],
        expands: &[usize],
        answer: &mut Answer,
    ) {
        const HOLE: &str = "\u{1}records\u{1}";
        let single = scene.ask.is_none();
        let spoils = |live: &Live| matches!(live.hook, Hook::Body(_)) && live.when.holds(scene);
        if self.live.iter().any(spoils) {
            let mut records: Vec<Value> = rows.iter().map(|row| self.record(scene, row, expands)).collect();
            let shown = match (single, item(scene)) {
                (true, _) => records.pop().unwrap_or(Value::Null),
                (false, None) => Value::Array(records),
                (false, Some(item)) => records.into_iter().map(|record| wrapped(item, record)).collect(),
            };
            set_at(&mut body, place, shown);
            spoil!(self, scene, Body(&mut body));
            answer.body = body.to_string().into();
        } else if single && place.is_empty() {
            let text = rows.first().map(|row| self.text(scene, row, expands));
            answer.body = text.map(|text| text.as_bytes().to_vec()).unwrap_or_default().into();
        } else {
            let hole = Value::from(HOLE).to_string();
            let around = item(scene).map(|item| wrapped(item, Value::from(HOLE)).to_string());
            let around = around.as_deref().and_then(|text| text.split_once(hole.as_str())).unwrap_or_default();
            let shown: Vec<Cow<'_, str>> = rows.iter().map(|row| self.text(scene, row, expands)).collect();
            set_at(&mut body, place, Value::from(HOLE));
            let frame = body.to_string();
            let (head, tail) = frame.split_once(hole.as_str()).unwrap_or((frame.as_str(), ""));
            let brackets = if single { ("", "") } else { ("[", "]") };
            answer.body = joined([head, brackets.0], &shown, around, [brackets.1, tail]).into();
        }
        spoil!(self, scene, Success(answer));
    }

    /// A record as text: as it is kept, unless something is added to it or spoils it.
    fn text<'r>(&self, scene: &Scene<'_>, row: &'r Row, expands: &[usize]) -> Cow<'r, str> {
        let spoilt = Scene { key: &row.key, expands, ..*scene };
        let spoils = |live: &Live| matches!(live.hook, Hook::Record(_)) && live.when.holds(&spoilt);
        if expands.is_empty() && !self.live.iter().any(spoils) {
            return Cow::Borrowed(&row.json);
        }
        Cow::Owned(self.record(scene, row, expands).to_string())
    }

    fn record(&self, scene: &Scene<'_>, row: &Row, expands: &[usize]) -> Value {
        let mut record = row.value.clone();
        for index in expands {
            if let Some(clause) = scene.operation.clause.expands.get(*index) {
                expand::add(scene, clause, &mut record);
            }
        }
        let scene = Scene { key: &row.key, expands, ..*scene };
        spoil!(self, &scene, Record(&mut record));
        record
    }
}
