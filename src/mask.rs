//! Keeps secrets and people's data out of everything that is written.
//!
//! A [`Masker`] knows the secrets of a run and removes them from any text, in whatever form they come: as they are,
//! URL-encoded, base64, hexadecimal, JSON-escaped, HTML-escaped, quoted-printable, folded over header lines, and mixtures
//! of these. It stands at two doors: exchanges pass it when they are recorded, events pass it on their way to the reports.

mod basic;
mod credentials;
mod escape;
mod needle;
mod personal;
mod placeholder;
mod reading;

use std::borrow::Cow;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::event::{Event, Outcome};
use crate::excerpt;
use crate::finding::{Exhibit, Finding};
pub use basic::Basic;
pub use credentials::{has_user, header_names_credential, names_credential, redact_credentials};
use needle::Needle;
pub use personal::{redact_emails, redact_personal};
pub use placeholder::{holds_placeholder, is_placeholder};

/// Shortest secret that can be masked, in bytes: shorter ones would turn ordinary text into stars.
pub const SHORTEST: usize = 4;

/// Stands where a secret without a name stood.
pub const STARS: &str = "***";

/// A secret, and the environment variable that it came from.
#[derive(Clone)]
pub struct Secret {
    value: SecretString,
    name: Option<String>,
}

impl Secret {
    /// A secret without a name; it is shown as `***`.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: SecretString::from(value.into()), name: None }
    }

    /// A secret out of an environment variable; it is shown as `$NAME`, so that a printed curl line works.
    #[must_use]
    pub fn named(value: impl Into<String>, name: impl Into<String>) -> Self {
        Self { value: SecretString::from(value.into()), name: Some(name.into()) }
    }

    /// The secret itself, for the request that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.value.expose_secret()
    }

    /// What stands in its place: `$NAME` or `***`.
    #[must_use]
    pub fn placeholder(&self) -> String {
        self.name.as_ref().map_or_else(|| STARS.to_owned(), |name| format!("${name}"))
    }

    /// The environment variable that it came from.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Whether it is too short to be masked; a run with such a secret should be refused.
    #[must_use]
    pub fn too_short(&self) -> bool {
        self.expose().trim().len() < SHORTEST
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.placeholder())
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose() && self.name == other.name
    }
}

/// Removes secrets from texts.
///
/// # Example
/// ```
/// use contract_gate::mask::{Masker, Secret};
///
/// let masker = Masker::new([Secret::named("s3cret/key", "TOKEN")]);
/// assert_eq!(masker.mask("curl -H 'X-Key: s3cret/key' 'http://a/?k=s3cret%2Fkey'"),
///            "curl -H 'X-Key: $TOKEN' 'http://a/?k=$TOKEN'");
/// ```
#[derive(Clone, Default)]
pub struct Masker {
    needles: Vec<Needle>,
    first: FirstBytes,
}

/// Which bytes a match can start with: a table, so that most of a text is passed over quickly.
#[derive(Clone)]
struct FirstBytes([bool; 256]);

impl Default for FirstBytes {
    fn default() -> Self {
        Self([false; 256])
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} forms)", self.needles.len())
    }
}

impl Masker {
    /// Knows these secrets. Ones that are too short are left out; see [`Secret::too_short`].
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut masker = Self::default();
        for secret in secrets {
            masker.add(&secret);
        }
        masker
    }

    /// Learns one more secret.
    pub fn add(&mut self, secret: &Secret) {
        if secret.too_short() {
            return;
        }
        self.needles.extend(needle::forms(secret.expose().trim(), &secret.placeholder()));
        for part in basic::parts(secret).iter().filter(|part| !part.too_short()) {
            self.needles.extend(needle::forms(part.expose(), &part.placeholder()));
        }
        // The longest form first, so that a secret inside another does not leave the rest of it standing.
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        for needle in &self.needles {
            for byte in needle.first_bytes() {
                self.first.0[usize::from(byte)] = true;
            }
        }
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// A text without secrets.
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Bytes without secrets.
    #[must_use]
    pub fn mask_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out: Option<Vec<u8>> = None;
        let mut kept = 0;
        let mut at = 0;
        while at < bytes.len() {
            if let Some(behind) = self.behind_idle_slashes(bytes, at) {
                at = behind;
                continue;
            }
            let hit = if self.first.0[usize::from(bytes[at])] { self.hit(bytes, at, kept) } else { None };
            if let Some((start, end, needle)) = hit {
                let out = out.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
                out.extend_from_slice(&bytes[kept..start]);
                out.extend_from_slice(needle.placeholder().as_bytes());
                kept = end;
                at = end;
            } else {
                at += 1;
            }
        }
        match out {
            None => Cow::Borrowed(bytes),
            Some(mut out) => {
                out.extend_from_slice(&bytes[kept..]);
                Cow::Owned(out)
            }
        }
    }

    /// The place behind backslashes that nothing can begin with, so that a long run of them is read once and not from each
    /// place in it.
    fn behind_idle_slashes(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let may_skip = bytes[at] == b'\\' && !self.needles.iter().any(Needle::begins_with_slash);
        if may_skip { escape::behind_idle_slashes(bytes, at) } else { None }
    }

    fn hit(&self, bytes: &[u8], at: usize, kept: usize) -> Option<(usize, usize, &Needle)> {
        self.needles.iter().find_map(|needle| {
            let (start, end) = needle.find_at(bytes, at)?;
            Some((start.max(kept), end, needle))
        })
    }

    /// An event as reports may see it: no secret anywhere, and no personal data unless values are to be shown.
    #[must_use]
    pub fn event(&self, event: &Event, show_values: bool) -> Event {
        let mut event = self.without_secrets(event);
        redact_set_up(&mut event);
        if let Event::Found(finding) = &mut event {
            bound(finding);
        }
        if !show_values {
            withhold(&mut event);
        }
        event
    }

    fn without_secrets(&self, event: &Event) -> Event {
        if self.is_empty() || matches!(event, Event::Exchanged(_)) {
            return event.clone();
        }
        let mut value = serde_json::to_value(event).expect("an event is plain data");
        self.mask_value(&mut value);
        serde_json::from_value(value).expect("masking changes free texts only")
    }

    /// Masks every text of a value but those that only the gate itself writes.
    fn mask_value(&self, value: &mut Value) {
        const OURS: [&str; 11] = [
            "event",
            "outcome",
            "level",
            "kind",
            "family",
            "check",
            "id",
            "verdict",
            "fingerprint",
            "hash",
            "stability",
        ];
        match value {
            Value::String(text) => {
                if let Cow::Owned(masked) = self.mask(text) {
                    *text = masked;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_value(item)),
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    if !(OURS.contains(&key.as_str()) && member.is_string()) {
                        self.mask_value(member);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Cuts what is shown of bodies to its length, now that nothing can be cut in half any more that had to be masked.
fn bound(finding: &mut Finding) {
    let bodies = finding.exchanges.iter_mut().filter_map(|exchange| exchange.response.as_mut()?.shown_body.as_mut());
    for text in bodies.chain(&mut finding.shown_value) {
        *text = excerpt::bounded(text);
    }
}

/// Takes credentials out of what the user typed: no masker knows them if they were never meant as such.
fn redact_set_up(event: &mut Event) {
    let texts: Vec<&mut String> = match event {
        Event::RunStarted(started) => vec![&mut started.repeat],
        Event::ContractStarted(started) => vec![&mut started.target],
        Event::ContractFinished(finished) => finished.aborted.iter_mut().map(|aborted| &mut aborted.message).collect(),
        _ => return,
    };
    for text in texts {
        if let Cow::Owned(clean) = redact_credentials(text) {
            *text = clean;
        }
    }
}

/// Takes what belongs to people out of the free texts of an event.
fn withhold(event: &mut Event) {
    let personal = |text: &mut String| {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    };
    match event {
        Event::Found(finding) => withhold_finding(finding),
        Event::Judged(judged) => match &mut judged.outcome {
            Outcome::Inconclusive { reason, .. } | Outcome::NotApplicable { reason } => personal(reason),
            _ => {}
        },
        Event::ContractFinished(finished) => {
            finished.remarks.iter_mut().for_each(personal);
            if let Some(aborted) = &mut finished.aborted {
                personal(&mut aborted.message);
            }
        }
        _ => {}
    }
}

fn withhold_finding(finding: &mut Finding) {
    finding.shown_value = None;
    for exchange in &mut finding.exchanges {
        withhold_exchange(exchange);
    }
    let texts = [&mut finding.title, &mut finding.expected, &mut finding.actual];
    for text in texts.into_iter().chain(finding.facts.values_mut()).chain(&mut finding.witness) {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    }
    // A curl line must still reach the record that it is about, so numbers stay.
    for text in finding.curl.iter_mut().chain(&mut finding.pointer) {
        if let Cow::Owned(clean) = redact_emails(text) {
            *text = clean;
        }
    }
}

fn withhold_exchange(exchange: &mut Exhibit) {
    exchange.withhold();
    let request = &mut exchange.request;
    // As in a curl line: the request must still reach its record.
    for text in request.headers.iter_mut().chain(&mut request.body).chain([&mut request.url]) {
        if let Cow::Owned(clean) = redact_emails(text) {
            *text = clean;
        }
    }
    let (headers, body) = match &mut exchange.response {
        Some(response) => (response.headers.as_mut_slice(), response.body.as_mut()),
        None => (&mut [][..], None),
    };
    for text in headers.iter_mut().chain(body).chain(&mut exchange.failure) {
        if let Cow::Owned(clean) = redact_personal(text) {
            *text = clean;
        }
    }
}

/// Describes a JSON value without its content: `string of 7 characters`, `array of 3`.
#[must_use]
pub fn shape(value: &Value) -> String {
    let plural = |number: usize| if number == 1 { "" } else { "s" };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => {
            let text = number.to_string();
            match text.split_once('.') {
                _ if text.contains(['e', 'E']) => "number with an exponent".to_owned(),
                Some((_, decimals)) => format!("number with {} decimal{}", decimals.len(), plural(decimals.len())),
                None if text.starts_with('-') => "negative integer".to_owned(),
                None if text == "0" => "zero".to_owned(),
                None => "integer".to_owned(),
            }
        }
        Value::String(text) if text.is_empty() => "empty string".to_owned(),
        Value::String(text) => {
            let length = text.chars().count();
            format!("string of {length} character{}", plural(length))
        }
        Value::Array(items) if items.is_empty() => "empty array".to_owned(),
        Value::Array(items) => format!("array of {}", items.len()),
        Value::Object(members) if members.is_empty() => "empty object".to_owned(),
        Value::Object(members) => format!("object with {} member{}", members.len(), plural(members.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_shape_says_nothing_of_the_content() {
        let shapes = [
            (json!("Jane Doe"), "string of 8 characters"),
            (json!("é"), "string of 1 character"),
            (json!(""), "empty string"),
            (json!(12.50), "number with 1 decimal"),
            (json!(1_234_567), "integer"),
            (json!(-3), "negative integer"),
            (json!([1, 2, 3]), "array of 3"),
            (json!({"a": 1}), "object with 1 member"),
            (json!(null), "null"),
            (json!(true), "true"),
        ];
        for (value, expected) in shapes {
            assert_eq!(shape(&value), expected);
        }
    }

    #[test]
    fn the_longest_secret_wins() {
        let masker = Masker::new([Secret::named("abcd", "SHORT"), Secret::named("abcdefgh", "LONG")]);
        assert_eq!(masker.mask("x abcdefgh abcd"), "x $LONG $SHORT");
    }

    #[test]
    fn a_short_secret_is_known_as_such() {
        assert!(Secret::new("abc").too_short());
        assert!(Masker::new([Secret::new("abc")]).is_empty());
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let secret = Secret::named("s3cretvalue", "TOKEN");
        assert_eq!(format!("{secret:?}"), "Secret($TOKEN)");
        assert!(!format!("{:?}", Masker::new([secret])).contains("s3cret"));
    }
}
