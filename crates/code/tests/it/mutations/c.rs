//! Programs in C.

use super::{Append, Case, Edit, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "C",
    snake: true,
    comment: "//",
    files: &[
        ("MODA.h", HEADER),
        ("MODA.c", SOURCE),
        (
            "MODB.c",
            "#include \"base.h\"\n\nstatic int MODB_FNB(int x)\n{\n\treturn !x;\n}\n\nint MODB_go(void)\n{\n\treturn MODB_FNB(1);\n}\n",
        ),
        ("main.c", MAIN),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const HEADER: &str = r"
#ifndef MODA_H
#define MODA_H

#define CONSTA 3

struct TYPEA {
	int ARGA;
	char *ARGB;
};

struct TYPEC {
	int (*FNC)(struct TYPEA *one);
	void (*closed)(void);
};

enum TYPED {
	TYPED_FIRST,
	TYPED_SECOND,
};

/* What it does. */
int FNA(const char *ARGA, int ARGB);
#endif
";

const SOURCE: &str = r#"
#include "MODA.h"

int FNA(const char *ARGA, int ARGB)
{
	int unit = ARGA[0];
	return unit + ARGB;
}

const char *home(void)
{
	return getenv("KEYS_KEYA_HOME");
}
"#;

const MAIN: &str = r#"
#include "MODA.h"

int main(int argc, char **argv)
{
	struct TYPEA given = { .ARGA = argc, .ARGB = argv[0] };
	if (argc == TYPED_SECOND)
		return CONSTA;
	return FNA(given.ARGB, given.ARGA);
}
"#;

const CALL: &[Edit] = &[Append(
    "feature.c",
    "#include \"MODA.h\"\n\nint feature(const char *name)\n{\n\treturn FNA(name, 2);\n}\n",
)];
const CALL_IN_TEST: &[Edit] = &[Append(
    "t/unit.c",
    "#include \"MODA.h\"\n\nvoid test_feature(void)\n{\n\tcheck(FNA(\"a\", 2) == 1);\n}\n",
)];
const RENAMED: &[Edit] = &[
    Replace("MODA.h", "FNA(", "FND("),
    Replace("MODA.c", "FNA(", "FND("),
    Replace("main.c", "FNA", "FND"),
];
const NEW_PARAMETER: &[Edit] = &[
    Replace("MODA.h", "ARGB);", "ARGB, int ARGD);"),
    Replace("MODA.c", "int ARGB)", "int ARGB, int ARGD)"),
    Replace("main.c", "given.ARGA)", "given.ARGA, 1)"),
];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace("MODA.c", "unit", "total")],
        right: &[Replace(
            "MODA.c",
            "\tint unit = ARGA[0];\n",
            "\tint unit = ARGA[0];\n\tuse(unit);\n",
        )],
    },
    Case { name: "a function is renamed", left: RENAMED, right: CALL },
    Case { name: "a function that is newly tested is renamed", left: RENAMED, right: CALL_IN_TEST },
    Case { name: "a new parameter", left: NEW_PARAMETER, right: CALL },
    Case { name: "a new parameter of what a test calls", left: NEW_PARAMETER, right: CALL_IN_TEST },
    Case {
        name: "a parameter is gone",
        left: &[
            Replace("MODA.h", ", int ARGB);", ");"),
            Replace("MODA.c", ", int ARGB)", ")"),
            Replace("main.c", ", given.ARGA)", ")"),
        ],
        right: CALL,
    },
    Case {
        name: "a parameter of another type",
        left: &[
            Replace("MODA.h", "FNA(const char *ARGA", "FNA(struct strbuf *ARGA"),
            Replace("MODA.c", "FNA(const char *ARGA", "FNA(struct strbuf *ARGA"),
        ],
        right: CALL,
    },
    Case {
        name: "a function is removed",
        left: &[
            Replace("MODA.h", "int FNA(const char *ARGA, int ARGB);\n", ""),
            Replace(
                "MODA.c",
                "int FNA(const char *ARGA, int ARGB)\n{\n\tint unit = ARGA[0];\n\treturn unit + ARGB;\n}\n",
                "",
            ),
            Replace("main.c", "return FNA(given.ARGB, given.ARGA)", "return 0"),
        ],
        right: CALL,
    },
    Case {
        name: "a function becomes static",
        left: &[
            Replace("MODA.h", "int FNA(const char *ARGA, int ARGB);\n", ""),
            Replace("MODA.c", "int FNA(", "static int FNA("),
        ],
        right: CALL,
    },
    Case {
        name: "a field is renamed",
        left: &[Replace("MODA.h", "*ARGB;", "*ARGD;"), Replace("main.c", "ARGB", "ARGD")],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nconst char *read(struct TYPEA *one)\n{\n\treturn one->ARGB;\n}\n",
        )],
    },
    Case {
        name: "a field that is given is renamed",
        left: &[Replace("MODA.h", "*ARGB;", "*ARGD;"), Replace("main.c", "ARGB", "ARGD")],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nstruct TYPEA preset = { .ARGA = 1, .ARGB = \"x\" };\n",
        )],
    },
    Case {
        name: "a table of functions has a new one",
        left: &[Replace(
            "MODA.h",
            "\tvoid (*closed)(void);\n",
            "\tvoid (*closed)(void);\n\tint (*FND)(int x);\n",
        )],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nstatic struct TYPEC table = { .FNC = read_it, .closed = close_it };\n",
        )],
    },
    Case {
        name: "a variant is renamed",
        left: &[
            Replace("MODA.h", "TYPED_SECOND", "TYPED_LATTER"),
            Replace("main.c", "TYPED_SECOND", "TYPED_LATTER"),
        ],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nint is(enum TYPED x)\n{\n\treturn x == TYPED_SECOND;\n}\n",
        )],
    },
    Case {
        name: "a constant is renamed",
        left: &[Replace("MODA.h", "CONSTA", "CONSTB"), Replace("main.c", "CONSTA", "CONSTB")],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nint twice(void)\n{\n\treturn CONSTA * 2;\n}\n",
        )],
    },
    Case {
        name: "a type is renamed",
        left: &[
            Replace("MODA.h", "TYPEA", "TYPEA_renamed"),
            Replace("main.c", "TYPEA", "TYPEA_renamed"),
        ],
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nint size(struct TYPEA *one)\n{\n\treturn one->ARGA;\n}\n",
        )],
    },
    Case {
        name: "a header is moved",
        left: &[
            Move("MODA.h", "lib/MODA.h"),
            Replace("MODA.c", "MODA.h", "lib/MODA.h"),
            Replace("main.c", "MODA.h", "lib/MODA.h"),
        ],
        right: CALL,
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace("MODA.c", "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append("t/run.sh", "echo \"${KEYS_KEYA_HOME}\"\n")],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a variable of the same name in another function",
        left: &[Replace("MODA.c", "unit", "total")],
        right: &[Append(
            "MODA.c",
            "\nint other(int x)\n{\n\tint unit = x + 1;\n\treturn unit;\n}\n",
        )],
    },
    Case {
        name: "any number of arguments more",
        left: &[
            Replace("MODA.h", "ARGB);", "ARGB, ...);"),
            Replace("MODA.c", "int ARGB)", "int ARGB, ...)"),
        ],
        right: CALL,
    },
    Case { name: "only the body", left: &[Replace("MODA.c", "ARGA[0]", "ARGA[1]")], right: CALL },
    Case {
        name: "a parameter is renamed",
        left: &[Replace("MODA.h", "int ARGB);", "int ARGD);"), Replace("MODA.c", "ARGB", "ARGD")],
        right: CALL,
    },
    Case {
        name: "the same name elsewhere",
        left: &[
            Replace("MODB.c", "MODB_FNB(int x)", "MODB_FNB(int x, int y)"),
            Replace("MODB.c", "MODB_FNB(1)", "MODB_FNB(1, 2)"),
        ],
        right: &[Append(
            "feature.c",
            "static int MODB_FNB(int z)\n{\n\treturn z;\n}\n\nint own(void)\n{\n\treturn MODB_FNB(2);\n}\n",
        )],
    },
    Case {
        name: "the same name of a local",
        left: RENAMED,
        right: &[Append(
            "feature.c",
            "int own(int FNA)\n{\n\tint ARGB = FNA + 1;\n\treturn ARGB + FNA;\n}\n",
        )],
    },
    Case {
        name: "a field of another name space",
        left: &[Replace("MODA.h", "CONSTA", "CONSTB"), Replace("main.c", "CONSTA", "CONSTB")],
        right: &[Append("feature.c", "int own(struct other *o)\n{\n\treturn o->CONSTA;\n}\n")],
    },
    Case {
        name: "a comment",
        left: &[Replace("MODA.h", "/* What it does. */", "/* What FNA does. */")],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: RENAMED,
        right: &[Append(
            "feature.c",
            "/* Once FNA(1, 2) did this. */\nconst char *nothing = \"FNA\";\n",
        )],
    },
    Case {
        name: "its form",
        left: &[
            Replace(
                "MODA.h",
                "int FNA(const char *ARGA, int ARGB);",
                "int FNA(const char *ARGA, /* the first */\n\tint ARGB);",
            ),
            Replace(
                "MODA.c",
                "int FNA(const char *ARGA, int ARGB)\n{",
                "int\nFNA(const char *ARGA,\n    int ARGB) {",
            ),
        ],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[
            Replace("MODA.h", "ARGB);", "ARGB, int ARGD);"),
            Replace("MODA.c", "int ARGB)", "int ARGB, int ARGD)"),
        ],
        right: &[Replace(
            "main.c",
            "\treturn FNA(given.ARGB, given.ARGA);",
            "\treturn FNA(given.ARGB,\n\t\t   given.ARGA);",
        )],
    },
    Case {
        name: "it is called in the new form already",
        left: NEW_PARAMETER,
        right: &[Append(
            "feature.c",
            "#include \"MODA.h\"\n\nint ready(void)\n{\n\treturn FNA(\"a\", 1, 2);\n}\n",
        )],
    },
];
