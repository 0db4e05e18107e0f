//! The rule `path-removed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// A path was removed with all its operations.
    ///
    /// ## Why it matters
    /// Every call to it fails from now on. Renaming a path parameter is no removal.
    ///
    /// ## Example
    /// `/customers/{id}` with `get`, `put` and `delete` is gone.
    ///
    /// ## Source
    /// OpenAPI 3.0.3, Paths Object.
    id: "path-removed",
    effect: Narrows,
    guards: [],
    category: Wire,
    tells: Removal,
    mirror: Absent("a path that comes is reported operation by operation: operation-added"),
}
