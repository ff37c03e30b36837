//! Long answers, in pages.

use callboard_engine::{EngineError, secrets};

use crate::limits;

/// A page of a text, counted from 1, cut between lines; where there is more, it says how to go on. Secrets in it are
/// masked: cut in two, they would not be known.
///
/// # Errors
/// When there is no such page.
pub(super) fn page_of(text: &str, number: usize) -> Result<String, EngineError> {
    let (text, _) = secrets::mask(text);
    let pages = pages(&text);
    let number = number.max(1);
    let Some(page) = pages.get(number - 1) else {
        return Err(EngineError::Refused {
            text: format!("there are {} pages, and no page {number}", pages.len()),
            hint: "ask for one of them",
        });
    };
    let more = match pages.len() {
        all if all > number => {
            format!("\n(page {number} of {all}; go on with page: {})", number + 1)
        }
        _ => String::new(),
    };
    Ok(format!("{}{more}", page.trim_end()))
}

fn pages(text: &str) -> Vec<&str> {
    let mut pages = Vec::new();
    let mut rest = text;
    while rest.len() > limits::TOOL_PAGE_BYTES {
        let most = rest.floor_char_boundary(limits::TOOL_PAGE_BYTES);
        // A line that is longer than a page is cut.
        let cut = rest[..most].rfind('\n').map_or(most, |at| at + 1);
        let (page, after) = rest.split_at(cut);
        pages.push(page);
        rest = after;
    }
    pages.push(rest);
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_with_lines_and_lose_nothing() {
        let text: String = (0..4_000).map(|n| format!("line {n} é\n")).collect();
        let all = pages(&text);
        assert!(all.len() > 3 && all.iter().all(|page| page.len() <= limits::TOOL_PAGE_BYTES));
        assert!(all.iter().all(|page| page.ends_with('\n')));
        assert_eq!(all.concat(), text);
        let long = "é".repeat(limits::TOOL_PAGE_BYTES);
        assert_eq!(pages(&long).concat(), long);
        assert!(page_of(&text, 1).unwrap().ends_with("go on with page: 2)"));
        assert!(page_of(&text, all.len()).unwrap().ends_with("line 3999 é"));
        assert!(page_of("short", 2).is_err());
        assert_eq!(page_of("short", 0).unwrap(), "short");
    }
}
