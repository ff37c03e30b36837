//! How many tokens a text has, rather too many than too few: each model counts otherwise.

/// Letters of a word that make one token.
const LETTERS: usize = 6;

/// Digits that make one token.
const DIGITS: usize = 3;

/// Tokens of `text`.
#[must_use]
pub fn of(text: &str) -> u32 {
    let mut tokens = 0;
    let (mut letters, mut digits) = (0, 0);
    for c in text.chars() {
        let (is_letter, is_digit) = (c.is_ascii_alphabetic(), c.is_ascii_digit());
        if !is_letter {
            tokens += usize::div_ceil(letters, LETTERS);
            letters = 0;
        }
        if !is_digit {
            tokens += usize::div_ceil(digits, DIGITS);
            digits = 0;
        }
        match c {
            _ if is_letter => letters += 1,
            _ if is_digit => digits += 1,
            // It goes with the word behind it.
            ' ' => {}
            _ => tokens += 1,
        }
    }
    tokens += usize::div_ceil(letters, LETTERS) + usize::div_ceil(digits, DIGITS);
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_and_marks_are_counted() {
        assert_eq!(of(""), 0);
        assert_eq!(of("keep the old names"), 4);
        assert_eq!(of("[S41#10234]"), 7);
        assert_eq!(of("ünïcode"), 4);
    }
}
