//! `--deny`, `--warn`, `--note` and `--allow`, in the order in which they stand on the command line: the last one wins.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use super::check::COUNTS;
use crate::finding::Level;

/// Levels by flags, as they were given.
#[derive(Clone, Debug, Default)]
pub(super) struct LevelArgs {
    given: Vec<(Level, String)>,
}

impl LevelArgs {
    /// Each level with what it is set for.
    pub(super) fn in_order(&self) -> impl Iterator<Item = (Level, &str)> {
        self.given.iter().map(|(level, name)| (*level, name.as_str()))
    }
}

/// The flags with their help.
const FLAGS: [(Level, &str, &str); 4] = [
    (Level::Deny, "deny", "Level deny for a check, family or operation:check; of several for one, the last"),
    (Level::Warn, "warn", "Level warn, for the same"),
    (Level::Note, "note", "Level note, for the same"),
    (Level::Allow, "allow", "Not reported at all, for the same"),
];

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut given: Vec<(usize, Level, String)> = Vec::new();
        for (level, id, _) in FLAGS {
            let names = matches.get_many::<String>(id).into_iter().flatten();
            let places = matches.indices_of(id).into_iter().flatten();
            given.extend(places.zip(names).map(|(place, name)| (place, level, name.clone())));
        }
        given.sort_by_key(|(place, ..)| *place);
        Ok(Self { given: given.into_iter().map(|(_, level, name)| (level, name)).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for LevelArgs {
    fn augment_args(command: Command) -> Command {
        let flag = |(_, id, help): (Level, &'static str, &'static str)| {
            Arg::new(id).long(id).value_name("ID").action(ArgAction::Append).help_heading(COUNTS).help(help)
        };
        command.args(FLAGS.map(flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}
