//! Where a home keeps what no check needs.

use std::path::{Path, PathBuf};

/// Keys, tokens, passwords and the cookies of browsers, from a home folder.
const SECRETS: &[&str] = &[
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".netrc",
    ".git-credentials",
    ".pypirc",
    ".vault-token",
    ".pgpass",
    ".password-store",
    ".docker/config.json",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".gem/credentials",
    ".terraform.d/credentials.tfrc.json",
    ".config/gh",
    ".config/glab-cli",
    ".config/hub",
    ".config/gcloud",
    ".config/git/credentials",
    ".config/op",
    ".config/rclone",
    ".config/chromium",
    ".config/google-chrome",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".local/share/keyrings",
    ".mozilla",
    ".thunderbird",
    "Library/Keychains",
    "Library/Cookies",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Firefox",
];

/// The secrets of a home folder that are there; for [`super::Confine::hidden`].
#[must_use]
pub fn secrets_of_home(home: &Path) -> Vec<PathBuf> {
    SECRETS.iter().map(|secret| home.join(secret)).filter(|path| path.exists()).collect()
}
