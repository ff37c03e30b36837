//! `rewind`: back to before a prompt.

use callboard_model::view::{RewindTo, Rewound, RewoundConversation, TurnView};
use hyper::Method;

use super::client;
use super::drive::path;
use crate::args::Json;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

/// Characters of a prompt in a list.
const WIDTH: usize = 90;

pub(super) fn rewind(
    name: &str,
    to: Option<String>,
    files_only: bool,
    json: &Json,
    settings: &Settings,
) -> Result<(), CliError> {
    let client = client(settings)?;
    let Some(prompt) = to else {
        let turns: Vec<TurnView> = client.get(&path(&client, name, "turns")?)?;
        if json.json {
            return output::json(&turns);
        }
        return turns.iter().try_for_each(|turn| {
            let at = output::clock(turn.at);
            output::line(&format!("{:>3}  {at}  {}", turn.number, output::short(&turn.text, WIDTH)))
        });
    };
    let to = RewindTo { prompt, files_only };
    let rewound: Rewound = client.send(Method::POST, &path(&client, name, "rewind")?, &to)?;
    if json.json {
        return output::json(&rewound);
    }
    output::print(&text_of(&rewound))
}

fn text_of(rewound: &Rewound) -> String {
    let session = rewound.session;
    let prompt = output::short(&rewound.to.text, WIDTH);
    let mut lines = vec![format!("{session} is back before: {prompt}")];
    let files = |paths: &[String], what: &str| {
        let count = output::count(paths.len() as u64, "file");
        (!paths.is_empty())
            .then(|| format!("  {count} {what}: {}", output::plain(&paths.join(", "))))
    };
    lines.extend(files(&rewound.written, "restored"));
    lines.extend(files(&rewound.removed, "made since, now gone"));
    match &rewound.kept {
        Some(name) => {
            lines.push(format!("  what was replaced is kept as refs/callboard/kept/{name}"))
        }
        None => lines.push("  no file differed".to_owned()),
    }
    lines.push(match rewound.conversation {
        RewoundConversation::Rewound => "  its conversation goes on from there".to_owned(),
        RewoundConversation::Told => {
            "  its conversation goes on from where it is; its agent was told what was restored"
                .to_owned()
        }
        RewoundConversation::Untouched => "  its conversation goes on from where it is".to_owned(),
    });
    format!("{}\n", lines.join("\n"))
}
