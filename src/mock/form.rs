//! Schemas as forms to fill in: what a record, an envelope or an error body is made from.
//!
//! A form is read once per schema of the document; filling it in takes numbers that depend on seed, tenant, record and
//! field only.

mod read;

use std::rc::Rc;

use serde_json::{Map, Value};

use super::hint::{Draw, Hint, instant_text, plain_number, rounded};
use super::random::Random;
use super::words;
use crate::contract::Contract;

/// A schema, ready to be filled in.
#[derive(Debug)]
pub(super) struct Form {
    kind: Kind,
    nullable: bool,
    hint: Option<Hint>,
    hash: u64,
    role: Role,
    /// Pointer to the schema, for messages.
    pub(super) pointer: String,
}

/// What a field is for, beyond its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Plain,
    Key,
    Tenant,
}

#[derive(Debug)]
enum Kind {
    Object { fields: Vec<Field>, extra: Option<Extra> },
    Array { item: Box<Form>, least: usize, most: usize },
    Union(Vec<Form>),
    Options(Vec<Value>),
    Pool(Vec<Value>),
    Text { format: String, least: usize, most: usize },
    Figure { whole: bool, low: f64, high: f64, step: f64 },
    Flag,
    Anything,
}

/// What an object may hold that is not declared.
#[derive(Debug)]
struct Extra {
    /// What each member is; `None`: anything.
    form: Option<Box<Form>>,
    /// Members that there must be.
    least: usize,
}

#[derive(Debug)]
struct Field {
    name: String,
    required: bool,
    form: Form,
}

/// Which optional members are filled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Optionals {
    /// Those that their hints ask for; without a hint, in two of three records.
    #[default]
    Mixed,
    /// All that have a hint that gives a value, or no hint.
    All,
    /// None, wherever they stand.
    None,
}

/// For whom a form is filled in.
#[derive(Clone)]
pub(super) struct Filling<'a> {
    /// Hash of seed, resource and tenant.
    pub(super) hash: u64,
    /// Index of the record.
    pub(super) i: usize,
    /// Population of the tenant.
    pub(super) n: usize,
    /// Name of the tenant.
    pub(super) tenant: &'a str,
    /// Keys of all records of the tenant.
    pub(super) keys: Rc<Vec<Value>>,
    /// Which optional members are wanted.
    pub(super) optionals: Optionals,
    /// Which of the forms that the sources leave open the hints show.
    pub(super) style: u8,
    /// Stop after this top-level member.
    pub(super) until: Option<&'a str>,
}

/// Where the key and the tenant stand in a record.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roles<'a> {
    /// Pointer to the key.
    pub(super) key: &'a str,
    /// Pointer to the tenant.
    pub(super) tenant: &'a str,
}

impl Form {
    /// Reads the schema at a pointer.
    ///
    /// # Errors
    /// When an `x-mock` is no CEL: the pointer of the schema and the compiler's message.
    pub(super) fn read(contract: &Contract, pointer: &str, roles: Roles<'_>) -> Result<Self, (String, String)> {
        read::Reader { contract, roles }.form(pointer, "", 0)
    }

    /// Fills it in; `None` leaves the member out.
    ///
    /// # Errors
    /// When a hint cannot be evaluated: the pointer of the schema and the message.
    pub(super) fn fill(&self, filling: &Filling<'_>) -> Result<Option<Value>, (String, String)> {
        let empty = Map::new();
        self.fill_in(filling, &empty, None, 0)
    }

    fn fill_in(
        &self,
        filling: &Filling<'_>,
        own: &Map<String, Value>,
        root: Option<&Map<String, Value>>,
        salt: u64,
    ) -> Result<Option<Value>, (String, String)> {
        let mut random = Random::at(self.hash ^ filling.hash ^ salt.wrapping_mul(0x517c_c1b7_2722), filling.i as u64);
        if let Some(hint) = &self.hint {
            let draw = Draw {
                own,
                root: root.unwrap_or(own),
                i: filling.i,
                n: filling.n,
                tenant: filling.tenant,
                style: filling.style,
                keys: &filling.keys,
                random,
            };
            let value = hint.value(&draw).map_err(|error| (self.pointer.clone(), error))?;
            return Ok(value.map(|value| self.typed(value)));
        }
        match self.role {
            Role::Tenant => return Ok(Some(Value::from(filling.tenant))),
            Role::Key => return Ok(Some(self.unique(filling, &mut random))),
            Role::Plain => {}
        }
        if self.nullable && random.chance(0.15) {
            return Ok(Some(Value::Null));
        }
        self.by_kind(filling, root, &mut random, salt).map(Some)
    }

    /// A whole figure stays whole and a whole `number` is written plainly.
    fn typed(&self, value: Value) -> Value {
        match (&self.kind, value.as_f64()) {
            (Kind::Figure { whole: true, .. }, Some(x)) => plain_number(x.round()),
            _ => value,
        }
    }

    fn unique(&self, filling: &Filling<'_>, random: &mut Random) -> Value {
        match &self.kind {
            Kind::Figure { .. } => {
                let base = (filling.hash % 89) * 100_000 + 1001;
                Value::from(base + filling.i as u64)
            }
            Kind::Text { format, .. } if format == "uuid" => Value::from(uuid(random)),
            Kind::Pool(pool) => pool.get(filling.i % pool.len().max(1)).cloned().unwrap_or(Value::Null),
            _ => Value::from(random.word(12)),
        }
    }

    fn by_kind(
        &self,
        filling: &Filling<'_>,
        root: Option<&Map<String, Value>>,
        random: &mut Random,
        salt: u64,
    ) -> Result<Value, (String, String)> {
        Ok(match &self.kind {
            Kind::Object { fields, extra } => {
                let mut own = Map::new();
                for field in fields {
                    field.fill_into(&mut own, filling, root, random, salt)?;
                    if root.is_none() && filling.until == Some(field.name.as_str()) {
                        break;
                    }
                }
                if let Some(extra) = extra {
                    extra.fill_into(&mut own, filling, root, random, salt)?;
                }
                Value::Object(own)
            }
            Kind::Array { item, least, most } => {
                let count =
                    if filling.optionals == Optionals::None { *least } else { least + random.below(most - least + 1) };
                let empty = Map::new();
                let mut items: Vec<Value> = Vec::new();
                // Items that came before are left out, as long as there are enough; where no others come, they repeat.
                for index in 0..count.max(8 * least) {
                    if index >= count && items.len() >= *least {
                        break;
                    }
                    let inner = item.fill_in(filling, &empty, root, salt * 31 + index as u64 + 1)?;
                    items.extend(inner.filter(|inner| !items.contains(inner)));
                }
                let repeated: Vec<Value> =
                    items.iter().cycle().take(least.saturating_sub(items.len())).cloned().collect();
                items.extend(repeated);
                Value::Array(items)
            }
            Kind::Union(forms) => match random.pick(forms) {
                Some(form) => form.fill_in(filling, &Map::new(), root, salt)?.unwrap_or(Value::Null),
                None => Value::Null,
            },
            Kind::Options(values) | Kind::Pool(values) => random.pick(values).cloned().unwrap_or(Value::Null),
            Kind::Text { format, least, most } => Value::from(text(format, *least, *most, filling, random)),
            Kind::Figure { whole, low, high, step } => figure(*whole, *low, *high, *step, random),
            Kind::Flag => Value::Bool(random.chance(0.5)),
            Kind::Anything => Value::from(words::text(random, 10)),
        })
    }

    /// A form of nothing in particular.
    fn nothing() -> Self {
        Self { kind: Kind::Anything, nullable: false, hint: None, hash: 0, role: Role::Plain, pointer: String::new() }
    }

    /// The items of an array form.
    pub(super) fn item(&self) -> Option<&Form> {
        match &self.kind {
            Kind::Array { item, .. } => Some(item),
            _ => None,
        }
    }

    /// The members of an object form: name, whether required, inner form.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, bool, &Form)> {
        let fields = match &self.kind {
            Kind::Object { fields, .. } => fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(|field| (field.name.as_str(), field.required, &field.form))
    }

    /// The parts of a union form; itself if it is none.
    pub(super) fn alternatives(&self) -> Vec<&Form> {
        match &self.kind {
            Kind::Union(forms) => forms.iter().collect(),
            _ => vec![self],
        }
    }

    /// Its enumerated or known values.
    pub(super) fn options(&self) -> &[Value] {
        match &self.kind {
            Kind::Options(values) => values,
            _ => &[],
        }
    }

    /// Whether it is a number.
    pub(super) fn is_figure(&self) -> bool {
        matches!(self.kind, Kind::Figure { .. })
    }

    /// A value without hints or chance, for places that nobody describes.
    pub(super) fn plain(&self, filling: &Filling<'_>) -> Value {
        let mut random = Random::at(self.hash ^ filling.hash, filling.i as u64);
        self.by_kind(filling, None, &mut random, 0).unwrap_or(Value::Null)
    }
}

impl Extra {
    fn fill_into(
        &self,
        own: &mut Map<String, Value>,
        filling: &Filling<'_>,
        root: Option<&Map<String, Value>>,
        random: &mut Random,
        salt: u64,
    ) -> Result<(), (String, String)> {
        let wanted = filling.optionals != Optionals::None && random.chance(0.5);
        for index in 0..self.least.max(usize::from(wanted)) {
            let name = if index == 0 { "note".to_owned() } else { format!("note{}", index + 1) };
            let value = match &self.form {
                None => Some(Value::from(words::text(random, 12))),
                Some(form) => form.fill_in(filling, &Map::new(), root, salt * 31 + index as u64 + 1)?,
            };
            own.extend(value.map(|value| (name, value)));
        }
        Ok(())
    }
}

impl Field {
    fn fill_into(
        &self,
        own: &mut Map<String, Value>,
        filling: &Filling<'_>,
        root: Option<&Map<String, Value>>,
        random: &mut Random,
        salt: u64,
    ) -> Result<(), (String, String)> {
        if !self.required {
            let left_out = match filling.optionals {
                // The key stays: without it nothing could be told apart.
                Optionals::None => self.form.role != Role::Key,
                Optionals::All => false,
                Optionals::Mixed => {
                    self.form.hint.is_none() && self.form.role == Role::Plain && random.chance(1.0 / 3.0)
                }
            };
            if left_out {
                return Ok(());
            }
        }
        // The first object is the record itself: `root` of everything below it.
        let value = match root {
            Some(root) => self.form.fill_in(filling, own, Some(root), salt)?,
            None if self.form.hint.is_some() => self.form.fill_in(filling, own, None, salt)?,
            None => {
                let record = std::mem::take(own);
                let value = self.form.fill_in(filling, &Map::new(), Some(&record), salt);
                *own = record;
                value?
            }
        };
        match value {
            Some(value) => {
                own.insert(self.name.clone(), value);
            }
            None if self.required => {
                return Err((self.form.pointer.clone(), "`x-mock` leaves out a required field".to_owned()));
            }
            None => {}
        }
        Ok(())
    }
}

fn text(format: &str, least: usize, most: usize, filling: &Filling<'_>, random: &mut Random) -> String {
    let number = random.below(filling.n.max(1));
    match format {
        "date-time" => instant_text(i64::try_from(number).unwrap_or(0)),
        "date" => instant_text(i64::try_from(number).unwrap_or(0)).chars().take(10).collect(),
        "uuid" => uuid(random),
        "email" => words::email_of(&words::first_name(random), &words::last_name(random), filling.i as u64),
        "uri" | "url" => format!("https://example.com/{}", random.word(8)),
        "hostname" => "host.example.com".to_owned(),
        "ipv4" => "192.0.2.7".to_owned(),
        // Twelve figures only, with as many digits as they need: ties, and texts whose order is not that of their figures.
        "decimal" | "double" | "float" | "number" => format!("{}.{}0", random.below(12) * 9 + 1, random.below(2) * 5),
        _ => {
            let length = (least + 4 + random.below(9)).min(most);
            let mut text = words::text(random, length);
            while text.chars().count() < least {
                text.push('x');
            }
            text
        }
    }
}

fn uuid(random: &mut Random) -> String {
    let (a, b) = (random.bits(), random.bits());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        (b >> 48) & 0xfff,
        b & 0xffff_ffff_ffff
    )
}

fn figure(whole: bool, low: f64, high: f64, step: f64, random: &mut Random) -> Value {
    // Twelve distinct values only: ties in every sort key.
    #[expect(clippy::cast_precision_loss, reason = "small")]
    let share = random.below(12) as f64 / 11.0;
    let high = if high - low > 1000.0 { low + 1000.0 } else { high };
    let x = low + (high - low) * share;
    if whole { plain_number((x / step).floor() * step) } else { plain_number(rounded(x, 2).clamp(low, high)) }
}
