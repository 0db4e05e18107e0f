//! OpenAPI 3.0 schemas as Draft 4.

use serde_json::{Map, Value, json};

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
    use super::super::Schemas;
    use super::*;

    #[test]
    fn the_bounds_of_integers_are_exact() {
        let document = json!({"components": {"schemas": {"A": {"properties": {
            "small": {"type": "integer", "format": "int32"}, "large": {"type": "integer", "format": "int64"}
        }}}}});
        let checker = Schemas::new(&document).expect("registers").checker("/components/schemas/A").expect("compiles");
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
}
