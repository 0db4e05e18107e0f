//! `contract-gate.toml`: targets, access, levels, limits, reports and waivers in one file.
//!
//! The file is found upward from the working folder. Flags win over the environment, the environment over the file.
//! Every mistake names its line and column and the next step. [`DEFAULT_FILE`] is the commented reference of every
//! key, [`SCHEMA`] the same for editors.

mod access;
mod error;
mod levels;
mod settings;
mod target;
mod units;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use crate::finding::Place;
use crate::waiver::Waiver;
pub(crate) use access::is_sensitive;
pub use access::{Access, AccessSource, Environment, Header};
pub use error::ConfigError;
pub use levels::{LevelRule, Levels, Scope};
pub use settings::{Origin, PREFIX, Row, RunFlags, RunSettings, Setting};
pub use target::Target;
pub use units::{Color, FailOn, Plain, Profile, Rate, Report, Time, level};

/// Name of the file.
pub const FILE_NAME: &str = "contract-gate.toml";
/// The commented reference of every key; `init` writes it.
pub const DEFAULT_FILE: &str = include_str!("default.toml");
/// JSON Schema of the file.
pub const SCHEMA: &str = include_str!("schema.json");

/// A configuration, read and merged.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The file, if there is one.
    pub path: Option<PathBuf>,
    /// `[run]`, flags and environment merged in.
    pub run: RunSettings,
    /// `[levels]`.
    pub levels: Vec<LevelRule>,
    /// `[targets.*]`, in the order of the file.
    pub targets: Vec<Target>,
    /// `[[waivers]]`, in the order of the file.
    pub waivers: Vec<Waiver>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    run: settings::FileRun,
    levels: BTreeMap<Spanned<String>, Spanned<String>>,
    targets: BTreeMap<Spanned<String>, target::FileTarget>,
    waivers: Vec<Spanned<Waiver>>,
}

/// The text that values come from, for positions and relative paths.
pub(in crate::config) struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    environment: &'a Environment<'a>,
}

impl Source<'_> {
    fn position(&self, span: &Range<usize>) -> (usize, usize) {
        error::line_and_column(self.text, span)
    }

    fn origin(&self, span: &Range<usize>) -> Origin {
        Origin::File(self.path.to_path_buf(), self.position(span).0)
    }

    fn error(&self, span: &Range<usize>, message: &str, help: &str) -> ConfigError {
        ConfigError::at(self.path, self.position(span), message, help)
    }

    /// A path of the file; a relative one starts at the file's folder.
    fn relative(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// A contract: a path if it looks like one, otherwise the name of a shipped one.
    fn contract(&self, text: &str) -> String {
        let is_path = text.contains(['/', '\\']) || [".yaml", ".yml", ".json"].iter().any(|end| text.ends_with(end));
        if is_path { self.relative(text).display().to_string() } else { text.to_owned() }
    }

    fn levels(&self, table: &BTreeMap<Spanned<String>, Spanned<String>>) -> Result<Vec<LevelRule>, ConfigError> {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let rule = |(key, value): (&Spanned<String>, &Spanned<String>)| {
            let scope = key.get_ref().parse().map_err(|error: String| self.error(&key.span(), &error, ""))?;
            let level = level(value.get_ref()).map_err(|error| self.error(&value.span(), &error, ""))?;
            Ok(LevelRule { scope, level, origin: self.origin(&key.span()) })
        };
        entries.into_iter().map(rule).collect()
    }

    fn waiver(&self, entry: Spanned<Waiver>) -> Result<Waiver, ConfigError> {
        let span = entry.span();
        let mut waiver = entry.into_inner();
        let (line, column) = self.position(&span);
        let name = format!("the waiver of `{}`", waiver.check);
        if waiver.check.trim().is_empty() {
            return Err(self.error(
                &span,
                "a waiver names no check",
                "add `check = \"…\"`; `contract-gate list` shows all",
            ));
        }
        if waiver.reason.trim().is_empty() {
            let help = "write why the fault is accepted: `reason = \"…\"`, with a ticket if there is one";
            return Err(self.error(&span, &format!("{name} has no reason"), help));
        }
        if let Some(until) = &waiver.until
            && until.parse::<jiff::civil::Date>().is_err()
        {
            let help = "write year, month and day: `until = \"2026-12-31\"`";
            return Err(self.error(&span, &format!("{name} has `until = \"{until}\"`, which is no date"), help));
        }
        waiver.written = Some(Place { file: self.path.display().to_string(), pointer: String::new(), line, column });
        Ok(waiver)
    }
}

impl Config {
    /// The file that counts for a folder: in it or in the nearest folder above that has one.
    #[must_use]
    pub fn find(folder: &Path) -> Option<PathBuf> {
        folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())
    }

    /// Reads a file, or takes the defaults when there is none, and merges the environment and the flags into it.
    ///
    /// # Errors
    /// When the file cannot be read, holds an unknown key, a wrong type or value, or a waiver without reason, or when
    /// an environment variable has a wrong value.
    pub fn load(path: Option<&Path>, flags: &RunFlags, environment: &Environment<'_>) -> Result<Self, ConfigError> {
        let Some(path) = path else {
            let source = Source { path: Path::new(""), text: "", environment };
            return Self::merge(None, File::default(), flags, &source);
        };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
            path: Some(path.to_path_buf()),
            position: None,
            message: format!("cannot be read: {error}"),
            help: "check the path, or write a new file with `contract-gate init`".to_owned(),
        })?;
        Self::parse(path, &text, flags, environment)
    }

    /// Reads a text as [`Config::load`] reads a file.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn parse(
        path: &Path,
        text: &str,
        flags: &RunFlags,
        environment: &Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let file: File = toml::from_str(text).map_err(|error| ConfigError::from_toml(path, text, &error))?;
        Self::merge(Some(path.to_path_buf()), file, flags, &Source { path, text, environment })
    }

    fn merge(path: Option<PathBuf>, file: File, flags: &RunFlags, source: &Source<'_>) -> Result<Self, ConfigError> {
        let mut targets: Vec<_> = file.targets.into_iter().collect();
        targets.sort_by_key(|(name, _)| name.span().start);
        Ok(Self {
            path,
            run: RunSettings::settle(flags, &file.run, source)?,
            levels: source.levels(&file.levels)?,
            targets: targets
                .into_iter()
                .map(|(name, file)| Target::new(&name, file, source))
                .collect::<Result<_, _>>()?,
            waivers: file.waivers.into_iter().map(|entry| source.waiver(entry)).collect::<Result<_, _>>()?,
        })
    }

    /// A target by its name.
    ///
    /// # Errors
    /// When there is none of that name, with the nearest one.
    pub fn target(&self, name: &str) -> Result<&Target, ConfigError> {
        self.targets.iter().find(|target| target.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.targets.iter().map(|target| target.name.as_str()).collect();
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => {
                    format!("add `[targets.{name}]` to {FILE_NAME}, or name a shipped contract")
                }
                None => format!("targets: {}", names.join(", ")),
            };
            ConfigError { path: self.path.clone(), ..ConfigError::new(format!("there is no target `{name}`"), help) }
        })
    }

    /// The levels that hold for a target: `[levels]`, then the target's own, then the flags.
    #[must_use]
    pub fn levels_for(&self, target: Option<&Target>, flags: Vec<LevelRule>) -> Levels {
        let mut levels = Levels::default();
        levels.push(self.levels.clone());
        levels.push(target.map(|target| target.levels.clone()).unwrap_or_default());
        levels.push(flags);
        levels
    }

    /// Refuses levels and waivers that name neither a known check nor a known family.
    ///
    /// # Errors
    /// The first unknown name, with its place and the nearest known one.
    pub fn check_names(&self, known: &[&str]) -> Result<(), ConfigError> {
        let rules = self.levels.iter().chain(self.targets.iter().flat_map(|target| &target.levels));
        let levels = rules.map(|rule| (rule.scope.what.as_str(), rule.origin.clone()));
        let waivers = self.waivers.iter().map(|waiver| {
            let place = waiver.written.as_ref();
            let origin = place.map_or(Origin::Default, |place| Origin::File(PathBuf::from(&place.file), place.line));
            (waiver.check.as_str(), origin)
        });
        for (name, origin) in levels.chain(waivers) {
            if !known.contains(&name) {
                let near = nearest(name, known.iter().copied());
                let help = near.map_or_else(
                    || "`contract-gate list` shows all".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                let error = ConfigError::new(format!("there is no check and no family `{name}`"), help);
                return Err(match origin {
                    Origin::File(path, line) => ConfigError { path: Some(path), position: Some((line, 1)), ..error },
                    _ => error,
                });
            }
        }
        Ok(())
    }

    /// Every value with its origin, secrets masked, for `config show`.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.run.rows();
        for rule in &self.levels {
            let key = format!("levels.{}", rule.scope);
            rows.push(Row { key, value: rule.level.to_string(), origin: rule.origin.clone() });
        }
        for target in &self.targets {
            target.rows(&mut rows);
        }
        for (index, waiver) in self.waivers.iter().enumerate() {
            let place = waiver.written.as_ref();
            let origin = place.map_or(Origin::Default, |place| Origin::File(PathBuf::from(&place.file), place.line));
            rows.push(Row {
                key: format!("waivers.{index}"),
                value: format!("{}: {}", waiver.check, waiver.reason),
                origin,
            });
        }
        rows
    }

    /// The text of `config show`: key, value, origin in columns.
    #[must_use]
    pub fn show(&self) -> String {
        let rows = self.rows();
        let width = |text: fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0).min(48);
        let (keys, values) = (width(|row| row.key.chars().count()), width(|row| row.value.chars().count()));
        rows.iter().map(|row| format!("{:<keys$}  {:<values$}  {}\n", row.key, row.value, row.origin)).collect()
    }
}

/// The nearest of some words, if one is near.
#[must_use]
pub fn nearest<'a>(given: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    let distance = |word: &str| strsim::damerau_levenshtein(word, &given);
    let near = words.into_iter().min_by_key(|word| distance(word))?;
    let limit = (near.chars().count().max(given.chars().count()) / 3).max(1);
    let same_start = near.chars().zip(given.chars()).take_while(|(one, two)| one == two).count() >= 3;
    (distance(near) <= limit || (same_start && distance(near) <= 3)).then_some(near)
}
