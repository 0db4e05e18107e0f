fn main() {
    let args: Vec<String> = std::env::args().collect();
    let read = |a: &str| contract_gate::diff::Workspace::read(&contract_gate::diff::Origin::parse(a));
    let out = match (read(&args[1]), read(&args[2])) {
        (Ok(a), Ok(b)) => contract_gate::diff::compare(&a, &b, &Default::default()),
        (Err(e), _) | (_, Err(e)) => Err(e),
    };
    match out {
        Ok(o) => { for f in &o.findings { println!("{:5} {} {} [{} -> {}] {:?} {:?}", f.level, f.id, f.title, f.expected, f.actual, f.facts.get("direction"), f.operations); }
            println!("{:?} {:?}", o.tally(), o.bump); std::process::exit(i32::from(o.tally().deny > 0)) }
        Err(e) => { eprintln!("{e}"); std::process::exit(2) }
    }
}
