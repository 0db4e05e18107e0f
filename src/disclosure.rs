//! What reports may show of what happened: no secret anywhere, and nothing that belongs to people unless it is asked for.
//!
//! Events pass here on their way to the reports, which see nothing else.

use std::borrow::Cow;

use serde_json::Value;

use crate::event::{Event, Outcome};
use crate::excerpt;
use crate::finding::{Exhibit, Finding};
use crate::mask::{Masker, redact_credentials, redact_emails, redact_personal};

impl Masker {
    /// An event as reports may see it: no secret anywhere, and no personal data unless values are to be shown.
    #[must_use]
    pub fn event(&self, event: &Event, show_values: bool) -> Event {
        let mut event = self.without_secrets(event);
        redact_set_up(&mut event);
        if let Event::Found(finding) = &mut event {
            bound(finding);
        }
        if !show_values {
            withhold(&mut event);
        }
        event
    }

    fn without_secrets(&self, event: &Event) -> Event {
        if self.is_empty() || matches!(event, Event::Exchanged(_)) {
            return event.clone();
        }
        let mut value = serde_json::to_value(event).expect("an event is plain data");
        self.mask_value(&mut value);
        serde_json::from_value(value).expect("masking changes free texts only")
    }

    /// Masks every text of a value but those that only the gate itself writes.
    fn mask_value(&self, value: &mut Value) {
        const OURS: [&str; 11] = [
            "event",
            "outcome",
            "level",
            "kind",
            "family",
            "check",
            "id",
            "verdict",
            "fingerprint",
            "hash",
            "stability",
        ];
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.mask(text) {
                    *text = masked;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_value(item)),
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    if !(OURS.contains(&key.as_str()) && member.is_string()) {
                        self.mask_value(member);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Cuts what is shown of bodies to its length, now that nothing can be cut in half any more that had to be masked.
fn bound(finding: &mut Finding) {
    let bodies = finding.exchanges.iter_mut().filter_map(|exchange| exchange.response.as_mut()?.shown_body.as_mut());
    for text in bodies.chain(&mut finding.shown_value) {
        *text = excerpt::bounded(text);
    }
}

/// Takes credentials out of what the user typed: no masker knows them if they were never meant as such.
fn redact_set_up(event: &mut Event) {
    let texts: Vec<&mut String> = match event {
        Event::RunStarted(started) => vec![&mut started.repeat],
        Event::ContractStarted(started) => vec![&mut started.target],
        Event::ContractFinished(finished) => finished.aborted.iter_mut().map(|aborted| &mut aborted.message).collect(),
        _ => return,
    };
    for text in texts {
        if let Cow::Owned(clean) = redact_credentials(text) {
            *text = clean;
        }
    }
}

/// Takes what belongs to people out of the free texts of an event.
fn withhold(event: &mut Event) {
    let personal = |text: &mut String| {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    };
    match event {
        Event::Found(finding) => withhold_finding(finding),
        Event::Judged(judged) => match &mut judged.outcome {
            Outcome::Inconclusive { reason, .. } | Outcome::NotApplicable { reason } => personal(reason),
            _ => {}
        },
        Event::ContractFinished(finished) => {
            finished.remarks.iter_mut().for_each(personal);
            if let Some(aborted) = &mut finished.aborted {
                personal(&mut aborted.message);
            }
        }
        _ => {}
    }
}

fn withhold_finding(finding: &mut Finding) {
    finding.shown_value = None;
    for exchange in &mut finding.exchanges {
        withhold_exchange(exchange);
    }
    let texts = [&mut finding.title, &mut finding.expected, &mut finding.actual];
    for text in texts.into_iter().chain(finding.facts.values_mut()).chain(&mut finding.witness) {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    }
    // A curl line must still reach the record that it is about, so numbers stay.
    for text in finding.curl.iter_mut().chain(&mut finding.pointer) {
        if let Cow::Owned(clean) = redact_emails(text) {
            *text = clean;
        }
    }
}

fn withhold_exchange(exchange: &mut Exhibit) {
    exchange.withhold();
    let request = &mut exchange.request;
    // As in a curl line: the request must still reach its record.
    for text in request.headers.iter_mut().chain(&mut request.body).chain([&mut request.url]) {
        if let Cow::Owned(clean) = redact_emails(text) {
            *text = clean;
        }
    }
    let (headers, body) = match &mut exchange.response {
        Some(response) => (response.headers.as_mut_slice(), response.body.as_mut()),
        None => (&mut [][..], None),
    };
    for text in headers.iter_mut().chain(body).chain(&mut exchange.failure) {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    }
}
