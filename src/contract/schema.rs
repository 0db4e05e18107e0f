//! Schemas as validators: the only module that names the `jsonschema` crate for judging answers.
//!
//! OpenAPI 3.0 schemas are lowered to Draft 4 in place, so that every JSON pointer of the lowered document is a pointer
//! of the file the user wrote. See [`lower`] for what changes.

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Map, Value, json};

/// What part of a schema was broken; each has a check of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Breach {
    /// A required member is missing.
    Missing,
    /// Another type than declared.
    Type,
    /// Null where it is not allowed.
    Null,
    /// A value outside an enumeration.
    Enum,
    /// A fraction where a whole number is declared.
    Fraction,
    /// A broken `format`.
    Format,
    /// A broken bound, length or pattern.
    Bound,
    /// A member that a closed object does not allow.
    Extra,
    /// None of the alternatives fits, or more than one does.
    Alternative,
}

/// One place where a body breaks its schema.
#[derive(Clone, Debug, PartialEq)]
pub struct SchemaError {
    /// What was broken.
    pub breach: Breach,
    /// Pointer into the body; for a missing member, to where it should be.
    pub pointer: String,
    /// Pointer into the document, to the schema keyword.
    pub schema_pointer: String,
    /// What the schema wants, in words.
    pub expected: String,
    /// What is there, as a shape without its content.
    pub actual: String,
    /// What is there, cut short; for readers who ask to see values.
    pub shown: Option<String>,
}

/// All schemas of one document, ready to compile validators from.
pub struct Schemas {
    registry: Registry<'static>,
    lowered: Value,
}

impl std::fmt::Debug for Schemas {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Schemas")
    }
}

/// A compiled validator of one schema of the document.
#[derive(Debug)]
pub struct Checker {
    validator: Validator,
}

const URI: &str = "spec:///contract";
const FRAGMENT: &AsciiSet = &CONTROLS.add(b' ').add(b'{').add(b'}').add(b'"').add(b'<').add(b'>').add(b'%').add(b'#');

impl Schemas {
    /// Lowers and registers a document.
    ///
    /// # Errors
    /// The validator's message when a schema cannot be registered.
    pub fn new(document: &Value) -> Result<Self, String> {
        let mut lowered = document.clone();
        lower(&mut lowered);
        let registry = Registry::new()
            .draft(Draft::Draft4)
            .add(URI, lowered.clone())
            .map_err(|error| error.to_string())?
            .prepare()
            .map_err(|error| error.to_string())?;
        Ok(Self { registry, lowered })
    }

    /// The lowered document.
    #[must_use]
    pub fn lowered(&self) -> &Value {
        &self.lowered
    }

    /// Compiles the schema at a pointer of the document.
    ///
    /// # Errors
    /// The validator's message when the schema cannot be compiled: a reference that leads nowhere, a broken pattern.
    pub fn checker(&self, pointer: &str) -> Result<Checker, String> {
        let reference = format!("{URI}#{}", utf8_percent_encode(pointer, FRAGMENT));
        let validator = jsonschema::options()
            .with_draft(Draft::Draft4)
            .offline()
            .with_registry(&self.registry)
            .should_validate_formats(true)
            .with_format("uuid", |text: &str| is_uuid(text))
            .build(&json!({ "$ref": reference }))
            .map_err(|error| error.to_string())?;
        Ok(Checker { validator })
    }
}

impl Checker {
    /// Whether a body fits.
    #[must_use]
    pub fn is_valid(&self, body: &Value) -> bool {
        self.validator.is_valid(body)
    }

    /// Every place where a body does not fit; at most `limit` of them.
    #[must_use]
    pub fn errors(&self, body: &Value, limit: usize) -> Vec<SchemaError> {
        let mut found = Vec::new();
        for error in self.validator.iter_errors(body).take(limit) {
            collect(&error, body, &mut found, 0);
        }
        found
    }
}

fn collect(error: &jsonschema::ValidationError<'_>, body: &Value, found: &mut Vec<SchemaError>, depth: usize) {
    let pointer = error.instance_path().to_string();
    if depth < 4
        && let ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } = error.kind()
        && let Some(branch) = closest_branch(context, &pointer)
    {
        for inner in branch {
            collect(inner, body, found, depth + 1);
        }
        return;
    }
    let instance = body.pointer(&pointer);
    let (breach, pointer, expected) = describe(error, pointer, instance);
    let there = if breach == Breach::Missing { None } else { instance };
    let actual = there.map_or_else(|| "nothing".to_owned(), crate::mask::shape);
    let shown = there.map(|value| crate::excerpt::start(&value.to_string()));
    let schema_pointer = error
        .absolute_keyword_location()
        .map(|location| location.to_string())
        .and_then(|location| location.split_once('#').map(|(_, pointer)| pointer.to_owned()))
        .map_or_else(
            || error.schema_path().to_string(),
            |pointer| percent_encoding::percent_decode_str(&pointer).decode_utf8_lossy().into_owned(),
        );
    found.push(SchemaError { breach, pointer, schema_pointer, expected, actual, shown });
}

/// Of the alternatives of a union, the one that was meant: the only one for values of this kind, as the one beside `null`
/// is for an object. Where several are, none can be blamed with certainty.
fn closest_branch<'a, 'i>(
    context: &'a [Vec<jsonschema::ValidationError<'i>>],
    union_at: &str,
) -> Option<&'a Vec<jsonschema::ValidationError<'i>>> {
    let of_other_kind = |errors: &[jsonschema::ValidationError<'i>]| {
        errors.iter().any(|error| {
            matches!(error.kind(), ValidationErrorKind::Type { .. }) && error.instance_path().to_string() == union_at
        })
    };
    let mut real = context.iter().filter(|errors| !errors.is_empty() && !of_other_kind(errors));
    let only = real.next()?;
    real.next().is_none().then_some(only)
}

fn describe(
    error: &jsonschema::ValidationError<'_>,
    pointer: String,
    instance: Option<&Value>,
) -> (Breach, String, String) {
    use ValidationErrorKind as Kind;
    let is_null = matches!(instance, Some(Value::Null));
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().map_or_else(|| property.to_string(), str::to_owned);
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
    let shown: Vec<String> = items.iter().take(8).map(|item| format!("`{}`", plain(item))).collect();
    let more = if items.len() > 8 { format!(" and {} more", items.len() - 8) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(index, c)| match index {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
}

/// Turns the OpenAPI 3.0 schemas of a document into Draft 4, in place.
///
/// * `nullable: true` beside `type` adds `null` to the type and to its `enum`; without `type` it becomes an `anyOf`.
/// * `type: integer` becomes a number that is a multiple of 1: `5.0` is the same number as `5` in JSON.
/// * `format: int32` and `int64` become bounds.
/// * `example`, `examples`, `default`, `enum` and extensions are data and stay as they are; what somebody *named* so, such as
///   a property or the `default` response, does not.
pub fn lower(node: &mut Value) {
    match node {
        Value::Array(items) => items.iter_mut().for_each(lower),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                if NAMED.contains(&name.as_str())
                    && let Value::Object(named) = member
                {
                    named.values_mut().for_each(lower);
                    continue;
                }
                let data = matches!(name.as_str(), "example" | "examples" | "default" | "enum");
                if !data && !name.starts_with("x-") {
                    lower(member);
                }
            }
            lower_schema(members);
        }
        _ => {}
    }
}

/// Keywords whose members bear names that the author of the document chose.
const NAMED: [&str; 8] =
    ["callbacks", "headers", "parameters", "patternProperties", "properties", "requestBodies", "responses", "schemas"];

fn lower_schema(members: &mut Map<String, Value>) {
    let integer = members.get("type").and_then(Value::as_str) == Some("integer");
    if integer {
        members.insert("type".to_owned(), json!("number"));
        let step = members.get("multipleOf").map_or_else(|| json!(1), whole_step);
        members.insert("multipleOf".to_owned(), step);
        let (least, most) = match members.get("format").and_then(Value::as_str) {
            Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
            Some("int64") => (json!(i64::MIN), json!(i64::MAX)),
            _ => (Value::Null, Value::Null),
        };
        if !least.is_null() {
            members.entry("minimum").or_insert(least);
            members.entry("maximum").or_insert(most);
        }
    }
    if members.get("nullable") != Some(&Value::Bool(true)) {
        return;
    }
    members.remove("nullable");
    if let Some(kind) = members.get("type").cloned()
        && kind.is_string()
    {
        members.insert("type".to_owned(), json!([kind, "null"]));
        if let Some(Value::Array(options)) = members.get_mut("enum")
            && !options.contains(&Value::Null)
        {
            options.push(Value::Null);
        }
    } else if members.keys().any(|name| matches!(name.as_str(), "allOf" | "anyOf" | "oneOf" | "$ref")) {
        let inner = Value::Object(std::mem::take(members));
        members.insert("anyOf".to_owned(), json!([{ "type": "null" }, inner]));
    }
}

/// The step between whole numbers that are multiples of a step: in lowest terms its numerator, so that of 0.5 it is 1, and
/// of 2.5 it is 5. What is no such step stays for the compiler to refuse.
fn whole_step(step: &Value) -> Value {
    let Some(number) = step.as_f64().filter(|number| number.fract() != 0.0 && *number > 0.0) else {
        return step.clone();
    };
    let text = number.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let parts = u32::try_from(decimals).ok().and_then(|decimals| 10_u128.checked_pow(decimals));
    let Some((whole, parts)) = text.replacen('.', "", 1).parse::<u128>().ok().zip(parts) else { return json!(1) };
    let (mut divisor, mut rest) = (whole, parts);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    json!(u64::try_from(whole / divisor).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checker(schema: Value) -> Checker {
        let document = json!({ "components": { "schemas": { "A": schema } } });
        Schemas::new(&document).expect("registers").checker("/components/schemas/A").expect("compiles")
    }

    fn breaches(checker: &Checker, body: &Value) -> Vec<(Breach, String, String)> {
        checker.errors(body, 100).into_iter().map(|e| (e.breach, e.pointer, e.schema_pointer)).collect()
    }

    #[test]
    fn each_keyword_is_its_own_breach_with_its_place() {
        let checker = checker(json!({
            "type": "object", "required": ["id"],
            "properties": {
                "id": {"type": "string"}, "n": {"type": "integer"},
                "status": {"type": "string", "enum": ["a", "b"], "nullable": true},
                "at": {"type": "string", "format": "date-time"}
            }
        }));
        assert!(checker.is_valid(&json!({"id": "x", "n": 5.0, "status": null, "at": "2024-01-01T00:00:00Z"})));
        let found = breaches(&checker, &json!({"n": 5.5, "status": "c", "at": "yesterday"}));
        assert_eq!(found.len(), 4, "{found:?}");
        assert!(found.contains(&(Breach::Missing, "/id".to_owned(), "/components/schemas/A/required".to_owned())));
        assert!(found.contains(&(
            Breach::Fraction,
            "/n".to_owned(),
            "/components/schemas/A/properties/n/multipleOf".to_owned()
        )));
        assert!(found.iter().any(|(breach, ..)| *breach == Breach::Enum));
        assert!(found.iter().any(|(breach, ..)| *breach == Breach::Format));
        assert_eq!(breaches(&checker, &json!({"id": null}))[0].0, Breach::Null);
        assert_eq!(breaches(&checker, &json!({"id": 7}))[0].0, Breach::Type);
    }

    #[test]
    fn the_bounds_of_integers_are_exact() {
        let checker = checker(json!({"properties": {
            "small": {"type": "integer", "format": "int32"}, "large": {"type": "integer", "format": "int64"}
        }}));
        for (body, lawful) in [
            (r#"{"small": 2147483647, "large": 9223372036854775807}"#, true),
            (r#"{"small": -2147483648, "large": -9223372036854775808}"#, true),
            (r#"{"small": 2147483648}"#, false),
            (r#"{"large": 9223372036854775808}"#, false),
            (r#"{"large": 18446744073709551615}"#, false),
            (r#"{"large": -1e30}"#, false),
        ] {
            let body = serde_json::from_str(body).expect("JSON");
            assert_eq!(checker.is_valid(&body), lawful, "{body}");
        }
    }

    #[test]
    fn an_integer_is_whole_whatever_its_step() {
        for (step, lawful, unlawful) in [
            (json!(0.5), [0, 1, 7], [json!(1.5), json!(0.5)]),
            (json!(0.1), [1, 2, 10], [json!(0.1), json!(2.3)]),
            (json!(2.5), [0, 5, 10], [json!(2.5), json!(7)]),
            (json!(3), [0, 3, 9], [json!(4), json!(4.5)]),
            (json!(1e-300), [0, 1, 2], [json!(0.5), json!(1.25)]),
        ] {
            let checker = checker(json!({"type": "integer", "multipleOf": step}));
            for value in lawful {
                assert!(checker.is_valid(&json!(value)), "{value} by {step}");
            }
            for value in unlawful {
                assert!(!checker.is_valid(&value), "{value} by {step}");
            }
        }
    }

    #[test]
    fn null_is_expected_only_where_it_is_allowed() {
        let words = |schema: Value| checker(schema).errors(&json!({}), 1)[0].expected.clone();
        assert_eq!(words(json!({"type": ["string", "integer"]})), "integer or string");
        assert_eq!(words(json!({"type": ["null", "string"]})), "string or null");
        assert_eq!(words(json!({"type": "string", "nullable": true})), "string or null");
    }

    #[test]
    fn what_is_named_like_a_keyword_is_a_schema_all_the_same() {
        let reference = json!({"$ref": "#/components/schemas/default", "nullable": true});
        let mut document = json!({
            "components": {"schemas": {
                "default": {"allOf": [{"type": "object"}], "nullable": true},
                "A": {"properties": {"default": reference, "example": reference, "enum": reference, "x-odd": reference}},
                "B": {"type": "object", "nullable": true, "default": {"type": "string", "nullable": true}}
            }},
            "paths": {"/a": {"get": {"responses": {"default": {"content": {"application/json": {"schema": {
                "type": "string", "nullable": true
            }}}}}}}}
        });
        let schemas = Schemas::new(&document).expect("registers");
        let answer = "/paths/~1a/get/responses/default/content/application~1json/schema";
        for pointer in ["/components/schemas/default", answer] {
            assert!(schemas.checker(pointer).expect("compiles").is_valid(&Value::Null), "{pointer}");
        }
        let checker = schemas.checker("/components/schemas/A").expect("compiles");
        for name in ["default", "example", "enum", "x-odd"] {
            let named: Value = std::iter::once((name.to_owned(), Value::Null)).collect::<Map<_, _>>().into();
            assert!(checker.is_valid(&named), "{name}");
            assert!(!checker.is_valid(&json!({ name: 7 })), "{name}");
        }
        lower(&mut document);
        let data = &document["components"]["schemas"]["B"]["anyOf"];
        assert!(data.is_null(), "a type with null needs no union");
        assert_eq!(document["components"]["schemas"]["B"]["default"]["nullable"], true, "data stays as it is");
    }

    #[test]
    fn a_nullable_reference_blames_the_reference() {
        let document = json!({ "components": { "schemas": {
            "B": {"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}},
            "A": {"nullable": true, "allOf": [{"$ref": "#/components/schemas/B"}]}
        }}});
        let checker = Schemas::new(&document).expect("registers").checker("/components/schemas/A").expect("compiles");
        assert!(checker.is_valid(&Value::Null));
        assert_eq!(breaches(&checker, &json!({})).len(), 1);
        assert_eq!(breaches(&checker, &json!({}))[0].0, Breach::Missing);
        assert_eq!(breaches(&checker, &json!({"x": 7}))[0].1, "/x");
        assert_eq!(breaches(&checker, &json!(7))[0].0, Breach::Alternative);
    }
}
