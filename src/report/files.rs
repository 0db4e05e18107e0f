//! Names of files as the outside world knows them, and lines out of them.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Options;
use super::escape::visible;
use super::text::shorten;
use crate::finding::{Finding, Place};

/// What may not stand in the path of a URI as it is.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// The root of the repository that holds a folder: `GITHUB_WORKSPACE`, or the nearest folder above with a `.git`.
#[must_use]
pub fn repository_root(folder: &Path) -> PathBuf {
    if let Some(workspace) = std::env::var_os("GITHUB_WORKSPACE").map(PathBuf::from)
        && folder.starts_with(&workspace)
    {
        return workspace;
    }
    folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder).to_path_buf()
}

/// A file relative to the root of the repository, with slashes.
pub(super) fn in_repository(file: &str, root: &Path) -> String {
    let path = Path::new(file);
    let inside = if path.is_absolute() {
        path.strip_prefix(root).map(Path::to_path_buf).unwrap_or_else(|_| path.to_path_buf())
    } else {
        let here = std::env::current_dir().unwrap_or_default();
        let folder =
            if root.as_os_str().is_empty() { Path::new("") } else { here.strip_prefix(root).unwrap_or(Path::new("")) };
        folder.join(path)
    };
    let mut parts: Vec<String> = Vec::new();
    for component in inside.components() {
        match component {
            Component::ParentDir if parts.last().is_some_and(|last| last != "..") => {
                parts.pop();
            }
            Component::ParentDir => parts.push("..".to_owned()),
            Component::Normal(part) => parts.push(part.to_string_lossy().into_owned()),
            Component::CurDir | Component::Prefix(_) | Component::RootDir => {}
        }
    }
    let slash = if inside.is_absolute() { "/" } else { "" };
    format!("{slash}{}", parts.join("/"))
}

/// Names the files of findings from the root of the repository, for annotations; what is no file on disk stays.
pub fn from_root(findings: &mut [Finding]) {
    let root = std::env::current_dir().map(|folder| repository_root(&folder)).unwrap_or_default();
    for finding in findings {
        for place in [&mut finding.place, &mut finding.old_place].into_iter().flatten() {
            if Path::new(&place.file).is_file() {
                place.file = in_repository(&place.file, &root);
            }
        }
    }
}

/// The same as a relative URI.
pub(super) fn uri(file: &str, root: &Path) -> String {
    utf8_percent_encode(&in_repository(file, root), PATH).to_string()
}

/// Lines of documents, read once per file.
pub(super) struct Excerpts<'a> {
    options: &'a Options,
    texts: HashMap<String, Option<Vec<String>>>,
}

/// One line of an excerpt: its number, its text, and whether it is the one that is meant.
pub(super) type Line = (usize, String, bool);

impl<'a> Excerpts<'a> {
    pub(super) fn new(options: &'a Options) -> Self {
        Self { options, texts: HashMap::new() }
    }

    /// The line of a place with its neighbours; empty when the file is not to be had.
    pub(super) fn around(&mut self, place: &Place) -> Vec<Line> {
        const BEFORE: usize = 2;
        const BEHIND: usize = 4;
        let options = self.options;
        let text = self.texts.entry(place.file.clone()).or_insert_with(|| {
            let text = match options.documents.get(&place.file) {
                Some(text) => Some(text.clone()),
                None => std::fs::read_to_string(&place.file).ok(),
            };
            text.map(|text| text.lines().map(|line| shorten(&visible(&line.replace('\t', "  ")), 160)).collect())
        });
        let Some(lines) = text else { return Vec::new() };
        let first = place.line.saturating_sub(BEFORE).max(1);
        let shown = lines.iter().enumerate().skip(first - 1).take(place.line + BEHIND + 1 - first);
        shown.map(|(index, line)| (index + 1, line.clone(), index + 1 == place.line)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_the_root() {
        assert_eq!(in_repository("/repo/api/a b.yaml", Path::new("/repo")), "api/a b.yaml");
        assert_eq!(uri("/repo/api/a b%.yaml", Path::new("/repo")), "api/a%20b%25.yaml");
        assert_eq!(in_repository("./x/../openapi.yaml", Path::new("")), "openapi.yaml");
        assert_eq!(in_repository("/elsewhere/a.yaml", Path::new("/repo")), "/elsewhere/a.yaml");
    }
}
