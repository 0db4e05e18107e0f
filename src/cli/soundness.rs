//! What `lint` denies in a document's `x-contract`, told before anything is judged by it.

use crate::contract::Contract;
use crate::lint;

/// A line for each clause that says nothing, or what cannot be: what it promises is looked at by nobody.
pub(super) fn warnings(contract: &Contract) -> Vec<String> {
    let document = &contract.document;
    // What is on no disk is shipped, and has been linted.
    if !document.path().is_file() {
        return Vec::new();
    }
    let name = document.path().display().to_string();
    let overlay = document.overlay().map(crate::document::Document::path);
    // One that cannot be read was refused before.
    let findings = lint::semantics(&name, overlay).unwrap_or_default();
    let words = |finding: &crate::finding::Finding| {
        let place = finding.place.as_ref().map(|place| format!("{}:{}: ", place.file, place.line)).unwrap_or_default();
        let with = overlay.map(|overlay| format!(" --overlay {}", crate::shell::word(&overlay.display().to_string())));
        let command = format!("contract-gate lint {}{}", crate::shell::word(&name), with.unwrap_or_default());
        format!("{place}a clause that cannot be checked ({}): {}; `{command}` says more", finding.id, finding.title)
    };
    findings.iter().map(words).collect()
}
