//! Operations as the document declares them: parameters, body, responses, security.

use serde_json::Value;

use super::semantics::{About, OperationClause, Slot};

/// The media type of JSON.
pub const JSON: &str = "application/json";

/// Where a parameter is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// In the query string.
    Query,
    /// In a request header.
    Header,
    /// In the path.
    Path,
    /// In a cookie; never sent by the gate.
    Cookie,
}

/// A declared parameter, path-level ones included.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name as declared.
    pub name: String,
    /// Where it is sent.
    pub location: Location,
    /// Whether a request without it is unlawful.
    pub required: bool,
    /// Pointer to the parameter object.
    pub pointer: String,
    /// Its schema, references resolved at the top.
    pub schema: Value,
    /// Whether an array is sent by repeating the key; otherwise joined by commas.
    pub explode: bool,
    /// Example value, from `example`, the first of `examples`, or the schema's.
    pub example: Option<Value>,
}

impl Parameter {
    /// Whether this is the parameter that a slot names; header names compare without case.
    #[must_use]
    pub fn is(&self, slot: &Slot) -> bool {
        match slot {
            Slot::Query(name) => self.location == Location::Query && self.name == *name,
            Slot::Path(name) => self.location == Location::Path && self.name == *name,
            Slot::Header(name) => self.location == Location::Header && self.name.eq_ignore_ascii_case(name),
            Slot::Body(_) => false,
        }
    }

    /// The slot of this parameter; `None` for cookies.
    #[must_use]
    pub fn slot(&self) -> Option<Slot> {
        match self.location {
            Location::Query => Some(Slot::Query(self.name.clone())),
            Location::Path => Some(Slot::Path(self.name.clone())),
            Location::Header => Some(Slot::Header(self.name.clone())),
            Location::Cookie => None,
        }
    }

    /// The value that its schema means by what was sent: all texts of a list, or else the first.
    #[must_use]
    pub fn meant_by(&self, texts: &[&str]) -> Value {
        let kind = self.schema.get("type").and_then(Value::as_str);
        if kind == Some("array") && self.location == Location::Query {
            let parts = texts.iter().flat_map(|text| text.split(','));
            let parts: Vec<&str> = if self.explode { texts.to_vec() } else { parts.collect() };
            return parts.into();
        }
        let text = texts.first().copied().unwrap_or_default();
        // `007` and `1.0` were sent as such.
        let exact = |value: Value| {
            let written = value.to_string();
            if written == text { value } else { text.into() }
        };
        let whole = text.parse::<i64>().ok().map(Value::from);
        let meant = match kind {
            Some("integer") => whole,
            Some("number") => whole.or_else(|| text.parse::<f64>().ok().map(Value::from)),
            Some("boolean") => text.parse::<bool>().ok().map(Value::Bool),
            _ => None,
        };
        meant.map_or_else(|| text.into(), exact)
    }

    /// Values of its enumeration; empty if it has none.
    #[must_use]
    pub fn options(&self) -> &[Value] {
        self.schema.get("enum").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

/// A declared JSON request body.
#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// Whether a request without it is unlawful.
    pub required: bool,
    /// Pointer to its schema.
    pub schema: String,
    /// Its media type, as the document writes it.
    pub media: String,
}

/// Which statuses a response stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// One status.
    Exact(u16),
    /// A class such as `4XX`, by its first digit.
    Class(u16),
    /// Everything else.
    Default,
}

impl Status {
    /// Reads a key of `responses`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "default" {
            return Some(Self::Default);
        }
        if let Ok(status) = text.parse::<u16>() {
            return (100..600).contains(&status).then_some(Self::Exact(status));
        }
        let digit = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx"))?;
        digit.parse().ok().filter(|digit| (1..=5).contains(digit)).map(Self::Class)
    }
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(status) => write!(f, "{status}"),
            Self::Class(digit) => write!(f, "{digit}XX"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A declared media type of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// Its name without parameters, lower case.
    pub name: String,
    /// Pointer to its schema, if it has one.
    pub schema: Option<String>,
}

/// A declared response.
#[derive(Clone, Debug, PartialEq)]
pub struct Response {
    /// Which statuses it stands for.
    pub status: Status,
    /// Pointer to the response object, references resolved.
    pub pointer: String,
    /// Its media types; empty means no body is declared.
    pub media: Vec<Media>,
    /// Level at which seeing it is worth a word.
    pub about: About,
}

impl Response {
    /// The media type that a `Content-Type` belongs to: exact, then `type/*`, then `*/*`.
    #[must_use]
    pub fn media_for(&self, content_type: &str) -> Option<&Media> {
        let name = essence(content_type);
        let class = name.split('/').next().unwrap_or_default();
        self.media
            .iter()
            .find(|media| media.name == name)
            .or_else(|| self.media.iter().find(|media| media.name == format!("{class}/*")))
            .or_else(|| self.media.iter().find(|media| media.name == "*/*"))
    }
}

/// A media type without parameters, lower case.
#[must_use]
pub fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is JSON: `application/json` or anything `+json`.
#[must_use]
pub fn is_json(content_type: &str) -> bool {
    let name = essence(content_type);
    name == "application/json" || name.ends_with("+json")
}

/// A declared security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// `Authorization: Bearer …`; OAuth and OpenID schemes count as this.
    Bearer,
    /// `Authorization: Basic …`.
    Basic,
    /// A key in a header.
    HeaderKey(String),
    /// A key in the query.
    QueryKey(String),
    /// Something that the gate cannot send by itself; headers may.
    Other(String),
}

/// An operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// `operationId`, or `METHOD path` where the document has none.
    pub id: String,
    /// Upper-case HTTP method.
    pub method: String,
    /// Path template as written.
    pub path: String,
    /// Pointer to the operation object.
    pub pointer: String,
    /// Parameters of path and operation, in document order.
    pub parameters: Vec<Parameter>,
    /// The JSON request body, if declared.
    pub body: Option<Body>,
    /// Responses, in document order.
    pub responses: Vec<Response>,
    /// Alternatives of schemes, by name; empty means open.
    pub security: Vec<Vec<String>>,
    /// What `x-contract` says.
    pub clause: OperationClause,
    /// `x-source`.
    pub source: Option<String>,
}

impl Operation {
    /// `METHOD path`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The declared parameter of a slot.
    #[must_use]
    pub fn parameter(&self, slot: &Slot) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.is(slot))
    }

    /// The response that stands for a status: exact, then class, then default.
    #[must_use]
    pub fn response(&self, status: u16) -> Option<&Response> {
        let find = |wanted: Status| self.responses.iter().find(|response| response.status == wanted);
        find(Status::Exact(status)).or_else(|| find(Status::Class(status / 100))).or_else(|| find(Status::Default))
    }

    /// The response that describes success: the lowest 2xx.
    #[must_use]
    pub fn success(&self) -> Option<&Response> {
        self.responses
            .iter()
            .filter(|response| matches!(response.status, Status::Exact(200..=299) | Status::Class(2)))
            .min_by_key(|response| response.status)
    }

    /// What to ask for: the JSON media types of its success, else whatever it declares; `application/json` where that
    /// is one of them, or where nothing is said.
    #[must_use]
    pub fn accept(&self) -> String {
        let declared: Vec<&str> = self
            .success()
            .map(|response| response.media.iter().map(|media| media.name.as_str()).collect())
            .unwrap_or_default();
        let any = |name: &&str| matches!(*name, "application/json" | "application/*" | "*/*");
        if declared.is_empty() || declared.iter().any(any) {
            return JSON.to_owned();
        }
        let json: Vec<&str> = declared.iter().copied().filter(|name| is_json(name)).collect();
        if json.is_empty() { declared.join(", ") } else { json.join(", ") }
    }

    /// Whether it needs a credential.
    #[must_use]
    pub fn is_guarded(&self) -> bool {
        !self.security.is_empty() && self.security.iter().all(|schemes| !schemes.is_empty())
    }
}
