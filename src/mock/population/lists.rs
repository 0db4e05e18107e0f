//! Lists of a population that were asked for before: all servers of the same records share them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::mock::select::Ranked;

/// Lists that are kept; a stranger may ask for any number of different ones.
const MOST_KEPT: usize = 256;

/// A tenant, and what was asked for there.
type Asked = (usize, String);

/// Lists of records by tenant and by what was asked for. A copy knows none, because populations are copied to be changed.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    known: Mutex<HashMap<Asked, Arc<Vec<Ranked>>>>,
}

impl Clone for Lists {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Lists {
    /// The list of this name, made where it is not known.
    pub(crate) fn of(&self, asked: Asked, make: impl FnOnce() -> Vec<Ranked>) -> Arc<Vec<Ranked>> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(list) = known().get(&asked) {
            return Arc::clone(list);
        }
        // Making one may ask for another.
        let list = Arc::new(make());
        let mut known = known();
        if known.len() >= MOST_KEPT {
            known.clear();
        }
        known.insert(asked, Arc::clone(&list));
        list
    }
}
