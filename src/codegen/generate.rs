//! Typed client, list of its public surface and reader of its answers, all from one lowered document.

use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle};
use serde_json::Value;

use crate::document::{Document, DocumentError};
use crate::lower::{Lowered, Operation, rust_name};
use crate::{mend, surface};

/// What is written to `OUT_DIR` for one document.
pub(crate) struct Generated {
    /// The client.
    pub code: String,
    /// Its public surface, a line per thing.
    pub surface: String,
    /// The public module that includes the client.
    pub module: String,
    /// The arms of `decode` for this document.
    pub arms: Vec<String>,
}

/// Generates the client of a document, whose file's stem is `name`.
///
/// # Errors
/// With the place of the operation that the generator gave up on.
pub(crate) fn generate(document: &Document, lowered: &Lowered, name: &str) -> Result<Generated, DocumentError> {
    let mut file = code(&lowered.root).map_err(|reason| blame(document, lowered, &reason))?;
    mend::file(&mut file);
    surface::duplicates(&file).map_err(|message| document.error_at("/components/schemas", message, help()))?;
    let builders = surface::builders(&file);
    let mut arms = Vec::new();
    for operation in &lowered.operations {
        let Some(builder) = builders.iter().find(|builder| builder.method == operation.name) else {
            let message = format!("the generator made no method `{}` for `{}`", operation.name, operation.id);
            return Err(document.error_at(&operation.pointer(), message, help()));
        };
        if let Some(status) = &operation.success {
            arms.push(arm(name, operation, status, &builder.answer));
        }
    }
    let connect = Connect::of(lowered);
    let surface = surface::list(&file, lowered, &builders, &connect.signature);
    let module = module(name, lowered, &connect);
    Ok(Generated { code: prettyplease::unparse(&file), surface, module, arms })
}

/// How a client is made: what the document wants with every request is an argument.
struct Connect {
    signature: String,
    arguments: String,
    docs: String,
    session: String,
}

impl Connect {
    fn of(lowered: &Lowered) -> Self {
        let mut names = vec!["base"];
        let mut docs = String::from("`base` is the address up to where the document's paths begin");
        let mut session = String::from("crate::client::Session::new()");
        if let Some(credential) = &lowered.credential {
            names.push("token");
            let _ = write!(docs, "; `token` goes into the header `{}`", credential.header);
            let _ = write!(session, ".header({:?}, &format!(\"{}{{token}}\"))?", credential.header, credential.prefix);
        }
        if let Some(tenant) = &lowered.tenant {
            names.push("tenant");
            let _ = write!(docs, "; `tenant` goes into `{tenant}`");
            let _ = write!(session, ".header({tenant:?}, tenant)?");
        }
        let arguments: Vec<String> = names.iter().map(|name| format!("{name}: &str")).collect();
        let signature = format!("connect({})", names.join(", "));
        Self { signature, arguments: arguments.join(", "), docs, session }
    }
}

/// The public module of a client, with its constructor and its hook.
fn module(name: &str, lowered: &Lowered, connect: &Connect) -> String {
    let Connect { arguments, docs, session, .. } = connect;
    let title = lowered.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let module = rust_name(name);
    format!(
        r#"/// Client of {title}, generated from `openapi/{name}.yaml`.
#[allow(
    clippy::all, clippy::pedantic, missing_docs, rustdoc::all, unreachable_patterns, unreachable_pub, unused,
    reason = "written by progenitor, whose style is its own"
)]
pub mod {module} {{
    include!(concat!(env!("OUT_DIR"), "/{name}.rs"));

    impl Client {{
        /// A client for one server: no proxies, no redirects, 30 seconds for an answer.
        ///
        /// {docs}.
        ///
        /// # Errors
        /// When an argument cannot be sent as what it is, or `https` is asked for in a build without the feature `tls`.
        pub fn connect({arguments}) -> Result<Self, crate::client::ConnectError> {{
            let session = {session};
            let base = crate::client::base_url(base)?;
            Ok(Self::new_with_client(&base, crate::client::http_client()?, session))
        }}
    }}

    impl ClientHooks<crate::client::Session> for Client {{
        async fn pre<E>(&self, request: &mut reqwest::Request, _: &OperationInfo) -> Result<(), Error<E>> {{
            self.inner.apply(request);
            Ok(())
        }}
    }}
}}
"#
    )
}

/// The file that `src/client.rs` includes.
pub(crate) fn registry(clients: &[Generated]) -> String {
    let modules: Vec<&str> = clients.iter().map(|client| client.module.as_str()).collect();
    let arms: Vec<&str> = clients.iter().flat_map(|client| &client.arms).map(String::as_str).collect();
    format!(
        r"{}
/// Reads a success answer with the type that the client of `contract` has for it.
///
/// `contract` is the file's stem under `openapi/`, `operation_id` as in the document. `None` means that no client was
/// generated for the contract, or that it has no typed body for this operation and status. The message of a failure
/// names kinds and declared names only, never a value of the body.
#[must_use]
pub fn decode(contract: &str, operation_id: &str, status: u16, body: &[u8]) -> Option<Result<(), String>> {{
    match (contract, operation_id, status) {{
        {}
        _ => None,
    }}
}}
",
        modules.join("\n"),
        arms.join("\n        ")
    )
}

/// One arm of `decode`: which answers it is for and the type that reads them.
fn arm(name: &str, operation: &Operation, status: &str, answer: &str) -> String {
    let status = match status.strip_suffix("XX") {
        Some(class) => format!("{class}00..={class}99"),
        None => status.to_owned(),
    };
    let answer = answer.replace("types::", &format!("{}::types::", rust_name(name)));
    format!("(\"{name}\", {:?}, {status}) => Some(read::<{answer}>(body)),", operation.id)
}

fn code(root: &Value) -> Result<syn::File, String> {
    let spec: openapiv3::OpenAPI = serde_json::from_value(root.clone()).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::new();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote::quote!(crate::client::Session))
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    quietly(move || {
        let tokens = Generator::new(&settings).generate_tokens(&spec).map_err(|error| error.to_string())?;
        syn::parse2(tokens).map_err(|error| format!("what comes out is no Rust: {error}"))
    })
}

/// Runs the generator, which panics about documents that it does not understand.
fn quietly<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let said = Arc::new(Mutex::new(String::new()));
    let hook = std::panic::take_hook();
    let sink = Arc::clone(&said);
    std::panic::set_hook(Box::new(move |panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
        let text = text.unwrap_or("no reason given");
        let place = panic.location().map_or_else(String::new, |place| {
            let file = place.file().rsplit(['/', '\\']).next().unwrap_or_default();
            format!(" (the generator gave up in {file}:{})", place.line())
        });
        if let Ok(mut said) = sink.lock() {
            *said = format!("{text}{place}");
        }
    }));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    outcome.unwrap_or_else(|_| Err(said.lock().map(|said| said.clone()).unwrap_or_default()))
}

/// Finds the operation, or else the schema, that the generator cannot handle alone either.
fn blame(document: &Document, lowered: &Lowered, reason: &str) -> DocumentError {
    let mut bare = lowered.root.clone();
    bare["paths"] = serde_json::json!({});
    if let Err(reason) = code(&bare) {
        let place = schema_to_blame(&bare).unwrap_or_else(|| "/components/schemas".to_owned());
        return document.error_at(&place, format!("no types can be generated from the schemas: {reason}"), help());
    }
    for operation in &lowered.operations {
        let mut alone = bare.clone();
        alone["paths"][&operation.path][&operation.method] =
            lowered.root["paths"][&operation.path][&operation.method].clone();
        if let Err(reason) = code(&alone) {
            let message = format!("no client can be generated for operation `{}`: {reason}", operation.id);
            return document.error_at(&operation.pointer(), message, help());
        }
    }
    document.error_at("", format!("no client can be generated: {reason}"), help())
}

/// The first schema whose removal, together with nothing else, lets the rest through.
fn schema_to_blame(bare: &Value) -> Option<String> {
    let names: Vec<String> = bare["components"]["schemas"].as_object()?.keys().cloned().collect();
    names.into_iter().find_map(|name| {
        let mut without = bare.clone();
        without["components"]["schemas"][&name] = serde_json::json!({});
        code(&without).is_ok().then(|| format!("/components/schemas/{}", crate::document::escape(&name)))
    })
}

fn help() -> String {
    "describe it more simply, or teach `src/codegen/lower` to leave out what the generator cannot handle".to_owned()
}
