//! An OpenAPI document as readable Markdown: a table per request and per shape.

use std::fmt::Write as _;

use serde_json::{Map, Value};

const HEAD: &str = "# JSON\n\n\
    What `--json` prints and what the HTTP API answers are the same shapes. Fields are added, never renamed or\n\
    removed; a reader passes over those that it does not know. Times are RFC 3339 in UTC, ids are texts such as\n\
    `S41`, and names are in `snake_case`. A field that may be `null` is marked with `?`.\n\n\
    The daemon serves the OpenAPI document that this page is made from at `/api/openapi.json`.\n";

/// The whole page.
pub(crate) fn of(document: &Value) -> String {
    let mut text = HEAD.to_owned();
    text.push_str("\n## Requests\n");
    for (path, methods) in fields(&document["paths"]) {
        for (method, request) in fields(methods) {
            request_text(&mut text, &method.to_uppercase(), path, request);
        }
    }
    text.push_str("\n## Shapes\n");
    for (name, schema) in fields(&document["components"]["schemas"]) {
        let _ = write!(text, "\n### {name}\n\n{}", paragraph(&schema["description"]));
        shape_text(&mut text, schema);
    }
    text
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn request_text(text: &mut String, method: &str, path: &str, request: &Value) {
    let words = [&request["summary"], &request["description"]];
    let told = words.into_iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n\n");
    let _ = write!(text, "\n### `{method} {path}`\n\n{}", paragraph(&Value::String(told)));
    let parameters: Vec<&Value> = items(&request["parameters"]).collect();
    if !parameters.is_empty() {
        text.push_str("| parameter | in | type | what |\n|---|---|---|---|\n");
        for parameter in parameters {
            let mark = if parameter["required"] == true { "" } else { " (optional)" };
            row(
                text,
                &[
                    &format!("{}{mark}", code(&parameter["name"])),
                    &words_of(&parameter["in"]),
                    &kind(&parameter["schema"]),
                    &words_of(&parameter["description"]),
                ],
            );
        }
        text.push('\n');
    }
    if let Some(body) = content(&request["requestBody"]) {
        let _ = writeln!(text, "Takes {}.", kind(body));
    }
    match content(&request["responses"]["200"]) {
        Some(answer) => {
            let _ = writeln!(text, "Answers {}.", kind(answer));
        }
        None => text.push_str("Answers nothing.\n"),
    }
}

/// The schema of a body, whatever its media type.
fn content(of: &Value) -> Option<&Value> {
    fields(&of["content"]).next().map(|(_, media)| &media["schema"])
}

fn shape_text(text: &mut String, schema: &Value) {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().map(code).collect();
        let _ = writeln!(text, "One of {}.", words.join(", "));
        return;
    }
    let variants: Vec<&Value> = items(&schema["oneOf"]).collect();
    if variants.is_empty() {
        return fields_text(text, schema);
    }
    text.push_str("One of:\n");
    for variant in variants {
        let tag = tag_of(variant)
            .map_or_else(|| kind(variant), |(name, word)| format!("`{name}`: `{word}`"));
        let told = words_of(&variant["description"]);
        let _ = writeln!(text, "\n- {tag}{}{told}\n", if told.is_empty() { "" } else { " — " });
        fields_text(text, variant);
    }
}

/// The field that tells a variant from the others, and its word.
fn tag_of(variant: &Value) -> Option<(String, String)> {
    properties(variant).into_iter().find_map(|(name, schema, _)| {
        let [word] = schema["enum"].as_array()?.as_slice() else { return None };
        Some((name, word.as_str()?.to_owned()))
    })
}

fn fields_text(text: &mut String, schema: &Value) {
    let properties: Vec<_> = properties(schema)
        .into_iter()
        .filter(|(_, field, _)| field["enum"].as_array().is_none_or(|words| words.len() != 1))
        .collect();
    let flattened: Vec<String> =
        items(&schema["allOf"]).filter(|part| part["$ref"].is_string()).map(kind).collect();
    if !flattened.is_empty() {
        let _ = writeln!(text, "With the fields of {}.", flattened.join(" and "));
    }
    if properties.is_empty() {
        if flattened.is_empty() && schema["type"] != "object" {
            let _ = writeln!(text, "{}.", kind(schema));
        }
        return;
    }
    let gap = if flattened.is_empty() { "" } else { "\n" };
    let _ = writeln!(text, "{gap}| field | type | what |\n|---|---|---|");
    for (name, field, is_required) in properties {
        let mark = if is_required { "" } else { " (optional)" };
        row(text, &[&format!("`{name}`{mark}"), &kind(&field), &words_of(&field["description"])]);
    }
}

/// Name, schema, and whether it is always there, of each field, those of parts included.
fn properties(schema: &Value) -> Vec<(String, Value, bool)> {
    let empty = Map::new();
    let own = schema["properties"].as_object().unwrap_or(&empty);
    let is_required = |name: &str| items(&schema["required"]).any(|required| required == name);
    let mut all: Vec<_> =
        own.iter().map(|(name, field)| (name.clone(), field.clone(), is_required(name))).collect();
    for part in items(&schema["allOf"]) {
        all.extend(properties(part));
    }
    all
}

/// A type in a few words, with a link where it is a shape of its own.
fn kind(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    for several in ["oneOf", "anyOf"] {
        let kinds: Vec<String> = items(&schema[several]).map(kind).collect();
        if !kinds.is_empty() {
            let is_optional = kinds.iter().any(|kind| kind == "null");
            let named: Vec<_> = kinds.into_iter().filter(|kind| kind != "null").collect();
            return named.join(" or ") + if is_optional { "?" } else { "" };
        }
    }
    if let [part] = items(&schema["allOf"]).collect::<Vec<_>>().as_slice() {
        return kind(part);
    }
    match &schema["type"] {
        Value::Array(types) => {
            let is_optional = types.iter().any(|word| word == "null");
            let named = types.iter().filter(|word| *word != "null").map(|word| named(word, schema));
            named.collect::<Vec<_>>().join(" or ") + if is_optional { "?" } else { "" }
        }
        word => named(word, schema),
    }
}

fn named(word: &Value, schema: &Value) -> String {
    match word.as_str() {
        Some("array") if schema["prefixItems"].is_array() => {
            let parts: Vec<String> = items(&schema["prefixItems"]).map(kind).collect();
            format!("[{}]", parts.join(", "))
        }
        Some("array") => format!("list of {}", kind(&schema["items"])),
        Some("string") if schema["format"] == "date-time" => "time".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer" | "number") => "number".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("null") => "null".to_owned(),
        Some("object") => "object".to_owned(),
        _ => "anything".to_owned(),
    }
}

fn code(value: &Value) -> String {
    format!("`{}`", value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned))
}

/// A description in one line, as a table's cell takes it.
fn words_of(description: &Value) -> String {
    let text = description.as_str().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn paragraph(description: &Value) -> String {
    match description.as_str().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => format!("{text}\n\n"),
        None => String::new(),
    }
}

fn row(text: &mut String, cells: &[&str]) {
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}
