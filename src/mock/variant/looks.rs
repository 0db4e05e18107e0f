//! How answers look on the wire.

use serde_json::{Map, Value};

use super::catalogue;
use super::choices::any;
use crate::contract::semantics::{Gone, Refusal, Spot};
use crate::contract::{Contract, Operation};
use crate::mock::blueprint::is_required;
use crate::mock::exchange::{Answer, Incoming, Inputs, Wire, set_at, take_at, with_points};
use crate::mock::fault::errors::refuse;
use crate::mock::hook::{Hook, Scene};

catalogue! {
    /// Bodies come in chunks, without a length.
    "chunked": any, @Always Hook::Exchange(chunked);
    /// Every answer closes the connection.
    "connection-close": any, @Always Hook::Exchange(close);
    /// Bodies are compressed if the client accepts that.
    "gzip-if-accepted": any, @Always Hook::Exchange(gzip);
    /// Members of objects come in another order.
    "keys-reordered": any, @Always Hook::Body(reorder);
    /// Members of objects come in an order that changes from answer to answer.
    "keys-shuffled": any, @Always Hook::Body(shuffle);
    /// Whole numbers are written with a fraction of zero.
    "whole-numbers-with-point": any, @Always Hook::Body(points);
    /// At the end of a walk the token is left out instead of null.
    "token-absent-at-end": bare_end, @Lists Hook::Body(leave_out_token);
    /// At the end of a walk the token is empty instead of null.
    "token-empty-at-end": bare_end, @Lists Hook::Body(empty_token);
    /// The JSON is indented.
    "pretty-printed": any, @Always Hook::Success(pretty);
    /// Letters outside ASCII are escaped.
    "escaped-letters": any, @Always Hook::Success(escaped);
    /// A line end follows the JSON.
    "trailing-newline": any, @Always Hook::Exchange(newline);
    /// Records that may be gone are listed and cannot be read.
    "gone-records": has_gone, @Reads Hook::Exchange(forget_gone);
    /// The media type has a parameter and capitals.
    "media-type-with-charset": any, @Always Hook::Exchange(charset);
    /// Answers have headers that nobody documents.
    "extra-headers": any, @Always Hook::Exchange(extra_headers);
    /// Every answer takes five milliseconds.
    "latency": any, @Always Hook::Exchange(latency);
    /// Every twentieth answer takes half a second.
    "slow-now-and-then": any, @Twentieth Hook::Success(slow);
}

fn chunked(_: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    answer.wire = Wire::Chunked;
}

fn close(_: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    answer.set_header("connection", "close");
}

fn gzip(_: &Scene<'_>, incoming: &Incoming, _: &Inputs, answer: &mut Answer) {
    let accepted = incoming
        .headers
        .get_all("accept-encoding")
        .iter()
        .any(|value| value.to_str().is_ok_and(|text| text.split(',').any(|word| word.trim().starts_with("gzip"))));
    if accepted {
        answer.body = crate::mock::gzip::pack(&answer.body).into();
        answer.set_header("content-encoding", "gzip");
        answer.set_header("vary", "accept-encoding");
    }
}

/// Members of an object, in order.
type Entries = Vec<(String, Value)>;

/// Puts the members of every object into another order.
fn order(value: &mut Value, change: &dyn Fn(&mut Entries)) {
    match value {
        Value::Object(members) => {
            let mut entries: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
            entries.iter_mut().for_each(|(_, member)| order(member, change));
            change(&mut entries);
            *members = entries.into_iter().collect::<Map<_, _>>();
        }
        Value::Array(items) => items.iter_mut().for_each(|item| order(item, change)),
        _ => {}
    }
}

fn reorder(_: &Scene<'_>, body: &mut Value) {
    order(body, &|entries| entries.reverse());
}

fn shuffle(scene: &Scene<'_>, body: &mut Value) {
    order(body, &|entries| {
        let by = usize::try_from(scene.nth).unwrap_or(0) % entries.len().max(1);
        entries.rotate_left(by);
    });
}

fn points(scene: &Scene<'_>, body: &mut Value) {
    let spot = match scene.lists().and_then(|lists| lists.page.next.as_ref()?.spot.as_ref()) {
        Some(Spot::Pointer(spot)) => spot.as_str(),
        _ => "",
    };
    // A token is sent back as it came: written otherwise, it is another one.
    let token = body.pointer(spot).filter(|_| !spot.is_empty()).cloned();
    with_points(body);
    if let Some(token) = token {
        set_at(body, spot, token);
    }
}

fn pretty(_: &Scene<'_>, answer: &mut Answer) {
    if let Ok(body) = serde_json::from_slice::<Value>(&answer.body) {
        answer.body = serde_json::to_vec_pretty(&body).unwrap_or_default().into();
    }
}

fn escaped(_: &Scene<'_>, answer: &mut Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    let mut ascii = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_ascii() {
            ascii.push(letter);
            continue;
        }
        let mut units = [0u16; 2];
        for unit in letter.encode_utf16(&mut units) {
            ascii.push_str(&format!("\\u{unit:04x}"));
        }
    }
    answer.body = ascii.into();
}

fn newline(_: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    let mut bytes = answer.body.to_vec();
    if !bytes.is_empty() {
        bytes.extend(b"\r\n");
    }
    answer.body = bytes.into();
}

fn charset(_: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    let known = answer.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.clone());
    if let Some(media) = known.filter(|media| media.contains("json")) {
        answer
            .set_header("content-type", &format!("{}; charset=UTF-8", media.replacen("application", "Application", 1)));
    }
}

fn extra_headers(scene: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    answer.set_header("x-request-id", &format!("01J{:023}", scene.nth));
    answer.set_header("cache-control", "private, no-store");
    answer.set_header("server-timing", "db;dur=2.1, app;dur=0.4");
    answer.set_header("set-cookie", "session=odd; Path=/; HttpOnly");
    answer.set_header("x-content-type-options", "nosniff");
}

fn latency(_: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    answer.wire = Wire::Late(5);
}

fn slow(_: &Scene<'_>, answer: &mut Answer) {
    answer.wire = Wire::Late(500);
}

/// Whether a token that is no token alone ends a walk, and may be left out.
fn bare_end(contract: &Contract) -> bool {
    contract.operations.iter().any(|operation| {
        let Some(lists) = &operation.clause.lists else { return false };
        let next = lists.page.next.as_ref().filter(|next| next.slot.is_some() && !next.is_url());
        let Some(Spot::Pointer(spot)) = next.and_then(|next| next.spot.as_ref()) else { return false };
        lists.page.more.is_none() && !is_required(contract, operation, spot)
    })
}

fn no_token<'a>(scene: &'a Scene<'_>, body: &Value) -> Option<&'a str> {
    let Some(Spot::Pointer(spot)) = scene.lists()?.page.next.as_ref()?.spot.as_ref() else { return None };
    body.pointer(spot).is_some_and(Value::is_null).then_some(spot.as_str())
}

fn has_gone(contract: &Contract) -> bool {
    contract.operations.iter().any(|operation| gone(operation).is_some())
}

fn gone(operation: &Operation) -> Option<&Gone> {
    operation.clause.reads.as_ref()?.gone.as_ref()
}

fn forget_gone(scene: &Scene<'_>, _: &Incoming, _: &Inputs, answer: &mut Answer) {
    let Some(gone) = gone(scene.operation).filter(|_| answer.status == 200) else { return };
    let read = serde_json::from_slice::<Value>(&answer.body).unwrap_or_default();
    let record = scene.operation.clause.reads.as_ref().map(|reads| reads.record(&read));
    if record.is_some_and(|record| gone.covers(record)) {
        refuse(scene, answer, scene.contract.root.refusals.not_found.as_ref().map_or(404, first_status));
    }
}

fn first_status(refusal: &Refusal) -> u16 {
    refusal.statuses.first().copied().unwrap_or(404)
}

fn leave_out_token(scene: &Scene<'_>, body: &mut Value) {
    if let Some(spot) = no_token(scene, body) {
        take_at(body, spot);
    }
}

fn empty_token(scene: &Scene<'_>, body: &mut Value) {
    if let Some(spot) = no_token(scene, body) {
        set_at(body, spot, Value::from(""));
    }
}
