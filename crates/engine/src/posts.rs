//! Posting to a tracker: notes, decisions and briefs, as comments on an issue or pull request, after they were shown.
//!
//! That a text is about to leave is kept before it does. A daemon that was killed in between leaves a post of which nobody
//! knows whether it is there; it is looked for before anything else is posted to the same place.

mod place;

use std::sync::{Mutex, PoisonError};

use callboard_git::{Git, remote};
use callboard_model::brief::for_tracker;
use callboard_model::limits::BRIEF_TOKENS;
use callboard_model::note::{Comment, version_of};
use callboard_model::view::{
    NewPost, NoteBy, NoteView, PostOf, PostPreview, PostState, PostTo, PostView, PostWanted,
};
use callboard_model::{Timestamp, WorkspaceId};
use callboard_store::{Post, Snapshot};

use self::place::Place;
use crate::github::{Gh, IssueNow, is_github, is_surely_refused};
use crate::{BriefOf, BriefQuery, Engine, EngineError, limits, secrets};

const COPY: &str = "copy the text instead: `--print` shows it";

/// Whose turn it is to post, or to look what became of a post.
#[derive(Debug, Default)]
pub(crate) struct Posting(Mutex<()>);

/// A text that is ready to be posted.
struct Ready {
    workspace: WorkspaceId,
    /// As it is remembered: a note's path, `S41`, `T12`.
    subject: String,
    /// As it is named: `D9`.
    name: String,
    comment: Comment,
    masked: u32,
    place: Place,
    gh: Option<Gh>,
    hindered: Option<String>,
}

impl Ready {
    fn seen(&self) -> String {
        version_of(format!("{}\n{}", self.place.destination, self.comment.text).as_bytes())
    }

    fn version(&self) -> String {
        version_of(self.comment.text.as_bytes())
    }

    /// The newest of these posts that took this very text to this place.
    fn already<'a>(&self, posts: &'a [Post]) -> Option<&'a Post> {
        let version = self.version();
        posts
            .iter()
            .find(|post| post.version == version && post.destination == self.place.destination)
    }
}

impl Engine {
    /// What would be posted where, in whose name. Nothing is posted.
    ///
    /// # Errors
    /// When there is no such thing to post, or no such place.
    pub fn post_preview(&self, wanted: &PostWanted) -> Result<PostPreview, EngineError> {
        let _turn = self.posting.turn();
        let ready = self.ready(wanted)?;
        let mut remarks = Vec::new();
        let asked = ready.gh.as_ref().zip(ready.place.number).map(|(gh, number)| gh.issue(number));
        let issue = asked.unwrap_or_else(|| Ok(IssueNow::default())).unwrap_or_else(|why| {
            remarks.push(format!("what is there could not be asked: {why}"));
            IssueNow::default()
        });
        remarks.extend(self.look_for_posts(&ready)?);
        self.read(|s| {
            let posts = s.posts_of(ready.workspace, &ready.subject, limits::POSTS_SHOWN)?;
            let version = ready.version();
            let already = ready.already(&posts);
            let already = already.map(|post| self.post_view(s, ready.workspace, post, &version));
            let view = |post| self.post_view(s, ready.workspace, post, &version);
            Ok(PostPreview {
                seen: ready.seen(),
                already: already.transpose()?,
                posts: posts.iter().map(view).collect::<Result<_, _>>()?,
                of: ready.name,
                text: ready.comment.text,
                masked: ready.masked,
                images: ready.comment.images,
                mentions: ready.comment.mentions,
                to: PostTo {
                    address: ready.place.address,
                    name: ready.place.name,
                    repository: ready.place.repository,
                    title: issue.title,
                    kind: issue.kind,
                    state: issue.state,
                    visibility: issue.visibility,
                },
                account: issue.account,
                hindered: ready.hindered,
                remarks,
            })
        })
    }

    /// Posts what was seen.
    ///
    /// # Errors
    /// When it is another text by now, it was posted there before, it cannot be posted from here, or the tracker refuses it.
    pub fn post(&self, new: &NewPost) -> Result<PostView, EngineError> {
        let _turn = self.posting.turn();
        let ready = self.ready(&new.wanted)?;
        let number = ready.place.number.unwrap_or_default();
        let gh = match (&ready.gh, &ready.hindered) {
            (Some(gh), None) => gh,
            (_, why) => {
                let why = why.as_deref().unwrap_or("`gh` cannot be asked");
                return Err(refused(format!("{why}; nothing was posted"), COPY));
            }
        };
        if ready.seen() != new.seen {
            return Err(EngineError::Conflict {
                text: format!("{} has changed since it was shown; nothing was posted", ready.name),
                hint: "look at it again",
            });
        }
        let unsure = self.look_for_posts(&ready)?;
        let posts =
            self.read(|s| Ok(s.posts_of(ready.workspace, &ready.subject, limits::POSTS_SHOWN)?))?;
        if let Some(post) = ready.already(&posts).filter(|_| !new.again) {
            return Err(already(&ready, post, unsure.as_deref()));
        }
        let version = ready.version();
        let (workspace, subject) = (ready.workspace, ready.subject.clone());
        let destination = ready.place.destination.clone();
        let id =
            self.ask(move |core| core.begin_post(workspace, (&subject, &destination), &version))?;
        let posts =
            self.read(|s| Ok(s.posts_of(ready.workspace, &ready.subject, limits::POSTS_SHOWN)?))?;
        let mut post = posts.into_iter().find(|post| post.id == id).ok_or(EngineError::Ending)?;
        match gh.comment(number, &ready.comment.text) {
            Ok(address) => {
                post.address = Some(address);
                self.settle_post(workspace, &post)?;
                self.read(|s| self.post_view(s, workspace, &post, &post.version))
            }
            Err(why) if is_surely_refused(&why) => {
                self.settle_post(workspace, &post)?;
                Err(refused(
                    format!("{why}; nothing was posted"),
                    "see that `gh auth status` knows you there, and that the issue is open to you",
                ))
            }
            Err(why) => Err(refused(
                format!("{why}; it may have been posted to {}", ready.place.address),
                "ask for it again: it is looked for there first",
            )),
        }
    }

    /// Where a note was posted, newest first.
    pub(crate) fn posts_of_note(
        &self,
        s: &Snapshot<'_>,
        view: &NoteView,
    ) -> Result<Vec<PostView>, EngineError> {
        let workspace = view.row.workspace;
        let posts = s.posts_of(workspace, &view.row.path, limits::POSTS_SHOWN)?;
        if posts.is_empty() {
            return Ok(Vec::new());
        }
        let version = version_of(comment_of(&view.row.by, &view.body).0.text.as_bytes());
        posts.iter().map(|post| self.post_view(s, workspace, post, &version)).collect()
    }

    fn post_view(
        &self,
        s: &Snapshot<'_>,
        workspace: WorkspaceId,
        post: &Post,
        version: &str,
    ) -> Result<PostView, EngineError> {
        let place = Place::at(&post.destination);
        let own = self.tracker_url(s, Some(workspace), Some(&place.name))?;
        let is_own = own.as_deref() == Some(post.destination.as_str());
        let repository = place.repository.split_once('/').map_or("", |(_, name)| name);
        Ok(PostView {
            to: if is_own { place.name } else { format!("{repository}{}", place.name) },
            address: post.address.clone().unwrap_or_else(|| post.destination.clone()),
            at: post.at,
            state: match post.address {
                Some(_) => PostState::Posted,
                None => PostState::Unknown,
            },
            is_current: Some(post.version == version),
        })
    }

    /// What is wanted, as it would be posted now.
    fn ready(&self, wanted: &PostWanted) -> Result<Ready, EngineError> {
        let (workspace, subject, name, (comment, masked)) = match &wanted.of {
            PostOf::Note(name) => {
                let view = self.note(wanted.workspace, name)?;
                let name = view.row.id.map_or_else(|| view.row.path.clone(), |id| id.to_string());
                let comment = comment_of(&view.row.by, &view.body);
                (Some(view.row.workspace), view.row.path, name, comment)
            }
            PostOf::Session(id) => {
                let (of, name) = (BriefOf::Session(*id), id.to_string());
                (self.session(*id)?.workspace, name.clone(), name, self.brief_of(of, wanted)?)
            }
            PostOf::Task(id) => {
                let (of, name) = (BriefOf::Task(*id), id.to_string());
                (Some(self.task(*id)?.workspace), name.clone(), name, self.brief_of(of, wanted)?)
            }
        };
        if comment.text.is_empty() {
            return Err(refused(format!("{name} says nothing; nothing was posted"), ""));
        }
        let (workspace, root) = self.notes_of(workspace.or(wanted.workspace))?;
        let url = remote::url(&Git::at(&root));
        let place = Place::parse(&wanted.to, url.as_deref())?;
        let gh = self.gh((workspace, &root), place.page.as_deref());
        let chars = comment.text.chars().count();
        let most = limits::COMMENT_CHARS;
        let hindered = match &gh {
            _ if place.number.is_none() => Some(format!(
                "{} is no issue or pull request of a GitHub repository",
                place.address
            )),
            None => Some(self.why_no_gh(workspace, &place)),
            Some(_) if chars > most => {
                Some(format!("it has {chars} characters, and GitHub takes {most}"))
            }
            Some(_) => None,
        };
        Ok(Ready { workspace, subject, name, comment, masked, place, gh, hindered })
    }

    fn brief_of(&self, of: BriefOf, wanted: &PostWanted) -> Result<(Comment, u32), EngineError> {
        let budget = wanted.budget.unwrap_or(BRIEF_TOKENS);
        let brief = self.brief(BriefQuery { of, for_task: wanted.for_task, budget })?;
        let (text, further) = secrets::mask(&for_tracker(&brief));
        Ok((Comment::of(&text), brief.masked + further))
    }

    fn why_no_gh(&self, workspace: WorkspaceId, place: &Place) -> String {
        let host = place.repository.split('/').next().unwrap_or_default();
        if !is_github(host) {
            return format!("{host} is no GitHub, and nothing can be posted elsewhere");
        }
        match self.project_of(workspace) {
            Ok(project) if project.reviews.gh => {
                "`gh`, which would post it, is not installed".to_owned()
            }
            Ok(_) => "`reviews.gh = false` in callboard.toml turns `gh` off, which would post it"
                .to_owned(),
            Err(_) => "callboard.toml cannot be read, and may turn `gh` off".to_owned(),
        }
    }

    /// Looks for what may have been posted to the same place; gives why that could not be found out.
    fn look_for_posts(&self, ready: &Ready) -> Result<Option<String>, EngineError> {
        let posts =
            self.read(|s| Ok(s.posts_of(ready.workspace, &ready.subject, limits::POSTS_SHOWN)?))?;
        let is_unknown =
            |post: &&Post| post.address.is_none() && post.destination == ready.place.destination;
        let unknown: Vec<&Post> = posts.iter().filter(is_unknown).collect();
        let Some(first) = unknown.iter().map(|post| post.at).min() else { return Ok(None) };
        let Some((gh, number)) = ready.gh.as_ref().zip(ready.place.number) else {
            return Ok(Some("whether it was posted cannot be asked".to_owned()));
        };
        // Clocks differ.
        let since = Timestamp::from_millisecond(first.as_millisecond() - limits::CLOCKS_DIFFER_MS);
        let there = match gh.comments_since(number, since) {
            Ok(there) => there,
            Err(why) => {
                return Ok(Some(format!("whether it was posted could not be asked: {why}")));
            }
        };
        let mut there: Vec<(String, String)> = there
            .into_iter()
            .map(|(address, text)| (address, version_of(plain(&text).as_bytes())))
            .collect();
        there
            .retain(|(address, _)| posts.iter().all(|post| post.address.as_ref() != Some(address)));
        let mut remark = None;
        for post in unknown {
            let found = there.iter().position(|(_, version)| *version == post.version);
            let address = found.map(|at| there.remove(at).0);
            let time = i64::try_from(limits::GH_TIME.as_millis()).unwrap_or_default();
            if address.is_none() && self.now() < post.at.plus_ms(time) {
                // A `gh` that outlived the daemon may still be on its way.
                remark = Some("it is not there yet; look again in a minute".to_owned());
                continue;
            }
            self.settle_post(ready.workspace, &Post { address, ..post.clone() })?;
        }
        Ok(remark)
    }

    fn settle_post(&self, workspace: WorkspaceId, post: &Post) -> Result<(), EngineError> {
        let post = post.clone();
        self.ask(move |core| core.settle_post(workspace, &post, post.address.as_deref()))
    }
}

impl Posting {
    /// One at a time: what is under way is not taken for what was lost.
    fn turn(&self) -> std::sync::MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A note's text as it is posted, and how many secrets are masked in it. What an agent wrote says so.
fn comment_of(by: &NoteBy, body: &str) -> (Comment, u32) {
    let (safe, masked) = secrets::mask(body);
    let mut comment = Comment::of(&safe);
    if let Some(session) = by.session.filter(|_| !by.person) {
        let agent = by.agent.as_ref().map_or("an agent", |agent| agent.as_str());
        comment.text = format!("*Written by an agent ({agent}, {session}).*\n\n{}", comment.text);
    }
    (comment, masked)
}

/// A comment as it was sent, as the tracker tells it.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").trim_end().to_owned()
}

fn already(ready: &Ready, post: &Post, unsure: Option<&str>) -> EngineError {
    let (name, to) = (&ready.name, &ready.place.name);
    match (&post.address, unsure) {
        (Some(address), _) => EngineError::Conflict {
            text: format!("{name} was posted to {to} as it is: {address}; nothing was posted"),
            hint: "`--again` posts it once more",
        },
        (None, why) => EngineError::Conflict {
            text: format!(
                "{name} may have been posted to {to} already ({}); nothing was posted",
                why.unwrap_or("it is not known")
            ),
            hint: "look there; `--again` posts it all the same",
        },
    }
}

fn refused(text: String, hint: &'static str) -> EngineError {
    EngineError::Refused { text, hint }
}
