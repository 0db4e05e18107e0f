//! Documents that are made to hurt.

use std::fs;
use std::path::Path;

use super::{Folder, GOOD, code, err, run, with_schemas};

#[test]
fn hostile_documents_end() {
    let folder = Folder::new("hostile");
    let reference = |name: &str| format!("{{\"$ref\": \"#/components/schemas/{name}\"}}");
    let branches: Vec<String> = (0..5_000)
        .map(|index| format!("{{\"type\": \"object\", \"properties\": {{\"p{index}\": {{\"type\": \"string\"}}}}}}"))
        .collect();
    let all = with_schemas(&format!("{{\"allOf\": [{}]}}", branches.join(",")), "");
    let one_of = with_schemas(&format!("{{\"oneOf\": [{}]}}", branches[..1_500].join(",")), "");
    let chain: Vec<String> = (0..5_000)
        .map(|index| {
            format!(
                "\"S{index}\": {{\"type\": \"object\", \"properties\": {{\"next\": {}}}}}",
                reference(&format!("S{}", (index + 1) % 5_000))
            )
        })
        .collect();
    let chain = with_schemas(&reference("S0"), &chain.join(","));
    let knot: Vec<String> = (0..60)
        .map(|index| {
            let all: Vec<String> = (0..60)
                .map(|other| {
                    format!(
                        "\"p{other}\": {{\"oneOf\": [{}, {{\"type\": \"array\", \"items\": {}}}]}}",
                        reference(&format!("K{other}")),
                        reference(&format!("K{}", (index + other) % 60))
                    )
                })
                .collect();
            format!("\"K{index}\": {{\"type\": \"object\", \"properties\": {{{}}}}}", all.join(","))
        })
        .collect();
    let knot = with_schemas(&reference("K0"), &knot.join(","));
    let all_of_cycle: Vec<String> = (0..300)
        .map(|index| {
            format!(
                "\"C{index}\": {{\"allOf\": [{}, {}]}}",
                reference(&format!("C{}", (index + 1) % 300)),
                reference(&format!("C{}", (index + 7) % 300))
            )
        })
        .collect();
    let all_of_cycle = with_schemas(&reference("C0"), &all_of_cycle.join(","));
    for (name, text) in
        [("all", &all), ("one-of", &one_of), ("chain", &chain), ("knot", &knot), ("cycle", &all_of_cycle)]
    {
        folder.write("old.json", text);
        folder.write(
            "new.json",
            &text
                .replace("\"type\": \"string\"", "\"type\": \"integer\"")
                .replace("\"title\": \"t\"", "\"title\": \"u\""),
        );
        assert_eq!(code(&run(&folder.0, &["diff", "old.json", "old.json"], None)), 0, "{name}");
        let output = run(&folder.0, &["diff", "old.json", "new.json"], None);
        let changes = text.contains("\"type\": \"string\"");
        assert_eq!(code(&output), i32::from(changes), "{name}: {}", err(&output));
    }
}

#[test]
fn wrong_types_anywhere_do_not_panic() {
    let folder = Folder::new("types");
    let sound =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/maple.yaml")).expect("a shipped contract");
    let document =
        contract_gate::document::Document::parse(Path::new("maple.yaml"), sound).expect("a shipped contract");
    let old = folder.write("old.json", &document.root().to_string());
    let mut pointers = Vec::new();
    collect(document.root(), String::new(), &mut pointers);
    let step = pointers.len() / 40 + 1;
    for pointer in pointers.iter().step_by(step) {
        for junk in ["null", "[7]", "{\"$ref\": 1}", "\"x\""] {
            let mut root = document.root().clone();
            if let Some(at) = root.pointer_mut(pointer) {
                *at = serde_json::from_str(junk).expect("JSON");
            }
            let text = root.to_string();
            let read = contract_gate::diff::Workspace::parse("new.json", &text);
            let before =
                contract_gate::diff::Workspace::read(&contract_gate::diff::Origin::File(old.clone())).expect("sound");
            if let Ok(after) = read {
                let options = contract_gate::diff::Options { without_witness: true, ..Default::default() };
                let _ = contract_gate::diff::compare(&before, &after, &options);
                let _ = contract_gate::diff::compare(&after, &before, &options);
                let _ = contract_gate::lint::lint(&after);
            }
        }
    }
}

fn collect(value: &serde_json::Value, pointer: String, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, inner) in map {
                collect(inner, format!("{pointer}/{}", contract_gate::document::escape(key)), found);
            }
        }
        serde_json::Value::Array(items) => {
            for (index, inner) in items.iter().enumerate() {
                collect(inner, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

#[test]
fn deep_nesting_is_refused_with_advice() {
    let folder = Folder::new("deep");
    folder.write("good.yaml", GOOD);
    let deep = with_schemas(&format!("{}{{}}{}", "{\"items\": ".repeat(20_000), "}".repeat(20_000)), "");
    folder.write("deep.json", &deep);
    let output = run(&folder.0, &["diff", "good.yaml", "deep.json"], None);
    assert_eq!(code(&output), 2, "{}", err(&output));
    let yaml = format!("openapi: 3.0.3\npaths: {{}}\nx-deep: {}1{}\n", "[".repeat(20_000), "]".repeat(20_000));
    folder.write("deep.yaml", &yaml);
    let output = run(&folder.0, &["diff", "good.yaml", "deep.yaml"], None);
    assert_eq!(code(&output), 2, "{}", err(&output));
}

#[test]
fn texts_without_end_are_left_at_the_limit() {
    let folder = Folder::new("endless");
    folder.write("good.yaml", GOOD);
    if !Path::new("/dev/zero").exists() {
        return;
    }
    let output = run(&folder.0, &["diff", "good.yaml", "/dev/zero"], None);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("is larger than"), "{}", err(&output));
    let mut bomb = "openapi: 3.0.3\npaths: {}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", ")));
    }
    folder.write("bomb.yaml", &bomb);
    let output = run(&folder.0, &["diff", "good.yaml", "bomb.yaml"], None);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("help: write out what the aliases stand for"), "{}", err(&output));
}
