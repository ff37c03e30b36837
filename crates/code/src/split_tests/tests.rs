use super::*;

const BASE: &str = "\
//! Sums.

/// Adds.
pub fn add(a: i32, b: i32) -> i32 {
    a + b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 3);
    }
}
";

const NEW: &str = "\
//! Sums.

/// Adds, and never overflows.
pub fn add(a: i32, b: i32) -> i32 {
    a.saturating_add(b)
}

pub fn twice(a: i32) -> i32 {
    add(a, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), 4);
    }

    #[test]
    fn saturates() {
        assert_eq!(add(i32::MAX, 1), i32::MAX);
    }
}
";

fn cut(text: &str) -> (&str, &str) {
    text.split_once("#[cfg(test)]").unwrap()
}

fn split(base: &str, new: &str) -> (String, String) {
    let split = split_tests("src/lib.rs", Some(base), Some(new)).unwrap();
    (split.new_code.unwrap(), split.base_code.unwrap())
}

#[test]
fn the_tests_of_one_stand_where_those_of_the_other_stood() {
    let (new_code, base_code) = split(BASE, NEW);
    assert_eq!(new_code, format!("{}#[cfg(test)]{}", cut(NEW).0, cut(BASE).1));
    assert_eq!(base_code, format!("{}#[cfg(test)]{}", cut(BASE).0, cut(NEW).1));
}

#[test]
fn where_only_one_side_changed_nothing_is_made() {
    let only_tests = format!("{}#[cfg(test)]{}", cut(BASE).0, cut(NEW).1);
    assert_eq!(split(BASE, &only_tests), (BASE.to_owned(), only_tests.clone()));
    let only_code = format!("{}#[cfg(test)]{}", cut(NEW).0, cut(BASE).1);
    assert_eq!(split(BASE, &only_code), (only_code.clone(), BASE.to_owned()));
    // The first tests of a file.
    let none = cut(BASE).0.trim_end().to_owned() + "\n";
    assert_eq!(split(&none, BASE), (none.clone(), BASE.to_owned()));
    assert_eq!(split(BASE, &none), (BASE.to_owned(), none.clone()));
    let (new_code, base_code) = split(&none, NEW);
    assert_eq!(new_code, cut(NEW).0.trim_end().to_owned() + "\n");
    assert_eq!(base_code, BASE.replace(cut(BASE).1, cut(NEW).1));
}

#[test]
fn a_file_that_comes_or_goes_has_one_side_only() {
    let added = split_tests("src/a.rs", None, Some(BASE)).unwrap();
    let code = cut(BASE).0.trim_end().to_owned() + "\n";
    assert_eq!((added.new_code, added.base_code), (Some(code.clone()), None));
    let gone = split_tests("src/a.rs", Some(BASE), None).unwrap();
    assert_eq!((gone.new_code, gone.base_code), (None, Some(code)));
}

#[test]
fn what_is_only_compiled_for_tests_is_one_of_them() {
    let base = "\
use std::fmt;
#[cfg(test)]
use std::fs;

pub struct A;

impl A {
    pub fn a(&self) -> u8 {
        1
    }

    #[cfg(test)]
    fn for_tests() -> Self {
        Self
    }
}

#[cfg(not(test))]
fn real() {}

/// Says it.
#[tokio::test]
async fn says() {}

#[cfg(any(test, feature = \"x\"))]
fn both() {}
";
    let new = base
        .replace("        1\n", "        2\n")
        .replace("        Self\n", "        A\n")
        .replace("use std::fs", "use std::io")
        .replace("fn real() {}", "fn real() { }")
        .replace("fn both() {}", "fn both() { }")
        .replace("async fn says() {}", "async fn says() { }");
    let (new_code, base_code) = split(base, &new);
    for (text, code, tests) in [(new_code, &*new, base), (base_code, base, &*new)] {
        for line in ["        1\n", "        2\n", "fn real() {}", "fn both() {}"] {
            assert_eq!(text.contains(line), code.contains(line), "{line}: {text}");
        }
        for line in
            ["        Self\n", "use std::fs;\n", "use std::io;\n", "fn says() {}", "fn says() { }"]
        {
            assert_eq!(text.contains(line), tests.contains(line), "{line}: {text}");
        }
        assert_eq!(text.matches("Says it").count(), 1);
        assert!(Parsed::of(&text).is_some(), "{text}");
    }
}

#[test]
fn a_declared_module_of_tests_comes_and_goes_with_its_file() {
    let base = "mod a;\nmod b;\n\nfn main() {}\n";
    let new = "mod a;\nmod b;\nmod c;\n#[cfg(test)]\nmod tests;\n\nfn main() {}\n";
    let (new_code, base_code) = split(base, new);
    assert_eq!(new_code, "mod a;\nmod b;\nmod c;\n\nfn main() {}\n");
    assert!(base_code.contains("#[cfg(test)]\nmod tests;\n") && !base_code.contains("mod c"));
}

#[test]
fn a_file_of_code_or_of_another_language_is_left() {
    assert_eq!(split_tests("a.rs", Some("fn a() {}\n"), Some("fn test() {}\n")), None);
    assert_eq!(split_tests("a.py", Some(BASE), Some(NEW)), None);
    assert_eq!(split_tests("a.rs", Some(BASE), Some("fn broken( {\n#[test]")), None);
}

#[test]
fn a_module_around_tests_that_is_gone_takes_them_along() {
    let base = "mod inner {\n    pub fn a() {}\n\n    #[test]\n    fn t() {}\n}\n\nfn x() {}\n";
    let new = "fn x() { }\n";
    let (new_code, base_code) = split(base, new);
    assert_eq!(new_code, new);
    assert_eq!(base_code, "mod inner {\n    pub fn a() {}\n}\n\nfn x() {}\n");
}
