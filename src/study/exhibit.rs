//! What a finding shows of an exchange: the request, and of the answer what the fault is about.

use super::observation::Observation;
use crate::excerpt;
use crate::exchange::Answer;
use crate::finding::{Exhibit, ShownAnswer, ShownRequest};

/// Headers that say how an answer is meant; their values belong to nobody.
const PLAIN: [&str; 13] = [
    "allow",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "ratelimit",
    "ratelimit-policy",
    "request-id",
    "retry-after",
    "traceparent",
    "transfer-encoding",
    "x-correlation-id",
    "x-request-id",
];
/// Headers whose values may hold a key or a token.
const TELLING: [&str; 3] = ["content-location", "link", "location"];
/// The header that names the credential; what stands behind its words may be somebody's name.
const CHALLENGE: &str = "www-authenticate";
/// Words of that header that belong to nobody: schemes, and what is wrong with a token.
const CHALLENGES: [&str; 10] = [
    "basic",
    "bearer",
    "digest",
    "dpop",
    "mutual",
    "negotiate",
    "ntlm",
    "invalid_request",
    "invalid_token",
    "insufficient_scope",
];
/// Headers kept of one answer.
const MOST_HEADERS: usize = 12;

/// The headers of an answer that a finding may show. Cookies never are.
pub(super) fn telling_headers(answer: &Answer) -> Vec<(String, String)> {
    let known =
        |name: &str| PLAIN.contains(&name) || TELLING.contains(&name) || name == CHALLENGE || name.starts_with("x-");
    answer.headers.iter().filter(|(name, _)| known(name)).take(MOST_HEADERS).cloned().collect()
}

impl Observation {
    /// The exchange as a finding shows it, with the part of the body that `pointer` leads to.
    #[must_use]
    pub fn exhibit(&self, pointer: Option<&str>) -> Exhibit {
        let request = ShownRequest {
            method: self.sent.method.clone(),
            url: self.sent.url.clone(),
            headers: self.sent.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect(),
            body: self.sent.body.clone(),
        };
        let failure = self.failure.as_ref().map(crate::exchange::Failure::words);
        let response = self.status.map(|status| {
            let body = |values| self.body_lines(pointer, values);
            ShownAnswer {
                status,
                headers: self.headers.iter().map(|(name, value)| shape_of_header(name, value)).collect(),
                bytes: self.bytes,
                body: body(false),
                shown_headers: self.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect(),
                shown_body: body(true),
            }
        });
        Exhibit { request, response, failure }
    }

    fn body_lines(&self, pointer: Option<&str>, values: bool) -> Option<String> {
        if self.bytes == 0 {
            return None;
        }
        if let Some(body) = &self.json {
            return Some(excerpt::lines(body, pointer, values));
        }
        match (&self.kept, &self.excerpt) {
            (Some(kept), _) => Some(kept.lines(pointer, values)),
            (None, Some(text)) => Some(excerpt::plain(text, self.bytes, values)),
            (None, None) => None,
        }
    }
}

fn shape_of_header(name: &str, value: &str) -> String {
    if PLAIN.contains(&name) {
        format!("{name}: {value}")
    } else if name == CHALLENGE {
        format!("{name}: {}", shape_of_challenge(value))
    } else {
        format!("{name}: ‹string {}›", value.chars().count())
    }
}

/// A challenge with the names of its scheme and parameters, and shapes for what they hold: `Bearer realm="‹string 4›"`.
fn shape_of_challenge(value: &str) -> String {
    let known = |word: &str| CHALLENGES.contains(&word.to_ascii_lowercase().as_str());
    let shape =
        |text: &str| if known(text) { text.to_owned() } else { format!("‹string {}›", text.chars().count()) };
    // Odd parts stand between quotes.
    let parts = value.split('"').enumerate().map(|(index, part)| {
        if index % 2 == 1 {
            return format!("\"{}\"", shape(part));
        }
        let word = |word: &str| match word.split_once('=') {
            Some((name, "")) => format!("{name}="),
            Some((name, held)) => format!("{name}={}", shape(held)),
            None if word.is_empty() => String::new(),
            None => shape(word),
        };
        let pieces = part.split(' ').map(|piece| match piece.strip_suffix(',') {
            Some(piece) => format!("{},", word(piece)),
            None => word(piece),
        });
        pieces.collect::<Vec<_>>().join(" ")
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::shape_of_challenge;

    #[test]
    fn a_challenge_shows_its_scheme_and_nobodys_name() {
        for (value, shown) in [
            ("Bearer realm=\"Person Name\"", "Bearer realm=\"‹string 11›\""),
            (
                "Bearer realm=\"a, b\", error=\"invalid_token\", scope=Jane",
                "Bearer realm=\"‹string 4›\", error=\"invalid_token\", scope=‹string 4›",
            ),
            ("Negotiate oRQwEqADCgEB", "Negotiate ‹string 12›"),
            ("Basic", "Basic"),
            ("Basic realm=\"open", "Basic realm=\"‹string 4›\""),
        ] {
            assert_eq!(shape_of_challenge(value), shown);
        }
    }
}
