//! Why and when nothing more is sent: an interrupt, a spent budget, a target that is dead or asks to be left alone.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Target;
use super::send::lock;
use crate::exchange::Stop;

/// Stops all sending to a target at once: waits end, and answers under way are no longer waited for.
#[derive(Clone, Debug)]
pub struct Switch(Arc<watch::Sender<bool>>);

impl Default for Switch {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Switch {
    /// Stops the sending.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether the sending was stopped.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Ends when the sending is stopped.
    async fn set(&self) {
        let mut receiver = self.0.subscribe();
        // The sender lives as long as the switch does.
        let _ = receiver.wait_for(|set| *set).await;
    }
}

impl Target {
    /// A switch that stops all sending, e.g. on Ctrl-C.
    #[must_use]
    pub fn stop_switch(&self) -> Switch {
        self.switch.clone()
    }

    /// Why nothing more may be sent, if so.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        if self.switch.is_set() {
            return Some(Stop::Interrupted);
        }
        if self.dead.load(Ordering::Relaxed) {
            return Some(Stop::Breaker);
        }
        if let Some(asked) = self.away.get() {
            return Some(Stop::Asked(*asked));
        }
        if self.limits.max_requests.is_some_and(|most| self.requests() >= most) {
            return Some(Stop::Requests);
        }
        self.deadline().is_some_and(|deadline| Instant::now() >= deadline).then_some(Stop::Time)
    }

    /// When the time budget is spent; it runs from the first request on.
    fn deadline(&self) -> Option<Instant> {
        self.started.get()?.checked_add(self.limits.time_budget?)
    }

    /// Takes one request out of the budget.
    pub(super) fn reserve(&self) -> Result<(), Stop> {
        if let Some(stop) = self.stop() {
            return Err(stop);
        }
        let most = self.limits.max_requests.unwrap_or(u64::MAX);
        let more = |sent: u64| (sent < most).then_some(sent + 1);
        self.sent.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map_err(|_| Stop::Requests)?;
        self.started.get_or_init(Instant::now);
        Ok(())
    }

    /// Does something, unless the run is interrupted or its time is spent before it is done.
    pub(super) async fn unless_cut<T>(&self, work: impl Future<Output = T>) -> Result<T, Stop> {
        let deadline = async {
            match self.deadline() {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.switch.set() => Err(Stop::Interrupted),
            () = deadline => Err(Stop::Time),
            done = work => Ok(done),
        }
    }

    /// Waits for a time, or until the run ends.
    ///
    /// # Errors
    /// Why the run ended before.
    pub async fn rest(&self, time: Duration) -> Result<(), Stop> {
        self.unless_cut(tokio::time::sleep(time)).await
    }

    /// Sends nothing for a while, whatever is asked: the target wants a rest.
    pub(super) fn hold(&self, time: Duration) {
        let until = Instant::now().checked_add(time);
        let mut pause = lock(&self.pause);
        *pause = until.max(*pause);
    }

    /// Waits for one's turn: until the target's rest is over and the rate allows another request.
    pub(super) async fn turn(&self) -> Result<(), Stop> {
        loop {
            if let Some(stop) = self.stop() {
                return Err(stop);
            }
            if let Some(until) = self.held() {
                self.unless_cut(tokio::time::sleep_until(until)).await?;
                continue;
            }
            if let Some(pace) = &self.pace {
                self.unless_cut(pace.until_ready()).await?;
            }
            if self.held().is_none() {
                return Ok(());
            }
        }
    }

    fn held(&self) -> Option<Instant> {
        lock(&self.pause).filter(|until| *until > Instant::now())
    }
}
