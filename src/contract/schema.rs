//! Schemas as validators: the only module that names the `jsonschema` crate for judging answers.
//!
//! OpenAPI 3.0 schemas are lowered to Draft 4 in place, so that every JSON pointer of the lowered document is a pointer
//! of the file the user wrote. See [`lower`] for what changes.

mod lower;
mod words;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, Validator};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde_json::{Value, json};

pub use lower::lower;
use words::describe;

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
    let actual = there.map_or_else(|| "nothing".to_owned(), crate::excerpt::shape);
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

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.char_indices().all(|(index, c)| match index {
            8 | 13 | 18 | 23 => c == '-',
            _ => c.is_ascii_hexdigit(),
        })
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
}
