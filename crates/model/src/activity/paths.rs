//! Paths as people read them: short, and siblings grouped.

use crate::fold::Doing;
use crate::purpose::Purpose;

/// The files that a tool use reads (`false`) or writes (`true`).
pub(crate) fn touched(doing: &Doing) -> Vec<(&str, bool)> {
    match doing {
        Doing::Read { path } => vec![(path, false)],
        Doing::Edit { paths, .. } => paths.iter().map(|p| (p.as_str(), true)).collect(),
        Doing::Command { purpose: Purpose::Read { paths }, .. } => {
            paths.iter().map(|p| (p.as_str(), false)).collect()
        }
        Doing::Command { purpose: Purpose::Write { paths }, .. } => {
            paths.iter().map(|p| (p.as_str(), true)).collect()
        }
        _ => Vec::new(),
    }
}

/// `path` from the root, if it is relative and the directory is known.
pub(crate) fn absolute(path: &str, cwd: Option<&str>) -> String {
    match cwd {
        Some(cwd)
            if !path.starts_with(['/', '~', '$']) && path.as_bytes().get(1) != Some(&b':') =>
        {
            format!("{}/{}", cwd.trim_end_matches('/'), path.trim_start_matches("./"))
        }
        _ => path.to_owned(),
    }
}
