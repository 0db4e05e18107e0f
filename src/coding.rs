//! Content codings: a body that was packed for the way is judged as what it says unpacked, live or recorded.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::exchange::{Answer, Failure};

/// Codings that are asked for: what nearly every client asks for.
pub(crate) const ACCEPTED: &str = "gzip";

/// What came of unpacking.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unpacked {
    /// The body.
    Whole(Vec<u8>),
    /// More than was to be read.
    TooLarge,
    /// The coding is not known here, or the body is not in it to its end.
    Not,
}

/// Unpacks a body, up to `limit` bytes of it.
pub(crate) fn unpacked(coding: &str, packed: &[u8], limit: usize) -> Unpacked {
    let most = limit as u64 + 1;
    let mut body = Vec::new();
    let read = match coding.trim().to_ascii_lowercase().as_str() {
        "gzip" | "x-gzip" => MultiGzDecoder::new(packed).take(most).read_to_end(&mut body),
        "deflate" => ZlibDecoder::new(packed).take(most).read_to_end(&mut body),
        _ => return Unpacked::Not,
    };
    match read {
        _ if body.len() > limit => Unpacked::TooLarge,
        Ok(_) => Unpacked::Whole(body),
        Err(_) => Unpacked::Not,
    }
}

/// Unpacks the body of an answer that names its coding. What cannot be unpacked stays as it came, for the checks to name.
pub(crate) fn unpack(mut answer: Answer, limit: usize) -> Result<Answer, Failure> {
    let coding = answer.header("content-encoding").filter(|_| !answer.body.is_empty());
    match coding.map(|coding| unpacked(coding, &answer.body, limit)) {
        Some(Unpacked::TooLarge) => return Err(Failure::TooLarge { status: answer.status, limit }),
        Some(Unpacked::Whole(body)) => {
            answer.body = Bytes::from(body);
            // What is packed no more says so no more.
            answer.headers.retain(|(name, _)| name != "content-encoding");
        }
        Some(Unpacked::Not) | None => {}
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn answer(coding: &str, body: Vec<u8>) -> Answer {
        let headers = vec![("content-encoding".to_owned(), coding.to_owned())];
        Answer { status: 200, headers, body: Bytes::from(body) }
    }

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(text).expect("into memory");
        encoder.finish().expect("into memory")
    }

    #[test]
    fn a_packed_body_is_unpacked_within_bounds() {
        let unpacked = unpack(answer("gzip", packed(b"{}")), 100).expect("small");
        assert_eq!(&*unpacked.body, b"{}");
        let bomb = packed(&vec![b' '; 1_000_000]);
        assert!(bomb.len() < 10_000);
        assert!(matches!(unpack(answer("GZIP", bomb), 100_000), Err(Failure::TooLarge { status: 200, .. })));
    }

    #[test]
    fn what_cannot_be_unpacked_stays_as_it_came() {
        let mut broken = packed(b"{\"a\": 1}");
        broken.truncate(broken.len() - 6);
        assert_eq!(unpack(answer("gzip", broken.clone()), 100).expect("kept").body, broken);
        assert_eq!(&*unpack(answer("br", b"{}".to_vec()), 100).expect("kept").body, b"{}");
    }
}
