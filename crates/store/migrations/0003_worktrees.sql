-- A checkout that Callboard made or adopted. Its row stays when it is removed: what was kept of it is found by it.
CREATE TABLE worktree (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace  INTEGER NOT NULL REFERENCES workspace (id),
    name       TEXT NOT NULL,
    path       NOT NULL,
    branch     TEXT,
    task       INTEGER,
    state      TEXT NOT NULL,
    made_at    INTEGER NOT NULL,
    used_at    INTEGER NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX worktree_of_workspace ON worktree (workspace, state);
-- Two of one name, or at one place, are never there at once.
CREATE UNIQUE INDEX worktree_name ON worktree (workspace, name) WHERE state <> 'removed';
CREATE UNIQUE INDEX worktree_path ON worktree (path) WHERE state <> 'removed';
