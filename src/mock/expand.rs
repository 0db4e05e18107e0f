//! Related records, added when asked for.

use serde_json::Value;

use super::exchange::set_at;
use super::hook::Scene;
use crate::contract::semantics::Expand;
use crate::document::text_of;

/// The words of an expansion parameter: repeated, comma-separated, or a JSON array.
pub(crate) fn words(values: &[Value]) -> Vec<String> {
    let mut words = Vec::new();
    for value in values {
        match value {
            Value::Array(items) => words.extend(items.iter().map(text_of)),
            Value::Null => {}
            other => words.extend(text_of(other).split(',').map(|word| word.trim().to_owned())),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Adds the related record, without additions of its own; nothing where there is none.
pub(crate) fn add(scene: &Scene<'_>, expand: &Expand, record: &mut Value) {
    if let Some(related) = related(scene, expand, record) {
        set_at(record, &expand.adds, related);
    }
}

/// The record that an expansion of another record shows.
pub(crate) fn related(scene: &Scene<'_>, expand: &Expand, record: &Value) -> Option<Value> {
    let (inner, own) = expand.agrees.first()?;
    let inner = inner.strip_prefix(expand.adds.as_str()).unwrap_or(inner);
    let wanted = record.pointer(own).filter(|wanted| !wanted.is_null()).map(text_of)?;
    let resource = expand.resource.as_deref().unwrap_or_else(|| scene.resource());
    let table = scene.population.table(resource, scene.tenant);
    let row = table.iter().find(|row| row.value.pointer(inner).is_some_and(|value| text_of(value) == wanted));
    row.map(|row| row.value.clone()).or_else(|| made(scene, expand, record))
}

/// What is no record of any resource: as the schema says, and in agreement with the record.
fn made(scene: &Scene<'_>, expand: &Expand, record: &Value) -> Option<Value> {
    let index = scene.operation.clause.expands.iter().position(|known| known == expand)?;
    let mut made = scene.route.additions.get(index)?.clone()?;
    for (inside, own) in &expand.agrees {
        let inside = inside.strip_prefix(expand.adds.as_str()).unwrap_or(inside);
        if let Some(own) = record.pointer(own) {
            set_at(&mut made, inside, own.clone());
        }
    }
    Some(made)
}
