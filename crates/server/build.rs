//! Builds the page into `OUT_DIR/web`, or takes it from `CALLBOARD_WEB_DIST`.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() {
    println!("cargo:rerun-if-env-changed=CALLBOARD_WEB_DIST");
    if let Err(problem) = build() {
        println!("cargo:warning={problem}");
        std::process::exit(1);
    }
}

fn build() -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets no OUT_DIR")?).join("web");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).map_err(|e| format!("cannot make {}: {e}", out.display()))?;
    if let Some(dist) = env::var_os("CALLBOARD_WEB_DIST") {
        let dist = PathBuf::from(dist);
        println!("cargo:rerun-if-changed={}", dist.display());
        return copy(&dist, &out)
            .map_err(|e| format!("CALLBOARD_WEB_DIST={}: {e}", dist.display()));
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or("no CARGO_MANIFEST_DIR")?);
    let web = root.join("../../web");
    for input in [
        "src",
        "public",
        "index.html",
        "package.json",
        "package-lock.json",
        "svelte.config.js",
        "tsconfig.json",
        "vite.config.ts",
    ] {
        println!("cargo:rerun-if-changed={}", web.join(input).display());
    }
    if !is_installed(&web) {
        npm(&web, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    }
    npm(&web, &["run", "build", "--", "--outDir", &out.to_string_lossy(), "--emptyOutDir"])
}

/// Whether what the page is built with is what its lock file asks for.
fn is_installed(web: &Path) -> bool {
    let changed = |name: &str| fs::metadata(web.join(name)).and_then(|meta| meta.modified());
    match (changed("node_modules/.package-lock.json"), changed("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

#[allow(clippy::disallowed_methods, reason = "a build script runs the page's own build")]
fn npm(web: &Path, args: &[&str]) -> Result<(), String> {
    let output = std::process::Command::new("npm")
        .args(args)
        .current_dir(web)
        .output()
        .map_err(|e| format!("cannot run npm ({e}): install Node 20 or later, or set CALLBOARD_WEB_DIST to a built page"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let told = said.lines().rev().take(12).collect::<Vec<_>>();
    Err(format!(
        "`npm {}` failed: {}",
        args.join(" "),
        told.into_iter().rev().collect::<Vec<_>>().join(" | ")
    ))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
