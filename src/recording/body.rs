//! The body of an answer as a recording keeps it: as text, as base64, in part, or not at all.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::har;
use crate::coding::{Unpacked, unpacked};

/// Most bytes of one body, unpacked.
const LARGEST: usize = 1 << 28;
/// Most bytes of all bodies of one recording that are unpacked.
pub(super) const ROOM: usize = 1 << 30;

/// What is told of the body that finds no room.
const NO_ROOM: &str = "the body is packed, and with it and those before it more than 1 GiB would be unpacked";

const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const LENIENT: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, CONFIG);
const LENIENT_URL: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, CONFIG);

/// What a recording has of a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// All of it.
    Whole(Bytes),
    /// There was one, but it is not in the recording, or only in part.
    Missing,
}

/// Decodes a text that a recorder put into base64: with or without padding and line breaks.
///
/// # Errors
/// When it is no base64.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, &'static str> {
    let plain: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let engine = if plain.contains(['-', '_']) { &LENIENT_URL } else { &LENIENT };
    engine.decode(plain).map_err(|_| "the body says that it is base64, and is none")
}

/// The body of an answer. What is unpacked takes of the room that is left for all of them.
///
/// # Errors
/// When it is in an encoding that nobody knows, says that it is base64 and is none, or finds no room.
pub(super) fn of_answer(response: &har::Response, room: &mut usize) -> Result<Body, &'static str> {
    let content = &response.content;
    let header = |name: &str| {
        response.headers.iter().find(|pair| pair.name.eq_ignore_ascii_case(name)).map(|pair| pair.value.trim())
    };
    let announced = content.size.whole().unwrap_or(0);
    let Some(text) = &content.text else {
        let length = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0_u64);
        let chunked = header("transfer-encoding").is_some() && content.size.0.is_none();
        let none = announced.max(length) == 0 && !chunked;
        return Ok(if none { Body::Whole(Bytes::new()) } else { Body::Missing });
    };
    let bytes = match content.encoding.as_deref().map(str::trim) {
        None | Some("") => text.as_bytes().to_vec(),
        Some(name) if name.eq_ignore_ascii_case("base64") => decode(text)?,
        Some(name) if ["utf-8", "utf8", "identity", "text"].iter().any(|known| name.eq_ignore_ascii_case(known)) => {
            text.as_bytes().to_vec()
        }
        Some(_) => return Err("the body is in an encoding that is neither text nor base64"),
    };
    let encoding = header("content-encoding").unwrap_or_default();
    let encoded = !encoding.is_empty() && !encoding.eq_ignore_ascii_case("identity");
    if encoded && is_compressed(&bytes) {
        // Recorders that keep what crossed the wire keep it packed.
        return match unpacked(encoding, &bytes, LARGEST.min(*room)) {
            Unpacked::Whole(body) => {
                *room -= body.len();
                Ok(Body::Whole(Bytes::from(body)))
            }
            Unpacked::TooLarge if *room < LARGEST => Err(NO_ROOM),
            Unpacked::TooLarge | Unpacked::Not => Ok(Body::Missing),
        };
    }
    // What is shorter than announced and does not read was cut off, and nobody can tell by whom. Sizes of bodies that
    // read are counted in characters or in compressed bytes by some recorders.
    let length = header("content-length").filter(|_| !encoded).and_then(|text| text.parse().ok()).unwrap_or(0_u64);
    let cut = (bytes.len() as u64) < announced.max(length) && !is_json(&bytes);
    Ok(if cut { Body::Missing } else { Body::Whole(Bytes::from(bytes)) })
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok()
}

/// Whether bytes are what a compressor writes: no JSON text starts like this.
fn is_compressed(bytes: &[u8]) -> bool {
    let magic: [&[u8]; 3] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78"];
    magic.iter().any(|magic| bytes.starts_with(magic)) || std::str::from_utf8(bytes).is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(text: &str) -> har::Response {
        serde_json::from_str(text).expect("a response")
    }

    #[test]
    fn bodies_are_taken_as_recorders_keep_them() {
        let mut room = ROOM;
        let whole = |text: &'static str| Ok(Body::Whole(Bytes::from_static(text.as_bytes())));
        for (text, wanted) in [
            (r#"{"content": {"size": 2, "text": "{}"}}"#, whole("{}")),
            (r#"{"content": {"size": 2, "text": "e30=", "encoding": "base64"}}"#, whole("{}")),
            (r#"{"content": {"size": 2, "text": "e3\n0", "encoding": "BASE64"}}"#, whole("{}")),
            (r#"{"content": {"size": 0}}"#, whole("")),
            (r#"{}"#, whole("")),
            (r#"{"content": {"size": 900}}"#, Ok(Body::Missing)),
            (r#"{"content": {"size": -1}, "headers": [{"name": "Content-Length", "value": "9"}]}"#, Ok(Body::Missing)),
            (r#"{"content": {"size": 900, "text": "{\"a\": ["}}"#, Ok(Body::Missing)),
            // Characters or bytes, compressed or not: a size that does not fit a body that reads is no matter.
            (r#"{"content": {"size": 900, "text": "{}"}}"#, whole("{}")),
            (r#"{"content": {"size": 6, "text": "{\"a\": "}}"#, whole("{\"a\": ")),
        ] {
            assert_eq!(of_answer(&response(text), &mut room), wanted, "{text}");
        }
        let gzip = r#"{"headers": [{"name": "content-encoding", "value": "gzip"}], "content": {"text": "H4sIAAAA", "encoding": "base64"}}"#;
        assert_eq!(of_answer(&response(gzip), &mut room), Ok(Body::Missing), "it breaks off");
        let gzip = gzip.replace("H4sIAAAA", "H4sIAAAAAAACA6uu5QIABrCh3QMAAAA=");
        assert_eq!(of_answer(&response(&gzip), &mut room), whole("{}\n"));
        assert_eq!(room, ROOM - 3);
        let mut little = 5;
        assert_eq!(of_answer(&response(&gzip), &mut little), whole("{}\n"));
        assert_eq!(of_answer(&response(&gzip), &mut little), Err(NO_ROOM), "one more is too much for all");
        let brotli = gzip.replace("gzip", "br");
        assert_eq!(of_answer(&response(&brotli), &mut room), Ok(Body::Missing), "nothing here reads it");
        let wrong = r#"{"content": {"text": "not base64!", "encoding": "base64"}}"#;
        assert!(of_answer(&response(wrong), &mut room).is_err());
    }
}
