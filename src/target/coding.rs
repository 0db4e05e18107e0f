//! Content codings: a body that was packed for the way is judged as what it says unpacked.

use std::io::Read as _;

use bytes::Bytes;
use flate2::read::{MultiGzDecoder, ZlibDecoder};

use crate::exchange::{Answer, Failure};

/// Codings that are asked for: what nearly every client asks for.
pub(super) const ACCEPTED: &str = "gzip";

/// Unpacks the body of an answer that names its coding. What cannot be unpacked stays as it came, for the checks to name.
pub(super) fn unpack(mut answer: Answer, limit: usize) -> Result<Answer, Failure> {
    let coding = answer.header("content-encoding").map(|coding| coding.trim().to_ascii_lowercase());
    let most = limit as u64 + 1;
    let mut unpacked = Vec::new();
    let read = match coding.as_deref() {
        _ if answer.body.is_empty() => return Ok(answer),
        Some("gzip" | "x-gzip") => MultiGzDecoder::new(&*answer.body).take(most).read_to_end(&mut unpacked),
        Some("deflate") => ZlibDecoder::new(&*answer.body).take(most).read_to_end(&mut unpacked),
        _ => return Ok(answer),
    };
    if unpacked.len() > limit {
        return Err(Failure::TooLarge { status: answer.status, limit });
    }
    if read.is_ok() {
        answer.body = Bytes::from(unpacked);
        // What is packed no more says so no more.
        answer.headers.retain(|(name, _)| name != "content-encoding");
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
