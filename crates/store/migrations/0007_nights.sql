-- A queue of tasks that is worked unattended. What became of each is in the body; the other columns are for
-- finding it.
CREATE TABLE night (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    begun_at  INTEGER NOT NULL,
    ended_at  INTEGER,
    body      TEXT NOT NULL
);
CREATE INDEX night_open ON night (workspace) WHERE ended_at IS NULL;
