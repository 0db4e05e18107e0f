//! Removes secrets from texts, in whatever form they come.

use std::borrow::Cow;
use std::fmt;

use super::needle::{self, Needle};
use super::{Secret, basic, escape};

/// Removes secrets from texts.
///
/// # Example
/// ```
/// use contract_gate::mask::{Masker, Secret};
///
/// let masker = Masker::new([Secret::named("s3cret/key", "TOKEN")]);
/// assert_eq!(masker.mask("curl -H 'X-Key: s3cret/key' 'http://a/?k=s3cret%2Fkey'"),
///            "curl -H 'X-Key: $TOKEN' 'http://a/?k=$TOKEN'");
/// ```
#[derive(Clone, Default)]
pub struct Masker {
    needles: Vec<Needle>,
    first: FirstBytes,
}

/// Which bytes a match can start with: a table, so that most of a text is passed over quickly.
#[derive(Clone)]
struct FirstBytes([bool; 256]);

impl Default for FirstBytes {
    fn default() -> Self {
        Self([false; 256])
    }
}

impl fmt::Debug for Masker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masker({} forms)", self.needles.len())
    }
}

impl Masker {
    /// Knows these secrets. Ones that are too short are left out; see [`Secret::too_short`].
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut masker = Self::default();
        for secret in secrets {
            masker.add(&secret);
        }
        masker
    }

    /// Learns one more secret.
    pub fn add(&mut self, secret: &Secret) {
        if secret.too_short() {
            return;
        }
        self.needles.extend(needle::forms(secret.expose().trim(), &secret.placeholder()));
        for part in basic::parts(secret).iter().filter(|part| !part.too_short()) {
            self.needles.extend(needle::forms(part.expose(), &part.placeholder()));
        }
        // The longest form first, so that a secret inside another does not leave the rest of it standing.
        self.needles.sort_by_key(|needle| std::cmp::Reverse(needle.len()));
        for needle in &self.needles {
            for byte in needle.first_bytes() {
                self.first.0[usize::from(byte)] = true;
            }
        }
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// A text without secrets.
    #[must_use]
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match self.mask_bytes(text.as_bytes()) {
            Cow::Borrowed(_) => Cow::Borrowed(text),
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }

    /// Bytes without secrets.
    #[must_use]
    pub fn mask_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let mut out: Option<Vec<u8>> = None;
        let mut kept = 0;
        let mut at = 0;
        while at < bytes.len() {
            if let Some(behind) = self.behind_idle_slashes(bytes, at) {
                at = behind;
                continue;
            }
            let hit = if self.first.0[usize::from(bytes[at])] { self.hit(bytes, at, kept) } else { None };
            if let Some((start, end, needle)) = hit {
                let out = out.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
                out.extend_from_slice(&bytes[kept..start]);
                out.extend_from_slice(needle.placeholder().as_bytes());
                kept = end;
                at = end;
            } else {
                at += 1;
            }
        }
        match out {
            None => Cow::Borrowed(bytes),
            Some(mut out) => {
                out.extend_from_slice(&bytes[kept..]);
                Cow::Owned(out)
            }
        }
    }

    /// The place behind backslashes that nothing can begin with, so that a long run of them is read once and not from each
    /// place in it.
    fn behind_idle_slashes(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let may_skip = bytes[at] == b'\\' && !self.needles.iter().any(Needle::begins_with_slash);
        if may_skip { escape::behind_idle_slashes(bytes, at) } else { None }
    }

    fn hit(&self, bytes: &[u8], at: usize, kept: usize) -> Option<(usize, usize, &Needle)> {
        self.needles.iter().find_map(|needle| {
            let (start, end) = needle.find_at(bytes, at)?;
            Some((start.max(kept), end, needle))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_secret_wins() {
        let masker = Masker::new([Secret::named("abcd", "SHORT"), Secret::named("abcdefgh", "LONG")]);
        assert_eq!(masker.mask("x abcdefgh abcd"), "x $LONG $SHORT");
    }

    #[test]
    fn a_short_secret_is_known_as_such() {
        assert!(Secret::new("abc").too_short());
        assert!(Masker::new([Secret::new("abc")]).is_empty());
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let secret = Secret::named("s3cretvalue", "TOKEN");
        assert_eq!(format!("{secret:?}"), "Secret($TOKEN)");
        assert!(!format!("{:?}", Masker::new([secret])).contains("s3cret"));
    }
}
