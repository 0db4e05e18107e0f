//! What a schema wants, in words.

use jsonschema::error::ValidationErrorKind;
use serde_json::Value;

use super::Breach;
use crate::document::text_of;

pub(super) fn describe(
    error: &jsonschema::ValidationError<'_>,
    pointer: String,
    instance: Option<&Value>,
) -> (Breach, String, String) {
    use ValidationErrorKind as Kind;
    let is_null = matches!(instance, Some(Value::Null));
    match error.kind() {
        Kind::Required { property } => {
            let name = text_of(property);
            let at = format!("{pointer}/{}", crate::document::escape(&name));
            (Breach::Missing, at, format!("`{name}` is required"))
        }
        Kind::Type { .. } if is_null => (Breach::Null, pointer, "not null".to_owned()),
        Kind::Type { kind } => (Breach::Type, pointer, type_words(kind)),
        Kind::Enum { .. } | Kind::Constant { .. } if is_null => (Breach::Null, pointer, "not null".to_owned()),
        Kind::Enum { options } => (Breach::Enum, pointer, format!("one of {}", short(options))),
        Kind::Constant { expected_value } => (Breach::Enum, pointer, expected_value.to_string()),
        Kind::MultipleOf { multiple_of, .. } => {
            if multiple_of.to_string() == "1" || multiple_of.to_string() == "1.0" {
                (Breach::Fraction, pointer, "a whole number".to_owned())
            } else {
                (Breach::Bound, pointer, format!("a multiple of {multiple_of}"))
            }
        }
        Kind::Format { format } => (Breach::Format, pointer, format!("format `{format}`")),
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            (Breach::Extra, pointer, "no other members than the declared ones".to_owned())
        }
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => {
            (Breach::Alternative, pointer, "one of the declared alternatives".to_owned())
        }
        Kind::OneOfMultipleValid { .. } => (Breach::Alternative, pointer, "exactly one of the alternatives".to_owned()),
        _ => (Breach::Bound, pointer, bound_words(error)),
    }
}

fn bound_words(error: &jsonschema::ValidationError<'_>) -> String {
    use ValidationErrorKind as Kind;
    match error.kind() {
        Kind::Minimum { limit } => format!("at least {limit}"),
        Kind::Maximum { limit } => format!("at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("above {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("below {limit}"),
        Kind::MinLength { limit } => format!("at least {limit} characters"),
        Kind::MaxLength { limit } => format!("at most {limit} characters"),
        Kind::MinItems { limit } => format!("at least {limit} items"),
        Kind::MaxItems { limit } => format!("at most {limit} items"),
        Kind::MinProperties { limit } => format!("at least {limit} members"),
        Kind::MaxProperties { limit } => format!("at most {limit} members"),
        Kind::Pattern { pattern } => format!("text that matches `{pattern}`"),
        Kind::UniqueItems => "no repeated items".to_owned(),
        _ => "what the schema declares".to_owned(),
    }
}

fn type_words(kind: &jsonschema::error::TypeKind) -> String {
    use jsonschema::error::TypeKind;
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(many) => {
            // What may be null besides is said last.
            let (null, mut names): (Vec<String>, Vec<String>) =
                many.iter().map(|one| one.to_string()).partition(|name| name == "null");
            names.extend(null);
            names.join(" or ")
        }
    }
}

fn short(options: &Value) -> String {
    let Some(items) = options.as_array() else { return options.to_string() };
    let shown: Vec<String> = items.iter().take(8).map(|item| format!("`{}`", text_of(item))).collect();
    let more = if items.len() > 8 { format!(" and {} more", items.len() - 8) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}
