-- Changesets that are looked at, checked and landed as one.
CREATE TABLE review (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    is_over   INTEGER NOT NULL,
    body      TEXT NOT NULL
);
CREATE INDEX review_workspace ON review (workspace, is_over);

-- Files that a person looked at, and what they held then.
CREATE TABLE review_viewed (
    review INTEGER NOT NULL REFERENCES review (id),
    path   TEXT NOT NULL,
    digest TEXT NOT NULL,
    tree   TEXT NOT NULL,
    PRIMARY KEY (review, path)
) WITHOUT ROWID;

-- What a person said of a review. Drafts, too, are kept at once.
CREATE TABLE review_comment (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    review INTEGER NOT NULL REFERENCES review (id),
    body   TEXT NOT NULL
);
CREATE INDEX review_comment_review ON review_comment (review);

-- Runs of checks: the last of each command on the combination and on each member alone.
CREATE TABLE review_check (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    review  INTEGER NOT NULL REFERENCES review (id),
    command TEXT NOT NULL,
    member  TEXT NOT NULL,
    body    TEXT NOT NULL,
    UNIQUE (review, command, member)
);
