//! What the user asks for with `--report FORMAT[=PATH]`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::suggest::nearest;

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text for people.
    Human,
    /// One JSON document; see `src/report/schema/report.schema.json`.
    Json,
    /// One event per line.
    Ndjson,
    /// JUnit XML in the dialect of Surefire and nextest.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Markdown for a step summary or a comment.
    Markdown,
    /// One self-contained page.
    Html,
}

impl Format {
    /// All formats, in the order of the documentation.
    pub const ALL: [Self; 8] =
        [Self::Human, Self::Json, Self::Ndjson, Self::Junit, Self::Sarif, Self::Github, Self::Markdown, Self::Html];

    /// The word used in flags and configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One report: its format, and its file; without a file it goes to standard output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportSpec {
    /// The format.
    pub format: Format,
    /// The file; `None` is standard output.
    pub path: Option<PathBuf>,
}

impl fmt::Display for ReportSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{}={}", self.format, path.display()),
            None => write!(f, "{}", self.format),
        }
    }
}

/// Why a `--report` cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// No such format.
    #[error("unknown report format `{given}`{}; formats: human, json, ndjson, junit, sarif, github, markdown, html",
        .suggestion.map(|format| format!(" (did you mean `{format}`?)")).unwrap_or_default())]
    UnknownFormat {
        /// What was written.
        given: String,
        /// The nearest format.
        suggestion: Option<Format>,
    },
    /// `FORMAT=` with nothing behind it.
    #[error("no path after `{0}=`; write `{0}=FILE`, or `{0}` alone for standard output")]
    EmptyPath(Format),
    /// Two reports for the same place.
    #[error("two reports go to {0}; give one of them another file: `--report FORMAT=FILE`")]
    SamePlace(String),
}

impl FromStr for ReportSpec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format = Format::ALL.into_iter().find(|format| format.name() == name).ok_or_else(|| {
            let suggestion = match name {
                "xml" => Some(Format::Junit),
                "md" => Some(Format::Markdown),
                "jsonl" => Some(Format::Ndjson),
                "text" | "console" | "pretty" => Some(Format::Human),
                _ => {
                    let near = nearest(name, Format::ALL.map(Format::name));
                    Format::ALL.into_iter().find(|format| Some(format.name()) == near)
                }
            };
            // All of it: a part of what was typed could be half of something that has to be masked.
            SpecError::UnknownFormat { given: text.to_owned(), suggestion }
        })?;
        match path {
            Some("") => Err(SpecError::EmptyPath(format)),
            Some("-") | None => Ok(Self { format, path: None }),
            Some(path) => Ok(Self { format, path: Some(PathBuf::from(path)) }),
        }
    }
}

/// Refuses two reports in one file, and two on standard output unless one of them is `github`, whose lines are made
/// to stand among others.
///
/// # Errors
/// [`SpecError::SamePlace`].
pub fn no_collisions(specs: &[ReportSpec]) -> Result<(), SpecError> {
    for (index, spec) in specs.iter().enumerate() {
        for other in &specs[..index] {
            let mixes = |one: &ReportSpec, two: &ReportSpec| {
                one.format == Format::Github && matches!(two.format, Format::Human | Format::Markdown)
            };
            if spec.path == other.path && !(spec.path.is_none() && (mixes(spec, other) || mixes(other, spec))) {
                let place = spec.path.as_ref().map_or("standard output".to_owned(), |path| path.display().to_string());
                return Err(SpecError::SamePlace(place));
            }
        }
    }
    Ok(())
}

/// Refuses a report whose file cannot be written, before a run is spent on it. Parent folders are created.
///
/// # Errors
/// The first report that cannot be written.
pub fn writable(specs: &[ReportSpec]) -> Result<(), super::Failure> {
    for spec in specs {
        // What is opened here and dropped leaves nothing behind.
        if let Some(Err(error)) = spec.path.as_ref().map(|path| super::Sink::file(path)) {
            return Err(super::Failure { report: spec.to_string(), error });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<ReportSpec, String> {
        text.parse().map_err(|error: SpecError| error.to_string())
    }

    #[test]
    fn a_report_is_a_format_and_a_place() {
        assert_eq!(parse("junit=out/a=b.xml").map(|spec| spec.to_string()), Ok("junit=out/a=b.xml".to_owned()));
        assert_eq!(parse("json").map(|spec| spec.path), Ok(None));
        assert_eq!(parse("json=-").map(|spec| spec.path), Ok(None));
    }

    #[test]
    fn mistakes_come_with_the_next_step() {
        assert!(parse("jnuit=x").is_err_and(|error| error.contains("did you mean `junit`?")));
        assert!(parse("md").is_err_and(|error| error.contains("did you mean `markdown`?")));
        assert!(parse("foo=x").is_err_and(|error| !error.contains("did you mean") && error.contains("human, json")));
        assert!(parse("html=").is_err_and(|error| error.contains("html=FILE")));
    }

    #[test]
    fn two_reports_in_one_place_are_refused() {
        let specs = |texts: &[&str]| texts.iter().filter_map(|text| text.parse().ok()).collect::<Vec<ReportSpec>>();
        assert!(no_collisions(&specs(&["human", "json"])).is_err());
        assert!(no_collisions(&specs(&["json=a", "sarif=a"])).is_err());
        assert!(no_collisions(&specs(&["human", "github", "json=a"])).is_ok());
    }
}
