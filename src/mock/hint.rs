//! `x-mock` expressions: CEL with functions that draw from the record's own random numbers.
//!
//! The functions are those that `openapi/README.md` lists. What one evaluation may look at is set for the thread before
//! it and taken away after it; the numbers depend on seed, tenant, record and field only.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use cel::common::types::{CelInt, CelString};
use cel::objects::Key;
use cel::{Context, ExecutionError, Program, Value as Cel};
use serde_json::{Map, Number, Value};

use super::random::Random;
use super::words;
use crate::contract::{Scope, borrowed_map, library, to_cel};

/// A compiled hint.
#[derive(Debug)]
pub(super) struct Hint {
    program: Program,
    /// Whether it looks at `self`, `root`.
    own: Reach,
    root: Reach,
}

/// Which members of a variable an expression looks at.
#[derive(Debug)]
enum Reach {
    Nothing,
    Members(Vec<String>),
    Everything,
}

/// What one evaluation may look at.
pub(super) struct Draw<'a> {
    /// The object so far.
    pub(super) own: &'a Map<String, Value>,
    /// The record so far.
    pub(super) root: &'a Map<String, Value>,
    /// Index of the record.
    pub(super) i: usize,
    /// Population of the tenant.
    pub(super) n: usize,
    /// Name of the tenant.
    pub(super) tenant: &'a str,
    /// Which of the forms that the sources leave open is wanted.
    pub(super) style: u8,
    /// Keys of all records of the same resource and tenant.
    pub(super) keys: &'a Rc<Vec<Value>>,
    /// Numbers for this field of this record.
    pub(super) random: Random,
}

struct State {
    random: Random,
    keys: Rc<Vec<Value>>,
}

thread_local! {
    static STATE: RefCell<Option<State>> = const { RefCell::new(None) };
    static FUNCTIONS: Context<'static, 'static> = functions();
}

const ABSENT: &str = "\u{0}absent";

impl Hint {
    /// Compiles a hint.
    ///
    /// # Errors
    /// The compiler's message when the text is no CEL.
    pub(super) fn compile(text: &str) -> Result<Self, String> {
        let program = Program::compile(text).map_err(|errors| errors.to_string())?;
        Ok(Self { program, own: Reach::of(text, "self"), root: Reach::of(text, "root") })
    }

    /// The value, or `None` for `absent()`.
    ///
    /// # Errors
    /// The interpreter's message.
    pub(super) fn value(&self, draw: &Draw<'_>) -> Result<Option<Value>, String> {
        STATE.with(|state| {
            *state.borrow_mut() = Some(State { random: draw.random, keys: Rc::clone(draw.keys) });
        });
        let mut scope = Scope::default();
        self.own.bind(&mut scope, "self", draw.own);
        self.root.bind(&mut scope, "root", draw.root);
        scope.bind("i", int(draw.i));
        scope.bind("n", int(draw.n));
        scope.bind("style", int(usize::from(draw.style)));
        scope.bind("tenant", Box::new(CelString::from(draw.tenant)));
        let outcome = FUNCTIONS.with(|functions| {
            let functions: &Context<'_, '_> = functions;
            let mut context = functions.new_inner_scope();
            context.set_variable_resolver(&scope);
            self.program.execute(&context).map_err(|error| error.to_string())
        });
        STATE.with(|state| *state.borrow_mut() = None);
        Ok(from_cel(&outcome?))
    }
}

impl Reach {
    fn of(text: &str, variable: &str) -> Self {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut members: Vec<String> = Vec::new();
        for (at, _) in text.match_indices(variable) {
            let rest = &text[at + variable.len()..];
            if text[..at].chars().next_back().is_some_and(|c| is_word(c) || c == '.') || rest.starts_with(is_word) {
                continue;
            }
            let Some(rest) = rest.strip_prefix('.') else { return Self::Everything };
            let name: String = rest.chars().take_while(|c| is_word(*c)).collect();
            members.push(name);
        }
        if members.is_empty() { Self::Nothing } else { Self::Members(members) }
    }

    fn bind<'v>(&'v self, scope: &mut Scope<'v>, name: &str, object: &'v Map<String, Value>) {
        let value = match self {
            Self::Nothing => return,
            Self::Everything => borrowed_map(object.iter().map(|(name, value)| (name.as_str(), value))),
            Self::Members(members) => {
                borrowed_map(members.iter().filter_map(|name| Some((name.as_str(), object.get(name)?))))
            }
        };
        scope.bind(name, Box::new(value));
    }
}

fn int(number: usize) -> Box<CelInt> {
    Box::new(CelInt::from(i64::try_from(number).unwrap_or(i64::MAX)))
}

fn from_cel(value: &Cel) -> Option<Value> {
    Some(match value {
        Cel::Null => Value::Null,
        Cel::Bool(flag) => Value::Bool(*flag),
        Cel::Int(number) => Value::from(*number),
        Cel::UInt(number) => Value::from(*number),
        Cel::Float(number) => plain_number(*number),
        Cel::String(text) if text.as_str() == ABSENT => return None,
        Cel::String(text) => Value::String(text.to_string()),
        Cel::List(items) => Value::Array(items.iter().filter_map(from_cel).collect()),
        Cel::Map(map) => {
            let mut entries: Vec<(String, Value)> =
                map.map.iter().filter_map(|(key, value)| Some((key_text(key), from_cel(value)?))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        _ => Value::Null,
    })
}

fn key_text(key: &Key) -> String {
    match key {
        Key::String(text) => text.to_string(),
        Key::Int(number) => number.to_string(),
        Key::Uint(number) => number.to_string(),
        Key::Bool(flag) => flag.to_string(),
    }
}

/// A JSON number as most servers write it: without a fraction where it is whole.
pub(super) fn plain_number(number: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Value::from(number as i64)
    } else {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}

fn random<T>(draw: impl FnOnce(&mut Random) -> T) -> Result<T, ExecutionError> {
    STATE.with(|state| match state.borrow_mut().as_mut() {
        Some(state) => Ok(draw(&mut state.random)),
        None => Err(ExecutionError::function_error("x-mock", "used outside a hint")),
    })
}

fn string(text: String) -> Cel {
    Cel::String(Arc::new(text))
}

fn figure(function: &str, value: &Cel) -> Result<f64, ExecutionError> {
    #[expect(clippy::cast_precision_loss, reason = "figures in hints are far below 2^53")]
    match value {
        Cel::Float(x) => Ok(*x),
        Cel::Int(x) => Ok(*x as f64),
        Cel::UInt(x) => Ok(*x as f64),
        _ => Err(ExecutionError::function_error(function, "not a number")),
    }
}

fn words_of(function: &str, value: &Cel) -> Result<String, ExecutionError> {
    match value {
        Cel::String(text) => Ok(text.to_string()),
        _ => Err(ExecutionError::function_error(function, "not text")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "indices in hints are small")]
fn index(function: &str, value: &Cel) -> Result<i64, ExecutionError> {
    figure(function, value).map(|x| x as i64)
}

/// Rounds half away from zero at a number of decimals.
pub(super) fn rounded(x: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (x * scale).round() / scale
}

/// The instant of a number: ascending, three numbers in a row share one, so that ties cross every page border.
pub(super) fn instant_text(number: i64) -> String {
    let seconds = 1_704_096_000 + number.div_euclid(3) * 19_031;
    jiff::Timestamp::from_second(seconds).map(|stamp| stamp.to_string()).unwrap_or_default()
}

/// The functions that hints have beside those of rules.
pub(crate) const HINT_FUNCTIONS: [&str; 20] = [
    "pick",
    "chance",
    "number",
    "money",
    "whole_number",
    "round",
    "text",
    "id",
    "first_name",
    "last_name",
    "company",
    "city",
    "country",
    "country_code",
    "street",
    "phone",
    "email_of",
    "instant_at",
    "key_of",
    "absent",
];

fn functions() -> Context<'static, 'static> {
    let mut context = library();
    let added = [
        context.add_function("pick", |list: Cel| match &list {
            Cel::List(items) => random(|random| random.pick(items).cloned().unwrap_or(Cel::Null)),
            _ => Err(ExecutionError::function_error("pick", "not a list")),
        }),
        context.add_function("chance", |p: Cel| {
            let p = figure("chance", &p)?;
            random(|random| random.chance(p))
        }),
        context.add_function("number", |low: Cel, high: Cel| {
            let (low, high) = (figure("number", &low)?, figure("number", &high)?);
            random(|random| low + (high - low) * random.unit())
        }),
        context.add_function("money", |low: Cel, high: Cel| {
            let (low, high) = (figure("money", &low)?, figure("money", &high)?);
            random(|random| rounded(low + (high - low) * random.unit(), 2))
        }),
        context.add_function("whole_number", |low: Cel, high: Cel| {
            let (low, high) = (index("whole_number", &low)?, index("whole_number", &high)?);
            random(|random| low + random.below(usize::try_from(high - low + 1).unwrap_or(1)) as i64)
        }),
        context.add_function("round", |x: Cel, digits: Cel| {
            let digits = i32::try_from(index("round", &digits)?).unwrap_or(0);
            figure("round", &x).map(|x| rounded(x, digits))
        }),
        context.add_function("text", |length: Cel| {
            let length = usize::try_from(index("text", &length)?).unwrap_or(0);
            random(|random| string(words::text(random, length)))
        }),
        context.add_function("id", |prefix: Cel| {
            let prefix = words_of("id", &prefix)?;
            random(|random| string(format!("{prefix}{}", random.word(12))))
        }),
        context.add_function("first_name", || random(|random| string(words::first_name(random)))),
        context.add_function("last_name", || random(|random| string(words::last_name(random)))),
        context.add_function("company", || random(|random| string(words::company(random)))),
        context.add_function("city", || random(|random| string(words::city(random)))),
        context.add_function("country", || random(|random| string(words::country(random)))),
        context.add_function("country_code", || random(|random| string(words::country_code(random)))),
        context.add_function("street", || random(|random| string(words::street(random)))),
        context.add_function("phone", || random(|random| string(words::phone(random)))),
        context.add_function("email_of", |first: Cel, last: Cel, i: Cel| {
            let (first, last) = (words_of("email_of", &first)?, words_of("email_of", &last)?);
            let number = u64::try_from(index("email_of", &i)?).unwrap_or(0);
            Ok::<Cel, ExecutionError>(string(words::email_of(&first, &last, number)))
        }),
        context.add_function("instant_at", |i: Cel| index("instant_at", &i).map(|i| string(instant_text(i)))),
        context.add_function("key_of", |j: Cel| key_of(index("key_of", &j)?)),
        context.add_function("absent", || string(ABSENT.to_owned())),
    ];
    for outcome in added {
        outcome.expect("the functions of hints do not clash with CEL's standard library");
    }
    context
}

fn key_of(number: i64) -> Result<Cel, ExecutionError> {
    STATE.with(|state| {
        let state = state.borrow();
        let keys = state.as_ref().map(|state| Rc::clone(&state.keys)).unwrap_or_default();
        let length = i64::try_from(keys.len()).unwrap_or(0);
        if length == 0 {
            return Err(ExecutionError::function_error("key_of", "keys are not known yet"));
        }
        let at = usize::try_from(number.rem_euclid(length)).unwrap_or(0);
        Ok(keys.get(at).map_or(Cel::Null, to_cel))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    use crate::contract::FUNCTIONS;

    /// `lint` accepts what stands in the lists, and what is evaluated knows it; nothing else is registered.
    #[test]
    fn every_function_is_in_the_list_of_those_who_may_call_it() {
        let unknown = |context: &Context<'_, '_>, name: &str| {
            let program = Program::compile(&format!("{name}()")).expect("a call is CEL");
            matches!(program.execute(context), Err(ExecutionError::UndeclaredReference(_)))
        };
        let (rules, hints) = (library(), functions());
        assert!(unknown(&rules, "nothing_of_ours"));
        for name in FUNCTIONS {
            assert!(!unknown(&rules, name) && !unknown(&hints, name), "{name}");
        }
        for name in HINT_FUNCTIONS {
            assert!(unknown(&rules, name) && !unknown(&hints, name), "{name}");
        }
        let registered = |source: &str| source.matches("context.add_function(\"").count();
        assert_eq!(registered(include_str!("../contract/expression.rs")), FUNCTIONS.len());
        assert_eq!(registered(include_str!("hint.rs")), HINT_FUNCTIONS.len());
    }

    fn value(text: &str, own: &Value) -> Result<Option<Value>, String> {
        let own = own.as_object().cloned().unwrap_or_default();
        let keys = Rc::new(vec![json!("a"), json!("b")]);
        let random = Random::at(Random::hash(1, "test"), 0);
        let draw = Draw { own: &own, root: &own, i: 4, n: 9, tenant: "t", style: 0, keys: &keys, random };
        Hint::compile(text)?.value(&draw)
    }

    #[test]
    fn hints_see_siblings_and_draw() {
        assert_eq!(value("i % 3 == 1 ? self.a + '!' : 'no'", &json!({"a": "x"})), Ok(Some(json!("x!"))));
        assert_eq!(value("has(self.b) ? 1 : absent()", &json!({"a": "x"})), Ok(None));
        assert_eq!(value("key_of(i - 1)", &json!({})), Ok(Some(json!("b"))));
        assert_eq!(value("size(self.a)", &json!({"a": [1, 2]})), Ok(Some(json!(2))));
        assert_eq!(value("round(2.0 / 3.0, 2)", &json!({})), Ok(Some(json!(0.67))));
        assert_eq!(value("'a' in self", &json!({"a": 1})), Ok(Some(json!(true))));
        assert_eq!(value("id('x_')", &json!({})), value("id('x_')", &json!({})));
        assert!(value("pick(3)", &json!({})).is_err());
    }

    #[test]
    fn instants_ascend_with_ties() {
        assert_eq!(instant_text(0), instant_text(2));
        assert!(instant_text(2) < instant_text(3));
    }
}
