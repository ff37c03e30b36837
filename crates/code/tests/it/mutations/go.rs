//! Programs in Go.

use super::{Append, Case, Edit, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "Go",
    snake: false,
    comment: "//",
    files: &[
        ("pkg/MODA/MODA.go", MODA),
        ("pkg/MODB/MODB.go", "package MODB\n\nfunc GoFNA(x bool) bool {\n\treturn !x\n}\n"),
        ("pkg/MODA/near.go", "package MODA\n\nfunc near(x TYPEA) int {\n\treturn x.GoFNB(1)\n}\n"),
        ("cmd/app/main.go", MAIN),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const MODA: &str = r#"
package MODA

import (
	"net/http"
	"os"
)

const CONSTA = 3

type TYPEA struct {
	GoARGA string
	GoARGB int
}

type TYPEC interface {
	GoFNC(ARGA string) error
	Closed() bool
}

// What it does.
func GoFNA(ARGA string, ARGB int) string {
	unit := ARGA + "x"
	return unit[:ARGB]
}

func (t *TYPEA) GoFNB(ARGB int) int {
	return t.GoARGB + ARGB
}

func Serve(mux *http.ServeMux) string {
	mux.HandleFunc("/KEYA/list", nil)
	return os.Getenv("KEYS_KEYA_HOME")
}
"#;

const MAIN: &str = r#"
package main

import "example.com/app/pkg/MODA"

func main() {
	given := MODA.TYPEA{GoARGA: "a", GoARGB: 1}
	println(MODA.GoFNA(given.GoARGA, given.GoFNB(MODA.CONSTA)))
}
"#;

const CALL: &[Edit] = &[Append(
    "cmd/feature/feature.go",
    "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nfunc feature(name string) string {\n\treturn MODA.GoFNA(name, 2)\n}\n",
)];
const CALL_NEAR: &[Edit] = &[Append(
    "pkg/MODA/feature_test.go",
    "package MODA\n\nimport \"testing\"\n\nfunc TestFeature(t *testing.T) {\n\tif GoFNA(\"a\", 1) != \"a\" {\n\t\tt.Fail()\n\t}\n}\n",
)];
const METHOD: &[Edit] = &[Append(
    "cmd/feature/feature.go",
    "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nfunc feature(one *MODA.TYPEA) int {\n\treturn one.GoFNB(2)\n}\n",
)];
const RENAMED: &[Edit] = &[
    Replace("pkg/MODA/MODA.go", "GoFNA(", "GoFND("),
    Replace("cmd/app/main.go", "GoFNA", "GoFND"),
];
const NEW_PARAMETER: &[Edit] = &[
    Replace(
        "pkg/MODA/MODA.go",
        "GoFNA(ARGA string, ARGB int)",
        "GoFNA(ARGA string, ARGB int, ARGD bool)",
    ),
    Replace("cmd/app/main.go", "CONSTA)))", "CONSTA), true))"),
];
const IMPLEMENT: &[Edit] = &[Append(
    "cmd/feature/feature.go",
    "package feature\n\ntype own struct{}\n\nfunc (o own) GoFNC(x string) error {\n\treturn nil\n}\n\nfunc (o own) Closed() bool {\n\treturn true\n}\n",
)];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace("pkg/MODA/MODA.go", "unit", "total")],
        right: &[Replace(
            "pkg/MODA/MODA.go",
            "\tunit := ARGA + \"x\"\n",
            "\tunit := ARGA + \"x\"\n\tprintln(unit)\n",
        )],
    },
    Case { name: "a function is renamed", left: RENAMED, right: CALL },
    Case { name: "a function of the same package is renamed", left: RENAMED, right: CALL_NEAR },
    Case { name: "a new parameter", left: NEW_PARAMETER, right: CALL },
    Case { name: "a new parameter of what a test calls", left: NEW_PARAMETER, right: CALL_NEAR },
    Case {
        name: "a parameter of another type",
        left: &[Replace("pkg/MODA/MODA.go", "GoFNA(ARGA string", "GoFNA(ARGA []byte")],
        right: CALL,
    },
    Case {
        name: "another result",
        left: &[Replace("pkg/MODA/MODA.go", "ARGB int) string", "ARGB int) (string, error)")],
        right: CALL,
    },
    Case {
        name: "a function is removed",
        left: &[
            Replace(
                "pkg/MODA/MODA.go",
                "func GoFNA(ARGA string, ARGB int) string {\n\tunit := ARGA + \"x\"\n\treturn unit[:ARGB]\n}\n",
                "",
            ),
            Replace("cmd/app/main.go", "MODA.GoFNA(given.GoARGA, given.GoFNB(MODA.CONSTA))", "1"),
        ],
        right: CALL,
    },
    Case {
        name: "a new field of what is made by place",
        left: &[Replace("pkg/MODA/MODA.go", "\tGoARGB int\n", "\tGoARGB int\n\tGoARGD bool\n")],
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nvar preset = MODA.TYPEA{\"a\", 1}\n",
        )],
    },
    Case {
        name: "a field is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "GoARGA", "GoARGD"),
            Replace("cmd/app/main.go", "GoARGA", "GoARGD"),
        ],
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nvar preset = MODA.TYPEA{GoARGA: \"a\"}\n",
        )],
    },
    Case {
        name: "a field that is read is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "GoARGA", "GoARGD"),
            Replace("cmd/app/main.go", "GoARGA", "GoARGD"),
        ],
        right: &[Append(
            "pkg/MODA/feature.go",
            "package MODA\n\nfunc read(one TYPEA) string {\n\treturn one.GoARGA\n}\n",
        )],
    },
    Case {
        name: "a method is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "GoFNB", "GoFND"),
            Replace("cmd/app/main.go", "GoFNB", "GoFND"),
            Replace("pkg/MODA/near.go", "GoFNB", "GoFND"),
        ],
        right: METHOD,
    },
    Case {
        name: "a method has a new parameter",
        left: &[Replace("pkg/MODA/MODA.go", "GoFNB(ARGB int)", "GoFNB(ARGB int, ARGD bool)")],
        right: METHOD,
    },
    Case {
        name: "an interface needs a new method",
        left: &[Replace(
            "pkg/MODA/MODA.go",
            "\tClosed() bool\n",
            "\tClosed() bool\n\tGoFND() int\n",
        )],
        right: IMPLEMENT,
    },
    Case {
        name: "a constant is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "CONSTA", "CONSTB"),
            Replace("cmd/app/main.go", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nvar twice = MODA.CONSTA * 2\n",
        )],
    },
    Case {
        name: "a type is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "TYPEA", "TYPEArenamed"),
            Replace("cmd/app/main.go", "TYPEA", "TYPEArenamed"),
        ],
        right: METHOD,
    },
    Case {
        name: "a package is moved",
        left: &[
            Move("pkg/MODA/MODA.go", "internal/MODA/MODA.go"),
            Move("pkg/MODA/near.go", "internal/MODA/near.go"),
            Replace("cmd/app/main.go", "pkg/MODA", "internal/MODA"),
        ],
        right: CALL,
    },
    Case {
        name: "a route is renamed",
        left: &[Replace("pkg/MODA/MODA.go", "/KEYA/list", "/KEYB/list")],
        right: &[Append("web/feature.ts", "export const load = () => fetch('/KEYA/list');\n")],
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace("pkg/MODA/MODA.go", "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append("deploy/.env", "KEYS_KEYA_HOME=/srv\n")],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a variable of the same name in another function",
        left: &[Replace("pkg/MODA/MODA.go", "unit", "total")],
        right: &[Append(
            "pkg/MODA/MODA.go",
            "\nfunc other(x int) int {\n\tunit := x + 1\n\treturn unit\n}\n",
        )],
    },
    Case {
        name: "any number of arguments more",
        left: &[Replace("pkg/MODA/MODA.go", "ARGB int) string", "ARGB int, rest ...bool) string")],
        right: CALL,
    },
    Case {
        name: "only the body",
        left: &[Replace("pkg/MODA/MODA.go", "ARGA + \"x\"", "ARGA + \"y\"")],
        right: CALL,
    },
    Case {
        name: "a new field of what is made by name",
        left: &[Replace("pkg/MODA/MODA.go", "\tGoARGB int\n", "\tGoARGB int\n\tGoARGD bool\n")],
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nvar preset = MODA.TYPEA{GoARGA: \"a\"}\n",
        )],
    },
    Case {
        name: "a parameter is renamed",
        left: &[
            Replace("pkg/MODA/MODA.go", "GoFNA(ARGA string", "GoFNA(ARGD string"),
            Replace("pkg/MODA/MODA.go", "unit := ARGA", "unit := ARGD"),
        ],
        right: CALL,
    },
    Case {
        name: "the same name elsewhere",
        left: RENAMED,
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODB\"\n\nvar no = MODB.GoFNA(true)\n",
        )],
    },
    Case {
        name: "the same name of its own",
        left: NEW_PARAMETER,
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nfunc GoFNA(z int) int {\n\treturn z\n}\n\nvar own = GoFNA(2)\n",
        )],
    },
    Case {
        name: "the same name of a local",
        left: &[
            Replace("pkg/MODA/MODA.go", "CONSTA", "CONSTB"),
            Replace("cmd/app/main.go", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            "pkg/MODA/feature.go",
            "package MODA\n\nfunc own() int {\n\tCONSTA := 2\n\treturn CONSTA\n}\n",
        )],
    },
    Case {
        name: "a comment",
        left: &[Replace("pkg/MODA/MODA.go", "// What it does.", "// GoFNA says what it does.")],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: RENAMED,
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\n// Once GoFNA(1, 2) did this.\nvar nothing = \"GoFNA\"\n",
        )],
    },
    Case {
        name: "its form",
        left: &[Replace(
            "pkg/MODA/MODA.go",
            "func GoFNA(ARGA string, ARGB int) string {",
            "func GoFNA(\n\tARGA string, // the first\n\tARGB int,\n) string {",
        )],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[Replace("pkg/MODA/MODA.go", "GoFNB(ARGB int)", "GoFNB(ARGB int, ARGD bool)")],
        right: &[Replace(
            "cmd/app/main.go",
            "\tprintln(MODA.GoFNA(given.GoARGA, given.GoFNB(MODA.CONSTA)))",
            "\tprintln(\n\t\tMODA.GoFNA(given.GoARGA, given.GoFNB(MODA.CONSTA)),\n\t)",
        )],
    },
    Case {
        name: "it is called in the new form already",
        left: NEW_PARAMETER,
        right: &[Append(
            "cmd/feature/feature.go",
            "package feature\n\nimport \"example.com/app/pkg/MODA\"\n\nvar ready = MODA.GoFNA(\"a\", 1, true)\n",
        )],
    },
];
