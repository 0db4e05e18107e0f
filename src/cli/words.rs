//! Words of a shell, for command lines that can be copied.

/// A word as a POSIX shell reads it: quoted only where it must be.
pub(super) fn quoted(word: &str) -> String {
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
    if plain && !word.is_empty() { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// The command line that repeats the run: as given, with the seed.
pub(super) fn repeat_line(seed: u64) -> String {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--seed" || word.starts_with("--seed=")) {
        words.push("--seed".to_owned());
        words.push(seed.to_string());
    }
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("contract-gate {}", quoted.join(" "))
}

/// The command line as given.
pub(super) fn command_line() -> String {
    let quoted: Vec<String> = std::env::args().skip(1).map(|word| quoted(&word)).collect();
    format!("contract-gate {}", quoted.join(" "))
}
