//! Folders that a command may write to without changing them, and usual builds, which need such.

use std::fs;
use std::path::Path;

use callboard_model::receipt::{ConfinedBy, Hold};
use callboard_os::command::find_program;
use callboard_os::confine::Copied;

use super::scratch::{Scratch, WAYS, Way};

fn copied(folder: impl AsRef<Path>) -> Copied {
    Copied { folder: folder.as_ref().to_owned(), is_else_shared: true }
}

#[test]
fn what_is_written_to_a_cache_is_gone_with_the_command() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        let cache = scratch.path("cache:1");
        fs::create_dir(&cache).unwrap();
        fs::write(cache.join("old"), "old").unwrap();
        scratch.confine.copied = [&cache, &scratch.path("gone")].map(copied).to_vec();
        let line = "cd ../cache:1 && cat old && echo new > made && echo x >> old && rm -r ../cache:1/made && cat old";
        let ran = scratch.run(line);
        ran.passed();
        assert!(ran.log.contains("\noldoldx\n"), "{}", ran.log);
        let text = fs::read_to_string(cache.join("old")).unwrap();
        let stays = ran.confinement().files.gap().is_some_and(|gap| gap.contains("stays there"));
        let is_held = matches!(ran.confinement().files, Hold::Held | Hold::Partly(_));
        assert_eq!(text, if stays || !is_held { "oldx\n" } else { "old" }, "{way:?}");
        if way == Way::Best && ran.confinement().by == ConfinedBy::Namespaces && stays {
            eprintln!("skipped: this file system cannot be put over another");
        }
    }
}

#[test]
fn what_is_written_to_a_cache_counts() {
    let mut scratch = Scratch::new(Way::Best);
    let cache = scratch.path("cache");
    fs::create_dir(&cache).unwrap();
    scratch.confine.copied = vec![copied(&cache)];
    let line =
        "for i in $(seq 20); do head -c 5000000 /dev/zero > ../cache/$i; sleep 0.02; done; sleep 5";
    let ran = scratch.run(line);
    assert!(ran.run.ended.is_err(), "{ran:#?}");
}

fn has(program: &str) -> bool {
    let found = find_program(program, &std::env::var_os("PATH").unwrap()).is_some();
    if !found {
        eprintln!("skipped: there is no {program} here");
    }
    found
}

#[test]
fn usual_builds_and_tests_run() {
    for way in WAYS {
        let mut scratch = Scratch::new(way);
        scratch.confine.memory_bytes = 4 << 30;
        scratch.confine.processes = 400;
        scratch.confine.disk_bytes = 1 << 30;
        let checkout = scratch.path("checkout");
        let write = |name: &str, text: &str| fs::write(checkout.join(name), text).unwrap();
        let cache = scratch.path("cache");
        fs::create_dir(&cache).unwrap();
        scratch.confine.copied = vec![copied(&cache)];
        if has("python3") {
            write(
                "test_a.py",
                "import unittest, multiprocessing as m, tempfile\nclass A(unittest.TestCase):\n  def test_a(self):\n    m.Queue(); tempfile.mkdtemp(); self.assertEqual(m.Pool(2).map(abs, [-1]), [1])\n",
            );
            scratch.run("python3 -m unittest -q").passed();
        }
        if has("node") {
            write(
                "a.test.js",
                "require('node:test')('a', () => new Promise((done) => { const s = require('node:http').createServer((_, r) => r.end()).listen(0, '127.0.0.1', () => fetch(`http://127.0.0.1:${s.address().port}`).then(() => { s.close(); done(); })); }));\n",
            );
            scratch.run("node --test a.test.js").passed();
        }
        if has("go") {
            write("go.mod", "module a\n\ngo 1.18\n");
            write(
                "a_test.go",
                "package a\n\nimport \"testing\"\n\nfunc TestA(t *testing.T) { t.TempDir() }\n",
            );
            scratch.run("XDG_CACHE_HOME=$PWD/../cache GOTOOLCHAIN=local go test ./...").passed();
        }
        if has("go") && way == Way::Best {
            // Without a cache, one of its own.
            scratch.run("GOTOOLCHAIN=local go vet ./...").passed();
        }
        if has("git") {
            scratch.run("git init -q repo && cd repo && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m a && git log --oneline").passed();
        }
    }
}
