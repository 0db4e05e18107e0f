//! One direction: who may use whom, and no provider's name in the logic.

use std::path::{Path, PathBuf};

/// Module, and the modules of ours that it must not name.
const FORBIDDEN: [(&str, &[&str]); 13] = [
    (
        "document",
        &["contract", "case", "study", "checks", "engine", "target", "mock", "report", "config", "cli", "diff"],
    ),
    (
        "contract",
        &["case", "exchange", "study", "checks", "engine", "target", "mock", "report", "config", "cli", "diff"],
    ),
    ("case", &["study", "checks", "engine", "target", "mock", "report", "config", "cli", "diff"]),
    ("exchange", &["study", "checks", "engine", "target", "mock", "report", "config", "cli", "diff"]),
    ("study", &["checks", "engine", "target", "mock", "report", "config", "cli", "diff"]),
    ("checks", &["engine", "target", "mock", "report", "config", "cli", "diff"]),
    ("diff", &["engine", "target", "mock", "study", "checks", "cli"]),
    ("report", &["engine", "target", "mock", "study", "checks", "cli", "contract"]),
    ("recording", &["checks", "engine", "target", "mock", "report", "config", "cli", "diff"]),
    ("ledger", &["engine", "target", "mock", "study", "checks", "report", "config", "cli", "contract"]),
    ("merge", &["engine", "target", "mock", "study", "checks", "config", "cli", "contract"]),
    ("regressions", &["target", "mock", "study", "report", "config", "cli"]),
    ("mock", &["engine", "target", "study", "checks", "report", "config", "cli", "diff"]),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    let name = |path: &PathBuf| path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
    paths.iter().map(|path| (name(path), std::fs::read_to_string(path).expect("UTF-8"))).collect()
}

#[test]
fn modules_use_only_what_lies_before_them() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        let module = file.split(['/', '.']).next().unwrap_or_default().to_owned();
        let Some((_, forbidden)) = FORBIDDEN.iter().find(|(name, _)| *name == module) else { continue };
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for name in *forbidden {
                if line.contains(&format!("crate::{name}::")) {
                    wrong.push(format!("{file}: {}", line.trim()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "these lines go against the direction: {wrong:#?}");
}

#[test]
fn no_logic_branches_on_a_provider() {
    let mut wrong = Vec::new();
    for (file, text) in all_sources() {
        // The list of shipped documents and the texts of help are data.
        if matches!(file.as_str(), "contract/load.rs" | "contract/mod.rs" | "config/target.rs" | "waiver_tests.rs")
            || file.starts_with("cli/")
        {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let lower = line.to_lowercase();
            if ["flexportal", "flexprice", "maple"].iter().any(|name| lower.contains(name))
                && !lower.contains("include_str!")
            {
                wrong.push(format!("{file}: {}", line.trim()));
            }
        }
    }
    // Checks quote a provider's page as their source; that text is a doc comment inside a macro.
    wrong.retain(|line| !line.contains("/// "));
    assert!(wrong.is_empty(), "a provider's name in the logic: {wrong:#?}");
}
