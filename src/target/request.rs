//! From a call to a request and to what is recorded of it.

use std::sync::atomic::Ordering;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::draft::{Draft, parameter_value, standing_value};
use super::stranger::wrong_token;
use super::{Identity, Target};
use crate::case::{Access, Call};
use crate::contract::{Contract, JSON, Operation, Scheme};
use crate::exchange::{Sent, basic_in_clear};
use crate::mask::Basic;

/// The header that says which media types are wanted.
const ACCEPT: &str = "Accept";
/// Holds the place of a credential in a query until it is written down.
const KEY: &str = "the-key-of-this-run";

impl Target {
    /// Makes a call a request, with what is recorded of it.
    ///
    /// # Errors
    /// Words for why it cannot be sent.
    pub(super) fn build(
        &self,
        contract: &Contract,
        operation: &Operation,
        call: &Call,
    ) -> Result<(reqwest::Request, Sent), String> {
        let (params, credential) = self.identities(call.access);
        let mut draft = Draft::new(contract, operation);
        for parameter in &operation.parameters {
            let Some(slot) = parameter.slot() else { continue };
            let value = match parameter_value(contract, operation, parameter, call.value(&slot), params, call.access) {
                None => standing_value(contract, operation, parameter, &self.own)?,
                given => given,
            };
            draft.declared(parameter, value, call.access)?;
        }
        for (slot, value) in &call.values {
            draft.beyond(operation, slot, value);
        }
        let url = self.address(call, &draft)?;
        let method = call.method.as_deref().unwrap_or(&operation.method).to_owned();
        let body = draft.body.filter(|_| !matches!(method.as_str(), "GET" | "HEAD" | "TRACE"));
        let mut head = Head::new(url, draft.headers);
        // What to ask for is no credential: it goes with every request, whoever asks.
        let wanted = credential.unwrap_or(&self.own).headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(ACCEPT));
        if let Some((_, wanted)) = wanted {
            head.accept(wanted.expose_secret());
        }
        if let (Some((secret, name)), Some(scheme)) =
            (token_of(call.access, &self.own, credential), scheme_of(contract, operation))
        {
            head.carry(scheme, &secret, &name);
        }
        match credential {
            Some(identity) => head.carry_headers(identity, identity.headers.iter()),
            // Whoever has no credential still comes by the same way.
            None => head.carry_headers(&self.own, self.own.open_headers(contract)),
        }
        let media = operation.body.as_ref().map_or(JSON, |body| body.media.as_str());
        self.encode(method, head, body.map(|body| (media, body.to_string())))
    }

    fn encode(
        &self,
        method: String,
        mut head: Head,
        body: Option<(&str, String)>,
    ) -> Result<(reqwest::Request, Sent), String> {
        let method_name = reqwest::Method::from_bytes(method.as_bytes()).map_err(|why| why.to_string())?;
        if let Some((media, _)) = body.as_ref().filter(|_| !head.has("Content-Type")) {
            head.headers.push(("Content-Type".to_owned(), (*media).to_owned()));
            // curl says application/json by itself.
            if *media != JSON {
                head.shown.push(("Content-Type".to_owned(), (*media).to_owned()));
            }
        }
        let mut request = self.connections.client().request(method_name, head.url.clone());
        for (name, value) in &head.headers {
            let mut value = reqwest::header::HeaderValue::from_bytes(value.as_bytes())
                .map_err(|_| format!("header `{name}` cannot carry this value"))?;
            value.set_sensitive(true);
            let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).map_err(|why| why.to_string())?;
            request = request.header(name, value);
        }
        let body = body.map(|(_, text)| text);
        if let Some(text) = &body {
            request = request.body(text.clone());
        }
        let request = request.build().map_err(|why| why.without_url().to_string())?;
        let sent = Sent {
            method,
            url: (self.mask)(&head.shown_url()),
            headers: head
                .shown
                .into_iter()
                .filter(|shown| !is_ordinary(shown))
                .map(|(name, value)| (name, (self.mask)(&value)))
                .collect(),
            body: body.map(|text| (self.mask)(&text)),
        };
        Ok((request, sent))
    }

    /// The whole address: the next page's as the server gave it, or the path and query of a draft.
    fn address(&self, call: &Call, draft: &Draft) -> Result<Url, String> {
        if let Some(next) = &call.follow {
            return self.followed(next, &draft.path);
        }
        let mut url = Url::parse(&format!("{}{}", self.base, draft.path)).map_err(|why| why.to_string())?;
        if !draft.query.is_empty() {
            url.set_query(Some(&draft.query_text()));
        }
        Ok(url)
    }

    /// The identity whose parameters a call uses, and the one whose credential it carries.
    fn identities(&self, access: Access) -> (&Identity, Option<&Identity>) {
        let second = self.second.as_ref().unwrap_or(&self.own);
        match access {
            Access::Own | Access::NoTenant | Access::UnknownTenant => (&self.own, Some(&self.own)),
            Access::Anonymous | Access::Wrong => (&self.own, None),
            Access::Second => (second, Some(second)),
            Access::OwnInSecond => (second, Some(&self.own)),
        }
    }

    /// A next page's address on this target: a token never goes to another host. Servers behind a proxy name the host that
    /// the world knows, and perhaps a folder there; what they mean is `path`, the operation's own, here.
    pub(super) fn followed(&self, next: &str, path: &str) -> Result<Url, String> {
        let base = Url::parse(&format!("{}/", self.base)).map_err(|why| why.to_string())?;
        let url = base.join(next).map_err(|why| why.to_string())?;
        if url.host_str() == base.host_str() && url.port_or_known_default() == base.port_or_known_default() {
            return Ok(url);
        }
        self.relinked.store(true, Ordering::Relaxed);
        let mut here = Url::parse(&format!("{}{path}", self.base)).map_err(|why| why.to_string())?;
        let own = here.path().strip_prefix(base.path().trim_end_matches('/')).unwrap_or(here.path());
        if !matches!(url.scheme(), "http" | "https") || own.len() < 2 || !url.path().ends_with(own) {
            return Err("the next page's address leads to another host".to_owned());
        }
        here.set_query(url.query());
        Ok(here)
    }
}

/// What is recorded of a request, and what goes out: only the latter holds secrets.
struct Head {
    url: Url,
    headers: Vec<(String, String)>,
    shown_url: Url,
    /// What stands for the credential in the query, if it goes there.
    key: Option<String>,
    shown: Vec<(String, String)>,
}

impl Head {
    fn new(url: Url, headers: Vec<(String, String)>) -> Self {
        Self { shown_url: url.clone(), key: None, shown: headers.clone(), url, headers }
    }

    /// Adds a token by its scheme; `name` stands for it in the record.
    fn carry(&mut self, scheme: &Scheme, secret: &str, name: &str) {
        if let Scheme::QueryKey(key) = scheme {
            self.url.query_pairs_mut().append_pair(key, secret);
            self.shown_url.query_pairs_mut().append_pair(key, KEY);
            self.key = Some(name.to_owned());
        } else {
            let (header, real, text) = credential_header(scheme, secret, name);
            self.headers.push((header.clone(), real));
            self.shown.push((header, text));
        }
    }

    /// The address as it is recorded: a variable of the shell stands for the credential.
    fn shown_url(&self) -> String {
        let url = self.shown_url.as_str();
        self.key.as_ref().map_or_else(|| url.to_owned(), |name| url.replace(KEY, name))
    }

    fn has(&self, name: &str) -> bool {
        self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    /// Asks for another media type than the document's.
    fn accept(&mut self, wanted: &str) {
        for headers in [&mut self.headers, &mut self.shown] {
            headers.retain(|(known, _)| !known.eq_ignore_ascii_case(ACCEPT));
            headers.insert(0, (ACCEPT.to_owned(), wanted.to_owned()));
        }
    }

    /// Adds headers of an identity that go with every request.
    fn carry_headers<'h>(&mut self, identity: &Identity, headers: impl Iterator<Item = &'h (String, SecretString)>) {
        for (header, value) in headers.filter(|(header, _)| !header.eq_ignore_ascii_case(ACCEPT)) {
            self.headers.push((header.clone(), value.expose_secret().to_owned()));
            let made_up = || format!("${}", header.to_ascii_uppercase().replace('-', "_"));
            let shown = identity.shown_headers.get(&header.to_ascii_lowercase()).cloned();
            self.shown.push((header.clone(), shown.unwrap_or_else(made_up)));
        }
    }
}

/// Whether curl gets the same answer without this header: one that asks for JSON, as everybody expects.
fn is_ordinary((name, value): &(String, String)) -> bool {
    name.eq_ignore_ascii_case(ACCEPT) && value == JSON
}

/// The token that a call shows, with the name that stands for it in records.
fn token_of(access: Access, own: &Identity, credential: Option<&Identity>) -> Option<(String, String)> {
    match (access, credential) {
        (Access::Wrong, _) => {
            Some(wrong_token(own.token.as_ref().map(|token| token.expose_secret()), &name_of_token(own)))
        }
        (Access::Anonymous, _) | (_, None) => None,
        (_, Some(identity)) => {
            identity.token.as_ref().map(|token| (token.expose_secret().to_owned(), name_of_token(identity)))
        }
    }
}

fn name_of_token(identity: &Identity) -> String {
    format!("${}", if identity.token_name.is_empty() { "TOKEN" } else { &identity.token_name })
}

fn credential_header(scheme: &Scheme, secret: &str, name: &str) -> (String, String, String) {
    match scheme {
        Scheme::HeaderKey(header) => (header.clone(), secret.to_owned(), name.to_owned()),
        Scheme::Basic => {
            let how = Basic::of(secret);
            let shown = match how {
                Basic::Pair => basic_in_clear(name),
                Basic::Key => basic_in_clear(&format!("{name}:")),
                Basic::Encoded => format!("Basic {name}"),
            };
            ("Authorization".to_owned(), format!("Basic {}", how.encode(secret)), shown)
        }
        _ => ("Authorization".to_owned(), format!("Bearer {secret}"), format!("Bearer {name}")),
    }
}

/// The scheme that a token is sent by: the first alternative that the gate can send.
fn scheme_of<'a>(contract: &'a Contract, operation: &Operation) -> Option<&'a Scheme> {
    let named = operation.security.iter().flatten().filter_map(|name| contract.schemes.get(name));
    named.chain(contract.schemes.values()).find(|scheme| !matches!(scheme, Scheme::Other(_)))
}
