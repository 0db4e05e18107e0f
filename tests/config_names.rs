//! Names in the configuration that name nothing, and waivers that match nothing: a gate that takes them without a word
//! guards less than its file says.

mod stub;

use std::path::Path;

use stub::{folder, gate_in, told};

fn with(file: &str, arguments: &[&str]) -> (i32, String) {
    let here = folder("names");
    std::fs::write(here.join("contract-gate.toml"), file).expect("a file");
    told(&gate_in(&here, arguments))
}

#[test]
fn a_name_that_is_not_there_is_refused_with_its_line() {
    let target = "[targets.one]\ncontract = \"flexportal\"\n[targets.two]\ncontract = \"maple\"\n";
    let waiver = |lines: &str| format!("[[waivers]]\nreason = \"ticket 1\"\n{lines}\n");
    let cases = [
        ("[levels]\n\"listCustomrs:wrong-type\" = \"note\"\n".to_owned(), ":2", "did you mean `listCustomers`?"),
        ("[levels]\nwrong-typ = \"note\"\n".to_owned(), ":2", "did you mean `wrong-type`?"),
        (waiver("check = \"paging\""), ":1", "`paging` is a family"),
        (waiver("check = \"wrong-typ\""), ":1", "did you mean `wrong-type`?"),
        (waiver("check = \"wrong-type\"\noperation = \"listCustomrs\""), ":1", "did you mean `listCustomers`?"),
        (waiver("check = \"wrong-type\"\ncontract = \"flexportl\""), ":1", "did you mean `flexportal`?"),
        (format!("{target}{}", waiver("check = \"wrong-type\"\ncontract = \"three\"")), ":5", "there are one, two"),
        (
            format!("{target}{}", waiver("check = \"wrong-type\"\ncontract = \"two\"\noperation = \"listCustomers\"")),
            ":5",
            "there is no operation `listCustomers` in two",
        ),
        (
            format!("{target}levels = {{ \"listCustomers:wrong-type\" = \"note\" }}\n"),
            ":5",
            "there is no operation `listCustomers` in two",
        ),
        (format!("{target}only = [\n  \"pagin\"]\n"), ":5", "did you mean `paging`?"),
        ("[run]\nskip = [\"sortin\"]\n".to_owned(), ":2", "did you mean `sorting`?"),
        ("[targets.one]\ncontract = \"flexportl\"\n".to_owned(), ":2", "did you mean `flexportal`?"),
        (
            "[targets.one]\ncontract = \"maple\"\nbase-url = \"http://127.0.0.1:9\"\n[targets.one.params]\ncompany = 1\n"
                .to_owned(),
            ":5",
            "one declares no parameter `company`",
        ),
        (
            format!("{target}base-url = \"http://127.0.0.1:9\"\n[targets.two.known-ids]\ncustommer = [\"1\"]\n"),
            ":7",
            "two reads no `custommer` by key\n  help: did you mean `customer`?",
        ),
        (
            format!(
                "{target}base-url = \"http://127.0.0.1:9\"\n[targets.two.second-tenant]\ntoken-env = \"STUB_TOKEN\"\n\
                 known-ids = {{ invoices = [\"1\"] }}\n"
            ),
            ":8",
            "resources that are read: customer",
        ),
    ];
    for (file, place, hint) in cases {
        let here = folder("names");
        std::fs::write(here.join("contract-gate.toml"), &file).expect("a file");
        let contract: &[&str] = if file.contains("[targets") { &[] } else { &["flexportal"] };
        let (code, told) = told(&gate_in(&here, &[&["check"], contract].concat()));
        assert_eq!(code, 2, "{file}{told}");
        assert!(told.contains(&format!("contract-gate.toml{place}:")), "no {place} in {told}\n{file}");
        assert!(told.contains(hint), "no `{hint}` in {told}\n{file}");
    }
}

#[test]
fn a_name_of_another_document_is_left_alone_where_documents_come_from_the_command_line() {
    let file = "[levels]\n\"readInvoices:wrong-type\" = \"note\"\n[[waivers]]\ncheck = \"wrong-type\"\ncontract = \"billing\"\nreason = \"ticket 1\"\n";
    let (code, told) = with(file, &["check", "flexportal", "--only", "answers", "-q"]);
    assert_eq!(code, 0, "{told}");
}

#[test]
fn keys_of_an_unknown_resource_are_refused_before_anything_is_asked() {
    let known = ["check", "flexportal", "--base-url", "http://127.0.0.1:9", "--known-id", "invoice=1"];
    let (code, told) = with("", &known);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("flexportal reads no `invoice` by key") && told.contains("customer"), "{told}");
}

#[test]
fn of_several_flags_for_one_level_the_last_wins() {
    for (flags, level) in [
        (["--warn", "wrong-type", "--deny", "wrong-type"], "deny"),
        (["--deny", "wrong-type", "--warn", "wrong-type"], "warn"),
        (["--allow", "wrong-type", "--note", "wrong-type"], "note"),
        (["--note", "wrong-type", "--allow", "wrong-type"], "allow"),
    ] {
        let (code, told) = with("", &[&["config", "show"][..], &flags].concat());
        assert_eq!(code, 0, "{told}");
        let row: Vec<&str> = told.lines().filter(|line| line.starts_with("levels.wrong-type")).collect();
        assert!(row.len() == 1 && row[0].contains(&format!("--{level} wrong-type")), "{flags:?}: {told}");
    }
    let fault = ["check", "flexportal", "--fault", "wrong-type-on-get", "--only", "wrong-type", "--no-shrink", "-q"];
    let (code, told) = with("", &[&fault[..], &["--deny", "wrong-type", "--warn", "wrong-type"]].concat());
    assert_eq!(code, 0, "{told}");
    let (code, told) = with("", &[&fault[..], &["--warn", "wrong-type", "--deny", "wrong-type"]].concat());
    assert_eq!(code, 1, "{told}");
}

#[test]
fn config_show_refuses_names_too() {
    let (code, told) = with("[levels]\nwrong-typ = \"note\"\n", &["config", "show"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("run.profile") && told.contains("did you mean `wrong-type`?"), "{told}");
}

#[test]
fn what_init_advises_leads_to_a_target() {
    let here = folder("init");
    let (code, advice) = told(&gate_in(&here, &["init"]));
    assert_eq!(code, 0, "{advice}");
    let path = here.join("contract-gate.toml");
    let mut file = std::fs::read_to_string(&path).expect("it was written");
    for line in ["[targets.staging]", "contract = ", "base-url = ", "token-env = "] {
        let word = line.trim_start_matches("[").trim_end_matches("]").trim_end_matches(" = ");
        assert!(advice.contains(word), "{advice}");
        file = file.replacen(&format!("\n#{line}"), &format!("\n{line}"), 1);
    }
    file = file.replace("STAGING_TOKEN\"", "STUB_TOKEN\"");
    std::fs::write(&path, file).expect("it can be written");
    let (code, told) = told(&gate_in(&here, &["check", "staging", "--dry-run"]));
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("https://api.staging.example.com"), "{told}");
}

#[test]
fn a_misspelt_target_comes_with_the_nearest() {
    let file = "[targets.one]\ncontract = \"flexportal\"\n[targets.two]\ncontract = \"maple\"\n";
    let (code, told) = with(file, &["check", "tow"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("there is no target and no contract `tow`\n  help: did you mean `two`?"), "{told}");
}

#[test]
fn a_misspelt_variable_is_refused() {
    let here = folder("variable");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_contract-gate"))
        .args(["check", "flexportal", "--list"])
        .current_dir(&*here)
        .env("CONTRACT_GATE_SEDE", "7")
        .output()
        .expect("the binary runs");
    let (code, told) = told(&output);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("did you mean `CONTRACT_GATE_SEED`?"), "{told}");
}

#[test]
fn a_waiver_that_nothing_can_match_is_stale() {
    let file = "[[waivers]]\ncheck = \"page-exceeds-size\"\noperation = \"getCustomer\"\nreason = \"ticket 1\"\n";
    let (code, told) = with(file, &["check", "flexportal", "--no-shrink"]);
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("stale-waiver") && told.contains("contract-gate.toml:1:1"), "{told}");
    for partial in [&["--skip", "page-exceeds-size"][..], &["--max-requests", "9"], &["--shard", "1/2"]] {
        let (_, told) = with(file, &[&["check", "flexportal", "--no-shrink"], partial].concat());
        assert!(!told.contains("stale-waiver"), "{partial:?}: {told}");
    }
}

#[test]
fn limits_stand_in_the_file_as_well_as_on_the_command_line() {
    let file = "[run]\nmax-records = 30\nrequire-conclusive = true\n\n[targets.one]\ncontract = \"flexportal\"\ntime-budget = \"1min\"\nreads = 3\n";
    let (code, told) = with(file, &["check", "one", "--dry-run"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("at most 60s"), "{told}");
    let (code, told) = with(file, &["check", "one", "--only", "filter-reveals-unlisted-record", "-v"]);
    assert_eq!(code, 1, "an inconclusive check is red, and a walk over 30 records leaves some: {told}");
    let (code, told) = with(file, &["config", "show"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("targets.one.reads") && told.contains("contract-gate.toml:8"), "{told}");
}

#[test]
fn a_ledger_of_the_file_counts_for_runs_of_the_whole_file() {
    let here = folder("ledger");
    let file =
        "[run]\nledger = \"ledger.json\"\nregressions = \"cases.json\"\n[targets.one]\ncontract = \"flexportal\"\n";
    std::fs::write(here.join("contract-gate.toml"), file).expect("a file");
    std::fs::create_dir(here.join("below")).expect("a folder");
    let check =
        |folder: &Path, more: &[&str]| told(&gate_in(folder, &[&["check", "--no-shrink", "-q"], more].concat()));
    let (code, told) = check(&here.join("below"), &[]);
    assert_eq!(code, 0, "{told}");
    assert!(here.join("ledger.json").is_file(), "it stands beside the file");
    let (code, told) = check(&here, &["--only", "paging"]);
    assert_eq!(code, 0, "less was meant: {told}");
    let (code, told) = check(&here, &["--only", "paging", "--ledger", "ledger.json"]);
    assert_eq!(code, 1, "{told}");
}

#[test]
fn reports_name_files_from_the_root_of_the_repository() {
    let here = folder("root");
    std::fs::create_dir(here.join(".git")).expect("a folder");
    let web = here.join("web");
    std::fs::create_dir(&web).expect("a folder");
    let document = format!("{}/openapi/flexportal.yaml", env!("CARGO_MANIFEST_DIR"));
    std::fs::copy(document, web.join("w.yaml")).expect("a copy");
    let check = |folder: &Path, contract: &str| {
        let arguments = ["--fault", "record-skipped", "--only", "paging", "--no-shrink"];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_contract-gate"))
            .args(["check", contract].iter().chain(&arguments))
            .args(["--report", "github", "--report", "sarif=out.sarif"])
            .current_dir(folder)
            .env_remove("GITHUB_WORKSPACE")
            .env_remove("GITHUB_STEP_SUMMARY")
            .output()
            .expect("the binary runs");
        let (code, told) = told(&output);
        assert_eq!(code, 1, "{told}");
        assert!(told.contains("::error file=web/w.yaml,line="), "{told}");
        let sarif = std::fs::read_to_string(folder.join("out.sarif")).expect("a report");
        assert!(sarif.contains("\"uri\": \"web/w.yaml\"") && !sarif.contains("file://"), "{sarif}");
    };
    check(&web, "w.yaml");
    let absolute = std::fs::canonicalize(&web).expect("it is there").join("w.yaml");
    check(&web, &absolute.display().to_string());
    check(&here, "web/w.yaml");
    let text = std::fs::read_to_string(web.join("w.yaml")).expect("it is there");
    std::fs::write(web.join("new.yaml"), text.replace("/v1/customers:", "/v2/customers:")).expect("a file");
    let (code, shown) = told(&gate_in(&web, &["diff", "w.yaml", "new.yaml", "--report", "github"]));
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("file=web/") && !shown.contains("file=w.yaml"), "{shown}");
    std::fs::write(web.join("broken.yaml"), "openapi: 3.0.3\ninfo: {}\npaths: {}\n").expect("a file");
    let (_, shown) = told(&gate_in(&web, &["lint", "broken.yaml", "--report", "github"]));
    assert!(shown.contains("file=web/broken.yaml"), "{shown}");
}

#[test]
fn parts_that_judge_different_things_are_not_merged() {
    let here = folder("parts");
    let part = |shard: &str, more: &[&str]| {
        let name = format!("json={}.json", &shard[..1]);
        let arguments =
            ["check", "flexportal", "-q", "--no-shrink", "--only", "answers", "--shard", shard, "--report", &name];
        let _ = gate_in(&here, &[&arguments, more].concat());
    };
    part("1/2", &[]);
    for (more, what) in [
        (&["--skip", "wrong-type"][..], "differ in what is skipped of flexportal"),
        (&["--fault=wrong-type"], "differ in the embedded server of flexportal"),
        (&["--warn", "wrong-type"], "differ in the levels of flexportal"),
    ] {
        part("2/2", more);
        let (code, told) = told(&gate_in(&here, &["merge", "1.json", "2.json"]));
        assert_eq!(code, 2, "{more:?}: {told}");
        assert!(told.contains(what), "{more:?}: {told}");
    }
    part("2/2", &["-v", "--rate", "1000/s"]);
    let (code, told) = told(&gate_in(&here, &["merge", "1.json", "2.json"]));
    assert_eq!(code, 0, "{told}");
}

#[test]
fn a_wrong_contract_is_told_with_line_and_column() {
    for (file, place, hint) in [
        ("[targets.one]\ncontract = \"flexportl\"\n", ":2:12: ", "did you mean `flexportal`?"),
        ("[run]\n[targets.one]\n  contract =   \"./nope.yaml\"\n", ":3:16: ", "check the path"),
        ("[levels]\n  \"wrong-typ\" = \"note\"\n", ":2:3: ", "did you mean `wrong-type`?"),
    ] {
        let (code, told) = with(file, &["check"]);
        assert_eq!(code, 2, "{told}");
        assert!(told.contains(&format!("contract-gate.toml{place}")) && told.contains(hint), "{told}");
    }
}

#[test]
fn flags_stand_over_the_targets_of_the_file() {
    let file = "[targets.one]\ncontract = \"flexportal\"\ntime-budget = \"1min\"\nprofile = \"core\"\n";
    let (code, told) = with(file, &["check", "one", "--dry-run"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("at most 60s"), "{told}");
    let (code, told) = with(file, &["check", "one", "--dry-run", "--time-budget", "2min"]);
    assert_eq!(code, 0, "{told}");
    assert!(told.contains("at most 120s"), "{told}");
}

#[test]
fn config_show_takes_the_flags_of_check_and_names_them() {
    let file = "[levels]\nwrong-type = \"note\"\n[targets.one]\ncontract = \"flexportal\"\nbase-url = \"http://h\"\nrate = \"9/s\"\n";
    let flags = [
        "config",
        "show",
        "--rate",
        "5/s",
        "--deny",
        "wrong-type",
        "--report",
        "json=a.json",
        "--show-values",
        "--base-url",
        "http://me:s3cretpass@other",
        "--token-env",
        "GATE_KEY",
        "--header",
        "X-Api-Key=s3cretpass",
        "--param",
        "Tenant-ID=north",
    ];
    let (code, told) = with(file, &flags);
    assert_eq!(code, 0, "{told}");
    let row = |key: &str| {
        let rows: Vec<&str> = told.lines().filter(|line| line.split(' ').next() == Some(key)).collect();
        assert_eq!(rows.len(), 1, "{key}: {told}");
        rows[0].split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    for (key, wanted) in [
        ("run.rate", "5/s --rate"),
        ("targets.one.rate", "5/s --rate"),
        ("run.show-values", "true --show-values"),
        ("levels.wrong-type", "deny --deny wrong-type"),
        ("targets.one.base-url", "http://***@other --base-url"),
        ("targets.one.token-env", "$GATE_KEY --token-env"),
        ("targets.one.headers.X-Api-Key", "*** --header"),
        ("targets.one.params.Tenant-ID", "north --param"),
    ] {
        assert_eq!(row(key), wanted, "{told}");
    }
    assert!(row("targets.one.contract").ends_with("contract-gate.toml:4:12"), "{told}");
    assert!(!told.contains("s3cretpass"), "{told}");
    let (code, told) = with("", &["config", "show", "--deny", "wrong-typ"]);
    assert_eq!(code, 2, "{told}");
    assert!(told.contains("did you mean `wrong-type`?"), "{told}");
}

#[test]
fn a_waiver_may_name_the_contract_of_targets() {
    let targets = "[targets.staging]\ncontract = \"flexportal\"\n[targets.other]\ncontract = \"maple\"\n";
    let waiver = |operation: &str| {
        format!(
            "{targets}[[waivers]]\ncheck = \"wrong-count\"\ncontract = \"flexportal\"\noperation = \"{operation}\"\nreason = \"ticket 7\"\n"
        )
    };
    let faulty = ["check", "staging", "--fault", "count-wrong", "--only", "wrong-count"];
    let (code, told) = with(&waiver("listCustomers"), &faulty);
    assert!(code == 0 && told.contains("ticket 7"), "{told}");
    let (code, told) = with(&waiver("listCustomers"), &["check", "staging", "--only", "wrong-count"]);
    assert!(code == 1 && told.contains("stale-waiver") && told.contains("delete it"), "{told}");
    let (_, told) = with(&waiver("listCustomers"), &["check", "other", "--only", "wrong-count"]);
    assert!(!told.contains("stale-waiver"), "{told}");
    let (code, told) = with(&waiver("listcustomers"), &["check", "staging"]);
    assert!(code == 2 && told.contains("did you mean `listCustomers`?"), "{told}");
}
