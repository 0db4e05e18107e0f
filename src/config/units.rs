//! Values of the configuration that have a notation of their own: `"30s"`, `"10/s"`, profiles.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};

use crate::finding::Level;
use crate::report::ReportSpec;

/// A length of time, written `"500ms"`, `"30s"`, `"5min"` or `"1h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(pub Duration);

impl FromStr for Time {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no length of time; write it like \"30s\", \"500ms\", \"5min\" or \"1h\"");
        let text_trimmed = text.trim();
        let digits = text_trimmed.find(|character: char| !character.is_ascii_digit()).ok_or_else(wrong)?;
        let number: u64 = text_trimmed[..digits].parse().map_err(|_| wrong())?;
        let millis = match text_trimmed[digits..].trim() {
            "ms" => Some(number),
            "s" => number.checked_mul(1_000),
            "min" | "m" => number.checked_mul(60_000),
            "h" => number.checked_mul(3_600_000),
            _ => None,
        };
        millis.filter(|millis| *millis > 0).map(|millis| Self(Duration::from_millis(millis))).ok_or_else(wrong)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_millis() {
            millis if millis % 3_600_000 == 0 => write!(f, "{}h", millis / 3_600_000),
            millis if millis % 60_000 == 0 => write!(f, "{}min", millis / 60_000),
            millis if millis % 1_000 == 0 => write!(f, "{}s", millis / 1_000),
            millis => write!(f, "{millis}ms"),
        }
    }
}

/// How often something may happen, written `"10/s"`, `"100/min"` or `"5000/h"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub requests: u32,
    /// In how long.
    pub per: Duration,
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no rate; write it like \"10/s\", \"100/min\" or \"5000/h\"");
        let (number, unit) = text.split_once('/').ok_or_else(wrong)?;
        let requests: u32 = number.trim().parse().map_err(|_| wrong())?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" | "m" => 60,
            "h" => 3_600,
            _ => return Err(wrong()),
        };
        if requests == 0 { Err(wrong()) } else { Ok(Self { requests, per: Duration::from_secs(seconds) }) }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            3_600 => "h",
            60 => "min",
            _ => "s",
        };
        write!(f, "{}/{unit}", self.requests)
    }
}

/// A whole number from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count(pub NonZeroU32);

impl Count {
    pub(super) const FOUR: Self = Self(NonZeroU32::MIN.saturating_add(3));
}

impl FromStr for Count {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.trim().parse().map(Self).map_err(|_| format!("`{text}` is no whole number from 1 on"))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer)?.to_string().parse().map_err(serde::de::Error::custom)
    }
}

/// A whole number, in our words where it is none.
///
/// # Errors
/// When it is none, or negative.
pub fn whole(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| format!("`{text}` is no whole number from 0 on"))
}

/// Declares an enumeration of words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal $(or $other:literal)?),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        impl $name {
            /// All words, in the order of the documentation.
            pub const WORDS: &'static [&'static str] = &[$($word),*];
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($word $(| $other)? => Ok(Self::$variant),)*
                    _ => Err(unknown_word(text, Self::WORDS)),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),* })
            }
        }

        from_text!($name);
    };
}

/// Reads a type from a TOML string through its `FromStr`.
macro_rules! from_text {
    ($name:ty) => {
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

from_text!(Time);
from_text!(Rate);

words! {
    /// Which checks run, and how hard they are.
    Profile {
        /// Everything that the contract promises.
        Default = "default",
        /// Shape only: status, media type, schema.
        Core = "core",
        /// Paging, filters, sorting.
        List = "list",
        /// Tenants and access.
        Isolation = "isolation",
        /// Everything, and what sources tolerate is raised.
        Strict = "strict",
    }
}

words! {
    /// Which findings turn the gate red: one vocabulary for all commands, which `diff` writes in words of its own.
    FailOn {
        /// Findings at level deny.
        Deny = "deny" or "breaking",
        /// Findings at level deny or warn.
        Warn = "warn" or "warning",
        /// Findings at level deny, warn or note.
        Note = "note",
        /// None: the run ends with 0 and the reports say the rest.
        Never = "never",
    }
}

words! {
    /// When colour is used.
    Color {
        /// On a terminal, unless `NO_COLOR` or `TERM=dumb` is set.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

impl FailOn {
    /// The least level that turns the gate red; none where nothing does.
    #[must_use]
    pub fn least(self) -> Option<Level> {
        match self {
            Self::Deny => Some(Level::Deny),
            Self::Warn => Some(Level::Warn),
            Self::Note => Some(Level::Note),
            Self::Never => None,
        }
    }
}

fn unknown_word(text: &str, words: &[&str]) -> String {
    let near = crate::suggest::nearest(text, words.iter().copied());
    let hint = near.map(|word| format!(", did you mean `{word}`?")).unwrap_or_default();
    format!("`{text}` is none of {}{hint}", words.join(", "))
}

/// A report as the configuration writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report(pub ReportSpec);

impl FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self).map_err(|error: crate::report::SpecError| error.to_string())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

from_text!(Report);

/// A level as flags and configuration write it.
///
/// # Errors
/// When it is none, with the nearest word.
pub fn level(text: &str) -> Result<Level, String> {
    let levels = [Level::Allow, Level::Note, Level::Warn, Level::Deny];
    let found = levels.into_iter().find(|level| level.name() == text);
    found.ok_or_else(|| unknown_word(text, &["allow", "note", "warn", "deny"]))
}

/// A value that can come from an environment variable and be shown.
pub trait Plain: Sized {
    /// Reads it from the text of an environment variable.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(text: &str) -> Result<Self, String>;

    /// As `config show` prints it.
    fn show(&self) -> String;
}

macro_rules! plain {
    ($($name:ty),*) => {$(
        impl Plain for $name {
            fn read(text: &str) -> Result<Self, String> {
                text.trim().parse().map_err(|error| format!("{error}"))
            }

            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

plain!(Count, Time, Rate, Profile, FailOn, Color, Report, String);

impl Plain for u64 {
    fn read(text: &str) -> Result<Self, String> {
        whole(text)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl Plain for bool {
    fn read(text: &str) -> Result<Self, String> {
        match text.trim() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" | "" => Ok(false),
            other => Err(format!("`{other}` is neither true nor false")),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl<T: Plain> Plain for Vec<T> {
    fn read(text: &str) -> Result<Self, String> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::read).collect()
    }

    fn show(&self) -> String {
        format!("[{}]", self.iter().map(T::show).collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_rates_read_as_they_are_written() {
        for text in ["500ms", "30s", "5min", "1h", "90s"] {
            assert_eq!(text.parse::<Time>().map(|time| time.to_string()), Ok(text.to_owned()));
        }
        for text in ["10/s", "100/min", "5000/h"] {
            assert_eq!(text.parse::<Rate>().map(|rate| rate.to_string()), Ok(text.to_owned()));
        }
        for text in ["", "30", "s", "-1s", "0s", "1.5s", "99999999999999999999s", "18446744073709551615h"] {
            assert!(text.parse::<Time>().is_err(), "{text}");
        }
        for text in ["0", "-1", "1.5", "", "many"] {
            assert!(text.parse::<Count>().is_err_and(|error| error.contains("no whole number from 1 on")), "{text}");
        }
        for text in ["", "10", "0/s", "/s", "10/d"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_unknown_word_comes_with_the_nearest() {
        assert!("stric".parse::<Profile>().is_err_and(|error| error.ends_with("did you mean `strict`?")));
    }
}
