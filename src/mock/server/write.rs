//! Records into bodies, bodies into answers.

use std::sync::Arc;

use serde_json::Value;

use super::Server;
use crate::mock::exchange::{Answer, set_at};
use crate::mock::expand;
use crate::mock::hook::{Hook, Scene};
use crate::mock::population::Row;

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
        let touched = self.live.iter().any(|live| matches!(live.hook, Hook::Record(_) | Hook::Body(_)));
        if touched || !expands.is_empty() {
            let mut records: Vec<Value> = rows.iter().map(|row| self.record(scene, row, expands)).collect();
            let shown = if single { records.pop().unwrap_or(Value::Null) } else { Value::Array(records) };
            set_at(&mut body, place, shown);
            for live in &self.live {
                if let Hook::Body(spoil) = live.hook
                    && live.when.holds(scene)
                {
                    spoil(scene, &mut body);
                }
            }
            answer.body = body.to_string().into();
        } else if single && place.is_empty() {
            answer.body = rows.first().map(|row| row.json.as_bytes().to_vec()).unwrap_or_default().into();
        } else {
            let joined = rows.iter().map(|row| row.json.as_ref()).collect::<Vec<_>>().join(",");
            set_at(&mut body, place, Value::from(HOLE));
            let text = body.to_string();
            let hole = Value::from(HOLE).to_string();
            let shown = if single { joined } else { format!("[{joined}]") };
            answer.body = text.replacen(&hole, &shown, 1).into();
        }
        for live in &self.live {
            if let Hook::Success(spoil) = live.hook
                && live.when.holds(scene)
            {
                spoil(scene, answer);
            }
        }
    }

    fn record(&self, scene: &Scene<'_>, row: &Row, expands: &[usize]) -> Value {
        let mut record = row.value.clone();
        for index in expands {
            if let Some(clause) = scene.operation.clause.expands.get(*index) {
                expand::add(scene, clause, &mut record);
            }
        }
        let scene = Scene { key: &row.key, expands, ..*scene };
        for live in &self.live {
            if let Hook::Record(spoil) = live.hook
                && live.when.holds(&scene)
            {
                spoil(&scene, &mut record);
            }
        }
        record
    }
}
