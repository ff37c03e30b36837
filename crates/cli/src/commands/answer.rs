//! `answer`: answers a call.

use callboard_model::CallId;
use callboard_model::call::{CallAnswer, CallDetail, Effect};
use callboard_model::event::QuestionItem;
use callboard_model::view::{AnswerCall, CallView};
use hyper::Method;

use super::client;
use crate::args::Answer;
use crate::client::Client;
use crate::error::CliError;
use crate::output;
use crate::settings::Settings;

pub(super) fn answer(args: &Answer, settings: &Settings) -> Result<(), CliError> {
    let client = client(settings)?;
    let id = call_id(&args.call)?;
    let call: CallView = client.get(&format!("/api/calls/{id}"))?;
    let mut answer = match &args.answer {
        Some(word) => choice(&call, word)?,
        None => CallAnswer::default(),
    };
    answer.text.clone_from(&args.text);
    for pair in &args.part {
        let (question, chosen) = part(&call, pair)?;
        answer.answers.entry(question).or_default().push(chosen);
    }
    if answer == CallAnswer::default() {
        return Err(CliError::misuse(
            format!("no answer was given; {id} was left as it is"),
            format!("answer with {}", ways(&call)),
        ));
    }
    let told = send(&client, &call, args.generation.unwrap_or(call.generation), answer)?;
    if args.json.json {
        return output::json(&told);
    }
    output::line(&sent(&told))
}

/// Sends an answer to the call as it was seen.
pub(super) fn send(
    client: &Client,
    call: &CallView,
    generation: u32,
    answer: CallAnswer,
) -> Result<CallView, CliError> {
    let given = AnswerCall { generation: Some(generation), answer };
    client.send(Method::POST, &format!("/api/calls/{}/answer", call.id), &given)
}

/// What became of an answer, in a line.
pub(super) fn sent(call: &CallView) -> String {
    let words = call.answer.as_ref().map(|answer| words_of(call, answer)).unwrap_or_default();
    format!("{}  answered: {words}", call.id)
}

fn words_of(call: &CallView, answer: &CallAnswer) -> String {
    let option = answer.option.as_ref().and_then(|id| call.options.iter().find(|o| o.id == *id));
    let parts = questions(call).iter().filter_map(|question| {
        let given = answer.answers.get(&question.question)?;
        let is_own = given.iter().any(|words| !question.options.contains(words));
        Some(format!("{}{}", given.join(", "), if is_own { " (your own words)" } else { "" }))
    });
    let option = option.map(|option| option.label.clone());
    let words: Vec<String> = option.into_iter().chain(parts).chain(answer.text.clone()).collect();
    output::plain(&words.join(", "))
}

pub(super) fn call_id(text: &str) -> Result<CallId, CliError> {
    text.parse().map_err(|error: callboard_model::ids::ParseIdError| {
        CliError::misuse(error.to_string(), "see what waits with `callboard inbox`")
    })
}

/// The answer that a word names: an option's id, its number, its label, or `yes` and `no` for what they mean.
pub(super) fn choice(call: &CallView, word: &str) -> Result<CallAnswer, CliError> {
    let of_effect =
        |effects: &[Effect]| call.options.iter().find(|option| effects.contains(&option.effect));
    let by_number = || word.parse::<usize>().ok().and_then(|n| call.options.get(n.checked_sub(1)?));
    let found = call
        .options
        .iter()
        .find(|option| option.id.eq_ignore_ascii_case(word))
        .or_else(by_number)
        .or_else(|| call.options.iter().find(|option| option.label.eq_ignore_ascii_case(word)))
        .or_else(|| match word.to_lowercase().as_str() {
            "yes" | "y" | "allow" => of_effect(&[Effect::Allow, Effect::Acknowledge]),
            "no" | "n" | "deny" => of_effect(&[Effect::Deny, Effect::DenyAndStop]),
            "ok" | "noted" => of_effect(&[Effect::Acknowledge]),
            _ => None,
        });
    found.map(|option| CallAnswer::option(&option.id)).ok_or_else(|| {
        CliError::misuse(
            format!("{} has no answer `{word}`; nothing was sent", call.id),
            format!("answer with {}", ways(call)),
        )
    })
}

/// The questions of a call that asks some.
pub(super) fn questions(call: &CallView) -> &[QuestionItem] {
    match &call.detail {
        CallDetail::Questions { questions } => questions,
        _ => &[],
    }
}

/// One part of an answer: `2=Blue` or `2=1`, the question by its number.
fn part(call: &CallView, pair: &str) -> Result<(String, String), CliError> {
    let found = pair.split_once('=').and_then(|(number, typed)| {
        let index = number.trim().parse::<usize>().ok()?.checked_sub(1)?;
        let asked = questions(call).get(index)?;
        Some((asked.question.clone(), option_of(asked, typed.trim())?))
    });
    found.ok_or_else(|| {
        CliError::misuse(
            format!("`{pair}` answers no question of {}; nothing was sent", call.id),
            "write the question's number and the answer: --part 2=Blue",
        )
    })
}

/// Whether an answer refuses what was asked.
pub(super) fn refuses(call: &CallView, answer: &CallAnswer) -> bool {
    let option = call.options.iter().find(|option| Some(&option.id) == answer.option.as_ref());
    option.is_some_and(|option| matches!(option.effect, Effect::Deny | Effect::DenyAndStop))
}

/// What was chosen of a question's options: several with commas where it takes several; `None` for a number that it
/// does not have.
pub(super) fn chosen(question: &QuestionItem, typed: &str) -> Option<Vec<String>> {
    let parts: Vec<&str> =
        if question.multiple { typed.split(',').map(str::trim).collect() } else { vec![typed] };
    parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .map(|part| option_of(question, part))
        .collect()
}

/// The option of this number or name, or the words themselves; `None` for a number that no option has.
fn option_of(question: &QuestionItem, typed: &str) -> Option<String> {
    let by_number =
        typed.parse::<usize>().ok().and_then(|n| question.options.get(n.checked_sub(1)?));
    let by_name = || question.options.iter().find(|option| option.eq_ignore_ascii_case(typed));
    let is_number = !question.options.is_empty() && typed.parse::<u32>().is_ok();
    let own = || (!is_number).then(|| typed.to_owned());
    by_number.or_else(by_name).cloned().or_else(own)
}

/// The ways to answer, in words.
pub(super) fn ways(call: &CallView) -> String {
    let mut ways: Vec<String> = call.options.iter().map(|o| format!("`{}`", o.id)).collect();
    if call.takes_text {
        ways.push("--text \"…\"".to_owned());
    }
    if let CallDetail::Questions { questions } = &call.detail
        && questions.len() > 1
    {
        ways.push("--part 1=… --part 2=…".to_owned());
    }
    ways.join(", ")
}
