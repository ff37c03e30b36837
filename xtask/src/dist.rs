//! `cargo xtask dist`: the release build and its licences as one archive.

use std::fs;
use std::path::Path;

use crate::run::{command, product, run, target};

/// Builds the archive `target/dist/callboard-VERSION-TARGET.tar.gz`.
pub(crate) fn dist(root: &Path) -> Result<(), String> {
    let binary = product(root, true)?;
    let name = format!(
        "callboard-{}-{}-{}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS
    );
    let folder = target(root).join("dist");
    let content = folder.join(&name);
    let failed = |what: &Path, e: std::io::Error| format!("{}: {e}", what.display());
    if content.exists() {
        fs::remove_dir_all(&content).map_err(|e| failed(&content, e))?;
    }
    fs::create_dir_all(&content).map_err(|e| failed(&content, e))?;
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
