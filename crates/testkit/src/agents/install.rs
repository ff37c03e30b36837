//! Installation of the pinned agents from npm, once per machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cache;

/// The version of Claude Code that the tests run.
pub const CLAUDE_VERSION: &str = "2.1.329";

/// The version of Codex that the tests run.
pub const CODEX_VERSION: &str = "0.169.0";

/// The version of OpenCode that the tests run, as an agent of the Agent Client Protocol.
pub const OPENCODE_VERSION: &str = "1.18.33";

/// Where the agents' binaries are.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    pub(super) claude: PathBuf,
    pub(super) codex: PathBuf,
}

struct Package {
    /// The folder in the cache.
    folder: String,
    /// What npm installs. The platform's own package: the one without platform chooses an older
    /// version on an older Node.
    spec: String,
    /// The binary within the folder.
    binary: &'static str,
    version: &'static str,
}

/// The agents' binaries, installed if they are not there yet.
pub(super) fn binaries() -> Binaries {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64", target_env = "gnu")) {
        panic!(
            "the tests with real agents know the agents' packages for x86_64 Linux with glibc only: \
         run the others with `cargo xtask test --only fmt,clippy,unit,web`"
        );
    }
    let claude = install(&Package {
        folder: format!("claude-{CLAUDE_VERSION}"),
        spec: format!("@anthropic-ai/claude-code-linux-x64@{CLAUDE_VERSION}"),
        binary: "node_modules/@anthropic-ai/claude-code-linux-x64/claude",
        version: CLAUDE_VERSION,
    });
    // Codex names its platforms as versions of one package; its files must stay side by side.
    let codex = install(&Package {
        folder: format!("codex-{CODEX_VERSION}"),
        spec: format!("@openai/codex-linux-x64@npm:@openai/codex@{CODEX_VERSION}-linux-x64"),
        binary: "node_modules/@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex",
        version: CODEX_VERSION,
    });
    Binaries { claude, codex }
}

/// OpenCode's binary, installed if it is not there yet: 180 MB that few tests need.
pub(super) fn opencode() -> PathBuf {
    install(&Package {
        folder: format!("opencode-{OPENCODE_VERSION}"),
        spec: format!("opencode-linux-x64@{OPENCODE_VERSION}"),
        binary: "node_modules/opencode-linux-x64/bin/opencode",
        version: OPENCODE_VERSION,
    })
}

fn install(package: &Package) -> PathBuf {
    let folder = cache::folder().join(&package.folder);
    let binary = folder.join(package.binary);
    if binary.exists() {
        return binary;
    }
    let lock = cache::lock_file("install.lock");
    lock.lock().unwrap();
    if binary.exists() {
        return binary;
    }
    // Only a folder whose binary has told its version gets the final name.
    let partial = folder.with_extension("partial");
    let _ = fs::remove_dir_all(&partial);
    fs::create_dir_all(&partial).unwrap();
    run_npm(package, &partial);
    check_version(package, &partial.join(package.binary));
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&partial, &folder).unwrap();
    binary
}

fn run_npm(package: &Package, into: &Path) {
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts"])
        .args(["--loglevel=error", "--prefix"])
        .arg(into)
        .arg("--cache")
        .arg(into.join("npm-cache"))
        .arg(&package.spec)
        .current_dir(into);
    let output = npm.output().unwrap_or_else(|e| {
        panic!(
            "cannot run npm, which installs the agents for the tests: {e}; install Node 20 or newer"
        )
    });
    assert!(
        output.status.success(),
        "npm could not install {}: {}\n{}",
        package.spec,
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let _ = fs::remove_dir_all(into.join("npm-cache"));
}

fn check_version(package: &Package, binary: &Path) {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(binary)
        .arg("--version")
        .env_clear()
        .envs([("PATH", "/usr/bin:/bin".as_ref()), ("HOME", home.path().as_os_str())])
        .current_dir(home.path())
        .output()
        .unwrap_or_else(|e| panic!("{} does not start: {e}", binary.display()));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.split_whitespace().any(|w| w == package.version),
        "{} --version said {said:?}, not {}",
        binary.display(),
        package.version
    );
}
