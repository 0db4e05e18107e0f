//! How long a server asks to be waited for.

use std::time::Duration;

use super::Limits;
use crate::exchange::Answer;

/// What an answer asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Nothing: it is the answer.
    None,
    /// To be asked again after this time.
    Wait(Duration),
    /// To be asked again so late that nobody waits for it.
    TooLong(Duration),
}

/// Answers to one request that are waited for before the last one counts.
const TRIES: usize = 3;

/// How long to wait before sending again, if the answer asks for patience.
pub(super) fn patience(answer: &Answer, tries: usize, limits: &Limits) -> Patience {
    if !matches!(answer.status, 429 | 503) {
        return Patience::None;
    }
    let asked = answer.header("retry-after").and_then(retry_after);
    match (answer.status, asked) {
        (_, Some(wait)) if wait > limits.max_wait => Patience::TooLong(wait),
        _ if tries >= TRIES => Patience::None,
        (_, Some(wait)) => Patience::Wait(wait),
        (429, None) => Patience::Wait(Duration::from_millis(500 << tries)),
        // A hiccup is looked at once more; one that lasts is the server's answer.
        (503, None) if tries == 0 => Patience::Wait(Duration::from_millis(100)),
        _ => Patience::None,
    }
}

/// `Retry-After` in seconds or as an HTTP date.
fn retry_after(text: &str) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(text.trim()).ok()?;
    let wait = date.timestamp().as_second() - jiff::Timestamp::now().as_second();
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::ZERO));
        assert_eq!(retry_after("soon"), None);
    }

    #[test]
    fn what_asks_for_an_hour_is_not_waited_for() {
        let limits = Limits::default();
        let answer = |status: u16, seconds: &str| Answer {
            status,
            headers: vec![("retry-after".to_owned(), seconds.to_owned())],
            body: bytes::Bytes::new(),
        };
        assert_eq!(patience(&answer(429, "1"), 0, &limits), Patience::Wait(Duration::from_secs(1)));
        assert_eq!(patience(&answer(429, "1"), TRIES, &limits), Patience::None);
        assert_eq!(patience(&answer(503, "3600"), 0, &limits), Patience::TooLong(Duration::from_secs(3600)));
        assert_eq!(patience(&answer(500, "3600"), 0, &limits), Patience::None);
    }
}
