//! How one finding is told: what is wrong, where, why it counts, how to see it again, how to live with it.

use std::io::{self, Write};

use indexmap::IndexMap;

use super::Human;
use crate::finding::{Finding, Level};
use crate::report::collect::Section;
use crate::report::escape::{self, visible};
use crate::report::text::{self, Group, count, group_key, groups, shorten, spot, stability};
use crate::waiver;

/// Repeats of one fault that are listed without -v.
const REPEATS: usize = 5;
/// Faults that are described in full for one contract without -v.
const FULL: usize = 50;

impl Human {
    pub(super) fn findings(&mut self, section: &Section) -> io::Result<()> {
        let verbose = self.options.verbosity > 0;
        let (waived, open): (Vec<&Finding>, Vec<&Finding>) =
            section.findings.iter().partition(|finding| finding.waived.is_some());
        let open = groups(open);
        let (told, notes): (Vec<&Group<'_>>, Vec<&Group<'_>>) =
            open.iter().partition(|group| group.first().level >= Level::Warn || verbose);
        let (told, following) = if verbose { (told, Vec::new()) } else { with_their_cause(told) };
        for (index, group) in told.iter().enumerate() {
            if index == FULL && !verbose {
                let rest = count((told.len() - FULL) as u64, "more fault");
                self.hanging("  … ", &format!("{rest}; -v or another report format shows them"), 4)?;
                break;
            }
            self.group(group)?;
            self.consequences(group, &following)?;
        }
        if self.options.verbosity < 0 {
            return Ok(());
        }
        let more = !notes.is_empty() || !waived.is_empty();
        if more && !told.is_empty() {
            writeln!(self.sink)?;
        }
        for group in notes {
            self.note(group)?;
        }
        for group in groups(waived) {
            let finding = group.first();
            let reason = finding.waived.as_deref().unwrap_or_default();
            let line = format!("{}: {} ({}): {reason}", finding.id, spot(finding), count(group.places(), "place"));
            let prefix = format!("  {}  ", self.paint.dim("waived"));
            self.hanging(&prefix, &visible(&line), 10)?;
        }
        Ok(())
    }

    fn group(&mut self, group: &Group<'_>) -> io::Result<()> {
        let first = group.first();
        let next = self.numbers.len() + 1;
        let known = self.numbers.get(&group_key(first)).copied();
        let number = known.unwrap_or(next);
        self.numbers.insert(group_key(first), number);
        let repeats = if known.is_some() {
            &group.members[..]
        } else {
            self.full(first, number)?;
            &group.members[1..]
        };
        let shown = if self.options.verbosity > 0 { repeats.len() } else { repeats.len().min(REPEATS) };
        for repeat in &repeats[..shown] {
            let line = format!("{}: {} (see #{number})", repeat.id, spot(repeat));
            let prefix = format!("  {} ", self.level_mark(repeat.level));
            self.hanging(&prefix, &visible(&line), 4)?;
        }
        if shown < repeats.len() {
            let rest = format!("{} like #{number}", count((repeats.len() - shown) as u64, "more finding"));
            self.hanging("  … ", &rest, 4)?;
        }
        Ok(())
    }

    /// What may follow from a fault, a line for each check: to be read when that fault is mended, if it is still there.
    fn consequences(&mut self, cause: &Group<'_>, following: &[&Group<'_>]) -> io::Result<()> {
        let follows = |group: &&&Group<'_>| cause.members.iter().any(|member| is_cause(member, group.first()));
        let mut of_check: IndexMap<&str, (&Finding, u64)> = IndexMap::new();
        for group in following.iter().filter(follows) {
            let told = of_check.entry(&group.first().id).or_insert((group.first(), 0));
            told.1 += group.members.len() as u64;
        }
        if of_check.is_empty() {
            return Ok(());
        }
        let all = of_check.values().map(|(_, times)| times).sum();
        let line =
            format!("{} may follow from it: mend it first, then run again; -v shows them", count(all, "finding"));
        self.labelled("follows:", &line)?;
        for (id, (first, times)) in of_check {
            let more = if times > 1 { format!(", and {} more", times - 1) } else { String::new() };
            let prefix = format!("              {} ", self.level_mark(first.level));
            self.hanging(&prefix, &visible(&format!("{id}: {}{more}", first.title)), 16)?;
        }
        Ok(())
    }

    fn full(&mut self, finding: &Finding, number: usize) -> io::Result<()> {
        let (level, id) = (finding.level.name(), visible(&finding.id));
        let level = match finding.level {
            Level::Deny => self.paint.red(&self.paint.bold(level)),
            Level::Warn => self.paint.yellow(&self.paint.bold(level)),
            Level::Note | Level::Allow => self.paint.cyan(level),
        };
        writeln!(
            self.sink,
            "\n  {} {level}  {}  {}",
            self.level_mark(finding.level),
            self.paint.bold(&id),
            self.paint.dim(&format!("#{number}"))
        )?;
        self.hanging("    ", &visible(&finding.title), 4)?;
        self.labelled("expected:", &visible(&finding.expected))?;
        self.labelled("actual:", &visible(&finding.actual))?;
        if let Some(value) = finding.shown_value.as_ref().filter(|_| self.options.show_values) {
            self.labelled("value:", &shorten(&visible(value), 2_000))?;
        }
        self.labelled("where:", &visible(&spot(finding)))?;
        if let Some(place) = &finding.place {
            let about_waivers = finding.id == waiver::STALE || finding.id == waiver::EXPIRED;
            self.labelled(
                if about_waivers { "written:" } else { "contract:" },
                &visible(&format!("{place} {}", place.pointer)),
            )?;
        }
        if let Some(place) = &finding.old_place {
            self.labelled("before:", &visible(&format!("{place} {}", place.pointer)))?;
        }
        self.labelled("seen:", &stability(finding).unwrap_or_default())?;
        self.labelled("source:", &visible(finding.source.as_deref().unwrap_or_default()))?;
        self.labelled("why:", &visible(finding.why.as_deref().unwrap_or_default()))?;
        self.labelled("witness:", &visible(finding.witness.as_deref().unwrap_or_default()))?;
        if self.options.verbosity > 0 {
            self.details(finding)?;
        }
        // Commands are not wrapped: they are there to be copied.
        for (index, curl) in finding.curl.iter().enumerate() {
            let label = if index == 0 { "repeat:" } else { "then:" };
            writeln!(self.sink, "    {}{}", self.paint.dim(&format!("{label:<10}")), visible(curl))?;
        }
        self.labelled("explain:", &format!("contract-gate explain {id}"))?;
        self.waiver_lines(finding)
    }

    /// What -v adds: facts, and the exchanges that show the fault.
    fn details(&mut self, finding: &Finding) -> io::Result<()> {
        for (name, fact) in &finding.facts {
            if fact.contains('\n') {
                self.block(name, &fact.lines().map(visible).collect::<Vec<_>>())?;
            } else {
                self.labelled("fact:", &visible(&format!("{name} = {fact}")))?;
            }
        }
        for exchange in &finding.exchanges {
            let (sent, came) = text::exchange(exchange, self.options.show_values);
            self.block("request", &sent)?;
            self.block("answer", &came)?;
        }
        Ok(())
    }

    /// Lines under a label, not wrapped.
    fn block(&mut self, name: &str, lines: &[String]) -> io::Result<()> {
        writeln!(self.sink, "    {}", self.paint.dim(&format!("{}:", visible(name))))?;
        for line in lines {
            writeln!(self.sink, "{}", format!("      {}", escape::no_command(line)).trim_end())?;
        }
        Ok(())
    }

    fn waiver_lines(&mut self, finding: &Finding) -> io::Result<()> {
        let about_waivers = finding.id == waiver::STALE || finding.id == waiver::EXPIRED;
        if about_waivers || finding.level < Level::Warn {
            return Ok(());
        }
        let entry = waiver::to_toml(&waiver::waiver_of(finding, waiver::REASON_TO_FILL));
        for (index, line) in entry.lines().enumerate() {
            let label = if index == 0 { "waive:" } else { "" };
            writeln!(self.sink, "    {}", self.paint.dim(&format!("{label:<10}{}", visible(line))))?;
        }
        Ok(())
    }

    fn note(&mut self, group: &Group<'_>) -> io::Result<()> {
        let finding = group.first();
        let mut line = format!("{}: {}", finding.id, finding.title);
        let place = text::spot(finding);
        if !place.is_empty() {
            line.push_str(&format!(" ({place})"));
        }
        if group.members.len() > 1 {
            line.push_str(&format!(", {} in all", count(group.places(), "place")));
        }
        let prefix = format!("  {}  ", self.paint.cyan("note"));
        self.hanging(&prefix, &visible(&line), 8)
    }

    fn level_mark(&self, level: Level) -> String {
        match level {
            Level::Deny => self.paint.red("✗"),
            Level::Warn => self.paint.yellow("!"),
            Level::Note | Level::Allow => self.paint.cyan("·"),
        }
    }
}

/// Sets what may follow from another fault that is shown apart from the rest.
fn with_their_cause<'a>(told: Vec<&'a Group<'a>>) -> (Vec<&'a Group<'a>>, Vec<&'a Group<'a>>) {
    let shown: Vec<&Finding> = told.iter().flat_map(|group| &group.members).copied().collect();
    let has_cause = |finding: &&Finding| shown.iter().any(|cause| is_cause(cause, finding));
    told.iter().copied().partition(|group| !group.members.iter().all(has_cause))
}

fn is_cause(cause: &Finding, finding: &Finding) -> bool {
    finding.follows.as_ref() == Some(&cause.fingerprint) && cause.level >= finding.level
}
