//! The public surface of a generated client as plain text, so that review sees what an edit does to client code.

use std::collections::HashSet;
use std::fmt::Write;

use quote::ToTokens;
use syn::{Attribute, Expr, Fields, GenericArgument, ImplItem, Item, Lit, Meta, PathArguments, ReturnType, Type};

use crate::lower::Lowered;

/// The builder of one operation's requests.
pub(crate) struct Builder {
    /// The client's method that makes it.
    pub method: String,
    /// Parameters: name, type, whether it must be given.
    parameters: Vec<(String, String, bool)>,
    /// Type of the success body, as the generated code writes it.
    pub answer: String,
    /// The same without paths.
    shown: String,
    /// Type of the error body, without paths.
    error: String,
}

/// The text of a doc attribute.
pub(crate) fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    match (&literal.lit, pair.path.is_ident("doc")) {
        (Lit::Str(text), true) => Some(text.value()),
        _ => None,
    }
}

/// A type without its paths: `Option<String>`.
pub(crate) fn show(ty: &Type) -> String {
    let Type::Path(path) = ty else { return ty.to_token_stream().to_string() };
    let Some(last) = path.path.segments.last() else { return String::new() };
    let mut text = last.ident.to_string();
    if let PathArguments::AngleBracketed(arguments) = &last.arguments {
        let arguments: Vec<String> = (arguments.args.iter())
            .map(|argument| match argument {
                GenericArgument::Type(ty) => show(ty),
                other => other.to_token_stream().to_string(),
            })
            .collect();
        text = format!("{text}<{}>", arguments.join(", "));
    }
    text
}

/// The type arguments of a type: `T` and `E` of `Result<T, E>`.
fn arguments(ty: &Type) -> Vec<&Type> {
    let Type::Path(path) = ty else { return Vec::new() };
    let Some(PathArguments::AngleBracketed(list)) = path.path.segments.last().map(|last| &last.arguments) else {
        return Vec::new();
    };
    list.args
        .iter()
        .filter_map(|argument| if let GenericArgument::Type(ty) = argument { Some(ty) } else { None })
        .collect()
}

fn module<'a>(items: &'a [Item], name: &str) -> &'a [Item] {
    let found = items.iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == name => module.content.as_ref(),
        _ => None,
    });
    found.map_or(&[], |(_, items)| items)
}

/// A message when two types, fields or variants have one name: such code would not compile.
///
/// # Errors
/// With the type's name.
pub(crate) fn duplicates(file: &syn::File) -> Result<(), String> {
    for items in [module(&file.items, "types"), module(&file.items, "builder")] {
        let mut types = HashSet::new();
        for item in items {
            let (name, members): (String, Vec<String>) = match item {
                Item::Struct(item) => (
                    item.ident.to_string(),
                    item.fields.iter().filter_map(|f| Some(f.ident.as_ref()?.to_string())).collect(),
                ),
                Item::Enum(item) => {
                    (item.ident.to_string(), item.variants.iter().map(|v| v.ident.to_string()).collect())
                }
                _ => continue,
            };
            let mut known = HashSet::new();
            if let Some(twice) = members.iter().find(|member| !known.insert(*member)) {
                return Err(format!("type `{name}` of the client would have `{twice}` twice"));
            }
            if !types.insert(name.clone()) {
                return Err(format!("two types of the client would be called `{name}`"));
            }
        }
    }
    Ok(())
}

/// The builders of a client.
pub(crate) fn builders(file: &syn::File) -> Vec<Builder> {
    let scope = module(&file.items, "builder");
    let methods = file.items.iter().flat_map(|item| match item {
        Item::Impl(block) if block.trait_.is_none() => block.items.as_slice(),
        _ => &[],
    });
    let built = methods.filter_map(|item| {
        let ImplItem::Fn(function) = item else { return None };
        let ReturnType::Type(_, ty) = &function.sig.output else { return None };
        let Type::Path(path) = ty.as_ref() else { return None };
        let name = path.path.segments.last()?.ident.to_string();
        builder(scope, &name, function.sig.ident.to_string())
    });
    built.collect()
}

fn builder(scope: &[Item], name: &str, method: String) -> Option<Builder> {
    let fields = scope.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == name => Some(&item.fields),
        _ => None,
    })?;
    let functions: Vec<&syn::ImplItemFn> = (scope.iter())
        .filter_map(|item| match item {
            Item::Impl(block) if show(&block.self_ty).starts_with(&format!("{name}<")) => Some(&block.items),
            _ => None,
        })
        .flatten()
        .filter_map(|item| if let ImplItem::Fn(function) = item { Some(function) } else { None })
        .collect();
    let send = functions.iter().find(|function| function.sig.ident == "send")?;
    let ReturnType::Type(_, result) = &send.sig.output else { return None };
    let result = arguments(result);
    let answer = *arguments(result.first()?).first()?;
    let shown = show(answer);
    let answer = answer.to_token_stream().to_string().replace(' ', "");
    let error = arguments(result.get(1)?).first().map_or_else(|| "()".to_owned(), |ty| show(ty));
    let parameters = fields.iter().filter_map(|field| {
        let ident = field.ident.as_ref()?.to_string();
        if ident == "client" || ident == "_client" {
            return None;
        }
        let held = *arguments(&field.ty).first()?;
        let optional = show(held).starts_with("Option<");
        let inner = if optional { arguments(held).first().map_or_else(String::new, |ty| show(ty)) } else { show(held) };
        Some((ident, inner, !optional))
    });
    Some(Builder { method, parameters: parameters.collect(), answer, shown, error })
}

/// The surface: operations first, then types by name.
pub(crate) fn list(file: &syn::File, lowered: &Lowered, builders: &[Builder], connect: &str) -> String {
    let mut text = format!("{}\n\nClient::{connect}\n", lowered.title);
    for operation in &lowered.operations {
        let Some(builder) = builders.iter().find(|builder| builder.method == operation.name) else { continue };
        let method = operation.method.to_uppercase();
        let _ = writeln!(text, "\n{}    {method} {}", builder.method, operation.path);
        for (name, ty, required) in &builder.parameters {
            let mark = if *required { "" } else { "?" };
            let _ = writeln!(text, "  {name}{mark}: {ty}");
        }
        let _ = writeln!(text, "  -> {}, or error {}", builder.shown, builder.error);
    }
    for item in module(&file.items, "types") {
        match item {
            Item::Struct(item) => {
                let _ = writeln!(text, "\nstruct {}", item.ident);
                members(&mut text, &item.fields);
            }
            Item::Enum(item) => {
                let _ = writeln!(text, "\nenum {}", item.ident);
                for variant in &item.variants {
                    let holds: Vec<String> = variant.fields.iter().map(held).collect();
                    let holds = if holds.is_empty() { String::new() } else { format!("({})", holds.join(", ")) };
                    let _ = writeln!(text, "  {}{holds}{}", variant.ident, wire_name(&variant.attrs));
                }
            }
            _ => {}
        }
    }
    text
}

fn held(field: &syn::Field) -> String {
    let name = field.ident.as_ref().map_or_else(String::new, |name| format!("{name}: "));
    format!("{name}{}", show(&field.ty))
}

fn members(text: &mut String, fields: &Fields) {
    for (index, field) in fields.iter().enumerate() {
        let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
        let mark = if may_be_missing(&field.attrs) { "?" } else { "" };
        let _ = writeln!(text, "  {name}{mark}: {}{}", show(&field.ty), wire_name(&field.attrs));
    }
}

fn may_be_missing(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("serde") && attribute.to_token_stream().to_string().contains("skip_serializing_if")
    })
}

/// The name on the wire, where it is another.
fn wire_name(attributes: &[Attribute]) -> String {
    let mut name = String::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            let Ok(value) = meta.value() else { return Ok(()) };
            let value: Lit = value.parse()?;
            if let (true, Lit::Str(text)) = (meta.path.is_ident("rename"), value) {
                name = format!(" = {:?}", text.value());
            }
            Ok(())
        });
    }
    name
}
