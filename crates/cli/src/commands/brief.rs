//! `brief`: what a session or a task hands to whoever goes on.

use callboard_model::view::BriefView;

use super::client;
use crate::args::brief::Brief;
use crate::client::encoded;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn brief(args: &Brief, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let for_task = args.for_task.as_deref().map(|task| format!("&for={}", encoded(task)));
    let path = format!(
        "/api/brief?of={}&budget={}{}",
        encoded(&args.of),
        args.budget,
        for_task.unwrap_or_default()
    );
    let brief: BriefView = client.get(&path)?;
    if args.json.json {
        return output::json(&brief);
    }
    output::print(&brief.markdown)?;
    let mut remarks = Vec::new();
    if brief.left_out > 0 {
        let (lines, budget) = (brief.left_out, brief.budget);
        remarks.push(format!("{lines} more lines had no room in {budget} tokens"));
    }
    if brief.masked > 0 {
        remarks.push(format!("{} secrets are masked", brief.masked));
    }
    if !remarks.is_empty() {
        output::remark(&remarks.join("; "));
    }
    Ok(())
}
