//! A request and what came back, exactly as they crossed the wire, secrets left out.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;

use crate::shell;

/// A request as it was sent. Credentials stand in it as `$NAME`, never in clear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Method.
    pub method: String,
    /// Whole address, masked.
    pub url: String,
    /// Headers that matter for repeating it, masked.
    pub headers: Vec<(String, String)>,
    /// JSON body.
    pub body: Option<String>,
}

impl Sent {
    /// The request as a curl line for a POSIX shell.
    ///
    /// # Example
    /// ```
    /// use contract_gate::exchange::Sent;
    /// let sent = Sent {
    ///     method: "GET".into(),
    ///     url: "http://h/v1/c?q=it's".into(),
    ///     headers: vec![("Authorization".into(), "Bearer $TOKEN".into())],
    ///     body: None,
    /// };
    /// assert_eq!(sent.curl(), r#"curl -sS -g 'http://h/v1/c?q=it'\''s' -H "Authorization: Bearer $TOKEN""#);
    /// ```
    #[must_use]
    pub fn curl(&self) -> String {
        let mut line = String::from("curl -sS -g");
        match (self.method.as_str(), &self.body) {
            ("GET", None) | ("POST", Some(_)) => {}
            (method, _) => {
                let _ = write!(line, " -X {method}");
            }
        }
        let _ = write!(line, " {}", shell::expanded(&self.url));
        for (name, value) in &self.headers {
            let _ = match user_of(name, value) {
                Some(user) => write!(line, " -u {}", shell::expanded(user)),
                None => write!(line, " -H {}", shell::expanded(&format!("{name}: {value}"))),
            };
        }
        if let Some(body) = &self.body {
            let _ = write!(line, " --json {}", shell::expanded(body));
        }
        line
    }
}

/// What is recorded of a Basic credential that was sent in base64: `user` is a variable, or the text itself.
#[must_use]
pub fn basic_in_clear(user: &str) -> String {
    format!("Basic base64({user})")
}

/// The user and password of a header as [`basic_in_clear`] writes it; curl encodes them itself.
fn user_of<'a>(name: &str, value: &'a str) -> Option<&'a str> {
    let encoded = value.strip_prefix("Basic base64(").filter(|_| name.eq_ignore_ascii_case("authorization"));
    encoded?.strip_suffix(')')
}

/// An answer that arrived whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, in the order received.
    pub headers: Vec<(String, String)>,
    /// The body as it was sent.
    pub body: Bytes,
}

impl Answer {
    /// The first header of a name, which must be lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why no whole answer arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection.
    Connect(String),
    /// No answer in time.
    Timeout {
        /// Status, if at least the head arrived.
        status: Option<u16>,
        /// How long was waited.
        after: Duration,
    },
    /// The connection was closed before an answer.
    Dropped(String),
    /// The body broke off.
    Truncated {
        /// Status of the head.
        status: u16,
        /// Bytes that arrived.
        received: usize,
    },
    /// The body is larger than the gate reads.
    TooLarge {
        /// Status of the head.
        status: u16,
        /// The limit in bytes.
        limit: usize,
    },
    /// An answer that the gate itself cannot take: that says nothing against the server.
    Beyond {
        /// Status, if at least the head could be read.
        status: Option<u16>,
        /// What of it is too much.
        why: String,
    },
    /// The request could not be built; our fault or the configuration's.
    Unsendable(String),
    /// Not sent: the run was stopped.
    Stopped(Stop),
}

/// Why a run stopped sending.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The target did not answer several times in a row.
    Breaker,
    /// The request budget is spent.
    Requests,
    /// The time budget is spent.
    Time,
    /// The target asks to be left alone for longer than anybody waits; zero when it does not say for how long.
    Asked(Duration),
    /// The user interrupted.
    Interrupted,
}

impl Failure {
    /// Words for messages, without anything that the target sent.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Connect(why) => format!("no connection: {why}"),
            Self::Timeout { status: None, after } => format!("no answer within {after:?}"),
            Self::Timeout { status: Some(status), after } => {
                format!("status {status}, then no end of the body within {after:?}")
            }
            Self::Dropped(_) => "the connection was closed before an answer".to_owned(),
            Self::Truncated { status, received } => {
                format!("status {status}, then the body broke off after {received} bytes")
            }
            Self::TooLarge { status, limit } => format!("status {status} with a body of more than {limit} bytes"),
            Self::Beyond { why, .. } => format!("an answer beyond what the gate reads: {why}"),
            Self::Unsendable(why) => format!("the request cannot be built: {why}"),
            Self::Stopped(_) => "no answer was waited for, the run was stopped".to_owned(),
        }
    }

    /// Status of the head, if one arrived.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Timeout { status, .. } | Self::Beyond { status, .. } => *status,
            Self::Truncated { status, .. } | Self::TooLarge { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// The request.
    pub sent: Sent,
    /// The answer, or why there is none.
    pub outcome: Result<Answer, Failure>,
    /// Answers that asked for patience before this one: 429 and 503.
    pub waited: Vec<Waited>,
}

/// An answer that asked for patience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waited {
    /// Its status: 429 or 503.
    pub status: u16,
    /// Whether it told for how long, in `Retry-After`.
    pub told: bool,
}
