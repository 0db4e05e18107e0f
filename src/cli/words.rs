//! Words of a shell, for command lines that can be copied.

use crate::config::{PREFIX, RunSettings};
use crate::shell::word;
use crate::suggest::nearest;

/// The command line that repeats the run: as given, with the seed.
pub(super) fn repeat_line(seed: u64) -> String {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--seed" || word.starts_with("--seed=")) {
        words.push("--seed".to_owned());
        words.push(seed.to_string());
    }
    let quoted: Vec<String> = words.iter().map(|given| word(given)).collect();
    format!("contract-gate {}", quoted.join(" "))
}

/// Refuses a variable that is nearly one of the gate's: a misspelt one would set nothing.
pub(super) fn no_misspelt_variable() -> Result<(), String> {
    let mut known: Vec<String> = RunSettings::keys();
    known.push("base-url".to_owned());
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for name in names {
        let Some(key) = name.strip_prefix(PREFIX).map(|rest| rest.to_lowercase().replace('_', "-")) else { continue };
        let near = nearest(&key, known.iter().map(String::as_str)).filter(|near| *near != key);
        if let Some(near) = near {
            let meant = near.to_uppercase().replace('-', "_");
            return Err(format!(
                "the environment variable `{name}` sets nothing\n  help: did you mean `{PREFIX}{meant}`?"
            ));
        }
    }
    Ok(())
}

/// The command line as given.
pub(super) fn command_line() -> String {
    let quoted: Vec<String> = std::env::args().skip(1).map(|given| word(&given)).collect();
    format!("contract-gate {}", quoted.join(" "))
}
