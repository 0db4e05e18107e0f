//! How long a server asks to be waited for.

use std::time::Duration;

use super::Limits;
use crate::exchange::Answer;

/// How long to wait before sending again, if the answer asks for patience.
pub(super) fn patience(answer: &Answer, tries: usize, limits: &Limits) -> Option<Duration> {
    if !matches!(answer.status, 429 | 503) || tries >= 3 {
        return None;
    }
    let asked = answer.header("retry-after").and_then(retry_after);
    match (answer.status, asked) {
        (_, Some(wait)) if wait <= limits.max_wait => Some(wait),
        (429, None) => Some(Duration::from_millis(500 << tries)),
        // A hiccup is looked at once more; one that lasts is the server's answer.
        (503, None) if tries == 0 => Some(Duration::from_millis(100)),
        _ => None,
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
}
