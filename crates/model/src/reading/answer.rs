//! An agent's answer, read as far as it can be.

use serde_json::Value;

use super::StatementKind;
use crate::limits;
use crate::text::clip;

/// A statement as the agent gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// What it is.
    pub kind: StatementKind,
    /// In a sentence.
    pub text: String,
    /// Why; may be empty.
    pub why: String,
    /// The words that it is said to rest on.
    pub quotes: Vec<ClaimedQuote>,
}

/// A quote as an agent gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClaimedQuote {
    /// Where it is said to stand (`S41#123`); empty where the agent does not say.
    pub source: String,
    /// The words.
    pub text: String,
}

/// All that an agent's answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// What can be read.
    pub claims: Vec<Claim>,
    /// Statements of no known kind, or without words.
    pub unknown: u32,
}

/// Reads an answer: JSON, with whatever stands around it. `None` if there is none in it.
#[must_use]
pub fn parse(answer: &str) -> Option<Answer> {
    let list = list_in(answer)?;
    let mut read = Answer::default();
    for one in &list {
        match claim(one).filter(|_| read.claims.len() < limits::READING_STATEMENTS) {
            Some(claim) => read.claims.push(claim),
            None => read.unknown += 1,
        }
    }
    Some(read)
}

/// The first JSON in a text that holds a list of statements.
fn list_in(text: &str) -> Option<Vec<Value>> {
    let begins = text.match_indices(['{', '[']).map(|(at, _)| at);
    begins.take(limits::READING_BEGINNINGS).find_map(|at| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        match values.next()?.ok()? {
            Value::Array(list) if list.iter().all(Value::is_object) => Some(list),
            Value::Object(mut fields) => match fields.remove("statements")? {
                Value::Array(list) => Some(list),
                _ => None,
            },
            _ => None,
        }
    })
}

fn claim(value: &Value) -> Option<Claim> {
    let text_of = |name: &str| value[name].as_str().unwrap_or_default().trim().to_owned();
    let text = clip(&text_of("text"), limits::READING_TEXT_CHARS);
    let kind = StatementKind::from_word(value["kind"].as_str()?)?;
    let why = clip(&text_of("why"), limits::READING_TEXT_CHARS);
    (!text.is_empty()).then(|| Claim { kind, text, why, quotes: quotes(&value["quotes"]) })
}

/// Quotes: a list of objects, or of texts where the agent does not say where they stand; or one alone.
#[must_use]
pub fn quotes(value: &Value) -> Vec<ClaimedQuote> {
    let list = match value {
        Value::Null => return Vec::new(),
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    let one = |value: &Value| match value {
        Value::Object(_) => {
            ClaimedQuote { source: text(&value["source"]), text: text(&value["text"]) }
        }
        other => ClaimedQuote { source: String::new(), text: text(other) },
    };
    list.iter().take(limits::READING_QUOTES).map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_what_stands_around_it() {
        let json = r#"{"statements": [
            {"kind": "decision", "text": "Ids are text", "why": "letters", "quotes": [{"source": "S1#4", "text": "have letters"}]},
            {"kind": "Ruled out", "text": "Numbers", "quotes": "too short"},
            {"kind": "mood", "text": "happy"}, {"kind": "open"}, 7]}"#;
        let told = format!("Here [it] is {{well}}:\n```json\n{json}\n```\nThat is all.");
        let answer = parse(&told).unwrap();
        assert_eq!((answer.claims.len(), answer.unknown), (2, 3));
        assert_eq!(answer.claims[0].quotes[0].source, "S1#4");
        assert_eq!(answer.claims[1].kind, StatementKind::RuledOut);
        assert_eq!(answer.claims[1].quotes[0].text, "too short");
        let bare = r#"[{"kind": "constraint", "text": "No network"}]"#;
        assert_eq!(parse(bare).unwrap().claims.len(), 1);
        assert_eq!(parse("[]"), Some(Answer::default()));
        assert_eq!(parse("I found nothing."), None);
    }
}
