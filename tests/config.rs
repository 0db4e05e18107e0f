//! The configuration file: what it accepts, how it explains mistakes, who wins, and that its reference, its schema
//! and its reader agree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use contract_gate::config::{Config, ConfigError, DEFAULT_FILE, Names, Origin, Profile, RunFlags, RunSettings, SCHEMA};
use contract_gate::finding::Level;
use contract_gate::mask::Masker;

fn no_environment(_: &str) -> Option<String> {
    None
}

fn parse(text: &str) -> Result<Config, ConfigError> {
    Config::parse(Path::new("contract-gate.toml"), text, &RunFlags::default(), &no_environment)
}

fn error(text: &str) -> String {
    parse(text).expect_err("the text is wrong").to_string()
}

fn config(text: &str) -> Config {
    parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The reference with every setting switched on.
fn reference() -> String {
    let switch_on = |line: &str| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|first: char| first.is_ascii_alphabetic() || first == '[' || first == '"') => {
            rest.to_owned()
        }
        _ => line.to_owned(),
    };
    DEFAULT_FILE.lines().map(switch_on).collect::<Vec<_>>().join("\n")
}

/// `token-env` and `token-file` exclude each other.
fn usable_reference() -> String {
    reference().lines().filter(|line| !line.starts_with("token-file")).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_default_file_is_valid_as_it_stands() {
    let config = config(DEFAULT_FILE);
    assert!(config.targets.is_empty() && config.waivers.is_empty() && config.levels.is_empty());
}

#[test]
fn each_key_of_the_reference_is_read() {
    let config = config(&usable_reference());
    assert_eq!(config.targets[0].name, "staging");
    assert_eq!(config.waivers.len(), 1);
    for row in config.rows() {
        assert_ne!(row.origin, Origin::Default, "{} is not in the reference", row.key);
    }
    for line in reference().lines().filter(|line| line.contains(" = ")) {
        let key = line.split(" = ").next().unwrap_or_default();
        let broken = usable_reference().replacen(&format!("\n{key} = "), &format!("\n{key}x = "), 1);
        let free = [
            "Tenant-ID",
            "X-Api-Key",
            "X-Gateway-Key",
            "region",
            "customer",
            "paging",
            "unknown-enum-value",
            "sort-order-wrong",
            "token-file",
        ];
        if !key.starts_with('#') && !key.starts_with('"') && !free.contains(&key) {
            assert!(parse(&broken).is_err(), "`{key}x` was accepted");
        }
    }
}

fn json(text: &str) -> serde_json::Value {
    let table: toml::Table = toml::from_str(text).expect("the text is TOML");
    serde_json::to_value(table).expect("TOML is JSON")
}

#[test]
fn reference_and_schema_agree() {
    let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is sound");
    for text in [DEFAULT_FILE.to_owned(), reference()] {
        let errors: Vec<String> = validator.iter_errors(&json(&text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let reference = json(&reference());
    let keys = |value: &serde_json::Value| -> BTreeSet<String> {
        value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
    };
    let properties = |pointer: &str| keys(schema.pointer(pointer).unwrap_or(&serde_json::Value::Null));
    let run: BTreeSet<String> = RunSettings::keys().into_iter().collect();
    assert_eq!(properties("/properties/run/properties"), run);
    assert_eq!(keys(&reference["run"]), run);
    assert_eq!(properties("/properties"), keys(&reference));
    assert_eq!(properties("/$defs/target/properties"), keys(&reference["targets"]["staging"]));
    let second = &reference["targets"]["staging"]["second-tenant"];
    assert_eq!(properties("/$defs/target/properties/second-tenant/properties"), keys(second));
    assert_eq!(properties("/$defs/waiver/properties"), keys(&reference["waivers"][0]));
}

#[test]
fn mistakes_name_their_place_and_the_next_step() {
    let cases = [
        ("[run]\nprofle = \"core\"", "contract-gate.toml:2:1: unknown key `profle`\n  help: did you mean `profile`?"),
        ("[run]\nfail_on = \"deny\"", "contract-gate.toml:2:1: unknown key `fail_on`\n  help: did you mean `fail-on`?"),
        ("[targes.a]\n", "contract-gate.toml:1:2: unknown key `targes`\n  help: did you mean `targets`?"),
        ("[run]\n  seed = \"x\"", "contract-gate.toml:2:10: wrong type: string \"x\", expected a whole number"),
        (
            "[run]\ntimeout = \"30\"",
            "contract-gate.toml:2:11: `30` is no length of time\n  help: write it like \"30s\"",
        ),
        (
            "[run]\nseed = -1",
            "contract-gate.toml:2:8: wrong value: integer `-1`\n  help: write a whole number from 0 on",
        ),
        ("[run]\nconcurrency = 0", "contract-gate.toml:2:15: `0` is no whole number from 1 on"),
        (
            "[run]\nconcurrency = \"many\"",
            "contract-gate.toml:2:15: wrong type: string \"many\", expected a whole number",
        ),
        ("[run]\ntimeout = 30", "contract-gate.toml:2:11: wrong type: integer `30`, expected a text in quotes"),
        (
            "[run]\nreports = [\"jnuit=a\"]",
            "contract-gate.toml:2:11: unknown report format `jnuit=a` (did you mean `junit`?)",
        ),
        (
            "[levels]\npaging = \"denied\"",
            "contract-gate.toml:2:10: `denied` is none of allow, note, warn, deny, did you mean `deny`?",
        ),
        (
            "[targets.a]\ncontract = \"x\"\ntoken = \"abc\"",
            "contract-gate.toml:3:1: unknown key `token`\n  help: secrets do not stand in this file",
        ),
        ("[targets.a]\nbase-url = \"http://x\"", "contract-gate.toml:1:10: the target `a` has no `contract`"),
        (
            "[targets.a]\ncontract = \"x\"\nbase-url = \"localhost:80\"",
            "contract-gate.toml:3:12: `localhost:80` is no base URL",
        ),
        (
            "[targets.a]\ncontract = \"x\"\nbase-url = \"https://u:pw@host\"",
            "contract-gate.toml:3:12: a credential stands in the base URL\n  help: take it out",
        ),
        (
            "[[waivers]]\ncheck = \"wrong-type\"\nreason = \" \"",
            "contract-gate.toml:1:1: the waiver of `wrong-type` has no reason",
        ),
        (
            "[[waivers]]\ncheck = \"a\"\nreason = \"b\"\nuntil = \"soon\"",
            "contract-gate.toml:1:1: the waiver of `a` has `until = \"soon\"`",
        ),
        (
            "[[waivers]]\ncheck = \"wrong-type\"\nreason = \"why this is accepted\"",
            "contract-gate.toml:1:1: the waiver of `wrong-type` has no reason",
        ),
        ("[[waivers]]\nreason = \"b\"", "contract-gate.toml:1:1: the key `check` is missing"),
        ("[run]\nseed = ", "contract-gate.toml:2:8: "),
        ("[run]\nseed = 1\nseed = 2", "contract-gate.toml:3:1: duplicate key"),
    ];
    for (text, expected) in cases {
        let shown = error(text);
        assert!(shown.starts_with(expected), "{text:?}\nexpected: {expected}\nactual:   {shown}");
    }
}

#[test]
fn flags_win_over_the_environment_and_that_over_the_file() {
    let environment = |name: &str| match name {
        "CONTRACT_GATE_PROFILE" => Some("list".to_owned()),
        "CONTRACT_GATE_SEED" => Some("7".to_owned()),
        "CONTRACT_GATE_ONLY" => Some("paging, answers".to_owned()),
        _ => None,
    };
    let flags = RunFlags { profile: Some(Profile::Strict), ..RunFlags::default() };
    let text = "[run]\nprofile = \"core\"\nseed = 1\ntimeout = \"3s\"";
    let config = Config::parse(Path::new("a.toml"), text, &flags, &environment).expect("all is well");
    assert_eq!(config.run.profile.value, Profile::Strict);
    assert_eq!(config.run.profile.origin, Origin::Flag("--profile".to_owned()));
    assert_eq!(
        config.run.seed.map(|seed| (seed.value, seed.origin)),
        Some((7, Origin::Environment("CONTRACT_GATE_SEED".to_owned())))
    );
    assert_eq!(config.run.timeout.origin, Origin::File(PathBuf::from("a.toml"), 4, 11));
    assert_eq!(config.run.only.value, ["paging", "answers"]);
    assert_eq!(config.run.concurrency.origin, Origin::Default);
    let wrong = |name: &str| (name == "CONTRACT_GATE_RATE").then(|| "fast".to_owned());
    let error = Config::load(None, &RunFlags::default(), &wrong).expect_err("that is no rate").to_string();
    assert!(error.starts_with("$CONTRACT_GATE_RATE: `fast` is no rate"), "{error}");
}

#[test]
fn levels_are_layered() {
    let config =
        config("[levels]\npaging = \"warn\"\n[targets.a]\ncontract = \"x\"\nlevels = { \"list:skips\" = \"note\" }");
    let levels = config.levels_for(config.targets.first(), Vec::new());
    assert_eq!(levels.of("skips", "paging", "list").map(|rule| rule.level), Some(Level::Note));
    assert_eq!(levels.of("skips", "paging", "get").map(|rule| rule.level), Some(Level::Warn));
    let error = config.check_names(&Names::of_the_gate()).expect_err("`skips` is unknown").to_string();
    assert!(error.starts_with("contract-gate.toml:5:12: there is no check and no family `skips`\n  help: "), "{error}");
}

#[test]
fn a_date_may_be_written_as_toml_writes_dates() {
    let text = "[[waivers]]\ncheck = \"wrong-type\"\nreason = \"ticket 1\"\nuntil = 2026-12-31";
    assert_eq!(config(text).waivers[0].until.as_deref(), Some("2026-12-31"));
    let error = error("[[waivers]]\ncheck = \"wrong-type\"\nreason = \"ticket 1\"\nuntil = 12");
    assert!(error.contains("`until` is no date") && error.contains("2026-12-31"), "{error}");
}

#[test]
fn each_value_of_a_target_names_its_own_line() {
    let text = "[targets.a]\ncontract = \"x\"\nrate = \"5/s\"\n\ntime-budget = \"1min\"\nparams = { id = 7 }\nskip = [\"paging\"]";
    let config = config(text);
    let line =
        |key: &str| config.rows().into_iter().find(|row| row.key == format!("targets.a.{key}")).map(|row| row.origin);
    for (key, at) in [("contract", 2), ("rate", 3), ("time-budget", 5), ("params.id", 6), ("skip", 7)] {
        assert!(matches!(line(key), Some(Origin::File(_, line, _)) if line == at), "{key}: {:?}", line(key));
    }
    assert_eq!(line("base-url"), Some(Origin::Default));
}

#[test]
fn the_variable_that_stands_over_a_base_url_is_shown() {
    let environment = |name: &str| (name == "CONTRACT_GATE_BASE_URL").then(|| "http://127.0.0.1:9".to_owned());
    let text = "[targets.a]\ncontract = \"x\"\nbase-url = \"https://a.example\"";
    let shown =
        Config::parse(Path::new("a.toml"), text, &RunFlags::default(), &environment).expect("all is well").show();
    assert!(
        shown.lines().any(|line| line.contains("http://127.0.0.1:9") && line.contains("$CONTRACT_GATE_BASE_URL")),
        "{shown}"
    );
    assert!(!shown.contains("a.example"), "{shown}");
}

const SECRETS: &str = r#"
[targets.a]
contract = "flexportal"
token-env = "MY_TOKEN"
headers = { X-Api-Key = "Key ${API_KEY}", Tenant-ID = "t$$1", Authorization = "Basic d3JpdHRlbi1kb3du" }
params = { id = 7, region = "$REGION", tenant = "$TENANT" }
[targets.a.second-tenant]
token-file = "/nowhere/token"
"#;

#[test]
fn secrets_come_from_the_environment_and_are_masked() {
    let environment = |name: &str| match name {
        "MY_TOKEN" => Some("tok-123456\n".to_owned()),
        "API_KEY" => Some("key-abcdef".to_owned()),
        "REGION" => Some("eu".to_owned()),
        "TENANT" => Some("unit_north".to_owned()),
        _ => None,
    };
    let config = config(SECRETS);
    let target = config.target("a").expect("it is there");
    let access = target.access.resolve(&environment).expect("all variables are set");
    assert_eq!(access.token.as_ref().map(|token| token.expose().to_owned()), Some("tok-123456".to_owned()));
    let headers: Vec<String> =
        access.headers.iter().map(|header| format!("{}={}", header.name, header.expose())).collect();
    assert_eq!(headers, ["Authorization=Basic d3JpdHRlbi1kb3du", "Tenant-ID=t$1", "X-Api-Key=Key key-abcdef"]);
    assert_eq!(access.params["id"], "7");
    assert_eq!(access.params["region"], "eu");
    let masker = Masker::new(access.secrets().to_vec());
    assert_eq!(masker.mask("tok-123456 Key key-abcdef Basic d3JpdHRlbi1kb3du"), "$MY_TOKEN Key $API_KEY Basic ***");
    assert_eq!(masker.mask("?region=eu&tenant=unit_north"), "?region=eu&tenant=$TENANT", "two letters are no secret");
    for text in [format!("{config:?}"), format!("{access:?}"), config.show()] {
        assert!(!text.contains("tok-123456") && !text.contains("key-abcdef") && !text.contains("d3JpdHRl"), "{text}");
    }
    let missing = target.access.resolve(&no_environment).expect_err("nothing is set").to_string();
    assert!(
        missing.starts_with("contract-gate.toml:4:13: the environment variable `MY_TOKEN` is not set"),
        "{missing}"
    );
    let second = target.second_tenant.as_ref().expect("there is one");
    let missing = second.resolve(&no_environment).expect_err("there is no such file").to_string();
    assert!(missing.contains("`token-file` /nowhere/token cannot be read"), "{missing}");
}

#[test]
fn a_value_may_stand_elsewhere_as_in_the_flags() {
    let here = std::env::temp_dir().join(format!("contract-gate-elsewhere-{}", std::process::id()));
    std::fs::create_dir_all(&here).expect("a folder");
    std::fs::write(here.join("key.txt"), "key-out-of-a-file\n").expect("a file");
    let text = "[targets.a]\ncontract = \"flexportal\"\n\
        headers = { X-Gate = \"env:GATE_KEY\", X-File = \"file:key.txt\", Authorization = \"env:AUTH\" }\n\
        params = { Tenant-ID = \"env:TENANT\" }\n\
        [targets.a.second-tenant]\nparams = { Tenant-ID = \"file:none.txt\" }\n";
    let config = Config::parse(&here.join("contract-gate.toml"), text, &RunFlags::default(), &no_environment)
        .unwrap_or_else(|error| panic!("{error}"));
    let environment = |name: &str| match name {
        "GATE_KEY" => Some("gate-key-1".to_owned()),
        "AUTH" => Some("Bearer bearer-token-1".to_owned()),
        "TENANT" => Some("unit_north".to_owned()),
        _ => None,
    };
    let target = config.target("a").expect("it is there");
    let access = target.access.resolve(&environment).expect("all of it is there");
    let headers: Vec<String> =
        access.headers.iter().map(|header| format!("{}={}", header.name, header.expose())).collect();
    assert_eq!(headers, ["Authorization=Bearer bearer-token-1", "X-File=key-out-of-a-file", "X-Gate=gate-key-1"]);
    assert_eq!(access.params["Tenant-ID"], "unit_north");
    let masker = Masker::new(access.secrets().to_vec());
    assert_eq!(
        masker.mask("gate-key-1 key-out-of-a-file bearer-token-1 unit_north"),
        "$GATE_KEY *** $AUTH $TENANT",
        "each is a secret"
    );
    let shown = config.show();
    assert!(shown.contains("$GATE_KEY") && shown.contains("file:key.txt") && shown.contains("$AUTH"), "{shown}");
    let missing = target.access.resolve(&no_environment).expect_err("nothing is set").to_string();
    assert!(missing.contains("contract-gate.toml:3:") && missing.contains("`AUTH` is not set"), "{missing}");
    let second = target.second_tenant.as_ref().expect("there is one");
    let missing = second.resolve(&environment).expect_err("there is no such file").to_string();
    assert!(missing.contains("contract-gate.toml:6:") && missing.contains("none.txt cannot be read"), "{missing}");
    let _ = std::fs::remove_dir_all(&here);
}

#[test]
fn a_secret_in_place_of_its_name_is_refused_without_being_repeated() {
    let error = error("[targets.a]\ncontract = \"x\"\ntoken-env = \"sk-live/abc.def\"");
    assert!(error.contains("`token-env` is not the name") && !error.contains("sk-live"), "{error}");
}

#[test]
fn the_file_is_found_upward() {
    let root = std::env::temp_dir().join(format!("contract-gate-config-{}", std::process::id()));
    let deep = root.join("a/b/c");
    std::fs::create_dir_all(&deep).expect("a folder");
    std::fs::write(root.join("a/contract-gate.toml"), "[targets.x]\ncontract = \"api/openapi.yaml\"\n")
        .expect("a file");
    let found = Config::find(&deep).expect("it is two folders above");
    assert_eq!(found, root.join("a/contract-gate.toml"));
    let config = Config::load(Some(&found), &RunFlags::default(), &no_environment).expect("it is valid");
    assert_eq!(Path::new(&config.targets[0].contract), root.join("a/api/openapi.yaml"));
    assert!(config.target("y").is_err_and(|error| error.to_string().contains("there is no target `y`")));
    std::fs::remove_dir_all(&root).expect("it can be removed");
}

#[test]
fn config_show_prints_each_value_with_its_origin() {
    let shown = config(SECRETS).show();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/reporters"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("config-show", shown));
}
