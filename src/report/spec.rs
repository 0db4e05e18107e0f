//! What the user asks for with `--report FORMAT[=PATH]`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::suggest::nearest;
use crate::whole_file::{Readers, WholeFile};

/// A format of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
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
#[non_exhaustive]
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

/// Refuses two reports in one file, however it is written, and two on standard output unless one of them is `github`, whose
/// lines are made to stand among others.
///
/// # Errors
/// [`SpecError::SamePlace`].
pub fn no_collisions(specs: &[ReportSpec]) -> Result<(), SpecError> {
    let places: Vec<Option<PathBuf>> = specs.iter().map(|spec| spec.path.as_deref().map(place)).collect();
    for (index, spec) in specs.iter().enumerate() {
        for (other, at) in specs[..index].iter().zip(&places) {
            let mixes = |one: &ReportSpec, two: &ReportSpec| {
                one.format == Format::Github && matches!(two.format, Format::Human | Format::Markdown)
            };
            if places[index] == *at && !(spec.path.is_none() && (mixes(spec, other) || mixes(other, spec))) {
                let place = spec.path.as_ref().map_or("standard output".to_owned(), |path| path.display().to_string());
                return Err(SpecError::SamePlace(place));
            }
        }
    }
    Ok(())
}

/// The file that a path means: `a`, `./a` and `b/../a` are one.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().or_else(|_| std::path::absolute(folder)).unwrap_or_else(|_| folder.to_owned());
    path.file_name().map_or_else(|| folder.clone(), |name| folder.join(name))
}

/// Refuses a report whose file cannot be written, before a run is spent on it. Nothing is left behind, and a device or a
/// pipe is not touched: whoever reads from it would see its end.
///
/// # Errors
/// The first report that cannot be written.
pub fn writable(specs: &[ReportSpec]) -> Result<(), super::Failure> {
    for spec in specs {
        if let Some(Err(error)) = spec.path.as_deref().map(can_be_made) {
            return Err(super::Failure { report: spec.to_string(), error });
        }
    }
    Ok(())
}

/// Tries the nearest folder that is there: the others are made in it.
fn can_be_made(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let there = folder.ancestors().find(|folder| folder.as_os_str().is_empty() || folder.exists());
    let tried = match there {
        Some(there) if there != folder => there.join(".contract-gate-report"),
        _ => path.to_path_buf(),
    };
    WholeFile::create(&tried, Readers::Anybody).map(drop)
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
        assert!(no_collisions(&specs(&["json=a", "sarif=./a"])).is_err());
        assert!(no_collisions(&specs(&["json=src/a", "sarif=src/../src/a"])).is_err());
        assert!(no_collisions(&specs(&["json=none/a", "sarif=none/b"])).is_ok());
    }

    #[test]
    fn what_is_tried_leaves_nothing_behind() {
        let here = std::env::temp_dir().join(format!("contract-gate-writable-{}", std::process::id()));
        std::fs::create_dir_all(&here).expect("a folder");
        let tried = |path: &Path| writable(&[ReportSpec { format: Format::Json, path: Some(path.to_owned()) }]);
        std::fs::write(here.join("file"), "kept").expect("a file");
        assert!(tried(&here.join("new/folders/a.json")).is_ok());
        assert!(tried(&here.join("file")).is_ok());
        assert!(tried(&here.join("file/a.json")).is_err(), "a file is no folder");
        assert!(tried(&here).is_err(), "a folder is no file");
        let left: Vec<_> =
            std::fs::read_dir(&here).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, ["file"]);
        std::fs::remove_dir_all(&here).expect("it is ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_opened_before_its_report_is_written() {
        let here = std::env::temp_dir().join(format!("contract-gate-pipe-{}", std::process::id()));
        std::fs::create_dir_all(&here).expect("a folder");
        let pipe = here.join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("every Unix has it");
        assert!(made.success());
        // Nobody reads: opening it would wait for ever.
        assert!(writable(&[ReportSpec { format: Format::Json, path: Some(pipe) }]).is_ok());
        std::fs::remove_dir_all(&here).expect("it is ours");
    }
}
