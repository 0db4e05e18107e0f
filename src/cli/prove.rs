//! `contract-gate prove`: the kill matrix on the command line.

use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;
use std::time::Instant;

use clap::Args as ClapArgs;

use super::exit;
use crate::prove::{Kind, Matrix, Row, Scope, prove};

/// Run every check against every fault and every lawful form of the embedded servers
#[derive(ClapArgs, Debug)]
#[command(
    after_help = "Examples:\n  contract-gate prove\n  contract-gate prove maple --only cursor-loops\n  contract-gate prove vendor.yaml --overlay vendor-overlay.yaml\n  contract-gate prove --format markdown > matrix.md"
)]
pub(super) struct Args {
    /// Contracts; by default all shipped ones
    #[arg(value_name = "CONTRACT")]
    contracts: Vec<String>,
    /// OpenAPI Overlay laid over the contract, for a document that may not be edited
    #[arg(long, value_name = "FILE", requires = "contracts")]
    overlay: Option<PathBuf>,
    /// Only this fault or variant; repeatable
    #[arg(long, value_name = "ID")]
    only: Vec<String>,
    /// How: text, markdown, json
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: String,
    /// Seed of the checks
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// A line for each run on standard error
    #[arg(long, short)]
    verbose: bool,
    /// Runs at once; 0 is four more than there are cores
    #[arg(long, value_name = "N", default_value_t = 0)]
    jobs: usize,
}

pub(super) fn run(args: &Args, out: &mut dyn Write) -> Result<u8, String> {
    if !matches!(args.format.as_str(), "text" | "markdown" | "json") {
        return Err(format!("unknown format `{}`; use text, markdown or json", args.format));
    }
    let known: Vec<&str> = crate::mock::faults()
        .iter()
        .map(|fault| fault.id)
        .chain(crate::mock::variants().iter().map(|variant| variant.id))
        .chain(["lawful"])
        .collect();
    if let Some(unknown) = args.only.iter().find(|id| !known.contains(&id.as_str())) {
        let near = crate::suggest::nearest(unknown, known.iter().copied());
        let hint = near.map_or_else(String::new, |near| format!("\n  help: did you mean `{near}`?"));
        return Err(format!("there is no fault and no variant `{unknown}`{hint}"));
    }
    let scope = Scope {
        contracts: args.contracts.clone(),
        overlay: args.overlay.clone(),
        only: args.only.clone(),
        seed: args.seed,
        jobs: args.jobs,
    };
    let started = Instant::now();
    let bar = io::stderr().is_terminal();
    let matrix = prove(&scope, &|row, left| {
        if bar {
            let _ = write!(io::stderr(), "\r\x1b[K{left} left: {} {}", row.contract, row.id);
        } else if args.verbose || !row.right {
            let verdict = row.problem.as_deref().or(row.first.as_deref()).unwrap_or("silent");
            let _ = writeln!(io::stderr(), "{} {}: {verdict} ({:.1} s)", row.contract, row.id, row.took.as_secs_f64());
        }
    })
    .map_err(|error| error.to_string())?;
    if bar {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
    let text = match args.format.as_str() {
        "json" => serde_json::to_string_pretty(&matrix).map_err(|error| error.to_string())? + "\n",
        "markdown" => matrix.markdown(),
        _ => format!("{}\n{}", matrix.table(true), summary(&matrix, started)),
    };
    let _ = out.write_all(text.as_bytes());
    Ok(if matrix.wrong().next().is_some() { exit::VIOLATED } else { exit::CONFORMS })
}

fn summary(matrix: &Matrix, started: Instant) -> String {
    let count = |kinds: &[Kind]| matrix.rows.iter().filter(|row| kinds.contains(&row.kind)).count();
    let idle = matrix.rows.iter().filter(|row| row.not_applicable.is_some()).count();
    // What accuses the lawful server, too, catches nothing.
    let accused = |contract: &str| {
        matrix.rows.iter().any(|row| row.kind == Kind::Lawful && row.contract == contract && !row.right)
    };
    let fault = |row: &&Row| row.kind == Kind::Fault && row.not_applicable.is_none() && !accused(&row.contract);
    let faults = matrix.rows.iter().filter(fault).count();
    let noted = matrix.rows.iter().filter(fault).filter(|row| row.right && row.is_only_noted()).count();
    let caught = matrix.rows.iter().filter(fault).filter(|row| row.right && !row.is_only_noted()).count();
    let silent = matrix.rows.iter().filter(|row| matches!(row.kind, Kind::Lawful | Kind::Variant) && row.right).count();
    let medians: Vec<String> =
        matrix.median_requests().into_iter().map(|(name, requests)| format!("{name} {requests}")).collect();
    let lawful = count(&[Kind::Lawful, Kind::Variant]);
    let told = [
        (faults > 0).then(|| format!("{caught} of {faults} faults caught")),
        (noted > 0).then(|| format!("{noted} only noted")),
        (idle > 0).then(|| format!("{idle} not applicable")),
        (lawful > 0).then(|| format!("{silent} of {lawful} lawful servers left in peace")),
        Some(format!("in {:.1} s", started.elapsed().as_secs_f64())),
    ];
    let mut text = told.into_iter().flatten().collect::<Vec<_>>().join(", ") + "\n";
    if !medians.is_empty() {
        text += &format!("requests per verdict, median: {}\n", medians.join(", "));
    }
    for row in matrix.rows.iter().filter(|row| row.kind == Kind::Lawful && !row.right) {
        text +=
            &format!("{}: the lawful server is accused, so that none of its faults counts as caught\n", row.contract);
    }
    if matrix.rows.iter().any(|row| row.thorough) {
        text += "[with --reads 500]: shows only to who reads that one record; a run with the default of about 20 reads passes\n";
    }
    if matrix.rows.iter().any(|row| row.runs > 1) {
        text += "[in run N]: comes now and then; the runs before did not meet it\n";
    }
    text
}
