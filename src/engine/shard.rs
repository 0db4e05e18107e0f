//! One part of a run that is split over several machines.

use std::fmt;
use std::str::FromStr;

/// `K/N`: this run plans the checks whose hash falls into part K of N.
///
/// The unit is a check on a contract: all that it wants to see is sent in one part, since what it asks next depends on
/// what it saw. Every part judges everything that it saw, and the parts together judge what one run judges.
///
/// # Example
/// ```
/// use contract_gate::engine::Shard;
///
/// let parts: Vec<Shard> = ["1/3", "2/3", "3/3"].iter().filter_map(|text| text.parse().ok()).collect();
/// assert_eq!(parts.iter().filter(|part| part.holds("flexportal", "record-skipped")).count(), 1);
/// assert!("4/3".parse::<Shard>().is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u32,
    /// Of how many.
    pub of: u32,
}

impl Shard {
    /// Whether a check on a contract belongs to this part.
    #[must_use]
    pub fn holds(self, contract: &str, check: &str) -> bool {
        let hash = xxhash_rust::xxh3::xxh3_64(format!("{contract}\n{check}").as_bytes());
        hash % u64::from(self.of) + 1 == u64::from(self.number)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no part of a run; write K/N, such as 2/5: part 2 of 5, counted from 1");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (number, of) = (number.trim().parse().map_err(|_| wrong())?, of.trim().parse().map_err(|_| wrong())?);
        if (1..=of).contains(&number) { Ok(Self { number, of }) } else { Err(wrong()) }
    }
}
