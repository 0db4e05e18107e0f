//! `contract-gate mock`: serves a contract from the embedded server until Ctrl-C.

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args as ClapArgs;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::exit;
use crate::contract::semantics::Slot;
use crate::contract::{Contract, Operation};
use crate::mock::{self, Fault, Options, Running, Variant};
use crate::prove::THOROUGH_READS;
use crate::shell::quoted;
use crate::suggest::nearest;
use crate::target::minimal_body;

/// Serve a contract from the embedded server, lawful or with one fault
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate mock flexportal\n  contract-gate mock flexportal --fault record-skipped\n  contract-gate mock openapi.yaml --listen 127.0.0.1:8080 --population 5000\n  contract-gate mock maple --list-faults"
)]
pub(super) struct Args {
    /// A shipped contract, or an OpenAPI file
    #[arg(value_name = "CONTRACT", required_unless_present_any = ["list_faults", "list_variants"])]
    contract: Option<String>,
    /// OpenAPI Overlay with what the document lacks
    #[arg(long, value_name = "FILE")]
    overlay: Option<PathBuf>,
    /// Where to listen; port 0 lets the system choose
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", value_parser = address)]
    listen: SocketAddr,
    /// Spoil the server by one fault
    #[arg(long, value_name = "ID")]
    fault: Option<String>,
    /// Serve in a lawful but odd form
    #[arg(long, value_name = "ID")]
    variant: Option<String>,
    /// Seed of the records
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Records of the first tenant; by default as the document says
    #[arg(long, value_name = "N")]
    population: Option<usize>,
    /// List the faults, those of CONTRACT if one is given
    #[arg(long)]
    list_faults: bool,
    /// List the variants, those of CONTRACT if one is given
    #[arg(long)]
    list_variants: bool,
}

/// An address to listen on.
fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is no address; write host and port as numbers: 127.0.0.1:8080"))
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<u8, String> {
    let contract = match &args.contract {
        Some(name) => {
            Some(Arc::new(Contract::open_with(name, args.overlay.as_deref()).map_err(|error| error.to_string())?))
        }
        None => None,
    };
    if args.list_faults || args.list_variants {
        let text = list(args, contract.as_deref());
        let _ = out.write_all(text.as_bytes());
        return Ok(exit::CONFORMS);
    }
    let Some(contract) = contract else { return Err("name a contract".to_owned()) };
    for warning in super::soundness::warnings(&contract) {
        super::safe::note(&format!("warning: {warning}"));
    }
    let options = Options {
        seed: args.seed,
        population: args.population,
        fault: chosen_fault(args.fault.as_deref(), &contract)?,
        variant: chosen_variant(args.variant.as_deref(), &contract)?,
        listen: args.listen,
    };
    let running = mock::start(Arc::clone(&contract), options.clone()).map_err(|error| error.to_string())?;
    let _ = out.write_all(greeting(&contract, &options, &running).as_bytes());
    let _ = out.flush();
    wait()?;
    running.stop();
    Ok(exit::CONFORMS)
}

/// Waits for Ctrl-C.
fn wait() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(tokio::signal::ctrl_c()).map_err(|error| error.to_string())
}

fn unknown<'a>(what: &str, id: &str, known: impl Iterator<Item = &'a str>) -> String {
    match nearest(id, known) {
        Some(near) => format!("there is no {what} `{id}`\n  help: did you mean `{near}`?"),
        None => format!("there is no {what} `{id}`\n  help: `contract-gate mock --list-{what}s` shows all"),
    }
}

fn elsewhere(what: &str, id: &str, contract: &Contract) -> String {
    let name = &contract.name;
    format!(
        "the {what} `{id}` makes no sense on {name}\n  help: `contract-gate mock {name} --list-{what}s` shows those that do"
    )
}

fn chosen_fault(id: Option<&str>, contract: &Contract) -> Result<Option<&'static Fault>, String> {
    let Some(id) = id else { return Ok(None) };
    let fault = Fault::find(id).ok_or_else(|| unknown("fault", id, mock::faults().iter().map(|fault| fault.id)))?;
    if fault.applies(contract) { Ok(Some(fault)) } else { Err(elsewhere("fault", id, contract)) }
}

fn chosen_variant(id: Option<&str>, contract: &Contract) -> Result<Option<&'static Variant>, String> {
    let Some(id) = id else { return Ok(None) };
    let known = || mock::variants().iter().map(|variant| variant.id);
    let variant = Variant::find(id).ok_or_else(|| unknown("variant", id, known()))?;
    if variant.applies(contract) { Ok(Some(variant)) } else { Err(elsewhere("variant", id, contract)) }
}

fn list(args: &Args, contract: Option<&Contract>) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    if args.list_faults {
        let fits = mock::faults().iter().filter(|fault| contract.is_none_or(|contract| fault.applies(contract)));
        rows.extend(fits.map(|fault| {
            let seen = match (fault.thorough, fault.tolerated) {
                (true, _) => format!(" [seen with --reads {THOROUGH_READS}]"),
                (_, true) => " [tolerated: a note at most]".to_owned(),
                _ => String::new(),
            };
            (fault.id, format!("{}{seen}", fault.summary))
        }));
    }
    if args.list_variants {
        let fits = mock::variants().iter().filter(|variant| contract.is_none_or(|contract| variant.applies(contract)));
        rows.extend(fits.map(|variant| (variant.id, variant.summary.to_owned())));
    }
    let wide = rows.iter().map(|(id, _)| id.len()).max().unwrap_or(0);
    rows.iter().map(|(id, summary)| format!("{id:wide$}  {summary}\n")).collect()
}

/// What a user needs to know: where it is, how to ask it, what is odd about it.
fn greeting(contract: &Contract, options: &Options, running: &Running) -> String {
    let mut text = format!("{} at {}\n", contract.title, running.base_url());
    if let Some(fault) = options.fault {
        text += &format!("fault `{}`: {}\n", fault.id, fault.summary);
        let reads = if fault.thorough { format!(" --reads {THOROUGH_READS}") } else { String::new() };
        let run = format!("contract-gate check {} --fault {}{reads}", contract.name, fault.id);
        text += &format!("`{run}` shows what it is reported as\n");
    }
    if let Some(variant) = options.variant {
        text += &format!("variant `{}`: {}\n", variant.id, variant.summary);
    }
    for operation in contract.operations.iter().filter(|operation| operation.clause.lists.is_some()) {
        text += &format!("\n{}\n", curl(contract, operation, running));
    }
    let access = running.access();
    text += &format!("\nfor the curl lines of a report: export TOKEN={}", access.token);
    if access.tenants.len() > 1 {
        text += &format!(" SECOND_TOKEN={}", access.second_token);
    }
    text += "\nCtrl-C stops it\n";
    text
}

const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A curl line that works.
fn curl(contract: &Contract, operation: &Operation, running: &Running) -> String {
    let access = running.access();
    let encode = |value: &str| utf8_percent_encode(value, IN_PATH).to_string();
    let mut slots = access.credentials(contract, operation, false);
    slots.extend(access.params.iter().filter(|(slot, _)| operation.parameter(slot).is_some()).cloned());
    let mut path = operation.path.clone();
    let mut query = Vec::new();
    let mut line = "curl".to_owned();
    if operation.method != "GET" {
        line += &format!(" -X {}", operation.method);
    }
    for (slot, value) in &slots {
        match slot {
            Slot::Path(name) => path = path.replace(&format!("{{{name}}}"), &encode(value)),
            Slot::Query(name) => query.push(format!("{}={}", encode(name), encode(value))),
            Slot::Header(name) => line += &format!(" -H {}", quoted(&format!("{name}: {value}"))),
            Slot::Body(_) => {}
        }
    }
    if let Some(body) = minimal_body(contract, operation) {
        line += &format!(" -H 'Content-Type: application/json' -d {}", quoted(&body.to_string()));
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    format!("{line} {}", quoted(&format!("{}{path}{query}", running.base_url())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_fault_is_suggested() {
        let contract = Contract::shipped("flexportal").expect("is shipped");
        let error = chosen_fault(Some("record-skiped"), &contract).expect_err("unknown");
        assert!(error.contains("did you mean `record-skipped"), "{error}");
        let error = chosen_fault(Some("total-off-by-one"), &contract).expect_err("no total there");
        assert!(error.contains("makes no sense on flexportal"), "{error}");
    }

    #[test]
    fn every_list_has_a_curl_line() {
        for name in Contract::SHIPPED {
            let contract = Arc::new(Contract::shipped(name).expect("is shipped"));
            let options = Options { fault: Fault::find("record-skipped"), ..Options::default() };
            let running = mock::start(Arc::clone(&contract), options.clone()).expect("starts");
            let text = greeting(&contract, &options, &running);
            assert!(text.contains("curl ") && text.contains(running.base_url()) && text.contains("--fault"), "{text}");
            running.stop();
        }
    }
}
