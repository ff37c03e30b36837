//! The variable that the result of a call is kept in, as its line says: whoever changes what is returned changes that.

/// Words before a variable that are none.
const KEYWORDS: &[&str] = &["let", "var", "const", "mut", "auto", "static", "final", "struct"];

/// The first variable that a call of `name` on a line gives its result to, where nothing else is done with it.
pub(super) fn kept_in<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let call = format!("{name}(");
    let before = &line[..line.find(&call)?];
    let (variables, path) = before.rsplit_once('=')?;
    let is_comparison = variables.ends_with(['=', '!', '<', '>', '+', '-', '|']);
    let path = path.trim().trim_start_matches("await ").trim_start_matches("new ");
    let is_path = path.chars().all(|c| c.is_alphanumeric() || "_.:&*>-?!".contains(c));
    if is_comparison || !is_path {
        return None;
    }
    let words = variables.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut words = words.filter(|word| word.len() > 1 && !KEYWORDS.contains(word));
    let is_declared_by_type =
        !variables.contains([',', ':', '(']) && !line.trim_start().starts_with("let ");
    // A type stands before its variable; of several, the first is the result and the others its errors.
    if is_declared_by_type { words.next_back() } else { words.next() }
}

#[cfg(test)]
mod tests {
    use super::kept_in;

    #[test]
    fn the_variable_stands_before_the_call() {
        let kept = |line| kept_in(line, "run");
        assert_eq!(kept("\toutput, err := cli.run(cmd, `a`)"), Some("output"));
        assert_eq!(kept("let output: Output = run()?;"), Some("output"));
        assert_eq!(kept("    const { output } = await this.run(1)"), Some("output"));
        assert_eq!(kept("  struct strbuf *buf = run(x);"), Some("buf"));
        assert_eq!(kept("if code == run() {"), None);
        assert_eq!(kept("total = 1 + run()"), None);
        assert_eq!(kept("run()"), None);
    }
}
