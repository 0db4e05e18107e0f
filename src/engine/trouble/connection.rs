//! Requests that got no answer: whose fault that is, and the next step.

use super::{Culprit, Look, Trouble};
use crate::engine::cut::stopped;
use crate::event::{Aborted, Obstacle};
use crate::exchange::{Failure, Stop};

pub(super) fn look_at_failure(base: &str, failure: &Failure) -> Look {
    let server = |message: String, remedy: &str| Trouble::new(Culprit::Server, Obstacle::Unreachable, message, remedy);
    match failure {
        Failure::Unsendable(why) => {
            let remedy = "give the missing value, then run again";
            Look::Certain(Trouble::new(Culprit::Setup, Obstacle::Unusable, why.clone(), remedy))
        }
        Failure::Connect(why) => Look::Certain(no_connection(base, why)),
        Failure::Timeout { status: None, after } => Look::Certain(server(
            format!("{base} does not answer within {after:?}"),
            "check that the server is up, or raise --timeout",
        )),
        Failure::Dropped(_) => Look::Doubtful(server(
            format!("{base} closes the connection before it answers"),
            "look at the server's log; check that http and https are not mixed up in --base-url",
        )),
        Failure::Stopped(stop @ Stop::Asked(_)) => {
            let Aborted { message, remedy, .. } = stopped(*stop);
            Look::Certain(Trouble::new(Culprit::Setup, Obstacle::RateLimited, message, remedy))
        }
        _ => Look::Fine,
    }
}

fn no_connection(base: &str, why: &str) -> Trouble {
    if is_tls(why) {
        let remedy = match why.contains("CaUsedAsEndEntity") {
            true => {
                "issue the server a certificate of its own (CA:FALSE) by that authority, and name the authority's in SSL_CERT_FILE"
            }
            false => {
                "use the host name that the certificate is for, let this machine trust its issuer (SSL_CERT_FILE=FILE.pem), and check that the port speaks HTTPS"
            }
        };
        let message = format!("{base} cannot be reached: {}", tls_words(why));
        let remedy =
            match ["InvalidContentType", "corrupt message", "handshake eof"].iter().any(|word| why.contains(word)) {
                true => format!(
                    "write {} if the server speaks plain HTTP, or name the port that speaks HTTPS",
                    base.replacen("https:", "http:", 1)
                ),
                false => remedy.to_owned(),
            };
        return Trouble::new(Culprit::Setup, Obstacle::Unreachable, message, remedy);
    }
    let message = format!("{base} cannot be reached: {why}");
    let lower = why.to_lowercase();
    if ["lookup", "dns", "resolve", "not known", "no such host"].iter().any(|word| lower.contains(word)) {
        let remedy = "check the host name in --base-url, and the network";
        return Trouble::new(Culprit::Setup, Obstacle::Unreachable, message, remedy);
    }
    let remedy = "start the server, or check --base-url, network and TLS; --wait 30s waits for one that is starting";
    Trouble::new(Culprit::Server, Obstacle::Unreachable, message, remedy)
}

/// Whether a connection failed where both sides agree on keys and certificates.
pub(in crate::engine) fn is_tls(why: &str) -> bool {
    let lower = why.to_lowercase();
    ["certificate", "tls", "handshake", "corrupt message", "invalidcontenttype", "unknownissuer"]
        .iter()
        .any(|word| lower.contains(word))
}

/// What is wrong with a certificate, in words; the library names it for programmers.
fn tls_words(why: &str) -> String {
    let known = [
        ("UnknownIssuer", "this machine does not trust whoever issued the server's certificate"),
        ("CaUsedAsEndEntity", "the server shows the certificate of an authority, not one of its own"),
        ("NotValidYet", "the server's certificate is not valid yet"),
        ("Expired", "the server's certificate has expired"),
        ("NotValidForName", "the server's certificate is for another host name"),
        ("InvalidContentType", "the port does not speak HTTPS"),
        (
            "handshake eof",
            "the connection is closed in the middle of the TLS handshake; perhaps the port does not speak HTTPS",
        ),
    ];
    let words = known.iter().find(|(name, _)| why.contains(name)).map(|(_, words)| (*words).to_owned());
    words.unwrap_or_else(|| why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certificates_are_spoken_of_in_words() {
        let trouble = no_connection("https://h", "invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))");
        assert_eq!(trouble.culprit, Culprit::Setup);
        assert!(trouble.message.ends_with("shows the certificate of an authority, not one of its own"), "{trouble:?}");
        let trouble = no_connection("https://h", "invalid peer certificate: UnknownIssuer");
        assert!(!trouble.message.contains("UnknownIssuer"), "{trouble:?}");
        assert_eq!(no_connection("http://h", "Connection refused").culprit, Culprit::Server);
    }
}
