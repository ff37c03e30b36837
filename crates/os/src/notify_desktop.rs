//! Notifications on the desktop, by the program that shows them here.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::time::Duration;

use crate::command::{Command, find_program};

/// Time that the program gets: it only hands the text on.
const SHOW_TIME: Duration = Duration::from_secs(5);

/// A desktop that can show notifications.
#[derive(Debug, Clone)]
pub struct Desktop {
    program: PathBuf,
    way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    NotifySend,
    Gdbus,
    Osascript,
}

impl Desktop {
    /// The desktop of this user's session, if there is one; `variable` gives the environment.
    #[must_use]
    pub fn find(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let path = variable("PATH")?;
        let found = |name: &str, way| {
            find_program(name, OsStr::new(&path)).map(|program| Self { program, way })
        };
        if cfg!(target_os = "macos") {
            return found("osascript", Way::Osascript);
        }
        // Without a session's bus nobody would see it.
        variable("DBUS_SESSION_BUS_ADDRESS").filter(|address| !address.is_empty())?;
        found("notify-send", Way::NotifySend).or_else(|| found("gdbus", Way::Gdbus))
    }

    /// Shows a notification; gives whether the desktop took it.
    #[must_use]
    pub fn show(&self, title: &str, text: &str) -> bool {
        let command = Command::new(&self.program, "/").time(SHOW_TIME);
        let command = match self.way {
            Way::NotifySend => {
                command.args(["--app-name=Callboard", "--", title, &marked_up(text)])
            }
            Way::Gdbus => command
                .args(["call", "--session", "--dest=org.freedesktop.Notifications"])
                .args(["--object-path=/org/freedesktop/Notifications"])
                .args(["--method=org.freedesktop.Notifications.Notify", "--"])
                .args(["Callboard", "0", "", &variant(title), &variant(&marked_up(text))])
                .args(["[]", "{}", "-1"]),
            Way::Osascript => {
                let script = format!(
                    "display notification {} with title {}",
                    apple_text(text),
                    apple_text(title)
                );
                command.arg("-e").arg(script)
            }
        };
        command.output().is_ok_and(|output| output.status.success())
    }
}

/// The desktop reads the text as markup (Desktop Notifications Specification, "Markup").
fn marked_up(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A string in GVariant's text format.
fn variant(text: &str) -> String {
    format!("'{}'", text.replace('\\', r"\\").replace('\'', r"\'").replace('\n', r"\n"))
}

fn apple_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_a_text() {
        assert_eq!(marked_up("a <b> && c"), "a &lt;b&gt; &amp;&amp; c");
        assert_eq!(variant("it's\n"), r"'it\'s\n'");
        assert_eq!(apple_text(r#"say "\x""#), r#""say \"\\x\"""#);
    }

    #[test]
    fn without_a_session_there_is_no_desktop() {
        let only_path = |name: &str| (name == "PATH").then(|| "/usr/bin".to_owned());
        assert!(cfg!(target_os = "macos") || Desktop::find(only_path).is_none());
    }
}
