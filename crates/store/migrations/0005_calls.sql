-- What waits for a person. `key` is the asker's own id of it: one open call for each.
CREATE TABLE call (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid        TEXT NOT NULL UNIQUE,
    workspace   INTEGER,
    session     INTEGER,
    task        INTEGER,
    kind        TEXT NOT NULL,
    via         TEXT NOT NULL,
    key         TEXT NOT NULL,
    state       TEXT NOT NULL,
    generation  INTEGER NOT NULL,
    expires_at  INTEGER,
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER,
    closed_at   INTEGER,
    body        TEXT NOT NULL
);
CREATE UNIQUE INDEX call_key ON call (ifnull(session, 0), kind, key) WHERE state <> 'closed';
CREATE INDEX call_not_closed ON call (state) WHERE state <> 'closed';
CREATE INDEX call_of_session ON call (session, asked_at);
CREATE INDEX call_answered ON call (answered_at) WHERE answered_at IS NOT NULL;
CREATE INDEX call_closed ON call (closed_at) WHERE closed_at IS NOT NULL;
