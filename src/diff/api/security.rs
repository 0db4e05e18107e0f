//! Security: alternatives of requirements, their scopes, and the schemes behind the names.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Api, Both, Context, child};
use crate::diff::arena::{NodeId, Side};
use crate::diff::change::{At, Change};
use crate::diff::rule::Rule;
use crate::diff::rules;

/// One alternative: the schemes that must be satisfied together, each with its scopes.
type Alternative<'a> = BTreeMap<&'a str, Vec<&'a str>>;

/// What an operation asks for: where that is written, and the alternatives. Nobody asked means one that is empty.
fn requirements<'a>(side: &mut Side<'a>, operation: NodeId) -> (At, Vec<Alternative<'a>>) {
    let root = side.root();
    let holder = if side.get(operation, "security").is_some() { operation } else { root };
    let open = vec![Alternative::new()];
    let Some(list) = side.get(holder, "security") else { return (At::node(root), open) };
    let mut found = Vec::new();
    for item in side.items(list) {
        let mut alternative = Alternative::new();
        for (name, scopes) in side.members(item) {
            let mut scopes: Vec<&str> =
                side.value(scopes).as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            scopes.sort_unstable();
            scopes.dedup();
            alternative.insert(name, scopes);
        }
        found.push(alternative);
    }
    (At::key(holder, "security"), if found.is_empty() { open } else { found })
}

fn text(alternative: &Alternative<'_>) -> String {
    if alternative.is_empty() {
        return "anonymous access".to_owned();
    }
    let parts: Vec<String> = alternative
        .iter()
        .map(
            |(name, scopes)| {
                if scopes.is_empty() { (*name).to_owned() } else { format!("{name} ({})", scopes.join(", ")) }
            },
        )
        .collect();
    format!("`{}`", parts.join(" + "))
}

/// All alternatives: any of them will do.
fn all(alternatives: &[Alternative<'_>]) -> String {
    alternatives.iter().map(text).collect::<Vec<_>>().join(" or ")
}

/// Whether whoever satisfies `held` satisfies `asked` too.
fn satisfies(held: &Alternative<'_>, asked: &Alternative<'_>) -> bool {
    asked
        .iter()
        .all(|(name, scopes)| held.get(name).is_some_and(|known| scopes.iter().all(|scope| known.contains(scope))))
}

fn same_schemes(one: &Alternative<'_>, two: &Alternative<'_>) -> bool {
    one.len() == two.len() && one.keys().all(|name| two.contains_key(name))
}

impl<'a> Api<'a> {
    pub(super) fn compare_security(&mut self, context: &Context, both: Both) {
        let (old_at, old) = requirements(self.old(), both.old);
        let (new_at, mut new) = requirements(self.new_side(), both.new);
        let (root_old, root_new) = (self.engine.old.root(), self.engine.new.root());
        // Where nothing is written, the place is that of the side that says something: the root, or the operation.
        let old_at = if old_at == At::node(root_old) && new_at.node != root_new { At::node(both.old) } else { old_at };
        let new_at = if new_at == At::node(root_new) && old_at.node != root_old { At::node(both.new) } else { new_at };
        self.rename_schemes(&old, &mut new);
        let mut said_scopes = Vec::new();
        for held in &old {
            if new.iter().any(|asked| satisfies(held, asked)) {
                continue;
            }
            let (rule, before, after): (&'static Rule, String, String) = if held.is_empty() {
                (&rules::security_required::RULE, "anonymous access".to_owned(), all(&new))
            } else if let Some(index) = new.iter().position(|asked| same_schemes(held, asked)) {
                said_scopes.push(index);
                (&rules::security_scope_added::RULE, text(held), text(&new[index]))
            } else {
                (&rules::security_alternative_removed::RULE, text(held), all(&new))
            };
            self.say_security(context, rule, (&old_at, &new_at), (before, after));
        }
        for (index, asked) in new.iter().enumerate() {
            if said_scopes.contains(&index) || old.iter().any(|held| held == asked) {
                continue;
            }
            let rule: &'static Rule = if asked.is_empty() {
                &rules::security_dropped::RULE
            } else if old.iter().any(|held| same_schemes(held, asked)) {
                &rules::security_scope_removed::RULE
            } else if old.iter().any(Alternative::is_empty) && !new.iter().any(Alternative::is_empty) {
                continue;
            } else {
                &rules::security_alternative_added::RULE
            };
            let held = old.iter().find(|held| same_schemes(held, asked));
            self.say_security(context, rule, (&old_at, &new_at), (held.map_or_else(|| all(&old), text), text(asked)));
        }
    }

    fn say_security(&mut self, context: &Context, rule: &'static Rule, at: (&At, &At), values: (String, String)) {
        let change = Change::new(rule, context.direction)
            .at(Some(at.0.clone()), Some(at.1.clone()))
            .about("`security`")
            .values(values.0, values.1);
        self.push(context, "security", change);
    }

    /// A scheme that has another name but reads the same is the same scheme.
    fn rename_schemes(&mut self, old: &[Alternative<'a>], new: &mut [Alternative<'a>]) {
        let before = schemes(&mut self.engine.old);
        let after = schemes(&mut self.engine.new);
        let gone: Vec<&'a str> =
            old.iter().flat_map(|all| all.keys().copied()).filter(|name| !after.contains_key(name)).collect();
        for alternative in new {
            let fresh: Vec<&str> = alternative.keys().copied().filter(|name| !before.contains_key(name)).collect();
            for name in fresh {
                let Some(two) = after.get(name) else { continue };
                let found = gone.iter().find(|one| {
                    before
                        .get(*one)
                        .is_some_and(|one| wire_facts(&self.engine.old, *one) == wire_facts(&self.engine.new, *two))
                });
                if let Some(known) = found
                    && let Some(scopes) = alternative.remove(name)
                {
                    alternative.insert(known, scopes);
                }
            }
        }
    }

    /// Compares the schemes that both documents name.
    pub(crate) fn compare_schemes(&mut self) {
        let before = schemes(&mut self.engine.old);
        let after = schemes(&mut self.engine.new);
        for (name, old) in &before {
            let Some(new) = after.get(name) else { continue };
            let (one, two) = (wire_facts(&self.engine.old, *old), wire_facts(&self.engine.new, *new));
            if one != two {
                self.say_scheme(&rules::security_scheme_changed::RULE, name, name, (*old, *new), (one, two));
            }
            let (before, after) = (flows(&self.engine.old, *old), flows(&self.engine.new, *new));
            for (rule, from, to, values) in [
                (&rules::security_flow_removed::RULE, &before, &after, ("offered", "not offered")),
                (&rules::security_flow_added::RULE, &after, &before, ("not offered", "offered")),
            ] {
                for flow in from.iter().filter(|flow| !before.is_empty() && !after.is_empty() && !to.contains(flow)) {
                    let values = (values.0.to_owned(), values.1.to_owned());
                    self.say_scheme(rule, &format!("{name} {flow}"), name, (*old, *new), values);
                }
            }
            let shared = |flow: &str| before.contains(&flow) && after.contains(&flow);
            let (one, two) = (endpoints(&self.engine.old, *old, shared), endpoints(&self.engine.new, *new, shared));
            if one != two {
                self.say_scheme(&rules::security_endpoint_changed::RULE, name, name, (*old, *new), (one, two));
            }
        }
    }

    fn say_scheme(
        &mut self,
        rule: &'static Rule,
        subject: &str,
        name: &str,
        nodes: (NodeId, NodeId),
        values: (String, String),
    ) {
        let operations = self.operations_with_scheme(name);
        if operations.is_empty() {
            return;
        }
        let change = Change::new(rule, crate::diff::law::Direction::Request)
            .at(Some(At::node(nodes.0)), Some(At::node(nodes.1)))
            .about(format!("`{subject}`"))
            .values(values.0, values.1);
        self.found.push(super::Reached { change, operations, spot: "security".to_owned() });
    }

    /// Operations of the old document that accept the scheme and are still there.
    fn operations_with_scheme(&mut self, name: &str) -> Vec<String> {
        let root = self.engine.old.root();
        let paths = child(&mut self.engine.old, root, "paths");
        let operations = super::operations::operations_of(&mut self.engine.old, paths);
        operations
            .into_iter()
            .filter(|operation| {
                let (_, found) = requirements(&mut self.engine.old, operation.node);
                found.iter().any(|alternative| alternative.contains_key(name))
            })
            .map(|operation| operation.label())
            .collect()
    }
}

fn schemes<'a>(side: &mut Side<'a>) -> BTreeMap<&'a str, NodeId> {
    let root = side.root();
    let Some(components) = side.get(root, "components") else { return BTreeMap::new() };
    let Some(map) = side.get(components, "securitySchemes") else { return BTreeMap::new() };
    side.members(map).into_iter().map(|(name, node)| (name, side.resolved(node))).collect()
}

/// What of a scheme shows on the wire.
fn wire_facts(side: &Side<'_>, node: NodeId) -> String {
    let word = |key: &str| side.text(node, key).unwrap_or_default();
    match word("type") {
        "apiKey" => {
            let name = if word("in") == "header" { word("name").to_ascii_lowercase() } else { word("name").to_owned() };
            format!("apiKey in {} `{name}`", word("in"))
        }
        "http" => format!("http {}", word("scheme").to_ascii_lowercase()),
        other => other.to_owned(),
    }
}

/// The OAuth flows of a scheme.
fn flows<'a>(side: &Side<'a>, node: NodeId) -> Vec<&'a str> {
    let flows = side.value(node).get("flows").and_then(Value::as_object);
    flows.into_iter().flatten().map(|(name, _)| name.as_str()).filter(|name| !name.starts_with("x-")).collect()
}

/// Where credentials are obtained, in the flows that are asked for.
fn endpoints(side: &Side<'_>, node: NodeId, wanted: impl Fn(&str) -> bool) -> String {
    let mut found = Vec::new();
    if let Some(url) = side.text(node, "openIdConnectUrl") {
        found.push(url.to_owned());
    }
    if let Some(flows) = side.value(node).get("flows").and_then(Value::as_object) {
        for (flow, facts) in flows.iter().filter(|(flow, _)| wanted(flow)) {
            let url = |key: &str| facts.get(key).and_then(Value::as_str).unwrap_or_default();
            found.push(format!("{flow} {} {}", url("authorizationUrl"), url("tokenUrl")).trim().to_owned());
        }
    }
    found.sort();
    found.join(", ")
}
