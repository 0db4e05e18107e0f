//! Numbers that only depend on a seed and on what they are for, so that one more field does not move the others.

use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A small generator (SplitMix64): same seed, same numbers, on every machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// A generator for one index of a purpose whose hash is already known.
    pub(super) fn at(hash: u64, index: u64) -> Self {
        Self(hash ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// Hash of a purpose under a seed.
    pub(super) fn hash(seed: u64, purpose: &str) -> u64 {
        xxh3_64_with_seed(purpose.as_bytes(), seed)
    }

    /// The next 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `end`; 0 if `end` is 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        usize::try_from(self.bits() % end as u64).unwrap_or(0)
    }

    /// A number from 0 (inclusive) to 1 (exclusive).
    pub(super) fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits fit into a double exactly")]
        let bits = (self.bits() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// Whether something of probability `p` happens.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of several; the first if there is only one.
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// Text of letters and digits.
    pub(super) fn word(&mut self, length: usize) -> String {
        const ALPHABET: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        (0..length).map(|_| char::from(ALPHABET[self.below(ALPHABET.len())])).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_purpose_same_numbers() {
        let of = |purpose| Random::at(Random::hash(7, purpose), 0);
        let (mut a, mut b, mut c) = (of("x"), of("x"), of("y"));
        assert_eq!(a.bits(), b.bits());
        assert_ne!(a.bits(), c.bits());
        assert!((0..100).all(|_| a.below(3) < 3 && a.unit() < 1.0));
        assert_eq!(a.word(8).len(), 8);
    }
}
