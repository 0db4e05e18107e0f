//! Flags laid over the rows of `config show`: what stands over the file there stands over it here.

use super::target::TargetArgs;
use crate::config::{Config, LevelRule, Origin, Row};
use crate::mask::{STARS, header_names_credential, redact_credentials};

/// Every value with its origin, flags for access and for levels included.
pub(super) fn over(config: &Config, target: &TargetArgs, levels: &[LevelRule]) -> Vec<Row> {
    let mut rows = config.rows();
    for rule in levels {
        let key = format!("levels.{}", rule.scope);
        rows.retain(|row| row.key != key && !row.key.ends_with(&format!(".{key}")));
        // With the other levels, before targets and waivers.
        let at = rows.iter().position(|row| ["targets.", "waivers."].iter().any(|start| row.key.starts_with(start)));
        let row = Row { key, value: rule.level.to_string(), origin: rule.origin.clone() };
        rows.insert(at.unwrap_or(rows.len()), row);
    }
    // Without targets there is one server, which has no name.
    let names: Vec<String> = config.targets.iter().map(|target| format!("targets.{}.", target.name)).collect();
    let prefixes = if names.is_empty() { vec![String::new()] } else { names };
    for (key, value, flag) in given(config, target) {
        for prefix in &prefixes {
            let key = format!("{prefix}{key}");
            let origin = Origin::Flag(flag.to_owned());
            match rows.iter_mut().find(|row| row.key == key) {
                Some(row) => (row.value, row.origin) = (value.clone(), origin),
                None => rows.push(Row { key, value: value.clone(), origin }),
            }
        }
    }
    rows
}

/// What is given by flags: the key in the file, the value with secrets masked, and the flag.
fn given(config: &Config, flags: &TargetArgs) -> Vec<(String, String, &'static str)> {
    let mut rows = Vec::new();
    let mut add =
        |key: &str, value: Option<String>, flag| rows.extend(value.map(|value| (key.to_owned(), value, flag)));
    // The parser takes the variable for the flag; the rows have it already.
    let url = flags.base_url.as_ref().filter(|url| config.base_url.as_ref() != Some(url));
    add("base-url", url.map(|url| redact_credentials(url).into_owned()), "--base-url");
    add("overlay", flags.overlay.as_ref().map(|path| path.display().to_string()), "--overlay");
    add("token-env", flags.token_env.as_ref().map(|name| format!("${name}")), "--token-env");
    add("token-file", flags.token_file.as_ref().map(|path| path.display().to_string()), "--token-file");
    add(
        "second-tenant.token-env",
        flags.second_token_env.as_ref().map(|name| format!("${name}")),
        "--second-token-env",
    );
    for (table, texts, flag) in [
        ("headers", &flags.headers, "--header"),
        ("params", &flags.params, "--param"),
        ("known-ids", &flags.known_ids, "--known-id"),
        ("second-tenant.headers", &flags.second_headers, "--second-header"),
        ("second-tenant.params", &flags.second_params, "--second-param"),
    ] {
        for (name, value) in texts.iter().filter_map(|text| text.split_once('=')) {
            add(&format!("{table}.{name}"), Some(shown(name, value)), flag);
        }
    }
    rows
}

/// The value of a header or a parameter: a variable by its name, a credential not at all.
fn shown(name: &str, value: &str) -> String {
    match value.split_once(':') {
        Some(("env", variable)) => format!("${variable}"),
        Some(("file", _)) => value.to_owned(),
        _ if header_names_credential(name) => STARS.to_owned(),
        _ => value.to_owned(),
    }
}
