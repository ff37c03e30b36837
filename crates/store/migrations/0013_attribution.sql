-- Whose the changes of a checkout are that sessions work in: what the next look goes on from, and what the last one told.
CREATE TABLE attribution (
    top       TEXT PRIMARY KEY,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    state     TEXT NOT NULL,
    told      TEXT NOT NULL
) WITHOUT ROWID;
