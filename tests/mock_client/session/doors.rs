//! What is refused at the door: credentials, tenants, methods, paths.

use contract_gate::contract::semantics::{Slot, Spot};
use contract_gate::contract::{Location, Operation};
use serde_json::{Value, json};

use super::{Client, Sent, Transcript, plain};

/// The own credential at the other tenant's door.
pub(super) fn crossing(client: &Client, operation: &Operation, sent: &Sent, transcript: &mut Transcript<'_>) {
    let access = client.server.access();
    let theirs = if client.second { &access.params } else { &access.second_params };
    let mut all = [client.access(operation), sent.clone()].concat();
    for (slot, value) in &mut all {
        if let Some((_, other)) = theirs.iter().find(|(known, _)| known == slot) {
            *value = json!(other);
        }
    }
    if !transcript.differs {
        let answer = client.server.answer(&client.request(operation, &all));
        transcript.note(format!("{} across {sent:?}", operation.id), &answer);
    }
}

pub(super) fn doors(client: &Client, operation: &Operation, transcript: &mut Transcript<'_>) {
    let key: Sent = match &operation.clause.reads {
        Some(reads) => {
            let access = client.server.access();
            let keys = if client.second { &access.second_keys } else { &access.known_keys };
            let key = keys.get(&reads.resource).and_then(|keys| keys.first());
            vec![(reads.by[0].slot.clone(), json!(key.map_or("none", String::as_str)))]
        }
        None => Vec::new(),
    };
    let access = client.access(operation);
    for (index, (slot, _)) in access.iter().enumerate() {
        if matches!(slot, Slot::Path(_)) {
            continue;
        }
        let mut less = [access.clone(), key.clone()].concat();
        less.remove(index);
        let answer = client.server.answer(&client.request(operation, &less));
        transcript.note(format!("{} without {slot:?}", operation.id), &answer);
        let mut wrong = [access.clone(), key.clone()].concat();
        wrong[index].1 = json!("Bearer wrong");
        let answer = client.server.answer(&client.request(operation, &wrong));
        transcript.note(format!("{} with wrong {slot:?}", operation.id), &answer);
        if client.second {
            continue;
        }
        // The first half of what would be right.
        let text = plain(&access[index].1);
        let end = text.chars().rev().take_while(char::is_ascii_graphic).count() / 2;
        wrong[index].1 = json!(format!("{}{}", &text[..text.len() - end], "0".repeat(end)));
        let answer = client.server.answer(&client.request(operation, &wrong));
        transcript.note(format!("{} with half of {slot:?}", operation.id), &answer);
    }
    for parameter in operation.parameters.iter().filter(|p| p.location == Location::Header && !p.required) {
        let mut more = [access.clone(), key.clone()].concat();
        more.push((Slot::Header(parameter.name.clone()), json!("odd")));
        let answer = client.server.answer(&client.request(operation, &more));
        transcript.note(format!("{} with {}", operation.id, parameter.name), &answer);
    }
    later_doors(client, operation, &access, transcript);
    if let Some((slot, _)) = client.server.access().params.first() {
        let mut strange = [access.clone(), key.clone()].concat();
        strange.iter_mut().filter(|(known, _)| known == slot).for_each(|(_, value)| *value = json!("cmp_nobody"));
        let answer = client.server.answer(&client.request(operation, &strange));
        transcript.note(format!("{} of nobody", operation.id), &answer);
    }
    if transcript.differs {
        return;
    }
    let mut request = client.request(operation, &[access, key].concat());
    for method in ["DELETE", "TRACE"] {
        request.method = method.to_owned();
        transcript.note(format!("{method} {}", operation.id), &client.server.answer(&request));
    }
}

/// The doors again, on the second page of a list; and the list of the other tenant.
fn later_doors(client: &Client, operation: &Operation, access: &Sent, transcript: &mut Transcript<'_>) {
    let Some(lists) = &operation.clause.lists else { return };
    crossing(client, operation, &Vec::new(), transcript);
    let answer = client.server.answer(&client.request(operation, access));
    transcript.note(format!("first page of {}", operation.id), &answer);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = |spot: &Spot| body.pointer(spot.pointer()?).filter(|token| token.is_string()).cloned();
    let next = lists.page.next.as_ref();
    let by_token = next.and_then(|next| Some((next.slot.clone()?, token(next.spot.as_ref()?)?)));
    let by_offset = lists.page.offset.as_ref().map(|offset| (offset.slot.clone(), json!(10)));
    let Some(place) = by_token.or(by_offset) else { return };
    for (index, (slot, _)) in access.iter().enumerate() {
        let mut wrong = [access.clone(), vec![place.clone()]].concat();
        wrong[index].1 = if matches!(slot, Slot::Path(_)) { json!("cmp_nobody") } else { json!("Bearer wrong") };
        let answer = client.server.answer(&client.request(operation, &wrong));
        transcript.note(format!("later page of {} with wrong {slot:?}", operation.id), &answer);
        if !matches!(slot, Slot::Path(_)) {
            wrong.remove(index);
            let answer = client.server.answer(&client.request(operation, &wrong));
            transcript.note(format!("later page of {} without {slot:?}", operation.id), &answer);
        }
    }
}
