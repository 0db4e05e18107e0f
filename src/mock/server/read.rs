//! One record by its key.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use serde_json::Value;

use super::{Call, Server};
use crate::contract::semantics::Reads;
use crate::document::{node, text_of};
use crate::mock::ask::Refused;
use crate::mock::exchange::{Answer, Inputs};
use crate::mock::hook::{Neglect, Scene};
use crate::mock::inputs::judge_inputs;
use crate::mock::population::Row;

impl Server {
    pub(super) fn read(
        &self,
        call: &Call<'_>,
        reads: &Reads,
        inputs: &mut Inputs,
        tenant: usize,
    ) -> Result<Answer, Refused> {
        judge_inputs(call.operation, &self.blueprint.routes[call.index], inputs, &|slot, value| {
            self.forgiven_expansion(call.operation, slot, value)
        })?;
        let expands = self.expansions(call.operation, inputs)?;
        let (row, by) = self.look_up(call, reads, inputs, tenant)?;
        self.successes.fetch_add(1, Relaxed);
        let scene = Scene { by: &by, ..self.scene(call, None, tenant) };
        let mut answer = Answer::json(200, &self.blueprint.routes[call.index].media, "");
        let wrapping = self.blueprint.routes[call.index].envelope.clone();
        self.write(&scene, wrapping, &reads.item, &[row], &expands, &mut answer);
        Ok(answer)
    }

    fn look_up(
        &self,
        call: &Call<'_>,
        reads: &Reads,
        inputs: &Inputs,
        tenant: usize,
    ) -> Result<(Arc<Row>, String), Refused> {
        let find = |tenant: usize| {
            let table = call.population.table(&reads.resource, tenant);
            reads.by.iter().find_map(|by| {
                let wanted = inputs.text(&by.slot)?;
                let is_wanted = |key: &Value| key.as_str().map_or_else(|| text_of(key) == wanted, |key| key == wanted);
                let row = table.iter().find(|row| node(&row.value, &by.key).is_some_and(is_wanted))?;
                Some((Arc::clone(row), by.key.clone()))
            })
        };
        if let Some(found) = find(tenant) {
            return Ok(found);
        }
        if let Some(found) = self.find_nearly(call, reads, inputs, tenant) {
            return Ok(found);
        }
        let elsewhere = (0..call.population.tenants.len()).filter(|other| *other != tenant).find_map(find);
        match elsewhere {
            Some(found) if self.neglects(Neglect::ForeignRecords, Some(call.operation)) => Ok(found),
            Some(_) => Err(Refused::Foreign),
            None => Err(Refused::NotFound),
        }
    }
}
