//! Ordinary work between what is planted: reading, searching, edits, commands that only look, and errors that mean little.

use super::story::Story;
use super::{Came, Pen, Use};

impl<P: Pen> Story<'_, P> {
    /// A few steps of it.
    pub(super) fn work(&mut self, steps: usize) {
        for _ in 0..steps {
            self.pen.pass(2_000);
            if self.phrases.writer.random.chance(0.3) {
                let thought = self.phrases.thought();
                self.pen.think(&thought);
            }
            if self.phrases.writer.random.chance(0.25) {
                let words = self.phrases.chatter();
                self.say(&words, false);
            }
            match self.phrases.writer.random.below(100) {
                0..35 => self.read(),
                35..52 => self.search(),
                52..75 => self.look(),
                75..93 => self.edit(),
                93..96 => self.find_nothing(),
                _ => self.side_command(),
            }
        }
    }

    fn read(&mut self) {
        let path = self.some_path();
        let code = self.phrases.code(1_800);
        self.tool(&Use::Read(&path), &Came::Done(&code));
    }

    fn search(&mut self) {
        let name = self.phrases.identifier();
        let found = self.phrases.output(700);
        self.tool(&Use::Run(&format!("rg -n {name} src")), &Came::Ended(0, &found));
    }

    fn look(&mut self) {
        const LOOKS: &[&str] = &[
            "git status --short",
            "git diff --stat",
            "ls -la src",
            "git log --oneline -5",
            "wc -l src/*",
            "cat README.md | head -40",
            "find . -name '*.toml' -not -path './target/*'",
        ];
        let command = *self.phrases.writer.random.pick(LOOKS);
        let output = self.phrases.output(400);
        self.tool(&Use::Run(command), &Came::Ended(0, &output));
    }

    fn find_nothing(&mut self) {
        let name = self.phrases.identifier();
        self.tool(&Use::Run(&format!("rg -n {name} tests")), &Came::Ended(1, ""));
    }

    /// A command beside the work, which may fail once and is not tried again.
    fn side_command(&mut self) {
        let name = self.phrases.identifier();
        let (command, code, output) = match self.phrases.writer.random.below(4) {
            0 => (format!("python3 -c 'print(\"{name}\")'"), 0, format!("{name}\n")),
            1 => ("docker ps".to_owned(), 1, "Cannot connect to the Docker daemon\n".to_owned()),
            2 => (format!("node scripts/{name}.js"), 0, "done\n".to_owned()),
            _ => ("git push origin HEAD".to_owned(), 0, "Everything up-to-date\n".to_owned()),
        };
        self.tool(&Use::Run(&command), &Came::Ended(code, &output));
    }

    /// An edit of one of the session's files.
    fn edit(&mut self) {
        let path = self.own_path();
        self.edit_of(&path);
    }

    /// An edit; the id of the tool use.
    pub(super) fn edit_of(&mut self, path: &str) -> String {
        let old = self.phrases.code(200);
        let new = self.phrases.code(260);
        let used = if self.edited.iter().any(|(known, _)| known == path)
            || self.phrases.writer.random.chance(0.7)
        {
            Use::Edit { path, old: &old, new: &new }
        } else {
            Use::Write { path, content: &new }
        };
        let id = self.tool(&used, &Came::Done(""));
        self.edited.retain(|(known, _)| known != path);
        self.edited.push((path.to_owned(), id.clone()));
        id
    }
}
