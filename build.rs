//! Documents under `openapi/` become typed clients; nothing else happens at build time.
//!
//! For each `NAME.yaml` there are, in `OUT_DIR`, the client `NAME.rs` and its public surface `NAME.surface.txt`; `registry.rs`
//! holds their modules. A document that no client can be generated from stops the build with file, line and column.
#![allow(clippy::print_stdout, reason = "this is how a build script talks to cargo")]

use std::path::{Path, PathBuf};

#[path = "src/document/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library's own module, of which the build uses a part")]
mod document;
#[path = "src/codegen/generate.rs"]
mod generate;
#[path = "src/codegen/lower/mod.rs"]
mod lower;
#[path = "src/codegen/mend.rs"]
mod mend;
#[path = "src/codegen/surface.rs"]
mod surface;

use document::{Document, DocumentError};
use generate::Generated;

const DOCUMENTS: &str = "openapi";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for watched in [DOCUMENTS, "build.rs", "src/codegen", "src/document"] {
        println!("cargo::rerun-if-changed={watched}");
    }
    let mut clients = Vec::new();
    let mut problems = Vec::new();
    for path in documents()? {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        match client(&path, &name) {
            Ok(client) => {
                write(&out.join(format!("{name}.rs")), &client.code)?;
                write(&out.join(format!("{name}.surface.txt")), &client.surface)?;
                clients.push(client);
            }
            Err(found) => problems.extend(found),
        }
    }
    for line in problems.iter().flat_map(|problem| problem.to_string().lines().map(str::to_owned).collect::<Vec<_>>()) {
        println!("cargo::error={line}");
    }
    write(&out.join("registry.rs"), &generate::registry(&clients))?;
    Ok(())
}

/// The documents, by name.
fn documents() -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(DOCUMENTS)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn client(path: &Path, name: &str) -> Result<Generated, Vec<DocumentError>> {
    let document = Document::read(path).map_err(|error| vec![error])?;
    let lowered = lower::lower(&document)?;
    generate::generate(&document, &lowered, name).map_err(|error| vec![error])
}

/// Leaves a file alone that already says so: an edit of a comment recompiles nothing.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    std::fs::write(path, text)
}
