-- What a command came to on a tree, in a throwaway worktree. `given` tells what the worktree was given, and what ran in
-- it before.
CREATE TABLE trial_result (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    tree      TEXT NOT NULL,
    given     TEXT NOT NULL,
    command   TEXT NOT NULL,
    kept_at   INTEGER NOT NULL,
    body      TEXT NOT NULL,
    PRIMARY KEY (workspace, tree, given, command)
) WITHOUT ROWID;
CREATE INDEX trial_result_kept ON trial_result (kept_at);
