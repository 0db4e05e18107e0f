//! Where in an operation something stands.

use std::fmt;

/// What carries a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// A parameter: where it is sent, and its name.
    Parameter { location: String, name: String },
    /// The body of the request.
    Request,
    /// The answer with a status.
    Response { status: String },
    /// A header of that answer.
    Header { status: String, name: String },
}

/// A place in an operation: what carries the value, and the media type of a body there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) carrier: Carrier,
    media: Option<String>,
}

impl From<Carrier> for Spot {
    fn from(carrier: Carrier) -> Self {
        Self { carrier, media: None }
    }
}

impl Spot {
    /// The body of the request.
    pub(super) fn request() -> Self {
        Carrier::Request.into()
    }

    /// An answer.
    pub(super) fn response(status: &str) -> Self {
        Carrier::Response { status: status.to_owned() }.into()
    }

    /// A parameter.
    pub(super) fn parameter(location: &str, name: &str) -> Self {
        Carrier::Parameter { location: location.to_owned(), name: name.to_owned() }.into()
    }

    /// A header of the answer that this is.
    pub(super) fn header(&self, name: &str) -> Self {
        let status = match &self.carrier {
            Carrier::Response { status } | Carrier::Header { status, .. } => status.clone(),
            Carrier::Parameter { .. } | Carrier::Request => String::new(),
        };
        Carrier::Header { status, name: name.to_owned() }.into()
    }

    /// The same in one media type.
    pub(super) fn of_media(&self, name: &str) -> Self {
        Self { carrier: self.carrier.clone(), media: Some(name.to_owned()) }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.carrier {
            Carrier::Parameter { location, name } => write!(f, "{location} parameter `{name}`")?,
            Carrier::Request => f.write_str("request body")?,
            Carrier::Response { status } => write!(f, "response {status}")?,
            Carrier::Header { status, name } => write!(f, "response {status}, header `{name}`")?,
        }
        match &self.media {
            Some(media) => write!(f, " {media}"),
            None => Ok(()),
        }
    }
}
