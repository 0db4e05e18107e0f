//! Words of a POSIX shell, for command lines that can be copied.

/// A text as one word, in single quotes: nothing in it means anything to the shell.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as one word, quoted only where it must be.
pub(crate) fn word(text: &str) -> String {
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c));
    if plain && !text.is_empty() { text.to_owned() } else { quoted(text) }
}

/// A text as one word in which `$NAME` or `${NAME%??}` placeholders are expanded; control characters are shown as U+FFFD.
pub(crate) fn expanded(text: &str) -> String {
    let names = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
    // `${NAME%????}` is a variable without its last characters.
    let cut = |text: &str| text.strip_prefix('{').is_some_and(|text| names(text) && text.contains("%?"));
    let placeholder = !text.contains('`')
        && text.match_indices('$').map(|(at, _)| &text[at + 1..]).any(|after| names(after) || cut(after));
    let hostile = text.chars().any(char::is_control);
    if placeholder && !hostile && !text.contains(['"', '\\', '!']) {
        return format!("\"{text}\"");
    }
    let clean: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    quoted(&clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_they_must_be() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(word("--seed=1"), "--seed=1");
        assert_eq!(word("two words"), "'two words'");
        assert_eq!(word(""), "''");
    }

    #[test]
    fn placeholders_are_expanded_and_nothing_else() {
        assert_eq!(expanded("Bearer $TOKEN"), "\"Bearer $TOKEN\"");
        assert_eq!(expanded("$5 off"), "'$5 off'");
        assert_eq!(expanded("$TOKEN `id`"), "'$TOKEN `id`'");
        assert_eq!(expanded("a\u{1b}b"), "'a\u{fffd}b'");
    }
}
