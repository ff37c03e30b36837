//! A change of a text, as people read it.

/// Lines shown around what changes.
const CONTEXT: usize = 3;

/// The change from `before` to `after` in the form of a unified diff; one stretch holds all that differs.
pub(crate) fn unified(name: &str, before: Option<&str>, after: Option<&str>) -> String {
    let lines = |text: Option<&str>| -> Vec<String> {
        text.unwrap_or_default().lines().map(str::to_owned).collect()
    };
    let (old, new) = (lines(before), lines(after));
    let same = old.iter().zip(&new).take_while(|(o, n)| o == n).count();
    let most = old.len().min(new.len()) - same;
    let same_end =
        old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(o, n)| o == n).count();
    let from = same.saturating_sub(CONTEXT);
    let rest = same_end.saturating_sub(CONTEXT);
    let side = |text: Option<&str>| if text.is_some() { name } else { "/dev/null" };
    let range = |all: &[String]| {
        let count = all.len() - rest - from;
        let first = if count == 0 { from } else { from + 1 };
        format!("{first},{count}")
    };
    let mut out = format!("--- {}\n+++ {}\n", side(before), side(after));
    out += &format!("@@ -{} +{} @@\n", range(&old), range(&new));
    let mut put = |mark: char, lines: &[String]| {
        for line in lines {
            out.push(mark);
            out += line;
            out.push('\n');
        }
    };
    put(' ', &old[from..same]);
    put('-', &old[same..old.len() - same_end]);
    put('+', &new[same..new.len() - same_end]);
    put(' ', &old[old.len() - same_end..old.len() - rest]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_stands_between_what_does_not() {
        let before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        let after = "1\n2\n3\n4\nfive\n5b\n6\n7\n8\n9\n";
        assert_eq!(
            unified("f", Some(before), Some(after)),
            "--- f\n+++ f\n@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n+5b\n 6\n 7\n 8\n"
        );
        assert_eq!(unified("f", None, Some("a\n")), "--- /dev/null\n+++ f\n@@ -0,0 +1,1 @@\n+a\n");
        assert_eq!(unified("f", Some("a\n"), None), "--- f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
    }
}
