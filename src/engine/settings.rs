//! What a run was set to do, as far as its verdict depends on it: the parts of a split run must agree in it.

use std::collections::BTreeMap;

use super::Options;
use crate::study::{Means, Probing};
use crate::target::{Identity, Target};

/// The settings by name, in words. Secrets do not stand in it: a credential is only there or not, and what is secret among
/// the parameters is masked on its way out.
pub(super) fn settings(target: &Target, options: &Options, means: &Means) -> BTreeMap<String, String> {
    let selection = &options.selection;
    let levels = selection.levels.rules().map(|rule| format!("{} {}", rule.level, rule.scope));
    let probing = match means.probing {
        Probing::Safe => "TRACE",
        Probing::Careful => "what changes nothing",
        Probing::All => "all",
    };
    let mut second = target.second.as_ref().map(way_in).unwrap_or_default();
    if target.second.is_some() && means.one_credential {
        second.push("the same credential".to_owned());
    }
    let own = [
        ("the access", listed(way_in(&target.own))),
        ("the second tenant", listed(second)),
        ("the methods tried", probing.to_owned()),
        ("what is selected", sorted(&selection.only)),
        ("what is skipped", sorted(&selection.skip)),
        ("the levels", listed(levels.collect())),
        ("the records walked", options.max_records.to_string()),
        ("the records read", means.reads.to_string()),
    ];
    let own = own.into_iter().map(|(name, words)| (name.to_owned(), words));
    options.about.clone().into_iter().chain(own).collect()
}

/// How an identity gets in.
fn way_in(identity: &Identity) -> Vec<String> {
    let token = identity.token.iter().map(|_| "a credential".to_owned());
    let shown = |name: &str| identity.shown_headers.get(&name.to_ascii_lowercase()).map_or("…", String::as_str);
    let headers = identity.headers.iter().map(|(name, _)| format!("{name}: {}", shown(name)));
    let params = identity.params.iter().map(|(name, value)| format!("{name}={value}"));
    let known = identity.known_ids.iter().map(|(resource, keys)| format!("{resource}={}", keys.join(" ")));
    token.chain(headers).chain(params).chain(known).collect()
}

fn sorted(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort();
    listed(names)
}

fn listed(words: Vec<String>) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
