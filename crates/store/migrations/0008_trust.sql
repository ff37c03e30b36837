-- What a person decided about the powers of a workspace's callboard.toml. A set of them is told by its
-- fingerprint; the body has its lines. The last decision has the highest number.
CREATE TABLE trust (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace   INTEGER NOT NULL REFERENCES workspace (id),
    fingerprint TEXT NOT NULL,
    approved    INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    by          TEXT NOT NULL,
    body        TEXT NOT NULL,
    UNIQUE (workspace, fingerprint)
);
