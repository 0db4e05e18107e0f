//! Our own semantics: what `x-contract` and `x-rules` promise, before and after.

use super::api::{Api, Both, Context};

impl Api<'_> {
    pub(super) fn compare_semantics(&mut self, _context: &Context, _both: Both) {}

    pub(super) fn compare_root_semantics(&mut self) {}
}
