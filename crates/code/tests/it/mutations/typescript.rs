//! Programs in TypeScript and JavaScript.

use super::{Append, Case, Move, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "TypeScript",
    snake: false,
    comment: "//",
    files: &[
        ("src/MODA.ts", MODA),
        (
            "src/MODB.ts",
            "export function FNA(x: boolean): boolean {\n  return !x;\n}\nexport const helper = (y: number) => y + 1;\n",
        ),
        ("src/main.ts", MAIN),
        ("src/server.ts", SERVER),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const MODA: &str = r"
export interface TYPEA {
  ARGA: string;
  ARGB: number;
}

export interface TYPEC {
  FNC(ARGA: string): void;
}

export enum TYPED {
  First,
  Second,
  Third,
}

export const CONSTA = 3;

/** What it does. */
export function FNA(ARGA: string, ARGB: number): string {
  const unit = ARGA.trim();
  return unit.repeat(ARGB);
}

export class TYPEB {
  constructor(private readonly ARGC: string) {}

  FNB(ARGB: number): string {
    return this.ARGC + String(ARGB);
  }
}
";

const MAIN: &str = r"
import { FNA, TYPEB, CONSTA, TYPED, type TYPEA } from './MODA';

export function boot(given: TYPEA): string {
  const made = new TYPEB(given.ARGA);
  if (given.ARGB === TYPED.Third) return '';
  return made.FNB(CONSTA) + FNA(given.ARGA, given.ARGB);
}
";

const SERVER: &str = r"
import express from 'express';
import { bus } from './bus';

const app = express();
app.get('/KEYA/:id', (req, res) => res.json({}));
export function tell() {
  bus.emit('KEYA:changed', process.env.KEYS_KEYA_HOME);
}
";

const CALL: &[super::Edit] = &[Append(
    "src/feature.ts",
    "import { FNA } from './MODA';\n\nexport function feature(name: string) {\n  return FNA(name, 2);\n}\n",
)];
const CALL_IN_MAIN: &[super::Edit] = &[Append(
    "src/main.ts",
    "\nexport function again(name: string) {\n  return FNA(name, 4);\n}\n",
)];
const METHOD: &[super::Edit] = &[Append(
    "src/feature.ts",
    "import { TYPEB } from './MODA';\n\nexport function feature(store: TYPEB) {\n  return store.FNB(2);\n}\n",
)];
const MAKE: &[super::Edit] = &[Append(
    "src/feature.ts",
    "import type { TYPEA } from './MODA';\n\nexport const preset: TYPEA = {\n  ARGA: 'a',\n  ARGB: 2,\n};\n",
)];

const BREAKS: &[Case] = &[
    Case {
        name: "a variable that a function newly uses is renamed",
        left: &[Replace("src/MODA.ts", "unit", "total")],
        right: &[Replace(
            "src/MODA.ts",
            "  const unit = ARGA.trim();\n",
            "  const unit = ARGA.trim();\n  console.log(unit);\n",
        )],
    },
    Case {
        name: "a function is renamed",
        left: &[Replace("src/MODA.ts", "FNA(", "FND("), Replace("src/main.ts", "FNA", "FND")],
        right: CALL,
    },
    Case {
        name: "a function is removed",
        left: &[
            Replace(
                "src/MODA.ts",
                "export function FNA(ARGA: string, ARGB: number): string {\n  const unit = ARGA.trim();\n  return unit.repeat(ARGB);\n}\n",
                "",
            ),
            Replace("src/main.ts", "FNA, ", ""),
            Replace("src/main.ts", " + FNA(given.ARGA, given.ARGB)", ""),
        ],
        right: CALL,
    },
    Case {
        name: "a new required parameter",
        left: &[
            Replace(
                "src/MODA.ts",
                "ARGB: number): string {\n  const",
                "ARGB: number, ARGD: boolean): string {\n  const",
            ),
            Replace("src/main.ts", "given.ARGB)", "given.ARGB, true)"),
        ],
        right: CALL_IN_MAIN,
    },
    Case {
        name: "a parameter of another type",
        left: &[
            Replace("src/MODA.ts", "FNA(ARGA: string", "FNA(ARGD: string[]"),
            Replace("src/main.ts", "FNA(given.ARGA", "FNA([given.ARGA]"),
        ],
        right: CALL,
    },
    Case {
        name: "another result",
        left: &[
            Replace(
                "src/MODA.ts",
                "ARGB: number): string {\n  const",
                "ARGB: number): Promise<string> {\n  const",
            ),
            Replace("src/main.ts", "+ FNA", "+ await FNA"),
        ],
        right: CALL,
    },
    Case {
        name: "a new required field",
        left: &[Replace(
            "src/MODA.ts",
            "  ARGB: number;\n}",
            "  ARGB: number;\n  ARGD: boolean;\n}",
        )],
        right: MAKE,
    },
    Case {
        name: "a field is renamed",
        left: &[
            Replace("src/MODA.ts", "  ARGB: number;", "  ARGD: number;"),
            Replace("src/main.ts", "given.ARGB", "given.ARGD"),
        ],
        right: MAKE,
    },
    Case {
        name: "a field that is read is renamed",
        left: &[
            Replace("src/MODA.ts", "  ARGB: number;", "  ARGD: number;"),
            Replace("src/main.ts", "given.ARGB", "given.ARGD"),
        ],
        right: &[Append(
            "src/feature.ts",
            "import type { TYPEA } from './MODA';\n\nexport const read = (one: TYPEA) => one.ARGB + 1;\n",
        )],
    },
    Case {
        name: "a method is renamed",
        left: &[Replace("src/MODA.ts", "FNB(", "FND("), Replace("src/main.ts", "FNB", "FND")],
        right: METHOD,
    },
    Case {
        name: "a method has a new required parameter",
        left: &[
            Replace("src/MODA.ts", "FNB(ARGB: number)", "FNB(ARGB: number, ARGD: Date)"),
            Replace("src/main.ts", "FNB(CONSTA)", "FNB(CONSTA, new Date())"),
        ],
        right: METHOD,
    },
    Case {
        name: "a constructor has a new required parameter",
        left: &[
            Replace("src/MODA.ts", "ARGC: string) {}", "ARGC: string, readonly ARGD: number) {}"),
            Replace("src/main.ts", "TYPEB(given.ARGA)", "TYPEB(given.ARGA, 1)"),
        ],
        right: &[Append(
            "src/feature.ts",
            "import { TYPEB } from './MODA';\n\nexport const made = new TYPEB('x');\n",
        )],
    },
    Case {
        name: "an interface has a new method",
        left: &[Replace(
            "src/MODA.ts",
            "  FNC(ARGA: string): void;\n",
            "  FNC(ARGA: string): void;\n  FND(): number;\n",
        )],
        right: &[Append(
            "src/feature.ts",
            "import type { TYPEC } from './MODA';\n\nexport class Impl implements TYPEC {\n  FNC(x: string) {\n    console.log(x);\n  }\n}\n",
        )],
    },
    Case {
        name: "a method that is implemented anew changed",
        left: &[Replace(
            "src/MODA.ts",
            "FNC(ARGA: string): void",
            "FNC(ARGA: string, ARGD: number): void",
        )],
        right: &[Append(
            "src/feature.ts",
            "import type { TYPEC } from './MODA';\n\nexport class Impl implements TYPEC {\n  FNC(x: string) {\n    console.log(x);\n  }\n}\n",
        )],
    },
    Case {
        name: "a variant is removed",
        left: &[Replace("src/MODA.ts", "  Second,\n", "")],
        right: &[Append(
            "src/feature.ts",
            "import { TYPED } from './MODA';\n\nexport const is = (x: TYPED) => x === TYPED.Second;\n",
        )],
    },
    Case {
        name: "a constant is renamed",
        left: &[
            Replace("src/MODA.ts", "CONSTA", "CONSTB"),
            Replace("src/main.ts", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            "src/feature.ts",
            "import { CONSTA } from './MODA';\n\nexport const twice = CONSTA * 2;\n",
        )],
    },
    Case {
        name: "a type is renamed",
        left: &[
            Replace("src/MODA.ts", "TYPEA", "TYPEArenamed"),
            Replace("src/main.ts", "TYPEA", "TYPEArenamed"),
        ],
        right: &[Append(
            "src/feature.ts",
            "import type { TYPEA } from './MODA';\n\nexport function on(x: TYPEA) {}\n",
        )],
    },
    Case {
        name: "a module is moved",
        left: &[
            Move("src/MODA.ts", "src/lib/MODA.ts"),
            Replace("src/main.ts", "./MODA", "./lib/MODA"),
        ],
        right: CALL,
    },
    Case {
        name: "a function is moved",
        left: &[
            Replace(
                "src/MODA.ts",
                "export function FNA(ARGA: string, ARGB: number): string {\n  const unit = ARGA.trim();\n  return unit.repeat(ARGB);\n}\n",
                "",
            ),
            Append(
                "src/MODC.ts",
                "export function FNA(ARGA: string, ARGB: number): string {\n  const unit = ARGA.trim();\n  return unit.repeat(ARGB);\n}\n",
            ),
            Replace("src/main.ts", "import { FNA, ", "import { FNA } from './MODC';\nimport { "),
        ],
        right: CALL,
    },
    Case {
        name: "a route is renamed",
        left: &[Replace("src/server.ts", "/KEYA/:id", "/KEYB/:id")],
        right: &[Append(
            "src/feature.ts",
            "export const load = (id: string) => fetch(`/KEYA/${id}`);\n",
        )],
    },
    Case {
        name: "an event is renamed",
        left: &[Replace("src/server.ts", "KEYA:changed", "KEYB:changed")],
        right: &[Append(
            "src/feature.ts",
            "import { bus } from './bus';\n\nbus.on('KEYA:changed', () => {});\n",
        )],
    },
    Case {
        name: "a variable is renamed",
        left: &[Replace("src/server.ts", "KEYS_KEYA_HOME", "KEYS_KEYB_HOME")],
        right: &[Append(
            "src/feature.ts",
            "export const home = process.env.KEYS_KEYA_HOME ?? '/';\n",
        )],
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a variable of the same name in another function",
        left: &[Replace("src/MODA.ts", "unit", "total")],
        right: &[Append(
            "src/MODA.ts",
            "\nexport function other(x: number) {\n  const unit = x + 1;\n  return unit;\n}\n",
        )],
    },
    Case {
        name: "an optional parameter",
        left: &[Replace(
            "src/MODA.ts",
            "ARGB: number): string {\n  const",
            "ARGB: number, ARGD?: boolean): string {\n  const",
        )],
        right: CALL,
    },
    Case {
        name: "a parameter with a default",
        left: &[Replace("src/MODA.ts", "FNB(ARGB: number)", "FNB(ARGB: number, ARGD = 2)")],
        right: METHOD,
    },
    Case {
        name: "only the body",
        left: &[Replace("src/MODA.ts", "unit.repeat", "unit.concat(unit).repeat")],
        right: CALL,
    },
    Case {
        name: "the same name elsewhere",
        left: &[Replace("src/MODA.ts", "FNA(ARGA: string", "FNA(ARGD: string[]")],
        right: &[Append(
            "src/feature.ts",
            "import { FNA } from './MODB';\n\nexport const no = FNA(true);\n",
        )],
    },
    Case {
        name: "the same name of its own",
        left: &[Replace("src/MODA.ts", "FNA(", "FND("), Replace("src/main.ts", "FNA", "FND")],
        right: &[Append(
            "src/feature.ts",
            "function FNA(z: number) {\n  return z;\n}\n\nexport const own = FNA(2);\n",
        )],
    },
    Case {
        name: "the same name of a local",
        left: &[
            Replace("src/MODA.ts", "CONSTA", "CONSTB"),
            Replace("src/main.ts", "CONSTA", "CONSTB"),
        ],
        right: &[Append(
            "src/feature.ts",
            "export function sum(CONSTA: number) {\n  const ARGB = CONSTA + 1;\n  return ARGB + CONSTA;\n}\n",
        )],
    },
    Case {
        name: "a comment",
        left: &[Replace(
            "src/MODA.ts",
            "/** What it does. */",
            "/** What it does: FNA, and how. */",
        )],
        right: CALL,
    },
    Case {
        name: "a comment names it",
        left: &[Replace("src/MODA.ts", "FNA(", "FND("), Replace("src/main.ts", "FNA", "FND")],
        right: &[Append(
            "src/feature.ts",
            "// Once FNA(1, 2) did this.\nexport const nothing = 'FNA';\n",
        )],
    },
    Case {
        name: "its form",
        left: &[Replace(
            "src/MODA.ts",
            "FNA(ARGA: string, ARGB: number): string {",
            "FNA(\n  ARGA: string, // first\n  ARGB: number,\n): string\n{",
        )],
        right: CALL,
    },
    Case {
        name: "the form of who calls",
        left: &[Replace("src/MODA.ts", "FNB(ARGB: number)", "FNB(ARGB: number, ARGD: Date)")],
        right: &[Replace(
            "src/main.ts",
            "  return made.FNB(CONSTA) + FNA(given.ARGA, given.ARGB);",
            "  return (\n    made.FNB(CONSTA) +\n    FNA(given.ARGA, given.ARGB)\n  );",
        )],
    },
    Case {
        name: "an optional field",
        left: &[Replace(
            "src/MODA.ts",
            "  ARGB: number;\n}",
            "  ARGB: number;\n  ARGD?: boolean;\n}",
        )],
        right: MAKE,
    },
    Case {
        name: "the rest comes from elsewhere",
        left: &[Replace(
            "src/MODA.ts",
            "  ARGB: number;\n}",
            "  ARGB: number;\n  ARGD: boolean;\n}",
        )],
        right: &[Append(
            "src/feature.ts",
            "import type { TYPEA } from './MODA';\n\nexport const copy = (of: TYPEA) => {\n  const next: TYPEA = { ...of, ARGA: 'b' };\n  return next;\n};\n",
        )],
    },
    Case {
        name: "it is called in the new form already",
        left: &[Replace(
            "src/MODA.ts",
            "ARGB: number): string {\n  const",
            "ARGB: number, ARGD: boolean): string {\n  const",
        )],
        right: &[Append(
            "src/feature.ts",
            "import { FNA } from './MODA';\n\nexport const ready = FNA('a', 1, true);\n",
        )],
    },
    Case {
        name: "another route",
        left: &[Replace("src/server.ts", "/KEYA/:id", "/KEYB/:id")],
        right: &[Append(
            "src/feature.ts",
            "export const load = (id: string) => fetch(`/other/${id}`);\n",
        )],
    },
];

pub(crate) static JAVASCRIPT: Program = Program {
    language: "JavaScript",
    snake: false,
    comment: "//",
    files: &[
        ("lib/MODA.js", JS_MODA),
        ("lib/MODB.js", "exports.FNA = function (x) {\n  return !x;\n};\n"),
        ("lib/main.jsx", JS_MAIN),
    ],
    breaks: JS_BREAKS,
    alike: JS_ALIKE,
};

const JS_MODA: &str = r"
export const FNA = (ARGA, ARGB) => ARGA.repeat(ARGB);

export class TYPEA {
  constructor(ARGC) {
    this.ARGC = ARGC;
  }

  FNB(ARGB) {
    return this.ARGC + ARGB;
  }
}

export function TYPEB({ ARGA }) {
  return <b>{ARGA}</b>;
}
";

const JS_MAIN: &str = r"
import { FNA, TYPEA, TYPEB } from './MODA';

export default function Page(props) {
  const made = new TYPEA(props.a);
  return <TYPEB ARGA={made.FNB(2) + FNA('a', 2)} />;
}
";

const JS_CALL: &[super::Edit] = &[Append(
    "lib/feature.js",
    "import { FNA } from './MODA.js';\n\nexport const feature = (name) => FNA(name, 2);\n",
)];
const JS_METHOD: &[super::Edit] = &[Append(
    "lib/feature.js",
    "import { TYPEA } from './MODA.js';\n\nexport function feature() {\n  const made = new TYPEA('x');\n  return made.FNB(1);\n}\n",
)];

const JS_BREAKS: &[Case] = &[
    Case {
        name: "a function is renamed",
        left: &[Replace("lib/MODA.js", "FNA", "FND"), Replace("lib/main.jsx", "FNA", "FND")],
        right: JS_CALL,
    },
    Case {
        name: "a new parameter",
        left: &[Replace("lib/MODA.js", "(ARGA, ARGB) =>", "(ARGA, ARGB, ARGD) =>")],
        right: JS_CALL,
    },
    Case {
        name: "a parameter is gone",
        left: &[Replace(
            "lib/MODA.js",
            "(ARGA, ARGB) => ARGA.repeat(ARGB)",
            "(ARGA) => ARGA.repeat(2)",
        )],
        right: JS_CALL,
    },
    Case {
        name: "a method is renamed",
        left: &[Replace("lib/MODA.js", "FNB", "FND"), Replace("lib/main.jsx", "FNB", "FND")],
        right: JS_METHOD,
    },
    Case {
        name: "a method has a new parameter",
        left: &[Replace("lib/MODA.js", "FNB(ARGB)", "FNB(ARGB, ARGD)")],
        right: JS_METHOD,
    },
    Case {
        name: "a constructor has a new parameter",
        left: &[Replace("lib/MODA.js", "constructor(ARGC)", "constructor(ARGC, ARGD)")],
        right: JS_METHOD,
    },
    Case {
        name: "a component is renamed",
        left: &[
            Replace("lib/MODA.js", "TYPEB", "TYPEC"),
            Replace("lib/main.jsx", "TYPEB", "TYPEC"),
        ],
        right: &[Append(
            "lib/feature.jsx",
            "import { TYPEB } from './MODA';\n\nexport const Other = () => <TYPEB ARGA=\"a\" />;\n",
        )],
    },
    Case {
        name: "a module is moved",
        left: &[
            Move("lib/MODA.js", "lib/core/MODA.js"),
            Replace("lib/main.jsx", "./MODA", "./core/MODA"),
        ],
        right: JS_CALL,
    },
    Case {
        name: "what is required is renamed",
        left: &[Replace("lib/MODB.js", "FNA", "FND")],
        right: &[Append(
            "lib/feature.js",
            "const MODB = require('./MODB');\n\nmodule.exports = () => MODB.FNA(1);\n",
        )],
    },
];

const JS_ALIKE: &[Case] = &[
    Case {
        name: "a parameter with a default",
        left: &[Replace("lib/MODA.js", "(ARGA, ARGB) =>", "(ARGA, ARGB, ARGD = 1) =>")],
        right: JS_CALL,
    },
    Case {
        name: "only the body",
        left: &[Replace("lib/MODA.js", "ARGA.repeat(ARGB)", "ARGA.repeat(ARGB + 1)")],
        right: JS_CALL,
    },
    Case {
        name: "its form",
        left: &[Replace(
            "lib/MODA.js",
            "(ARGA, ARGB) => ARGA.repeat(ARGB)",
            "(\n  ARGA,\n  ARGB, /* how often */\n) =>\n  ARGA.repeat(ARGB)",
        )],
        right: JS_CALL,
    },
    Case {
        name: "the same name elsewhere",
        left: &[Replace("lib/MODA.js", "FNA", "FND"), Replace("lib/main.jsx", "FNA", "FND")],
        right: &[Append(
            "lib/feature.js",
            "import { FNA } from './MODB';\n\nexport const no = FNA(true);\n",
        )],
    },
    Case {
        name: "a parameter is taken apart otherwise",
        left: &[Replace("lib/MODA.js", "TYPEB({ ARGA })", "TYPEB({ ARGA, ARGD })")],
        right: &[Append(
            "lib/feature.jsx",
            "import { TYPEB } from './MODA';\n\nexport const Other = () => <TYPEB ARGA=\"a\" />;\n",
        )],
    },
];
