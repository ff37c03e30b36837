//! What a request to write would write. The request names its item, and a client that comes later is not told
//! the item (0.169); the rollout has its call, under the same id, before the request is made.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use callboard_model::event::FileEdit;
use serde_json::Value;

use super::super::patch;
use crate::limits;

/// The files of the patch that `item` is; `None` if the end of the rollout does not tell.
pub(super) fn of_item(rollout: &Path, item: &str) -> Option<Vec<FileEdit>> {
    let end = end_of(rollout).ok()?;
    end.lines().rev().filter(|line| line.contains(item)).find_map(|line| {
        let record: Value = serde_json::from_str(line).ok()?;
        let call = &record["payload"];
        if call["type"] != "custom_tool_call" || call["call_id"] != item {
            return None;
        }
        patch::files(call["input"].as_str().filter(|_| call["name"] == "apply_patch")?)
    })
}

fn end_of(rollout: &Path) -> io::Result<String> {
    let mut file = File::open(rollout)?;
    let from = file.metadata()?.len().saturating_sub(limits::PATCH_LOOKED_FOR_BYTES);
    file.seek(SeekFrom::Start(from))?;
    let mut end = Vec::new();
    file.take(limits::PATCH_LOOKED_FOR_BYTES).read_to_end(&mut end)?;
    Ok(String::from_utf8_lossy(&end).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rollout_tells_what_an_item_writes() {
        // As captured of 0.169, shortened.
        let call = |id: &str, line: &str| {
            format!(
                r#"{{"type":"response_item","payload":{{"type":"custom_tool_call","call_id":"{id}","name":"apply_patch","input":"*** Begin Patch\n*** Add File: /x.txt\n+{line}\n*** End Patch\n"}}}}"#
            )
        };
        let folder = tempfile::tempdir().unwrap();
        let rollout = folder.path().join("rollout.jsonl");
        std::fs::write(&rollout, [call("call_1", "one"), call("call_2", "two")].join("\n"))
            .unwrap();
        let asked = "*** Begin Patch\n*** Add File: /x.txt\n+one\n*** End Patch";
        assert_eq!(of_item(&rollout, "call_1"), patch::files(asked));
        assert_ne!(of_item(&rollout, "call_2"), patch::files(asked));
        assert_eq!(of_item(&rollout, "call_3"), None);
        assert_eq!(of_item(&folder.path().join("none"), "call_1"), None);
    }
}
