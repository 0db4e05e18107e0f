//! Texts of a format, of a wanted length.

/// A text of the format that has so many letters; none where the format has none, or is not known.
pub(super) fn of_length(format: &str, length: usize) -> Option<String> {
    let filled = |start: &str| {
        let rest = length.checked_sub(start.len()).filter(|rest| *rest > 0)?;
        Some(format!("{start}{}", "x".repeat(rest)))
    };
    match format {
        "uri" | "url" | "iri" | "uri-reference" | "iri-reference" => filled("https://x/").or_else(|| filled("x:")),
        "email" | "idn-email" => address(length),
        "hostname" | "idn-hostname" => host(length),
        "ipv4" => ipv4(length),
        "byte" => length.is_multiple_of(4).then(|| "A".repeat(length)),
        "date-time" => {
            let digits = length.checked_sub("2026-01-31T12:00:00.Z".len()).filter(|digits| *digits > 0)?;
            Some(format!("2026-01-31T12:00:00.{}Z", "0".repeat(digits)))
        }
        _ => None,
    }
}

/// Longest name within a host name, and longest name before an `@`.
const MAX_NAME: usize = 60;

fn address(length: usize) -> Option<String> {
    let name = length.checked_sub("@x.de".len()).filter(|name| *name > 0)?.min(MAX_NAME);
    Some(format!("{}@{}", "x".repeat(name), host(length - name - 1)?))
}

/// A host name: names of at most [`MAX_NAME`] letters, joined by points, none of which ends it.
fn host(length: usize) -> Option<String> {
    let text: String = (1..=length).map(|at| if at.is_multiple_of(MAX_NAME) { '.' } else { 'x' }).collect();
    let whole = !text.is_empty() && text.len() <= 253;
    whole.then(|| if text.ends_with('.') { format!("{}xx", &text[..length - 2]) } else { text })
}

/// An address of four numbers with one to three digits each.
fn ipv4(length: usize) -> Option<String> {
    let mut digits = length.checked_sub("0.0.0.0".len()).filter(|more| *more <= 8)?;
    let mut numbers = Vec::new();
    for _ in 0..4 {
        let more = digits.min(2);
        digits -= more;
        numbers.push("1".repeat(more + 1));
    }
    Some(numbers.join("."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diff::checker;

    #[test]
    fn texts_of_a_format_have_the_wanted_length_and_are_of_it() {
        for (format, lengths) in [
            ("uri", vec![3, 11, 153]),
            ("email", vec![6, 30, 120]),
            ("hostname", vec![1, 59, 60, 61, 120, 200]),
            ("ipv4", vec![7, 10, 15]),
            ("byte", vec![4, 40]),
            ("date-time", vec![22, 30]),
        ] {
            for length in lengths {
                let text = of_length(format, length).unwrap_or_else(|| panic!("no {format} of {length} letters"));
                assert_eq!(text.chars().count(), length, "{format} {text}");
                let schema = json!({ "format": checker::known_format(format) });
                assert_eq!(checker::is_valid(&schema, &json!(text)), Some(true), "{format} {text}");
            }
        }
        assert_eq!(of_length("ipv4", 16), None);
        assert_eq!(of_length("byte", 5), None);
    }
}
