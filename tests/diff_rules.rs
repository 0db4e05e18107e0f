//! The catalogue of rules: every level follows from the law, every rule has its mirror, its text and its pair, and
//! every rule is run on every pair.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use contract_gate::diff::law::{Direction, Effect, Guard, level};
use contract_gate::diff::rule::{Mirror, Rule};
use contract_gate::diff::rules::{RULES, find};
use contract_gate::diff::{Options, Origin, Outcome, Workspace, compare};
use contract_gate::finding::{Finding, Level};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stem(rule: &Rule) -> String {
    rule.id.replace('-', "_")
}

fn names_in(folder: &str) -> BTreeSet<String> {
    fs::read_dir(root().join(folder))
        .expect("the folder is part of the repository")
        .filter_map(|entry| Some(entry.ok()?.path().file_stem()?.to_string_lossy().into_owned()))
        .collect()
}

fn judged(old: &Path, new: &Path) -> Outcome {
    let read = |path: &Path| Workspace::read(&Origin::File(path.to_path_buf())).expect("a pair is a sound document");
    let options = Options { today: Some(jiff::civil::date(2026, 6, 1)), ..Options::default() };
    compare(&read(old), &read(new), &options).expect("a pair can be compared")
}

fn pair(rule: &str) -> (PathBuf, PathBuf) {
    let folder = root().join("tests/pairs").join(rule);
    (folder.join("old.yaml"), folder.join("new.yaml"))
}

fn direction_of(finding: &Finding) -> Vec<Direction> {
    let text = finding.facts.get("direction").cloned().unwrap_or_default();
    [Direction::Request, Direction::Response].into_iter().filter(|direction| text.contains(direction.name())).collect()
}

fn guards_of(finding: &Finding) -> Vec<Guard> {
    let text = finding.facts.get("guards").cloned().unwrap_or_default();
    [Guard::ReadOnly, Guard::WriteOnly, Guard::Sanctioned, Guard::NonSuccess, Guard::Negotiated, Guard::Open]
        .into_iter()
        .filter(|guard| text.contains(guard.name()))
        .collect()
}

#[test]
fn the_law_is_what_it_says() {
    use Direction::{Request, Response};
    use Effect::{Incomparable, Narrows, None, Unknown, Violation, Widens};
    for (effect, request, response) in [
        (None, Level::Note, Level::Note),
        (Narrows, Level::Deny, Level::Note),
        (Widens, Level::Note, Level::Deny),
        (Incomparable, Level::Deny, Level::Deny),
        (Unknown, Level::Warn, Level::Warn),
        (Violation, Level::Deny, Level::Deny),
    ] {
        assert_eq!(level(effect, Request, &[]), request, "{effect:?}");
        assert_eq!(level(effect, Response, &[]), response, "{effect:?}");
        assert_eq!(level(effect, Response, &[Guard::Negotiated]), request, "{effect:?}");
        assert_eq!(level(effect, Request, &[Guard::ReadOnly]), Level::Note);
        assert_eq!(level(effect, Response, &[Guard::WriteOnly]), Level::Note);
        assert_eq!(level(effect, Request, &[Guard::Sanctioned]), Level::Note);
    }
}

#[test]
fn every_level_is_derived() {
    for rule in RULES {
        let (old, new) = pair(&stem(rule));
        for finding in judged(&old, &new).findings {
            let rule = find(&finding.id).unwrap_or_else(|| panic!("`{}` is no rule", finding.id));
            let guards = guards_of(&finding);
            for guard in &guards {
                assert!(rule.guards.contains(guard), "`{}` is guarded by {guard:?}, but does not say so", rule.id);
            }
            let directions = direction_of(&finding);
            for direction in directions {
                assert_eq!(
                    finding.level,
                    level(rule.effect, direction, &guards),
                    "`{}` {direction:?} {guards:?}",
                    rule.id
                );
            }
        }
    }
}

#[test]
fn every_rule_has_its_mirror_or_a_reason() {
    for rule in RULES {
        match rule.mirror {
            Mirror::Rule(other) => {
                let other = find(other).unwrap_or_else(|| panic!("the mirror of `{}` does not exist", rule.id));
                let opposite = match rule.effect {
                    Effect::Narrows => vec![Effect::Widens, Effect::None],
                    Effect::Widens => vec![Effect::Narrows, Effect::None],
                    _ => vec![Effect::None, Effect::Narrows, Effect::Widens, Effect::Violation, Effect::Unknown],
                };
                assert!(
                    opposite.contains(&other.effect),
                    "`{}` and its mirror `{}` pull the same way",
                    rule.id,
                    other.id
                );
            }
            Mirror::Itself => {
                assert!(
                    !matches!(rule.effect, Effect::Narrows | Effect::Widens),
                    "`{}` cannot be its own mirror",
                    rule.id
                );
            }
            Mirror::Absent(reason) => assert!(reason.len() > 20, "`{}` gives no reason", rule.id),
        }
    }
}

#[test]
fn every_rule_has_its_text_its_file_and_its_pair() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(ids, sorted, "ids are unique and sorted");
    let stems: BTreeSet<String> = RULES.iter().map(|rule| stem(rule)).collect();
    let mut files = names_in("src/diff/rules");
    files.remove("mod");
    assert_eq!(files, stems, "one file per rule, one rule per file");
    assert_eq!(names_in("tests/pairs"), stems, "one pair per rule, one rule per pair");
    for rule in RULES {
        assert!(rule.summary().len() > 15, "`{}` has no summary", rule.id);
        for heading in ["Why it matters", "Example", "Source"] {
            assert!(rule.section(heading).len() > 3, "`{}` has no `{heading}`", rule.id);
        }
    }
}

#[test]
fn every_rule_speaks_on_its_own_pair() {
    let silent: Vec<&str> = RULES
        .iter()
        .filter(|rule| {
            let (old, new) = pair(&stem(rule));
            !judged(&old, &new).findings.iter().any(|finding| finding.id == rule.id)
        })
        .map(|rule| rule.id)
        .collect();
    assert!(silent.is_empty(), "silent on their own pairs: {silent:?}");
}

#[test]
fn the_matrix_of_rules_and_pairs() {
    let mut text = String::new();
    for rule in RULES {
        let (old, new) = pair(&stem(rule));
        let mut spoken: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for finding in judged(&old, &new).findings {
            *spoken.entry((finding.id.clone(), finding.level.name())).or_default() += 1;
        }
        let _ = writeln!(text, "{}", rule.id);
        for ((id, level), count) in spoken {
            let own = if id == rule.id { "" } else { "  (neighbour)" };
            let _ = writeln!(text, "    {level} {id} x{count}{own}");
        }
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots/diff"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("matrix", text));
}

#[test]
fn a_document_against_itself_is_silent() {
    for rule in RULES {
        let (old, new) = pair(&stem(rule));
        for path in [&old, &new] {
            let outcome = judged(path, path);
            assert!(outcome.findings.is_empty(), "{}: {:?}", path.display(), outcome.findings);
        }
    }
    for name in ["flexportal", "flexprice", "maple"] {
        let path = root().join("openapi").join(format!("{name}.yaml"));
        assert!(judged(&path, &path).findings.is_empty(), "{name}");
    }
}

#[test]
fn every_breaking_schema_change_has_a_witness() {
    // A validator cannot see these: they are about who dispatches, or about texts that nothing can draw.
    const BEYOND: [&str; 6] = [
        "discriminator-value-moved",
        "discriminator-property-changed",
        "discriminator-value-added",
        "discriminator-value-removed",
        "known-value-removed",
        "pattern-changed",
    ];
    let mut without = Vec::new();
    for rule in RULES {
        let (old, new) = pair(&stem(rule));
        for finding in judged(&old, &new).findings {
            let schema = finding.facts.get("where").is_some_and(|place| place.contains("application/json"));
            let about_schema = schema && !finding.id.starts_with("media-type") && finding.level == Level::Deny;
            if about_schema && finding.witness.is_none() && !BEYOND.contains(&finding.id.as_str()) {
                without.push(format!("{} on the pair of {}", finding.id, rule.id));
            }
        }
    }
    assert!(without.is_empty(), "no witness: {without:#?}");
}

#[test]
fn headlines_are_lower_case_without_final_stop() {
    for rule in RULES {
        let (old, new) = pair(&stem(rule));
        for finding in judged(&old, &new).findings {
            let first = finding.title.chars().next().unwrap_or('A');
            assert!(!first.is_uppercase() && !finding.title.ends_with('.'), "{}", finding.title);
        }
    }
}
