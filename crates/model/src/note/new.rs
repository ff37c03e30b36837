//! New notes, as their files are written.

use super::edit::Setting;
use super::front::{Author, FrontMatter};
use super::sections::{Fence, heading};
use super::{FrontKey, RuledOut};
use crate::text::{clip, one_line};
use crate::{Timestamp, limits};

/// A note that is to be written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteDraft {
    /// Its front matter.
    pub front: FrontMatter,
    /// Its heading: one line.
    pub title: String,
    /// What it says, in Markdown.
    pub body: String,
    /// Why it was decided so, in Markdown.
    pub why: String,
    /// What was ruled out.
    pub ruled_out: Vec<RuledOut>,
    /// What is still open.
    pub open: Vec<String>,
}

impl NoteDraft {
    /// The whole file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.front.text();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("# {}\n", title_line(&self.title)));
        self.add_sections(&mut text, 2);
        text
    }

    /// The same as a section of another note, with who wrote it where that is an agent, and its sources.
    #[must_use]
    pub fn section(&self) -> String {
        let mut text = format!("## {}\n", title_line(&self.title));
        self.add_sections(&mut text, 3);
        let mut told = Vec::new();
        if let Some(Author::Session(session)) = &self.front.by {
            told.push(format!("by {session}"));
            told.extend(self.front.at.map(moment));
        }
        if !self.front.sources.is_empty() {
            told.push(format!("sources: {}", one_line(&self.front.sources.join(", "))));
        }
        if !told.is_empty() {
            text.push_str(&format!("\n*{}*\n", told.join(", ").replace('*', "\\*")));
        }
        text
    }

    fn add_sections(&self, text: &mut String, level: usize) {
        let mark = "#".repeat(level);
        if !self.body.trim().is_empty() {
            // A note's own headings are its writer's; a decision's sections follow them.
            let least = if level > 2 { level } else { 1 };
            text.push_str(&format!("\n{}\n", below(&self.body, least)));
        }
        if !self.why.trim().is_empty() {
            text.push_str(&format!("\n{mark} Why\n{}\n", below(&self.why, level + 1)));
        }
        if !self.ruled_out.is_empty() {
            text.push_str(&format!("\n{mark} Ruled out\n"));
            for RuledOut { what, why } in &self.ruled_out {
                let what = one_line(what).replace('\\', "\\\\").replace('*', "\\*");
                let why = below(why.trim(), level + 1);
                let item = if why.is_empty() {
                    format!("**{what}**")
                } else {
                    format!("**{what}**: {why}")
                };
                text.push_str(&format!("- {}\n", indented(&item)));
            }
        }
        if !self.open.is_empty() {
            text.push_str(&format!("\n{mark} Open\n"));
            for question in &self.open {
                text.push_str(&format!("- {}\n", indented(&below(question.trim(), level + 1))));
            }
        }
    }
}

/// A heading's text: one line that no `#` at its end is taken from.
fn title_line(title: &str) -> String {
    let title = one_line(title);
    clip(title.trim_end_matches('#').trim_end(), limits::LINE_CHARS)
}

/// Further lines of a list's item.
fn indented(text: &str) -> String {
    let mut lines = text.lines();
    let mut item = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        item.push('\n');
        if !line.trim().is_empty() {
            item.push_str("  ");
            item.push_str(line);
        }
    }
    item
}

/// A text whose headings stand below those around it, and whose code ends within it.
fn below(text: &str, least: usize) -> String {
    let text = text.trim_end();
    let begin: usize = text.lines().take_while(|l| l.trim().is_empty()).map(|l| l.len() + 1).sum();
    let mut fence = Fence::default();
    let mut lines = Vec::new();
    for line in text.get(begin..).unwrap_or_default().lines() {
        let is_code = fence.is_code(line);
        match heading(line).filter(|(level, _)| !is_code && *level < least) {
            Some((level, _)) => {
                let deeper = least.min(6) - level;
                lines.push(line.replacen('#', &"#".repeat(deeper + 1), 1));
            }
            None => lines.push(line.to_owned()),
        }
    }
    lines.extend(fence.end());
    lines.join("\n")
}

/// A moment, without a fraction where it has none.
fn moment(at: Timestamp) -> String {
    at.to_string().replace(".000Z", "Z")
}

impl FrontMatter {
    /// As it stands in a file; empty if it says nothing.
    #[must_use]
    pub fn text(&self) -> String {
        let mut keys: Vec<(&str, Setting)> = Vec::new();
        let mut text = |key, value: Option<String>| {
            keys.extend(value.map(|value| (key, Setting::Text(value))));
        };
        text("id", self.id.map(|id| id.to_string()));
        text("by", self.by.as_ref().map(Author::text));
        text("at", self.at.map(moment));
        text("status", self.status.map(|status| status.word().to_owned()));
        let supersedes: Vec<String> = self.supersedes.iter().map(ToString::to_string).collect();
        let lists =
            [("files", &self.files), ("symbols", &self.symbols), ("sources", &self.sources)];
        let list =
            |key, all: &Vec<String>| (!all.is_empty()).then(|| (key, Setting::List(all.clone())));
        keys.extend(list("supersedes", &supersedes));
        keys.extend(self.task.map(|id| ("task", Setting::Text(id.to_string()))));
        keys.extend(self.session.map(|id| ("session", Setting::Text(id.to_string()))));
        keys.extend(lists.into_iter().filter_map(|(key, all)| list(key, all)));
        let others = self.other.iter();
        keys.extend(
            others.map(|FrontKey { key, value }| (key.as_str(), Setting::Text(value.clone()))),
        );
        if keys.is_empty() {
            return String::new();
        }
        let lines: String =
            keys.iter().map(|(key, setting)| format!("{key}: {}\n", setting.yaml())).collect();
        format!("---\n{lines}---\n")
    }
}

impl Author {
    /// As it is written.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Person => "you".to_owned(),
            Self::Session(id) => id.to_string(),
            Self::Other(name) => name.clone(),
        }
    }
}

/// A title as a file's name: its words in small letters, joined by hyphens; empty if it has none.
#[must_use]
pub fn slug(title: &str) -> String {
    let mut slug = String::new();
    for word in title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let word = word.to_lowercase();
        if !slug.is_empty() && slug.chars().count() + word.chars().count() >= limits::SLUG_CHARS {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(limits::SLUG_CHARS));
    }
    slug
}
