//! Where a page starts: tokens, offsets and page numbers.

use super::{Ask, From, Reader, Refused, bound, number};
use crate::contract::semantics::{Slot, Start};
use crate::mock::blueprint::Counts;
use crate::mock::exchange::Inputs;
use crate::mock::habits::Tokens;
use crate::mock::hook::Neglect;
use crate::mock::token::Mark;

impl Reader<'_> {
    pub(super) fn from(&self, inputs: &Inputs, ask: &Ask) -> Result<From, Refused> {
        let page = &self.lists.page;
        if let Some(next) = &page.next {
            let own = Slot::Query("cursor".to_owned());
            let positional = page.offset.is_some() || page.number.is_some();
            let slot = next.slot.as_ref().or((!positional).then_some(&own));
            let sent = slot.and_then(|slot| inputs.text(slot));
            // A slot that is never left out has a value that means the first page.
            if sent.is_some() && sent == self.route.next.start {
                return Ok(From::Start);
            }
            if let Some(token) = sent {
                let lenient = self.chosen(next.malformed.as_ref()).is_some() || (self.neglects)(Neglect::Tokens);
                let refused = || Refused::Invalid("this token is not one of ours".to_owned());
                let from = match (self.tokens(), next.field.is_some()) {
                    (Tokens::Offset, false) => self.counted(&token).map(From::Offset),
                    (Tokens::Key, _) | (_, true) => Some(From::Key(token)),
                    (Tokens::Opaque, false) => {
                        Mark::open(&token).filter(|mark| mark.walk == ask.question).map(From::After)
                    }
                };
                return match from {
                    Some(from) => Ok(from),
                    None if lenient => Ok(From::Start),
                    None => Err(refused()),
                };
            }
        }
        if let Some(offset) = &page.offset
            && let Some(at) = self.start(offset, inputs)?
        {
            return Ok(From::Offset(at));
        }
        if let Some(number) = &page.number
            && let Some(at) = self.start(number, inputs)?
        {
            return Ok(From::Offset(at.saturating_mul(ask.size.unwrap_or(0))));
        }
        Ok(From::Start)
    }

    /// How tokens look: where only numbers are lawful, they count.
    pub(crate) fn tokens(&self) -> Tokens {
        if self.route.next.counts == Counts::Nowhere { self.habits.tokens } else { Tokens::Offset }
    }

    /// The first token that counts. A value that means the first page must not be taken for one.
    pub(crate) fn first_count(&self) -> usize {
        let next = &self.route.next;
        if next.counts == Counts::Nowhere && next.start.is_none() { 0 } else { 1_000 }
    }

    /// The records before the page of a token that counts.
    fn counted(&self, token: &str) -> Option<usize> {
        token.parse::<usize>().ok()?.checked_sub(self.first_count())
    }

    /// Steps from the first page or record on.
    fn start(&self, start: &Start, inputs: &Inputs) -> Result<Option<usize>, Refused> {
        let Some(value) = inputs.value(&start.slot) else { return Ok(None) };
        let asked = number(&value);
        match asked.filter(|x| *x >= bound(start.first)) {
            Some(x) => Ok(usize::try_from(x - bound(start.first)).ok()),
            None => {
                let handling = if asked.is_some() { start.below.as_ref() } else { start.malformed.as_ref() };
                match self.chosen(handling) {
                    Some(_) => Ok(Some(0)),
                    None if (self.neglects)(Neglect::Starts) => Ok(Some(0)),
                    None => Err(Refused::Invalid(format!("{} is out of range", start.slot.name()))),
                }
            }
        }
    }
}
