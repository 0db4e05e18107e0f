//! What the user named: tenants, credentials, keys of records.

use super::{Culprit, Trouble};
use crate::contract::semantics::Slot;
use crate::contract::{Operation, Scheme};
use crate::event::Obstacle;
use crate::study::{Study, second_words};
use crate::target::Target;

/// The tenant's slot, if the operation takes it and no value is known for it.
pub(in crate::engine) fn missing_tenant<'a>(study: &'a Study, operation: &Operation) -> Option<&'a Slot> {
    let slot = study.contract.root.tenancy.as_ref()?.slot.as_ref()?;
    (study.means.tenant.is_none() && operation.parameter(slot).is_some()).then_some(slot)
}

/// Whether the second tenant is the first one again: everything would look like a leak.
pub(in crate::engine) fn one_tenant_twice(study: &Study) -> Option<Trouble> {
    let means = &study.means;
    let selected = means.tenant.is_some() || means.second_tenant.is_some();
    let same = if selected { means.tenant == means.second_tenant } else { means.one_credential };
    (means.has_second && same).then(|| {
        let remedy = "give the access of another tenant with --second-token-env and --second-param, or leave it out";
        let message = "the second tenant is the first one again: same access, same tenant".to_owned();
        Trouble::new(Culprit::Setup, Obstacle::Unusable, message, remedy)
    })
}

/// What mends the access of the second tenant.
pub(in crate::engine) const SECOND: &str =
    "give a token of the second tenant with --second-token-env NAME, and the tenant with --second-param NAME=VALUE";

/// The trouble that the second tenant is not let in.
pub(in crate::engine) fn second_is_refused(target: &Target, status: u16) -> Trouble {
    let lacking = target.second.as_ref().map(|second| second.lacks(&target.own)).unwrap_or_default();
    let remedy = match lacking.first() {
        Some(name) => {
            format!("{SECOND}; the headers of the first tenant are not taken over: --second-header {name}=VALUE")
        }
        None => SECOND.to_owned(),
    };
    Trouble::new(Culprit::Setup, Obstacle::Misconfigured, second_words(status), remedy)
}

/// A named key of a resource that the document does not read.
pub(in crate::engine) fn unknown_resource(study: &Study) -> Option<Trouble> {
    let operations = study.contract.operations.iter();
    let read: Vec<&str> =
        operations.filter_map(|operation| Some(operation.clause.reads.as_ref()?.resource.as_str())).collect();
    let means = &study.means;
    let mut named = means.known_ids.keys().chain(means.second_known_ids.keys());
    let unknown = named.find(|resource| !read.contains(&resource.as_str()))?;
    let near = crate::suggest::nearest(unknown, read.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    let remedy = format!("{}resources that are read: {}", near.unwrap_or_default(), read.join(", "));
    Some(Trouble::new(Culprit::Setup, Obstacle::Unusable, format!("the document reads no `{unknown}` by key"), remedy))
}

/// The trouble that a record is not there although the user named it.
pub(in crate::engine) fn not_there(resource: &str, key: &str, how: &str, operation: &Operation) -> Trouble {
    let message = format!("the {resource} `{key}` is {how} by {}", operation.endpoint());
    let remedy = "name a record that exists in this tenant: --known-id RESOURCE=KEY, or known-ids in the file";
    Trouble::new(Culprit::Setup, Obstacle::Misconfigured, message, remedy)
}

/// What the credential has to hold where it is a key in `Authorization`: nothing is put before a key.
pub(in crate::engine) fn whole_header(study: &Study, operation: &Operation) -> &'static str {
    let schemes = operation.security.iter().flatten().filter_map(|name| study.contract.schemes.get(name));
    let mut keys = schemes.filter_map(|scheme| match scheme {
        Scheme::HeaderKey(header) => Some(header),
        _ => None,
    });
    if keys.any(|header| header.eq_ignore_ascii_case("authorization")) {
        " (it is the whole value of `Authorization`, with any prefix such as `Token `)"
    } else {
        ""
    }
}
