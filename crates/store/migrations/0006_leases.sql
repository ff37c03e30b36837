-- A turn with a resource that cannot be doubled, from the moment that it is asked for. Each holder has one
-- of a resource at most; the queue is in the order of ids.
CREATE TABLE lease (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    resource  TEXT NOT NULL,
    holder    TEXT NOT NULL,
    folder    TEXT,
    session   INTEGER,
    task      INTEGER,
    state     TEXT NOT NULL,
    asked_at  INTEGER NOT NULL,
    taken_at  INTEGER,
    given_at  INTEGER,
    note      TEXT
);
CREATE UNIQUE INDEX lease_open ON lease (workspace, resource, holder)
    WHERE state NOT IN ('given', 'failed');
