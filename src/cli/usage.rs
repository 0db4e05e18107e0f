//! A mistake in the arguments, told with a command line that works.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The end of what the argument parser says: an example of the command that was meant, if it has one about the flag that
/// is wrong; nothing where the parser shows the whole help.
pub(super) fn example(error: &clap::Error, words: &[String]) -> Option<String> {
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let whole = super::command();
    let meant = words.iter().try_fold(&whole, |command, word| command.find_subcommand(word).ok_or(command));
    let (Ok(command) | Err(command)) = meant;
    let examples = examples(command);
    let flag = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) => text.split([' ', '=']).next().filter(|flag| flag.starts_with('-')),
        _ => None,
    };
    let about = examples.iter().find(|line| flag.is_some_and(|flag| line.contains(flag)));
    // Of several lines that follow each other, the one of this command.
    let own = examples.iter().find(|line| line.split(' ').any(|word| word == command.get_name()));
    about.or(own).or(examples.first()).map(|line| format!("\nExample:\n  {line}\n"))
}

/// The command lines of a help, each with its continuation.
fn examples(command: &Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let mut examples: Vec<String> = Vec::new();
    for line in help.lines() {
        match examples.last_mut() {
            Some(last) if last.ends_with('\\') => last.push_str(&format!("\n{line}")),
            _ => {
                let start = line.trim_start().strip_prefix("Example: ").unwrap_or(line.trim_start());
                // Behind two blanks stands what it does.
                let line = start.split("  ").next().unwrap_or(start);
                examples.extend(line.starts_with("contract-gate ").then(|| line.to_owned()));
            }
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let all = [&["contract-gate".to_owned()], words.as_slice()].concat();
        let error = super::super::command().try_get_matches_from(all).expect_err("it is wrong");
        example(&error, &words).unwrap_or_default()
    }

    #[test]
    fn a_mistake_ends_with_an_example_of_the_command_and_the_flag() {
        for (words, wanted) in [
            (&["chek"][..], "Example:\n  contract-gate check\n"),
            (&["check", "--report", "foo"], "--param company_id=cmp_1 --report junit=gate.xml"),
            (&["check", "--shard", "9/2"], "contract-gate check --shard 2/5 --report json=part-2.json"),
            (&["check", "--nonsense"], "Example:\n  contract-gate check\n"),
            (&["baseline", "write", "--nonsense"], "contract-gate baseline write --from report.json"),
            (&["diff", "a"], "contract-gate diff origin/main:"),
            (&["merge"], "Example:\n  contract-gate merge part-1.json"),
            (&["verify"], "Example:\n  contract-gate verify flexportal traffic.har\n"),
            (&["check", "--token-env"], "https://api-eu.flexportal.io \\\n      --token-env FLEXPORTAL_KEY"),
            (&["completions", "foo"], "contract-gate completions bash"),
        ] {
            assert!(told(words).contains(wanted), "{words:?}: {}", told(words));
        }
    }

    #[test]
    fn every_command_has_an_example() {
        let whole = super::super::command();
        for command in whole.get_subcommands() {
            assert!(!examples(command).is_empty(), "{} has none", command.get_name());
        }
        assert!(!examples(&whole).is_empty());
    }
}
