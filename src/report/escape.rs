//! What makes a text from outside harmless where it is printed: one function per place.
//!
//! Names, descriptions and values come from documents and servers of strangers. Terminals obey control characters, CI
//! systems obey lines of their logs, Markdown and XML have a syntax: every report of every command goes through here.

use std::borrow::Cow;
use std::io;

use serde::Serialize;

/// Makes a text harmless for a terminal and for a log: control characters, escapes, characters that reorder text and the
/// beginnings of commands (`##[`, `##vso[`) become visible.
///
/// Line breaks become `\n`; a caller that wants lines splits first, see [`lines`]. What was made visible stays as it is.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '#' if out.ends_with('#') && is_command(&text[index + 1..]) => out.extend('#'.escape_unicode()),
            _ if is_hostile(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// Control characters, and characters that hide or reorder what stands beside them.
#[must_use]
pub fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{2028}' | '\u{2029}'
            | '\u{feff}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether what stands behind `##` makes a command of it: `[` on GitHub, `vso[` on Azure, `teamcity[` on TeamCity.
/// Source: `ActionCommand.cs` of actions/runner, `TryParse`: it is looked for anywhere in a line.
fn is_command(behind: &str) -> bool {
    behind.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).starts_with('[')
}

/// A line that a CI system cannot take for a command: GitHub Actions obeys `::error …` at the start of any line of
/// output, also behind white space, and `##[…]` anywhere.
#[must_use]
pub fn no_command(line: &str) -> Cow<'_, str> {
    let start = line.trim_start();
    if start.starts_with("::") || start.starts_with("##[") { format!("… {start}").into() } else { line.into() }
}

/// A text whose line breaks are meant, each line by itself made [`visible`].
#[must_use]
pub fn lines(text: &str) -> String {
    text.split('\n').map(visible).collect::<Vec<_>>().join("\n")
}

/// A whole text whose parts are [`visible`] already: no line of it is a command.
#[must_use]
pub fn no_commands(text: &str) -> String {
    text.split('\n').map(no_command).collect::<Vec<_>>().join("\n")
}

/// A whole text for a terminal: its line breaks are kept, and nothing else in it is obeyed.
#[must_use]
pub fn terminal(text: &str) -> String {
    no_commands(&lines(text))
}

/// An attribute of XML 1.0: what is illegal there, hides its neighbours or breaks the line becomes visible. The syntax of
/// XML itself is the writer's business.
#[must_use]
pub fn xml(text: &str) -> String {
    visible(text)
}

/// A text between two tags of XML 1.0; its line breaks are kept, and no line is a command where the report is printed.
#[must_use]
pub fn xml_text(text: &str) -> String {
    terminal(text)
}

/// The message of a workflow command of GitHub Actions; line breaks are shown as such.
#[must_use]
pub fn workflow(text: &str) -> String {
    lines(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a workflow command of GitHub Actions.
#[must_use]
pub fn property(text: &str) -> String {
    workflow(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// A value as indented JSON, the same for every reader of JSON and harmless for whoever prints it: what is hostile, and
/// the beginnings of commands, are written as escapes.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json(value: &impl Serialize) -> io::Result<String> {
    Ok(of_json(&serde_json::to_string_pretty(value)?))
}

/// The same on one line.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn json_line(value: &impl Serialize) -> io::Result<String> {
    Ok(of_json(&serde_json::to_string(value)?))
}

/// Outside its strings JSON has nothing that is hostile, and in them an escape is the character.
fn of_json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, character) in text.char_indices() {
        let command = character == '#' && out.ends_with('#') && is_command(&text[index + 1..]);
        if command || (is_hostile(character) && character != '\n') {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(character);
        }
    }
    out
}

/// A text that Markdown and HTML leave alone; pairs of backticks become code.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return entities(&text);
    }
    let wrapped = parts.iter().enumerate().map(|(index, part)| match (index % 2, part.is_empty()) {
        (1, false) => format!("<code>{}</code>", entities(part)),
        (1, true) => "&#96;&#96;".to_owned(),
        _ => entities(part),
    });
    wrapped.collect()
}

/// A text as code in Markdown; nothing when it is empty.
#[must_use]
pub fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<code>{}</code>", entities(&visible(text))) }
}

/// Every character that Markdown, its tables, HTML or mentions could take for more than itself.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '@' | '#' | '$' | '!' => {
                out.push_str(&format!("&#{};", u32::from(character)));
            }
            // A bare address would become a link.
            ':' if rest.peek() == Some(&'/') => out.push_str("&#58;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_become_visible() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\nd"), "a\\u{1b}[31mb\\u{202e}c\\nd");
        assert_eq!(visible("Zoë 東京"), "Zoë 東京");
    }

    #[test]
    fn what_is_visible_stays_as_it_is() {
        for text in ["a\u{1b}[31m\n::error::x", "x ##[add-mask]e ##vso[task.complete]", "###[", "# [a](b)"] {
            assert_eq!(visible(&visible(text)), visible(text));
        }
    }

    #[test]
    fn commands_are_broken_wherever_they_stand() {
        assert_eq!(visible("x ##[add-mask]e"), "x #\\u{23}[add-mask]e");
        assert_eq!(visible("##vso[task.complete]"), "#\\u{23}vso[task.complete]");
        assert_eq!(visible("## heading [1]"), "## heading [1]");
        assert_eq!(terminal("a\n ::error::x\u{7}"), "a\n… ::error::x\\u{7}");
        assert_eq!(workflow("50 %\n##[x]"), "50 %25%0A#\\u{23}[x]");
        assert_eq!(property("a,b:c\n"), "a%2Cb%3Ac\\n");
    }

    #[test]
    fn json_reads_as_it_was_meant() {
        let text = "a\u{1b}\u{202e}\u{9b}\u{e0041}##[error]\n\"";
        let json = json_line(&text).expect("a text is JSON");
        assert_eq!(json, r##""a\u001b\u202e\u009b\udb40\udc41#\u0023[error]\n\"""##);
        assert_eq!(serde_json::from_str::<String>(&json).expect("it is JSON"), text);
    }

    #[test]
    fn markdown_shows_what_was_written() {
        assert_eq!(markdown("`a|b` <script>"), "<code>a&#124;b</code> &lt;script&gt;");
        assert_eq!(code("`"), "<code>&#96;</code>");
    }
}
