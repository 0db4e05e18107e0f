//! Writing what a run exchanges as HAR 1.2, as it goes: nothing is kept in memory.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use serde_json::{Value, json};

use super::secrets::parted;
use super::{Note, NotedFailure};
use crate::case::Call;
use crate::exchange::{Answer, Failure, Sent};
use crate::mask::{Masker, STARS, is_placeholder, names_credential};
use crate::whole_file::{Readers, WholeFile};

/// Writes exchanges to a file that only its owner can read. It appears whole or not at all.
///
/// Credentials and cookies are masked; bodies stand in it as they came, apart from credentials.
pub struct Recorder {
    path: PathBuf,
    masker: Masker,
    state: Mutex<State>,
}

struct State {
    writer: Option<WholeFile>,
    written: u64,
    failed: Option<io::Error>,
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("path", &self.path).finish_non_exhaustive()
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// Exchanges in it.
    pub exchanges: u64,
}

/// Whose exchanges are recorded.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// Name of the contract.
    pub contract: &'a str,
    /// What stands before the paths.
    pub base: &'a str,
}

/// One exchange on its way into a recording.
#[derive(Clone, Copy, Debug)]
pub struct Crossed<'a> {
    /// The planned request.
    pub call: &'a Call,
    /// The request as sent, credentials left out.
    pub sent: &'a Sent,
    /// What came of it.
    pub outcome: &'a Result<Answer, Failure>,
    /// When it was sent.
    pub at: SystemTime,
    /// How long it took.
    pub took: Duration,
}

impl Recorder {
    /// Begins a recording. What is to be kept out of it is masked with `masker`.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: &Path, masker: Masker) -> io::Result<Self> {
        let mut writer = WholeFile::create(path, Readers::Owner)?;
        let creator = json!({ "name": "contract-gate", "version": env!("CARGO_PKG_VERSION") });
        write!(writer, "{{\"log\": {{\"version\": \"1.2\", \"creator\": {creator}, \"entries\": [")?;
        let state = Mutex::new(State { writer: Some(writer), written: 0, failed: None });
        Ok(Self { path: path.to_path_buf(), masker, state })
    }

    /// Adds an exchange. What was never sent is left out.
    pub fn add(&self, about: About<'_>, crossed: &Crossed<'_>) {
        let failure = match crossed.outcome {
            Ok(_) => None,
            Err(failure) => match NotedFailure::of(failure) {
                Some(failure) => Some(failure),
                None => return,
            },
        };
        let note = Note {
            contract: about.contract.to_owned(),
            base: self.masker.mask(about.base).into_owned(),
            access: crossed.call.access,
            failure,
        };
        let entry = self.entry(crossed, &note);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let comma = if state.written == 0 { "" } else { "," };
        let Some(writer) = &mut state.writer else { return };
        match write!(writer, "{comma}\n{entry}") {
            Ok(()) => state.written += 1,
            Err(error) => {
                state.writer = None;
                state.failed = Some(error);
            }
        }
    }

    /// Ends the recording; only then the file is there.
    ///
    /// # Errors
    /// When something could not be written.
    pub fn finish(&self) -> io::Result<Written> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = state.failed.take() {
            return Err(error);
        }
        if let Some(mut writer) = state.writer.take() {
            writer.write_all(b"\n]}}\n")?;
            writer.commit()?;
        }
        Ok(Written { path: self.path.clone(), exchanges: state.written })
    }

    fn entry(&self, crossed: &Crossed<'_>, note: &Note) -> Value {
        let millis = (crossed.took.as_secs_f64() * 1_000_000.0).round() / 1000.0;
        let at = jiff::Timestamp::try_from(crossed.at).map(|at| format!("{at:.6}")).unwrap_or_default();
        json!({
            "startedDateTime": at,
            "time": millis,
            "request": self.request(crossed.sent),
            "response": self.response(crossed.outcome),
            "cache": {},
            "timings": { "send": 0, "wait": millis, "receive": 0 },
            "_contractGate": note,
        })
    }

    fn request(&self, sent: &Sent) -> Value {
        // What is decoded once more may show what was hidden before.
        let mask = |text: &str| self.masker.mask(text).into_owned();
        let url = mask(&sent.url);
        let query: Vec<Value> = reqwest::Url::parse(&url)
            .map(|url| {
                url.query_pairs().map(|(name, value)| json!({ "name": mask(&name), "value": mask(&value) })).collect()
            })
            .unwrap_or_default();
        let mut request = json!({
            "method": sent.method,
            "url": url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": self.headers(&sent.headers),
            "queryString": query,
            "headersSize": -1,
            "bodySize": sent.body.as_ref().map_or(0, String::len),
        });
        if let Some(body) = &sent.body {
            request["postData"] = json!({ "mimeType": "application/json", "text": self.masker.mask(body) });
        }
        request
    }

    fn response(&self, outcome: &Result<Answer, Failure>) -> Value {
        let Ok(answer) = outcome else {
            let status = outcome.as_ref().err().and_then(Failure::status).unwrap_or(0);
            return response(status, &[], json!({ "size": 0, "mimeType": "x-unknown" }), 0);
        };
        let body = self.masker.mask_bytes(&answer.body);
        let mime = self.masker.mask(answer.header("content-type").unwrap_or("x-unknown"));
        let mut content = json!({ "size": body.len(), "mimeType": mime });
        match std::str::from_utf8(&body) {
            Ok(text) => content["text"] = text.into(),
            Err(_) => {
                content["text"] = base64::engine::general_purpose::STANDARD.encode(&body).into();
                content["encoding"] = "base64".into();
            }
        }
        response(answer.status, &self.headers(&answer.headers), content, body.len())
    }

    fn headers(&self, headers: &[(String, String)]) -> Vec<Value> {
        let value = |name: &str, value: &str| match self.masker.mask(value) {
            // The place of a credential that was sent says who sent it; one that comes back says nothing that is needed.
            masked if names_credential(name) && !is_placeholder(parted(name, &masked).1) => STARS.to_owned(),
            masked => masked.into_owned(),
        };
        headers
            .iter()
            .map(|(name, text)| json!({ "name": self.masker.mask(name), "value": value(name, text) }))
            .collect()
    }
}

fn response(status: u16, headers: &[Value], content: Value, size: usize) -> Value {
    json!({
        "status": status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers,
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": size,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Secret;

    #[test]
    fn only_what_stands_for_a_credential_is_written_of_it() {
        let folder = std::env::temp_dir().join(format!("contract-gate-recorder-{}", std::process::id()));
        let masker = Masker::new([Secret::named("s3cret-t0ken", "TOKEN")]);
        let recorder = Recorder::create(&folder.join("t.har"), masker).expect("a file");
        for (name, value, wanted) in [
            ("Authorization", "Bearer s3cret-t0ken", "Bearer $TOKEN"),
            ("Authorization", "Bearer $TOKEN", "Bearer $TOKEN"),
            ("X-Api-Key", "$TOKEN", "$TOKEN"),
            ("X-Api-Key", "my $TOKEN", STARS),
            ("X-Api-Key", "Token $TOKEN", "Token $TOKEN"),
            ("Set-Cookie", "sid=abc$def-super-session; Path=/", STARS),
            ("Cookie", "sid=$TOKEN; other=in-the-open", STARS),
            ("X-Auth-Token", "$2y$10$N9qo8uLOickgx2ZMRZoMye", STARS),
            ("X-Auth-Token", "q1$2-in-the-open", STARS),
            ("X-Total", "a$b", "a$b"),
        ] {
            let written = recorder.headers(&[(name.to_owned(), value.to_owned())]);
            assert_eq!(written[0]["value"], wanted, "{name}: {value}");
        }
        drop(recorder);
        std::fs::remove_dir(&folder).expect("nothing is left in it");
    }
}
