//! What goes in and what comes out: one JSON body each, as far as the generator can tell.

use serde_json::{Map, Value, json};

use super::Lowering;
use crate::document::escape;

impl<'a> Lowering<'a> {
    pub(super) fn request_body(&mut self, body: &'a Value, pointer: &str) -> Value {
        let (body, pointer) = self.resolve(body, pointer);
        let mut copy = Map::new();
        for key in ["required", "description"] {
            if let Some(value) = body.get(key) {
                copy.insert(key.into(), value.clone());
            }
        }
        let mut content = Map::new();
        match self.json_schema(body, &pointer) {
            Some(schema) => {
                content.insert("application/json".into(), json!({"schema": schema}));
            }
            None => self.problem(&pointer, "a request body that is not JSON", "give it `application/json`"),
        }
        copy.insert("content".into(), Value::Object(content));
        Value::Object(copy)
    }

    /// The schema of a JSON body, lowered; `None` when there is no JSON body.
    fn json_schema(&mut self, holder: &'a Value, pointer: &str) -> Option<Value> {
        let content = holder.get("content")?.as_object()?;
        let (media, entry) = content.iter().find(|(media, _)| is_json(media))?;
        let at = format!("{pointer}/content/{}/schema", escape(media));
        Some(entry.get("schema").map_or_else(|| json!({}), |schema| self.schema(schema, &at)))
    }

    /// One success body and one error body: the generator knows no more per operation.
    pub(super) fn responses(&mut self, operation: &'a Value, pointer: &str) -> (Value, Option<String>) {
        let mut successes: Vec<(String, Option<Value>)> = Vec::new();
        let mut errors: Vec<(String, Option<Value>)> = Vec::new();
        let (mut default, mut opaque) = (None, Vec::new());
        for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
            let (response, at) = self.resolve(response, &format!("{pointer}/responses/{}", escape(status)));
            let schema = self.json_schema(response, &at);
            if schema.is_none() && response.get("content").is_some() {
                opaque.push(status.to_uppercase());
            }
            match status.as_bytes().first() {
                Some(b'2') => successes.push((status.to_uppercase(), schema)),
                Some(b'4' | b'5') => errors.push((status.to_uppercase(), schema)),
                Some(b'd') => default = Some(schema),
                _ => {}
            }
        }
        if let Some(schema) = default {
            // To the generator `default` is success and error at once.
            let known: Vec<String> = errors.iter().map(|(status, _)| status.clone()).collect();
            let classes = ["4XX", "5XX"].into_iter().filter(|class| !known.iter().any(|status| status == class));
            errors.extend(classes.map(|class| (class.to_owned(), schema.clone())));
            if successes.is_empty() {
                successes.push(("2XX".to_owned(), schema));
            }
        }
        let mut copy = Map::new();
        let kept = successes.iter().find(|(_, schema)| schema.is_some()).or(successes.first());
        if let Some((status, schema)) = kept {
            // A body that is not JSON is handed over as bytes.
            let bytes = json!({"description": "", "content": {"application/octet-stream": {"schema": {}}}});
            copy.insert(status.clone(), if opaque.contains(status) { bytes } else { response(schema.as_ref()) });
        }
        let same = errors.windows(2).all(|pair| pair[0].1 == pair[1].1);
        for (status, schema) in &errors {
            let any = json!({});
            copy.insert(status.clone(), response(if same { schema.as_ref() } else { Some(&any) }));
        }
        let success = kept.filter(|(_, schema)| schema.is_some()).map(|(status, _)| status.clone());
        (Value::Object(copy), success)
    }
}

fn response(schema: Option<&Value>) -> Value {
    match schema {
        Some(schema) => json!({"description": "", "content": {"application/json": {"schema": schema}}}),
        None => json!({"description": ""}),
    }
}

fn is_json(media: &str) -> bool {
    let essence = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == "application/json" || essence.ends_with("+json")
}
