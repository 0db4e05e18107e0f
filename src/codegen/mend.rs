//! What the generator writes and we do not want, mended in the syntax tree.

use quote::ToTokens;
use syn::{Attribute, Field, ImplItem, Item, Meta, Stmt, parse_quote};

use crate::surface;

/// Mends a generated client.
pub(crate) fn file(file: &mut syn::File) {
    file.items.retain(|item| !matches!(item, Item::Mod(module) if module.ident == "prelude"));
    for item in &mut file.items {
        match item {
            Item::Impl(block) if block.trait_.is_none() => {
                // `new` takes proxies from the environment; `connect` and `new_with_client` stay.
                block.items.retain(|item| !matches!(item, ImplItem::Fn(function) if function.sig.ident == "new"));
                block.items.iter_mut().for_each(plain_examples);
            }
            Item::Mod(module) if module.ident == "types" => contents(module).for_each(read_whole_numbers),
            Item::Mod(module) if module.ident == "builder" => contents(module).for_each(drop_version_header),
            _ => {}
        }
    }
}

fn contents(module: &mut syn::ItemMod) -> impl Iterator<Item = &mut Item> {
    module.content.iter_mut().flat_map(|(_, items)| items)
}

/// Examples are sketches, not tests: `text` keeps them out of the list of ignored ones.
fn plain_examples(item: &mut ImplItem) {
    let ImplItem::Fn(function) = item else { return };
    for attribute in &mut function.attrs {
        if let Some(text) = surface::doc(attribute) {
            let text = text.replace("```ignore", "\n```text");
            *attribute = parse_quote!(#[doc = #text]);
        }
    }
}

/// The generator sends the document's version in a header that no document mentions.
fn drop_version_header(item: &mut Item) {
    let Item::Impl(block) = item else { return };
    for item in &mut block.items {
        if let ImplItem::Fn(function) = item {
            let version = |statement: &Stmt| statement.to_token_stream().to_string().contains("api_version ()");
            function.block.stmts.retain(|statement| !version(statement));
        }
    }
}

/// `1.0` is a lawful way to write the whole number 1, but not to serde.
fn read_whole_numbers(item: &mut Item) {
    match item {
        Item::Struct(item) => item.fields.iter_mut().for_each(read_whole),
        Item::Enum(item) => {
            item.variants.iter_mut().flat_map(|variant| variant.fields.iter_mut()).for_each(read_whole);
        }
        _ => {}
    }
}

fn read_whole(field: &mut Field) {
    let shown = surface::show(&field.ty);
    let mut words = shown.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let known = |word| matches!(word, "i64" | "Option" | "Vec" | "BTreeMap" | "String");
    if !shown.contains("i64") || !words.all(known) {
        return;
    }
    let optional = shown.starts_with("Option<");
    let (mut default, mut required) = (false, false);
    for attribute in &mut field.attrs {
        let Meta::List(list) = &attribute.meta else { continue };
        if !list.path.is_ident("serde") {
            continue;
        }
        let text = list.tokens.to_string();
        required |= text.contains("deserialize_with");
        default |= text.split(',').any(|part| part.trim() == "default");
        if required {
            *attribute = without_reader(attribute);
        }
    }
    if optional && !required && !default {
        field.attrs.push(parse_quote!(#[serde(default)]));
    }
    field.attrs.push(parse_quote!(#[serde(deserialize_with = "crate::client::whole::read")]));
}

fn without_reader(attribute: &Attribute) -> Attribute {
    let mut kept: Vec<Meta> = Vec::new();
    let _ = attribute.parse_nested_meta(|meta| {
        let path = meta.path.clone();
        if meta.input.peek(syn::Token![=]) {
            let value: syn::Expr = meta.value()?.parse()?;
            if !path.is_ident("deserialize_with") {
                kept.push(parse_quote!(#path = #value));
            }
        } else {
            kept.push(Meta::Path(path));
        }
        Ok(())
    });
    parse_quote!(#[serde(#(#kept),*)])
}
