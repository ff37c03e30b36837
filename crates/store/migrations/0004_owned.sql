-- A session that Callboard starts or started, from the moment that it is asked for. `session` is set once
-- its agent has named the conversation.
CREATE TABLE owned (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    task      INTEGER,
    session   INTEGER,
    worktree  INTEGER,
    agent     TEXT NOT NULL,
    native    TEXT,
    state     TEXT NOT NULL,
    asked_at  INTEGER NOT NULL,
    body      TEXT NOT NULL
);
CREATE INDEX owned_state ON owned (state);
CREATE INDEX owned_session ON owned (session) WHERE session IS NOT NULL;
CREATE INDEX owned_native ON owned (agent, native) WHERE native IS NOT NULL;
