//! Successes with the wrong status, type or text, and requests that should not matter.

use serde_json::Value;

use super::catalogue;
use super::fitting;
use crate::contract::semantics::{Counted, Slot, Spot};
use crate::contract::{Contract, Location};
use crate::mock::exchange::{Answer, Incoming, Inputs};
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::select::Ranked;
use crate::mock::targets::first_list;

catalogue! {
    /// A lawful request gets a server error.
    "server-error": fitting::any => Always Hook::Success(fail);
    /// Every twentieth lawful request gets a server error.
    "server-error-now-and-then": fitting::any => Twentieth Hook::Success(fail);
    /// A late page gets a server error.
    "server-error-late": fitting::paged => Late Hook::Success(fail);
    /// A filter that was sent gets a server error.
    "server-error-under-filter": fitting::filter => Filtered Hook::Success(fail);
    /// An order that was asked for gets a server error.
    "server-error-under-sort": fitting::sort => Sorted Hook::Success(fail);
    /// The largest page size gets a server error.
    "server-error-at-largest-size": fitting::limited => AtMaximum Hook::Success(fail);
    /// The second tenant gets a server error.
    "server-error-for-one-tenant": fitting::tenancy => SecondTenant Hook::Success(fail);
    /// Every twentieth lawful request finds the server unavailable, for who knows how long.
    "unavailable-now-and-then": fitting::any => Twentieth Hook::Success(unavailable);
    /// Every twentieth lawful request is one too many, for now.
    "too-many-requests-now-and-then": fitting::any => Twentieth Hook::Success(too_many); tolerated;
    /// Every twentieth answer is 429, and does not say when to come again although the document requires that.
    "retry-after-missing": asks_when => Twentieth Hook::Success(too_many_for_ever); tolerated;
    /// The media type is plain text.
    "wrong-media-type": fitting::any => Always Hook::Success(plain_text);
    /// The media type is missing.
    "media-type-missing": fitting::any => Always Hook::Success(no_type);
    /// The media type is plain text when one record is read.
    "wrong-media-type-on-get": fitting::both => Reads Hook::Success(plain_text);
    /// Success has a status that nobody documents.
    "undocumented-success-status": fitting::any => Always Hook::Success(created);
    /// Success has no content.
    "no-content": fitting::any => Always Hook::Success(no_content);
    /// A lawful request is redirected.
    "redirect": fitting::any => Always Hook::Success(redirect);
    /// A lawful request is redirected when one record is read.
    "redirect-on-get": fitting::no_redirect => Reads Hook::Success(redirect);
    /// The JSON is cut off.
    "json-truncated": fitting::any => Always Hook::Success(cut);
    /// The JSON is cut off on late pages.
    "json-truncated-late": fitting::paged => Late Hook::Success(cut);
    /// The JSON has a comma too many.
    "json-invalid": fitting::any => Always Hook::Success(comma);
    /// The JSON holds NaN.
    "json-nan": fitting::any => Always Hook::Success(nan);
    /// The text is not UTF-8.
    "invalid-utf8": fitting::any => Always Hook::Success(latin);
    /// A byte order mark stands before every body.
    "byte-order-mark": fitting::any => Always Hook::Success(mark);
    /// A member stands twice in an object.
    "duplicate-keys": fitting::any => Always Hook::Success(twice);
    /// The body is empty.
    "body-empty": fitting::any => Always Hook::Success(empty);
    /// The body is compressed although nobody accepts that.
    "compressed-unsaid": fitting::any => Always Hook::Success(gzip);
    /// The body is said to be compressed, and is not.
    "compression-claimed-only": fitting::any => Always Hook::Success(claim_gzip);
    /// The compressed body is cut off.
    "compressed-body-cut-off": fitting::any => Always Hook::Success(cut_gzip);
    /// The compressed body is cut off on late pages.
    "compressed-body-cut-off-late": fitting::paged => Late Hook::Success(cut_gzip);
    /// The record is wrapped in an envelope that nobody documents.
    "record-wrapped": fitting::reads => Reads Hook::Body(wrap);
    /// The list is wrapped in an envelope that nobody documents.
    "list-wrapped": fitting::lists => Lists Hook::Body(wrap);
    /// A list comes as a bare array.
    "list-without-envelope": has_envelope => Lists Hook::Body(bare);
    /// Methods that nobody documents are served like the documented one.
    "undocumented-method-accepted": fitting::any => Always Hook::Neglect(Neglect::Methods);
    /// An unknown query parameter gets a server error.
    "unknown-parameter-server-error": |c| fitting::query(c) && fitting::promises_parameters(c) => Always Hook::Exchange(unknown_fails);
    /// An unknown query parameter has no effect where it is to be refused.
    "unknown-parameter-accepted": fitting::refuses_parameters => Always Hook::Neglect(Neglect::Parameters);
    /// An unknown query parameter has no effect on a reader that is to refuse it.
    "unknown-parameter-accepted-on-get": |c| fitting::refuses_parameters(c) && fitting::both(c) => Reads Hook::Neglect(Neglect::Parameters);
    /// An unknown query parameter changes the record that is read.
    "unknown-parameter-changes-record": |c| fitting::reads(c) && fitting::has_text(c) && fitting::promises_parameters(c) && !fitting::refuses_parameters(c) => Reads Hook::Exchange(unknown_changes);
    /// An unknown query parameter is refused by a reader that is to ignore it.
    "unknown-parameter-refused-on-get": |c| fitting::reads(c) && fitting::ignores_parameters(c) => Reads Hook::Exchange(unknown_refused);
    /// TRACE is answered with success.
    "trace-answered": fitting::any => Always Hook::Neglect(Neglect::Trace);
    /// An unknown query parameter empties the list.
    "unknown-parameter-empties-list": |c| fitting::query(c) && fitting::lists(c) && fitting::promises_parameters(c) && !fitting::refuses_parameters(c) => Lists Hook::Exchange(unknown_empties);
    /// A header that is optional changes the answer.
    "optional-header-changes-answer": fitting::optional_header => Always Hook::Exchange(header_matters);
    /// Whoever sends an optional header sees one and the same record.
    "optional-header-shows-one-record": |c| fitting::optional_header(c) && fitting::both(c) => Reads Hook::Exchange(replay);
    /// Whoever may list records may read none of them.
    "reads-forbidden": fitting::both => Reads Hook::Success(forbid);
    /// A lawful list is refused.
    "list-refused": fitting::lists => Lists Hook::Success(refuse_list);
    /// A lawful walk is refused after its first page.
    "list-refused-after-first-page": fitting::paged => Resumed Hook::Success(refuse_list);
    /// Of two lists of the same records one lacks a record.
    "lists-disagree": fitting::two_lists => Lists Hook::Matching(drop_in_second);
    /// Whole numbers are written with a fraction of zero.
    "whole-number-with-point": fitting::has_whole => Always Hook::Body(with_point); tolerated;
    /// Sizes outside their bounds are taken as they are.
    "bad-size-accepted": fitting::limited => Always Hook::Neglect(Neglect::Bounds);
    /// Sizes that are to be refused are clamped, and those that are no number mean the default.
    "bad-size-clamped": fitting::refuses_sizes => Always Hook::Neglect(Neglect::Clamping);
    /// Of what begins like a whole size, that is taken, as `10` of `10abc`.
    "bad-size-read-in-part": fitting::refuses_malformed_sizes => Always Hook::Neglect(Neglect::SizeEnd);
    /// Sizes that are to be clamped are refused.
    "bad-size-refused": fitting::serves_sizes => Always Hook::Neglect(Neglect::Refusing);
    /// A page size of zero gives all records.
    "zero-size-gives-all": fitting::no_zero_size => Always Hook::Neglect(Neglect::ZeroSize);
}

fn fail(_: &Scene<'_>, answer: &mut Answer) {
    answer.status = 500;
    answer.body = r#"{"error":{"code":"INTERNAL","message":"something went wrong"}}"#.into();
}

fn too_many(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse(scene, answer, 429);
    answer.set_header("retry-after", "0");
}

fn too_many_for_ever(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse(scene, answer, 429);
    answer.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("retry-after"));
}

/// Whether a document requires of some 429 that it says when to come again.
fn asks_when(contract: &Contract) -> bool {
    contract.operations.iter().filter_map(|operation| operation.response(429)).any(|response| {
        let (_, header) = contract.resolve(&format!("{}/headers/Retry-After", response.pointer));
        header.get("required") == Some(&Value::Bool(true))
    })
}

fn unavailable(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse(scene, answer, 503);
}

fn plain_text(_: &Scene<'_>, answer: &mut Answer) {
    answer.set_header("content-type", "text/plain");
}

fn no_type(_: &Scene<'_>, answer: &mut Answer) {
    answer.headers.retain(|(name, _)| name != "content-type");
}

fn created(_: &Scene<'_>, answer: &mut Answer) {
    answer.status = 203;
}

fn no_content(_: &Scene<'_>, answer: &mut Answer) {
    answer.status = 204;
    answer.body = "".into();
    answer.headers.retain(|(name, _)| name != "content-type");
}

fn redirect(_: &Scene<'_>, answer: &mut Answer) {
    answer.status = 302;
    answer.set_header("location", "/elsewhere");
    answer.body = "".into();
}

fn cut(_: &Scene<'_>, answer: &mut Answer) {
    answer.body = answer.body.slice(..answer.body.len() * 2 / 3);
}

fn edit(answer: &mut Answer, change: impl FnOnce(String) -> String) {
    answer.body = change(String::from_utf8_lossy(&answer.body).into_owned()).into();
}

fn comma(_: &Scene<'_>, answer: &mut Answer) {
    edit(answer, |text| match text.rfind(['}', ']']) {
        Some(at) => format!("{},{}", &text[..at], &text[at..]),
        None => text,
    });
}

fn nan(_: &Scene<'_>, answer: &mut Answer) {
    edit(answer, |text| text.replacen('{', r#"{"score":NaN,"#, 1));
}

fn latin(_: &Scene<'_>, answer: &mut Answer) {
    let mut bytes = answer.body.to_vec();
    if let Some(at) = bytes.windows(2).rposition(|pair| pair[0].is_ascii_lowercase() && pair[1] == b'"') {
        bytes[at] = 0xe9;
    }
    answer.body = bytes.into();
}

fn mark(_: &Scene<'_>, answer: &mut Answer) {
    answer.body = [b"\xef\xbb\xbf", answer.body.as_ref()].concat().into();
}

fn twice(_: &Scene<'_>, answer: &mut Answer) {
    edit(answer, |text| {
        let first = text.strip_prefix('{').and_then(|rest| rest.split_once(':')).map(|(name, _)| name.to_owned());
        match first {
            Some(name) => text.replacen('{', &format!("{{{name}:null,"), 1),
            None => text,
        }
    });
}

fn empty(_: &Scene<'_>, answer: &mut Answer) {
    answer.body = "".into();
}

fn gzip(_: &Scene<'_>, answer: &mut Answer) {
    answer.body = crate::mock::gzip::pack(&answer.body).into();
}

fn claim_gzip(_: &Scene<'_>, answer: &mut Answer) {
    answer.set_header("content-encoding", "gzip");
}

fn cut_gzip(scene: &Scene<'_>, answer: &mut Answer) {
    gzip(scene, answer);
    claim_gzip(scene, answer);
    answer.body = answer.body.slice(..answer.body.len() * 2 / 3);
}

fn forbid(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse(scene, answer, 403);
}

fn refuse_list(scene: &Scene<'_>, answer: &mut Answer) {
    super::errors::refuse_value(scene, answer);
}

fn drop_in_second(scene: &Scene<'_>, matching: &mut Vec<Ranked>) {
    if first_list(scene.contract).is_some_and(|(_, first, _)| first.id != scene.operation.id) {
        matching.retain(|(_, row)| scene.targets.deep.as_ref() != Some(&row.key));
    }
}

fn with_point(_: &Scene<'_>, body: &mut Value) {
    crate::mock::exchange::with_points(body);
}

fn header_matters(scene: &Scene<'_>, incoming: &Incoming, _: &Inputs, answer: &mut Answer) {
    if answer.status == 200 && has_optional_header(scene, incoming) {
        super::errors::refuse(scene, answer, 409);
    }
}

fn replay(scene: &Scene<'_>, incoming: &Incoming, _: &Inputs, answer: &mut Answer) {
    let first = scene.population.table(scene.resource(), scene.tenant).first();
    if let Some(row) = first.filter(|_| answer.status == 200 && has_optional_header(scene, incoming)) {
        answer.body = row.json.as_bytes().to_vec().into();
    }
}

fn has_optional_header(scene: &Scene<'_>, incoming: &Incoming) -> bool {
    let mut optional = scene
        .operation
        .parameters
        .iter()
        .filter(|p| p.location == Location::Header && !p.required && p.header_value().is_some());
    optional.any(|parameter| incoming.headers.contains_key(parameter.name.as_str()))
}

fn wrap(_: &Scene<'_>, body: &mut Value) {
    *body = serde_json::json!({"data": body.take()});
}

fn has_envelope(contract: &crate::contract::Contract) -> bool {
    contract
        .operations
        .iter()
        .filter_map(|operation| operation.clause.lists.as_ref())
        .any(|lists| !lists.items.is_empty())
}

fn bare(scene: &Scene<'_>, body: &mut Value) {
    if let Some(items) = scene.lists().and_then(|lists| body.pointer(&lists.items)).cloned() {
        *body = items;
    }
}

fn has_unknown(scene: &Scene<'_>, inputs: &Inputs) -> bool {
    let keys: Vec<&str> = scene
        .contract
        .schemes
        .values()
        .filter_map(|scheme| match scheme {
            crate::contract::Scheme::QueryKey(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let known = |name: &str| scene.operation.parameter(&Slot::Query(name.to_owned())).is_some() || keys.contains(&name);
    inputs.query.iter().any(|(name, _)| !known(name))
}

fn unknown_fails(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    if has_unknown(scene, inputs) {
        fail(scene, answer);
    }
}

fn unknown_changes(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let (Some(reads), Some(target)) = (&scene.operation.clause.reads, scene.targets.text()) else { return };
    if answer.status == 200 && has_unknown(scene, inputs) {
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        crate::mock::exchange::set_at(&mut body, &reads.pointer(&target.pointer), serde_json::json!("another text"));
        answer.body = body.to_string().into();
    }
}

fn unknown_refused(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    if answer.status == 200 && has_unknown(scene, inputs) {
        super::errors::refuse_value(scene, answer);
    }
}

pub(in crate::mock) fn unknown_empties(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    if answer.status == 200 && has_unknown(scene, inputs) {
        let Some(lists) = scene.lists() else { return };
        let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
        crate::mock::exchange::set_at(&mut body, &lists.items, serde_json::json!([]));
        // What counts the records agrees: the fault is in the records alone.
        let counts = [&lists.page.count, &lists.page.total, &lists.page.remaining].into_iter().flatten();
        for clause in counts.filter(|clause| clause.of == Counted::Matching) {
            if let Spot::Pointer(spot) = &clause.spot {
                crate::mock::exchange::set_at(&mut body, spot, serde_json::json!(0));
            }
        }
        answer.body = body.to_string().into();
    }
}
