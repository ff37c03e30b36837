//! A `gh` that keeps the comments it is asked to post, and tells them again.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::HermeticHome;

const GH: &str = r#"#!/bin/sh
dir=$(dirname "$0")/tracker
printf '%s\n' "$*" >> "$dir/calls"
is() { [ -e "$dir/$1" ]; }
is refuses && { echo 'gh: Must have push access (HTTP 403)' >&2; exit 1; }
case "$*" in
  "api graphql "*)
    echo '{"data":{"viewer":{"login":"octo"},"repository":{"visibility":"PUBLIC","issueOrPullRequest":{"__typename":"Issue","title":"Watchers disagree","state":"OPEN"}}}}' ;;
  "api repos/"*" --method POST "*)
    is loses && { echo 'unexpected EOF' >&2; exit 1; }
    n=$(ls "$dir" | grep -c '^comment-'); n=$((n + 1))
    address="https://github.com/acme/app/issues/432#issuecomment-$n"
    { printf '{"html_url":"%s",' "$address"; sed 's/^{//'; } > "$dir/comment-$n"
    is kills && kill -9 "$PPID"
    is cuts && { echo 'unexpected EOF' >&2; exit 1; }
    cat "$dir/comment-$n" ;;
  "api repos/"*"/comments?"*)
    between='['
    for one in "$dir"/comment-*; do
      [ -e "$one" ] && { printf '%s' "$between"; cat "$one"; between=','; }
    done
    [ "$between" = '[' ] && printf '['
    printf ']\n' ;;
esac
"#;

/// The tracker behind it.
#[derive(Debug)]
pub struct FakeTracker {
    folder: PathBuf,
}

impl FakeTracker {
    /// Puts it where the programs of `home` find it.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn new(home: &HermeticHome) -> Self {
        let folder = home.bin().join("tracker");
        std::fs::create_dir_all(&folder).expect("a folder of its own");
        let program = home.bin().join("gh");
        std::fs::write(&program, GH).expect("a folder of its own");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755))
            .expect("its own file");
        Self { folder }
    }

    /// From now on it does this, or no longer: `refuses` all, `loses` a comment, `cuts` the answer to one, or `kills` who
    /// asked for one.
    ///
    /// # Panics
    /// When it cannot be told.
    pub fn set(&self, what: &str, on: bool) {
        let file = self.folder.join(what);
        match on {
            true => std::fs::write(file, "").expect("its own folder"),
            false => std::fs::remove_file(file).expect("it was set"),
        }
    }

    /// The comments that were posted.
    ///
    /// # Panics
    /// When one is no JSON.
    #[must_use]
    pub fn comments(&self) -> Vec<String> {
        let read = |number: u32| {
            std::fs::read_to_string(self.folder.join(format!("comment-{number}"))).ok()
        };
        (1..)
            .map_while(read)
            .map(|text| {
                let told: serde_json::Value = serde_json::from_str(&text).expect("a comment");
                told["body"].as_str().expect("its text").to_owned()
            })
            .collect()
    }

    /// What it was asked, each as the first words of a call.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let told = std::fs::read_to_string(self.folder.join("calls")).unwrap_or_default();
        told.lines().map(|line| line.split(" --").next().unwrap_or_default().to_owned()).collect()
    }
}
