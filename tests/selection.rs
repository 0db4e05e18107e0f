//! Parts of a run: listing, planning, stopping early, splitting and merging, remembering, accepting.

mod stub;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::event::Outcome;
use contract_gate::mock::{self, Fault, Running};
use contract_gate::report;
use stub::{folder, gate_in, told};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    told(&gate_in(folder, arguments))
}

fn read(path: &Path) -> report::Run {
    report::read(&std::fs::read_to_string(path).expect("a report")).expect("its own format")
}

/// Outcomes by contract, operation and check; fingerprints; the exit code.
type Verdict = (BTreeMap<String, String>, BTreeSet<String>, u8);

fn verdict(run: &report::Run) -> Verdict {
    let outcomes = run.judged().map(|judged| {
        let key = format!("{} {} {}", judged.contract, judged.operation, judged.check);
        (key, judged.outcome.name().to_owned())
    });
    let findings = run.findings().map(|finding| format!("{} {} {}", finding.id, finding.level, finding.fingerprint));
    (outcomes.collect(), findings.collect(), run.verdict().1)
}

#[test]
fn parts_merge_to_the_verdict_of_the_whole() {
    for extra in [&[][..], &["--fault", "record-skipped", "--only", "paging", "--only", "filters"]] {
        let here = folder(&format!("merge-{}", extra.len()));
        let check = |more: &[&str]| {
            let mut arguments = vec!["check", "flexportal", "-q", "--no-shrink"];
            arguments.extend(extra.iter().chain(more));
            run(&here, &arguments)
        };
        let (code, text) = check(&["--report", "json=whole.json"]);
        assert_eq!(code, i32::from(!extra.is_empty()), "{text}");
        let mut smaller = 0;
        for part in ["1/3", "2/3", "3/3"] {
            let name = format!("part-{}.json", &part[..1]);
            let _ = check(&["--shard", part, "--report", &format!("json={name}")]);
            let report = read(&here.join(name));
            assert_eq!(report.started.shard.as_deref(), Some(part));
            let planned = report.sections[0].finished.as_ref().map_or(0, |finished| finished.requests);
            smaller += u32::from(planned < requests(&here.join("whole.json")));
        }
        assert!(smaller >= 2, "splitting spares each part some of the work");
        let merge = ["merge", "part-2.json", "part-1.json", "part-3.json", "-q", "--report", "json=merged.json"];
        let (merged_code, text) = run(&here, &merge);
        assert_eq!(merged_code, code, "{text}");
        let millis = |name: &str| read(&here.join(name)).finished.map_or(0, |finished| finished.millis);
        let parts: u64 = ["part-1.json", "part-2.json", "part-3.json"].into_iter().map(millis).sum();
        assert_eq!(millis("merged.json"), parts, "what the parts took");
        let merged = verdict(&read(&here.join("merged.json")));
        let ledger = [&merge[..], &["--ledger", "ledger.json"]].concat();
        assert_eq!(run(&here, &ledger).0, code, "a new ledger");
        let path = here.join("ledger.json");
        let known = std::fs::read_to_string(&path).expect("it was created");
        std::fs::write(&path, known.replace("\"record-skipped\"", "\"record-forgotten\"")).expect("a file");
        let (less_code, text) = run(&here, &ledger);
        assert!(less_code == 1 && text.contains("`record-forgotten` gives no verdict"), "{text}");
        let whole = verdict(&read(&here.join("whole.json")));
        assert_eq!(whole, merged, "{extra:?}");
        assert!(!whole.0.is_empty() && whole.1.is_empty() == extra.is_empty(), "{whole:?}");
    }
}

#[test]
fn parts_that_asked_other_servers_or_other_tenants_are_refused() {
    let here = folder("elsewhere");
    let part = |name: &str, shard: &str, url: &str, tenant: &str| {
        let (json, param) = (format!("json={name}"), format!("Tenant-ID={tenant}"));
        let way_in = ["--base-url", url, "--param", &param, "--token-env", "STUB_TOKEN", "--report", &json];
        let what = ["check", "flexportal", "-q", "--seed", "0", "--shard", shard, "--only", "answers"];
        let (code, text) = run(&here, &[&what[..], &way_in].concat());
        assert_eq!(code, 3, "nobody answers: {text}");
    };
    part("a.json", "1/2", "http://127.0.0.1:9", "unit_north");
    part("b.json", "2/2", "http://localhost:1", "unit_north");
    part("c.json", "2/2", "http://127.0.0.1:9", "unit_south");
    part("d.json", "2/2", "http://127.0.0.1:9/other", "unit_north");
    for (other, wanted) in
        [("c.json", "differ in the access of flexportal"), ("d.json", "differ in the server of flexportal")]
    {
        let (code, text) = run(&here, &["merge", "a.json", other]);
        assert!(code == 2 && text.contains(wanted), "{other}: {text}");
    }
    let (code, text) = run(&here, &["merge", "a.json", "b.json"]);
    assert_eq!(code, 3, "loopback is another machine for each part: {text}");
}

fn requests(path: &Path) -> u64 {
    read(path).finished.map_or(0, |finished| finished.requests)
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let here = folder("misfits");
    for (name, shard, seed) in [("a.json", "1/2", "0"), ("b.json", "2/2", "0"), ("c.json", "2/2", "7")] {
        let json = format!("json={name}");
        let only = ["--only", "answers"];
        let mut arguments = vec!["check", "flexportal", "-q", "--shard", shard, "--seed", seed, "--report", &json];
        arguments.extend(only);
        assert_eq!(run(&here, &arguments).0, 0);
    }
    let second = ["check", "flexportal", "-q", "--shard", "2/2", "--seed", "0", "--only", "answers"];
    let levels = ["--allow", "wrong-type", "--report", "json=l.json"];
    assert_eq!(run(&here, &[&second[..], &levels].concat()).0, 0);
    let fault = ["--fault", "count-wrong", "--report", "json=f.json"];
    assert_eq!(run(&here, &[&second[..], &fault].concat()).0, 0);
    assert_eq!(run(&here, &["check", "flexportal", "-q", "--only", "answers", "--report", "json=w.json"]).0, 0);
    std::fs::write(here.join("x.json"), "{}").expect("a file");
    for (files, wanted) in [
        (vec!["a.json"], "part 2 of 2 is missing"),
        (vec!["a.json", "b.json", "b.json"], "are both part 2/2"),
        (vec!["a.json", "c.json"], "differ in the seed: 0 and 7"),
        (vec!["a.json", "w.json"], "is the report of a whole run"),
        (vec!["a.json", "l.json"], "differ in the levels of flexportal: nothing and allow wrong-type"),
        (vec!["a.json", "f.json"], "differ in the embedded server of flexportal"),
        (vec!["a.json", "x.json"], "is no JSON report"),
        (vec!["a.json", "no.json"], "cannot be read"),
    ] {
        let mut arguments = vec!["merge"];
        arguments.extend(&files);
        let (code, text) = run(&here, &arguments);
        assert_eq!(code, 2, "{files:?}: {text}");
        assert!(text.contains(wanted), "{files:?}: `{wanted}` is missing in: {text}");
    }
    let (code, text) = run(&here, &["check", "--shard", "3/2"]);
    assert!(code == 2 && text.contains("such as 2/5"), "{text}");
}

#[test]
fn list_and_dry_run_tell_and_send_nothing() {
    let here = folder("list");
    let nowhere = ["--base-url", "http://127.0.0.1:9"];
    let list = [&["check", "flexportal", "--only", "paging", "--skip", "wrong-count", "--list"][..], &nowhere].concat();
    let (code, text) = run(&here, &list);
    assert_eq!(code, 0, "{text}");
    let has = |words: &[&str]| text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>() == words);
    assert!(has(&["flexportal", "listCustomers", "deny", "record-skipped"]), "{text}");
    assert!(has(&["flexportal", "listCustomers", "off", "wrong-count", "--skip", "wrong-count"]), "{text}");
    assert!(has(&["flexportal", "listCustomers", "off", "filter-ignored", "--only"]), "{text}");
    let dry = [&["check", "flexportal", "--dry-run", "--only", "paging", "--max-requests", "5"][..], &nowhere].concat();
    let (code, text) = run(&here, &dry);
    assert_eq!(code, 0, "{text}");
    for wanted in ["http://127.0.0.1:9", "--only paging", "at most 5 requests", "requests    about ", "cut off at 5"] {
        assert!(text.contains(wanted), "`{wanted}` is missing in: {text}");
    }
}

#[test]
fn fail_fast_spares_requests_and_says_what_was_left_out() {
    let here = folder("fail-fast");
    let check = ["check", "flexportal", "--fault", "record-skipped", "--report", "json=a.json", "--no-shrink"];
    assert_eq!(run(&here, &check).0, 1);
    let whole = requests(&here.join("a.json"));
    let (code, text) = run(&here, &[&check[..], &["--fail-fast"]].concat());
    assert_eq!(code, 1, "{text}");
    assert!(requests(&here.join("a.json")) < whole / 2, "{text}");
    let report = read(&here.join("a.json"));
    assert_eq!(report.findings().filter(|finding| finding.level.name() == "deny").count(), 1);
    // What was not reached is told once, and nothing is made up about it.
    let remarks = report.sections[0].finished.as_ref().map(|done| done.remarks.join("\n")).unwrap_or_default();
    assert!(!remarks.contains("not tried") && !remarks.contains("left out"), "{remarks}");
    assert!(text.contains("verdicts switched off by --fail-fast"), "{text}");
    assert!(!text.contains('✓'), "nothing was looked at to its end: {text}");
    for judged in report.judged() {
        if let Outcome::Inconclusive { reason, .. } = &judged.outcome {
            assert!(reason.contains("--fail-fast"), "{} on {}: {reason}", judged.check, judged.operation);
        }
    }
    // On a lawful server it changes nothing.
    let lawful = |more: &[&str]| {
        assert_eq!(run(&here, &[&["check", "flexportal", "-q", "--report", "json=b.json"][..], more].concat()).0, 0);
        verdict(&read(&here.join("b.json")))
    };
    assert_eq!(lawful(&[]), lawful(&["--fail-fast"]));
}

#[test]
fn a_selected_reader_takes_its_keys_from_the_list() {
    let here = folder("reader");
    let check = |more: &[&str]| run(&here, &[&["check", "flexportal", "--no-shrink"][..], more].concat());
    for only in [&["--only", "getCustomer"][..], &["--only", "getCustomer", "--only", "wrong-type"]] {
        let (code, text) = check(&[only, &["--fault", "wrong-type-on-get"]].concat());
        assert!(code == 1 && text.contains("wrong-type"), "{only:?}: {text}");
        let (code, text) = check(&[only, &["--require-conclusive"]].concat());
        assert_eq!(code, 0, "{only:?}: {text}");
    }
    let access = ["--only", "getCustomer", "--only", "access"];
    assert_eq!(check(&[&access[..], &["--fault", "foreign-record-readable"]].concat()).0, 1);
}

#[test]
fn a_selected_list_is_held_against_the_one_that_is_not() {
    let here = folder("lists");
    let check = |more: &[&str]| run(&here, &[&["check", "flexprice", "--no-shrink"][..], more].concat());
    let only = ["--only", "searchCustomers", "--only", "lists-disagree"];
    let (code, text) = check(&[&only[..], &["--require-conclusive"]].concat());
    assert_eq!(code, 0, "{text}");
    let (code, text) = check(&[&only[..], &["--fault", "lists-disagree"]].concat());
    assert!(code == 1 && text.contains("lists-disagree"), "{text}");
    let (_, text) = check(&[&only[..], &["--skip", "listCustomers"]].concat());
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("the other list, `listCustomers`, was not walked"), "{text}");
}

#[test]
fn profiles_are_conclusive() {
    let here = folder("profiles");
    for contract in Contract::SHIPPED {
        for profile in ["list", "isolation"] {
            let (code, text) = run(&here, &["check", contract, "--profile", profile, "--require-conclusive"]);
            assert_eq!(code, 0, "{contract} {profile}: {text}");
        }
    }
}

fn server(fault: Option<&str>) -> Running {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let fault = fault.map(|id| Fault::find(id).expect("is in the catalogue"));
    mock::start(contract, mock::Options { fault, ..mock::Options::default() }).expect("starts")
}

/// Checks a running server as its user would.
fn check(here: &Path, server: &Running, more: &[&str]) -> (i32, String) {
    let access = ["--token-env", "STUB_TOKEN", "--param", "Tenant-ID=unit_north", "--no-shrink"];
    let arguments = [&["check", "flexportal", "--base-url", server.base_url()][..], &access, more].concat();
    run(here, &arguments)
}

#[test]
fn last_failed_runs_what_failed() {
    let here = folder("last-failed");
    let (faulty, lawful) = (server(Some("count-wrong")), server(None));
    let (code, text) = check(&here, &lawful, &["--last-failed", "--only", "paging"]);
    assert!(code == 0 && text.contains("everything runs"), "{text}");
    assert!(!here.join(".contract-gate").exists(), "nothing failed, so nothing is written");
    assert_eq!(check(&here, &faulty, &["-q"]).0, 1);
    let kept = std::fs::read_to_string(here.join(".contract-gate/last-failed.json")).expect("it failed");
    assert!(kept.contains("wrong-count") && !kept.contains("record-skipped"), "{kept}");
    assert_eq!(std::fs::read_to_string(here.join(".contract-gate/.gitignore")).ok().as_deref(), Some("*\n"));
    let (code, text) = check(&here, &faulty, &["--last-failed"]);
    assert!(code == 1 && text.contains("switched off by --last-failed"), "{text}");
    let (code, text) = check(&here, &lawful, &["--last-failed"]);
    assert!(code == 0 && text.contains("switched off by --last-failed"), "{text}");
    let (code, text) = check(&here, &lawful, &["--last-failed", "-q", "--only", "paging"]);
    assert!(code == 0 && text.contains("everything runs"), "{text}");
}

#[test]
fn a_run_that_checks_less_than_the_ledger_fails() {
    let here = folder("ledger");
    let check = |more: &[&str]| run(&here, &[&["check", "flexportal", "--ledger", "ledger.json"][..], more].concat());
    assert_eq!(check(&["-q"]).0, 0);
    let ledger = std::fs::read_to_string(here.join("ledger.json")).expect("it was created");
    assert!(ledger.contains("record-skipped"), "{ledger}");
    assert_eq!(check(&["-q"]).0, 0);
    let (code, text) = check(&["--skip", "record-skipped"]);
    assert_eq!(code, 1, "{text}");
    for wanted in ["checked-less", "`record-skipped` gives no verdict on `listCustomers`", "--skip record-skipped"] {
        assert!(text.contains(wanted), "`{wanted}` is missing in: {text}");
    }
    assert_eq!(std::fs::read_to_string(here.join("ledger.json")).ok(), Some(ledger), "it is kept as it was");
    assert_eq!(check(&["--skip", "record-skipped", "--warn", "checked-less", "-q"]).0, 0, "its level can be set");
    std::fs::write(here.join("contract-gate.toml"), "[[waivers]]\ncheck = \"checked-less\"\nreason = \"moved\"\n")
        .expect("a file");
    assert_eq!(check(&["--skip", "record-skipped", "-q"]).0, 0, "it can be waived");
    std::fs::write(here.join("ledger.json"), "[]").expect("a file");
    let (code, text) = check(&[]);
    assert!(code == 2 && text.contains("is no ledger"), "{text}");
    assert!(run(&here, &["explain", "checked-less"]).1.contains("## Why it matters"));
}

#[test]
fn regressions_are_remembered_without_secrets_and_sent_first() {
    let here = folder("regressions");
    let (faulty, lawful) = (server(Some("record-skipped")), server(None));
    assert_eq!(check(&here, &faulty, &["--regressions", "known.json", "-q", "--only", "paging"]).0, 1);
    let known = std::fs::read_to_string(here.join("known.json")).expect("it was created");
    assert!(known.contains("\"record-skipped\"") && !known.contains("mock-token"), "{known}");
    assert_eq!(check(&here, &faulty, &["--regressions", "known.json", "-q", "--only", "paging"]).0, 1);
    assert_eq!(std::fs::read_to_string(here.join("known.json")).ok(), Some(known), "the same fault is kept once");
    let json = ["--regressions", "known.json", "-q", "--only", "paging", "--report", "json=a.json"];
    let (code, text) = check(&here, &lawful, &json);
    assert_eq!(code, 0, "{text}");
    let report = read(&here.join("a.json"));
    let cost = report.sections[0].finished.as_ref().map(|finished| finished.cost.clone()).unwrap_or_default();
    assert!(cost.get("regressions").is_some_and(|requests| *requests > 0), "{cost:?}");
    std::fs::write(here.join("known.json"), "{}").expect("a file");
    let (code, text) = check(&here, &lawful, &json);
    assert!(code == 2 && text.contains("holds no regressions"), "{text}");
}

#[test]
fn a_baseline_waits_for_its_reasons() {
    let here = folder("baseline");
    let fault = ["flexportal", "--fault", "count-wrong", "--no-shrink"];
    let (code, text) = run(&here, &[&["baseline", "write"][..], &fault].concat());
    assert!(code == 0 && text.contains("fill in each `reason`"), "{text}");
    let path = here.join("contract-gate.toml");
    let file = std::fs::read_to_string(&path).expect("it was created");
    assert!(file.contains("check = \"wrong-count\"") && file.contains("reason = \"\""), "{file}");
    let check = [&["check", "--report", "human", "--report", "json=a.json"][..], &fault].concat();
    let (code, text) = run(&here, &check);
    assert!(code == 2 && text.contains("has no reason"), "{text}");
    std::fs::write(&path, file.replace("reason = \"\"", "reason = \"ticket 7\"")).expect("a file");
    let (code, text) = run(&here, &check);
    assert_eq!(code, 0, "{text}");
    // All is waived, so there is nothing to write any more; a report tells the same as a run.
    let (code, text) = run(&here, &["baseline", "write", "--from", "a.json"]);
    assert!(code == 0 && text.contains("nothing was written"), "{text}");
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(run(&here, &check).0, 1);
    let (code, text) = run(&here, &["baseline", "write", "--from", "a.json", "--output", "-", "--until", "2027-03-31"]);
    assert!(code == 0 && text.contains("check = \"wrong-count\"") && text.contains("until = \"2027-03-31\""), "{text}");
    let (code, text) = run(&here, &["baseline", "write", "--from", "a.json", "--until", "soon"]);
    assert!(code == 2 && text.contains("--until soon is no date"), "{text}");
}

#[test]
fn a_run_that_left_verdicts_open_is_no_violation_where_they_count() {
    let here = folder("open");
    let open = ["check", "flexportal", "--variant", "empty-collection", "--require-conclusive"];
    let (code, text) = run(&here, &open);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("not conclusive (--require-conclusive): no findings"), "{text}");
    assert!(text.contains("exit 1: verdicts were left open") && !text.contains("violated"), "{text}");
    let faulty = ["check", "flexportal", "--fault", "count-wrong", "--only", "wrong-count", "--require-conclusive"];
    let (code, text) = run(&here, &faulty);
    assert!(code == 1 && text.contains("violated: 1 violation"), "{text}");
}
