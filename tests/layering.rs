//! One direction: who may use whom, and no provider's name in the logic.
//!
//! Files are read as tokens, so that comments and texts are no uses, and every form of `use` is one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Every module of the crate with those that it may use. Each uses only what stands above it.
const LAYERS: [(&str, &[&str]); 30] = [
    ("shell", &[]),
    ("suggest", &[]),
    ("whole_file", &[]),
    ("client", &[]),
    ("document", &[]),
    ("finding", &[]),
    ("exchange", &["shell"]),
    ("coding", &["exchange"]),
    ("excerpt", &["document"]),
    ("event", &["finding"]),
    ("mask", &[]),
    // Takes out of what is told what no report may show.
    ("disclosure", &["event", "excerpt", "finding", "mask"]),
    // Its messages quote what was answered, by its shape.
    ("contract", &["document", "excerpt", "finding", "suggest"]),
    ("case", &["contract"]),
    // The generated client reads each answer, and what it cannot read is an observation. What stands in the place of a
    // secret says nothing to a rule.
    ("study", &["case", "client", "contract", "document", "excerpt", "exchange", "finding", "mask"]),
    // What was recorded becomes what was seen.
    ("recording", &["case", "coding", "contract", "document", "exchange", "mask", "study", "whole_file"]),
    ("waiver", &["event", "finding"]),
    ("ledger", &["event", "finding"]),
    ("report", &["event", "finding", "mask", "suggest", "waiver", "whole_file"]),
    ("merge", &["event", "finding", "report", "waiver"]),
    // A fault cannot know who will catch it.
    ("mock", &["contract", "document", "finding"]),
    // A check cannot know which server it judges.
    ("checks", &["case", "contract", "document", "event", "exchange", "finding", "study"]),
    // What it prints is written and escaped as the reports of a run are.
    ("diff", &["document", "finding", "report", "suggest", "waiver"]),
    // Reads documents as the comparison does, and tries a contract on the embedded server.
    ("lint", &["contract", "diff", "document", "finding", "mock", "report", "suggest"]),
    // What a file may name: checks, rules, formats.
    ("config", &["checks", "contract", "diff", "finding", "ledger", "mask", "report", "suggest", "waiver"]),
    // The only one that opens a connection to the server under test; it keeps a recording of what crosses the wire.
    ("target", &["case", "coding", "contract", "document", "exchange", "mask", "mock", "recording"]),
    // Levels are the configuration's; everything else that the engine knows of a run are its own options.
    (
        "engine",
        &[
            "case",
            "checks",
            "config",
            "contract",
            "document",
            "event",
            "excerpt",
            "exchange",
            "finding",
            "recording",
            "study",
            "suggest",
            "target",
        ],
    ),
    ("regressions", &["case", "engine"]),
    ("prove", &["checks", "contract", "engine", "event", "finding", "mock", "study", "target"]),
    (
        "gate",
        &[
            "case",
            "checks",
            "config",
            "contract",
            "document",
            "engine",
            "event",
            "finding",
            "ledger",
            "mask",
            "mock",
            "recording",
            "report",
            "target",
            "waiver",
        ],
    ),
];

/// What stands above everything and is used by nobody: it may use all.
const TOP: [&str; 2] = ["cli", "main"];

/// Part of the build script: another crate.
const OF_THE_BUILD: &str = "codegen";

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

/// One file below `src`, without its tests.
struct Source {
    /// `engine/walk/last.rs`.
    file: String,
    /// The module of the crate that it belongs to.
    module: String,
    tokens: TokenStream,
}

impl Source {
    /// How many `super` lead from this file to the root of the crate.
    fn depth(&self) -> usize {
        let inner = self.file.trim_end_matches(".rs").trim_end_matches("/mod");
        inner.split('/').count()
    }
}

fn all_sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    sources(&root, &mut paths);
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        let file = path.strip_prefix(&root).expect("below src").to_string_lossy().replace('\\', "/");
        let module = file.split(['/', '.']).next().unwrap_or_default().to_owned();
        // Files of tests are named in their `mod` alone, behind `#[cfg(test)]`.
        let is_test = file.split(['/', '.']).any(|part| part.ends_with("_tests"));
        if is_test || module == "lib" || module == OF_THE_BUILD {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        let tokens = text.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        found.push(Source { file, module, tokens: without_tests(tokens) });
    }
    found
}

/// Without attributes, comments of documentation among them, and without every item behind `#[cfg(test)]`.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    let mut skipping = false;
    while let Some(token) = tokens.next() {
        let is_mark = matches!(&token, TokenTree::Punct(mark) if mark.as_char() == '#');
        if is_mark {
            tokens.next_if(|next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'));
            if let Some(TokenTree::Group(attribute)) = tokens
                .next_if(|next| matches!(next, TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket))
            {
                skipping |= attribute.stream().to_string().replace(' ', "") == "cfg(test)";
                continue;
            }
        }
        if skipping {
            let ends = match &token {
                TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
                TokenTree::Punct(mark) => mark.as_char() == ';',
                _ => false,
            };
            skipping = !ends;
            continue;
        }
        kept.push(match token {
            TokenTree::Group(group) => {
                TokenTree::Group(proc_macro2::Group::new(group.delimiter(), without_tests(group.stream())))
            }
            other => other,
        });
    }
    kept.into_iter().collect()
}

/// Modules of the crate that a piece of code names, by `crate::` or by as many `super::` as lead to the root, in paths and
/// in braces.
fn used(tokens: &TokenStream, depth: usize, found: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let word = |at: usize| match tokens.get(at) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    };
    let is_path = |at: usize| {
        [at, at + 1].iter().all(|at| matches!(tokens.get(*at), Some(TokenTree::Punct(mark)) if mark.as_char() == ':'))
    };
    let mut at = 0;
    while at < tokens.len() {
        if let TokenTree::Group(group) = &tokens[at] {
            // A module in braces is one deeper, which its own tests aside no file has: `super::` in it is the file.
            used(&group.stream(), depth, found);
        }
        let mut ups = 0;
        let mut next = at;
        while word(next).as_deref() == Some("super") && is_path(next + 1) {
            ups += 1;
            next += 3;
        }
        if word(next).as_deref() == Some("crate") && is_path(next + 1) {
            ups = depth;
            next += 3;
        }
        if ups == depth && next > at {
            match tokens.get(next) {
                Some(TokenTree::Ident(name)) => {
                    found.insert(name.to_string());
                }
                Some(TokenTree::Group(group)) => found.extend(first_words(group.stream())),
                _ => {}
            }
        }
        at = next.max(at + 1);
    }
}

/// `{x, y::{a, b}, z as w}`: `x`, `y`, `z`.
fn first_words(tokens: TokenStream) -> Vec<String> {
    let mut words = Vec::new();
    let mut begins = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if begins => {
                words.push(name.to_string());
                begins = false;
            }
            TokenTree::Punct(mark) if mark.as_char() == ',' => begins = true,
            _ => {}
        }
    }
    words
}

fn modules() -> Vec<String> {
    let text = include_str!("../src/lib.rs");
    let declared = text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    declared.filter_map(|rest| rest.strip_suffix(';')).map(str::to_owned).collect()
}

#[test]
fn every_module_has_its_place_and_uses_what_stands_above_it() {
    let places: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
    let homeless: Vec<String> =
        modules().into_iter().filter(|name| !places.contains(&&**name) && !TOP.contains(&&**name)).collect();
    assert!(homeless.is_empty(), "modules that LAYERS does not place: {homeless:?}");
    for (index, (name, may)) in LAYERS.iter().enumerate() {
        let below: Vec<&&str> = may.iter().filter(|other| !places[..index].contains(other)).collect();
        assert!(below.is_empty(), "{name} may not use what does not stand above it: {below:?}");
    }
}

#[test]
fn modules_use_only_what_lies_before_them() {
    let known: BTreeSet<String> = modules().into_iter().collect();
    let mut uses: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for source in all_sources() {
        let mut found = BTreeSet::new();
        used(&source.tokens, source.depth(), &mut found);
        for name in found.into_iter().filter(|name| known.contains(name) && *name != source.module) {
            uses.entry(source.module.clone()).or_default().entry(name).or_insert_with(|| source.file.clone());
        }
    }
    let mut wrong = Vec::new();
    for (name, may) in LAYERS {
        let of = uses.remove(name).unwrap_or_default();
        wrong.extend(
            of.iter()
                .filter(|(used, _)| !may.contains(&&***used))
                .map(|(used, file)| format!("{file} uses `{used}`, and `{name}` may not")),
        );
        wrong.extend(
            may.iter()
                .filter(|used| !of.contains_key(**used))
                .map(|used| format!("`{name}` may use `{used}` and does not: take it out of LAYERS")),
        );
    }
    wrong.extend(uses.keys().filter(|name| !TOP.contains(&&***name)).map(|name| format!("`{name}` has no place")));
    assert!(wrong.is_empty(), "against the direction: {wrong:#?}");
}

#[test]
fn what_compares_knows_nothing_of_reports() {
    let mut wrong = Vec::new();
    for source in all_sources().into_iter().filter(|source| matches!(&*source.module, "diff" | "lint")) {
        let prints = source.file.starts_with("diff/render/") || source.file == "lint/render.rs";
        let mut found = BTreeSet::new();
        used(&source.tokens, source.depth(), &mut found);
        if found.contains("report") && !prints {
            wrong.push(source.file);
        }
    }
    assert!(wrong.is_empty(), "only what prints may use `report`: {wrong:?}");
}

#[test]
fn every_form_of_use_is_seen() {
    let seen = |code: &str| {
        let mut found = BTreeSet::new();
        used(&without_tests(code.parse().expect("tokens")), 2, &mut found);
        found.into_iter().collect::<Vec<_>>()
    };
    assert_eq!(seen("use crate::a;"), ["a"]);
    assert_eq!(seen("use crate::{a, b::{c, d}, e as f};"), ["a", "b", "e"]);
    assert_eq!(seen("fn f() { let x = crate::a::b(); call!(crate::c::D); }"), ["a", "c"]);
    assert_eq!(seen("use super::super::a::B; use super::b::C;"), ["a"]);
    assert_eq!(seen("#[cfg(test)] fn t() { crate::a::f(); } fn g() { crate::b::f(); }"), ["b"]);
    assert_eq!(seen("#[cfg(test)] mod tests; use crate::a;"), ["a"]);
    assert_eq!(seen("/// crate::a::b\nconst X: &str = \"crate::a\"; // crate::a\n"), [""; 0]);
}

/// Names and texts of a piece of code.
fn words(tokens: TokenStream, found: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words(group.stream(), found),
            TokenTree::Ident(name) => found.push(name.to_string()),
            TokenTree::Literal(text) => found.push(text.to_string()),
            TokenTree::Punct(_) => {}
        }
    }
}

#[test]
fn no_logic_branches_on_a_provider() {
    let mut wrong = Vec::new();
    // The list of shipped documents; texts of help and documentation are attributes, and left out.
    for source in
        all_sources().into_iter().filter(|source| !matches!(&*source.file, "contract/load.rs" | "contract/mod.rs"))
    {
        let mut found = Vec::new();
        words(source.tokens, &mut found);
        let named =
            |word: &&String| ["flexportal", "flexprice", "maple"].iter().any(|name| word.to_lowercase().contains(name));
        wrong.extend(found.iter().filter(named).map(|word| format!("{}: {word}", source.file)));
    }
    assert!(wrong.is_empty(), "a provider's name in the logic: {wrong:#?}");
}
