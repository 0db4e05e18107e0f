//! The facade of the library: what the flags can, its calls can.

use contract_gate::event::Outcome;
use contract_gate::finding::Level;
use contract_gate::gate::{Checked, Gate, GateError, Trial, Verdict};
use contract_gate::report::Format;
use contract_gate::waiver::{STALE, Waiver};

fn gate() -> Gate {
    Gate::shipped("flexportal").expect("it is shipped").shrink(false).reads(3).max_records(50)
}

fn verdict(checked: &Checked, check: &'static str) -> Verdict {
    checked.verdict(&Trial { operation: "listCustomers".to_owned(), check })
}

#[test]
fn a_gate_selects_and_weighs_as_the_flags_do() {
    let gate = gate().only(["answers"]).skip(["wrong-type"]).level("listCustomers:unknown-enum-value", Level::Allow);
    let checked = gate.check_blocking().expect("it runs");
    assert!(checked.conforms(), "{checked}");
    assert_eq!(verdict(&checked, "wrong-type"), Verdict::Skipped("switched off by --skip wrong-type".to_owned()));
    assert!(matches!(verdict(&checked, "unknown-enum-value"), Verdict::Skipped(why) if why.contains("level allow")));
    assert_eq!(verdict(&checked, "missing-required-field"), Verdict::Passed);
    assert_eq!(Outcome::NAMES.len(), 8);
}

#[test]
fn a_gate_refuses_names_that_are_not_there() {
    let waiver = |check: &str, operation: Option<&str>| Waiver {
        check: check.to_owned(),
        operation: operation.map(str::to_owned),
        reason: "ticket 1".to_owned(),
        ..Waiver::default()
    };
    for (gate, hint) in [
        (gate().only(["pagin"]), "did you mean `paging`?"),
        (gate().skip(["listCustomrs"]), "did you mean `listCustomers`?"),
        (gate().level("wrong-typ", Level::Deny), "did you mean `wrong-type`?"),
        (gate().level("", Level::Deny), "names no check"),
        (gate().waive(waiver("wrong-type", Some("listCustomrs"))), "did you mean `listCustomers`?"),
        (gate().waive(waiver("paging", None)), "is a family"),
    ] {
        let error = gate.check_blocking().expect_err("the name is wrong");
        assert!(matches!(error, GateError::Name(_) | GateError::Scope(_)), "{error}");
        assert!(error.to_string().contains(hint), "{error}");
    }
    let stale = gate().waive(waiver("page-exceeds-size", Some("getCustomer"))).check_blocking().expect("it runs");
    assert!(stale.findings().any(|finding| finding.id == STALE), "{stale}");
}

#[test]
fn the_reports_of_a_gate_explain_their_rules() {
    let checked = gate().only(["answers"]).check_blocking().expect("it runs");
    let sarif: serde_json::Value = serde_json::from_str(&checked.report(Format::Sarif)).expect("JSON");
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().cloned().unwrap_or_default();
    assert!(rules.len() > 50, "{} rules", rules.len());
    for rule in &rules {
        let help = rule["help"]["text"].as_str().unwrap_or_default();
        assert!(help.contains("Why it matters") && !help.contains("## "), "{rule:#}");
    }
}

#[test]
fn a_known_record_is_read_where_no_list_is_open() {
    let gate = gate().known_id("customer", "cust_none").only(["getCustomer"]);
    assert!(format!("{gate:?}").contains("Identity"), "an identity shows nothing of its secrets");
    assert!(gate.trials().iter().any(|trial| trial.operation == "getCustomer"));
}
