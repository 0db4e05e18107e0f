//! Servers of documents and of operations.

use contract_gate::finding::Level;

use crate::rows::Verdict::{Breaking, Doubtful, Silent};
use crate::rows::{HEAD, check, describe, judge};

#[test]
fn a_part_of_the_paths_moves_into_the_servers() {
    let with = |server: &str, path: &str| {
        format!(
            "{HEAD}servers: [{{url: {server}}}]\npaths:\n  {path}:\n    get: {{responses: {{'204': {{description: d}}}}}}\n"
        )
    };
    let (long, short) = (with("https://a", "/v1/x"), with("https://a/v1", "/x"));
    let mut faults = Vec::new();
    check(&mut faults, "into the server", Silent, &long, &short);
    check(&mut faults, "out of the server", Silent, &short, &long);
    check(&mut faults, "and another path", Breaking, &long, &with("https://a/v1", "/y"));
    check(&mut faults, "and another base", Breaking, &long, &with("https://a/v2", "/x"));
    check(&mut faults, "into several servers", Breaking, &long, &short.replace("}]", "}, {url: https://b}]"));
    check(&mut faults, "and another host", Doubtful, &long, &with("https://b/v1", "/x"));
    let bare = |text: &str| text.replace("servers: [{url: /}]\n", "");
    check(&mut faults, "no server is the folder", Silent, &with("/", "/x"), &bare(&with("/", "/x")));
    check(&mut faults, "no server, then a prefix", Silent, &bare(&with("/", "/v1/x")), &with("/v1", "/x"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn servers_of_operations_and_what_all_operations_share() {
    let with = |root: &str, own: &str| {
        format!(
            "{HEAD}{root}paths:\n  /a:\n    get: {{{own}responses: {{'204': {{description: d}}}}}}\n    put: {{responses: {{'204': {{description: d}}}}}}\n"
        )
    };
    let mut faults = Vec::new();
    let server = |url: &str| format!("servers: [{{url: {url}}}]");
    let (one, two) = (server("https://a"), server("https://b"));
    check(&mut faults, "own server", Doubtful, &with("", &format!("{one}, ")), &with("", &format!("{two}, ")));
    check(
        &mut faults,
        "last slash",
        Silent,
        &with(&format!("{one}\n"), ""),
        &with(&format!("{}\n", server("https://a/")), ""),
    );
    check(
        &mut faults,
        "own as the root",
        Silent,
        &with(&format!("{one}\n"), ""),
        &with(&format!("{one}\n"), &format!("{one}, ")),
    );
    let schemes = "components: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\n";
    let (open, closed) = (with(schemes, ""), with(&format!("{schemes}security: [{{key: []}}]\n"), ""));
    let outcome = judge(&open, &closed);
    let breaks: Vec<_> = outcome.findings.iter().filter(|finding| finding.level == Level::Deny).collect();
    assert_eq!(breaks.len(), 1, "{}", describe(&outcome));
    assert_eq!(breaks[0].operations.len(), 2);
    let parameters = "parameters: [{name: q, in: query, required: true, schema: {type: string}}]";
    let shared = open.replacen("  /a:\n", &format!("  /a:\n    {parameters}\n"), 1);
    let outcome = judge(&open, &shared);
    assert_eq!(
        outcome.findings.iter().filter(|finding| finding.level == Level::Deny).count(),
        1,
        "{}",
        describe(&outcome)
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
