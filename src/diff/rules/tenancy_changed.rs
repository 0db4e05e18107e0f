//! The rule `tenancy-changed`; its doc comment is the text of `contract-gate explain`.

use crate::diff::rule::rule;

rule! {
    /// Something else selects or shows the tenant.
    ///
    /// ## Why it matters
    /// Requests reach another tenant's records, or none.
    ///
    /// ## Example
    /// `Tenant-ID` in a header becomes a query parameter.
    ///
    /// ## Source
    /// `openapi/README.md`, `tenancy`.
    id: "tenancy-changed",
    effect: Incomparable,
    guards: [],
    category: Wire,
    mirror: Itself,
}
