//! Waivers, from the file to the verdict.

use super::{Folder, GONE, GOOD, assert_valid_report, code, err, out, run};

#[test]
fn waivers_accept_and_rot_loudly() {
    use contract_gate::diff::{Options, Waiver, Workspace, compare};
    use contract_gate::finding::Place;
    let read = |text: &str| Workspace::parse("x.yaml", text).expect("sound");
    let judged = |waiver: Waiver| {
        let options =
            Options { waivers: vec![waiver], today: Some(jiff::civil::date(2026, 6, 1)), ..Options::default() };
        compare(&read(GOOD), &read(GONE), &options).expect("comparable")
    };
    let waiver = Waiver {
        check: "operation-removed".to_owned(),
        operation: Some("GET /a".to_owned()),
        reason: "nobody calls it".to_owned(),
        until: Some("2026-12-31".to_owned()),
        written: Some(Place { file: "contract-gate.toml".to_owned(), pointer: String::new(), line: 3, column: 1 }),
        ..Waiver::default()
    };
    let outcome = judged(waiver.clone());
    assert_eq!((outcome.tally().deny, outcome.tally().waived), (0, 1), "{:?}", outcome.findings);
    let expired = judged(Waiver { until: Some("2026-01-01".to_owned()), ..waiver.clone() });
    assert_eq!((expired.tally().deny, expired.tally().waivers), (1, 1));
    let told = expired.findings.iter().find(|finding| finding.id == "expired-waiver").expect("it is a finding");
    assert_eq!(told.place.as_ref().map(ToString::to_string).as_deref(), Some("contract-gate.toml:3:1"));
    // Both must fit: the place and the operation.
    let elsewhere =
        judged(Waiver { place: Some("/paths/~1a".to_owned()), operation: Some("GET /b".to_owned()), ..waiver.clone() });
    assert_eq!((elsewhere.tally().deny, elsewhere.tally().waived, elsewhere.tally().waivers), (1, 0, 1));
    let both =
        judged(Waiver { place: Some("/paths/*".to_owned()), operation: Some("GET /*".to_owned()), ..waiver.clone() });
    assert_eq!((both.tally().deny, both.tally().waived), (0, 1), "{:?}", both.findings);
    let unused = judged(Waiver { place: Some("/paths/~1b".to_owned()), ..waiver.clone() });
    assert!(unused.findings.iter().any(|finding| finding.id == "stale-waiver"));
    let silent = judged(Waiver { reason: String::new(), ..waiver });
    assert!(silent.findings.iter().any(|finding| finding.id == "waiver-without-reason"));
}

#[test]
fn waivers_of_other_contracts_and_misspelt_rules() {
    let folder = Folder::new("waivers");
    folder.write("pets.yaml", GOOD);
    folder.write("later/pets.yaml", GONE);
    let config = |check: &str, contract: &str| {
        let text = format!("[targets.staging]\ncontract = \"pets.yaml\"\n\n[[waivers]]\ncheck = \"{check}\"\n");
        folder.write("contract-gate.toml", &format!("{text}contract = \"{contract}\"\nreason = \"agreed\"\n"));
    };
    let diff = |new: &str| run(&folder.0, &["diff", "pets.yaml", new], None);
    for (contract, codes) in [("maple", (0, 1)), ("pets", (1, 0)), ("staging", (1, 0))] {
        config("operation-removed", contract);
        let (same, gone) = (diff("pets.yaml"), diff("later/pets.yaml"));
        assert_eq!((code(&same), code(&gone)), codes, "{contract}: {}{}", out(&same), out(&gone));
    }
    let text = out(&diff("pets.yaml"));
    assert!(text.contains("contract-gate.toml:4:1") && text.contains("FAILED: 1 waiver to mend"), "{text}");
    assert!(text.contains("asks for no new version"), "{text}");
    config("operation-remove", "pets");
    let output = diff("later/pets.yaml");
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("did you mean `operation-removed`?"), "{}", err(&output));
}

#[test]
fn a_waiver_tells_the_files_of_one_folder_apart() {
    let folder = Folder::new("files");
    let paths = "paths:\n  /a: {get: {responses: {'200': {description: ok, content: {application/json: {schema: \
                 {$ref: 'A.yaml'}}}}}}}\n  /b: {get: {responses: {'200': {description: ok, content: {application/json: \
                 {schema: {$ref: 'B.yaml'}}}}}}}\n";
    let main = format!("openapi: 3.0.3\ninfo: {{title: t, version: '1'}}\n{paths}");
    for (side, kind) in [("old", "string"), ("new", "integer")] {
        folder.write(&format!("{side}/api.yaml"), &main);
        for file in ["A", "B"] {
            let text = format!("type: object\nproperties: {{id: {{type: {kind}}}}}\n");
            folder.write(&format!("{side}/{file}.yaml"), &text);
        }
    }
    let diff = || run(&folder.0, &["diff", "old/api.yaml", "new/api.yaml", "--report", "json"], None);
    let waive = |place: &str| {
        let text = format!("[[waivers]]\ncheck = \"type-changed\"\nplace = \"{place}\"\nreason = \"agreed\"\n");
        folder.write("contract-gate.toml", &text);
    };
    let tally = || {
        let text = out(&diff());
        assert_valid_report(&text);
        let report: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let places: Vec<String> = report["findings"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|finding| finding["id"] == "type-changed")
            .filter_map(|finding| finding["facts"]["accept"].as_str().map(str::to_owned))
            .collect();
        (report["tally"]["deny"].clone(), report["tally"]["waived"].clone(), places)
    };
    let (deny, _, places) = tally();
    assert_eq!(deny, 2);
    assert_eq!(places, ["A.yaml#/properties/id/type", "B.yaml#/properties/id/type"]);
    waive("A.yaml#/properties/id/type");
    let (deny, waived, _) = tally();
    assert_eq!((deny, waived), (1.into(), 1.into()));
    waive("/properties/id/type");
    let (deny, waived, _) = tally();
    assert_eq!((deny, waived), (2.into(), 0.into()));
    waive("*.yaml#/properties");
    let (deny, waived, _) = tally();
    assert_eq!((deny, waived), (0.into(), 2.into()));
}
