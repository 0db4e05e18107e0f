//! Sets of JSON types and small numeric ranges: the arithmetic under the scalar rules.

use serde_json::Value;

/// A set of JSON types without null. A number is an integer or a fraction, so `integer` lies within `number`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeSet(u8);

impl TypeSet {
    pub(crate) const NOTHING: Self = Self(0);
    pub(crate) const BOOLEAN: Self = Self(1);
    pub(crate) const INTEGER: Self = Self(2);
    pub(crate) const FRACTION: Self = Self(4);
    pub(crate) const NUMBER: Self = Self(6);
    pub(crate) const STRING: Self = Self(8);
    pub(crate) const ARRAY: Self = Self(16);
    pub(crate) const OBJECT: Self = Self(32);
    pub(crate) const ALL: Self = Self(63);

    /// Every scalar is text where values are written into a URL or a header.
    const TEXTUAL: Self = Self(15);

    pub(crate) fn named(name: &str) -> Self {
        match name {
            "boolean" | "bool" => Self::BOOLEAN,
            "integer" | "int" => Self::INTEGER,
            "number" | "float" | "double" => Self::NUMBER,
            "string" | "file" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            "null" => Self::NOTHING,
            _ => Self::ALL,
        }
    }

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NOTHING,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.is_f64() && number.as_f64().is_some_and(|n| n.fract() != 0.0) => {
                Self::FRACTION
            }
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set as it looks in a URL or a header, where a text takes every scalar.
    pub(crate) fn as_text(self) -> Self {
        if self.has(Self::STRING) { self.or(Self::TEXTUAL) } else { self }
    }

    pub(crate) fn names(self) -> String {
        if self == Self::ALL {
            return "any type".to_owned();
        }
        let mut names = Vec::new();
        for (set, name) in [
            (Self::BOOLEAN, "boolean"),
            (Self::NUMBER, "number"),
            (Self::INTEGER, "integer"),
            (Self::STRING, "string"),
            (Self::ARRAY, "array"),
            (Self::OBJECT, "object"),
        ] {
            let covered = set == Self::INTEGER && Self::NUMBER.within(self);
            if set.within(self) && !covered {
                names.push(name);
            }
        }
        if names.is_empty() { "nothing".to_owned() } else { names.join(" or ") }
    }
}

/// A closed range of numbers; an end may be left out of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Range {
    pub(crate) low: f64,
    pub(crate) low_open: bool,
    pub(crate) high: f64,
    pub(crate) high_open: bool,
}

impl Range {
    pub(crate) const EVERYTHING: Self =
        Self { low: f64::NEG_INFINITY, low_open: false, high: f64::INFINITY, high_open: false };

    pub(crate) fn between(low: f64, high: f64) -> Self {
        Self { low, low_open: false, high, high_open: false }
    }

    pub(crate) fn raise(&mut self, low: f64, open: bool) {
        if low > self.low || (low == self.low && open) {
            self.low = low;
            self.low_open = open;
        }
    }

    pub(crate) fn lower(&mut self, high: f64, open: bool) {
        if high < self.high || (high == self.high && open) {
            self.high = high;
            self.high_open = open;
        }
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        self.raise(other.low, other.low_open);
        self.lower(other.high, other.high_open);
        self
    }

    /// The same set of whole numbers with closed, whole ends.
    pub(crate) fn whole(mut self) -> Self {
        if self.low.is_finite() {
            self.low = if self.low_open { self.low.floor() + 1.0 } else { self.low.ceil() };
        }
        if self.high.is_finite() {
            self.high = if self.high_open { self.high.ceil() - 1.0 } else { self.high.floor() };
        }
        self.low_open = false;
        self.high_open = false;
        self
    }

    pub(crate) fn holds_low_of(&self, other: &Self) -> bool {
        self.low < other.low || (self.low == other.low && (!self.low_open || other.low_open))
    }

    pub(crate) fn holds_high_of(&self, other: &Self) -> bool {
        self.high > other.high || (self.high == other.high && (!self.high_open || other.high_open))
    }

    pub(crate) fn contains(&self, other: &Self) -> bool {
        self.holds_low_of(other) && self.holds_high_of(other)
    }

    pub(crate) fn holds(&self, value: f64) -> bool {
        self.contains(&Self::between(value, value))
    }

    /// The range in words; a count of `unit` that may be zero has no lower limit.
    pub(crate) fn describe(&self, unit: &str) -> String {
        if !unit.is_empty() && self.low <= 0.0 && self.low.is_finite() {
            return Self { low: f64::NEG_INFINITY, low_open: false, ..*self }.describe(unit);
        }
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => format!("no limit{}", if unit.is_empty() { String::new() } else { format!(" on{unit}") }),
            (true, false) => format!("{} {}{unit}", if self.low_open { "more than" } else { "at least" }, self.low),
            (false, true) => format!("{} {}{unit}", if self.high_open { "less than" } else { "at most" }, self.high),
            (true, true) if !self.low_open && !self.high_open => format!("{} to {}{unit}", self.low, self.high),
            (true, true) => format!(
                "{}{}, {}{}{unit}",
                if self.low_open { "more than " } else { "at least " },
                self.low,
                if self.high_open { "less than " } else { "at most " },
                self.high
            ),
        }
    }
}

/// The values that a numeric format stands for, if it stands for a range of whole numbers.
pub(crate) fn integer_format(name: &str) -> Option<Range> {
    match name {
        "int8" => Some(Range::between(-128.0, 127.0)),
        "uint8" => Some(Range::between(0.0, 255.0)),
        "int16" => Some(Range::between(-32_768.0, 32_767.0)),
        "uint16" => Some(Range::between(0.0, 65_535.0)),
        "int32" => Some(Range::between(-2_147_483_648.0, 2_147_483_647.0)),
        "uint32" => Some(Range::between(0.0, 4_294_967_295.0)),
        "int64" | "long" => Some(Range::between(-9_223_372_036_854_775_808.0, 9_223_372_036_854_775_807.0)),
        "uint64" => Some(Range::between(0.0, 18_446_744_073_709_551_615.0)),
        _ => None,
    }
}

/// Whether every value of format `inner` is a value of format `outer`.
pub(crate) fn format_within(inner: &str, outer: &str) -> bool {
    inner == outer
        || matches!(
            (inner, outer),
            ("int32" | "int8" | "int16" | "uint8" | "uint16", "int64" | "double" | "float")
                | ("int64" | "float", "double")
                | ("int8" | "int16" | "uint8" | "uint16", "int32")
                | ("email", "idn-email")
                | ("hostname", "idn-hostname")
                | ("uri" | "url", "uri" | "url" | "uri-reference" | "iri" | "iri-reference")
                | ("uri-reference" | "iri", "iri-reference")
                | ("uuid4" | "uuidv4" | "uuid-v4", "uuid")
                | ("ipv4", "ipv4")
        )
}

/// The lengths of the texts of a format, where all have about one.
pub(crate) fn format_length(name: &str) -> Option<Range> {
    match name {
        "date" => Some(Range::between(10.0, 10.0)),
        "uuid" => Some(Range::between(36.0, 36.0)),
        "ipv4" => Some(Range::between(7.0, 15.0)),
        "email" | "idn-email" => Some(Range::between(3.0, f64::INFINITY)),
        "date-time" | "time" | "hostname" | "ipv6" | "uri" => Some(Range::between(1.0, f64::INFINITY)),
        _ => None,
    }
}

/// A format of numbers.
pub(crate) fn numeric_format(name: &str) -> bool {
    integer_format(name).is_some() || matches!(name, "float" | "double" | "decimal" | "decimal128")
}

/// A pattern that all texts of a format fit, and few others.
pub(crate) fn format_pattern(name: &str) -> Option<&'static str> {
    match name {
        "date" => Some("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
        "date-time" => Some(
            "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)\
             ([.][0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$",
        ),
        "uuid" => Some("^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"),
        _ => None,
    }
}

/// A format that OpenAPI or JSON Schema defines.
pub(crate) fn standard_format(name: &str) -> bool {
    integer_format(name).is_some()
        || matches!(
            name,
            "float"
                | "double"
                | "byte"
                | "binary"
                | "date"
                | "date-time"
                | "time"
                | "duration"
                | "email"
                | "idn-email"
                | "hostname"
                | "idn-hostname"
                | "ipv4"
                | "ipv6"
                | "uri"
                | "url"
                | "uri-reference"
                | "iri"
                | "iri-reference"
                | "uri-template"
                | "uuid"
                | "json-pointer"
                | "relative-json-pointer"
                | "regex"
        )
}

/// A format that says nothing about the set of values.
pub(crate) fn idle_format(name: &str) -> bool {
    matches!(name, "" | "password" | "string" | "text" | "textarea" | "none")
}

/// A text cut to a length that fits a line.
pub(crate) fn shortened(text: &str) -> String {
    const SHOWN: usize = 160;
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(SHOWN).collect::<String>())
}

/// Equality of JSON values in which `1` and `1.0` are one number.
pub(crate) fn same_value(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        _ => one == two,
    }
}

/// A text that is equal for values that are the same by [`same_value`].
pub(crate) fn value_key(value: &Value) -> String {
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the range of i64, just checked")]
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => (float as i64).to_string(),
            _ => value.to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(value_key).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let mut parts: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), value_key(value)))
                .collect();
            parts.sort();
            format!("{{{}}}", parts.join(","))
        }
        _ => value.to_string(),
    }
}
