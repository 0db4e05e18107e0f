//! `contract-gate.toml`: targets, access, levels, limits, reports and waivers in one file.
//!
//! The file is found upward from the working folder. Flags win over the environment, the environment over the file.
//! Every mistake names its line and column and the next step. [`DEFAULT_FILE`] is the commented reference of every
//! key, [`SCHEMA`] the same for editors.

mod access;
mod error;
mod levels;
mod names;
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
pub use access::{Access, AccessSource, Environment, Header};
pub use error::ConfigError;
pub use levels::{LevelRule, Levels, Scope};
pub use names::{Names, Unknown, parameter, resource};
pub use settings::{Origin, PREFIX, Row, RunFlags, RunSettings, Setting};
pub use target::Target;
pub use units::{Color, Count, FailOn, Plain, Profile, Rate, Report, Time, level, whole};

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
    /// `CONTRACT_GATE_BASE_URL`, which stands over the base URL of each target.
    pub base_url: Option<String>,
}

/// The environment variable that stands over the base URL of each target.
pub const BASE_URL: &str = "CONTRACT_GATE_BASE_URL";

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
        let (line, column) = self.position(span);
        Origin::File(self.path.to_path_buf(), line, column)
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
        if !waiver.has_reason() {
            let help = "write why the fault is accepted: `reason = \"…\"`, with a ticket if there is one";
            return Err(self.error(&span, &format!("{name} has no reason"), help));
        }
        if let Some(until) = &waiver.until
            && until.parse::<jiff::civil::Date>().is_err()
        {
            let help = "write year, month and day, or leave it out: `until = \"2026-12-31\"`";
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
        let mut run = RunSettings::settle(flags, &file.run, source)?;
        for remembered in [&mut run.ledger, &mut run.regressions].into_iter().flatten() {
            if matches!(remembered.origin, Origin::File(..)) {
                remembered.value = source.relative(&remembered.value).display().to_string();
            }
        }
        let targets: Vec<Target> =
            targets.into_iter().map(|(name, file)| Target::new(&name, file, source)).collect::<Result<_, _>>()?;
        let mut waivers: Vec<Waiver> =
            file.waivers.into_iter().map(|entry| source.waiver(entry)).collect::<Result<_, _>>()?;
        for waiver in &mut waivers {
            waiver.targets = targets_of(&targets, waiver.contract.as_deref());
        }
        Ok(Self {
            path,
            run,
            base_url: (source.environment)(BASE_URL).filter(|url| !url.is_empty()),
            levels: source.levels(&file.levels)?,
            targets,
            waivers,
        })
    }

    /// A target by its name.
    ///
    /// # Errors
    /// When there is none of that name, with the nearest one.
    pub fn target(&self, name: &str) -> Result<&Target, ConfigError> {
        self.targets.iter().find(|target| target.name == name).ok_or_else(|| {
            let names: Vec<&str> = self.targets.iter().map(|target| target.name.as_str()).collect();
            let help = match crate::suggest::nearest(name, names.iter().copied()) {
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

    /// Refuses levels, waivers and selections of the file that name what is not there.
    ///
    /// # Errors
    /// The first unknown name, with its place and the nearest known one.
    pub fn check_names(&self, names: &Names) -> Result<(), ConfigError> {
        let place = |origin: &Origin, unknown: Unknown| origin.error(&unknown.message, &unknown.help);
        for rule in &self.levels {
            names.level(&rule.scope, None).map_err(|unknown| place(&rule.origin, unknown))?;
        }
        for target in &self.targets {
            for rule in &target.levels {
                names.level(&rule.scope, Some(&target.name)).map_err(|unknown| place(&rule.origin, unknown))?;
            }
            for (key, selected) in [("only", &target.only), ("skip", &target.skip)] {
                for name in selected {
                    names
                        .selection(name, Some(&target.name))
                        .map_err(|unknown| place(target.place_of(key), unknown))?;
                }
            }
        }
        for waiver in &self.waivers {
            let origin = origin_of(waiver);
            names.waiver(waiver).map_err(|unknown| place(&origin, unknown))?;
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
        // A flag or a variable for the run stands over what a target says.
        let outside = self.run.rows().into_iter().filter(|row| row.origin.is_from_outside());
        for over in outside.filter(|row| target::OF_THE_RUN.iter().any(|key| row.key == format!("run.{key}"))) {
            let key = over.key.trim_start_matches("run.");
            for row in rows.iter_mut().filter(|row| is_of_target(&row.key, key)) {
                row.value.clone_from(&over.value);
                row.origin = over.origin.clone();
            }
        }
        if let Some(url) = &self.base_url {
            for row in rows.iter_mut().filter(|row| row.key.starts_with("targets.") && row.key.ends_with(".base-url")) {
                row.value = crate::mask::redact_credentials(url).into_owned();
                row.origin = Origin::Environment(BASE_URL.to_owned());
            }
        }
        for (index, waiver) in self.waivers.iter().enumerate() {
            rows.push(Row {
                key: format!("waivers.{index}"),
                value: format!("{}: {}", waiver.check, waiver.reason),
                origin: origin_of(waiver),
            });
        }
        rows
    }

    /// The text of `config show`: key, value, origin in columns.
    #[must_use]
    pub fn show(&self) -> String {
        table(&self.rows())
    }
}

/// Whether a row is about a key of a target.
fn is_of_target(row: &str, key: &str) -> bool {
    let rest = row.strip_prefix("targets.").and_then(|rest| rest.strip_suffix(key));
    rest.is_some_and(|rest| rest.strip_suffix('.').is_some_and(|name| !name.ends_with(".levels")))
}

/// Rows as text: key, value, origin in columns.
#[must_use]
pub fn table(rows: &[Row]) -> String {
    let width = |text: fn(&Row) -> usize| rows.iter().map(text).max().unwrap_or(0);
    let (keys, values) = (width(|row| row.key.chars().count()), width(|row| row.value.chars().count()));
    rows.iter().map(|row| format!("{:<keys$}  {:<values$}  {}\n", row.key, row.value, row.origin)).collect()
}

fn origin_of(waiver: &Waiver) -> Origin {
    let place = waiver.written.as_ref();
    place.map_or(Origin::Default, |place| Origin::File(PathBuf::from(&place.file), place.line, place.column))
}
/// The targets of a contract, by the name that it has where no target is called so: that of the shipped contract, or of the
/// file without its ending.
fn targets_of(targets: &[Target], contract: Option<&str>) -> Vec<String> {
    let Some(name) = contract.filter(|name| targets.iter().all(|target| target.name != **name)) else {
        return Vec::new();
    };
    let is_meant = |target: &&Target| {
        target.contract == name || Path::new(&target.contract).file_stem().is_some_and(|stem| stem == name)
    };
    targets.iter().filter(is_meant).map(|target| target.name.clone()).collect()
}
