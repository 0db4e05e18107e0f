//! The `[run]` table: every key once, for the file, the environment, the flags, and `config show`.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::units::{Color, Count, FailOn, Plain, Profile, Rate, Report, Time};
use super::{ConfigError, Source};

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// The configuration file, with line and column.
    File(PathBuf, usize, usize),
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line, column) => write!(f, "{}:{line}:{column}", path.display()),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(name) => write!(f, "{name}"),
        }
    }
}

impl Origin {
    /// Line and column in the file; the first ones where it is no file.
    pub(super) fn position(&self) -> (usize, usize) {
        match self {
            Self::File(_, line, column) => (*line, *column),
            _ => (1, 1),
        }
    }

    /// Whether a flag or the environment said so: that stands over everything in the file.
    #[must_use]
    pub fn is_from_outside(&self) -> bool {
        matches!(self, Self::Environment(_) | Self::Flag(_))
    }

    /// An error about a value from here: with file, line and column if it stands in the file, else with the flag or variable.
    #[must_use]
    pub fn error(&self, message: &str, help: &str) -> ConfigError {
        match self {
            Self::File(path, line, column) => ConfigError::at(path, (*line, *column), message, help),
            Self::Default => ConfigError::new(message, help),
            Self::Environment(_) | Self::Flag(_) => ConfigError::new(format!("{self}: {message}"), help),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

/// One line of `config show`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Dotted key.
    pub key: String,
    /// The value, secrets masked.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// Prefix of the environment variables that set keys of `[run]`.
pub const PREFIX: &str = "CONTRACT_GATE_";

fn key(name: &str) -> String {
    name.replace('_', "-")
}

/// One value out of flag, environment, file, in this order.
fn settle<T: Plain + Clone>(
    name: &str,
    flag: Option<&T>,
    file: Option<&Spanned<T>>,
    source: &Source<'_>,
) -> Result<Option<Setting<T>>, ConfigError> {
    if let Some(value) = flag {
        return Ok(Some(Setting { value: value.clone(), origin: Origin::Flag(format!("--{}", key(name))) }));
    }
    let variable = format!("{PREFIX}{}", name.to_uppercase());
    if let Some(text) = (source.environment)(&variable).filter(|text| !text.is_empty()) {
        let value = T::read(&text).map_err(|error| {
            ConfigError::new(
                format!("${variable}: {error}"),
                format!("set it to a value that `{}` takes, or unset it", key(name)),
            )
        })?;
        return Ok(Some(Setting { value, origin: Origin::Environment(variable) }));
    }
    Ok(file.map(|spanned| Setting { value: spanned.get_ref().clone(), origin: source.origin(&spanned.span()) }))
}

macro_rules! settings {
    (
        with_default { $($(#[doc = $doc:literal])* $name:ident: $type:ty = $default:expr;)* }
        optional { $($(#[doc = $optional_doc:literal])* $optional:ident: $optional_type:ty;)* }
    ) => {
        /// `[run]` as it stands in the file.
        #[derive(Clone, Debug, Default, Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
        pub(super) struct FileRun {
            $($name: Option<Spanned<$type>>,)*
            $($optional: Option<Spanned<$optional_type>>,)*
        }

        /// Values given by flags; what is `None` was not given.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct RunFlags {
            $($(#[doc = $doc])* pub $name: Option<$type>,)*
            $($(#[doc = $optional_doc])* pub $optional: Option<$optional_type>,)*
        }

        /// The settings of a run, each with its origin.
        #[derive(Clone, Debug, PartialEq)]
        pub struct RunSettings {
            $($(#[doc = $doc])* pub $name: Setting<$type>,)*
            $($(#[doc = $optional_doc])* pub $optional: Option<Setting<$optional_type>>,)*
        }

        impl RunSettings {
            pub(super) fn settle(flags: &RunFlags, file: &FileRun, source: &Source<'_>) -> Result<Self, ConfigError> {
                Ok(Self {
                    $($name: settle(stringify!($name), flags.$name.as_ref(), file.$name.as_ref(), source)?
                        .unwrap_or_else(|| Setting { value: $default, origin: Origin::Default }),)*
                    $($optional: settle(stringify!($optional), flags.$optional.as_ref(), file.$optional.as_ref(), source)?,)*
                })
            }

            /// Names of all keys, as the file writes them.
            #[must_use]
            pub fn keys() -> Vec<String> {
                vec![$(key(stringify!($name)),)* $(key(stringify!($optional)),)*]
            }

            /// All values for `config show`.
            #[must_use]
            pub fn rows(&self) -> Vec<Row> {
                let row = |name: &str, value: String, origin: &Origin| Row {
                    key: format!("run.{}", key(name)), value, origin: origin.clone(),
                };
                vec![
                    $(row(stringify!($name), self.$name.value.show(), &self.$name.origin),)*
                    $(match &self.$optional {
                        Some(setting) => row(stringify!($optional), setting.value.show(), &setting.origin),
                        None => row(stringify!($optional), "-".to_owned(), &Origin::Default),
                    },)*
                ]
            }
        }
    };
}

settings! {
    with_default {
        /// Which checks run, and how hard they are.
        profile: Profile = Profile::Default;
        /// Requests under way at the same time.
        concurrency: Count = Count::FOUR;
        /// Longest wait for one answer.
        timeout: Time = Time(std::time::Duration::from_secs(10));
        /// Values in bodies are shown; otherwise only their shapes.
        show_values: bool = false;
        /// Reports, `FORMAT` or `FORMAT=PATH`.
        reports: Vec<Report> = Vec::new();
        /// Which findings turn the gate red.
        fail_on: FailOn = FailOn::Deny;
        /// A fault that is not seen again on repetition turns the gate red too.
        fail_on_flaky: bool = false;
        /// A check that gives no verdict turns the gate red too.
        require_conclusive: bool = false;
        /// Stops after the first finding that turns the gate red.
        fail_fast: bool = false;
        /// Failing cases are reported as they were found, not reduced to smaller ones.
        no_shrink: bool = false;
        /// Most records walked of one list; 0 is no bound.
        max_records: u64 = 10_000;
        /// Records read one by one per key; 0: about 20, and 500 under `strict`.
        reads: u64 = 0;
        /// Only these checks, families or operations run.
        only: Vec<String> = Vec::new();
        /// These checks, families or operations do not run.
        skip: Vec<String> = Vec::new();
        /// When colour is used.
        color: Color = Color::Auto;
    }
    optional {
        /// The seed; 0 without one, so that a run repeats itself.
        seed: u64;
        /// Most requests in a given time, for each target.
        rate: Rate;
        /// Most requests, for each target.
        max_requests: u64;
        /// Longest time for each target.
        time_budget: Time;
        /// Longest wait for a server that does not answer yet.
        wait: Time;
        /// File of what earlier runs judged; a run that judges less is a finding.
        ledger: String;
        /// File of the cases that showed a violation, to be sent first.
        regressions: String;
    }
}
