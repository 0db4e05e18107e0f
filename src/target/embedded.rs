//! The embedded server as a target: entered with the access that it gives, and from there on one like any other.

use super::{Identity, Limits, Target, TargetError};
use crate::contract::semantics::Slot;
use crate::mock::{Access, Running};

impl Identity {
    /// The access that an embedded server gives: that of its first tenant, and of the second one where it has two.
    #[must_use]
    pub fn pair(access: &Access) -> (Self, Option<Self>) {
        let identity = |token: &str, params: &[(Slot, String)], name: &str| Self {
            token: Some(token.to_owned().into()),
            token_name: name.to_owned(),
            params: params.iter().map(|(slot, value)| (slot.name().to_owned(), value.clone())).collect(),
            ..Self::default()
        };
        let second =
            (access.tenants.len() > 1).then(|| identity(&access.second_token, &access.second_params, "SECOND_TOKEN"));
        (identity(&access.token, &access.params, "TOKEN"), second)
    }
}

impl Target {
    /// An embedded server, entered as both of its tenants.
    ///
    /// # Errors
    /// As [`Target::new`].
    ///
    /// # Example
    /// ```
    /// use std::sync::Arc;
    /// use contract_gate::contract::Contract;
    /// use contract_gate::mock;
    /// use contract_gate::target::{Limits, Target};
    ///
    /// let contract = Arc::new(Contract::shipped("flexprice").expect("is shipped"));
    /// let server = mock::start(contract, mock::Options::default()).expect("starts");
    /// let target = Target::embedded(&server, Limits::default()).expect("a base URL");
    /// assert_eq!(target.base(), server.base_url());
    /// ```
    pub fn embedded(server: &Running, limits: Limits) -> Result<Self, TargetError> {
        let (own, second) = Identity::pair(server.access());
        Self::new(server.base_url(), own, second, limits)
    }
}
