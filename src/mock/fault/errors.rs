//! Refusals that are not what the contract documents.

use serde_json::{Value, json};

use super::catalogue;
use super::fitting;
use crate::contract::{Contract, Media};
use crate::document::text_of;
use crate::mock::ask::Refused;
use crate::mock::exchange::{Answer, Incoming, Inputs};
use crate::mock::hook::{Hook, Neglect, Scene};
use crate::mock::refusal;

catalogue! {
    /// The body of an error is not the documented one.
    "error-body-undocumented": |c| refuses_other_body(c, false) => Always Hook::Refusal(other_body);
    /// The body of an error is not the documented one when a key is unknown.
    "error-body-undocumented-on-get": |c| refuses_other_body(c, true) => Reads Hook::Refusal(other_body);
    /// The body of an error is empty.
    "error-body-empty": documented => Always Hook::Refusal(empty_body);
    /// The body of an error is a bare text.
    "error-body-text": documented => Always Hook::Refusal(bare_text);
    /// The status that an error body shows is not that of the answer.
    "error-status-field-wrong": has_status_field => Always Hook::Refusal(status_field);
    /// An error is a page of HTML.
    "error-is-html": documented => Always Hook::Refusal(html);
    /// An error is a page of HTML that calls itself JSON.
    "error-is-html-as-json": any_error => Always Hook::Refusal(html_as_json);
    /// An error shows a stack trace.
    "error-shows-stack-trace": any_error => Always Hook::Refusal(stack_trace);
    /// An error shows a database statement.
    "error-shows-sql": any_error => Always Hook::Refusal(sql);
    /// An error shows the path of a file of the server.
    "error-shows-server-path": any_error => Always Hook::Refusal(server_path);
    /// A refusal has a status that nobody documents.
    "undocumented-status": has_undocumented => Always Hook::Refusal(teapot);
    /// A refusal has success as its status and the error in its body.
    "error-with-success-status": any_error => Always Hook::Refusal(success);
    /// A bad parameter gets a server error.
    "bad-parameter-server-error": fitting::lists => Lists Hook::Refusal(failed);
    /// A bad size gets a server error.
    "bad-size-server-error": fitting::sized => Lists Hook::Refusal(failed_size);
    /// An order that does not exist gets a server error.
    "unknown-order-server-error": fitting::names_orders => Lists Hook::Exchange(failed_order);
    /// A bad size gets the status of an unknown key.
    "bad-size-not-found": fitting::sized => Lists Hook::Refusal(size_not_found);
    /// A made-up token means the first page.
    "bad-cursor-accepted": fitting::cursor => Always Hook::Neglect(Neglect::Tokens); tolerated;
    /// A bad offset means the first page.
    "bad-offset-accepted": fitting::offset => Always Hook::Neglect(Neglect::Starts);
    /// An unknown expansion gets the status of an unknown key.
    "unknown-expansion-not-found": fitting::expands => Always Hook::Refusal(expansion_not_found);
    /// A made-up token gets a server error.
    "bad-cursor-server-error": fitting::cursor => Lists Hook::Refusal(failed_token);
    /// A bad parameter gets a status that is declared and yet worth a note.
    "bad-parameter-noted-status": fitting::noted_response => Lists Hook::Refusal(noted_status); tolerated;
    /// A made-up token gets the status of an unknown key.
    "bad-cursor-not-found": fitting::refuses_tokens => Lists Hook::Refusal(token_not_found);
    /// A missing credential gets a server error.
    "missing-credential-server-error": fitting::guarded => Always Hook::Refusal(failed_credential);
    /// A missing credential gets a redirect to a page where people log in.
    "missing-credential-redirects": fitting::guarded => Always Hook::Refusal(log_in);
    /// A missing tenant gets a server error.
    "missing-tenant-server-error": fitting::tenant_slot => Always Hook::Refusal(failed_tenant);
}

fn any_error(contract: &Contract) -> bool {
    !contract.operations.is_empty() && (fitting::guarded(contract) || fitting::reads(contract))
}

/// Whether errors have a documented body.
fn documented(contract: &Contract) -> bool {
    any_error(contract)
        && contract.operations.iter().any(|operation| {
            let error = [401, 404, 400].into_iter().find_map(|status| operation.response(status));
            error.is_some_and(|response| response.media.iter().any(|media| media.schema.is_some()))
        })
}

/// A body that is no error of anybody's, unless any object is.
fn other() -> Value {
    json!({"fault": {"reason": "no"}})
}

/// Whether such a body is none that is documented: a schema of any object takes it.
fn refuses_other_body(contract: &Contract, of_reads: bool) -> bool {
    let refuses = |media: &Media| {
        let checker = media.schema.as_deref().and_then(|schema| contract.checker(schema));
        checker.is_some_and(|checker| !checker.is_valid(&other()))
    };
    documented(contract)
        && contract.operations.iter().filter(|operation| !of_reads || operation.clause.reads.is_some()).any(
            |operation| {
                let errors = [401, 404, 400].into_iter().filter_map(|status| operation.response(status));
                { errors }.any(|response| response.media.iter().any(refuses))
            },
        )
}

/// Whether some error example shows its status.
fn has_status_field(contract: &Contract) -> bool {
    let mut responses = contract.operations.iter().flat_map(|operation| &operation.responses);
    responses.any(|response| {
        let crate::contract::Status::Exact(status) = response.status else { return false };
        let media = response.media.iter().filter_map(|media| media.schema.as_deref()?.strip_suffix("/schema"));
        let examples = media.filter_map(|media| contract.document.at(&format!("{media}/examples"))?.as_object());
        let mut values = examples.flat_map(|examples| examples.values()).filter_map(|example| example.get("value"));
        matches!(status, 401 | 404) && values.any(|value| shows(value, status))
    })
}

fn shows(value: &Value, status: u16) -> bool {
    value.as_object().is_some_and(|members| members.values().any(|member| *member == json!(status)))
}

fn has_undocumented(contract: &Contract) -> bool {
    any_error(contract) && contract.operations.iter().any(|operation| operation.response(418).is_none())
}

fn set(answer: &mut Answer, media: &str, body: &str) {
    answer.set_header("content-type", media);
    answer.body = body.to_owned().into();
}

fn other_body(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    set(answer, "application/json", &other().to_string());
}

fn empty_body(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    answer.body = "".into();
}

fn bare_text(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    set(answer, "application/json", r#""no""#);
}

fn status_field(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    let Ok(Value::Object(mut members)) = serde_json::from_slice::<Value>(&answer.body) else { return };
    let status = answer.status;
    for member in members.values_mut().filter(|member| **member == json!(status)) {
        *member = json!(status + 1);
    }
    answer.body = Value::Object(members).to_string().into();
}

const PAGE: &str =
    "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Something is wrong</h1></body></html>\n";

fn html(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    set(answer, "text/html; charset=utf-8", PAGE);
}

fn html_as_json(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    set(answer, "application/json", PAGE);
}

/// Puts a text into the first message of an error body.
fn say(answer: &mut Answer, words: &str) {
    fn first_text(value: &mut Value) -> Option<&mut Value> {
        match value {
            Value::Object(members) => {
                let spoken = members.iter().position(|(name, value)| name.contains("message") && value.is_string());
                match spoken {
                    Some(at) => members.values_mut().nth(at),
                    None => members.values_mut().find_map(first_text),
                }
            }
            Value::String(_) => Some(value),
            _ => None,
        }
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return };
    if let Some(text) = first_text(&mut body) {
        *text = json!(words);
    }
    answer.body = body.to_string().into();
}

fn stack_trace(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    say(
        answer,
        "TypeError: Cannot read properties of undefined (reading 'id')\n    at CustomerService.find (/srv/app/customers.js:112:27)\n    at async handle (/srv/app/router.js:48:5)",
    );
}

fn sql(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    say(
        answer,
        "ERROR: syntax error at or near \"'\" in SELECT id, email FROM customers WHERE id = ''' LIMIT 1 (SQLSTATE 42601)",
    );
}

fn server_path(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    say(
        answer,
        "open /var/www/app/config/database.yml: permission denied, panic in /usr/src/app/internal/store.go:211",
    );
}

fn teapot(scene: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    if scene.operation.response(418).is_none() {
        answer.status = 418;
    }
}

fn success(_: &Scene<'_>, _: &Refused, answer: &mut Answer) {
    answer.status = 200;
}

fn failed(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::Invalid(_)) {
        refuse(scene, answer, 500);
    }
}

fn failed_size(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
    if let (Refused::Invalid(why), Some(size)) = (refused, size)
        && why.contains(size.slot.name())
    {
        refuse(scene, answer, 500);
    }
}

fn failed_order(scene: &Scene<'_>, _: &Incoming, inputs: &Inputs, answer: &mut Answer) {
    let Some(sort) = scene.lists().and_then(|lists| lists.sort.as_ref()) else { return };
    let sent = sort.by.as_ref().and_then(|by| inputs.value(&by.slot));
    let asked = sent.map(|sent| sort.asked(&sent).map_or_else(|| text_of(&sent), |(name, _)| name.to_owned()));
    if asked.is_some_and(|name| !sort.fields.contains_key(&name) && !sort.values.contains_key(&name)) {
        refuse(scene, answer, 500);
    }
}

/// Turns an answer into a refusal of a status, with an example of the document as its body.
pub(in crate::mock) fn refuse(scene: &Scene<'_>, answer: &mut Answer, status: u16) {
    answer.status = status;
    let schema = scene.operation.response(status).and_then(|response| response.media.first()?.schema.as_deref());
    let media = schema.and_then(|schema| schema.strip_suffix("/schema")).unwrap_or_default();
    let examples = scene.contract.document.at(&format!("{media}/examples")).and_then(Value::as_object);
    let example = examples.and_then(|examples| examples.values().find_map(|example| example.get("value")));
    let declared = scene.operation.response(status).and_then(|response| response.media.first());
    let body = match (example, declared) {
        (Some(example), _) => example.to_string(),
        // The refusal is the fault, and its body as lawful as any; a server that fails has no such manners.
        (None, Some(media)) if media.schema.is_some() && status < 500 => {
            refusal::body(scene.contract, scene.operation, media, status, "found", 0).to_string()
        }
        (None, _) => "{}".to_owned(),
    };
    answer.body = body.into();
}

/// Turns an answer into the refusal that whoever may not ask gets: with 403, or 401 where that alone is declared.
pub(super) fn forbid(scene: &Scene<'_>, answer: &mut Answer) {
    let declared = [403, 401].into_iter().find(|status| scene.operation.response(*status).is_some());
    refuse(scene, answer, declared.unwrap_or(403));
}

/// Turns an answer into the refusal that a bad value gets.
pub(super) fn refuse_value(scene: &Scene<'_>, answer: &mut Answer) {
    let refusal = scene.contract.root.refusals.invalid.as_ref();
    let status = refusal.and_then(|refusal| refusal.statuses.first()).copied().unwrap_or(400);
    refuse(scene, answer, status);
}

fn size_not_found(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    let size = scene.lists().and_then(|lists| lists.page.size.as_ref());
    if let (Refused::Invalid(why), Some(size)) = (refused, size)
        && why.contains(size.slot.name())
    {
        refuse(scene, answer, 404);
    }
}

fn expansion_not_found(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    let slots = scene.operation.clause.expands.iter().map(|expand| expand.slot.name());
    let ours = |why: &str| why.contains("cannot be expanded") || slots.clone().any(|name| why.starts_with(name));
    if matches!(refused, Refused::Invalid(why) if ours(why)) {
        refuse(scene, answer, 404);
    }
}

fn failed_token(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::Invalid(why) if why.contains("token")) {
        refuse(scene, answer, 500);
    }
}

fn token_not_found(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::Invalid(why) if why.contains("token")) {
        refuse(scene, answer, 404);
    }
}

fn noted_status(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if let (Refused::Invalid(_), Some(status)) = (refused, fitting::noted(scene.contract, scene.operation)) {
        refuse(scene, answer, status);
    }
}

fn failed_credential(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::NoCredential) {
        refuse(scene, answer, 500);
    }
}

fn log_in(_: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::NoCredential | Refused::WrongCredential) {
        answer.status = 302;
        answer.set_header("location", "/login");
        set(answer, "text/html", PAGE);
    }
}

fn failed_tenant(scene: &Scene<'_>, refused: &Refused, answer: &mut Answer) {
    if matches!(refused, Refused::NoTenant) {
        refuse(scene, answer, 500);
    }
}
