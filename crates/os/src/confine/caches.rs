//! Where package managers and compilers keep what they fetched or made before: the one list of it.

use std::path::{Path, PathBuf};

/// A variable that names a folder, the folder below it, and where that is in a home if the variable is not set.
type Cache = (&'static str, &'static str, &'static str);

const CACHES: &[Cache] = &[
    // Most tools: pip, uv, Yarn, Go's builds, Deno, Bazel, browsers of Playwright and Cypress.
    ("XDG_CACHE_HOME", "", ".cache"),
    ("", "", "Library/Caches"),
    ("CARGO_HOME", "registry", ".cargo/registry"),
    ("CARGO_HOME", "git", ".cargo/git"),
    ("npm_config_cache", "", ".npm"),
    ("npm_config_store_dir", "", ".local/share/pnpm/store"),
    ("", "", "Library/pnpm/store"),
    ("YARN_CACHE_FOLDER", "", ".yarn/berry"),
    ("BUN_INSTALL_CACHE_DIR", "", ".bun/install/cache"),
    ("DENO_DIR", "", ".deno"),
    ("PIP_CACHE_DIR", "", ".cache/pip"),
    ("UV_CACHE_DIR", "", ".cache/uv"),
    ("GOCACHE", "", ".cache/go-build"),
    ("GOMODCACHE", "", "go/pkg/mod"),
    ("GOPATH", "pkg", "go/pkg"),
    ("GRADLE_USER_HOME", "caches", ".gradle/caches"),
    ("GRADLE_USER_HOME", "daemon", ".gradle/daemon"),
    ("GRADLE_USER_HOME", "native", ".gradle/native"),
    ("GRADLE_USER_HOME", "notifications", ".gradle/notifications"),
    ("GRADLE_USER_HOME", "wrapper", ".gradle/wrapper"),
    ("GRADLE_USER_HOME", ".tmp", ".gradle/.tmp"),
    ("", "", ".m2/repository"),
    ("", "", ".m2/wrapper"),
    ("", "", ".ivy2"),
    ("", "", ".sbt/boot"),
    ("NUGET_PACKAGES", "", ".nuget/packages"),
    ("", "", ".local/share/NuGet"),
    ("COMPOSER_CACHE_DIR", "", ".composer/cache"),
    ("PUB_CACHE", "", ".pub-cache"),
    ("", "", ".bundle/cache"),
    ("", "", ".cabal/packages"),
    ("", "", ".julia/compiled"),
    ("CCACHE_DIR", "", ".ccache"),
];

/// The caches of a home folder that are there, by the variables that commands have; for [`super::Confine::copied`].
/// None lies in another.
pub fn caches_of_home(home: &Path, variable: impl Fn(&str) -> Option<String>) -> Vec<PathBuf> {
    let place = |(name, below, usual): &Cache| {
        let named = variable(name).filter(|value| Path::new(value).is_absolute());
        named.map_or_else(|| home.join(usual), |folder| Path::new(&folder).join(below))
    };
    // By another name, a folder would be put together twice.
    let mut found: Vec<PathBuf> =
        CACHES.iter().filter_map(|cache| place(cache).canonicalize().ok()).collect();
    found.retain(|path| path.is_dir() && !home.starts_with(path));
    found.sort();
    found.dedup_by(|next, before| next.starts_with(before));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caches_are_those_that_are_there() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let home = root.join("home");
        for folder in ["home/.cache/go-build", "home/.cargo/registry", "home/go/pkg/mod", "store"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        std::os::unix::fs::symlink(root.join("store"), home.join(".npm")).unwrap();
        let usual = caches_of_home(&home, |_| None);
        let names = [".cache", ".cargo/registry", "go/pkg"].map(|name| home.join(name));
        assert_eq!(usual, [&names[..], &[root.join("store")]].concat());
        let gone = root.join("gone").display().to_string();
        let whole = root.display().to_string();
        let named = caches_of_home(&home, |name| match name {
            "CARGO_HOME" => Some(gone.clone()),
            "GOPATH" => Some("relative".to_owned()),
            "UV_CACHE_DIR" => Some(whole.clone()),
            _ => None,
        });
        assert!(!named.contains(&home.join(".cargo/registry")));
        assert!(named.contains(&home.join("go/pkg")) && !named.contains(&root));
    }
}
