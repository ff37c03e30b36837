-- What each checkout, session or branch changes against its base, as it was last looked at.
CREATE TABLE changeset (
    key        TEXT PRIMARY KEY,
    workspace  INTEGER NOT NULL REFERENCES workspace (id),
    changed_at INTEGER NOT NULL,
    body       TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX changeset_workspace ON changeset (workspace);

-- What is between two changesets, or between one and its base. Those that are free of each other have no row.
CREATE TABLE pair (
    left_key  TEXT NOT NULL,
    right_key TEXT NOT NULL,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    body      TEXT NOT NULL,
    PRIMARY KEY (left_key, right_key)
) WITHOUT ROWID;
CREATE INDEX pair_workspace ON pair (workspace);

-- What a task or a session is going to touch, said beforehand.
CREATE TABLE claim (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    task      INTEGER,
    session   INTEGER,
    pattern   TEXT NOT NULL,
    made_at   INTEGER NOT NULL
);
CREATE INDEX claim_workspace ON claim (workspace);

-- What an agent is to be told at its next step. One with the same subject takes the place of what was not told yet.
CREATE TABLE notice (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL,
    subject TEXT NOT NULL,
    text    TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    told_at INTEGER
);
CREATE INDEX notice_untold ON notice (session) WHERE told_at IS NULL;
