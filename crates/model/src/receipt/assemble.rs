//! A receipt, put together of what git, events and checks show.

use super::observed::{Closing, ObservedCommand};
use super::{
    Accepted, Artefact, Asked, Case, Checked, ChildLine, Ci, ClaimLine, CommandLine, Content,
    Finding, Outward, Receipt, ReceiptOf, Request, Rule, SessionLine, Unproven, UnprovenKind,
    Weights, Work, acceptance, conduct, first, settled,
};
use crate::check::CheckKind;
use crate::claim::{self, ChildReport, Claim, ClaimKind, Evidence, Judged, Verdict, omitted};
use crate::review::CheckOutcome;
use crate::text::{clip, clip_words, one_line};
use crate::{Cite, SessionId, TaskId, Timestamp, limits};

/// A session of the work, and what it said.
#[derive(Debug, Clone)]
pub struct SessionPart {
    /// What is shown of it.
    pub line: SessionLine,
    /// The task that it worked on.
    pub task: Option<TaskId>,
    /// What it said last.
    pub closing: Option<Closing>,
    /// What it reported that it could not verify.
    pub not_verified: Vec<String>,
    /// The event of that report.
    pub reported_at: Option<Cite>,
    /// Questions that nobody answered.
    pub questions: Vec<String>,
    /// The session that leads it, if one does.
    pub led_by: Option<SessionId>,
    /// What the record says of its claims, where it works on something of its own.
    pub judged_apart: Option<Vec<Judged>>,
}

/// All that a receipt is made of.
#[derive(Debug, Clone)]
pub struct Material {
    /// What it is of.
    pub of: ReceiptOf,
    /// Its title.
    pub title: String,
    /// What was asked for.
    pub request: Option<Request>,
    /// Where the work is, and what it changes.
    pub work: Work,
    /// What the rules found in the change and in its runs.
    pub findings: Vec<Finding>,
    /// The checks.
    pub checks: Vec<Checked>,
    /// What is on record.
    pub evidence: Evidence,
    /// Its commands, in order, with what the evidence does not hold.
    pub commands: Vec<ObservedCommand>,
    /// Commands before those.
    pub commands_left_out: u32,
    /// Its sessions, leads before those that they lead.
    pub sessions: Vec<SessionPart>,
    /// What nobody proved, as far as git and checks tell.
    pub unproven: Vec<Unproven>,
    /// Who was asked what.
    pub asked: Vec<Asked>,
    /// What can be looked at.
    pub artefacts: Vec<Artefact>,
    /// What left the machine.
    pub outward: Vec<Outward>,
    /// What a service's checks came to.
    pub ci: Option<Ci>,
    /// Work that is not code.
    pub content: Content,
}

/// What a session claims, and what the record says of it.
struct Said {
    claims: Vec<Claim>,
    judged: Vec<Judged>,
}

/// The receipt, made at `at`. Cases that `accepted` knows by their key are settled.
#[must_use]
pub fn assemble(
    material: Material,
    weights: &Weights,
    accepted: impl Fn(&str) -> Option<Accepted>,
    at: Timestamp,
) -> Receipt {
    let said: Vec<Said> = material.sessions.iter().map(|part| said(part, &material)).collect();
    let children = children(&material.sessions, &said);
    let omissions = omissions(&material.sessions, &said);
    let cases = cases(&material, &said, weights, accepted);
    let mut claims = claim_lines(&material.sessions, &said);
    tell_changed_tests(&mut claims, &cases);
    let unproven = unproven(&material, &said);
    let criteria = match &material.request {
        Some(request) => acceptance::proven(
            &acceptance::criteria_of(&request.words),
            &acceptance::Shown {
                checks: &material.checks,
                files: &material.work.files,
                claims: &claims,
                cases: &cases,
                unproven: &unproven,
            },
        ),
        None => Vec::new(),
    };
    let listed = material.commands.len().saturating_sub(limits::RECEIPT_COMMANDS);
    let left_out = u32::try_from(listed).unwrap_or(u32::MAX);
    let last_edit = material.evidence.last_edit;
    let commands = material.commands.iter().skip(listed).map(|one| command_line(one, last_edit));
    Receipt {
        look_first: first::look_first(
            &cases,
            &claims,
            &unproven,
            &omissions,
            &material.work,
            &material.content,
        ),
        of: material.of,
        title: material.title,
        made_at: at,
        request: material.request,
        criteria,
        work: material.work,
        checks: material.checks,
        claims,
        children,
        omissions,
        cases,
        unproven,
        commands: commands.collect(),
        commands_left_out: material.commands_left_out.saturating_add(left_out),
        sessions: material.sessions.into_iter().map(|part| part.line).collect(),
        asked: material.asked,
        artefacts: material.artefacts,
        outward: material.outward,
        ci: material.ci,
        content: material.content,
    }
}

fn said(part: &SessionPart, material: &Material) -> Said {
    let text = part.closing.as_ref().map(|closing| closing.text.as_str()).unwrap_or_default();
    let claims = claim::claims(text);
    let judged = match &part.judged_apart {
        Some(judged) => judged.clone(),
        None => claim::judge(&claims, &material.evidence),
    };
    Said { claims, judged }
}

fn claim_lines(sessions: &[SessionPart], said: &[Said]) -> Vec<ClaimLine> {
    let mut lines: Vec<ClaimLine> = Vec::new();
    // What another piece of work says of itself stands in its own receipt.
    let own = sessions.iter().zip(said).filter(|(part, _)| part.judged_apart.is_none());
    for (part, said) in own {
        let said_at = part.closing.as_ref().map(|closing| closing.cite);
        lines.extend(said.judged.iter().map(|judged| {
            let mut judged = judged.clone();
            judged.claim.quote = clip(&judged.claim.quote, limits::SAID_CHARS);
            ClaimLine { session: part.line.id, said_at, judged }
        }));
    }
    let rank = |line: &ClaimLine| match line.judged.verdict {
        Verdict::Contradicted => 0,
        Verdict::Stale => 1,
        Verdict::Unsupported => 2,
        Verdict::NotChecked => 3,
        Verdict::Supported => 4,
    };
    lines.sort_by_key(rank);
    lines
}

/// Rules of tests that let more pass than they did.
const EASIER: [Rule; 7] = [
    Rule::TestDeleted,
    Rule::TestSkipped,
    Rule::AssertionWeakened,
    Rule::ExpectationRewritten,
    Rule::ToleranceWidened,
    Rule::SnapshotRewritten,
    Rule::FewerTests,
];

/// That tests pass is worth less where they were changed so that they do.
fn tell_changed_tests(claims: &mut [ClaimLine], cases: &[Case]) {
    let count = |rule: &Rule| cases.iter().filter(|case| case.finding.rule == *rule).count();
    let told: Vec<String> = EASIER
        .iter()
        .map(|rule| (rule, count(rule)))
        .filter(|(_, count)| *count > 0)
        .map(|(rule, count)| format!("{count} of {rule}"))
        .collect();
    if told.is_empty() {
        return;
    }
    let is_of_tests = |line: &&mut ClaimLine| {
        let of = matches!(
            line.judged.claim.kind,
            ClaimKind::Passes { check: None | Some(CheckKind::Test), .. }
        );
        of && line.judged.verdict == Verdict::Supported
    };
    for line in claims.iter_mut().filter(is_of_tests) {
        let why = &mut line.judged.why;
        why.push_str(&format!(" The tests were changed with it: {}.", told.join(", ")));
    }
}

fn children(sessions: &[SessionPart], said: &[Said]) -> Vec<ChildLine> {
    let led = sessions.iter().zip(said).filter(|(part, _)| part.led_by.is_some());
    let count = |said: &Said, wanted: Option<Verdict>| {
        let is_it = |judged: &&Judged| match wanted {
            Some(verdict) => judged.verdict == verdict,
            None => !matches!(judged.verdict, Verdict::Supported | Verdict::Contradicted),
        };
        u32::try_from(said.judged.iter().filter(is_it).count()).unwrap_or(u32::MAX)
    };
    let line = |(part, said): (&SessionPart, &Said)| ChildLine {
        session: part.line.id,
        task: part.task,
        title: part.line.title.clone(),
        result: part
            .closing
            .as_ref()
            .map(|closing| clip_words(&one_line(&closing.text), limits::ANSWER_CHARS)),
        supported: count(said, Some(Verdict::Supported)),
        contradicted: count(said, Some(Verdict::Contradicted)),
        others: count(said, None),
    };
    led.map(line).collect()
}

fn omissions(sessions: &[SessionPart], said: &[Said]) -> Vec<claim::Omission> {
    let mut out = Vec::new();
    for lead in sessions {
        let reports: Vec<ChildReport> = sessions
            .iter()
            .zip(said)
            .filter(|(part, _)| part.led_by == Some(lead.line.id))
            .map(|(part, said)| ChildReport {
                name: part.line.id.to_string(),
                also: part
                    .task
                    .iter()
                    .map(ToString::to_string)
                    .chain(part.line.title.clone())
                    .collect(),
                claims: said.claims.clone(),
                judged: said.judged.clone(),
                questions: part.questions.clone(),
                closing: part
                    .closing
                    .as_ref()
                    .map(|closing| closing.text.clone())
                    .unwrap_or_default(),
            })
            .collect();
        if let (Some(closing), false) = (&lead.closing, reports.is_empty()) {
            out.extend(omitted(&closing.text, &reports));
        }
    }
    out
}

fn cases(
    material: &Material,
    said: &[Said],
    weights: &Weights,
    accepted: impl Fn(&str) -> Option<Accepted>,
) -> Vec<Case> {
    let own: Vec<&Said> = material
        .sessions
        .iter()
        .zip(said)
        .filter(|(part, _)| part.judged_apart.is_none())
        .map(|(_, said)| said)
        .collect();
    let all: Vec<Claim> = own.iter().flat_map(|said| said.claims.clone()).collect();
    let mut findings = material.findings.clone();
    for said in own {
        findings.extend(claim::findings(&said.judged));
    }
    findings.extend(conduct::findings(&material.evidence, &all));
    // Who was not looked at is listed among what nobody proved.
    findings.retain(|finding| finding.rule != Rule::NotExamined);
    let mut cases: Vec<Case> = Vec::new();
    for finding in findings {
        let weight = weights.of(finding.rule);
        let mut case = Case::new(&material.of, finding, weight);
        if cases.iter().any(|known| known.key == case.key) {
            continue;
        }
        case.accepted = accepted(&case.key);
        cases.push(case);
    }
    settled::sort(&mut cases);
    cases
}

fn unproven(material: &Material, said: &[Said]) -> Vec<Unproven> {
    let mut out: Vec<Unproven> = Vec::new();
    let is_told = material.unproven.iter().any(|one| one.kind == UnprovenKind::CheckNotRun);
    if material.checks.is_empty() && !is_told {
        out.push(Unproven {
            kind: UnprovenKind::CheckNotRun,
            words: "no check is named for this work.".to_owned(),
            spots: Vec::new(),
            cite: None,
        });
    }
    out.extend(material.checks.iter().filter_map(not_run));
    for (part, said) in material.sessions.iter().zip(said) {
        let admissions =
            said.claims.iter().filter(|claim| matches!(claim.kind, ClaimKind::Admission { .. }));
        out.extend(admissions.map(|claim| Unproven {
            kind: UnprovenKind::Admitted,
            words: format!("“{}”", clip(&claim.quote, limits::SAID_CHARS)),
            spots: Vec::new(),
            cite: part.closing.as_ref().map(|closing| closing.cite),
        }));
        out.extend(part.not_verified.iter().map(|words| Unproven {
            kind: UnprovenKind::Admitted,
            words: format!("“{}”", clip(words, limits::SAID_CHARS)),
            spots: Vec::new(),
            cite: part.reported_at,
        }));
    }
    for unopened in material.evidence.unopened.iter().take(limits::CONDUCT_CASES) {
        let known = out.iter_mut().find(|one| {
            one.kind == UnprovenKind::NotOpened
                && one.words.contains(&format!("`{}`", unopened.symbol))
        });
        match known {
            Some(known) => known.spots.push(unopened.spot.clone()),
            None => out.push(Unproven {
                kind: UnprovenKind::NotOpened,
                words: format!("`{}` changed; nobody opened who uses it.", unopened.symbol),
                spots: vec![unopened.spot.clone()],
                cite: None,
            }),
        }
    }
    out.extend(material.unproven.iter().cloned());
    out
}

fn not_run(check: &Checked) -> Option<Unproven> {
    let cell = &check.cells.new_new;
    let why = match cell.outcome {
        Some(CheckOutcome::Passed | CheckOutcome::Failed) => return None,
        Some(CheckOutcome::Waiting | CheckOutcome::Running) => "it has not ended yet",
        Some(CheckOutcome::CouldNotRun) => "it could not run",
        Some(CheckOutcome::Stopped) => "it was stopped",
        None => "it was not run",
    };
    let said = cell.words.as_deref().map(|words| format!(" ({})", clip(&one_line(words), 160)));
    let words = format!("`{}`: {why}{}.", check.command, said.unwrap_or_default());
    Some(Unproven { kind: UnprovenKind::CheckNotRun, words, spots: Vec::new(), cite: None })
}

fn command_line(one: &ObservedCommand, last_edit: Option<crate::Ordinal>) -> CommandLine {
    let command = &one.command;
    CommandLine {
        line: clip(crate::text::head(&command.line, 8_000).trim(), limits::FACT_LINE_CHARS),
        check: acceptance::kind_of_check(&command.line),
        exit_code: command.exit_code,
        duration_ms: one.duration_ms,
        at: one.at,
        is_before_last_edit: last_edit.is_some_and(|edit| command.ordinal <= edit),
        cite: command.cite,
    }
}
