//! `contract-gate completions` and `contract-gate man`.

use std::io::Write;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Command};

use super::exit;
use crate::config::{Color, FailOn, Profile};
use crate::contract::Contract;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate completions bash > /etc/bash_completion.d/contract-gate\n  contract-gate completions zsh > \"${fpath[1]}/_contract-gate\"\n  contract-gate completions fish > ~/.config/fish/completions/contract-gate.fish"
)]
pub(super) struct CompletionArgs {
    /// bash, zsh, fish, powershell, elvish
    shell: clap_complete::Shell,
}

/// Print the manual page, or that of one command
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate man check | man -l -\n  contract-gate man --output ~/.local/share/man/man1"
)]
pub(super) struct ManArgs {
    /// The command whose page is wanted
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,
    /// Folder to write the pages of all commands to
    #[arg(long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(super) fn completions(args: &CompletionArgs, out: &mut dyn Write) -> Result<u8, String> {
    let mut buffer = Vec::new();
    clap_complete::generate(args.shell, &mut with_words(super::command()), "contract-gate", &mut buffer);
    if args.shell == clap_complete::Shell::Bash {
        // The generator writes the hyphen of the name in two ways: it walks to `contract__gate`, and asks for another.
        let script = String::from_utf8_lossy(&buffer).replace("contract__subcmd__gate", "contract__gate");
        buffer = script.into_bytes();
    }
    written(out, &buffer)
}

pub(super) fn manual(args: &ManArgs, out: &mut dyn Write) -> Result<u8, String> {
    let mut command = super::command();
    if let Some(folder) = &args.output {
        let words = |error: std::io::Error| format!("{}: cannot be written: {error}", folder.display());
        std::fs::create_dir_all(folder).map_err(words)?;
        clap_mangen::generate_to(command, folder).map_err(words)?;
        return Ok(exit::CONFORMS);
    }
    command.build();
    let page = match &args.command {
        Some(name) => command.find_subcommand(name).cloned().ok_or_else(|| {
            let near = crate::config::nearest(name, command.get_subcommands().map(Command::get_name));
            let hint = near.map_or_else(
                || "`contract-gate --help` shows all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            format!("there is no command `{name}`\n  help: {hint}")
        })?,
        None => command,
    };
    let mut buffer = Vec::new();
    clap_mangen::Man::new(page).render(&mut buffer).map_err(|error| error.to_string())?;
    written(out, &buffer)
}

fn written(out: &mut dyn Write, bytes: &[u8]) -> Result<u8, String> {
    // A reader that went away (`| head`) is no failure.
    let _ = out.write_all(bytes);
    Ok(exit::CONFORMS)
}

/// The arguments with the words that a shell can offer. The parser itself takes more: files, operations, new names.
fn with_words(command: Command) -> Command {
    let kinds: Vec<&'static str> = crate::checks::Family::ALL
        .iter()
        .map(|family| family.name())
        .chain(crate::checks::CATALOGUE.iter().map(|check| check.id))
        .collect();
    let faults: Vec<&'static str> = crate::mock::faults().iter().map(|fault| fault.id).collect();
    let variants: Vec<&'static str> = crate::mock::variants().iter().map(|variant| variant.id).collect();
    let ids: Vec<&'static str> = crate::checks::CATALOGUE
        .iter()
        .map(|check| check.id)
        .chain(crate::diff::rules::RULES.iter().map(|rule| rule.id))
        .collect();
    let words = |id: &str| -> Option<Vec<&'static str>> {
        Some(match id {
            "names" | "contract" | "contracts" => Contract::SHIPPED.to_vec(),
            "profile" => Profile::WORDS.to_vec(),
            "fail_on" => FailOn::WORDS.to_vec(),
            "color" => Color::WORDS.to_vec(),
            "fault" => faults.clone(),
            "variant" => variants.clone(),
            "only" | "skip" | "deny" | "warn" | "note" | "allow" => kinds.clone(),
            "id" => ids.clone(),
            _ => return None,
        })
    };
    let commands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    commands.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |sub| {
            let prove = sub.get_name() == "prove";
            sub.mut_args(|arg| match words(arg.get_id().as_str()) {
                Some(words) if arg.get_action().takes_values() && !prove => {
                    arg.value_parser(PossibleValuesParser::new(words))
                }
                _ => arg,
            })
        })
    })
}
