//! Completions do something in the shells themselves, where these are installed.

use std::io::Write as _;
use std::process::Command;

fn script(shell: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_contract-gate")).args(["completions", shell]).output();
    let output = output.expect("the binary runs");
    assert!(output.status.success(), "{shell}");
    String::from_utf8(output.stdout).expect("a script is text")
}

fn is_installed(shell: &str) -> bool {
    let there = Command::new(shell).arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        writeln!(std::io::stderr(), "skipped: no {shell} is installed (apt-get install {shell})").expect("it is open");
    }
    there
}

fn file(name: &str, text: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("contract-gate-completions-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

#[test]
fn each_script_is_one_of_its_shell() {
    for (shell, name) in [("bash", "contract-gate.bash"), ("zsh", "_contract-gate"), ("fish", "contract-gate.fish")] {
        let path = file(name, &script(shell));
        if is_installed(shell) {
            let output = Command::new(shell).arg("-n").arg(&path).output().expect("it starts");
            assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn fish_offers_what_can_follow() {
    let path = file("asked.fish", &script("fish"));
    if !is_installed("fish") {
        return;
    }
    for (line, wanted) in [
        ("contract-gate ver", "verify"),
        ("contract-gate check --pro", "--profile"),
        ("contract-gate check --profile ", "isolation"),
        ("contract-gate check fl", "flexportal"),
        ("contract-gate doctor ma", "maple"),
        ("contract-gate check --only pag", "paging"),
        ("contract-gate check --fault record-sk", "record-skipped"),
        ("contract-gate check --report ", "junit"),
        ("contract-gate baseline ", "write"),
        ("contract-gate baseline write --profile ", "strict"),
        ("contract-gate baseline write fl", "flexprice"),
        ("contract-gate explain record-sk", "record-skipped"),
        ("contract-gate diff --fail-on ", "breaking"),
        ("contract-gate prove --only record-sk", "record-skipped"),
        ("contract-gate config ", "schema"),
        ("contract-gate list --format ", "markdown"),
        ("contract-gate completions ", "zsh"),
        ("contract-gate man ", "check"),
        ("contract-gate mock ma", "maple"),
    ] {
        let ask = format!("source {}; complete -C '{line}'", path.display());
        let output = Command::new("fish").args(["--no-config", "-c", &ask]).output().expect("it starts");
        let offered = String::from_utf8_lossy(&output.stdout).into_owned();
        let words = offered.lines().filter_map(|line| line.split('\t').next());
        assert!(
            words.clone().any(|word| word == wanted),
            "{line}: {offered}{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

/// Asks for the words behind a line, in an interactive shell of its own: there is no other way.
const ASK_ZSH: &str = r#"
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "PS1=; fpath=($1 \$fpath); autoload -U compinit; compinit -u -D; LISTMAX=100000; COLUMNS=200; print REA''DY"
while zpty -r -m asked line '*READY*'; do break; done
zpty -w -n asked "$2"$'\t\t'
seen=
for turn in {1..100}; do
  while zpty -r -t asked line; do seen+=$line; done
  [[ $seen == *$3* ]] && { print found; exit 0 }
  sleep 0.1
done
print -r -- "$seen"
"#;

#[test]
fn zsh_offers_what_can_follow() {
    let folder = file("_contract-gate", &script("zsh"));
    let folder = folder.parent().expect("a folder");
    if !is_installed("zsh") {
        return;
    }
    for (line, wanted) in [
        ("contract-gate check --prof", "--profile"),
        ("contract-gate check --profile ", "isolation"),
        ("contract-gate check flexpo", "flexportal"),
        ("contract-gate check --only pagi", "paging"),
        ("contract-gate baseline write --profile iso", "isolation"),
        ("contract-gate config sche", "schema"),
    ] {
        let output = Command::new("zsh")
            .args(["-f", "-c", ASK_ZSH, "ask"])
            .arg(folder)
            .args([line, wanted])
            .env("TERM", "dumb")
            .output()
            .expect("it starts");
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.starts_with("found"), "{line}: {told}{}", String::from_utf8_lossy(&output.stderr));
    }
}
