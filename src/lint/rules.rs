//! The rules of `lint`, for `explain` and for reports that describe what they name.

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Kebab-case; names the fault.
    pub id: &'static str,
    /// The doc comment: first sentence, *Level*, *Why it matters*, *Example*, *Source*; no empty lines.
    pub doc: &'static str,
}

impl Rule {
    /// The first sentence, without its final stop.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        self.doc.lines().next().unwrap_or_default().trim().trim_end_matches('.')
    }
}

/// Declares the rules: the doc comment of each is the text of `explain`.
macro_rules! rules {
    ($($(#[doc = $doc:literal])* $id:literal,)*) => {
        /// Every rule, sorted by id.
        pub static RULES: &[Rule] = &[$(Rule { id: $id, doc: concat!($($doc, "\n"),*) }),*];
    };
}

/// The rule of that id.
#[must_use]
pub fn rule(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

rules! {
    /// A property is both `readOnly` and `writeOnly`.
    /// Level: deny.
    /// ## Why it matters
    /// Neither requests nor answers may carry it.
    /// ## Example
    /// `readOnly: true` beside `writeOnly: true`.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object.
    "access-contradicts",
    /// A component has a name that cannot be referred to everywhere.
    /// Level: warn.
    /// ## Why it matters
    /// OpenAPI allows letters, digits, `.`, `-` and `_`; tools that hold to it refuse the document.
    /// ## Example
    /// `components.schemas.'Page of customers'`.
    /// ## Source
    /// OpenAPI 3.0.3, Components Object.
    "component-name-invalid",
    /// A document that promises something cannot be used as a contract.
    /// Level: deny.
    /// ## Why it matters
    /// `check` and `mock` refuse it.
    /// ## Example
    /// An `x-rules` entry whose expression the loader cannot compile.
    /// ## Source
    /// openapi/README.md.
    "contract-unusable",
    /// A reference leads nowhere.
    /// Level: deny.
    /// ## Why it matters
    /// Everything that is built on it is missing. References into the network are never followed.
    /// ## Example
    /// `$ref: '#/components/schemas/Custmer'`.
    /// ## Source
    /// OpenAPI 3.0.3, Reference Object.
    "dangling-reference",
    /// A default does not satisfy its schema.
    /// Level: deny where the document has an `x-contract`, else warn.
    /// ## Why it matters
    /// What is left out counts as a value that the schema refuses.
    /// ## Example
    /// `type: integer` with `default: many`.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object, `default`.
    "default-invalid",
    /// An enumeration lists no value.
    /// Level: warn.
    /// ## Why it matters
    /// By the letter no value satisfies it; tools refuse it, or take it for none.
    /// ## Example
    /// `enum: []`.
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `enum`.
    "enum-empty",
    /// An enumerated value is listed twice.
    /// Level: warn.
    /// ## Why it matters
    /// One of the two was meant to be another value.
    /// ## Example
    /// `enum: [a, a]`.
    /// ## Source
    /// JSON Schema Validation, draft 5, `enum`: elements should be unique.
    "enum-value-repeated",
    /// An enumerated value is not of the schema's type.
    /// Level: deny.
    /// ## Why it matters
    /// No value can be it and satisfy `type`.
    /// ## Example
    /// `type: string` with `enum: [a, 3]`.
    /// ## Source
    /// JSON Schema Validation, draft 5, `enum` and `type`.
    "enum-value-unfit",
    /// An example does not satisfy its schema.
    /// Level: deny where the document has an `x-contract`, else warn.
    /// ## Why it matters
    /// Readers copy examples, and mocks and generators serve them.
    /// ## Example
    /// `type: integer` with `example: many`.
    /// ## Source
    /// OpenAPI 3.0.3, Media Type Object, `example`.
    "example-invalid",
    /// A rule, filter or hint is no CEL expression that can be evaluated.
    /// Level: deny.
    /// ## Why it matters
    /// An expression that cannot be evaluated checks nothing.
    /// ## Example
    /// `self.nmae != ''` where the record has `name`.
    /// ## Source
    /// openapi/README.md; the Common Expression Language.
    "expression-invalid",
    /// A field holds a value of the wrong kind.
    /// Level: deny.
    /// ## Why it matters
    /// Tools skip what they do not understand, so that it promises nothing.
    /// ## Example
    /// `type: strin`, or `required: true` on a property.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7.
    "field-malformed",
    /// A field that OpenAPI asks for is missing.
    /// Level: deny.
    /// ## Why it matters
    /// Generators refuse the document.
    /// ## Example
    /// A response without `description`.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7, fields marked REQUIRED.
    "field-missing",
    /// A field is none that OpenAPI defines.
    /// Level: deny where it is near to a known field, else warn.
    /// ## Why it matters
    /// Tools skip it, so that it promises nothing.
    /// ## Example
    /// `maxlength: 5`, or the `type` of Swagger 2.0 beside `in`.
    /// ## Source
    /// OpenAPI 3.0.3, section 4.7.
    "field-unknown",
    /// Two filters take one place of the request and cannot be sent together.
    /// Level: warn.
    /// ## Why it matters
    /// What they let through together is not checked. Templates that are JSON objects are sent as one, member by member and
    /// condition by condition; two texts are not.
    /// ## Example
    /// `q` takes `status eq '{value}'` for one filter and `name eq '{value}'` for another.
    /// ## Source
    /// openapi/README.md, `filters`, `template`.
    "filters-never-together",
    /// A list says nothing of its items.
    /// Level: deny.
    /// ## Why it matters
    /// Nobody knows what the list holds.
    /// ## Example
    /// `type: array` alone.
    /// ## Source
    /// OpenAPI 3.0.3, Schema Object: `items` must be present if the type is array.
    "items-missing",
    /// A JSON document is not strict JSON.
    /// Level: deny.
    /// ## Why it matters
    /// Other tools refuse it, or read another value.
    /// ## Example
    /// A comma before a closing brace, or one key twice in an object.
    /// ## Source
    /// RFC 8259.
    "json-invalid",
    /// A known value of an open enumeration is not of the schema's type.
    /// Level: deny.
    /// ## Why it matters
    /// No value can be it and satisfy `type`.
    /// ## Example
    /// `type: string` with `x-known-values: [1]`.
    /// ## Source
    /// openapi/README.md, `x-known-values`.
    "known-value-unfit",
    /// A lower limit lies above the upper one.
    /// Level: deny.
    /// ## Why it matters
    /// No value can satisfy both.
    /// ## Example
    /// `minLength: 5` with `maxLength: 3`.
    /// ## Source
    /// JSON Schema Validation, draft 5.
    "limits-contradict",
    /// A link leads to an operation that is not there.
    /// Level: deny.
    /// ## Why it matters
    /// Whoever follows it does not know what to call.
    /// ## Example
    /// `operationId: getCustmer` in a link.
    /// ## Source
    /// OpenAPI 3.0.3, Link Object.
    "link-target-unknown",
    /// An operation has no `operationId`.
    /// Level: deny where the document has an `x-contract`, else warn.
    /// ## Why it matters
    /// Generated clients, configuration and waivers name operations by it.
    /// ## Example
    /// `get:` with responses alone.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object; ours, because reports name operations by it.
    "operation-id-missing",
    /// Two operations have one `operationId`.
    /// Level: deny.
    /// ## Why it matters
    /// They cannot be told apart.
    /// ## Example
    /// `operationId: list` twice.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object: must be unique.
    "operation-id-repeated",
    /// A page size that the parameter takes is neither promised nor refused.
    /// Level: warn.
    /// ## Why it matters
    /// Nobody can tell whether it is lawful: the schema takes it, and the clause ends before.
    /// ## Example
    /// `min: 1` beside `minimum: 0`, without `below` or `zero` that says what nought gets.
    /// ## Source
    /// openapi/README.md, `size`.
    "page-size-unsettled",
    /// A list is paged in two ways.
    /// Level: deny.
    /// ## Why it matters
    /// A walk follows one of them, and the other is never tried. An address of the next page may stand beside an offset.
    /// ## Example
    /// `page` has an opaque `next` and an `offset`.
    /// ## Source
    /// openapi/README.md, `page`.
    "paging-declared-twice",
    /// A parameter is declared twice.
    /// Level: deny.
    /// ## Why it matters
    /// It is undefined which of the two holds.
    /// ## Example
    /// Two query parameters called `limit`.
    /// ## Source
    /// OpenAPI 3.0.3, Operation Object: the list must not include duplicates.
    "parameter-repeated",
    /// A required parameter has no value that can be sent without asking the user.
    /// Level: note.
    /// ## Why it matters
    /// `check` has to ask for it with `--param`; a `default`, an `example` or a single enumerated value spares that.
    /// ## Example
    /// A required query parameter `region` of `type: string`, and nothing more.
    /// ## Source
    /// ours: a request without it would be refused, and the server blamed.
    "parameter-without-value",
    /// A path parameter is not marked as required.
    /// Level: warn.
    /// ## Why it matters
    /// Generators refuse the document.
    /// ## Example
    /// `in: path` without `required: true`.
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `required`.
    "path-parameter-optional",
    /// A parameter of a path template is not declared.
    /// Level: deny.
    /// ## Why it matters
    /// Nobody knows what to put there.
    /// ## Example
    /// `/customers/{id}` with no parameter `id`.
    /// ## Source
    /// OpenAPI 3.0.3, Path Templating.
    "path-parameter-undeclared",
    /// A path parameter is not in the path.
    /// Level: deny.
    /// ## Why it matters
    /// It can never be sent.
    /// ## Example
    /// `name: ids` for `/customers/{id}`.
    /// ## Source
    /// OpenAPI 3.0.3, Parameter Object, `name`.
    "path-parameter-unused",
    /// Two paths differ in the names of their parameters alone.
    /// Level: deny.
    /// ## Why it matters
    /// Names of path parameters do not show on the wire.
    /// ## Example
    /// `/customers/{id}` and `/customers/{key}`.
    /// ## Source
    /// OpenAPI 3.0.3, Paths Object.
    "path-repeated",
    /// A pattern is no regular expression.
    /// Level: deny; warn where lenient readers take it.
    /// ## Why it matters
    /// No validator can apply it.
    /// ## Example
    /// `pattern: '^('`.
    /// ## Source
    /// ECMA-262; OpenAPI 3.0.3, Schema Object, `pattern`.
    "pattern-invalid",
    /// No lawful record could be made up.
    /// Level: deny where an `x-mock` hint is at fault, else warn.
    /// ## Why it matters
    /// `mock` cannot serve the contract, and its rules stay untried.
    /// ## Example
    /// `x-mock: "'text'"` on a number.
    /// ## Source
    /// openapi/README.md, `x-mock`.
    "record-unmade",
    /// Records stand inside the items of a list, and the clause does not say so.
    /// Level: deny.
    /// ## Why it matters
    /// The wrapping is taken for the record then, and compared with nothing that a reader shows.
    /// ## Example
    /// `items: /rows` with `key: /doc/id`, where `/doc` is what the reader answers with; `item: /doc` says so, and `key` goes.
    /// ## Source
    /// openapi/README.md, `lists.item`.
    "record-wrapped",
    /// A definition refers to itself and says nothing else.
    /// Level: deny.
    /// ## Why it matters
    /// Nothing can be read from it, and tools follow it for ever.
    /// ## Example
    /// `S: {allOf: [{$ref: '#/components/schemas/S'}]}`.
    /// ## Source
    /// OpenAPI 3.0.3, Reference Object.
    "reference-circle",
    /// A required property is listed twice.
    /// Level: warn.
    /// ## Why it matters
    /// JSON Schema asks for names that differ, and validators refuse the schema.
    /// ## Example
    /// `required: [id, id]`.
    /// ## Source
    /// JSON Schema validation (draft Wright 00), `required`.
    "required-repeated",
    /// No operation lists, reads or adds a resource.
    /// Level: warn.
    /// ## Why it matters
    /// Nothing is asked of it: what the document promises of its records is not checked.
    /// ## Example
    /// `resources` has `invoice`, and the one operation that answers with invoices has no `x-contract.reads`.
    /// ## Source
    /// openapi/README.md, `resources`.
    "resource-unused",
    /// An operation documents no response.
    /// Level: warn.
    /// ## Why it matters
    /// Nothing about the answer is promised.
    /// ## Example
    /// `responses: {}`.
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object: at least one.
    "responses-missing",
    /// A rule cannot be evaluated on lawful records.
    /// Level: deny.
    /// ## Why it matters
    /// A rule that errs accepts everything.
    /// ## Example
    /// `self.name > 3.0` where `name` is a text.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    "rule-errs",
    /// Two rules of one schema have one id.
    /// Level: deny.
    /// ## Why it matters
    /// Reports and waivers name a rule by its id.
    /// ## Example
    /// `{id: named, …}` twice.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    "rule-id-repeated",
    /// A rule is asked on no made-up record.
    /// Level: warn.
    /// ## Why it matters
    /// Its `when` may never be true; then it checks nothing.
    /// ## Example
    /// `when: self.id == 'nobody'`.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    "rule-never-asked",
    /// A rule is true on no made-up record.
    /// Level: warn.
    /// ## Why it matters
    /// Lawful records break it, so that every server would.
    /// ## Example
    /// `rule: self.count < 0.0` for a count.
    /// ## Source
    /// openapi/README.md, `x-rules`.
    "rule-never-true",
    /// A security requirement names no scheme.
    /// Level: deny.
    /// ## Why it matters
    /// Nobody knows which credentials are asked for.
    /// ## Example
    /// `security: [{key: []}]` without such a scheme.
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object.
    "security-scheme-undefined",
    /// A scope is asked for that no flow has.
    /// Level: warn.
    /// ## Why it matters
    /// No consumer can ask for it, so that none is let in.
    /// ## Example
    /// `oauth: [reed]`, where the flows have `read`.
    /// ## Source
    /// OpenAPI 3.0.3, Security Requirement Object, OAuth Flow Object.
    "security-scope-undefined",
    /// A clause of `x-contract` says otherwise than the schema.
    /// Level: deny.
    /// ## Why it matters
    /// A server that keeps the one breaks the other.
    /// ## Example
    /// A page size of `max: 100` where the parameter has `maximum: 50`.
    /// ## Source
    /// openapi/README.md.
    "semantics-contradict",
    /// A clause of `x-contract` is not well-formed.
    /// Level: deny.
    /// ## Why it matters
    /// A clause that is not understood promises nothing.
    /// ## Example
    /// `direction: down`.
    /// ## Source
    /// openapi/x-contract.schema.json.
    "semantics-malformed",
    /// A clause of `x-contract` points to something that is not there, or of the wrong kind.
    /// Level: deny.
    /// ## Why it matters
    /// A check that looks there would see nothing, and silence is not a pass.
    /// ## Example
    /// `more: /hasmore` where the answer has `hasMore`.
    /// ## Source
    /// openapi/README.md.
    "semantics-points-nowhere",
    /// A key is none of the vocabulary.
    /// Level: deny.
    /// ## Why it matters
    /// A clause that is not understood promises nothing.
    /// ## Example
    /// `itmes: /customers`.
    /// ## Source
    /// openapi/x-contract.schema.json.
    "semantics-unknown-key",
    /// Two clauses take one place of the request.
    /// Level: deny.
    /// ## Why it matters
    /// What the one sends, the other overwrites: the server is asked for something else than it is judged by.
    /// ## Example
    /// Page size and offset are both sent in the query parameter `q`.
    /// ## Source
    /// openapi/README.md, slots and spots: a slot is a place in the request.
    "slot-taken-twice",
    /// A variable of a server's URL is not declared.
    /// Level: deny.
    /// ## Why it matters
    /// Nobody knows what to put there, so that no request can be sent.
    /// ## Example
    /// `https://{region}.example.com` without `variables.region`.
    /// ## Source
    /// OpenAPI 3.0.3, Server Object.
    "server-variable-undeclared",
    /// A requirement that can fail a server names no source.
    /// Level: deny; a note where the `source` of the root's `x-contract` stands in for it.
    /// ## Why it matters
    /// The server's team must be able to read where it stands.
    /// ## Example
    /// A filter of an operation without `x-source`.
    /// ## Source
    /// openapi/README.md, `source`.
    "source-missing",
    /// A key of `responses` is no status.
    /// Level: deny.
    /// ## Why it matters
    /// Tools skip it.
    /// ## Example
    /// `'2000': …`.
    /// ## Source
    /// OpenAPI 3.0.3, Responses Object.
    "status-invalid",
    /// The document is of a version that is judged in part.
    /// Level: warn.
    /// ## Why it matters
    /// Keywords that OpenAPI 3.0 does not have are not looked at.
    /// ## Example
    /// `openapi: 3.1.0`.
    /// ## Source
    /// ours, because only 3.0 is judged in full.
    "version-judged-in-part",
}
