//! Who may come in, and to which tenant.

use std::collections::BTreeMap;

use super::ask::Refused;
use super::exchange::Inputs;
use super::hook::Neglect;
use super::population::Population;
use super::token::encode;
use crate::contract::semantics::Slot;
use crate::contract::{Contract, Operation, Scheme};

/// What a client needs to be let in.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Credential of the first tenant: bearer token or API key, whichever the document asks for.
    pub token: String,
    /// Credential of the second tenant; equals `token` where there is no second one.
    pub second_token: String,
    /// Names of the tenants.
    pub tenants: Vec<String>,
    /// Values that select the first tenant, by slot; then what else requests must carry.
    pub params: Vec<(Slot, String)>,
    /// Values that select the second tenant, by slot.
    pub second_params: Vec<(Slot, String)>,
    /// Keys of a few records of the first tenant, by resource: the first, one in the middle, the last, and one that
    /// needs percent-encoding if there is one.
    pub known_keys: BTreeMap<String, Vec<String>>,
    /// Keys of a few records of the second tenant, by resource.
    pub second_keys: BTreeMap<String, Vec<String>>,
}

impl Access {
    /// The access that a server of this population gives.
    pub(crate) fn new(contract: &Contract, population: &Population, seed: u64) -> Self {
        let token = |index: usize| format!("mock-token-{}-{seed}", index + 1);
        let tenants = population.tenants.clone();
        let second = usize::from(tenants.len() > 1);
        let slot = contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.clone());
        let params = |index: usize| -> Vec<(Slot, String)> {
            let tenant = slot.iter().filter_map(|slot| Some((slot.clone(), tenants.get(index)?.clone())));
            tenant.chain(contract.whatever_is_required()).collect()
        };
        Self {
            token: token(0),
            second_token: token(second),
            params: params(0),
            second_params: params(second),
            known_keys: keys(population, 0),
            second_keys: keys(population, second),
            tenants,
        }
    }

    /// Headers and query parameters that carry a token for an operation.
    #[must_use]
    pub fn credentials(&self, contract: &Contract, operation: &Operation, second: bool) -> Vec<(Slot, String)> {
        let token = if second { &self.second_token } else { &self.token };
        let schemes = operation.security.iter().find(|schemes| !schemes.is_empty());
        let schemes = schemes.into_iter().flatten().filter_map(|name| contract.schemes.get(name));
        schemes.map(|scheme| carry(scheme, token)).collect()
    }
}

fn carry(scheme: &Scheme, token: &str) -> (Slot, String) {
    let authorization = |value: String| (Slot::Header("Authorization".to_owned()), value);
    match scheme {
        Scheme::Bearer | Scheme::Other(_) => authorization(format!("Bearer {token}")),
        Scheme::Basic => authorization(format!("Basic {}", encode(format!("{token}:").as_bytes()))),
        Scheme::HeaderKey(name) => (Slot::Header(name.clone()), token.to_owned()),
        Scheme::QueryKey(name) => (Slot::Query(name.clone()), token.to_owned()),
    }
}

fn keys(population: &Population, tenant: usize) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (name, stock) in &population.stocks {
        let Some(table) = stock.tables.get(tenant).filter(|table| !table.is_empty()) else { continue };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
        let awkward = table.iter().find(|row| !row.key.chars().all(plain));
        let few = [table.first(), table.get(table.len() / 2), table.last(), awkward];
        let mut keys: Vec<String> = few.into_iter().flatten().map(|row| row.key.clone()).collect();
        keys.dedup();
        all.insert(name.clone(), keys);
    }
    all
}

/// Checks the door for one server.
pub(crate) struct Door<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) access: &'a Access,
    /// Duties that are neglected.
    pub(crate) neglects: &'a dyn Fn(Neglect) -> bool,
}

impl Door<'_> {
    /// Index of the tenant whose records may be seen.
    pub(crate) fn enter(&self, operation: &Operation, inputs: &Inputs) -> Result<usize, Refused> {
        let credential = self.credential(operation, inputs)?;
        let Some(slot) = self.contract.root.tenancy.as_ref().and_then(|tenancy| tenancy.slot.as_ref()) else {
            return Ok(credential);
        };
        let carries =
            operation.parameter(slot).is_some() || (matches!(slot, Slot::Body(_)) && operation.body.is_some());
        if !carries {
            return Ok(credential);
        }
        let free = (self.neglects)(Neglect::MissingTenant);
        match inputs.text(slot).filter(|name| !name.is_empty()) {
            None if free => Ok(credential),
            None => Err(Refused::NoTenant),
            Some(name) => match self.access.tenants.iter().position(|known| *known == name) {
                Some(tenant) if tenant == credential || (self.neglects)(Neglect::ForeignRecords) => Ok(tenant),
                Some(tenant) if operation.clause.reads.is_some() && (self.neglects)(Neglect::TenantOfRecord) => {
                    Ok(tenant)
                }
                Some(_) => Err(Refused::Foreign).map_err(|refused| self.elsewhere(slot, refused)),
                None if free || (self.neglects)(Neglect::UnknownTenant) => Ok(credential),
                None => Err(Refused::NoTenant),
            },
        }
    }

    /// A tenant in the path is a place that one may not see; one in a header is a right that one lacks.
    fn elsewhere(&self, slot: &Slot, refused: Refused) -> Refused {
        if matches!(slot, Slot::Path(_)) { refused } else { Refused::NoTenant }
    }

    fn credential(&self, operation: &Operation, inputs: &Inputs) -> Result<usize, Refused> {
        if operation.security.is_empty() || operation.security.iter().any(Vec::is_empty) {
            return Ok(0);
        }
        let mut shown = false;
        for schemes in &operation.security {
            let schemes = schemes.iter().filter_map(|name| self.contract.schemes.get(name));
            let mut tenant = None;
            let mut complete = true;
            for scheme in schemes {
                match self.holder(scheme, inputs) {
                    Some(Some(holder)) => tenant = Some(holder),
                    Some(None) => {
                        shown = true;
                        complete = false;
                    }
                    None => complete = false,
                }
            }
            if let (true, Some(tenant)) = (complete, tenant) {
                return Ok(tenant);
            }
        }
        match shown {
            true if (self.neglects)(Neglect::WrongCredential) => Ok(0),
            true => Err(Refused::WrongCredential),
            false if (self.neglects)(Neglect::MissingCredential) => Ok(0),
            false => Err(Refused::NoCredential),
        }
    }

    /// Nothing if no credential of the scheme is shown; else whose it is, if it is good.
    fn holder(&self, scheme: &Scheme, inputs: &Inputs) -> Option<Option<usize>> {
        let (slot, _) = carry(scheme, "");
        let shown = inputs.text(&slot).filter(|shown| !shown.is_empty())?;
        let fits = |token: &str| {
            let (_, wanted) = carry(scheme, token);
            match (shown.split_once(' '), wanted.split_once(' ')) {
                (Some((word, value)), Some((wanted_word, wanted))) => {
                    // What `check` is given for a scheme it sends as it is, encoded or not.
                    let value = value.trim();
                    word.eq_ignore_ascii_case(wanted_word) && (value.trim_end_matches('=') == wanted || value == token)
                }
                _ => shown == wanted,
            }
        };
        let begins = |token: &str| {
            let (_, wanted) = carry(scheme, token);
            let half = wanted.len() - token.len().div_ceil(2);
            wanted.get(..half).is_some_and(|beginning| shown.starts_with(beginning))
        };
        let tokens = [&self.access.token, &self.access.second_token];
        let nearly = || (self.neglects)(Neglect::CredentialEnd).then(|| tokens.iter().position(|token| begins(token)));
        Some(tokens.iter().position(|token| fits(token)).or_else(|| nearly().flatten()))
    }
}
