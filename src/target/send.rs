//! Sending, and what came of it: an answer, patience, or a failure.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};

use super::Target;
use super::coding::unpack;
use super::patience::patience;
use crate::case::Call;
use crate::contract::{Contract, Operation};
use crate::exchange::{Answer, Exchange, Failure, Sent};
use crate::recording::Crossed;

/// Answers of one operation that never came to their end, after which it is left alone.
const STRIKES: u32 = 4;

impl Target {
    /// Sends a call and records the exchange. A 429 or 503 that asks for patience is waited for and sent again.
    pub async fn send(&self, contract: &Contract, operation: &Operation, call: &Call) -> Exchange {
        let (request, sent) = match self.build(contract, operation, call) {
            Ok(built) => built,
            Err(why) => {
                let sent = Sent { method: operation.method.clone(), url: self.base.clone(), ..Sent::default() };
                return Exchange { sent, outcome: Err(Failure::Unsendable(why)), waited: Vec::new() };
            }
        };
        let mut waited = Vec::new();
        loop {
            if let Some(stop) = self.stop() {
                return Exchange { sent, outcome: Err(Failure::Stopped(stop)), waited };
            }
            if let Some(pace) = &self.pace {
                pace.until_ready().await;
            }
            let Some(copy) = request.try_clone() else {
                return Exchange { sent, outcome: Err(Failure::Unsendable("body".to_owned())), waited };
            };
            if self.is_given_up(&operation.id) {
                let why = format!("{} was left alone after {STRIKES} answers without an end", operation.endpoint());
                return Exchange { sent, outcome: Err(Failure::Unsendable(why)), waited };
            }
            self.sent.fetch_add(1, Ordering::Relaxed);
            let (at, clock) = (SystemTime::now(), Instant::now());
            let outcome = self.exchange(copy).await;
            if let Some(record) = &self.record {
                record(&Crossed { call, sent: &sent, outcome: &outcome, at, took: clock.elapsed() });
            }
            if matches!(&outcome, Err(Failure::Timeout { .. } | Failure::TooLarge { .. })) {
                *lock(&self.strikes).entry(operation.id.clone()).or_default() += 1;
            }
            let dead = matches!(&outcome, Err(Failure::Connect(_) | Failure::Timeout { status: None, .. }));
            if dead {
                self.silent.fetch_add(1, Ordering::Relaxed);
            } else {
                self.silent.store(0, Ordering::Relaxed);
            }
            let Some(wait) = outcome.as_ref().ok().and_then(|answer| patience(answer, waited.len(), &self.limits))
            else {
                return Exchange { sent, outcome, waited };
            };
            waited.push(outcome.map_or(0, |answer| answer.status));
            self.waited.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether an operation has cost enough time without an answer.
    fn is_given_up(&self, operation: &str) -> bool {
        lock(&self.strikes).get(operation).is_some_and(|strikes| *strikes >= STRIKES)
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Answer, Failure> {
        let mut status = None;
        let work = async {
            let mut response = self.client.execute(request).await.map_err(|error| classify(&error))?;
            let code = response.status().as_u16();
            status = Some(code);
            let headers = response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect();
            let mut body = BytesMut::new();
            loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => {
                        if body.len() + chunk.len() > self.limits.max_body {
                            return Err(Failure::TooLarge { status: code, limit: self.limits.max_body });
                        }
                        body.extend_from_slice(&chunk);
                    }
                    Ok(None) => {
                        let answer = Answer { status: code, headers, body: Bytes::from(body) };
                        return unpack(answer, self.limits.max_body);
                    }
                    Err(_) => return Err(Failure::Truncated { status: code, received: body.len() }),
                }
            }
        };
        match tokio::time::timeout(self.limits.timeout, work).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Failure::Timeout { status, after: self.limits.timeout }),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn classify(error: &reqwest::Error) -> Failure {
    let mut cause = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    if error.is_connect() {
        Failure::Connect(cause)
    } else if error.is_timeout() {
        Failure::Timeout { status: None, after: Duration::ZERO }
    } else {
        Failure::Dropped(cause)
    }
}
