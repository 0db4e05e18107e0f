//! Lists: what was asked for, what matches, the page of it.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use super::{Call, Server, spoil};
use crate::contract::semantics::{Counted, Lists};
use crate::mock::ask::{Ask, Reader, Refused};
use crate::mock::exchange::{Answer, Inputs};
use crate::mock::hook::Hook;

impl Server {
    pub(super) fn list(
        &self,
        call: &Call<'_>,
        lists: &Lists,
        inputs: &mut Inputs,
        tenant: usize,
    ) -> Result<Answer, Refused> {
        let route = &self.blueprint.routes[call.index];
        let neglects = |duty| self.neglects(duty, Some(call.operation));
        let reader = Reader {
            contract: self.contract(),
            operation: call.operation,
            route,
            lists,
            habits: &self.habits,
            neglects: &neglects,
        };
        let asked = reader.read(inputs, tenant)?;
        if reader.is_made_up(&asked, call.population.table(&lists.resource, tenant)) {
            return Err(Refused::Invalid("this token is not one of ours".to_owned()));
        }
        let expands = self.expansions(call.operation, inputs)?;
        let asked = Ask { expands, ..asked };
        self.successes.fetch_add(1, Relaxed);
        let mut ask = asked.clone();
        let mut scene = self.scene(call, Some(&asked), tenant);
        spoil!(self, &scene, Ask(&mut ask));
        let mut matching = self.matching(call, &reader, &ask);
        spoil!(self, &scene, Matching(Arc::make_mut(&mut matching)));
        let all = || self.in_order(call, &lists.resource, ask.tenant, &ask.order);
        let mut page = reader.cut_first(&ask, all).unwrap_or_else(|| reader.cut(&ask, &matching));
        if lists.page.total.as_ref().is_some_and(|total| total.of == Counted::Collection) {
            page.total = i64::try_from(self.collection(call, &reader, &asked)?).unwrap_or(i64::MAX);
        }
        scene.at = (page.start, matching.len());
        spoil!(self, &scene, Page(&matching, &mut page));
        if let Some(refused) = reader.past_end(&ask, &page, matching.len()) {
            return Err(refused);
        }
        let mut answer = Answer::json(200, &route.media, "");
        let envelope = reader.envelope(&page, call.incoming, inputs, &mut answer);
        self.write(&scene, envelope, &lists.items, &page.rows, &ask.expands, &mut answer);
        Ok(answer)
    }

    /// Records that the list shows without any filter.
    fn collection(&self, call: &Call<'_>, reader: &Reader<'_>, asked: &Ask) -> Result<usize, Refused> {
        let mut plain = Ask { tenant: asked.tenant, ..Ask::default() };
        reader.filters(&Inputs::default(), &mut plain)?;
        Ok(self.matching(call, reader, &plain).len())
    }
}
