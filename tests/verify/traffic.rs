//! What is joined and compared in the traffic of several parties, and what is only seen.

use std::fs;

use contract_gate::contract::Contract;
use contract_gate::engine::Checked;
use contract_gate::finding::Level;
use contract_gate::mask::Masker;
use contract_gate::recording::{Recording, Whereabouts, belonging};
use serde_json::{Value, json};

use super::{Folder, SERVER, customer, entry, har, judge, text, walk};

#[test]
fn what_moving_data_explains_is_no_violation_unless_the_recording_shows_that_it_stood_still() {
    let repeated: &[&[&str]] = &[&["a", "b"], &["b", "c"]];
    let lawful: &[&[&str]] = &[&["a", "b"], &["c"]];
    let alone = judge(&walk(0.0, "one", repeated));
    assert_eq!(levels(&alone, "record-repeated"), [Level::Warn], "{:#?}", alone.findings);
    let around = [walk(0.0, "one", lawful), walk(10.0, "one", repeated), walk(20.0, "one", lawful)].concat();
    assert_eq!(levels(&judge(&around), "record-repeated"), [Level::Deny]);
    let moved = [walk(0.0, "one", lawful), walk(10.0, "one", repeated), walk(20.0, "one", &[&["a", "b"], &["c", "d"]])];
    assert_eq!(levels(&judge(&moved.concat()), "record-repeated"), [Level::Warn]);
    // One page that shows a record twice needs no other.
    assert_eq!(levels(&judge(&walk(0.0, "one", &[&["a", "a"]])), "record-repeated"), [Level::Deny]);
    // Pages that were fetched far apart are no walk that anything can be said of.
    let mut slow = walk(0.0, "one", repeated);
    slow[1]["startedDateTime"] = json!("2026-11-02T11:00:00Z");
    assert!(levels(&judge(&slow), "record-repeated").is_empty());
    // Whoever writes in between moves the data.
    let mut written = walk(0.0, "one", repeated);
    let mut write = entry(0.5, "", "one", &customer("n"));
    write["request"]["method"] = json!("POST");
    written.push(write);
    assert!(levels(&judge(&written), "record-repeated").is_empty());
}

#[test]
fn requests_of_different_parties_are_never_joined_or_compared() {
    let mut other = walk(0.0, "one", &[&["a", "b"], &["b", "c"]]);
    let second = walk(0.0, "two", &[&["a", "b"], &["b", "c"]]).remove(1);
    other[1] = second;
    let checked = judge(&other);
    assert!(levels(&checked, "record-repeated").is_empty(), "{:#?}", checked.findings);
    let mut tenant = walk(0.0, "one", &[&["a", "b"], &["b", "c"]]);
    tenant[1]["request"]["headers"][3]["value"] = json!("unit_south");
    assert!(levels(&judge(&tenant), "record-repeated").is_empty());
    // A refusal is one answer and no more: nobody knows what the credential was.
    let mut refused = walk(0.0, "one", &[&["a", "b"]]);
    let error = json!({"error": {"code": "INVALID_TOKEN", "message": "no"}});
    refused[0]["response"]["status"] = json!(401);
    refused[0]["response"]["content"]["text"] = json!(error.to_string());
    let checked = judge(&refused);
    assert!(!checked.findings.iter().any(|finding| finding.level == Level::Deny), "{:#?}", checked.findings);
}

#[test]
fn a_recording_of_a_browser_is_read_with_everything_that_is_missing_and_added() {
    use base64::Engine as _;
    let folder = Folder::new("browser");
    let mut broken = customer("d");
    broken.as_object_mut().expect("an object").remove("email");
    let bad = json!({ "customers": [broken], "count": 1, "limit": 2, "hasMore": false, "nextCursor": null });
    let mut entries = walk(0.0, "one", &[&["a", "b"], &["c"]]);
    entries.push(entry(5.0, "?limit=2&status=active", "one", &bad));
    let last = entries.len() - 1;
    // mitmproxy and Playwright keep bodies in base64.
    entries[last]["response"]["content"]["text"] =
        json!(base64::engine::general_purpose::STANDARD.encode(bad.to_string()));
    entries[last]["response"]["content"]["encoding"] = json!("base64");
    let mut absent = entry(6.0, "", "one", &json!(0));
    absent["response"]["content"] = json!({"size": 900, "mimeType": "application/json"});
    let mut cached = entry(7.0, "", "one", &json!(0));
    cached["_fromCache"] = json!("disk");
    let mut options = entry(8.0, "", "one", &json!(0));
    options["request"]["method"] = json!("OPTIONS");
    let mut blocked = entry(9.0, "", "one", &json!(0));
    blocked["response"] = json!({"status": 0, "content": {}});
    let mut elsewhere = entry(10.0, "", "one", &json!(0));
    elsewhere["request"]["url"] = json!("https://cdn.example.com/app.js?v=1");
    entries.extend([absent, cached, options, blocked, elsewhere]);
    entries.push(json!({"request": {"method": "GET", "url": "data:image/png;base64,AA"}}));
    fs::write(folder.0.join("b.har"), format!("\u{feff}{}", har(&entries))).expect("written");
    let output = folder.gate(&["verify", "flexportal", "b.har"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{shown}{}", text(&output.stderr));
    for wanted in [
        "missing-required-field",
        "https://api-eu.flexportal.io",
        "1 with https://cdn.example.com",
        "1 that a cache of the client answered",
        "1 by a method that the contract does not declare",
        "1 without an answer in the recording",
        "1 of another kind than HTTP",
        "Bearer $TOKEN",
    ] {
        assert!(shown.contains(wanted), "`{wanted}` is missing:\n{shown}");
    }
    assert_eq!(shown.matches("✗ deny").count(), 1, "{shown}");
}

#[test]
fn nothing_that_belongs_is_no_verdict_and_says_what_was_seen() {
    let folder = Folder::new("nothing");
    let mut entries = walk(0.0, "one", &[&["a"]]);
    entries[0]["request"]["url"] = json!("https://other.example.com/api/orders?key=s3cret");
    fs::write(folder.0.join("n.har"), har(&entries)).expect("written");
    fs::write(folder.0.join("e.har"), har(&[])).expect("written");
    for (arguments, code, wanted) in [
        (vec!["verify", "flexportal", "n.har"], 3, "https://other.example.com (1)"),
        (vec!["verify", "flexportal", "n.har"], 3, "--base-url URL"),
        (
            vec!["verify", "flexportal", "n.har", "--base-url", "https://other.example.com/v2"],
            3,
            "https://other.example.com/v2",
        ),
        (vec!["verify", "flexportal", "e.har"], 3, "no exchange at all"),
        (vec!["verify", "n.har"], 3, "verify CONTRACT TRAFFIC"),
        (vec!["verify", "flexportal", "n.har", "--base-url", "other"], 2, "no base URL"),
        (vec!["verify", "n.har", "--base-url", "https://other.example.com"], 2, "no contract"),
        (vec!["verify", "flexportal"], 2, "no recording"),
        (vec!["verify", "flexportl", "n.har"], 2, "did you mean `flexportal`?"),
        (vec!["verify", "flexportal", "gone.har"], 2, "cannot be read"),
    ] {
        let output = folder.gate(&arguments);
        let shown = format!("{}{}", text(&output.stdout), text(&output.stderr)).replace("\n        ", " ");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {shown}");
        assert!(shown.contains(wanted), "{arguments:?}: `{wanted}` is missing in: {shown}");
        assert!(!shown.contains("s3cret"), "{arguments:?}: {shown}");
    }
}

#[test]
fn the_base_is_derived_where_it_is_clear_and_asked_for_where_it_is_not() {
    let at = |base: &str| {
        let mut entries = walk(0.0, "one", &[&["a", "b"], &["c"]]);
        for entry in &mut entries {
            let url = entry["request"]["url"].as_str().expect("a text").replace(SERVER, base);
            entry["request"]["url"] = json!(url);
        }
        entries
    };
    let contract = Contract::shipped("flexportal").expect("is shipped");
    let bases = |entries: &[Value], given: Option<&str>| {
        let recording = Recording::parse("t.har", har(entries).as_bytes()).expect("is a HAR");
        belonging(&contract, &recording, &Masker::new([]), Whereabouts { given, ..Whereabouts::default() })
            .map(|found| (found.bases, found.taken.len()))
            .map_err(|error| error.to_string())
    };
    let one = at("https://proxy.example.com:8443/flex");
    assert_eq!(bases(&one, None), Ok((vec!["https://proxy.example.com:8443/flex".to_owned()], 2)));
    let two = [one, at("https://elsewhere.example.com")].concat();
    let error = bases(&two, None).expect_err("two places");
    assert!(error.contains("--base-url URL") && error.contains("elsewhere.example.com (2)"), "{error}");
    let given = bases(&two, Some("https://elsewhere.example.com/"));
    assert_eq!(given, Ok((vec!["https://elsewhere.example.com".to_owned()], 2)));
}

fn levels(checked: &Checked, id: &str) -> Vec<Level> {
    checked.findings.iter().filter(|finding| finding.id == id).map(|finding| finding.level).collect()
}
