//! Programs in Java.

use super::{Append, Case, Edit, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "Java",
    snake: false,
    comment: "//",
    files: &[
        ("src/main/java/app/core/TYPEA.java", TYPEA),
        (
            "src/main/java/app/core/TYPEC.java",
            "package app.core;\n\npublic interface TYPEC {\n    int FNC(String ARGA);\n\n    default int given() {\n        return 1;\n    }\n}\n",
        ),
        (
            "src/main/java/app/core/TYPED.java",
            "package app.core;\n\npublic enum TYPED {\n    FIRST,\n    SECOND,\n}\n",
        ),
        (
            "src/main/java/app/other/TYPEB.java",
            "package app.other;\n\npublic class TYPEB {\n    public static boolean FNA(boolean x) {\n        return !x;\n    }\n}\n",
        ),
        ("src/main/java/app/Main.java", MAIN),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const FILE: &str = "src/main/java/app/core/TYPEA.java";
const FEATURE: &str = "src/main/java/app/Feature.java";
const TEST: &str = "src/test/java/app/core/FeatureTest.java";

const TYPEA: &str = r#"
package app.core;

public class TYPEA {
    public static final int CONSTA = 3;
    public final String ARGC;

    public TYPEA(String ARGC) {
        this.ARGC = ARGC;
    }

    /** What it does. */
    public static String FNA(String ARGA, int ARGB) {
        String unit = ARGA.trim();
        return unit.repeat(ARGB);
    }

    @GetMapping("/KEYA/{id}")
    public int FNB(int ARGB) {
        return ARGC.length() + ARGB + System.getenv("KEYS_KEYA_HOME").length();
    }
}
"#;

const MAIN: &str = r"
package app;

import app.core.TYPEA;

public class Main {
    String boot(String given) {
        TYPEA made = new TYPEA(given);
        return TYPEA.FNA(given, made.FNB(TYPEA.CONSTA));
    }
}
";

const CALL: &[Edit] = &[Append(
    FEATURE,
    "package app;\n\nimport app.core.TYPEA;\n\nclass Feature {\n    String feature(String name) {\n        return TYPEA.FNA(name, 2);\n    }\n}\n",
)];
const CALL_IN_TEST: &[Edit] = &[Append(
    TEST,
    "package app.core;\n\nclass FeatureTest {\n    @Test\n    void works() {\n        assertEquals(\"aa\", TYPEA.FNA(\"a\", 2));\n    }\n}\n",
)];
const METHOD: &[Edit] = &[Append(
    FEATURE,
    "package app;\n\nimport app.core.TYPEA;\n\nclass Feature {\n    int feature(String name) {\n        TYPEA one = new TYPEA(name);\n        return one.FNB(2);\n    }\n}\n",
)];
const IMPLEMENT: &[Edit] = &[Append(
    FEATURE,
    "package app;\n\nimport app.core.TYPEC;\n\nclass Feature implements TYPEC {\n    public int FNC(String x) {\n        return x.length();\n    }\n}\n",
)];
const RENAMED: &[Edit] =
    &[Replace(FILE, "FNA(", "FND("), Replace("src/main/java/app/Main.java", "FNA", "FND")];
const NEW_PARAMETER: &[Edit] = &[
    Replace(FILE, "FNA(String ARGA, int ARGB)", "FNA(String ARGA, int ARGB, boolean ARGD)"),
    Replace("src/main/java/app/Main.java", "CONSTA));", "CONSTA), true);"),
];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace(FILE, "unit", "total")],
        right: &[Replace(
            FILE,
            "        String unit = ARGA.trim();\n",
            "        String unit = ARGA.trim();\n        System.out.println(unit);\n",
        )],
    },
    Case { name: "a function is renamed", left: RENAMED, right: CALL },
    Case { name: "a function that is newly tested is renamed", left: RENAMED, right: CALL_IN_TEST },
    Case { name: "a new parameter", left: NEW_PARAMETER, right: CALL },
    Case { name: "a new parameter of what a test calls", left: NEW_PARAMETER, right: CALL_IN_TEST },
    Case {
        name: "a parameter of another type",
        left: &[Replace(FILE, "FNA(String ARGA", "FNA(java.util.List<String> ARGA")],
        right: CALL,
    },
    Case {
        name: "another result",
        left: &[Replace(FILE, "static String FNA", "static Optional<String> FNA")],
        right: CALL,
    },
    Case {
        name: "a function is removed",
        left: &[
            Replace(
                FILE,
                "    public static String FNA(String ARGA, int ARGB) {\n        String unit = ARGA.trim();\n        return unit.repeat(ARGB);\n    }\n",
                "",
            ),
            Replace(
                "src/main/java/app/Main.java",
                "TYPEA.FNA(given, made.FNB(TYPEA.CONSTA))",
                "given",
            ),
        ],
        right: CALL,
    },
    Case {
        name: "a field is renamed",
        left: &[Replace(FILE, "ARGC", "ARGD")],
        right: &[Append(
            FEATURE,
            "package app;\n\nimport app.core.TYPEA;\n\nclass Feature {\n    String feature(TYPEA one) {\n        return one.ARGC;\n    }\n}\n",
        )],
    },
    Case {
        name: "a method is renamed",
        left: &[
            Replace(FILE, "FNB(", "FND("),
            Replace("src/main/java/app/Main.java", "FNB", "FND"),
        ],
        right: METHOD,
    },
    Case {
        name: "a method has a new parameter",
        left: &[Replace(FILE, "FNB(int ARGB)", "FNB(int ARGB, boolean ARGD)")],
        right: METHOD,
    },
    Case {
        name: "a constructor has a new parameter",
        left: &[Replace(FILE, "TYPEA(String ARGC)", "TYPEA(String ARGC, int ARGD)")],
        right: METHOD,
    },
    Case {
        name: "an interface needs a new method",
        left: &[Replace(
            "src/main/java/app/core/TYPEC.java",
            "    default",
            "    int FND();\n\n    default",
        )],
        right: IMPLEMENT,
    },
    Case {
        name: "a method of an interface changed",
        left: &[Replace(
            "src/main/java/app/core/TYPEC.java",
            "FNC(String ARGA)",
            "FNC(String ARGA, int ARGD)",
        )],
        right: IMPLEMENT,
    },
    Case {
        name: "a variant is renamed",
        left: &[Replace("src/main/java/app/core/TYPED.java", "SECOND", "LATTER")],
        right: &[Append(
            FEATURE,
            "package app;\n\nimport app.core.TYPED;\n\nclass Feature {\n    TYPED which = TYPED.SECOND;\n}\n",
        )],
    },
    Case {
        name: "a constant is renamed",
        left: &[
            Replace(FILE, "CONSTA", "CONSTB"),
            Replace("src/main/java/app/Main.java", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            FEATURE,
            "package app;\n\nimport app.core.TYPEA;\n\nclass Feature {\n    int twice = TYPEA.CONSTA * 2;\n}\n",
        )],
    },
    Case {
        name: "a type is moved",
        left: &[
            Move("src/main/java/app/core/TYPEC.java", "src/main/java/app/base/TYPEC.java"),
            Replace("src/main/java/app/base/TYPEC.java", "package app.core", "package app.base"),
        ],
        right: IMPLEMENT,
    },
    Case {
        name: "a route is renamed",
        left: &[Replace(FILE, "/KEYA/{id}", "/KEYB/{id}")],
        right: &[Append(
            "web/feature.ts",
            "export const load = (id: string) => fetch(`/KEYA/${id}`);\n",
        )],
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace(FILE, "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append("deploy.env", "KEYS_KEYA_HOME=/srv\n")],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "one more of the same name",
        left: &[Replace(
            FILE,
            "    /** What it does. */",
            "    public static String FNA(String ARGA, int ARGB, boolean ARGD) {\n        return ARGA;\n    }\n\n    /** What it does. */",
        )],
        right: CALL,
    },
    Case {
        name: "only the body",
        left: &[Replace(FILE, "unit.repeat", "unit.concat(unit).repeat")],
        right: CALL,
    },
    Case {
        name: "a parameter is renamed",
        left: &[
            Replace(FILE, "FNA(String ARGA", "FNA(String ARGD"),
            Replace(FILE, "ARGA.trim", "ARGD.trim"),
        ],
        right: CALL,
    },
    Case {
        name: "a method with a body of its own is new",
        left: &[Replace(
            "src/main/java/app/core/TYPEC.java",
            "    default",
            "    default int FND() {\n        return 2;\n    }\n\n    default",
        )],
        right: IMPLEMENT,
    },
    Case {
        name: "the same name elsewhere",
        left: NEW_PARAMETER,
        right: &[Append(
            FEATURE,
            "package app;\n\nimport app.other.TYPEB;\n\nclass Feature {\n    boolean no = TYPEB.FNA(true);\n}\n",
        )],
    },
    Case {
        name: "the same name of its own",
        left: RENAMED,
        right: &[Append(
            FEATURE,
            "package app;\n\nclass Feature {\n    int FNA(int z) {\n        return z;\n    }\n\n    int own() {\n        return FNA(2);\n    }\n}\n",
        )],
    },
    Case {
        name: "a comment",
        left: &[Replace(FILE, "/** What it does. */", "/** What FNA does. */")],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: RENAMED,
        right: &[Append(
            FEATURE,
            "package app;\n\n/** Once FNA(1, 2) did this. */\nclass Feature {\n    String nothing = \"FNA\";\n}\n",
        )],
    },
    Case {
        name: "its form",
        left: &[Replace(
            FILE,
            "FNA(String ARGA, int ARGB) {",
            "FNA(\n            String ARGA, // the first\n            int ARGB)\n    {",
        )],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[Replace(FILE, "FNB(int ARGB)", "FNB(int ARGB, boolean ARGD)")],
        right: &[Replace(
            "src/main/java/app/Main.java",
            "        return TYPEA.FNA(given, made.FNB(TYPEA.CONSTA));",
            "        return TYPEA.FNA(\n            given,\n            made.FNB(TYPEA.CONSTA));",
        )],
    },
    Case {
        name: "it is called in the new form already",
        left: NEW_PARAMETER,
        right: &[Append(
            FEATURE,
            "package app;\n\nimport app.core.TYPEA;\n\nclass Feature {\n    String ready = TYPEA.FNA(\"a\", 1, true);\n}\n",
        )],
    },
];
