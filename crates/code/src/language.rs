//! What is in a file, by its name.

/// A language whose syntax is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// JavaScript, and JSX.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// TypeScript with JSX.
    Tsx,
    /// Python.
    Python,
    /// Rust.
    Rust,
    /// Go.
    Go,
    /// Java.
    Java,
    /// C and its headers.
    C,
    /// SQL of any dialect.
    Sql,
}

/// How a file lists packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manifest {
    Cargo,
    Npm,
    PyProject,
    Pip,
    GoMod,
}

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Code(Language),
    Manifest(Manifest),
    /// Variables and settings: `.env`, YAML, TOML, JSON.
    Settings,
    /// By its identifiers only.
    Words,
}

const LANGUAGES: &[(&[&str], Language)] = &[
    (&["js", "jsx", "mjs", "cjs"], Language::JavaScript),
    (&["ts", "mts", "cts"], Language::TypeScript),
    (&["tsx"], Language::Tsx),
    (&["py", "pyi"], Language::Python),
    (&["rs"], Language::Rust),
    (&["go"], Language::Go),
    (&["java"], Language::Java),
    (&["c", "h"], Language::C),
    (&["sql"], Language::Sql),
];

/// Other code: read by identifiers.
const WORDS: &[&str] = &[
    "astro", "bash", "cc", "clj", "cmake", "cpp", "cs", "cxx", "dart", "ejs", "elm", "erl", "ex",
    "exs", "fs", "graphql", "groovy", "hh", "hpp", "hs", "html", "hxx", "in", "jl", "kt", "kts",
    "lua", "m", "ml", "mm", "nim", "perl", "php", "pl", "pm", "prisma", "proto", "ps1", "r", "rb",
    "scala", "sh", "svelte", "swift", "t", "tf", "vue", "zig", "zsh",
];

const SETTINGS: &[&str] = &["env", "ini", "json", "properties", "toml", "yaml", "yml"];

/// The part of a path after its last `/`.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The folder of a path; empty at the root.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

impl Language {
    /// The language of a file with this name.
    #[must_use]
    pub fn of(path: &str) -> Option<Self> {
        let extension = file_name(path).rsplit_once('.')?.1;
        LANGUAGES.iter().find(|(known, _)| known.contains(&extension)).map(|(_, of)| *of)
    }

    /// Languages whose code can name each other's: TypeScript and JavaScript are one.
    #[must_use]
    pub fn family(self) -> Self {
        match self {
            Self::TypeScript | Self::Tsx => Self::JavaScript,
            other => other,
        }
    }
}

/// Folders of what others wrote, or what programs are tried on: no part of the program.
const FOREIGN: &[&str] = &[
    "vendor",
    "node_modules",
    "third_party",
    "bower_components",
    "fixtures",
    "__fixtures__",
    "__snapshots__",
    "testdata",
];

impl Content {
    /// What a file with this name has; none for pictures, prose and locks, and for what others wrote.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = file_name(path);
        if folder(path).split('/').any(|part| FOREIGN.contains(&part)) {
            return None;
        }
        let manifest = match name {
            "Cargo.toml" => Some(Manifest::Cargo),
            "package.json" => Some(Manifest::Npm),
            "pyproject.toml" => Some(Manifest::PyProject),
            "go.mod" => Some(Manifest::GoMod),
            _ if name.starts_with("requirements") && name.ends_with(".txt") => Some(Manifest::Pip),
            _ => None,
        };
        if let Some(manifest) = manifest {
            return Some(Self::Manifest(manifest));
        }
        if let Some(language) = Language::of(path) {
            return Some(Self::Code(language));
        }
        let is_lock = name.contains("lock") || name == "go.sum";
        if matches!(name, "Makefile" | "Dockerfile" | "CMakeLists.txt" | "meson.build") {
            return Some(Self::Words);
        }
        if name.starts_with(".env") {
            return Some(Self::Settings);
        }
        let extension = name.rsplit_once('.')?.1;
        if SETTINGS.contains(&extension) {
            return (!is_lock).then_some(Self::Settings);
        }
        WORDS.contains(&extension).then_some(Self::Words)
    }
}

/// Whether a file with this path tests others.
#[must_use]
pub fn is_test(path: &str) -> bool {
    let folders = folder(path).split('/');
    let among = [
        "test",
        "tests",
        "__tests__",
        "spec",
        "specs",
        "testdata",
        "testing",
        "fixtures",
        "t",
        "e2e",
    ];
    let name = file_name(path);
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let by_name = stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("Test")
        || stem.ends_with("Tests")
        || stem == "conftest"
        || name.contains(".test.")
        || name.contains(".spec.");
    by_name || folders.into_iter().any(|folder| among.contains(&folder))
}

/// Words that languages give a meaning of their own, and types that all programs have.
const RESERVED: &[&str] = &[
    "abstract",
    "async",
    "await",
    "bool",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "chan",
    "char",
    "class",
    "const",
    "continue",
    "crate",
    "declare",
    "def",
    "default",
    "defer",
    "define",
    "delete",
    "double",
    "elif",
    "else",
    "endif",
    "enum",
    "error",
    "except",
    "export",
    "extends",
    "extern",
    "false",
    "False",
    "final",
    "finally",
    "float",
    "fn",
    "for",
    "from",
    "func",
    "function",
    "global",
    "goto",
    "if",
    "ifdef",
    "ifndef",
    "impl",
    "implements",
    "import",
    "in",
    "include",
    "inline",
    "instanceof",
    "int",
    "interface",
    "is",
    "lambda",
    "let",
    "long",
    "loop",
    "match",
    "mod",
    "module",
    "move",
    "mut",
    "namespace",
    "new",
    "nil",
    "None",
    "not",
    "null",
    "number",
    "object",
    "package",
    "pass",
    "private",
    "protected",
    "pub",
    "public",
    "raise",
    "range",
    "require",
    "return",
    "self",
    "Self",
    "short",
    "signed",
    "size_t",
    "sizeof",
    "some",
    "static",
    "str",
    "string",
    "struct",
    "super",
    "switch",
    "this",
    "throw",
    "throws",
    "trait",
    "true",
    "True",
    "try",
    "type",
    "typedef",
    "typeof",
    "u8",
    "undef",
    "undefined",
    "union",
    "unsafe",
    "unsigned",
    "use",
    "using",
    "var",
    "void",
    "volatile",
    "where",
    "while",
    "with",
    "yield",
];

/// Whether a word, or a run of words, has a meaning that a language gives it.
pub(crate) fn is_reserved(word: &str) -> bool {
    word.split(' ').all(|word| RESERVED.contains(&word))
}
