//! What a shell can offer behind each word of a command line.

use clap::Command;
use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use crate::config::{Color, FailOn, Profile};
use crate::contract::Contract;
use crate::report::Format;

/// The name of the program.
const NAME: &str = "contract-gate";
/// Reports of `diff` and `lint`.
const REPORTS_OF_DOCUMENTS: [&str; 6] = ["human", "json", "junit", "sarif", "github", "markdown"];
/// Commands, for `man`; those that clap adds by itself are not among them.
const COMMANDS: [&str; 15] = [
    "check",
    "doctor",
    "verify",
    "merge",
    "baseline",
    "diff",
    "lint",
    "prove",
    "mock",
    "list",
    "explain",
    "init",
    "config",
    "completions",
    "man",
];

/// The script for a shell.
pub(super) fn script(shell: Shell) -> String {
    let mut command = with_words(super::command());
    let mut buffer = Vec::new();
    clap_complete::generate(shell, &mut command, NAME, &mut buffer);
    let script = String::from_utf8_lossy(&buffer).into_owned();
    match shell {
        // The generator writes the hyphen of the name in two ways: it walks to `contract__gate`, and asks for another.
        Shell::Bash => script.replace("contract__subcmd__gate", "contract__gate"),
        Shell::Fish => script + &words_of_fish(&command),
        _ => script,
    }
}

/// What the generator leaves out for fish: words that stand without a flag.
fn words_of_fish(whole: &Command) -> String {
    let mut lines = String::new();
    for command in whole.get_subcommands() {
        let using = format!("__fish_contract_gate_using_subcommand {}", command.get_name());
        positionals(command, &using, &mut lines);
        for inner in command.get_subcommands() {
            positionals(inner, &format!("{using}; and __fish_seen_subcommand_from {}", inner.get_name()), &mut lines);
        }
    }
    lines
}

fn positionals(command: &Command, condition: &str, lines: &mut String) {
    for arg in command.get_positionals() {
        let words: Vec<String> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
        if words.is_empty() {
            continue;
        }
        // Where a document may stand, files are offered too.
        let files = if matches!(arg.get_id().as_str(), "names" | "contract" | "contracts") { "" } else { " -f" };
        lines.push_str(&format!("complete -c {NAME} -n \"{condition}\"{files} -a \"{}\"\n", words.join(" ")));
    }
}

/// The arguments with the words that a shell can offer. The parser itself takes more: files, operations, new names.
fn with_words(command: Command) -> Command {
    let inner: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let name = command.get_name().to_owned();
    let command = command.mut_args(|arg| match words(&name, arg.get_id().as_str()) {
        Some(words) if arg.get_action().takes_values() => arg.value_parser(PossibleValuesParser::new(words)),
        _ => arg,
    });
    inner.into_iter().fold(command, |command, name| command.mut_subcommand(name, with_words))
}

/// The words for one argument of one command.
fn words(command: &str, argument: &str) -> Option<Vec<&'static str>> {
    let checks = || crate::checks::CATALOGUE.iter().map(|check| check.id);
    let faults = || crate::mock::faults().iter().map(|fault| fault.id);
    let variants = || crate::mock::variants().iter().map(|variant| variant.id);
    Some(match (command, argument) {
        ("diff", "fail_on") => vec!["breaking", "warning", "note", "never"],
        ("diff" | "lint", "reports") => REPORTS_OF_DOCUMENTS.to_vec(),
        ("prove", "only") => faults().chain(variants()).collect(),
        ("config", "what") => vec!["show", "schema"],
        ("list" | "prove", "format") => vec!["text", "markdown", "json"],
        ("man", "command") => COMMANDS.to_vec(),
        (_, "reports") => Format::ALL.iter().map(|format| format.name()).collect(),
        (_, "names" | "contract" | "contracts") => Contract::SHIPPED.to_vec(),
        (_, "profile") => Profile::WORDS.to_vec(),
        (_, "fail_on") => FailOn::WORDS.to_vec(),
        (_, "color") => Color::WORDS.to_vec(),
        (_, "fault") => faults().collect(),
        (_, "variant") => variants().collect(),
        (_, "only" | "skip" | "deny" | "warn" | "note" | "allow") => {
            crate::checks::Family::ALL.iter().map(|family| family.name()).chain(checks()).collect()
        }
        (_, "id") => checks().chain(crate::diff::rules::RULES.iter().map(|rule| rule.id)).collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_to_offer() {
        let command = super::super::command();
        let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
        assert_eq!(names, COMMANDS);
    }

    #[test]
    fn default_values_are_among_the_words() {
        // A debug build of the parser refuses a command whose defaults are none of the values.
        with_words(super::super::command()).debug_assert();
    }
}
