//! What comes in and what goes out, without sockets.

use bytes::Bytes;
use http::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::contract::semantics::Slot;
use crate::document::text_of;

/// A request as it came in.
#[derive(Clone, Debug, Default)]
pub struct Incoming {
    /// Upper-case method.
    pub method: String,
    /// Path as sent, percent-encoding included.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: String,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; empty if there is none.
    pub body: Bytes,
}

/// What is done with the bytes of an answer on their way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Wire {
    /// All at once, with their length.
    #[default]
    Plain,
    /// In small chunks, without a length.
    Chunked,
    /// The connection is closed without an answer.
    Dropped,
    /// The connection is closed when half of the body has left.
    CutOff,
    /// A length is announced that the body does not have.
    WrongLength,
    /// The body never ends.
    Endless,
    /// Nothing is ever sent.
    Hanging,
    /// All at once, after so many milliseconds.
    Late(u64),
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its headers, apart from those of the transport.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Bytes,
    /// How it is sent.
    pub wire: Wire,
}

impl Answer {
    /// An answer with a JSON body.
    pub(crate) fn json(status: u16, media: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type".to_owned(), media.to_owned())];
        Self { status, headers, body: body.into(), wire: Wire::Plain }
    }

    /// Sets a header, replacing one of the same name.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }
}

/// A request taken apart: every slot has its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs {
    /// Path parameters, decoded.
    pub(crate) path: Vec<(String, String)>,
    /// Query parameters, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body as JSON.
    pub(crate) body: Option<Value>,
}

impl Inputs {
    /// Takes the query apart.
    pub(crate) fn read_query(query: &str) -> Vec<(String, String)> {
        let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
        query
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name), decode(value))
            })
            .collect()
    }

    /// Every value of a slot, as sent.
    pub(crate) fn all(&self, slot: &Slot) -> Vec<Value> {
        let texts = |pairs: &[(String, String)], name: &str| -> Vec<Value> {
            pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| Value::from(value.as_str())).collect()
        };
        match slot {
            Slot::Query(name) => texts(&self.query, name),
            Slot::Path(name) => texts(&self.path, name),
            Slot::Header(name) => {
                let values = self.headers.get_all(name.as_str()).iter();
                values.map(|value| Value::from(String::from_utf8_lossy(value.as_bytes()))).collect()
            }
            Slot::Body(pointer) => {
                let node = |pointer: &str| self.body.as_ref().and_then(|body| body.pointer(pointer));
                match pointer.strip_suffix("/-") {
                    Some(list) => node(list).and_then(Value::as_array).cloned().unwrap_or_default(),
                    None => node(pointer).cloned().into_iter().collect(),
                }
            }
        }
    }

    /// The first value of a slot; null in a body counts as not sent.
    pub(crate) fn value(&self, slot: &Slot) -> Option<Value> {
        self.all(slot).into_iter().next().filter(|value| !value.is_null())
    }

    /// The first value of a slot as text.
    pub(crate) fn text(&self, slot: &Slot) -> Option<String> {
        self.value(slot).map(|value| text_of(&value))
    }
}

/// Sets a value at a JSON pointer, making objects on the way.
pub(crate) fn set_at(body: &mut Value, pointer: &str, value: Value) {
    let mut at = body;
    for segment in pointer.split('/').skip(1) {
        if let Value::Array(items) = at {
            let Some(item) = segment.parse::<usize>().ok().and_then(|index| items.get_mut(index)) else { return };
            at = item;
            continue;
        }
        if !at.is_object() {
            *at = Value::Object(serde_json::Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(crate::document::unescape(segment)).or_insert(Value::Null);
    }
    *at = value;
}

/// Takes the member at a JSON pointer away; gives it back.
pub(crate) fn take_at(body: &mut Value, pointer: &str) -> Option<Value> {
    let (parent, name) = pointer.rsplit_once('/')?;
    let members = body.pointer_mut(parent)?.as_object_mut()?;
    members.shift_remove(&crate::document::unescape(name))
}

/// Writes every number with a fraction.
pub(crate) fn with_points(value: &mut Value) {
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().and_then(serde_json::Number::from_f64) {
                *number = float;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_points),
        Value::Object(members) => members.values_mut().for_each(with_points),
        _ => {}
    }
}
