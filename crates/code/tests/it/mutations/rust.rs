//! Programs in Rust.

use super::{Append, Case, Edit, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "Rust",
    snake: true,
    comment: "//",
    files: &[
        ("crates/base/src/lib.rs", "pub mod MODA;\npub mod MODB;\nmod user;\n"),
        ("crates/base/src/MODA.rs", MODA),
        ("crates/base/src/MODB.rs", "/// Another.\npub fn FNA(x: bool) -> bool {\n    !x\n}\n"),
        ("crates/base/src/user.rs", USER),
        ("crates/app/src/main.rs", "use base::MODA::TYPEA;\n\nfn main() {}\n"),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const MODA: &str = r#"
/// A thing.
#[derive(Debug, Clone, Default)]
pub struct TYPEA {
    pub ARGA: String,
    pub ARGB: u32,
}

pub enum TYPED {
    First,
    Second(u32),
    Third { depth: u8 },
}

pub trait TYPEC {
    fn FNC(&self, ARGA: &str) -> bool;
    fn given(&self) -> u32 {
        1
    }
}

pub const CONSTA: u32 = 3;

/// What it does.
pub fn FNA(ARGA: &str, ARGB: u32) -> String {
    let unit = ARGA.trim();
    unit.repeat(ARGB as usize)
}

impl TYPEA {
    pub fn FNB(&self, ARGB: u32) -> u32 {
        self.ARGB + ARGB
    }
}

#[derive(clap::Parser)]
pub struct TYPEB {
    #[arg(long)]
    pub ARGC: bool,
}

pub fn home() -> Option<String> {
    std::env::var("KEYS_KEYA_HOME").ok()
}
"#;

const USER: &str = r"
use crate::MODA::{CONSTA, FNA, TYPEA, TYPED};

pub fn boot(given: &TYPEA, which: TYPED) -> String {
    match which {
        TYPED::Second(n) => FNA(&given.ARGA, n),
        _ => FNA(&given.ARGA, given.FNB(CONSTA)),
    }
}
";

const CALL: &[Edit] = &[Append(
    "crates/base/src/feature.rs",
    "use crate::MODA::FNA;\n\npub fn feature(name: &str) -> String {\n    FNA(name, 2)\n}\n",
)];
const CALL_BY_PATH: &[Edit] = &[Append(
    "crates/base/src/feature.rs",
    "use crate::MODA;\n\npub fn feature(name: &str) -> String {\n    MODA::FNA(name, 2)\n}\n",
)];
const CALL_IN_TEST: &[Edit] = &[Append(
    "crates/base/src/MODA.rs",
    "\n#[cfg(test)]\nmod tests {\n    use super::*;\n\n    #[test]\n    fn it_works() {\n        assert_eq!(FNA(\"a\", 2), \"aa\");\n    }\n}\n",
)];
const METHOD: &[Edit] = &[Append(
    "crates/base/src/feature.rs",
    "use crate::MODA::TYPEA;\n\npub fn feature(one: &TYPEA) -> u32 {\n    one.FNB(2)\n}\n",
)];
const MAKE: &[Edit] = &[Append(
    "crates/app/src/feature.rs",
    "use base::MODA::TYPEA;\n\npub fn preset() -> TYPEA {\n    TYPEA { ARGA: String::new(), ARGB: 2 }\n}\n",
)];
const RENAMED: &[Edit] = &[
    Replace("crates/base/src/MODA.rs", "FNA(", "FND("),
    Replace("crates/base/src/user.rs", "FNA", "FND"),
];
const NEW_PARAMETER: &[Edit] = &[
    Replace(
        "crates/base/src/MODA.rs",
        "FNA(ARGA: &str, ARGB: u32)",
        "FNA(ARGA: &str, ARGB: u32, ARGD: bool)",
    ),
    Replace("crates/base/src/user.rs", "n),", "n, true),"),
    Replace("crates/base/src/user.rs", "FNB(CONSTA)),", "FNB(CONSTA), true),"),
];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace("crates/base/src/MODA.rs", "unit", "total")],
        right: &[Replace(
            "crates/base/src/MODA.rs",
            "    let unit = ARGA.trim();\n",
            "    let unit = ARGA.trim();\n    drop(unit);\n",
        )],
    },
    Case { name: "a function is renamed", left: RENAMED, right: CALL },
    Case {
        name: "a function that is called by its path is renamed",
        left: RENAMED,
        right: CALL_BY_PATH,
    },
    Case { name: "a function that is newly tested is renamed", left: RENAMED, right: CALL_IN_TEST },
    Case {
        name: "a function is removed",
        left: &[
            Replace(
                "crates/base/src/MODA.rs",
                "pub fn FNA(ARGA: &str, ARGB: u32) -> String {\n    let unit = ARGA.trim();\n    unit.repeat(ARGB as usize)\n}\n",
                "",
            ),
            Replace("crates/base/src/user.rs", "FNA, ", ""),
            Replace("crates/base/src/user.rs", "FNA(", "format!("),
        ],
        right: CALL,
    },
    Case { name: "a new parameter", left: NEW_PARAMETER, right: CALL },
    Case { name: "a new parameter of what a test calls", left: NEW_PARAMETER, right: CALL_IN_TEST },
    Case {
        name: "a parameter of another type",
        left: &[Replace("crates/base/src/MODA.rs", "FNA(ARGA: &str", "FNA(ARGD: &[String]")],
        right: CALL,
    },
    Case {
        name: "another result",
        left: &[Replace("crates/base/src/MODA.rs", "-> String", "-> Result<String, Error>")],
        right: CALL_BY_PATH,
    },
    Case {
        name: "a new field",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    pub ARGB: u32,\n",
            "    pub ARGB: u32,\n    pub ARGD: bool,\n",
        )],
        right: MAKE,
    },
    Case {
        name: "a field is renamed",
        left: &[
            Replace("crates/base/src/MODA.rs", "pub ARGB: u32", "pub ARGD: u32"),
            Replace("crates/base/src/MODA.rs", "self.ARGB", "self.ARGD"),
        ],
        right: MAKE,
    },
    Case {
        name: "a field that is read is renamed",
        left: &[
            Replace("crates/base/src/MODA.rs", "pub ARGB: u32", "pub ARGD: u32"),
            Replace("crates/base/src/MODA.rs", "self.ARGB", "self.ARGD"),
        ],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPEA;\n\npub fn read(one: &TYPEA) -> u32 {\n    one.ARGB + 1\n}\n",
        )],
    },
    Case {
        name: "a method is renamed",
        left: &[
            Replace("crates/base/src/MODA.rs", "FNB(", "FND("),
            Replace("crates/base/src/user.rs", "FNB", "FND"),
        ],
        right: METHOD,
    },
    Case {
        name: "a method has a new parameter",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "FNB(&self, ARGB: u32)",
            "FNB(&self, ARGB: u32, ARGD: bool)",
        )],
        right: METHOD,
    },
    Case {
        name: "a trait needs a new method",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    fn given",
            "    fn FND(&self) -> u32;\n    fn given",
        )],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPEC;\n\npub struct Own;\n\nimpl TYPEC for Own {\n    fn FNC(&self, x: &str) -> bool {\n        x.is_empty()\n    }\n}\n",
        )],
    },
    Case {
        name: "a method of a trait changed",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "fn FNC(&self, ARGA: &str) -> bool",
            "fn FNC(&self, ARGA: &str, ARGD: u8) -> bool",
        )],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPEC;\n\npub struct Own;\n\nimpl TYPEC for Own {\n    fn FNC(&self, x: &str) -> bool {\n        x.is_empty()\n    }\n}\n",
        )],
    },
    Case {
        name: "a new variant",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    Third { depth: u8 },\n",
            "    Third { depth: u8 },\n    Fourth,\n",
        )],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPED;\n\npub fn told(one: &TYPED) -> u32 {\n    match one {\n        TYPED::First => 1,\n        TYPED::Second(n) => *n,\n        TYPED::Third { depth } => u32::from(*depth),\n    }\n}\n",
        )],
    },
    Case {
        name: "a variant is renamed",
        left: &[Replace("crates/base/src/MODA.rs", "    First,", "    Foremost,")],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPED;\n\npub fn first() -> TYPED {\n    TYPED::First\n}\n",
        )],
    },
    Case {
        name: "a constant is renamed",
        left: &[
            Replace("crates/base/src/MODA.rs", "CONSTA", "CONSTB"),
            Replace("crates/base/src/user.rs", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::CONSTA;\n\npub const TWICE: u32 = CONSTA * 2;\n",
        )],
    },
    Case {
        name: "a type is renamed",
        left: &[
            Replace("crates/base/src/MODA.rs", "TYPEA", "TYPEArenamed"),
            Replace("crates/base/src/user.rs", "TYPEA", "TYPEArenamed"),
        ],
        right: METHOD,
    },
    Case {
        name: "a module is moved",
        left: &[
            Move("crates/base/src/MODA.rs", "crates/base/src/MODC/MODA.rs"),
            Replace("crates/base/src/user.rs", "crate::MODA", "crate::MODC::MODA"),
        ],
        right: CALL,
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace("crates/base/src/MODA.rs", "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append(
            "crates/base/src/feature.rs",
            "pub fn home() -> bool {\n    std::env::var_os(\"KEYS_KEYA_HOME\").is_some()\n}\n",
        )],
    },
    Case {
        name: "an option is renamed",
        left: &[Replace("crates/base/src/MODA.rs", "pub ARGC: bool", "pub other_option: bool")],
        right: &[
            Append("scripts/run.sh", "exec app --KEYA-none --ARGC\n"),
            Append(
                "crates/base/src/feature.rs",
                "use crate::MODA::TYPEB;\n\npub fn wants(one: &TYPEB) -> bool {\n    one.ARGC\n}\n",
            ),
        ],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a variable of the same name in another function",
        left: &[Replace("crates/base/src/MODA.rs", "unit", "total")],
        right: &[Append(
            "crates/base/src/MODA.rs",
            "\npub fn other(x: u32) -> u32 {\n    let unit = x + 1;\n    unit\n}\n",
        )],
    },
    Case {
        name: "only the body",
        left: &[Replace("crates/base/src/MODA.rs", "unit.repeat", "unit.trim_end().repeat")],
        right: CALL,
    },
    Case {
        name: "a method with a body of its own is new",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    fn given",
            "    fn FND(&self) -> u32 {\n        2\n    }\n    fn given",
        )],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPEC;\n\npub struct Own;\n\nimpl TYPEC for Own {\n    fn FNC(&self, x: &str) -> bool {\n        x.is_empty()\n    }\n}\n",
        )],
    },
    Case {
        name: "the same name elsewhere",
        left: NEW_PARAMETER,
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODB::FNA;\n\npub fn no() -> bool {\n    FNA(true)\n}\n",
        )],
    },
    Case {
        name: "the same name elsewhere, by its path",
        left: RENAMED,
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODB;\n\npub fn no() -> bool {\n    MODB::FNA(true)\n}\n",
        )],
    },
    Case {
        name: "the same name of its own",
        left: RENAMED,
        right: &[Append(
            "crates/base/src/feature.rs",
            "fn FNA(z: u8) -> u8 {\n    z\n}\n\npub fn own() -> u8 {\n    FNA(2)\n}\n",
        )],
    },
    Case {
        name: "the same name of a local",
        left: RENAMED,
        right: &[Append(
            "crates/base/src/feature.rs",
            "pub fn own() -> u8 {\n    let FNA = |z: u8| z + 1;\n    FNA(2)\n}\n",
        )],
    },
    Case {
        name: "a comment",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "/// What it does.",
            "/// What FNA does, and how.",
        )],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: RENAMED,
        right: &[Append(
            "crates/base/src/feature.rs",
            "/// Once FNA(1, 2) did this.\npub fn nothing() -> &'static str {\n    \"FNA\"\n}\n",
        )],
    },
    Case {
        name: "its form",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "pub fn FNA(ARGA: &str, ARGB: u32) -> String {",
            "pub fn FNA(\n    ARGA: &str, // the first\n    ARGB: u32,\n) -> String\n{",
        )],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "FNB(&self, ARGB: u32)",
            "FNB(&self, ARGB: u32, ARGD: bool)",
        )],
        right: &[Replace(
            "crates/base/src/user.rs",
            "        _ => FNA(&given.ARGA, given.FNB(CONSTA)),",
            "        _ => {\n            FNA(&given.ARGA, given.FNB(CONSTA))\n        }",
        )],
    },
    Case {
        name: "the rest comes from elsewhere",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    pub ARGB: u32,\n",
            "    pub ARGB: u32,\n    pub ARGD: bool,\n",
        )],
        right: &[Append(
            "crates/app/src/feature.rs",
            "use base::MODA::TYPEA;\n\npub fn preset() -> TYPEA {\n    TYPEA { ARGB: 2, ..TYPEA::default() }\n}\n",
        )],
    },
    Case {
        name: "a match with an arm for all others",
        left: &[Replace(
            "crates/base/src/MODA.rs",
            "    Third { depth: u8 },\n",
            "    Third { depth: u8 },\n    Fourth,\n",
        )],
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::TYPED;\n\npub fn told(one: &TYPED) -> u32 {\n    match one {\n        TYPED::Second(n) => *n,\n        _ => 1,\n    }\n}\n",
        )],
    },
    Case {
        name: "it is called in the new form already",
        left: NEW_PARAMETER,
        right: &[Append(
            "crates/base/src/feature.rs",
            "use crate::MODA::FNA;\n\npub fn ready() -> String {\n    FNA(\"a\", 1, true)\n}\n",
        )],
    },
];
