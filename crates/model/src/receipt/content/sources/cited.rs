//! Where a text cites something: addresses in its prose, targets of its links, paths of files in its code spans.

use super::address::Address;

/// A source at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Citation<'a> {
    /// As it stands there.
    pub(super) source: &'a str,
    /// Its line, from 1.
    pub(super) line: u32,
    /// What it may name: of a link to a file, from the text's folder and from the root.
    pub(super) addresses: Vec<Address>,
}

/// All that `text`, the file at `path`, cites. Blocks of code are left out: they show what to type.
pub(super) fn citations<'a>(path: &str, text: &'a str) -> Vec<Citation<'a>> {
    let mut out = Vec::new();
    let mut fence: Option<&str> = None;
    for (at, line) in text.lines().enumerate() {
        let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
        let mark = fence_of(line.trim_start());
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if mark.starts_with(open) => fence = None,
            (Some(_), _) => {}
            (None, None) => of_line(path, line, number, &mut out),
        }
    }
    out
}

fn fence_of(line: &str) -> Option<&str> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = line.len() - line.trim_start_matches(mark).len();
    let is_span = mark == '`' && line[length..].contains('`');
    (length >= 3 && !is_span).then(|| &line[..length])
}

fn of_line<'a>(path: &str, line: &'a str, number: u32, out: &mut Vec<Citation<'a>>) {
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let (cited, length) = match c {
            '!' if rest.starts_with("![") => (None, image(rest)),
            ']' => link(path, rest).unwrap_or((None, 1)),
            '`' => span(rest).unwrap_or((None, 1)),
            'h' | 'H' => bare(rest).unwrap_or((None, 1)),
            c => (None, c.len_utf8()),
        };
        out.extend(cited.map(|(source, addresses)| Citation { source, line: number, addresses }));
        rest = &rest[length..];
    }
}

type Cited<'a> = (Option<(&'a str, Vec<Address>)>, usize);

/// How long an image is: it shows something, and cites nothing.
fn image(rest: &str) -> usize {
    let end = rest.find("](").and_then(|close| {
        let (_, length) = target(&rest[close + 2..])?;
        Some(close + 2 + length)
    });
    end.unwrap_or(2)
}

/// `](target)` or `]: target`, from the bracket on.
fn link<'a>(path: &str, rest: &'a str) -> Option<Cited<'a>> {
    let (before, after) = if let Some(after) = rest.strip_prefix("](") {
        (2, after)
    } else {
        let after = rest.strip_prefix("]:")?;
        let blank = after.len() - after.trim_start().len();
        (2 + blank, &after[blank..])
    };
    let (target, length) = match before {
        2 if rest.starts_with("](") => target(after)?,
        _ => {
            let end = after.find(char::is_whitespace).unwrap_or(after.len());
            (after[..end].trim_start_matches('<').trim_end_matches('>'), end)
        }
    };
    let addresses = if target.contains("://") {
        Address::of_page(target).into_iter().collect()
    } else {
        file_addresses(path, target)
    };
    Some(((!addresses.is_empty()).then_some((target, addresses)), before + length))
}

/// A link's target, and how long it is with its title and bracket.
fn target(after: &str) -> Option<(&str, usize)> {
    if let Some(inner) = after.strip_prefix('<') {
        let end = inner.find('>')?;
        return Some((&inner[..end], end + 2));
    }
    let mut depth = 0_u32;
    let mut end = after.len();
    for (at, c) in after.char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            ')' => depth -= 1,
            c if c.is_whitespace() => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    let close = after[end..].find(')')?;
    Some((&after[..end], end + close + 1))
}

/// What a link to a file may mean: from the folder of the text, as Markdown has it, or from the root.
fn file_addresses(path: &str, target: &str) -> Vec<Address> {
    let file = target.split(['#', '?']).next().unwrap_or_default();
    let is_other = file.contains(':') || file.is_empty() || !has_ending(file);
    if is_other {
        return Vec::new();
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let from_folder = Address::of_file(&format!("{folder}/{file}"));
    let from_root = Address::of_file(file).filter(|_| !file.starts_with('.'));
    from_folder.into_iter().chain(from_root).collect()
}

/// A code span: an address, or the path of a file with its folder.
fn span(rest: &str) -> Option<Cited<'_>> {
    let marks = rest.len() - rest.trim_start_matches('`').len();
    let inner = &rest[marks..];
    let end = inner.find(&rest[..marks])?;
    let code = inner[..end].trim();
    let length = 2 * marks + end;
    if code.contains("://") {
        let page = Address::of_page(code).filter(|_| !code.contains(char::is_whitespace));
        return Some((page.map(|page| (code, vec![page])), length));
    }
    let mut path = code;
    for _ in 0..2 {
        let number = path.rsplit_once(':').filter(|(_, line)| {
            !line.is_empty() && line.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        });
        path = number.map_or(path, |(path, _)| path);
    }
    let is_odd = |c: char| c.is_whitespace() || "*?{}<>$=|&;:()'\"@,".contains(c);
    let is_path = path.contains('/') && has_ending(path) && !path.contains(is_odd);
    let is_path = is_path && !path.starts_with(['-', '/', '~']);
    let file = is_path.then(|| Address::of_file(path)).flatten();
    Some((file.map(|file| (code, vec![file])), length))
}

/// Whether the last part of a path has an ending like `.ts`; `2.5` has none.
fn has_ending(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        let is_ending = (1..=8).contains(&ending.len())
            && ending.starts_with(|c: char| c.is_ascii_alphabetic())
            && ending.bytes().all(|b| b.is_ascii_alphanumeric());
        is_ending && !stem.is_empty()
    })
}

/// An address in prose, up to where its sentence goes on.
fn bare(rest: &str) -> Option<Cited<'_>> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| {
        rest.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme))
    })?;
    let is_end = |c: char| c.is_whitespace() || c.is_control() || "<>\"`|[]{}\\^…“”«»„".contains(c);
    let end = rest.find(is_end).unwrap_or(rest.len());
    let mut address = &rest[..end];
    loop {
        let shorter =
            address.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', '’']);
        let unbalanced =
            shorter.ends_with(')') && shorter.matches(')').count() > shorter.matches('(').count();
        let shorter = if unbalanced { &shorter[..shorter.len() - 1] } else { shorter };
        if shorter.len() == address.len() {
            break;
        }
        address = shorter;
    }
    let page = Address::of_page(address).map(|page| (address, vec![page]));
    Some((page, address.len().max(scheme.len())))
}
