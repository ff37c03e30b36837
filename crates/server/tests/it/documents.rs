//! `web/openapi.json` and `docs/json.md` are made from what the server says of itself.

mod markdown;

use std::path::{Path, PathBuf};

/// Set to write the documents instead of comparing them.
const UPDATE: &str = "CALLBOARD_UPDATE_DOCS";

fn up_to_date(path: &str, content: &str) {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        std::fs::write(&file, content).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == content,
        "{path} is stale; write it with {UPDATE}=1 cargo nextest run -p callboard-server documents"
    );
}

#[test]
fn the_page_knows_the_api_as_it_is() {
    let text = serde_json::to_string_pretty(&callboard_server::document()).unwrap();
    up_to_date("web/openapi.json", &(text + "\n"));
}

#[test]
fn the_guide_tells_the_json_as_it_is() {
    let document = serde_json::to_value(callboard_server::document()).unwrap();
    up_to_date("docs/json.md", &markdown::of(&document));
}
