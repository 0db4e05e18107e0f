//! Same seed, same answers: byte-identical reports apart from times, at any concurrency.

use std::io::Write;
use std::sync::{Arc, Mutex};

use contract_gate::contract::Contract;
use contract_gate::engine::{Options, check};
use contract_gate::event::{Event, RunFinished, RunStarted};
use contract_gate::mask::Masker;
use contract_gate::mock::{self, Running};
use contract_gate::report::{self, Fanout, Format, ReportSpec, Sink};
use contract_gate::target::{Limits, Target};

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn reports(running: &Running, contract: &Arc<Contract>, concurrency: usize) -> (String, String) {
    let options = report::Options { fixed_time: Some(0), ..report::Options::default() };
    let mut fanout = Fanout::new(options, Masker::new([]));
    let (json, junit) = (Shared::default(), Shared::default());
    for (format, sink) in [(Format::Json, &json), (Format::Junit, &junit)] {
        fanout.add(&ReportSpec { format, path: None }, Sink::stream(Box::new(sink.clone())));
    }
    fanout.event(&Event::RunStarted(RunStarted::default()));
    let limits = Limits { concurrency, ..Limits::default() };
    let target = Target::embedded(running, limits).expect("a base URL");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut emit = |event: Event| fanout.event(&event);
    runtime.block_on(check(Arc::clone(contract), Arc::new(target), &Options::default(), &mut emit));
    fanout.event(&Event::RunFinished(RunFinished::default()));
    fanout.finish().expect("writes");
    let text = |shared: Shared| String::from_utf8(shared.0.lock().expect("not poisoned").clone()).expect("UTF-8");
    (text(json), text(junit))
}

#[test]
fn concurrency_changes_no_byte_of_a_report() {
    let contract = Arc::new(Contract::shipped("flexportal").expect("is shipped"));
    let fault = mock::faults().iter().find(|fault| fault.id == "record-skipped").copied();
    assert!(fault.is_some(), "the fault is in the catalogue");
    let options = mock::Options { fault, ..mock::Options::default() };
    let running = mock::start(Arc::clone(&contract), options).expect("starts");
    let (json, junit) = reports(&running, &contract, 1);
    assert!(json.contains("record-skipped"), "the fault is in the report");
    let (json_again, junit_again) = reports(&running, &contract, 8);
    assert_eq!(json, json_again);
    assert_eq!(junit, junit_again);
}
