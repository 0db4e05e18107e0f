//! The fields of the objects of OpenAPI 3.0.3, by its section 4.7.

use serde_json::Value;

use self::Kind as K;

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    Info,
    Server,
    Tag,
    PathItem,
    Operation,
    Parameter,
    Header,
    Body,
    Media,
    Response,
    Components,
    Security,
    Schema,
    Discriminator,
}

/// What may stand in a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Anything; looked at elsewhere or not at all.
    Any,
    Text,
    Flag,
    Number,
    /// A whole number from zero.
    Count,
    /// A number above zero.
    Step,
    Texts,
    Values,
    /// A name of a type.
    Type,
    /// A flag or a schema.
    Open,
    One(Kind),
    List(Kind),
    Map(Kind),
}

/// The names of types.
pub(super) const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "array", "object"];

impl Shape {
    /// Whether a value is of this shape, whatever lies below it.
    pub(super) fn fits(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Count => value.as_f64().is_some_and(|count| count >= 0.0 && count.fract() == 0.0),
            Self::Step => value.as_f64().is_some_and(|step| step > 0.0),
            Self::Texts => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
            Self::Values | Self::List(_) => value.is_array(),
            Self::Type => value.as_str().is_some_and(|name| TYPES.contains(&name)),
            Self::Open => value.is_boolean() || value.is_object(),
            Self::One(_) | Self::Map(_) => value.is_object(),
        }
    }

    /// Whether nothing below a value of this shape is looked at.
    pub(super) fn is_plain(self) -> bool {
        !matches!(self, Self::Open | Self::One(_) | Self::List(_) | Self::Map(_))
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "a text",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Count => "a whole number from 0",
            Self::Step => "a number above 0",
            Self::Texts => "a list of texts",
            Self::Values | Self::List(_) => "a list",
            Self::Type => "string, number, integer, boolean, array or object",
            Self::Open => "true, false or a schema",
            Self::One(kind) => kind.words(),
            Self::Map(_) => "a mapping",
        }
    }
}

impl Kind {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Document => "the document",
            Self::Info => "`info`",
            Self::Server => "a server",
            Self::Tag => "a tag",
            Self::PathItem => "a path",
            Self::Operation => "an operation",
            Self::Parameter => "a parameter",
            Self::Header => "a header",
            Self::Body => "a request body",
            Self::Media => "a media type",
            Self::Response => "a response",
            Self::Components => "`components`",
            Self::Security => "a security scheme",
            Self::Schema => "a schema",
            Self::Discriminator => "a discriminator",
        }
    }

    /// Where OpenAPI 3 has a field that Swagger 2.0 has here.
    pub(super) fn field_of_swagger_2(self, key: &str) -> Option<&'static str> {
        let in_schema = matches!(key, "type" | "items" | "format" | "enum" | "default" | "minimum" | "maximum");
        match self {
            Self::Parameter | Self::Header if in_schema => Some("schema"),
            Self::Response if matches!(key, "schema" | "examples") => Some("content"),
            _ => None,
        }
    }

    /// Whether `$ref` may stand in its place.
    pub(super) fn may_be_reference(self) -> bool {
        !matches!(self, Self::Document | Self::Info | Self::Operation | Self::Components)
    }
}

/// The fields that must be there.
pub(super) fn required(kind: Kind) -> &'static [&'static str] {
    match kind {
        K::Document => &["info"],
        K::Info => &["title", "version"],
        K::Server => &["url"],
        K::Tag => &["name"],
        K::Parameter => &["name", "in"],
        K::Body => &["content"],
        K::Response => &["description"],
        K::Security => &["type"],
        K::Discriminator => &["propertyName"],
        _ => &[],
    }
}

/// The fields that a security scheme of a type must have besides.
pub(super) fn required_of(security: Option<&str>) -> &'static [&'static str] {
    match security {
        Some("apiKey") => &["name", "in"],
        Some("http") => &["scheme"],
        Some("oauth2") => &["flows"],
        Some("openIdConnect") => &["openIdConnectUrl"],
        _ => &[],
    }
}

/// The fields that may be there.
pub(super) fn fields(kind: Kind) -> &'static [(&'static str, Shape)] {
    match kind {
        K::Document => DOCUMENT,
        K::Info => INFO,
        K::Server => &[("url", Shape::Text), ("description", Shape::Text), ("variables", Shape::Any)],
        K::Tag => &[("name", Shape::Text), ("description", Shape::Text), ("externalDocs", Shape::Any)],
        K::PathItem => PATH_ITEM,
        K::Operation => OPERATION,
        K::Parameter => PARAMETER,
        K::Header => PARAMETER.split_at(2).1,
        K::Body => &[("description", Shape::Text), ("content", Shape::Map(K::Media)), ("required", Shape::Flag)],
        K::Media => MEDIA,
        K::Response => RESPONSE,
        K::Components => COMPONENTS,
        K::Security => SECURITY,
        K::Schema => SCHEMA,
        K::Discriminator => &[("propertyName", Shape::Text), ("mapping", Shape::Any)],
    }
}

type Fields = &'static [(&'static str, Shape)];

const DOCUMENT: Fields = &[
    ("openapi", Shape::Text),
    ("info", Shape::One(K::Info)),
    ("servers", Shape::List(K::Server)),
    ("paths", Shape::Map(K::PathItem)),
    ("components", Shape::One(K::Components)),
    ("security", Shape::Values),
    ("tags", Shape::List(K::Tag)),
    ("externalDocs", Shape::Any),
];

const INFO: Fields = &[
    ("title", Shape::Text),
    ("description", Shape::Text),
    ("termsOfService", Shape::Text),
    ("contact", Shape::Any),
    ("license", Shape::Any),
    ("version", Shape::Text),
];

const PATH_ITEM: Fields = &[
    ("summary", Shape::Text),
    ("description", Shape::Text),
    ("get", Shape::One(K::Operation)),
    ("put", Shape::One(K::Operation)),
    ("post", Shape::One(K::Operation)),
    ("delete", Shape::One(K::Operation)),
    ("options", Shape::One(K::Operation)),
    ("head", Shape::One(K::Operation)),
    ("patch", Shape::One(K::Operation)),
    ("trace", Shape::One(K::Operation)),
    ("servers", Shape::List(K::Server)),
    ("parameters", Shape::List(K::Parameter)),
];

const OPERATION: Fields = &[
    ("tags", Shape::Texts),
    ("summary", Shape::Text),
    ("description", Shape::Text),
    ("externalDocs", Shape::Any),
    ("operationId", Shape::Text),
    ("parameters", Shape::List(K::Parameter)),
    ("requestBody", Shape::One(K::Body)),
    ("responses", Shape::Map(K::Response)),
    ("callbacks", Shape::Any),
    ("deprecated", Shape::Flag),
    ("security", Shape::Values),
    ("servers", Shape::List(K::Server)),
];

/// Those of a parameter; those of a header are the same without the first two.
const PARAMETER: Fields = &[
    ("name", Shape::Text),
    ("in", Shape::Text),
    ("description", Shape::Text),
    ("required", Shape::Flag),
    ("deprecated", Shape::Flag),
    ("allowEmptyValue", Shape::Flag),
    ("style", Shape::Text),
    ("explode", Shape::Flag),
    ("allowReserved", Shape::Flag),
    ("schema", Shape::One(K::Schema)),
    ("example", Shape::Any),
    ("examples", Shape::Any),
    ("content", Shape::Map(K::Media)),
];

const MEDIA: Fields =
    &[("schema", Shape::One(K::Schema)), ("example", Shape::Any), ("examples", Shape::Any), ("encoding", Shape::Any)];

const RESPONSE: Fields = &[
    ("description", Shape::Text),
    ("headers", Shape::Map(K::Header)),
    ("content", Shape::Map(K::Media)),
    ("links", Shape::Any),
];

const COMPONENTS: Fields = &[
    ("schemas", Shape::Map(K::Schema)),
    ("responses", Shape::Map(K::Response)),
    ("parameters", Shape::Map(K::Parameter)),
    ("examples", Shape::Any),
    ("requestBodies", Shape::Map(K::Body)),
    ("headers", Shape::Map(K::Header)),
    ("securitySchemes", Shape::Map(K::Security)),
    ("links", Shape::Any),
    ("callbacks", Shape::Any),
];

const SECURITY: Fields = &[
    ("type", Shape::Text),
    ("description", Shape::Text),
    ("name", Shape::Text),
    ("in", Shape::Text),
    ("scheme", Shape::Text),
    ("bearerFormat", Shape::Text),
    ("flows", Shape::Any),
    ("openIdConnectUrl", Shape::Text),
];

const SCHEMA: Fields = &[
    ("title", Shape::Text),
    ("multipleOf", Shape::Step),
    ("maximum", Shape::Number),
    ("exclusiveMaximum", Shape::Flag),
    ("minimum", Shape::Number),
    ("exclusiveMinimum", Shape::Flag),
    ("maxLength", Shape::Count),
    ("minLength", Shape::Count),
    ("pattern", Shape::Text),
    ("maxItems", Shape::Count),
    ("minItems", Shape::Count),
    ("uniqueItems", Shape::Flag),
    ("maxProperties", Shape::Count),
    ("minProperties", Shape::Count),
    ("required", Shape::Texts),
    ("enum", Shape::Values),
    ("type", Shape::Type),
    ("allOf", Shape::List(K::Schema)),
    ("oneOf", Shape::List(K::Schema)),
    ("anyOf", Shape::List(K::Schema)),
    ("not", Shape::One(K::Schema)),
    ("items", Shape::One(K::Schema)),
    ("properties", Shape::Map(K::Schema)),
    ("additionalProperties", Shape::Open),
    ("description", Shape::Text),
    ("format", Shape::Text),
    ("default", Shape::Any),
    ("nullable", Shape::Flag),
    ("discriminator", Shape::One(K::Discriminator)),
    ("readOnly", Shape::Flag),
    ("writeOnly", Shape::Flag),
    ("xml", Shape::Any),
    ("externalDocs", Shape::Any),
    ("example", Shape::Any),
    ("deprecated", Shape::Flag),
];
