//! Secrets, and what stands in their place.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

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
