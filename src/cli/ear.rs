//! From the engine to the reports: what it tells is named, waived and counted on the way.

use std::sync::{Arc, Mutex};

use super::job::{Job, lock};
use super::subject::{REPEAT, Subject};
use crate::event::{Event, Outcome};
use crate::finding::Finding;
use crate::report::Fanout;
use crate::waiver::Waivers;

/// Listens to the engine on behalf of one subject: names, waivers, reports.
pub(super) struct Ear<'a> {
    subject: &'a Subject,
    fanout: Arc<Mutex<Option<Fanout>>>,
    waivers: Arc<Mutex<Waivers>>,
    heard: Heard,
}

/// What counts of what was heard.
#[derive(Default)]
pub(super) struct Heard {
    pub(super) findings: Vec<Finding>,
    pub(super) inconclusive: bool,
}

impl<'a> Ear<'a> {
    pub(super) fn new(job: &Job, subject: &'a Subject) -> Self {
        Self { subject, fanout: Arc::clone(&job.fanout), waivers: Arc::clone(&job.waivers), heard: Heard::default() }
    }

    pub(super) fn heard(self) -> Heard {
        self.heard
    }

    pub(super) fn hear(&mut self, mut event: Event) {
        dress(&mut event, self.subject);
        match &mut event {
            Event::Found(finding) => {
                lock(&self.waivers).apply(finding);
                self.heard.findings.push((**finding).clone());
            }
            Event::Judged(judged) => {
                self.heard.inconclusive |= matches!(judged.outcome, Outcome::Inconclusive { .. });
                lock(&self.waivers).judged(judged);
            }
            Event::ContractFinished(finished) => {
                let shown = self.heard.findings.iter().any(|finding| !finding.curl.is_empty());
                let line = self.subject.repeat.as_ref().filter(|_| shown);
                let remark = line.map(|line| format!("for the curl lines, start the server again: {line}"));
                finished.remarks.extend(remark);
            }
            _ => {}
        }
        if let Some(fanout) = lock(&self.fanout).as_mut() {
            fanout.event(&event);
        }
    }
}

/// Gives an event the target's name, and curl lines an address that can be served again.
fn dress(event: &mut Event, subject: &Subject) {
    if subject.configured.is_some() {
        rename(event, &subject.name);
    }
    if let (Event::Found(finding), Some(_)) = (event, &subject.repeat) {
        let server = subject.base_url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
        let requests = finding.exchanges.iter_mut().map(|exchange| &mut exchange.request.url);
        for text in finding.curl.iter_mut().chain(requests) {
            *text = text.replace(&format!("://{server}"), &format!("://{REPEAT}"));
        }
    }
}

/// Two targets of one contract are told apart by their names.
fn rename(event: &mut Event, name: &str) {
    match event {
        Event::ContractStarted(started) => name.clone_into(&mut started.contract),
        Event::Judged(judged) => name.clone_into(&mut judged.contract),
        Event::Found(finding) => finding.contract = Some(name.to_owned()),
        Event::ContractFinished(finished) => name.clone_into(&mut finished.contract),
        _ => {}
    }
}
