//! Sending, and what came of it: an answer, patience, or a failure.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use bytes::{Bytes, BytesMut};

use super::Target;
use super::patience::{Patience, patience};
use crate::case::{Access, Call};
use crate::coding::unpack;
use crate::contract::{Contract, Operation};
use crate::exchange::{Answer, Exchange, Failure, Sent, Stop, Waited};
use crate::recording::Crossed;

/// Answers of one operation that never came to their end, after which it is left alone.
const STRIKES: u32 = 4;
/// Failures in a row after which the target is asked for a sign of life.
const BREAKER: u32 = 4;
/// Requests in a row that were answered 429 to the last, after which nothing more is sent.
const IMPATIENT: u32 = 4;

impl Target {
    /// Sends a call and records the exchange. A 429 or 503 that asks for patience is waited for and sent again.
    pub async fn send(&self, contract: &Contract, operation: &Operation, call: &Call) -> Exchange {
        let (request, sent) = match self.build(contract, operation, call) {
            Ok(built) => built,
            Err(why) => return self.unsendable(operation, why),
        };
        let mut waited = Vec::new();
        let outcome = loop {
            let outcome = self.attempt(operation, call, &sent, &request).await;
            let Ok(answer) = &outcome else { break outcome };
            // Whoever comes without the own credential may be sent away for as long as the server likes.
            let stranger = matches!(call.access, Access::Anonymous | Access::Wrong);
            match patience(answer, waited.len(), &self.limits) {
                Patience::Wait(wait) => {
                    waited.push(Waited { status: answer.status, told: answer.header("retry-after").is_some() });
                    self.waited.fetch_add(1, Ordering::Relaxed);
                    self.hold(wait);
                }
                _ if stranger => break outcome,
                Patience::TooLong(wait) => break Err(self.leave(wait)),
                Patience::None if self.is_tired(answer.status, waited.len()) => break Err(self.leave(Duration::ZERO)),
                Patience::None => break outcome,
            }
        };
        Exchange { sent, outcome, waited }
    }

    /// Sends a call once, outside of every budget: to see whether anybody is there.
    pub async fn knock(&self, contract: &Contract, operation: &Operation, call: &Call) -> Exchange {
        match self.build(contract, operation, call) {
            Ok((request, sent)) => Exchange { sent, outcome: self.exchange(request).await, waited: Vec::new() },
            Err(why) => self.unsendable(operation, why),
        }
    }

    /// What is recorded of a call that cannot even be built.
    fn unsendable(&self, operation: &Operation, why: String) -> Exchange {
        let sent = Sent { method: operation.method.clone(), url: self.base.clone(), ..Sent::default() };
        Exchange { sent, outcome: Err(Failure::Unsendable(why)), waited: Vec::new() }
    }

    /// Sends a request when a lane is free.
    async fn attempt(
        &self,
        operation: &Operation,
        call: &Call,
        sent: &Sent,
        request: &reqwest::Request,
    ) -> Result<Answer, Failure> {
        let lane = self.unless_cut(self.connections.lane()).await.map_err(Failure::Stopped)?;
        let outcome = self.in_lane(operation, call, sent, request).await;
        self.connections.leave(lane, outcome.as_ref().is_ok_and(|answer| answer.status == 429));
        outcome
    }

    /// Sends a request when its turn has come; once more where the connection that had been kept for it is lost.
    async fn in_lane(
        &self,
        operation: &Operation,
        call: &Call,
        sent: &Sent,
        request: &reqwest::Request,
    ) -> Result<Answer, Failure> {
        self.turn().await.map_err(Failure::Stopped)?;
        let copy = request.try_clone().ok_or_else(|| Failure::Unsendable("body".to_owned()))?;
        if self.is_given_up(&operation.id) {
            let why = format!("{} was left alone after {STRIKES} answers without an end", operation.endpoint());
            return Err(Failure::Unsendable(why));
        }
        self.reserve().map_err(Failure::Stopped)?;
        let (at, clock) = (SystemTime::now(), Instant::now());
        let kept = self.connections.is_kept();
        let mut outcome = self.exchange(copy).await;
        if kept && matches!(outcome, Err(Failure::Dropped(_))) {
            self.connections.distrust();
            self.reserve().map_err(Failure::Stopped)?;
            let copy = request.try_clone().ok_or_else(|| Failure::Unsendable("body".to_owned()))?;
            outcome = self.exchange(copy).await;
        }
        // What was cut off was no exchange.
        if let Some(record) = self.record.as_ref().filter(|_| !matches!(outcome, Err(Failure::Stopped(_)))) {
            record(&Crossed { call, sent, outcome: &outcome, at, took: clock.elapsed() });
        }
        if matches!(&outcome, Err(Failure::Timeout { .. } | Failure::TooLarge { .. })) {
            *lock(&self.strikes).entry(operation.id.clone()).or_default() += 1;
        }
        self.feel(request, &outcome).await;
        outcome
    }

    /// What an outcome says of the target's health: after some silence it is asked for a sign of life.
    async fn feel(&self, request: &reqwest::Request, outcome: &Result<Answer, Failure>) {
        match outcome {
            Err(Failure::Stopped(_) | Failure::Unsendable(_)) => {}
            Err(failure) if is_silence(failure) => {
                let silent = self.silent.fetch_add(1, Ordering::Relaxed) + 1;
                // Who never answered has not died: a few requests more may find what it does answer.
                let least = if self.pulse.get().is_some() { BREAKER } else { 3 * BREAKER };
                if silent >= least && silent.is_multiple_of(BREAKER) && self.is_alive().await {
                    self.silent.store(0, Ordering::Relaxed);
                }
            }
            _ => {
                self.silent.store(0, Ordering::Relaxed);
                let status = outcome.as_ref().map_or_else(Failure::status, |answer| Some(answer.status));
                let answers = status.is_some_and(|status| status < 500 && status != 429);
                if answers
                    && self.pulse.get().is_none()
                    && let Some(copy) = request.try_clone()
                {
                    // Another one may have been faster; any will do.
                    let _ = self.pulse.set(copy);
                }
            }
        }
    }

    /// Whether the target still answers what it answered before. One that does not is sent nothing more.
    pub async fn is_alive(&self) -> bool {
        let mut alive = false;
        // A connection that is lost now and then is lost on this occasion too.
        for _ in 0..2 {
            let Some(request) = self.pulse.get().and_then(reqwest::Request::try_clone) else { break };
            if self.reserve().is_err() {
                break;
            }
            let outcome = self.exchange(request).await;
            alive = !matches!(&outcome, Err(failure) if is_silence(failure));
            if alive || matches!(outcome, Err(Failure::Timeout { .. })) {
                break;
            }
        }
        let stopped = self.stop().is_some();
        if !alive && !stopped {
            self.dead.store(true, Ordering::Relaxed);
        }
        alive && !stopped
    }

    /// Leaves the target alone from now on, as it asks for.
    fn leave(&self, time: Duration) -> Failure {
        Failure::Stopped(Stop::Asked(*self.away.get_or_init(|| time)))
    }

    /// Whether the target answers one request after the other with 429, however long it is waited for.
    fn is_tired(&self, status: u16, waits: usize) -> bool {
        if status != 429 {
            self.impatient.store(0, Ordering::Relaxed);
            return false;
        }
        waits > 0 && self.impatient.fetch_add(1, Ordering::Relaxed) + 1 >= IMPATIENT
    }

    /// Whether an operation has cost enough time without an answer.
    fn is_given_up(&self, operation: &str) -> bool {
        lock(&self.strikes).get(operation).is_some_and(|strikes| *strikes >= STRIKES)
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Answer, Failure> {
        let mut status = None;
        let work = async {
            let mut response = self.connections.client().execute(request).await.map_err(|error| classify(&error))?;
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
        match self.unless_cut(tokio::time::timeout(self.limits.timeout, work)).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(Failure::Timeout { status, after: self.limits.timeout }),
            // What was under way when the run ended says nothing.
            Err(stop) => Err(Failure::Stopped(stop)),
        }
    }
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether nothing at all was answered.
fn is_silence(failure: &Failure) -> bool {
    matches!(failure, Failure::Connect(_) | Failure::Dropped(_) | Failure::Timeout { status: None, .. })
}

fn classify(error: &reqwest::Error) -> Failure {
    let mut cause = String::new();
    let mut source: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(inner) = source {
        cause = inner.to_string();
        source = inner.source();
    }
    if cause.contains("message head is too large") {
        Failure::Beyond { status: None, why: "more than 100 headers, or headers of more than 400 kB".to_owned() }
    } else if error.is_connect() {
        Failure::Connect(cause)
    } else if error.is_timeout() {
        Failure::Timeout { status: None, after: Duration::ZERO }
    } else {
        Failure::Dropped(cause)
    }
}
