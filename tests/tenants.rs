//! Tenants that count their records each for itself, with the tenant in the path: what is told of them, and what is not.

mod proving;

use std::path::Path;
use std::sync::Arc;

use contract_gate::contract::Contract;
use contract_gate::diff::Workspace;
use contract_gate::gate::Gate;
use contract_gate::lint;
use contract_gate::mock;
use contract_gate::prove::Matrix;
use contract_gate::target::Identity;

const TICKETS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/contracts/tickets.yaml");

fn matrix(only: &[&str]) -> Matrix {
    proving::matrix("tickets", only)
}

#[test]
fn keys_of_both_tenants_accuse_nobody() {
    let matrix = matrix(&["lawful"]);
    let accused: Vec<_> = matrix.wrong().map(|row| row.problem.clone()).collect();
    assert!(accused.is_empty(), "{accused:?}");
}

#[test]
fn doors_are_tried_with_numbers_as_keys() {
    let wanted = [
        ("credential-not-needed-on-get", "works-without-credential"),
        ("credential-not-checked-on-get", "works-with-wrong-credential"),
        ("unknown-tenant-accepted", "works-in-unknown-tenant"),
        ("unknown-tenant-accepted-on-later-pages", "works-in-unknown-tenant"),
        ("foreign-record-readable", "foreign-record-readable"),
        ("tenant-not-enforced-on-get", "foreign-record-readable"),
        ("every-third-record-not-found", "listed-record-unreadable"),
        ("get-changes-key", "wrong-member"),
        ("unknown-parameter-changes-record", "unknown-parameter-mishandled"),
        ("trace-answered", "undocumented-method-accepted"),
    ];
    let matrix = matrix(&wanted.map(|(fault, _)| fault));
    for (fault, check) in wanted {
        let row = matrix.rows.iter().find(|row| row.id == fault).expect("the fault makes sense there");
        assert_eq!(row.first.as_deref(), Some(check), "{fault}: {:?}", row.problem);
    }
}

#[test]
fn lint_knows_the_same_places_as_check() {
    let text = std::fs::read_to_string(TICKETS).expect("the contract is there");
    let found = |text: &str| lint::lint(&Workspace::parse("tickets.yaml", text).expect("a document"));
    assert!(found(&text).is_empty(), "{:?}", found(&text));
    let titles = |text: &str| found(text).into_iter().map(|finding| finding.title).collect::<Vec<_>>();
    let misspelt = titles(&text.replace("{header: Link, rel: next, as: url}", "{header: Lnk, rel: next, as: url}"));
    assert_eq!(misspelt, ["the response header `Lnk` is not declared; did you mean `Link`?"]);
    let contract = Contract::open(TICKETS).expect("is sound");
    let lists = contract.operation("listTickets").and_then(|operation| operation.clause.lists.as_ref());
    let next = lists.and_then(|lists| lists.page.next.as_ref()).expect("it is paged");
    assert!(next.is_url() && next.spot.is_some(), "{next:?}");
}

#[test]
fn a_second_tenant_that_is_not_let_in_is_a_mistake_of_the_set_up() {
    let contract = Arc::new(Contract::open(TICKETS).expect("is sound"));
    let running = mock::start(contract, mock::Options::default()).expect("starts");
    let access = running.access();
    // The tenant of the second one, and the credential of the first: the document's 404.
    let params = access.second_params.iter().map(|(slot, value)| (slot.name().to_owned(), value.clone())).collect();
    let second = Identity { token: Some(access.token.as_str().into()), params, ..Identity::default() };
    let gate = || {
        let gate = Gate::open(Path::new(TICKETS)).expect("is sound").base_url(running.base_url());
        let gate = gate.token(access.token.clone()).second_tenant(second.clone());
        access.params.iter().fold(gate, |gate, (slot, value)| gate.param(slot.name(), value))
    };
    for gate in [gate(), gate().only(["filters"])] {
        let checked = gate.check_blocking().expect("the server is there");
        let aborted = checked.aborted.clone().expect("there is no verdict");
        assert_eq!((aborted.kind.name(), checked.findings().count()), ("misconfigured", 0), "{checked}");
        assert!(aborted.message.contains("the second tenant's credential was answered 404"), "{aborted:?}");
    }
}
