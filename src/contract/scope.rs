//! What the variables of CEL expressions stand for.

use std::fmt;
use std::sync::OnceLock;

use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use serde_json::Value;

use super::expression::borrowed;
use super::fingerprint::{fingerprint, fingerprint_of_all};

/// Variables for many expressions; each is bound when the first expression asks for it, and texts are borrowed.
///
/// # Example
/// ```
/// use contract_gate::contract::{Expression, Scope, Truth};
/// let record = serde_json::json!({"a": 4, "b": [2]});
/// let scope = Scope::new(&[("self", &record)]);
/// for text in ["self.a == 4.0", "size(self.b) == 1"] {
///     assert_eq!(Expression::compile(text).expect("valid CEL").truth_in(&scope), Truth::Holds);
/// }
/// ```
#[derive(Debug, Default)]
pub struct Scope<'v> {
    variables: Vec<Variable<'v>>,
}

struct Variable<'v> {
    name: String,
    /// The JSON value; `None` for one that came as a CEL value.
    json: Option<&'v Value>,
    bound: OnceLock<Box<dyn Val + 'v>>,
    print: OnceLock<u64>,
}

impl<'v> Variable<'v> {
    fn of(name: &str, value: &'v Value) -> Self {
        Self { name: name.to_owned(), json: Some(value), bound: OnceLock::new(), print: OnceLock::new() }
    }
}

impl fmt::Debug for Variable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variable").field("name", &self.name).field("json", &self.json).finish_non_exhaustive()
    }
}

impl<'v> Scope<'v> {
    /// Names JSON values.
    #[must_use]
    pub fn new(variables: &[(&str, &'v Value)]) -> Self {
        Self { variables: variables.iter().map(|(name, value)| Variable::of(name, value)).collect() }
    }

    /// The same scope with a name for another JSON value, in place of the one that it had.
    #[must_use]
    pub fn with(mut self, name: &str, value: &'v Value) -> Self {
        self.variables.retain(|variable| variable.name != name);
        self.variables.push(Variable::of(name, value));
        self
    }

    /// Binds one more name, to any CEL value.
    pub fn bind(&mut self, name: &str, value: Box<dyn Val + 'v>) {
        let bound = OnceLock::from(value);
        self.variables.push(Variable { name: name.to_owned(), json: None, bound, print: OnceLock::new() });
    }

    /// One fingerprint of what the names stand for; `None` where one of them came as a CEL value. A name that is not bound
    /// stands for nothing.
    pub(super) fn fingerprint(&self, names: &[String]) -> Option<u64> {
        let named: Option<Vec<u64>> = names
            .iter()
            .map(|name| match self.variables.iter().find(|variable| variable.name == *name) {
                Some(variable) => variable.json.map(|json| *variable.print.get_or_init(|| fingerprint(json))),
                None => Some(0),
            })
            .collect();
        Some(fingerprint_of_all(named?.into_iter()))
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let found = self.variables.iter().find(|known| known.name == variable)?;
        let json = found.json.unwrap_or(&Value::Null);
        Some(CowVal::Borrowed(found.bound.get_or_init(|| borrowed(json)).as_ref()))
    }
}
