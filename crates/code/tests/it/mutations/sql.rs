//! Programs with a database: SQL in files and in the strings of other languages.

use super::{Append, Case, Edit, Program, Replace};

pub(crate) static PROGRAM: Program = Program {
    language: "SQL",
    snake: true,
    comment: "--",
    files: &[
        (
            "schema.sql",
            "CREATE TABLE KEYA (\n  id INTEGER PRIMARY KEY,\n  ARGA TEXT NOT NULL,\n  ARGB INTEGER\n);\n\nCREATE TABLE KEYB (\n  id INTEGER PRIMARY KEY,\n  ARGA TEXT\n);\n",
        ),
        ("queries.sql", "-- all\nSELECT id, ARGB FROM KEYA WHERE ARGA = 'x';\n"),
    ],
    breaks: BREAKS,
    alike: ALIKE,
};

const READ: &[Edit] =
    &[Append("report.sql", "SELECT k.ARGB FROM KEYA AS k JOIN KEYB ON KEYB.id = k.id;\n")];
const READ_IN_PYTHON: &[Edit] = &[Append(
    "app/report.py",
    "def report(db, given):\n    return db.execute(\"SELECT id, ARGB FROM KEYA WHERE id = ?\", given)\n",
)];
const READ_IN_RUST: &[Edit] = &[Append(
    "src/report.rs",
    "pub fn report(db: &Db) -> u32 {\n    db.query(\n        \"UPDATE KEYA SET ARGB = 2 WHERE id = ?1\",\n    )\n}\n",
)];
const FILL: &[Edit] = &[Append(
    "app/fill.ts",
    "export const fill = (db: Db) => db.run(`INSERT INTO KEYA (id, ARGA) VALUES (${1}, ${2})`);\n",
)];
const DROP_COLUMN: &[Edit] = &[Append("migrations/2.sql", "ALTER TABLE KEYA DROP COLUMN ARGB;\n")];
const RENAME_COLUMN: &[Edit] =
    &[Append("migrations/2.sql", "ALTER TABLE KEYA RENAME COLUMN ARGB TO ARGD;\n")];
const CHANGED_COLUMN: &[Edit] = &[
    Replace("schema.sql", "  ARGB INTEGER\n", "  ARGD INTEGER\n"),
    Replace("queries.sql", "ARGB", "ARGD"),
];

const BREAKS: &[Case] = &[
    Case { name: "a column is dropped", left: DROP_COLUMN, right: READ },
    Case {
        name: "a column that Python reads is dropped",
        left: DROP_COLUMN,
        right: READ_IN_PYTHON,
    },
    Case { name: "a column is renamed", left: RENAME_COLUMN, right: READ },
    Case { name: "a column that Rust sets is renamed", left: RENAME_COLUMN, right: READ_IN_RUST },
    Case { name: "a column of the schema is renamed", left: CHANGED_COLUMN, right: READ },
    Case {
        name: "a column of the schema that Python reads is renamed",
        left: CHANGED_COLUMN,
        right: READ_IN_PYTHON,
    },
    Case {
        name: "a table is dropped",
        left: &[Append("migrations/2.sql", "DROP TABLE IF EXISTS KEYA;\n")],
        right: READ_IN_PYTHON,
    },
    Case {
        name: "a table is renamed",
        left: &[Append("migrations/2.sql", "ALTER TABLE KEYA RENAME TO KEYA_old;\n")],
        right: READ,
    },
    Case {
        name: "a column must be given",
        left: &[Append("migrations/2.sql", "ALTER TABLE KEYA ADD COLUMN ARGD TEXT NOT NULL;\n")],
        right: FILL,
    },
    Case {
        name: "a column of the schema must be given",
        left: &[Replace(
            "schema.sql",
            "  ARGB INTEGER\n",
            "  ARGB INTEGER,\n  ARGD TEXT NOT NULL\n",
        )],
        right: FILL,
    },
];

const ALIKE: &[Case] = &[
    Case {
        name: "a column that may be empty",
        left: &[Append("migrations/2.sql", "ALTER TABLE KEYA ADD COLUMN ARGD TEXT;\n")],
        right: FILL,
    },
    Case {
        name: "a column with a default",
        left: &[Append(
            "migrations/2.sql",
            "ALTER TABLE KEYA ADD COLUMN ARGD TEXT NOT NULL DEFAULT '';\n",
        )],
        right: FILL,
    },
    Case {
        name: "the column is given already",
        left: &[Append("migrations/2.sql", "ALTER TABLE KEYA ADD COLUMN ARGA TEXT NOT NULL;\n")],
        right: FILL,
    },
    Case {
        name: "the same column of another table",
        left: &[Append("migrations/2.sql", "ALTER TABLE KEYB DROP COLUMN ARGA;\n")],
        right: FILL,
    },
    Case {
        name: "an index",
        left: &[Append("migrations/2.sql", "CREATE INDEX by_ARGB ON KEYA (ARGB);\n")],
        right: READ,
    },
    Case {
        name: "a comment",
        left: &[Append("migrations/2.sql", "-- ALTER TABLE KEYA DROP COLUMN ARGB;\n")],
        right: READ,
    },
    Case {
        name: "a comment names it",
        left: DROP_COLUMN,
        right: &[Append("report.sql", "-- ARGB of KEYA is told elsewhere\nSELECT id FROM KEYA;\n")],
    },
    Case {
        name: "its form",
        left: &[Replace("schema.sql", "  ARGB INTEGER\n", "  ARGB\n    INTEGER\n")],
        right: READ,
    },
    Case {
        name: "prose",
        left: DROP_COLUMN,
        right: &[Append("app/report.py", "text = \"select the ARGB of KEYA from the list\"\n")],
    },
];
