//! Couplings beyond definitions and their uses: what goes out of use, lists of neighbours, texts that tests expect,
//! and files with a history.

use callboard_code::{
    ChangesetFacts, ContentKey, FileChange, FileSide, RepositoryIndex, couple, facts,
};
use callboard_model::coupling::{Coupling, CouplingKind, Strength};

type Files<'a> = &'a [(&'a str, &'a str)];

fn index(files: Files<'_>) -> RepositoryIndex {
    let mut index = RepositoryIndex::default();
    for (path, text) in files {
        let key = ContentKey::of(path, path).expect("code");
        index.put(path, &key, &facts(path, text).expect("facts"));
    }
    index
}

/// What a side makes of the base: files with their texts.
fn side(base: Files<'_>, now: Files<'_>) -> ChangesetFacts {
    let changes = now.iter().filter_map(|(path, text)| {
        let old = base.iter().find(|(known, _)| known == path).map(|(_, text)| *text);
        let old_facts = old.and_then(|text| facts(path, text));
        let new_facts = facts(path, text)?;
        let change = FileChange {
            old: old.zip(old_facts.as_ref()).map(|(text, facts)| FileSide { path, text, facts }),
            new: Some(FileSide { path, text, facts: &new_facts }),
        };
        change.facts()
    });
    ChangesetFacts::of(changes.collect())
}

fn told(base: Files<'_>, left: Files<'_>, right: Files<'_>) -> Vec<Coupling> {
    couple(&side(base, left), &side(base, right), &index(base))
}

fn first(couplings: &[Coupling]) -> (CouplingKind, Strength, String) {
    let first = couplings.first().expect("a coupling");
    (first.kind, first.strength, first.told("LEFT", "RIGHT"))
}

#[test]
fn what_the_program_stops_using_and_another_newly_uses() {
    let base: Files<'_> = &[
        ("t/a.sh", "for code in EUCJP\ndo\n\tcheck $code\ndone\n"),
        ("t/b.sh", "iconv EUCJP\n"),
        ("t/c.sh", "list EUCJP\n"),
    ];
    let left: Files<'_> = &[
        ("t/a.sh", "for code in eucJP\ndo\n\tcheck $code\ndone\n"),
        ("t/b.sh", "iconv eucJP\n"),
        ("t/c.sh", "list eucJP\n"),
    ];
    let found = told(base, left, &[("t/d.sh", "commit EUCJP\n")]);
    let (kind, strength, reason) = first(&found);
    assert_eq!((kind, strength), (CouplingKind::Vanished, Strength::Warn));
    assert!(
        reason.contains("RIGHT newly uses `EUCJP`") && reason.contains("for `eucJP`"),
        "{reason}"
    );
    // Where others go on using it, nothing is told.
    assert!(told(base, &left[..1], &[("t/d.sh", "commit EUCJP\n")]).is_empty());
}

#[test]
fn a_file_that_a_new_or_changed_list_does_not_have() {
    let base: Files<'_> = &[
        ("plugins/alpha.py", "def run(): pass\n"),
        ("plugins/beta.py", "def run(): pass\n"),
        ("plugins/gamma.py", "def run(): pass\n"),
        ("plugins/Makefile", "all: alpha.py beta.py gamma.py\n\techo done\n"),
    ];
    let delta: Files<'_> = &[("plugins/delta.py", "def start(): pass\n")];
    let list = "from . import alpha, beta, gamma\n";
    let found = told(base, &[("plugins/__init__.py", list)], delta);
    let (kind, strength, reason) = first(&found);
    assert_eq!((kind, strength), (CouplingKind::Registration, Strength::Warn));
    assert!(reason.starts_with("RIGHT adds plugins/delta.py"), "{reason}");

    let fewer = &[("plugins/Makefile", "all: alpha.py beta.py gamma.py epsilon.py\n\techo done\n")];
    let more: Files<'_> = &[fewer[0], ("plugins/epsilon.py", "def other(): pass\n")];
    let changed = told(base, more, delta);
    assert!(changed.is_empty() || first(&changed).1 <= Strength::Review);
    // Who lists the file as well has nothing to be told.
    let own: Files<'_> =
        &[delta[0], ("plugins/Makefile", "all: alpha.py beta.py delta.py gamma.py\n\techo done\n")];
    let registration =
        |all: &[Coupling]| all.iter().any(|one| one.kind == CouplingKind::Registration);
    assert!(!registration(&told(base, fewer, own)));
}

#[test]
fn a_text_that_a_new_test_expects() {
    let base: Files<'_> = &[("src/open.py", "def open():\n    fail('there is no such file')\n")];
    let left: Files<'_> = &[("src/open.py", "def open():\n    fail('the file is missing')\n")];
    let right: Files<'_> =
        &[("tests/test_open.py", "def test_it():\n    assert said() == 'there is no such file'\n")];
    let (kind, strength, _) = first(&told(base, left, right));
    assert_eq!((kind, strength), (CouplingKind::Expectation, Strength::Review));
}

#[test]
fn history_marks_files_without_any_other_tie() {
    let base: Files<'_> = &[("a.py", "def one(): pass\n"), ("b.py", "def two(): pass\n")];
    let mut index = index(base);
    let (left, right) = (
        side(base, &[("a.py", "def one(): return 1\n")]),
        side(base, &[("b.py", "def two(): return 2\n")]),
    );
    assert!(couple(&left, &right, &index).is_empty());
    for _ in 0..6 {
        index.history.count(&["a.py", "b.py"]);
    }
    let (kind, strength, _) = first(&couple(&left, &right, &index));
    assert_eq!((kind, strength), (CouplingKind::History, Strength::Info));
}

#[test]
fn an_import_that_goes_while_another_newly_needs_it() {
    let client = "package web\n\nimport (\n\t\"net/http\"\n\t\"time\"\n)\n\nfunc New() *http.Client {\n\treturn &http.Client{}\n}\n\nfunc Slow() {\n\ttime.Sleep(1)\n}\n";
    let base: Files<'_> = &[("web/client.go", client)];
    let without = "package web\n\nimport (\n\t\"net/http\"\n)\n\nfunc New() *http.Client {\n\treturn &http.Client{}\n}\n";
    let idle = client.replace("&http.Client{}", "&http.Client{Timeout: 5 * time.Minute}");
    let found = told(base, &[("web/client.go", without)], &[("web/client.go", &idle)]);
    let (kind, strength, reason) = first(&found);
    assert_eq!((kind, strength), (CouplingKind::Vanished, Strength::Warn), "{reason}");
    assert!(
        reason.starts_with("RIGHT newly uses `time` (web/client.go:9), whose import LEFT took out"),
        "{reason}"
    );
    // What is imported otherwise is still there; so is what nothing new needs.
    let warned = |all: &[Coupling]| all.iter().any(|one| one.strength >= Strength::Warn);
    let other = client.replace("\"time\"", "time \"example.org/clock/time\"");
    assert!(!warned(&told(base, &[("web/client.go", &other)], &[("web/client.go", &idle)])));
    let header = client.replace("&http.Client{}", "&http.Client{Transport: nil}");
    assert!(!warned(&told(base, &[("web/client.go", without)], &[("web/client.go", &header)])));
}

#[test]
fn another_copy_of_what_goes_everywhere() {
    let copy = "function interop(obj) {\n  return obj;\n}\ninterop(require(\"a\"));\n";
    let names = ["shims/a.js", "shims/b.js", "shims/c.js"];
    let base = names.map(|name| (name, copy));
    let left = names.map(|name| (name, "require(\"a\");\n"));
    let found = told(&base, &left, &[("shims/d.js", copy)]);
    let (kind, _, reason) = first(&found);
    assert_eq!(kind, CouplingKind::Vanished);
    assert!(
        found.iter().any(|one| one
            .told("LEFT", "RIGHT")
            .starts_with("RIGHT adds another `interop` (shims/d.js:1)")),
        "{reason}"
    );
}

#[test]
fn the_name_of_a_value_that_a_new_test_expects_as_text() {
    let edit = "package edit\n\nfunc run() error {\n\treturn SilentError\n}\n";
    let base: Files<'_> = &[
        ("edit/edit.go", edit),
        (
            "edit/errors.go",
            "package edit\n\nvar SilentError = make()\n\nvar CancelError = make()\n",
        ),
    ];
    let cancel = edit.replace("SilentError", "CancelError");
    let test =
        "package edit\n\nfunc TestRun(t *testing.T) {\n\tcheck(t, run(), \"SilentError\")\n}\n";
    let found = told(base, &[("edit/edit.go", &cancel)], &[("edit/edit_test.go", test)]);
    let is_told = |one: &Coupling| {
        one.kind == CouplingKind::Expectation && one.reason.contains("`SilentError`")
    };
    assert!(found.iter().any(is_told), "{found:?}");
}

#[test]
fn what_keeps_the_result_of_a_call_is_named() {
    let run = "package cli\n\nfunc Run(line string) (string, error) {\n\treturn line, nil\n}\n";
    let base: Files<'_> = &[("cli/run.go", run)];
    let wider = run.replace("(string, error)", "(*Output, error)");
    let user =
        "package cli\n\nfunc list() {\n\toutput, err := Run(\"list\")\n\tshow(output, err)\n}\n";
    let found = told(base, &[("cli/run.go", &wider)], &[("cli/list.go", user)]);
    let (kind, _, reason) = first(&found);
    assert_eq!(kind, CouplingKind::Signature);
    assert!(reason.ends_with(", and keeps its result in `output`"), "{reason}");
}

#[test]
fn lines_of_one_file_that_speak_of_the_same_are_the_last_to_be_told() {
    let text = "int one(int abbrev)\n{\n\treturn check(abbrev, 1);\n}\n\n\n\nint two(int abbrev)\n{\n\treturn other(abbrev);\n}\n";
    let base: Files<'_> = &[("diff.c", text), ("abbrev.c", "int three(void) { return abbrev; }\n")];
    let left = text.replace("check(abbrev, 1)", "check(abbrev, 2)");
    let right = text.replace("other(abbrev)", "1 + other(abbrev)");
    let found = told(base, &[("diff.c", &left)], &[("diff.c", &right)]);
    let spoken: Vec<&Coupling> =
        found.iter().filter(|one| one.reason.contains("speak of `abbrev`")).collect();
    assert_eq!(spoken.len(), 1, "{found:?}");
    assert_eq!((spoken[0].strength, spoken[0].changer), (Strength::Info, None));
    // A comment and a common word say nothing.
    let comment = text.replace("int one", "// about abbrev\nint one");
    let found = told(base, &[("diff.c", &comment)], &[("diff.c", &right)]);
    assert!(found.iter().all(|one| !one.reason.contains("speak of")), "{found:?}");
}

#[test]
fn what_one_writes_otherwise_throughout() {
    let guard = "#ifndef WIN32\nint one(void) { return 1; }\n#endif\n";
    let names = ["run.c", "pack.c", "grep.c"];
    let base = names.map(|name| (name, guard));
    let others = ["a.c", "b.c", "c.c", "d.c"].map(|name| (name, guard));
    let send = [("send.c", "int send(void) { return 2; }\n")];
    let base = [base.as_slice(), &others, &send].concat();
    let threads = guard.replace("#ifndef WIN32", "#ifdef NO_PTHREADS");
    let left = names.map(|name| (name, threads.as_str()));
    let right = [(
        "send.c",
        "int send(void) { return 2; }\n#ifndef WIN32\nint two(void) { return 1; }\n#endif\n",
    )];
    let found = told(&base, &left, &right);
    let is_told = |one: &Coupling| {
        one.told("LEFT", "RIGHT").contains("RIGHT newly writes `WIN32` (send.c:2), in whose place LEFT puts `NO_PTHREADS` on 3 lines")
    };
    assert!(found.iter().any(is_told), "{found:?}");
    // Twice may be an accident.
    assert!(
        !told(&base, &left[..2], &right).iter().any(|one| one.reason.contains("in whose place"))
    );
}
