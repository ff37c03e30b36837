-- Receipts, the last of each subject (`T12`, `S41`, `R7`), with what they speak of: a base, a tree, and what else they hang on.
CREATE TABLE receipt (
    subject   TEXT PRIMARY KEY,
    workspace INTEGER NOT NULL,
    made_at   INTEGER NOT NULL,
    base      TEXT NOT NULL,
    tree      TEXT NOT NULL,
    given     TEXT NOT NULL,
    stale     TEXT,
    glance    TEXT NOT NULL,
    body      TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX receipt_workspace ON receipt (workspace, made_at);
-- Cases of rules that somebody lets be.
CREATE TABLE receipt_accepted (
    workspace INTEGER NOT NULL,
    key       TEXT NOT NULL,
    by        TEXT NOT NULL,
    reason    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (workspace, key)
) WITHOUT ROWID;
