//! What a run that was cut off says of what it did not reach: one reason, and none that it made up.

use super::rounds::Run;
use crate::contract::Operation;
use crate::event::{Aborted, Obstacle, Outcome};
use crate::exchange::{Failure, Stop};
use crate::study::{Seen, Study};

/// Why something was not reached, and how to reach it.
#[derive(Clone, Debug)]
pub(super) struct Cut {
    reason: String,
    remedy: String,
}

impl Cut {
    /// The outcome of what was not reached.
    pub(super) fn outcome(&self) -> Outcome {
        Outcome::Inconclusive { reason: self.reason.clone(), remedy: self.remedy.clone() }
    }
}

impl Cut {
    /// Why an operation could not be judged where answers of it are beyond what the gate reads.
    pub(super) fn beyond(study: &Study, operation: &Operation) -> Option<Self> {
        let failure = study.all_answers(&operation.id).filter_map(|answer| answer.failure.as_ref());
        let mut beyond = failure.filter(|failure| matches!(failure, Failure::Beyond { .. }));
        let first = beyond.next()?;
        Some(Self {
            reason: first.words(),
            remedy: "judge this one by hand: it is the gate's limit, not a fault of the server".to_owned(),
        })
    }
}

impl From<Stop> for Cut {
    fn from(stop: Stop) -> Self {
        let Aborted { message, remedy, .. } = stopped(stop);
        Self { reason: message, remedy }
    }
}

impl Run<'_> {
    /// How many answers are beyond what the gate reads, if any are: other answers may have judged what they could not.
    pub(super) fn beyond(&self) -> Option<String> {
        let answers =
            self.study.iter().flat_map(|(_, seen)| seen.answers()).filter_map(|answer| answer.failure.as_ref());
        let beyond: Vec<&Failure> = answers.filter(|failure| matches!(failure, Failure::Beyond { .. })).collect();
        let many = if beyond.len() == 1 { "1 answer is" } else { &format!("{} answers are", beyond.len()) };
        let why = beyond.first()?.words();
        Some(format!("{many} not judged: {why}"))
    }

    /// Why not everything was seen that was planned; `None` when it was.
    pub(super) fn cut(&self) -> Option<Cut> {
        if self.is_red {
            let reason = "stopped at the first finding that turns the gate red (--fail-fast)".to_owned();
            return Some(Cut { reason, remedy: "run without --fail-fast for the rest".to_owned() });
        }
        let stop = self.runner.target.stop()?;
        let unsent = |seen: &Seen| {
            seen.answers()
                .iter()
                .any(|answer| matches!(answer.failure, Some(Failure::Stopped(_) | Failure::Connect(_))))
        };
        (self.cut_off || self.study.iter().any(|(_, seen)| unsent(seen))).then(|| Cut::from(stop))
    }
}

/// Why a run ended before its end.
pub(super) fn stopped(stop: Stop) -> Aborted {
    let asked;
    let (kind, message, remedy) = match stop {
        Stop::Breaker => (Obstacle::Breaker, "the target stopped answering", "look at its log, then run again"),
        Stop::Requests => {
            (Obstacle::Budget, "the request budget is spent", "raise --max-requests, or select fewer checks")
        }
        Stop::Time => (Obstacle::Budget, "the time budget is spent", "raise --time-budget, or select fewer checks"),
        Stop::Interrupted => (Obstacle::Interrupted, "the run was interrupted", "run again for a whole verdict"),
        Stop::Asked(time) => {
            asked = if time.is_zero() {
                "the server answers 429 again and again, however long it is waited for".to_owned()
            } else {
                format!("the server asks to come back in {}", words(time.as_secs()))
            };
            (
                Obstacle::RateLimited,
                asked.as_str(),
                "run again later, and ask less at a time: --rate 5/s --concurrency 1",
            )
        }
    };
    Aborted { kind, message: message.to_owned(), remedy: remedy.to_owned() }
}

/// `90 seconds`, `10 minutes`, `1 hour`.
fn words(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..=120 => (seconds, "second"),
        3_600.. => (seconds.div_ceil(3_600), "hour"),
        _ => (seconds.div_ceil(60), "minute"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
