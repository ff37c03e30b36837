//! Opening things in the user's own programs.

use std::path::Path;

use crate::command::{Command, CommandError};

/// Opens a page or file with the program that the desktop has for it.
///
/// # Errors
/// When there is no such program.
pub fn with_desktop(target: &str) -> Result<(), CommandError> {
    let program = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    Command::new(program, Path::new("/")).arg(target).detach(None).map(|_| ())
}

/// The command line that opens `path` at `line` in `editor`.
///
/// `editor` is a program with arguments; `{file}` and `{line}` in it are replaced, else the way of
/// that editor is used.
#[must_use]
pub fn editor_command(editor: &str, path: &Path, line: Option<u32>) -> Vec<String> {
    let file = path.to_string_lossy();
    let line = line.unwrap_or(1);
    if editor.contains("{file}") {
        return editor
            .split_whitespace()
            .map(|word| word.replace("{file}", &file).replace("{line}", &line.to_string()))
            .collect();
    }
    let mut words: Vec<String> = editor.split_whitespace().map(str::to_owned).collect();
    let name = words
        .first()
        .and_then(|program| Path::new(program).file_stem())
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    match name.as_str() {
        "code" | "cursor" | "codium" | "windsurf" | "code-insiders" => {
            words.extend(["--goto".into(), format!("{file}:{line}")]);
        }
        "zed" | "zeditor" | "subl" | "hx" => words.push(format!("{file}:{line}")),
        "idea" | "pycharm" | "webstorm" | "rustrover" | "goland" => {
            words.extend(["--line".into(), line.to_string(), file.into_owned()]);
        }
        _ => words.extend([format!("+{line}"), file.into_owned()]),
    }
    words
}

/// Whether the editor needs a terminal of its own, which a daemon does not have.
#[must_use]
pub fn needs_terminal(editor: &str) -> bool {
    let name = editor.split_whitespace().next().and_then(|p| Path::new(p).file_stem());
    name.and_then(|n| n.to_str()).is_some_and(|n| {
        matches!(n, "vi" | "vim" | "nvim" | "nano" | "hx" | "emacs" | "micro" | "kak")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_editor_is_told_the_line_in_its_own_way() {
        let path = Path::new("/repo/src/a b.rs");
        assert_eq!(
            editor_command("code -r", path, Some(7)),
            ["code", "-r", "--goto", "/repo/src/a b.rs:7"]
        );
        assert_eq!(editor_command("zed", path, None), ["zed", "/repo/src/a b.rs:1"]);
        assert_eq!(editor_command("vim", path, Some(3)), ["vim", "+3", "/repo/src/a b.rs"]);
        assert_eq!(
            editor_command("ed -l {line} {file}", path, Some(3)),
            ["ed", "-l", "3", "/repo/src/a b.rs"]
        );
    }
}
