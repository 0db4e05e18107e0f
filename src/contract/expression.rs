//! Cross-field rules: CEL, the language that Kubernetes uses for the same purpose.
//!
//! The only module that names the `cel` crate for judging. Every JSON number becomes a CEL `double`, so that a rule
//! about money does not depend on whether a server writes `3600` or `3600.00`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cel::common::types::{CelBool, CelDouble, CelList, CelMap, CelMapKey, CelNull, CelString};
use cel::common::value::Val;
use cel::objects::{Key, Map};
use cel::{Context, ExecutionError, Program, Value as Cel};
use serde_json::Value;

use super::scope::Scope;

/// Values for which an expression remembers what it said: more than a collection holds that is asked again and again.
const MOST_REMEMBERED: usize = 8_192;

/// A compiled CEL expression.
///
/// The same records come in many answers, so what it said of JSON values is remembered by their fingerprint.
#[derive(Debug)]
pub struct Expression {
    text: String,
    program: Program,
    variables: Vec<String>,
    said: Mutex<HashMap<u64, Truth>>,
}

/// What a rule says about a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// It does not hold.
    Broken,
    /// It cannot be evaluated for this record, and why.
    Undefined(Arc<str>),
}

/// Why a text is no expression: what the compiler says.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ExpressionError(cel::ParseErrors);

impl Expression {
    /// Compiles a text.
    ///
    /// # Errors
    /// When the text is no CEL.
    ///
    /// # Example
    /// ```
    /// use contract_gate::contract::{Expression, Truth};
    /// let rule = Expression::compile("near(self.a, self.b * 2.0, 0.01)").expect("valid CEL");
    /// let record = serde_json::json!({"a": 4, "b": 2.001});
    /// assert_eq!(rule.truth(&[("self", &record)]), Truth::Holds);
    /// ```
    pub fn compile(text: &str) -> Result<Self, ExpressionError> {
        let program = Program::compile(text).map_err(ExpressionError)?;
        let mut variables: Vec<String> = program.references().variables().iter().map(|v| (*v).to_owned()).collect();
        variables.sort();
        Ok(Self { text: text.to_owned(), program, variables, said: Mutex::default() })
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Evaluates it with variables, as true, false or undefined.
    ///
    /// Where several expressions look at the same values, a [`Scope`] binds them once.
    #[must_use]
    pub fn truth(&self, variables: &[(&str, &Value)]) -> Truth {
        self.truth_in(&Scope::new(variables))
    }

    /// Evaluates it with the variables of a scope, as true, false or undefined.
    #[must_use]
    pub fn truth_in(&self, scope: &Scope<'_>) -> Truth {
        let Some(print) = scope.fingerprint(&self.variables) else { return self.found_in(scope) };
        if let Some(said) = self.said.lock().unwrap_or_else(PoisonError::into_inner).get(&print) {
            return said.clone();
        }
        let truth = self.found_in(scope);
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() < MOST_REMEMBERED {
            said.insert(print, truth.clone());
        }
        truth
    }

    fn found_in(&self, scope: &Scope<'_>) -> Truth {
        match self.evaluate(scope) {
            Ok(Cel::Bool(true)) => Truth::Holds,
            Ok(Cel::Bool(false)) => Truth::Broken,
            Ok(other) => Truth::Undefined(format!("gives a {} instead of true or false", other.type_of()).into()),
            Err(error) => Truth::Undefined(error.into()),
        }
    }

    /// Names of variables that it refers to, sorted.
    #[must_use]
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// Whether it refers to a variable.
    #[must_use]
    pub fn reads(&self, variable: &str) -> bool {
        self.variables.iter().any(|name| name == variable)
    }

    fn evaluate(&self, scope: &Scope<'_>) -> Result<Cel, String> {
        LIBRARY.with(|library| {
            let library: &Context<'_, '_> = library;
            let mut context = library.new_inner_scope();
            context.set_variable_resolver(scope);
            self.program.execute(&context).map_err(|error| error.to_string())
        })
    }
}

/// A CEL value that borrows the texts of a JSON value; every number becomes a `double`.
#[must_use]
pub fn borrowed(value: &Value) -> Box<dyn Val + '_> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(flag) => Box::new(CelBool::from(*flag)),
        Value::Number(number) => Box::new(CelDouble::from(number.as_f64().unwrap_or(f64::NAN))),
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(items) => Box::new(CelList::from(items.iter().map(borrowed).collect::<Vec<_>>())),
        Value::Object(members) => Box::new(borrowed_map(members.iter().map(|(name, value)| (name.as_str(), value)))),
    }
}

/// A CEL map of some members of an object, borrowed.
#[must_use]
pub fn borrowed_map<'v>(members: impl Iterator<Item = (&'v str, &'v Value)>) -> CelMap<'v> {
    let entries: HashMap<CelMapKey<'v>, Box<dyn Val + 'v>> =
        members.map(|(name, value)| (CelMapKey::from(name), borrowed(value))).collect();
    CelMap::from(entries)
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

thread_local! {
    static LIBRARY: Context<'static, 'static> = library();
}

/// The functions that [`library()`] adds to those of CEL.
pub(crate) const FUNCTIONS: [&str; 13] = [
    "near",
    "whole",
    "decimals",
    "instant",
    "is_instant",
    "unique",
    "like",
    "is_text",
    "is_number",
    "is_bool",
    "is_list",
    "is_object",
    "is_null",
];

/// A root context with the functions that `openapi/README.md` lists.
///
/// # Panics
/// Never: the names do not clash with the standard library's.
#[must_use]
pub fn library() -> Context<'static, 'static> {
    let mut context = Context::default();
    let added = [
        context.add_function("near", |a: Cel, b: Cel, tolerance: Cel| -> Result<bool, ExecutionError> {
            let (a, b, tolerance) = (figure("near", &a)?, figure("near", &b)?, figure("near", &tolerance)?);
            Ok((a - b).abs() <= tolerance + 1e-9 * a.abs().max(b.abs()).max(1.0))
        }),
        context.add_function("whole", |x: Cel| figure("whole", &x).map(|x| x.fract() == 0.0)),
        context.add_function("decimals", |x: Cel| {
            figure("decimals", &x).map(|x| {
                let text = format!("{x}");
                text.split_once('.')
                    .map_or(0.0, |(_, digits)| f64::from(u32::try_from(digits.len()).unwrap_or(u32::MAX)))
            })
        }),
        context.add_function("instant", |x: Cel| match &x {
            Cel::String(text) => {
                instant(text).ok_or_else(|| ExecutionError::function_error("instant", "no RFC 3339 instant"))
            }
            _ => Err(ExecutionError::function_error("instant", "not text")),
        }),
        context.add_function("is_instant", |x: Cel| matches!(&x, Cel::String(text) if instant(text).is_some())),
        context.add_function("unique", |x: Cel| match &x {
            Cel::List(items) => Ok(items.iter().enumerate().all(|(index, item)| !items[..index].contains(item))),
            _ => Err(ExecutionError::function_error("unique", "not a list")),
        }),
        context.add_function("like", |text: Cel, pattern: Cel| match (&text, &pattern) {
            (Cel::String(text), Cel::String(pattern)) => like(text, pattern),
            _ => Err(ExecutionError::function_error("like", "not text")),
        }),
        context.add_function("is_text", |x: Cel| matches!(x, Cel::String(_))),
        context.add_function("is_number", |x: Cel| matches!(x, Cel::Float(_) | Cel::Int(_) | Cel::UInt(_))),
        context.add_function("is_bool", |x: Cel| matches!(x, Cel::Bool(_))),
        context.add_function("is_list", |x: Cel| matches!(x, Cel::List(_))),
        context.add_function("is_object", |x: Cel| matches!(x, Cel::Map(_))),
        context.add_function("is_null", |x: Cel| matches!(x, Cel::Null)),
    ];
    for outcome in added {
        outcome.expect("our function names do not clash with CEL's standard library");
    }
    context
}

/// Whether a text matches a regular expression; each expression is compiled once per thread.
fn like(text: &str, pattern: &str) -> Result<bool, ExecutionError> {
    thread_local! {
        static COMPILED: RefCell<HashMap<String, Option<regex::Regex>>> = RefCell::new(HashMap::new());
    }
    COMPILED.with(|compiled| {
        let mut compiled = compiled.borrow_mut();
        if !compiled.contains_key(pattern) {
            compiled.insert(pattern.to_owned(), regex::Regex::new(pattern).ok());
        }
        match compiled.get(pattern) {
            Some(Some(regex)) => Ok(regex.is_match(text)),
            _ => Err(ExecutionError::function_error("like", "no regular expression")),
        }
    })
}

fn figure(function: &str, value: &Cel) -> Result<f64, ExecutionError> {
    #[expect(clippy::cast_precision_loss, reason = "counts in rules are far below 2^53")]
    match value {
        Cel::Float(x) => Ok(*x),
        Cel::Int(x) => Ok(*x as f64),
        Cel::UInt(x) => Ok(*x as f64),
        _ => Err(ExecutionError::function_error(function, "not a number")),
    }
}

/// Seconds since 1970 of an RFC 3339 instant; fractions and any offset allowed. To the microsecond; see [`moment`].
#[must_use]
pub fn instant(text: &str) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit into 2^53")]
    moment(text).map(|moment| moment.as_microsecond() as f64 / 1e6)
}

/// An RFC 3339 instant, to the nanosecond; fractions and any offset allowed.
#[must_use]
pub fn moment(text: &str) -> Option<jiff::Timestamp> {
    // RFC 3339 wants date, `T` and an offset; jiff alone would take more forms than that.
    let bytes = text.as_bytes();
    let shaped = bytes.len() >= 20 && matches!(bytes.get(10), Some(b'T' | b't' | b' ')) && bytes.get(13) == Some(&b':');
    if !shaped {
        return None;
    }
    text.parse().ok()
}

/// Turns JSON into a CEL value; every number becomes a `double`.
#[must_use]
pub fn to_cel(value: &Value) -> Cel {
    match value {
        Value::Null => Cel::Null,
        Value::Bool(flag) => Cel::Bool(*flag),
        Value::Number(number) => Cel::Float(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => Cel::String(Arc::new(text.clone())),
        Value::Array(items) => Cel::List(Arc::new(items.iter().map(to_cel).collect())),
        Value::Object(members) => Cel::Map(Map {
            map: Arc::new(
                members
                    .iter()
                    .map(|(name, value)| (Key::String(Arc::new(name.clone())), to_cel(value)))
                    .collect::<HashMap<_, _>>(),
            ),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn truth(text: &str, record: &Value) -> Truth {
        Expression::compile(text).expect("valid CEL").truth(&[("self", record)])
    }

    #[test]
    fn integers_and_fractions_mix() {
        let record = json!({"collected": 4250, "cost": 3600.5, "margin": 649.5, "ids": ["a", "b"], "n": 2});
        assert_eq!(truth("near(self.margin, self.collected - self.cost, 0.01)", &record), Truth::Holds);
        assert_eq!(truth("self.n == double(size(self.ids))", &record), Truth::Holds);
        assert_eq!(truth("self.n >= 0.0 && whole(self.n) && unique(self.ids)", &record), Truth::Holds);
        assert_eq!(truth("self.n > 2.0", &record), Truth::Broken);
    }

    #[test]
    fn missing_fields_are_undefined_not_broken() {
        assert!(matches!(truth("self.a > 1.0", &json!({})), Truth::Undefined(_)));
        assert_eq!(truth("!has(self.a) || self.a > 1.0", &json!({})), Truth::Holds);
    }

    #[test]
    fn instants_compare_across_offsets() {
        let record = json!({"a": "2023-03-15T10:49:03.461-04:00", "b": "2023-03-15T14:49:03.461Z"});
        assert_eq!(truth("instant(self.a) == instant(self.b)", &record), Truth::Holds);
        assert_eq!(truth("is_instant(self.a)", &json!({"a": "2023-03-15"})), Truth::Broken);
    }

    #[test]
    fn broken_text_is_refused() {
        assert!(Expression::compile("self.a >").is_err());
    }
}
