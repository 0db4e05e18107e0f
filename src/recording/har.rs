//! HTTP Archive 1.2 as browsers and proxies really write it: almost everything may be missing, and much is added.

use std::path::Path;

use serde::de::{Deserialize, Deserializer};

use super::{Note, RecordingError};

#[derive(serde::Deserialize)]
struct File {
    log: Log,
}

#[derive(serde::Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

/// One exchange.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Entry {
    pub(super) started_date_time: Option<String>,
    #[serde(default)]
    pub(super) time: Number,
    pub(super) request: Request,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) response: Response,
    /// Where a browser took the answer from instead of asking for it.
    #[serde(rename = "_fromCache")]
    from_cache: Option<serde_json::Value>,
    #[serde(rename = "_contractGate")]
    pub(super) note: Option<Note>,
}

impl Entry {
    /// Whether the answer comes from a cache of the client.
    pub(super) fn is_cached(&self) -> bool {
        let says =
            |value: &serde_json::Value| !matches!(value, serde_json::Value::Bool(false) | serde_json::Value::Null);
        self.from_cache.as_ref().is_some_and(says) || self.response.status.whole() == Some(304)
    }
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) headers: Vec<Pair>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) cookies: Vec<Pair>,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) query_string: Vec<Pair>,
    pub(super) post_data: Option<PostData>,
    #[serde(default)]
    pub(super) body_size: Number,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PostData {
    pub(super) text: Option<String>,
    #[serde(alias = "_encoding")]
    pub(super) encoding: Option<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Response {
    pub(super) status: Number,
    #[serde(deserialize_with = "or_default")]
    pub(super) headers: Vec<Pair>,
    #[serde(deserialize_with = "or_default")]
    pub(super) content: Content,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Content {
    pub(super) size: Number,
    pub(super) mime_type: Option<String>,
    pub(super) text: Option<String>,
    pub(super) encoding: Option<String>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Pair {
    #[serde(default, deserialize_with = "or_default")]
    pub(super) name: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(super) value: String,
}

/// A number, or nothing where something else stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Number(pub(super) Option<f64>);

impl Number {
    /// A whole number that is not negative.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and whole")]
    pub(super) fn whole(self) -> Option<u64> {
        self.0.filter(|x| x.fract() == 0.0 && (0.0..9e15).contains(x)).map(|x| x as u64)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        Ok(Self(match serde_json::Value::deserialize(reader)? {
            serde_json::Value::Number(number) => number.as_f64(),
            serde_json::Value::String(text) => text.trim().parse().ok(),
            _ => None,
        }))
    }
}

/// `null` where a value is wanted stands for none.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(reader: D) -> Result<T, D::Error> {
    Option::deserialize(reader).map(Option::unwrap_or_default)
}

/// Reads the entries of a file.
///
/// # Errors
/// When it is no HAR: with line and column.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Vec<Entry>, RecordingError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let fail = |line: usize, column: usize, message: String| RecordingError::NoHar {
        path: path.to_path_buf(),
        line: line.max(1),
        column: column.max(1),
        message,
        remedy: "export the traffic as HAR 1.2, with the bodies of the answers",
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let good = &bytes[..error.valid_up_to()];
        let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = good.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        fail(line, column, "is not UTF-8".to_owned())
    })?;
    let file: File = serde_json::from_str(text).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Eof if text.trim().is_empty() => "is empty".to_owned(),
            serde_json::error::Category::Eof => "breaks off before its end".to_owned(),
            serde_json::error::Category::Data => format!("is no HAR: {}", without_place(&error)),
            _ => format!("is no JSON: {}", without_place(&error)),
        };
        fail(error.line(), error.column(), what)
    })?;
    Ok(file.log.entries)
}

/// The message of an error without the place, and without what was read: it may be a credential.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let Some((before, rest)) = text.split_once('"') else { return text.to_owned() };
    let after = rest.rsplit_once('"').map_or("", |(_, after)| after);
    format!("{}{after}", before.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &[u8]) -> String {
        read(Path::new("t.har"), text).expect_err("is no HAR").to_string()
    }

    #[test]
    fn what_is_no_har_is_told_with_its_place() {
        for (text, wanted) in [
            (&b""[..], "t.har:1:1: is empty"),
            (b"{\"log\": {\n\"entries\": [", "t.har:2:"),
            (b"{\"log\": {\"entries\": 3}}", "is no HAR: invalid type: integer `3`, expected a sequence"),
            (b"{\"entries\": []}", "missing field `log`"),
            (b"openapi: 3.0.3\n", "t.har:1:1: is no JSON"),
            (
                b"{\"log\": {\"entries\": [{\"request\": {\"method\": 3, \"url\": \"x\"}}]}}",
                "invalid type: integer `3`",
            ),
            (b"{\"log\":\n {\"entries\": \"\xff\"}}", "t.har:2:15: is not UTF-8"),
            (b"{\"log\": {\"entries\": [{\"request\": \"s3cret\"}]}}", "invalid type: string, expected struct Request"),
        ] {
            let shown = fails(text);
            assert!(shown.contains(wanted), "{wanted}: {shown}");
            assert!(!shown.contains("s3cret"), "{shown}");
        }
        let deep = [b"{\"log\":".as_slice(), &b"[".repeat(100_000)].concat();
        assert!(fails(&deep).contains("is no HAR"), "{}", fails(&deep));
    }

    #[test]
    fn almost_everything_may_be_missing() {
        let text = "\u{feff}{\"log\": {\"entries\": [\
            {\"request\": {\"method\": \"GET\", \"url\": \"http://h/\", \"headers\": null, \"bodySize\": -1, \"_x\": 1}, \
             \"response\": {\"status\": \"200\", \"content\": null}, \"_fromCache\": \"disk\", \"time\": null}, \
            {\"request\": {\"method\": \"GET\", \"url\": \"\"}, \"response\": null}]}}";
        let entries = read(Path::new("t.har"), text.as_bytes()).expect("is a HAR");
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0].response.status.whole(), Some(200));
        assert!(entries[0].is_cached() && !entries[1].is_cached());
        assert_eq!(entries[0].request.body_size.whole(), None);
    }
}
