//! Waiting for caches on the way: what one repeats proves nothing, neither that data stands still nor that a fault is there.

use std::time::Duration;

use crate::study::Study;

/// The longest time for which what a cache shows is waited for; the longest in one run.
const LONG: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(30);

/// The caches that answered, and how long they may still be waited for.
pub(super) struct Caches {
    /// For how long one goes on to show what it showed; zero where none answered.
    lifetime: Duration,
    patience: Duration,
}

/// Whether what was shown before has left the caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// It has, or no cache answered.
    Outlived,
    /// It stays for longer than anybody waits.
    TooLong,
    /// It stays, and this run has waited for caches as long as it may.
    NoPatience,
}

impl Wait {
    /// Whether what comes now counts as what the server shows. What a cache keeps for long is what consumers are shown: it is
    /// taken for the server's own, as the README says.
    pub(super) fn shows_server(self) -> bool {
        match self {
            Self::Outlived | Self::TooLong => true,
            Self::NoPatience => false,
        }
    }
}

impl Caches {
    pub(super) fn of(study: &Study) -> Self {
        let answers = study.iter().flat_map(|(_, seen)| seen.answers());
        let lifetime = answers.filter_map(|seen| seen.cached).max().unwrap_or_default();
        Self { lifetime, patience: PATIENCE }
    }

    /// Waits until none shows any more what it has shown before, as far as that is worth a wait.
    pub(super) async fn outlive(&mut self) -> Wait {
        let wait = self.next();
        if let (Wait::Outlived, false) = (wait, self.lifetime.is_zero()) {
            self.patience -= self.pause();
            tokio::time::sleep(self.pause()).await;
        }
        wait
    }

    fn next(&self) -> Wait {
        match self.lifetime {
            Duration::ZERO => Wait::Outlived,
            lifetime if lifetime > LONG => Wait::TooLong,
            _ if self.patience < self.pause() => Wait::NoPatience,
            _ => Wait::Outlived,
        }
    }

    /// Caches count in whole seconds.
    fn pause(&self) -> Duration {
        self.lifetime.saturating_add(Duration::from_millis(1_100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cache_keeps_for_long_counts_as_the_servers_own() {
        let after = |lifetime: u64, patience: u64| {
            let seconds = Duration::from_secs;
            Caches { lifetime: seconds(lifetime), patience: seconds(patience) }.next()
        };
        for (lifetime, patience, wait, shows) in [
            (0, 0, Wait::Outlived, true),
            (4, 30, Wait::Outlived, true),
            (4, 5, Wait::NoPatience, false),
            (6, 0, Wait::TooLong, true),
            (u64::MAX, 30, Wait::TooLong, true),
        ] {
            assert_eq!(after(lifetime, patience), wait, "{lifetime} {patience}");
            assert_eq!(wait.shows_server(), shows, "{wait:?}");
        }
    }
}
