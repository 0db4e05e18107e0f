//! Where documents come from: a file, standard input, or a revision in git. Never the network.

use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::document::{Document, DocumentError, MAX_BYTES};

/// Most files that one document may be spread over.
const MAX_FILES: usize = 2_000;
/// Deepest nesting of a document that is compared.
const MAX_DEPTH: usize = 1_000;

/// A document together with the files of its folder that it refers to.
#[derive(Debug)]
pub struct Workspace {
    documents: Vec<Document>,
    names: Vec<PathBuf>,
}

/// Where a document is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A file of the work tree.
    File(PathBuf),
    /// Standard input; it cannot refer to other files.
    Stdin,
    /// `REV:path` of the git repository of the working folder.
    Git {
        /// The revision.
        revision: String,
        /// The path as git understands it.
        path: String,
    },
}

impl Origin {
    /// Reads an argument of the command line. An existing file wins over `REV:path`.
    #[must_use]
    pub fn parse(argument: &str) -> Self {
        if argument == "-" {
            return Self::Stdin;
        }
        if !Path::new(argument).exists()
            && let Some((revision, path)) = argument.split_once(':')
            && !revision.is_empty()
            && !path.is_empty()
            && !path.starts_with("//")
            && !(revision.len() == 1 && path.starts_with(['\\', '/']))
        {
            return Self::Git { revision: revision.to_owned(), path: path.to_owned() };
        }
        Self::File(PathBuf::from(argument))
    }

    /// The name of the document without its folder and its end; none on standard input.
    #[must_use]
    pub fn stem(&self) -> Option<String> {
        let (_, name) = self.folder_and_name();
        (*self != Self::Stdin).then(|| Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned()))?
    }

    fn folder_and_name(&self) -> (PathBuf, PathBuf) {
        let path = match self {
            Self::File(path) => path.clone(),
            Self::Stdin => PathBuf::from("<stdin>"),
            Self::Git { path, .. } => PathBuf::from(path),
        };
        let name = path.file_name().map_or_else(|| path.clone(), PathBuf::from);
        (path.parent().map(Path::to_path_buf).unwrap_or_default(), name)
    }

    fn read(&self, relative: Option<&Path>) -> Result<Document, DocumentError> {
        let (folder, name) = self.folder_and_name();
        let path = folder.join(relative.unwrap_or(&name));
        match self {
            Self::File(whole) => Document::read(if relative.is_none() { whole } else { &path }),
            Self::Stdin => read_stdin(),
            Self::Git { revision, .. } => read_git(revision, &path.to_string_lossy()),
        }
    }
}

fn failed(path: &Path, message: String, remedy: &str) -> DocumentError {
    DocumentError { path: path.to_path_buf(), span: None, message, remedy: remedy.to_owned() }
}

fn read_stdin() -> Result<Document, DocumentError> {
    let name = Path::new("<stdin>");
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    std::io::stdin()
        .lock()
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(|error| failed(name, format!("cannot be read: {error}"), "pipe a document into the command"))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| failed(name, "is not UTF-8".to_owned(), "convert the document to UTF-8"))?;
    Document::parse(name, text)
}

/// Reads one file of a revision with `git show`; the work tree is not touched.
fn read_git(revision: &str, path: &str) -> Result<Document, DocumentError> {
    let spec = format!("{revision}:{path}");
    let name = Path::new(&spec);
    if revision.starts_with('-') {
        return Err(failed(name, "is not a revision".to_owned(), "name a branch, tag or commit before the colon"));
    }
    let output = Command::new("git")
        .args(["--no-pager", "show", "--no-textconv", &spec])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(name, format!("git cannot be run: {error}"), "install git, or compare files"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().replace('\n', " ");
        return Err(failed(
            name,
            format!("cannot be read: {reason}"),
            "if this names a file, check the path; if it names a revision, fetch it first and write the path as \
             `git ls-files` prints it (in CI: check out with the full history)",
        ));
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| failed(name, "is not UTF-8".to_owned(), "save the file as UTF-8"))?;
    Document::parse(name, text)
}

impl Workspace {
    /// Reads a document and, transitively, the files it refers to inside its own folder.
    ///
    /// # Errors
    /// When a file cannot be read or parsed, is no OpenAPI 3 document, or is nested too deeply.
    pub fn read(origin: &Origin) -> Result<Self, DocumentError> {
        Self::from_document(origin.read(None)?, Some(origin))
    }

    /// Reads a document as [`Workspace::read`] does, changed by `change` before anything is looked at.
    ///
    /// # Errors
    /// As [`Workspace::read`], and when `change` fails.
    pub fn read_changed(
        origin: &Origin,
        change: impl FnOnce(Document) -> Result<Document, DocumentError>,
    ) -> Result<Self, DocumentError> {
        Self::from_document(change(origin.read(None)?)?, Some(origin))
    }

    /// Wraps a text that is at hand; it cannot refer to other files.
    ///
    /// # Errors
    /// When the text cannot be parsed or is no OpenAPI 3 document.
    pub fn parse(name: &str, text: &str) -> Result<Self, DocumentError> {
        Self::from_document(Document::parse(Path::new(name), text.to_owned())?, None)
    }

    fn from_document(main: Document, origin: Option<&Origin>) -> Result<Self, DocumentError> {
        check_openapi(&main)?;
        let name = origin.map_or_else(|| main.path().to_path_buf(), |origin| origin.folder_and_name().1);
        let mut workspace = Self { documents: vec![main], names: vec![name] };
        let mut next = 0;
        while next < workspace.documents.len() {
            workspace.load_references_of(next, origin)?;
            next += 1;
        }
        Ok(workspace)
    }

    fn load_references_of(&mut self, index: usize, origin: Option<&Origin>) -> Result<(), DocumentError> {
        let mut wanted = Vec::new();
        let mut deepest = 0;
        collect_files(self.documents[index].root(), (0, false), &mut deepest, &mut wanted);
        let path = self.documents[index].path().to_path_buf();
        if deepest > MAX_DEPTH {
            return Err(failed(&path, format!("is nested deeper than {MAX_DEPTH} levels"), "flatten the document"));
        }
        for name in wanted {
            let Some(relative) = self.relative(index, &name) else { continue };
            if self.names.contains(&relative) {
                continue;
            }
            if self.documents.len() >= MAX_FILES {
                return Err(failed(&path, format!("refers to more than {MAX_FILES} files"), "bundle the document"));
            }
            let Some(origin) = origin.filter(|origin| **origin != Origin::Stdin) else { continue };
            self.documents.push(origin.read(Some(&relative)).map_err(|mut error| {
                error.remedy = format!("the file is referred to as `{name}` in {}; {}", path.display(), error.remedy);
                error
            })?);
            self.names.push(relative);
        }
        Ok(())
    }

    /// The file that `name` means in the document `from`, if it lies within the folder.
    fn relative(&self, from: usize, name: &str) -> Option<PathBuf> {
        if name.contains("://") || name.starts_with(['/', '\\']) {
            return None;
        }
        let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned();
        let mut path = self.names.get(from)?.parent().map(Path::to_path_buf).unwrap_or_default();
        for part in Path::new(&name).components() {
            match part {
                Component::CurDir => {}
                Component::Normal(part) => path.push(part),
                Component::ParentDir => {
                    if !path.pop() {
                        return None;
                    }
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(path)
    }

    /// The index of the file that `name` means in the document `from`.
    pub(crate) fn position(&self, from: usize, name: &str) -> Option<usize> {
        let relative = self.relative(from, name)?;
        self.names.iter().position(|known| *known == relative)
    }

    /// How a file other than the main document is called from its folder, by the name that places use.
    pub(crate) fn relative_name(&self, file: &str) -> Option<String> {
        let index = self.documents.iter().position(|document| document.path().display().to_string() == file)?;
        (index > 0).then(|| self.names[index].display().to_string().replace('\\', "/"))
    }

    /// The document that was asked for.
    #[must_use]
    pub fn main(&self) -> &Document {
        &self.documents[0]
    }

    /// All documents, the main one first.
    #[must_use]
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }
}

/// Keys under which `$ref` is data and not a reference.
pub(crate) fn holds_data(key: &str) -> bool {
    matches!(key, "example" | "examples" | "default" | "enum" | "const") || key.starts_with("x-")
}

/// Keys of maps whose own keys are names: there a property may be called `example`, and a response is `default`.
const OF_NAMES: [&str; 11] = [
    "properties",
    "patternProperties",
    "responses",
    "schemas",
    "parameters",
    "requestBodies",
    "headers",
    "links",
    "callbacks",
    "definitions",
    "$defs",
];

/// Whether the keys below a member are names; `None` where it is data, in which nothing refers to anything.
///
/// `names` says whether the member's own key is a name.
pub(crate) fn names_below(names: bool, key: &str) -> Option<bool> {
    match (names, holds_data(key)) {
        (true, _) => Some(false),
        (false, true) => None,
        (false, false) => Some(OF_NAMES.contains(&key)),
    }
}

fn collect_files(value: &Value, (depth, names): (usize, bool), deepest: &mut usize, wanted: &mut Vec<String>) {
    *deepest = (*deepest).max(depth);
    if depth > MAX_DEPTH {
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_files(item, (depth + 1, false), deepest, wanted)),
        Value::Object(map) => {
            if !names
                && let Some(Value::String(text)) = map.get("$ref")
                && let Some(name) = text.split('#').next().filter(|name| !name.is_empty())
                && !wanted.iter().any(|known| known == name)
            {
                wanted.push(name.to_owned());
            }
            for (key, inner) in map {
                match names_below(names, key) {
                    Some(names) => collect_files(inner, (depth + 1, names), deepest, wanted),
                    None => *deepest = (*deepest).max(depth + depth_of(inner)),
                }
            }
        }
        _ => {}
    }
}

/// How deep a value is, counted without recursion.
fn depth_of(value: &Value) -> usize {
    let mut deepest = 0;
    let mut work = vec![(value, 1)];
    while let Some((value, depth)) = work.pop() {
        deepest = deepest.max(depth);
        match value {
            Value::Array(items) => work.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(map) => work.extend(map.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    deepest
}

fn check_openapi(document: &Document) -> Result<(), DocumentError> {
    let root = document.root();
    let fail = |pointer: &str, message: &str, remedy: &str| {
        Err(document.error_at(pointer, message.to_owned(), remedy.to_owned()))
    };
    if !root.is_object() {
        return fail("", "is not an OpenAPI document: the top level is no mapping", "start it with `openapi: 3.0.3`");
    }
    match root.get("openapi") {
        Some(Value::String(version)) if version.starts_with("3.") => {}
        Some(Value::Number(version)) if version.as_f64().is_some_and(|version| (3.0..4.0).contains(&version)) => {}
        Some(_) => return fail("/openapi", "is not OpenAPI 3", "convert the document to OpenAPI 3.0"),
        None if root.get("swagger").is_some() => {
            return fail("/swagger", "is Swagger 2.0", "convert it to OpenAPI 3.0, for example with swagger2openapi");
        }
        None => return fail("", "is not an OpenAPI document: `openapi` is missing", "start it with `openapi: 3.0.3`"),
    }
    match root.get("paths") {
        Some(Value::Object(_)) => Ok(()),
        Some(_) => fail("/paths", "`paths` is no mapping", "write `paths:` followed by one key per path"),
        None if root.get("webhooks").is_some() || root.get("components").is_some() => Ok(()),
        None => fail("", "has no `paths`", "write `paths: {}` if there are none"),
    }
}
