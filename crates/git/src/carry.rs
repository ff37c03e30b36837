//! Commits of Callboard's own, carried from the repository that trees are written to into the user's, and held there by
//! a reference for as long as they are needed.

use crate::run::{Git, GitError, in_list};

/// Brings what `tip` needs into the user's objects, and holds it there as `reference`.
///
/// As a fetch does it: one pack of what no reference leads to, put in its place whole, and looked over before the
/// reference is set. A fetch itself would not know where the history of a shallow clone ends.
///
/// # Errors
/// When it is not there, or git or the disk refuse; the reference is as it was then.
pub fn carry(git: &Git, reference: &str, tip: &str) -> Result<(), GitError> {
    let user = Git::at(git.cwd()).alone();
    if let Some((own, borrowed)) = git.objects() {
        let listed = ["rev-list", "--objects", tip, "--not", "--all"];
        let reading = |args: &[&str]| {
            user.call(args).env("GIT_ALTERNATE_OBJECT_DIRECTORIES", in_list(own)).patient()
        };
        let objects = reading(&listed).bytes()?;
        if !objects.is_empty() {
            let pack = borrowed.join("pack").join("pack");
            let call = reading(&["pack-objects", "--quiet", "--non-empty"]);
            call.arg(pack).input(objects).bytes()?;
        }
    }
    let whole = ["rev-list", "--objects", "--quiet", tip, "--not", "--all"];
    user.call(whole).patient().bytes()?;
    // By a git with the user's hooks: one of them may want to know of references.
    let args = ["update-ref", "-m", "callboard: carried here", reference, tip];
    Git::at(git.cwd()).call(args).through_locks().map(drop)
}

/// Lets go of every reference that is or begins so; commits on a branch stay there.
///
/// # Errors
/// When git refuses.
pub fn let_go(git: &Git, beginning: &str) -> Result<(), GitError> {
    let user = Git::at(git.cwd());
    let listed = user.text(&["for-each-ref", "--format=delete %(refname)", beginning])?;
    if listed.is_empty() {
        return Ok(());
    }
    user.call(["update-ref", "--stdin"]).input(listed + "\n").through_locks().map(drop)
}
