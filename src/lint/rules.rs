//! The rules of `lint`, for `explain` and for reports that describe what they name.
//!
//! Level and reason of a rule stand here and nowhere else; what is told of a fault takes both from it.

use crate::finding::Level;

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Kebab-case; names the fault.
    pub id: &'static str,
    /// How grave it is, unless the circumstances that `doc` names say otherwise.
    pub level: Level,
    /// The doc comment: first sentence, *Level*, *Why it matters*, *Example*, *Source*; no empty lines.
    pub doc: &'static str,
}

impl Rule {
    /// The first sentence, without its final stop.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().next().unwrap_or_default().trim().trim_end_matches('.')
    }

    /// The first sentence of *Why it matters*, as a finding says it: in lower case, without final stop.
    #[must_use]
    pub fn why(&self) -> String {
        let (_, section) = self.doc.split_once("## Why it matters\n").unwrap_or_default();
        let section = section.split("## ").next().unwrap_or_default();
        let text: Vec<&str> = section.lines().map(str::trim).collect();
        let text = text.join(" ");
        let sentence = text.split(". ").next().unwrap_or_default().trim().trim_end_matches('.');
        let first = sentence.split(' ').next().unwrap_or_default();
        // A name such as `OpenAPI` keeps its letters.
        let is_name = first.chars().skip(1).any(char::is_uppercase);
        match sentence.chars().next().filter(|_| !is_name) {
            Some(letter) => letter.to_lowercase().chain(sentence.chars().skip(1)).collect(),
            None => sentence.to_owned(),
        }
    }
}

/// The word of a level.
macro_rules! word {
    (Deny) => {
        "deny"
    };
    (Warn) => {
        "warn"
    };
    (Note) => {
        "note"
    };
}

/// Declares the rules: the doc comment of each is the text of `explain`, its level, and when it is another.
macro_rules! rules {
    ($(#[doc = $first:literal] $(#[doc = $doc:literal])* $name:ident = $id:literal: $level:ident $(, $unless:literal)?;)*) => {
        $(pub(super) static $name: Rule = Rule {
            id: $id,
            level: Level::$level,
            doc: concat!($first, "\n Level: ", word!($level), $($unless,)? ".\n", $($doc, "\n"),*),
        };)*

        /// Every rule, sorted by id.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

/// The rule of that id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.id == id)
}

rules! {
    /// A property is both `readOnly` and `writeOnly`.
    /// ## Why it matters
    /// Neither requests nor answers may carry it.
    /// ## Example
    /// `readOnly: true` beside `writeOnly: true`.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object.
    ACCESS_CONTRADICTS = "access-contradicts": Deny;
    /// A component has a name that cannot be referred to everywhere.
    /// ## Why it matters
    /// OpenAPI allows letters, digits, `.`, `-` and `_`; tools that hold to it refuse the document.
    /// ## Example
    /// `components.schemas.'Page of customers'`.
    /// ## Source
    /// OpenAPI 3.0.3, Components Object.
    COMPONENT_NAME_INVALID = "component-name-invalid": Warn;
    /// A document that promises something cannot be used as a contract.
    /// ## Why it matters
    /// `check` and `mock` refuse it.
    /// ## Example
    /// An `x-rules` entry whose expression the loader cannot compile.
    /// ## Source
    /// openapi/README.md.
    CONTRACT_UNUSABLE = "contract-unusable": Deny;
    /// A reference leads nowhere.
    /// ## Why it matters
    /// Everything built on it is missing; references to the network are never followed.
    /// ## Example
    /// `$ref: '#/components/schemas/Custmer'`.
    /// ## Source
    /// OpenAPI 3.0.3, Reference Object.
    DANGLING_REFERENCE = "dangling-reference": Deny;
    /// A default does not satisfy its schema.
    /// ## Why it matters
    /// What is left out counts as a value that the schema refuses.
    /// ## Example
    /// `type: integer` with `default: many`.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `default`.
    DEFAULT_INVALID = "default-invalid": Deny, " where the document has an `x-contract`, else warn";
    /// An enumeration lists no value.
    /// ## Why it matters
    /// Strictly, no value satisfies it; tools refuse it, or take it for none.
    /// ## Example
    /// `enum: []`.
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`.
    ENUM_EMPTY = "enum-empty": Warn;
    /// An enumerated value is listed twice.
    /// ## Why it matters
    /// One of the two was meant to be another value.
    /// ## Example
    /// `enum: [a, a]`.
    /// ## Source
    /// JSON Schema Validation, draft 5, `enum`: elements should be unique.
    ENUM_VALUE_REPEATED = "enum-value-repeated": Warn;
    /// An enumerated value is not of the schema's type.
    /// ## Why it matters
    /// No value can be it and satisfy `type`.
    /// ## Example
    /// `type: string` with `enum: [a, 3]`.
    /// ## Source
    /// JSON Schema Validation, draft 5, `enum` and `type`.
    ENUM_VALUE_UNFIT = "enum-value-unfit": Deny;
    /// An example does not satisfy its schema.
    /// ## Why it matters
    /// Readers copy examples, and mocks and generators serve them.
    /// ## Example
    /// `type: integer` with `example: many`.
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object, `example`.
    EXAMPLE_INVALID = "example-invalid": Deny, " where the document has an `x-contract`, else warn";
    /// A rule, filter or hint is no CEL expression that can be evaluated.
    /// ## Why it matters
    /// An expression that cannot be evaluated checks nothing.
    /// ## Example
    /// `self.nmae != ''` where the record has `name`.
    /// ## Source
    /// openapi/README.md; the Common Expression Language.
    EXPRESSION_INVALID = "expression-invalid": Deny;
    /// A field holds a value of the wrong kind.
    /// ## Why it matters
    /// Tools skip what they do not understand, so that it promises nothing.
    /// ## Example
    /// `type: strin`, or `required: true` on a property.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7.
    FIELD_MALFORMED = "field-malformed": Deny;
    /// A field that OpenAPI asks for is missing.
    /// ## Why it matters
    /// OpenAPI asks for it, and generators refuse the document.
    /// ## Example
    /// A response without `description`.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7, fields marked REQUIRED.
    FIELD_MISSING = "field-missing": Deny;
    /// A field is none that OpenAPI defines.
    /// ## Why it matters
    /// Tools skip what they do not understand, so that it promises nothing.
    /// ## Example
    /// `maxlength: 5`, or the `type` of Swagger 2.0 beside `in`.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7.
    FIELD_UNKNOWN = "field-unknown": Deny, " where it is near to a known field, else warn";
    /// Two filters take one place of the request and cannot be sent together.
    /// ## Why it matters
    /// What they let through together is not checked. Templates that are JSON objects are sent as one, member by member and
    /// condition by condition; two texts are not.
    /// ## Example
    /// `q` takes `status eq '{value}'` for one filter and `name eq '{value}'` for another.
    /// ## Source
    /// openapi/README.md, `filters`, `template`.
    FILTERS_NEVER_TOGETHER = "filters-never-together": Warn;
    /// A list says nothing of its items.
    /// ## Why it matters
    /// OpenAPI asks for it, and nobody knows what the list holds.
    /// ## Example
    /// `type: array` alone.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object: `items` must be present if the type is array.
    ITEMS_MISSING = "items-missing": Deny;
    /// A JSON document is not strict JSON.
    /// ## Why it matters
    /// Other tools refuse it, or read another value than this one.
    /// ## Example
    /// A comma before a closing brace, or one key twice in an object.
    /// ## Source
    /// RFC 8259.
    JSON_INVALID = "json-invalid": Deny;
    /// A known value of an open enumeration is not of the schema's type.
    /// ## Why it matters
    /// No value can be it and satisfy `type`.
    /// ## Example
    /// `type: string` with `x-known-values: [1]`.
    /// ## Source
    /// openapi/README.md, `x-known-values`.
    KNOWN_VALUE_UNFIT = "known-value-unfit": Deny;
    /// A lower limit lies above the upper one.
    /// ## Why it matters
    /// No value can satisfy both.
    /// ## Example
    /// `minLength: 5` with `maxLength: 3`.
    /// ## Source
    /// JSON Schema Validation, draft 5.
    LIMITS_CONTRADICT = "limits-contradict": Deny;
    /// A link leads to an operation that is not there.
    /// ## Why it matters
    /// Whoever follows it does not know what to call.
    /// ## Example
    /// `operationId: getCustmer` in a link.
    /// ## Source
    /// OpenAPI 3.0.3, Link Object.
    LINK_TARGET_UNKNOWN = "link-target-unknown": Deny;
    /// An operation has no `operationId`.
    /// ## Why it matters
    /// Generated clients, configuration and waivers name operations by it.
    /// ## Example
    /// `get:` with responses alone.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object; ours, because reports name operations by it.
    OPERATION_ID_MISSING = "operation-id-missing": Deny, " where the document has an `x-contract`, else warn";
    /// Two operations have one `operationId`.
    /// ## Why it matters
    /// Two operations of one name cannot be told apart.
    /// ## Example
    /// `operationId: list` twice.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object: must be unique.
    OPERATION_ID_REPEATED = "operation-id-repeated": Deny;
    /// A page size that the parameter takes is neither promised nor refused.
    /// ## Why it matters
    /// Nobody can tell whether it is lawful: the schema takes it, and the clause ends before.
    /// ## Example
    /// `min: 1` beside `minimum: 0`, without `below` or `zero` that says what zero gets.
    /// ## Source
    /// openapi/README.md, `size`.
    PAGE_SIZE_UNSETTLED = "page-size-unsettled": Warn;
    /// A list is paged in two ways.
    /// ## Why it matters
    /// A walk follows one of them, and the other is never tried. An address of the next page may stand beside an offset.
    /// ## Example
    /// `page` has an opaque `next` and an `offset`.
    /// ## Source
    /// openapi/README.md, `page`.
    PAGING_DECLARED_TWICE = "paging-declared-twice": Deny;
    /// A parameter is declared twice.
    /// ## Why it matters
    /// It is undefined which of the two holds.
    /// ## Example
    /// Two query parameters called `limit`.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object: the list must not include duplicates.
    PARAMETER_REPEATED = "parameter-repeated": Deny;
    /// A required parameter has no value that can be sent without asking the user.
    /// ## Why it matters
    /// `check` has to ask for it with `--param`; a `default`, an `example` or a single enumerated value spares that.
    /// ## Example
    /// A required query parameter `region` of `type: string`, and nothing more.
    /// ## Source
    /// ours: a request without it would be refused, and the server blamed.
    PARAMETER_WITHOUT_VALUE = "parameter-without-value": Note;
    /// A path parameter is not marked as required.
    /// ## Why it matters
    /// OpenAPI asks for `required: true`, and generators refuse the document.
    /// ## Example
    /// `in: path` without `required: true`.
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `required`.
    PATH_PARAMETER_OPTIONAL = "path-parameter-optional": Warn;
    /// A parameter of a path template is not declared.
    /// ## Why it matters
    /// Nobody knows what to put there.
    /// ## Example
    /// `/customers/{id}` with no parameter `id`.
    /// ## Source
    /// OpenAPI 3.0.3, Path Templating.
    PATH_PARAMETER_UNDECLARED = "path-parameter-undeclared": Deny;
    /// A path parameter is not in the path.
    /// ## Why it matters
    /// It can never be sent.
    /// ## Example
    /// `name: ids` for `/customers/{id}`.
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `name`.
    PATH_PARAMETER_UNUSED = "path-parameter-unused": Deny;
    /// Two paths differ in the names of their parameters alone.
    /// ## Why it matters
    /// Names of path parameters do not show on the wire.
    /// ## Example
    /// `/customers/{id}` and `/customers/{key}`.
    /// ## Source
    /// OpenAPI 3.0.3, Paths Object.
    PATH_REPEATED = "path-repeated": Deny;
    /// A pattern is no regular expression.
    /// ## Why it matters
    /// No validator can apply it, so that it promises nothing.
    /// ## Example
    /// `pattern: '^('`.
    /// ## Source
    /// ECMA-262; OpenAPI 3.0.3, Schema Object, `pattern`.
    PATTERN_INVALID = "pattern-invalid": Deny, "; warn where lenient readers take it";
    /// No lawful record could be made up.
    /// ## Why it matters
    /// `mock` cannot serve the contract, and its rules stay untried; `x-mock` hints help.
    /// ## Example
    /// `x-mock: "'text'"` on a number.
    /// ## Source
    /// openapi/README.md, `x-mock`.
    RECORD_UNMADE = "record-unmade": Deny, " where an `x-mock` hint is at fault, else warn";
    /// Records stand inside the items of a list, and the clause does not say so.
    /// ## Why it matters
    /// The wrapping is taken for the record then, and compared with nothing that a reader shows.
    /// ## Example
    /// `items: /rows` with `key: /doc/id`, where `/doc` is what the reader answers with; `item: /doc` says so, and `key` goes.
    /// ## Source
    /// openapi/README.md, `lists.item`.
    RECORD_WRAPPED = "record-wrapped": Deny;
    /// A definition refers to itself and says nothing else.
    /// ## Why it matters
    /// Nothing can be read from it; tools follow it for ever, or take it for anything.
    /// ## Example
    /// `S: {allOf: [{$ref: '#/components/schemas/S'}]}`.
    /// ## Source
    /// OpenAPI 3.0.3, Reference Object.
    REFERENCE_CIRCLE = "reference-circle": Deny;
    /// A required property is listed twice.
    /// ## Why it matters
    /// JSON Schema asks for names that differ, and validators refuse the schema.
    /// ## Example
    /// `required: [id, id]`.
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`.
    REQUIRED_REPEATED = "required-repeated": Warn;
    /// No operation lists, reads or adds a resource.
    /// ## Why it matters
    /// Nothing is asked of it: what the document promises of its records is not checked.
    /// ## Example
    /// `resources` has `invoice`, and the one operation that answers with invoices has no `x-contract.reads`.
    /// ## Source
    /// openapi/README.md, `resources`.
    RESOURCE_UNUSED = "resource-unused": Warn;
    /// An operation documents no response.
    /// ## Why it matters
    /// Nothing about the answer is promised.
    /// ## Example
    /// `responses: {}`.
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object: at least one.
    RESPONSES_MISSING = "responses-missing": Warn;
    /// A rule cannot be evaluated on lawful records.
    /// ## Why it matters
    /// A rule that errs accepts everything; guard it with `when`.
    /// ## Example
    /// `self.name > 3.0` where `name` is a text.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    RULE_ERRS = "rule-errs": Deny;
    /// Two rules of one schema have one id.
    /// ## Why it matters
    /// Reports and waivers name a rule by its id.
    /// ## Example
    /// `{id: named, …}` twice.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    RULE_ID_REPEATED = "rule-id-repeated": Deny;
    /// A rule is asked on no made-up record.
    /// ## Why it matters
    /// Its `when` may never be true; then it checks nothing.
    /// ## Example
    /// `when: self.id == 'nobody'`.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    RULE_NEVER_ASKED = "rule-never-asked": Warn;
    /// A rule is true on no made-up record.
    /// ## Why it matters
    /// Lawful records break it, so that every server would.
    /// ## Example
    /// `rule: self.count < 0.0` for a count.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    RULE_NEVER_TRUE = "rule-never-true": Warn;
    /// A security requirement names no scheme.
    /// ## Why it matters
    /// Nobody knows which credentials are asked for.
    /// ## Example
    /// `security: [{key: []}]` without such a scheme.
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    SECURITY_SCHEME_UNDEFINED = "security-scheme-undefined": Deny;
    /// A scope is asked for that no flow has.
    /// ## Why it matters
    /// No consumer can ask for it, so that none is let in.
    /// ## Example
    /// `oauth: [reed]`, where the flows have `read`.
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object, OAuth Flow Object.
    SECURITY_SCOPE_UNDEFINED = "security-scope-undefined": Warn;
    /// A clause of `x-contract` says otherwise than the schema.
    /// ## Why it matters
    /// A server that keeps the one breaks the other.
    /// ## Example
    /// A page size of `max: 100` where the parameter has `maximum: 50`.
    /// ## Source
    /// openapi/README.md.
    SEMANTICS_CONTRADICT = "semantics-contradict": Deny;
    /// A clause of `x-contract` is not well-formed.
    /// ## Why it matters
    /// A clause that is not understood promises nothing; see openapi/README.md.
    /// ## Example
    /// `direction: down`.
    /// ## Source
    /// openapi/x-contract.schema.json.
    SEMANTICS_MALFORMED = "semantics-malformed": Deny;
    /// A clause of `x-contract` points to something that is not there, or of the wrong kind.
    /// ## Why it matters
    /// A check that looks there would see nothing, and silence is not a pass.
    /// ## Example
    /// `more: /hasmore` where the answer has `hasMore`.
    /// ## Source
    /// openapi/README.md.
    SEMANTICS_POINTS_NOWHERE = "semantics-points-nowhere": Deny;
    /// A key is none of the vocabulary.
    /// ## Why it matters
    /// A clause that is not understood promises nothing; see openapi/README.md.
    /// ## Example
    /// `itmes: /customers`.
    /// ## Source
    /// openapi/x-contract.schema.json.
    SEMANTICS_UNKNOWN_KEY = "semantics-unknown-key": Deny;
    /// A variable of a server's URL is not declared.
    /// ## Why it matters
    /// Nobody knows what to put there, so that no request can be sent.
    /// ## Example
    /// `https://{region}.example.com` without `variables.region`.
    /// ## Source
    /// OpenAPI 3.0.3, Server Object.
    SERVER_VARIABLE_UNDECLARED = "server-variable-undeclared": Deny;
    /// Two clauses take one place of the request.
    /// ## Why it matters
    /// What the one sends, the other overwrites: the server is asked for something else than it is judged by.
    /// ## Example
    /// Page size and offset are both sent in the query parameter `q`.
    /// ## Source
    /// openapi/README.md, slots and spots: a slot is a place in the request.
    SLOT_TAKEN_TWICE = "slot-taken-twice": Deny;
    /// A requirement that can fail a server names no source.
    /// ## Why it matters
    /// A server is failed by it, so its team must be able to read where it stands.
    /// ## Example
    /// A filter of an operation without `x-source`.
    /// ## Source
    /// openapi/README.md, `source`.
    SOURCE_MISSING = "source-missing": Deny, "; a note where the `source` of the root's `x-contract` stands in for it";
    /// A key of `responses` is no status.
    /// ## Why it matters
    /// Tools skip what they do not understand, so that it promises nothing.
    /// ## Example
    /// `'2000': …`.
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object.
    STATUS_INVALID = "status-invalid": Deny;
    /// The document is of a version that is judged in part.
    /// ## Why it matters
    /// The fields of the document, and keywords that 3.0 does not have, are not looked at.
    /// ## Example
    /// `openapi: 3.1.0`.
    /// ## Source
    /// ours, because only 3.0 is judged in full.
    VERSION_JUDGED_IN_PART = "version-judged-in-part": Warn;
}
