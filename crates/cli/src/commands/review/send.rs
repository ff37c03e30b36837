//! `review land --as pr`: what is pushed where is told first, and nothing leaves the machine without a yes.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use callboard_model::review::{LandBy, SendAs};
use callboard_model::view::{ChangeReview, ReviewView, SendPlan};
use hyper::Method;

use super::told;
use crate::args::Json;
use crate::client::{Client, encoded};
use crate::error::CliError;
use crate::output;

/// How a review is sent to its remote.
pub(super) struct How {
    pub(super) sent_as: SendAs,
    pub(super) by: Option<LandBy>,
    pub(super) anyway: bool,
    pub(super) yes: bool,
}

/// Sends a review; 1 if not all of it came to be there.
pub(super) fn send(
    client: &Client,
    review: &str,
    how: &How,
    json: &Json,
) -> Result<ExitCode, CliError> {
    let sent_as = match how.sent_as {
        SendAs::Pr => "pr",
        SendAs::Stack => "stack",
    };
    let path = format!("/api/reviews/{}", encoded(review));
    let own = path.clone();
    let path = format!("{path}/pull-requests?as={sent_as}&anyway={}", how.anyway);
    let plan: SendPlan = client.get(&path)?;
    if json.json {
        // Who reads the answer by a program sees what goes where all the same.
        told::plan(review, &plan).lines().for_each(output::remark);
    } else {
        output::print(&told::plan(review, &plan))?;
    }
    if !how.yes && !agreed()? {
        return Ok(ExitCode::SUCCESS);
    }
    if how.by.is_some() {
        let change = ChangeReview { land_by: how.by, ..ChangeReview::default() };
        client.send::<_, ReviewView>(Method::PATCH, &own, &change)?;
    }
    let tree = plan.tree.map(|tree| format!("&tree={tree}")).unwrap_or_default();
    let path = format!("{path}{tree}&address={}", encoded(&plan.address));
    let view: ReviewView = client.send(Method::POST, &path, &())?;
    if json.json {
        output::json(&view)?;
    } else {
        output::print(&told::sent(&view))?;
    }
    let is_bad = view.sent.is_none_or(|sent| sent.failure.is_some());
    Ok(if is_bad { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

fn agreed() -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(CliError::misuse(
            "nobody is there to be asked; nothing was sent",
            "read what is pushed where, then say `--yes`",
        ));
    }
    let is_yes = output::agreed("\nSend it?")?;
    if !is_yes {
        output::line("nothing was sent")?;
    }
    Ok(is_yes)
}
