//! Half-written files give what they give, and facts are read as they were written.

use callboard_code::facts::{DefinitionKind, Role};
use callboard_code::{FileChange, FileFacts, FileSide, facts};
use proptest::prelude::*;

/// A text of each language, dense in what the tables know.
const TEXTS: &[(&str, &str)] = &[
    (
        "a.tsx",
        "import { a as b } from './x';\nexport interface T { p?: string; m(x: number): void }\nexport const f = async (p: string, q = 2) => { const c: T = { p, ...q }; return <B k={c.m(1)} />; };\nenum E { A, B = 'b' }\nswitch (e) { case E.A: bus.emit('a:b', `/x/${y}`); }\n",
    ),
    (
        "a.rs",
        "use crate::a::{self, B as C};\npub struct S<'a> { pub p: &'a str }\nenum E { A, B(u32), C { x: u8 } }\nimpl T for S<'_> { fn m(&self, p: &str) -> bool { match e { E::A => 1, E::B(n) => n, _ => Self::f(p) } } }\nmacro_rules! m { () => {} }\n#[cfg(test)] mod tests { #[test] fn t() { assert_eq!(a::b(1), S { p: \"x\", ..d }); } }\n",
    ),
    (
        "a.py",
        "from .x import y, z as w\n@d\nclass C(B, metaclass=M):\n    p: str\n    q: int = 2\n    def m(self, x, *, y=1, **k) -> int:\n        z = w(x, k=y)\n        return os.environ['HOME_X'], db.execute(\"SELECT a FROM b\")\n",
    ),
    (
        "a.go",
        "package x\nimport (\n\tw \"a/b\"\n)\ntype C struct { P, D string }\ntype W interface { G(p string) error }\nfunc (c *C) G(p string, n ...int) (int, error) { x := w.S(c, 3); y := C{P: p}; switch x.(type) { case C: } return x.Do(y), nil }\n",
    ),
    (
        "A.java",
        "package a.b;\nimport a.c.W;\npublic class A extends B implements I {\n private final int x = 1;\n public A(String p) { super(p); }\n @GetMapping(\"/u/{id}\") public int go(String p, int... n) { W w = new W(p, 1); switch (p) { case X: } return w.start(M.A, x); }\n}\n",
    ),
    (
        "a.c",
        "#include \"w.h\"\n#define M 3\n#define S(x) ((x)*(x))\nstruct c { int p; int (*cb)(int, char *); };\nstatic struct c t = { .p = 1, .cb = f };\nstatic int go(struct c *c, const char *p) { int q = start(c->p, M); switch (q) { case A: } return c->cb(q, p); }\nint proto(void);\n",
    ),
    (
        "a.sql",
        "CREATE TABLE t (id INT PRIMARY KEY, a TEXT NOT NULL);\nALTER TABLE t RENAME COLUMN a TO b;\nINSERT INTO t (id, b) VALUES (1, 'é');\nSELECT x.b FROM t AS x JOIN u ON u.id = x.id;\n",
    ),
    ("a.yml", "a:\n  b: 1\n  PORT_X: 2\n"),
    ("Cargo.toml", "[dependencies]\nserde = { version = \"1\" }\n"),
    ("a.rb", "def f(x)\n  g(x) # no\n  ENV['HOME_X']\nend\n"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// A text that is cut anywhere, with anything put in, is read without a panic, and its change as well.
    #[test]
    fn a_half_written_file_is_read(which in 0..TEXTS.len(), cut in 0usize..600, put in "[ -~é\\n]{0,12}") {
        let (path, whole) = TEXTS[which];
        let mut cut = cut.min(whole.len());
        while !whole.is_char_boundary(cut) {
            cut -= 1;
        }
        let half = format!("{}{put}", &whole[..cut]);
        let holed = format!("{half}{}", &whole[cut..]);
        let old = facts(path, whole).expect("facts");
        for text in [&half, &holed] {
            let Some(new) = facts(path, text) else { continue };
            let side = |text, facts| Some(FileSide { path, text, facts });
            let there = FileChange { old: side(whole, &old), new: side(text, &new) }.facts();
            let back = FileChange { old: side(text, &new), new: side(whole, &old) }.facts();
            prop_assert!(there.is_some() && back.is_some());
            let lines = u32::try_from(text.lines().count()).expect("few lines") + 1;
            prop_assert!(new.references.iter().all(|reference| reference.line <= lines));
            prop_assert!(new.definitions.iter().all(|d| d.line <= d.end && d.end <= lines));
        }
    }
}

#[test]
fn facts_are_read_as_they_were_written() {
    for (path, text) in TEXTS {
        let found = facts(path, text).expect("facts");
        let written = serde_json::to_string(&found).expect("written");
        assert_eq!(serde_json::from_str::<FileFacts>(&written).expect("read"), found, "{path}");
    }
}

#[test]
fn what_is_too_long_minified_or_no_text_gives_nothing() {
    assert!(facts("a.js", &"a;".repeat(40_000)).is_none());
    assert!(facts("a.rs", &"fn a() {}\n".repeat(300_000)).is_none());
    assert!(facts("a.c", "a\0b").is_none() && facts("a.png", "x").is_none());
    assert!(facts("vendor/a.c", "int a;").is_none() && facts("Cargo.lock", "x").is_none());
}

#[test]
fn deep_nesting_is_read_down_to_a_limit() {
    let deep = format!("x = {}1{}\n", "(".repeat(5_000), ")".repeat(5_000));
    assert!(facts("a.py", &deep).is_some());
}

#[test]
fn what_a_definition_needs_is_told() {
    let text = "struct S {\n    p: u8,\n}\n\ntrait T {\n    fn a(&self);\n    fn b(&self) {}\n}\n";
    let found = facts("a.rs", text).expect("facts");
    let needed: Vec<&str> =
        found.definitions.iter().filter(|d| d.required).map(|d| &*d.path).collect();
    assert_eq!(needed, ["S::p", "T::a"]);
    assert_eq!(found.definitions[0].kind, DefinitionKind::Type);
    assert_eq!((found.definitions[0].line, found.definitions[0].end), (1, 3));
    assert!(found.references.iter().all(|reference| reference.role == Role::Type));
}
