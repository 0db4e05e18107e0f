//! `contract-gate completions` and `contract-gate man`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Command};

use super::completions::script;
use super::exit;

/// Print completions for a shell
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate completions bash > /etc/bash_completion.d/contract-gate\n  contract-gate completions zsh > \"${fpath[1]}/_contract-gate\"\n  contract-gate completions fish > ~/.config/fish/completions/contract-gate.fish"
)]
pub(super) struct CompletionArgs {
    /// The shell
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
    written(out, script(args.shell).as_bytes())
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
            let near = crate::suggest::nearest(name, command.get_subcommands().map(Command::get_name));
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
