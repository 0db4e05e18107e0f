//! A fixed set of requests that reaches every corner of a contract; what comes back is a transcript to compare.

mod doors;

use contract_gate::contract::semantics::{Lists, Match, Slot, Spot};
use contract_gate::contract::{Location, Operation};
use contract_gate::mock::{Answer, Options};
use serde_json::{Value, json};

use super::{Client, Sent, plain};
use doors::{crossing, doors};

/// What one session saw.
#[derive(Debug, Default)]
pub struct Transcript<'a> {
    pub answers: Vec<(String, Seen)>,
    /// What is expected; the session ends as soon as something else is seen.
    expected: Option<&'a [(String, Seen)]>,
    pub differs: bool,
}

/// An answer as it is compared.
pub type Seen = (u16, Vec<(String, String)>, Vec<u8>, String);

impl Transcript<'_> {
    fn note(&mut self, what: String, answer: &Answer) {
        let wire = format!("{:?}", answer.wire);
        let seen = (what, (answer.status, answer.headers.clone(), answer.body.to_vec(), wire));
        self.differs |= self.expected.is_some_and(|expected| expected.get(self.answers.len()) != Some(&seen));
        self.answers.push(seen);
    }
}

/// Whether a session sees anything else than expected.
pub fn differs(client: &mut Client, expected: &[(String, Seen)]) -> bool {
    let transcript = run(client, Some(expected));
    transcript.differs || transcript.answers.len() != expected.len()
}

/// Runs the session of both tenants.
pub fn run<'a>(client: &mut Client, expected: Option<&'a [(String, Seen)]>) -> Transcript<'a> {
    let mut transcript = Transcript { expected, ..Transcript::default() };
    for second in [false, true] {
        client.second = second;
        let operations: Vec<Operation> = client.contract.operations.clone();
        // What is cheap and tells much comes first.
        for operation in &operations {
            doors(client, operation, &mut transcript);
        }
        for operation in operations.iter().filter(|operation| operation.clause.reads.is_some()) {
            read(client, operation, &mut transcript);
        }
        for operation in &operations {
            if let Some(lists) = &operation.clause.lists {
                list(client, operation, lists, &mut transcript);
            }
        }
    }
    client.second = false;
    transcript
}

fn list(client: &Client, operation: &Operation, lists: &Lists, transcript: &mut Transcript<'_>) {
    let records = pages(client, operation, &Vec::new(), transcript);
    if let Some(size) = &lists.page.size {
        let most = size.max.unwrap_or(100);
        // A small size, and one that leaves a single record for the last page.
        let all = records.len() as u64;
        let lone = (2..=most).rev().find(|size| all % size == 1 && *size < all);
        for records in [6, 10, most].into_iter().chain(lone) {
            pages(client, operation, &vec![(size.slot.clone(), json!(records))], transcript);
        }
        for bad in [json!(0), json!(-1), json!(most + 1), json!("many"), json!("10abc"), json!(1.5)] {
            ask(client, operation, &vec![(size.slot.clone(), bad)], transcript);
        }
    }
    let conditions = filtered(client, operation, lists, &records, transcript);
    foreign(client, operation, lists, transcript);
    if let (Some(size), Some(condition)) = (&lists.page.size, conditions.first()) {
        let most = (size.slot.clone(), json!(size.max.unwrap_or(100)));
        pages(client, operation, &[condition.clone(), vec![most]].concat(), transcript);
    }
    for pair in conditions.windows(2) {
        pages(client, operation, &[pair[0].clone(), pair[1].clone()].concat(), transcript);
    }
    sorted(client, operation, lists, transcript);
    sorted_and_filtered(client, operation, lists, &conditions, transcript);
    for expand in &operation.clause.expands {
        let expanded = (expand.slot.clone(), expand.value.clone());
        pages(client, operation, &vec![expanded.clone()], transcript);
        for condition in conditions.iter().take(2) {
            pages(client, operation, &[condition.clone(), vec![expanded.clone()]].concat(), transcript);
        }
    }
    if let Some(slot) = lists.page.next.as_ref().and_then(|next| next.slot.clone()) {
        ask(client, operation, &vec![(slot, json!("made-up"))], transcript);
    }
    if let Some(offset) = &lists.page.offset {
        ask(client, operation, &vec![(offset.slot.clone(), json!(-1))], transcript);
        ask(client, operation, &vec![(offset.slot.clone(), json!(records.len() + 500))], transcript);
    }
    ask(client, operation, &vec![(Slot::Query("unheard_of".to_owned()), json!("x"))], transcript);
}

/// Every filter with every value that it may mean; one condition of each that shows something.
fn filtered(
    client: &Client,
    operation: &Operation,
    lists: &Lists,
    records: &[Value],
    transcript: &mut Transcript<'_>,
) -> Vec<Sent> {
    let mut conditions: Vec<Sent> = Vec::new();
    for filter in lists.filters.values() {
        for value in values(filter.field.as_deref(), records) {
            let text = plain(&value);
            let shorter: String = text.chars().take(3).collect();
            let forms = match filter.matching {
                _ if filter.template.is_some() => continue,
                Match::AnyOf => match shown_values(filter.field.as_deref(), records).as_slice() {
                    [first, .., last] if first != last => vec![json!([first, last]), json!([first])],
                    _ => vec![json!([value])],
                },
                _ if value.is_string() => {
                    let patterned =
                        |at: (usize, char)| format!("{}_{}", &text[..at.0], &text[at.0 + at.1.len_utf8()..]);
                    let pattern = text.char_indices().nth(1).map(patterned).unwrap_or_default();
                    vec![value.clone(), json!(shorter), json!(text.to_uppercase()), json!("mystery"), json!(pattern)]
                }
                _ => vec![value.clone()],
            };
            conditions.push(vec![(filter.slot.clone(), forms[0].clone())]);
            for form in forms {
                pages(client, operation, &vec![(filter.slot.clone(), form)], transcript);
            }
        }
        for value in filter.values.iter().chain(enumerated(operation, client, &filter.slot).iter()) {
            let shown = pages(client, operation, &vec![(filter.slot.clone(), value.clone())], transcript);
            hidden(client, operation, lists, (records, &shown), transcript);
        }
    }
    conditions
}

fn sorted(client: &Client, operation: &Operation, lists: &Lists, transcript: &mut Transcript<'_>) {
    if let Some(sort) = &lists.sort {
        let by = sort.by.as_ref().expect("a parameter");
        for word in sort.fields.keys().chain(sort.values.keys()) {
            let base: Sent = vec![(by.slot.clone(), json!(word))];
            pages(client, operation, &base, transcript);
            if let Some(direction) = &sort.direction {
                let slot = direction.slot.clone().expect("a slot");
                let up = vec![base[0].clone(), (slot, direction.ascending.clone())];
                pages(client, operation, &up, transcript);
            }
        }
    }
}

/// A record that a filter shows and the whole list does not, by its key.
fn hidden(
    client: &Client,
    operation: &Operation,
    lists: &Lists,
    (listed, shown): (&[Value], &[Value]),
    transcript: &mut Transcript<'_>,
) {
    let resource = client.contract.resource(&lists.resource).expect("is declared");
    let key = |record: &Value| record.pointer(&resource.key).cloned();
    let Some(found) =
        shown.iter().filter_map(key).find(|one| !listed.iter().any(|record| key(record).as_ref() == Some(one)))
    else {
        return;
    };
    for filter in lists.filters.values().filter(|filter| filter.field.as_ref() == Some(&resource.key)) {
        let sent = if filter.matching == Match::AnyOf { json!([found]) } else { found.clone() };
        pages(client, operation, &vec![(filter.slot.clone(), sent)], transcript);
    }
}

/// The other tenant's records, by exact filters on their keys.
fn foreign(client: &Client, operation: &Operation, lists: &Lists, transcript: &mut Transcript<'_>) {
    let mut other = Client::new(&client.contract, &Options { population: Some(130), ..Options::default() });
    other.second = !client.second;
    let theirs = pages(&other, operation, &Vec::new(), &mut Transcript::default());
    for filter in lists.filters.values().filter(|filter| filter.template.is_none()) {
        let Some(field) = filter.field.as_deref() else { continue };
        let of_reader = client.contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
        if !of_reader.flat_map(|reads| &reads.by).any(|by| by.key == field) {
            continue;
        }
        let shown = theirs.iter().filter_map(|record| record.pointer(field)).filter(|value| !value.is_null());
        for value in shown.take(3) {
            let sent = if filter.matching == Match::AnyOf { json!([value]) } else { value.clone() };
            pages(client, operation, &vec![(filter.slot.clone(), sent)], transcript);
        }
    }
}

/// An unknown order, and every order under the first filter.
fn sorted_and_filtered(
    client: &Client,
    operation: &Operation,
    lists: &Lists,
    conditions: &[Sent],
    transcript: &mut Transcript<'_>,
) {
    let Some(by) = lists.sort.as_ref().and_then(|sort| sort.by.as_ref()) else { return };
    ask(client, operation, &vec![(by.slot.clone(), json!("mystery"))], transcript);
    let words = lists.sort.iter().flat_map(|sort| sort.fields.keys().chain(sort.values.keys()));
    for word in words {
        for condition in conditions.iter().take(2) {
            pages(client, operation, &[condition.clone(), vec![(by.slot.clone(), json!(word))]].concat(), transcript);
        }
    }
}

/// Distinct values of a field that records show.
fn shown_values(field: Option<&str>, records: &[Value]) -> Vec<Value> {
    let Some(field) = field else { return Vec::new() };
    let mut found: Vec<Value> = Vec::new();
    for value in records.iter().filter_map(|record| record.pointer(field)).filter(|value| !value.is_null()) {
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    found
}

/// One value of a field that records show; the one with capitals if there is one.
fn values(field: Option<&str>, records: &[Value]) -> Vec<Value> {
    let Some(field) = field else { return Vec::new() };
    let shown = || records.iter().filter_map(|record| record.pointer(field)).filter(|v| !v.is_null() && !v.is_object());
    let plus = shown().find(|value| value.as_str().is_some_and(|text| text.contains('+')));
    let letters = shown().find(|value| value.as_str().is_some_and(|text| !text.is_ascii()));
    let capital = shown().find(|value| value.as_str().is_some_and(|text| text.chars().any(char::is_uppercase)));
    let mut found: Vec<Value> = plus.into_iter().chain(letters).chain(capital).chain(shown().next()).cloned().collect();
    found.dedup();
    found
}

fn enumerated(operation: &Operation, client: &Client, slot: &Slot) -> Vec<Value> {
    if let Some(parameter) = operation.parameter(slot) {
        return parameter.options().to_vec();
    }
    let (Slot::Body(pointer), Some(body)) = (slot, &operation.body) else { return Vec::new() };
    let mut at = client.contract.resolve(&body.schema).0;
    for segment in pointer.split('/').skip(1) {
        at = client.contract.resolve(&format!("{at}/properties/{segment}")).0;
    }
    let schema = client.contract.resolve(&at).1;
    schema.get("enum").and_then(Value::as_array).cloned().unwrap_or_default()
}

fn ask(client: &Client, operation: &Operation, sent: &Sent, transcript: &mut Transcript<'_>) -> Answer {
    if transcript.differs {
        return Answer::default();
    }
    let answer = client.ask(operation, sent);
    transcript.note(format!("{} {sent:?}", operation.id), &answer);
    answer
}

/// Up to 30 pages; every token is sent twice.
fn pages(client: &Client, operation: &Operation, sent: &Sent, transcript: &mut Transcript<'_>) -> Vec<Value> {
    let lists = operation.clause.lists.as_ref().expect("a list");
    let mut records = Vec::new();
    let mut more: Sent = Vec::new();
    for page in 0..30 {
        let all = [sent.clone(), more.clone()].concat();
        let answer = ask(client, operation, &all, transcript);
        if page == 1 {
            ask(client, operation, &all, transcript);
        }
        let Ok(body) = serde_json::from_slice::<Value>(&answer.body) else { return records };
        let Some(items) = body.pointer(&lists.items).and_then(Value::as_array) else { return records };
        records.extend(items.iter().cloned());
        if let Some(next) = &lists.page.next {
            let Some(Spot::Pointer(spot)) = &next.spot else { return records };
            match body.pointer(spot).and_then(Value::as_str) {
                Some(token) => more = vec![(next.slot.clone().expect("a slot"), json!(token))],
                None => return records,
            }
        } else if let Some(offset) = &lists.page.offset
            && !items.is_empty()
        {
            more = vec![(offset.slot.clone(), json!(records.len()))];
        } else {
            return records;
        }
    }
    records
}

fn read(client: &Client, operation: &Operation, transcript: &mut Transcript<'_>) {
    let reads = operation.clause.reads.as_ref().expect("a reader");
    let list = client.contract.operations.iter().find(|operation| operation.clause.lists.is_some());
    let records = list.map(|list| pages(client, list, &Vec::new(), transcript)).unwrap_or_default();
    let late = records.len() * 3 / 4;
    let awkward = |record: &&Value| record.to_string().contains('ä');
    for by in &reads.by {
        let chosen = records.iter().take(2).chain(records.iter().find(awkward)).chain(records.iter().skip(late));
        for record in chosen {
            let Some(key) = record.pointer(&by.key).filter(|key| !key.is_null()) else { continue };
            ask(client, operation, &vec![(by.slot.clone(), key.clone())], transcript);
            ask(client, operation, &vec![(by.slot.clone(), key.clone())], transcript);
        }
        for expand in &operation.clause.expands {
            for record in records.iter().take(20) {
                let Some(key) = record.pointer(&by.key) else { continue };
                let sent = vec![(by.slot.clone(), key.clone()), (expand.slot.clone(), expand.value.clone())];
                ask(client, operation, &sent, transcript);
            }
        }
        let mut more: Vec<Slot> = vec![Slot::Query("unheard_of".to_owned())];
        let optional = operation.parameters.iter().filter(|p| p.location == Location::Header && !p.required);
        more.extend(optional.map(|parameter| Slot::Header(parameter.name.clone())));
        for (record, slot) in records.iter().take(2).flat_map(|record| more.iter().map(move |slot| (record, slot))) {
            let Some(key) = record.pointer(&by.key).filter(|key| !key.is_null()) else { continue };
            ask(client, operation, &vec![(by.slot.clone(), key.clone()), (slot.clone(), json!("odd"))], transcript);
        }
        let long = "x".repeat(300);
        for expand in &operation.clause.expands {
            let key = records.first().and_then(|record| record.pointer(&by.key)).cloned().unwrap_or_default();
            let sent = vec![(by.slot.clone(), key), (expand.slot.clone(), json!("mystery"))];
            ask(client, operation, &sent, transcript);
        }
        let twice = records.first().and_then(|record| record.pointer(&by.key)).map(plain).unwrap_or_default();
        let cut: String = twice.chars().take(twice.chars().count().saturating_sub(1)).collect();
        let flip = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
        let flipped: String = twice.chars().map(flip).collect();
        let readers = client.contract.operations.iter().filter_map(|operation| operation.clause.reads.as_ref());
        let kinds: Vec<Value> = readers
            .flat_map(|reads| &reads.by)
            .filter_map(|by| records.first()?.pointer(&by.key))
            .filter(|key| !key.is_null())
            .cloned()
            .collect();
        for key in kinds.into_iter().chain([json!(flipped)]) {
            ask(client, operation, &vec![(by.slot.clone(), key)], transcript);
        }
        let twice: String = twice.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for strange in ["no-such-record", "'; DROP TABLE x; --", long.as_str(), twice.as_str(), cut.as_str(), "no+such"]
        {
            ask(client, operation, &vec![(by.slot.clone(), json!(strange))], transcript);
        }
        let keys = if client.second { &client.server.access().known_keys } else { &client.server.access().second_keys };
        for foreign in keys.get(&reads.resource).into_iter().flatten() {
            ask(client, operation, &vec![(by.slot.clone(), json!(foreign))], transcript);
            crossing(client, operation, &vec![(by.slot.clone(), json!(foreign))], transcript);
        }
    }
}
