//! A pointer into a schema, as people say it: `Pet.owner.name`, `Order.lines[].price`.

use crate::document::unescape;

/// What a pointer names below a component or below the schema of a body; none when it names the whole of a body.
pub(super) fn spoken(pointer: &str) -> Option<String> {
    let segments: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let mut rest = segments.iter().map(String::as_str);
    let mut text = String::new();
    if let [components, schemas, name, ..] = segments.as_slice()
        && components == "components"
        && schemas == "schemas"
    {
        text.push_str(name);
        rest.nth(2);
    } else {
        rest.by_ref().find(|segment| *segment == "schema")?;
    }
    let mut rest = rest.peekable();
    while let Some(segment) = rest.next() {
        match segment {
            "properties" => match rest.next() {
                Some(name) if text.is_empty() => text.push_str(name),
                Some(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                None => break,
            },
            "items" => text.push_str("[]"),
            "additionalProperties" if rest.peek().is_some() => text.push_str(".*"),
            "allOf" | "oneOf" | "anyOf" => drop(rest.next()),
            "not" => {}
            _ => break,
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The subject of a change of a schema together with what it belongs to.
pub(super) fn subject(subject: &str, pointer: &str) -> String {
    let Some(owner) = spoken(pointer) else { return subject.to_owned() };
    let name = subject.trim_matches('`');
    let owner = match owner.strip_suffix(name) {
        Some("") => return subject.to_owned(),
        Some(front) => match front.strip_suffix('.') {
            Some(front) => front.to_owned(),
            None => owner,
        },
        None => owner,
    };
    if subject.is_empty() { format!("`{owner}`") } else { format!("{subject} of `{owner}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_people_name_them() {
        let pet = "/components/schemas/Pet/properties/owner/allOf/1/properties/name";
        assert_eq!(spoken(pet).as_deref(), Some("Pet.owner.name"));
        assert_eq!(subject("`name`", pet), "`name` of `Pet.owner`");
        assert_eq!(subject("`minLength`", &format!("{pet}/minLength")), "`minLength` of `Pet.owner.name`");
        let inline = "/paths/~1a/get/responses/200/content/application~1json/schema/properties/a/items/enum";
        assert_eq!(spoken(inline).as_deref(), Some("a[]"));
        assert_eq!(spoken("/paths/~1a/get/requestBody/content/application~1json/schema/oneOf/0"), None);
        assert_eq!(spoken("/paths/~1a/get"), None);
    }
}
