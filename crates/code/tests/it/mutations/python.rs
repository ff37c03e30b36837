//! Programs in Python.

use super::{Append, Case, Edit, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "Python",
    snake: true,
    comment: "#",
    files: &[
        ("app/__init__.py", ""),
        ("app/MODA.py", MODA),
        ("app/MODB.py", "def FNA(x):\n    return not x\n"),
        ("app/main.py", MAIN),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const MODA: &str = r#"
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass

CONSTA = 3


@dataclass
class TYPEA:
    ARGA: str
    ARGB: int = 2


class TYPEB:
    def __init__(self, ARGC):
        self.ARGC = ARGC

    def FNB(self, ARGB):
        return self.ARGC + ARGB


class TYPEC(ABC):
    @abstractmethod
    def FNC(self, ARGA):
        ...


def FNA(ARGA, ARGB):
    """What it does."""
    unit = ARGA.strip()
    return unit * ARGB


def home():
    return os.environ["KEYS_KEYA_HOME"]


@app.route("/KEYA/<int:id>")
def show(id):
    return db.execute("SELECT ARGA FROM KEYA WHERE id = ?", id)
"#;

const MAIN: &str = r"
from app.MODA import FNA, TYPEB, CONSTA


def boot(given):
    made = TYPEB(given.ARGA)
    return made.FNB(CONSTA) + FNA(given.ARGA, 2)
";

const CALL: &[Edit] = &[Append(
    "app/feature.py",
    "from app.MODA import FNA\n\n\ndef feature(name):\n    return FNA(name, 2)\n",
)];
const CALL_BY_PATH: &[Edit] = &[Append(
    "app/feature.py",
    "from . import MODA\n\n\ndef feature(name):\n    return MODA.FNA(name, 2)\n",
)];
const CALL_BY_NAME: &[Edit] = &[Append(
    "tests/test_feature.py",
    "from app.MODA import FNA\n\n\ndef test_feature():\n    assert FNA(\"a\", ARGB=2) == \"aa\"\n",
)];
const METHOD: &[Edit] = &[Append(
    "app/feature.py",
    "from app.MODA import TYPEB\n\n\ndef feature(name):\n    made = TYPEB(name)\n    return made.FNB(1)\n",
)];
const MAKE: &[Edit] =
    &[Append("app/feature.py", "from .MODA import TYPEA\n\npreset = TYPEA(ARGA=\"x\")\n")];
const RENAMED: &[Edit] =
    &[Replace("app/MODA.py", "FNA(", "FND("), Replace("app/main.py", "FNA", "FND")];
const NEW_PARAMETER: &[Edit] = &[
    Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGB, ARGD)"),
    Replace("app/main.py", "ARGA, 2)", "ARGA, 2, True)"),
];
const IMPLEMENT: &[Edit] = &[Append(
    "app/feature.py",
    "from .MODA import TYPEC\n\n\nclass Own(TYPEC):\n    def FNC(self, x):\n        return x\n",
)];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace("app/MODA.py", "unit", "total")],
        right: &[Replace(
            "app/MODA.py",
            "    unit = ARGA.strip()\n",
            "    unit = ARGA.strip()\n    print(unit)\n",
        )],
    },
    Case { name: "a function is renamed", left: RENAMED, right: CALL },
    Case {
        name: "a function that is called by its path is renamed",
        left: RENAMED,
        right: CALL_BY_PATH,
    },
    Case { name: "a new parameter", left: NEW_PARAMETER, right: CALL },
    Case { name: "a new parameter of what a test calls", left: NEW_PARAMETER, right: CALL_BY_NAME },
    Case {
        name: "a new parameter by name only",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGB, *, ARGD)")],
        right: CALL,
    },
    Case {
        name: "a parameter that is given by name is renamed",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGD)")],
        right: CALL_BY_NAME,
    },
    Case {
        name: "a parameter is gone",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA)")],
        right: CALL,
    },
    Case {
        name: "a function is removed",
        left: &[
            Replace(
                "app/MODA.py",
                "def FNA(ARGA, ARGB):\n    \"\"\"What it does.\"\"\"\n    unit = ARGA.strip()\n    return unit * ARGB\n",
                "",
            ),
            Replace("app/main.py", "FNA, ", ""),
            Replace("app/main.py", " + FNA(given.ARGA, 2)", ""),
        ],
        right: CALL,
    },
    Case {
        name: "a new required field",
        left: &[Replace("app/MODA.py", "    ARGA: str\n", "    ARGA: str\n    ARGD: bool\n")],
        right: MAKE,
    },
    Case {
        name: "a field is renamed",
        left: &[Replace("app/MODA.py", "    ARGA: str\n", "    ARGD: str\n")],
        right: MAKE,
    },
    Case {
        name: "a method is renamed",
        left: &[Replace("app/MODA.py", "FNB(", "FND("), Replace("app/main.py", "FNB", "FND")],
        right: METHOD,
    },
    Case {
        name: "a method has a new parameter",
        left: &[Replace("app/MODA.py", "FNB(self, ARGB)", "FNB(self, ARGB, ARGD)")],
        right: METHOD,
    },
    Case {
        name: "a constructor has a new parameter",
        left: &[Replace("app/MODA.py", "__init__(self, ARGC)", "__init__(self, ARGC, ARGD)")],
        right: METHOD,
    },
    Case {
        name: "a base has a new abstract method",
        left: &[Replace(
            "app/MODA.py",
            "class TYPEC(ABC):\n",
            "class TYPEC(ABC):\n    @abstractmethod\n    def FND(self):\n        ...\n\n",
        )],
        right: IMPLEMENT,
    },
    Case {
        name: "a method of a base changed",
        left: &[Replace("app/MODA.py", "FNC(self, ARGA)", "FNC(self, ARGA, ARGD)")],
        right: IMPLEMENT,
    },
    Case {
        name: "a constant is renamed",
        left: &[
            Replace("app/MODA.py", "CONSTA", "CONSTB"),
            Replace("app/main.py", "CONSTA", "CONSTB"),
        ],
        right: &[Append("app/feature.py", "from app.MODA import CONSTA\n\ntwice = CONSTA * 2\n")],
    },
    Case {
        name: "a type is renamed",
        left: &[Replace("app/MODA.py", "class TYPEA", "class TYPED")],
        right: MAKE,
    },
    Case {
        name: "a module is moved",
        left: &[
            Move("app/MODA.py", "app/core/MODA.py"),
            Replace("app/main.py", "app.MODA", "app.core.MODA"),
        ],
        right: CALL,
    },
    Case {
        name: "a module that is imported as such is moved",
        left: &[
            Move("app/MODA.py", "app/core/MODA.py"),
            Replace("app/main.py", "app.MODA", "app.core.MODA"),
        ],
        right: CALL_BY_PATH,
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace("app/MODA.py", "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append("app/feature.py", "import os\n\nplace = os.getenv(\"KEYS_KEYA_HOME\")\n")],
    },
    Case {
        name: "a route is renamed",
        left: &[Replace("app/MODA.py", "/KEYA/<int:id>", "/KEYB/<int:id>")],
        right: &[Append(
            "web/feature.ts",
            "export const load = (id: number) => fetch(`/KEYA/${id}`);\n",
        )],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a variable of the same name in another function",
        left: &[Replace("app/MODA.py", "unit", "total")],
        right: &[Append("app/MODA.py", "\n\ndef other(x):\n    unit = x + 1\n    return unit\n")],
    },
    Case {
        name: "a parameter with a default",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGB, ARGD=None)")],
        right: CALL,
    },
    Case {
        name: "a parameter by name with a default",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGB, *, ARGD=None, **rest)")],
        right: CALL_BY_NAME,
    },
    Case {
        name: "a parameter that is given by place is renamed",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA, ARGD)")],
        right: CALL,
    },
    Case {
        name: "only the body",
        left: &[Replace("app/MODA.py", "unit * ARGB", "unit * ARGB + unit")],
        right: CALL,
    },
    Case {
        name: "a field with a default",
        left: &[Replace(
            "app/MODA.py",
            "    ARGB: int = 2\n",
            "    ARGB: int = 2\n    ARGD: bool = False\n",
        )],
        right: MAKE,
    },
    Case {
        name: "the same name elsewhere",
        left: NEW_PARAMETER,
        right: &[Append("app/feature.py", "from app.MODB import FNA\n\nno = FNA(True)\n")],
    },
    Case {
        name: "the same name of its own",
        left: RENAMED,
        right: &[Append("app/feature.py", "def FNA(z):\n    return z\n\n\nown = FNA(2)\n")],
    },
    Case {
        name: "the same name of a local",
        left: RENAMED,
        right: &[Append(
            "app/feature.py",
            "def own(given):\n    FNA = given.one\n    return FNA(2)\n",
        )],
    },
    Case {
        name: "a comment",
        left: &[Replace(
            "app/MODA.py",
            "    unit = ARGA.strip()",
            "    # FNA makes the unit\n    unit = ARGA.strip()",
        )],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: RENAMED,
        right: &[Append("app/feature.py", "# Once FNA(1, 2) did this.\nnothing = \"FNA\"\n")],
    },
    Case {
        name: "its form",
        left: &[Replace(
            "app/MODA.py",
            "def FNA(ARGA, ARGB):",
            "def FNA(\n    ARGA,  # the first\n    ARGB,\n):",
        )],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[Replace("app/MODA.py", "FNB(self, ARGB)", "FNB(self, ARGB, ARGD)")],
        right: &[Replace(
            "app/main.py",
            "    return made.FNB(CONSTA) + FNA(given.ARGA, 2)",
            "    return (\n        made.FNB(CONSTA)\n        + FNA(given.ARGA, 2)\n    )",
        )],
    },
    Case {
        name: "a type of a parameter is told",
        left: &[Replace("app/MODA.py", "FNA(ARGA, ARGB)", "FNA(ARGA: str, ARGB: int) -> str")],
        right: CALL,
    },
    Case {
        name: "it is called in the new form already",
        left: NEW_PARAMETER,
        right: &[Append(
            "app/feature.py",
            "from app.MODA import FNA\n\nready = FNA(\"a\", 1, True)\n",
        )],
    },
];
