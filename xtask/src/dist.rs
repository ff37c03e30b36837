//! `cargo xtask dist`: the release build and its licences as one archive.

use std::fs;
use std::path::Path;

use crate::run::{command, run};

/// Builds the archive `target/dist/callboard-VERSION-TARGET.tar.gz`.
pub(crate) fn dist(root: &Path) -> Result<(), String> {
    run(command("cargo", &["build", "--release", "--locked", "--package", "callboard"], root))?;
    let name = format!(
        "callboard-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS
    );
    let folder = root.join("target/dist");
    let content = folder.join(&name);
    let failed = |what: &Path, e: std::io::Error| format!("{}: {e}", what.display());
    if content.exists() {
        fs::remove_dir_all(&content).map_err(|e| failed(&content, e))?;
    }
    fs::create_dir_all(&content).map_err(|e| failed(&content, e))?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), Into::into);
    let binary = target.join("release/callboard");
    fs::copy(&binary, content.join("callboard")).map_err(|e| failed(&binary, e))?;
    for entry in fs::read_dir(root).map_err(|e| failed(root, e))?.flatten() {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name.starts_with("LICENSE") || file_name == "README.md" {
            fs::copy(entry.path(), content.join(&file_name))
                .map_err(|e| failed(&entry.path(), e))?;
        }
    }
    let archive = format!("{name}.tar.gz");
    run(command("tar", &["--create", "--gzip", "--file", &archive, &name], &folder))?;
    println!("{}", folder.join(archive).display());
    Ok(())
}
