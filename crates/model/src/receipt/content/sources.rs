//! Sources that texts cite, beside those that a session opened.

mod address;
mod cited;

use std::collections::{BTreeMap, BTreeSet};

use super::{CitedSource, SourcesUsed};
use crate::receipt::Spot;
use crate::{Cite, limits};
use address::Address;
use cited::{Citation, citations};

/// A text that the work wrote: Markdown, or plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written<'a> {
    /// From the repository's root.
    pub path: &'a str,
    /// As it was before; what it cited then is nobody's claim now.
    pub before: Option<&'a str>,
    /// As it is.
    pub text: &'a str,
}

/// A page or file that a session opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened<'a> {
    /// Its address, or its path.
    pub source: &'a str,
    /// The event.
    pub cite: Cite,
    /// Something came of it.
    pub succeeded: bool,
}

/// The sources that `texts` cite, each with whether it was opened, beside those that were opened and cited nowhere.
/// `found` are addresses that a search named. Where one address leads to another is not known.
#[must_use]
pub fn sources(texts: &[Written<'_>], opened: &[Opened<'_>], found: &[&str]) -> SourcesUsed {
    let visits = Visits::of(opened);
    let found: BTreeSet<Address> = found.iter().filter_map(|one| Address::of_page(one)).collect();
    let own: BTreeSet<&str> = texts.iter().map(|text| text.path).collect();
    let mut seen: BTreeSet<Address> = BTreeSet::new();
    let mut used = SourcesUsed::default();
    for text in texts {
        let head = |text| crate::text::head(text, limits::SOURCES_TEXT_BYTES);
        let before = text.before.map(|before| citations(text.path, head(before)));
        let before: BTreeSet<Address> =
            before.into_iter().flatten().flat_map(|citation| citation.addresses).collect();
        for citation in citations(text.path, head(text.text)) {
            let is_own = citation.addresses.iter().any(|one| one.is_file_of(&own));
            if is_own || citation.addresses.iter().any(|one| before.contains(one)) {
                continue;
            }
            if citation.addresses.iter().any(|one| seen.contains(one)) {
                continue;
            }
            seen.extend(citation.addresses.iter().cloned());
            used.cited.push(visits.source(&citation, text.path, &found));
        }
    }
    used.cited.truncate(limits::SOURCES);
    used.opened_only = visits.not_in(&seen);
    used
}

/// What was opened, by its address.
struct Visits<'a> {
    opened: Vec<(Address, &'a Opened<'a>)>,
    by: BTreeMap<Address, Vec<usize>>,
}

impl<'a> Visits<'a> {
    fn of(opened: &'a [Opened<'a>]) -> Self {
        let opened: Vec<_> = opened
            .iter()
            .filter_map(|one| {
                let page = Address::of_page(one.source);
                Some((page.or_else(|| Address::of_file(one.source))?, one))
            })
            .collect();
        let mut by: BTreeMap<Address, Vec<usize>> = BTreeMap::new();
        for (at, (address, _)) in opened.iter().enumerate() {
            by.entry(address.clone()).or_default().push(at);
        }
        Self { opened, by }
    }

    /// The visit that came to something, else the first.
    fn to(&self, addresses: &[Address]) -> Option<&Opened<'a>> {
        let at = |address| self.by.get(address).into_iter().flatten().map(|at| self.opened[*at].1);
        // Agents open files by their whole path, and texts name them from the repository's root.
        let ending = |address: &Address| {
            let ends = self.opened.iter().filter(|(one, _)| one.ends_in(address));
            ends.map(|(_, one)| *one).collect::<Vec<_>>()
        };
        let mut visits: Vec<&Opened<'_>> = addresses.iter().flat_map(at).collect();
        if visits.is_empty() {
            visits = addresses.iter().flat_map(ending).collect();
        }
        visits.iter().find(|one| one.succeeded).or(visits.first()).copied()
    }

    fn source(
        &self,
        citation: &Citation<'_>,
        path: &str,
        found: &BTreeSet<Address>,
    ) -> CitedSource {
        let visit = self.to(&citation.addresses);
        CitedSource {
            source: citation.source.to_owned(),
            spot: Spot { path: path.to_owned(), line: Some(citation.line), is_gone: false },
            opened: visit.map(|visit| visit.cite),
            failed: visit.is_some_and(|visit| !visit.succeeded),
            only_found: visit.is_none() && citation.addresses.iter().any(|one| found.contains(one)),
        }
    }

    /// Pages that were opened and are not among `cited`; files are opened for many reasons.
    fn not_in(&self, cited: &BTreeSet<Address>) -> Vec<String> {
        let mut told = BTreeSet::new();
        let pages = self.opened.iter().filter(|(address, one)| {
            address.is_page() && one.succeeded && !cited.contains(address)
        });
        let pages = pages.filter(|(address, _)| told.insert(address.clone()));
        pages.map(|(_, one)| one.source.to_owned()).take(limits::SOURCES).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Seq, SessionId};

    fn cite(seq: i64) -> Cite {
        Cite { session: SessionId(4), seq: Seq(seq) }
    }

    fn told(text: &str, opened: &[&str], found: &[&str]) -> Vec<String> {
        told_since(None, text, opened, found)
    }

    fn told_since(
        before: Option<&str>,
        text: &str,
        opened: &[&str],
        found: &[&str],
    ) -> Vec<String> {
        let opened: Vec<Opened<'_>> = opened
            .iter()
            .enumerate()
            .map(|(at, source)| Opened {
                source: source.trim_start_matches('!'),
                cite: cite(at as i64 + 1),
                succeeded: !source.starts_with('!'),
            })
            .collect();
        let texts = [Written { path: "docs/brief.md", before, text }];
        let used = sources(&texts, &opened, found);
        let cited = used.cited.into_iter().map(|one| {
            let how = match (one.opened, one.failed, one.only_found) {
                (Some(_), true, false) => "failed",
                (Some(_), false, false) => "opened",
                (None, false, true) => "found",
                (None, false, false) => "never",
                other => panic!("{other:?}"),
            };
            format!("{how} {}:{}", one.source, one.spot.line.unwrap())
        });
        cited.chain(used.opened_only.into_iter().map(|one| format!("only {one}"))).collect()
    }

    #[test]
    fn what_is_cited_stands_beside_what_was_opened() {
        let text = "See [the manual](https://a.dev/x \"title\").\n\nMore at https://b.dev/y, (https://c.dev/z).\n\n[1]: <https://d.dev/w>\n";
        let opened = ["https://a.dev/x", "!https://b.dev/y", "https://e.dev/"];
        assert_eq!(
            told(text, &opened, &["https://c.dev/z", "https://b.dev/y"]),
            [
                "opened https://a.dev/x:1",
                "failed https://b.dev/y:3",
                "found https://c.dev/z:3",
                "never https://d.dev/w:5",
                "only https://e.dev/"
            ]
        );
    }

    #[test]
    fn one_page_has_many_spellings() {
        for (cited, opened) in [
            ("https://A.dev/x/", "http://www.a.dev/x"),
            ("https://a.dev/x#part", "https://a.dev/x"),
            ("https://a.dev/x?utm_source=b&v=1", "https://a.dev/x?v=1"),
            ("https://a.dev/x?b=2&a=1", "https://a.dev/x?a=1&b=2"),
            ("https://a.dev:443/x", "https://a.dev/x"),
            ("https://a.dev/%7Elea", "https://a.dev/~lea"),
            ("https://a.dev", "https://a.dev/"),
            ("https://arxiv.org/abs/2603.25764", "https://arxiv.org/pdf/2603.25764v2.pdf"),
            (
                "https://github.com/o/r/blob/main/a/b.md",
                "https://raw.githubusercontent.com/o/r/main/a/b.md",
            ),
            (
                "https://github.com/o/r/blob/main/a/b.md",
                "https://raw.githubusercontent.com/o/r/refs/heads/main/a/b.md",
            ),
        ] {
            assert_eq!(told(cited, &[opened], &[]), [format!("opened {cited}:1")]);
        }
    }

    #[test]
    fn pages_that_look_alike_are_others() {
        for (cited, opened) in [
            ("https://a.dev/x", "https://a.dev/y"),
            ("https://a.dev/x", "https://a.dev/X"),
            ("https://a.dev/x", "https://a.dev"),
            ("https://a.dev/x?page=2", "https://a.dev/x?page=3"),
            ("https://docs.a.dev/x", "https://a.dev/x"),
            ("https://a.dev:8443/x", "https://a.dev/x"),
        ] {
            assert_eq!(
                told(cited, &[opened], &[]),
                [format!("never {cited}:1"), format!("only {opened}")]
            );
        }
    }

    #[test]
    fn an_address_ends_where_its_sentence_goes_on() {
        for (text, cited) in [
            ("(see https://a.dev/x_(y)).", "https://a.dev/x_(y)"),
            ("**https://a.dev/x**", "https://a.dev/x"),
            ("| https://a.dev/x | b |", "https://a.dev/x"),
            ("\"https://a.dev/x\", and", "https://a.dev/x"),
            ("[https://a.dev/x](https://a.dev/x)", "https://a.dev/x"),
            ("<https://a.dev/x>", "https://a.dev/x"),
            ("see https://a.dev/x…", "https://a.dev/x"),
            ("`https://a.dev/x`", "https://a.dev/x"),
            ("[a](https://a.dev/x_(y) 'title')", "https://a.dev/x_(y)"),
        ] {
            assert_eq!(told(text, &[], &[]), [format!("never {cited}:1")], "{text}");
        }
    }

    #[test]
    fn what_is_no_source_is_left_out() {
        for text in [
            "http://localhost:3000/x and http://127.0.0.1:80 and https://example.com/y",
            "```sh\ncurl https://a.dev/x\n```",
            "~~~\nhttps://a.dev/x\n~~~\n",
            "![picture](https://a.dev/x.png)",
            "[up](#part), [mail](mailto:lea@a.dev), [dir](../src/)",
            "`npm test`, `and/or`, `application/json`, `a/b`, `src/**/*.ts`, `--out=a/b.ts`, `1/2.5`",
            "[this](brief.md), [here](./brief.md#x)",
            "https://",
        ] {
            assert_eq!(told(text, &[], &[]), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn files_are_sources_too() {
        let text = "[data](../data/rows.csv) and `src/a.ts:12` and [table](data/other.csv#L3) and `src/never.ts`";
        let opened = ["/home/lea/ledger/data/rows.csv", "src/a.ts", "docs/data/other.csv"];
        assert_eq!(
            told(text, &opened, &[]),
            [
                "opened ../data/rows.csv:1",
                "opened src/a.ts:12:1",
                "opened data/other.csv#L3:1",
                "never src/never.ts:1"
            ]
        );
        // The end of another name is no folder.
        assert_eq!(told("`src/a.ts`", &["/x/old-src/a.ts"], &[]), ["never src/a.ts:1"]);
    }

    #[test]
    fn what_a_text_cited_before_is_not_its_work() {
        let before = "https://a.dev/x";
        assert_eq!(
            told_since(Some(before), "https://a.dev/x/ and https://b.dev", &[], &[]),
            ["never https://b.dev:1"]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "\\PC*|[-\\[\\]()<>`~!/:.#?a-c\n ]{0,80}|(https?://|\\[a\\]\\(|`){0,4}[a-z/.:%#?&=()\u{e4}]{0,30}") {
            let _ = told(&text, &[&text], &[&text]);
        }
    }
}
