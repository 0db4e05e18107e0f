//! Keeps secrets and people's data out of everything that is written.
//!
//! A [`Masker`] knows the secrets of a run and removes them from any text, in whatever form they come: as they are,
//! URL-encoded, base64, hexadecimal, JSON-escaped, HTML-escaped, quoted-printable, folded over header lines, and mixtures
//! of these. It stands at two doors: exchanges pass it when they are recorded, events pass it on their way to the reports.

mod basic;
mod credentials;
mod escape;
mod masker;
mod needle;
mod personal;
mod placeholder;
mod reading;
mod secret;

pub use basic::Basic;
pub use credentials::{has_user, header_names_credential, names_credential, redact_credentials};
pub use masker::Masker;
pub use personal::{redact_emails, redact_personal};
pub use placeholder::{holds_placeholder, is_placeholder};
pub use secret::{SHORTEST, STARS, Secret};
