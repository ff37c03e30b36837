//! SQL of any dialect, read by its clauses: tables and columns that statements make, change and use.
//!
//! Statements also stand in strings of other languages, half of them with holes, so they are not parsed but read.

use std::collections::HashMap;

use crate::facts::{FileFacts, Key, KeyKind, KeyRole};

#[derive(Debug, Clone, Copy, PartialEq)]
struct Token<'t> {
    text: &'t str,
    line: u32,
    /// A name or a word; else a sign.
    word: bool,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }
}

/// Words of SQL that are no names of columns.
const WORDS: &[&str] = &[
    "select",
    "from",
    "where",
    "and",
    "or",
    "not",
    "null",
    "is",
    "in",
    "as",
    "on",
    "join",
    "left",
    "right",
    "inner",
    "outer",
    "full",
    "cross",
    "group",
    "by",
    "order",
    "limit",
    "offset",
    "having",
    "union",
    "all",
    "distinct",
    "case",
    "when",
    "then",
    "else",
    "end",
    "asc",
    "desc",
    "like",
    "between",
    "exists",
    "values",
    "set",
    "insert",
    "into",
    "update",
    "delete",
    "returning",
    "using",
    "with",
    "recursive",
    "count",
    "sum",
    "max",
    "min",
    "avg",
    "coalesce",
    "true",
    "false",
    "default",
    "conflict",
    "do",
    "nothing",
    "excluded",
    "now",
    "cast",
    "over",
    "partition",
    "lower",
    "upper",
    "length",
    "if",
    "replace",
    "create",
    "index",
    "unique",
    "view",
    "table",
    "current_timestamp",
    "only",
    "for",
    "ilike",
    "any",
    "filter",
    "date",
    "interval",
    "lateral",
    "natural",
    "rowid",
];

/// What begins a line of a table that is no column.
const CONSTRAINTS: &[&str] = &[
    "constraint",
    "primary",
    "foreign",
    "unique",
    "check",
    "key",
    "index",
    "exclude",
    "like",
    "fulltext",
];

/// Whether a text is a statement of SQL.
pub(crate) fn is_statement(text: &str) -> bool {
    let text = text.trim_start();
    let bytes = text.as_bytes();
    let begins = |word: &str| {
        bytes.len() > word.len() + 4
            && bytes[..word.len()].eq_ignore_ascii_case(word.as_bytes())
            && !bytes[word.len()].is_ascii_alphanumeric()
    };
    let has = |words: &[&str]| {
        let mut tokens = text.split(|c: char| !(c.is_alphanumeric() || c == '_')).take(400);
        tokens.any(|token| words.iter().any(|word| token.eq_ignore_ascii_case(word)))
    };
    (begins("select") && has(&["from"]))
        || (begins("insert") && has(&["into"]))
        || (begins("update") && has(&["set"]))
        || (begins("delete") && has(&["from"]))
        || (begins("with") && has(&["select", "insert", "update", "delete"]) && has(&["as"]))
        || ((begins("create") || begins("alter") || begins("drop"))
            && has(&["table", "index", "view", "column"]))
}

/// The facts of a file of SQL: its keys.
pub(crate) fn facts(text: &str) -> FileFacts {
    FileFacts { keys: keys(text, 1), ..FileFacts::default() }
}

/// The keys of statements that begin on this line.
pub(crate) fn keys(text: &str, line: u32) -> Vec<Key> {
    let tokens = tokens(text, line);
    let mut keys = Vec::new();
    for statement in tokens.split(|token| token.text == ";") {
        read(statement, &mut keys);
    }
    keys
}

fn tokens(text: &str, mut line: u32) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let (end, word) = match bytes[at] {
            b'-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), None),
            b'/' if rest.starts_with("/*") => {
                (rest.find("*/").map_or(rest.len(), |end| end + 2), None)
            }
            b'\'' => (rest[1..].find('\'').map_or(rest.len(), |end| end + 2), None),
            quote @ (b'"' | b'`') => {
                let end = rest[1..].find(char::from(quote)).map_or(rest.len(), |end| end + 2);
                (end, Some(true))
            }
            byte if byte.is_ascii_whitespace() => (1, None),
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
                (rest.find(|c| !part(c)).unwrap_or(rest.len()).max(1), Some(true))
            }
            _ => (1, Some(false)),
        };
        let text = text.get(at..at + end).unwrap_or_default();
        if let Some(word) = word {
            let text = text.trim_matches(['"', '`']);
            tokens.push(Token { text, line, word });
        }
        line += u32::try_from(text.matches('\n').count()).unwrap_or(0);
        at += end.max(1);
        while !bytes.is_empty() && at < bytes.len() && (bytes[at] & 0xC0) == 0x80 {
            at += 1;
        }
    }
    tokens
}

fn read(statement: &[Token<'_>], keys: &mut Vec<Key>) {
    let Some(first) = statement.first() else { return };
    let second = |word: &str| statement.iter().take(5).any(|token| token.is(word));
    if first.is("create") && second("table") {
        create(statement, keys);
    } else if first.is("alter") && second("table") {
        alter(statement, keys);
    } else if first.is("drop") && second("table") {
        let name = names_after(statement, "table").next();
        keys.extend(name.map(|name| key(KeyKind::Table, name.text, KeyRole::Drop, name.line)));
    } else {
        uses(statement, keys);
    }
}

fn key(kind: KeyKind, name: &str, role: KeyRole, line: u32) -> Key {
    Key { kind, name: name.to_ascii_lowercase().into(), role, line, columns: Vec::new() }
}

fn column(table: &str, name: &Token<'_>, role: KeyRole) -> Key {
    key(KeyKind::Column, &format!("{table}.{}", name.text), role, name.line)
}

/// The name after a word: past `IF NOT EXISTS`, without its schema.
fn names_after<'a, 't>(
    statement: &'a [Token<'t>],
    word: &'a str,
) -> impl Iterator<Item = &'a Token<'t>> {
    let at = statement.iter().position(|token| token.is(word)).map_or(statement.len(), |at| at + 1);
    let rest = &statement[at..];
    let noise = ["if", "not", "exists", "only"];
    rest.iter().enumerate().filter_map(move |(at, token)| {
        let is_schema = rest.get(at + 1).is_some_and(|next| next.text == ".");
        (token.word && !is_schema && !noise.iter().any(|word| token.is(word))).then_some(token)
    })
}

/// A list in brackets, from the token after the opening one: its items.
fn items<'a, 't>(tokens: &'a [Token<'t>]) -> Vec<&'a [Token<'t>]> {
    let mut depth = 0usize;
    let mut items = Vec::new();
    let mut start = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" => depth += 1,
            ")" if depth == 0 => {
                items.push(&tokens[start..at]);
                return items;
            }
            ")" => depth -= 1,
            "," if depth == 0 => {
                items.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&tokens[start..]);
    items
}

/// Whether whoever fills the table must give this column.
fn role_of(definition: &[Token<'_>]) -> KeyRole {
    let has = |word: &str| definition.iter().any(|token| token.is(word));
    let filled = [
        "default",
        "primary",
        "autoincrement",
        "auto_increment",
        "generated",
        "serial",
        "bigserial",
        "identity",
    ];
    let required = has("not") && has("null") && !filled.iter().any(|word| has(word));
    if required { KeyRole::Require } else { KeyRole::Define }
}

fn create(statement: &[Token<'_>], keys: &mut Vec<Key>) {
    let Some(table) = names_after(statement, "table").next() else { return };
    keys.push(key(KeyKind::Table, table.text, KeyRole::Define, table.line));
    let Some(open) = statement.iter().position(|token| token.text == "(") else { return };
    for item in items(&statement[open + 1..]) {
        let name = item.first().filter(|name| name.word);
        if let Some(name) = name.filter(|name| !CONSTRAINTS.iter().any(|word| name.is(word))) {
            keys.push(column(table.text, name, role_of(item)));
        }
    }
}

fn alter(statement: &[Token<'_>], keys: &mut Vec<Key>) {
    let Some(table) = names_after(statement, "table").next() else { return };
    let line = table.line;
    let at = |word: &str| statement.iter().position(|token| token.is(word));
    let name_from = |from: usize| {
        statement[from..].iter().find(|token| {
            token.word && !["column", "if", "not", "exists"].iter().any(|w| token.is(w))
        })
    };
    if let Some(rename) = at("rename") {
        let Some(to) = at("to").and_then(|to| statement.get(to + 1)) else { return };
        if statement.get(rename + 1).is_some_and(|next| next.is("to")) {
            keys.push(key(KeyKind::Table, table.text, KeyRole::Drop, line));
            keys.push(key(KeyKind::Table, to.text, KeyRole::Define, line));
        } else if let Some(from) = name_from(rename + 1) {
            keys.push(column(table.text, from, KeyRole::Drop));
            keys.push(column(table.text, to, KeyRole::Define));
        }
        return;
    }
    for (at, token) in statement.iter().enumerate() {
        let is_constraint = |name: &Token<'_>| CONSTRAINTS.iter().any(|word| name.is(word));
        let Some(name) =
            name_from((at + 1).min(statement.len())).filter(|name| !is_constraint(name))
        else {
            continue;
        };
        if token.is("add") {
            let definition = items(&statement[at + 1..]);
            let role = definition.first().map_or(KeyRole::Define, |definition| role_of(definition));
            keys.push(column(table.text, name, role));
        } else if token.is("drop") && !name.is("default") && !name.is("not") {
            keys.push(column(table.text, name, KeyRole::Drop));
        }
    }
}

/// Tables and columns that a statement reads or fills.
fn uses(statement: &[Token<'_>], keys: &mut Vec<Key>) {
    let tables = tables(statement);
    let mut by_alias: HashMap<String, &str> = HashMap::new();
    for (table, alias) in &tables {
        by_alias.insert(table.text.to_ascii_lowercase(), table.text);
        by_alias.extend(alias.map(|alias| (alias.to_ascii_lowercase(), table.text)));
    }
    let insert = statement.first().is_some_and(|first| first.is("insert") || first.is("replace"));
    for (at, (table, _)) in tables.iter().enumerate() {
        let mut used = key(KeyKind::Table, table.text, KeyRole::Use, table.line);
        if insert && at == 0 {
            let open = statement.iter().position(|token| token.text == "(");
            let before_values =
                statement.iter().position(|token| token.is("values") || token.is("select"));
            if let Some(open) =
                open.filter(|open| before_values.is_none_or(|values| *open < values))
            {
                let given = items(&statement[open + 1..]);
                let names = given.iter().filter_map(|item| item.first());
                used.columns = names.map(|name| name.text.to_ascii_lowercase().into()).collect();
                used.role = KeyRole::Insert;
            }
        }
        keys.push(used);
    }
    for (at, token) in statement.iter().enumerate() {
        let next = statement.get(at + 1).map_or("", |next| next.text);
        let before =
            at.checked_sub(1).and_then(|at| statement.get(at)).map_or("", |before| before.text);
        let is_name = token.word && !WORDS.iter().any(|word| token.is(word));
        if !is_name || next == "." || next == "(" || matches!(before, ":" | "@" | "$") {
            continue;
        }
        if before == "." {
            let owner = at.checked_sub(2).and_then(|at| statement.get(at));
            let owner = owner.and_then(|owner| by_alias.get(&owner.text.to_ascii_lowercase()));
            keys.extend(owner.map(|table| column(table, token, KeyRole::Use)));
        } else if !by_alias.contains_key(&token.text.to_ascii_lowercase())
            && !before.eq_ignore_ascii_case("as")
        {
            let owners = tables.iter().map(|(table, _)| column(table.text, token, KeyRole::Use));
            keys.extend(owners);
        }
    }
}

/// The tables of a statement, each with its other name.
fn tables<'a, 't>(statement: &'a [Token<'t>]) -> Vec<(&'a Token<'t>, Option<&'t str>)> {
    let mut tables: Vec<(&Token<'_>, Option<&str>)> = Vec::new();
    for (at, token) in statement.iter().enumerate() {
        let leads = ["from", "join", "into"].iter().any(|word| token.is(word))
            || (token.is("update") && at == 0)
            || (token.is("on") && statement.first().is_some_and(|first| first.is("create")));
        if !leads {
            continue;
        }
        let mut next = at + 1;
        while statement.get(next + 1).is_some_and(|dot| dot.text == ".") {
            next += 2;
        }
        let is_name = |token: &&Token<'_>| token.word && !WORDS.iter().any(|word| token.is(word));
        let Some(table) = statement.get(next).filter(is_name) else { continue };
        let after =
            statement.get(next + 1).filter(|token| token.is("as")).map_or(next + 1, |_| next + 2);
        let alias = statement.get(after).filter(is_name).map(|alias| alias.text);
        if !tables.iter().any(|(known, _)| known.is(table.text)) {
            tables.push((table, alias));
        }
    }
    tables
}
