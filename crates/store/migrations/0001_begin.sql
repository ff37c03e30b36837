-- Numbers, moments and hashes are INTEGER: moments in milliseconds since the Unix epoch, hashes as
-- signed 64 bit. Tables written for every event carry no foreign keys: the writer is one thread
-- and checks what it refers to.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE workspace (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid          TEXT NOT NULL UNIQUE,
    root          NOT NULL,
    common_dir    NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    is_git        INTEGER NOT NULL,
    registered_at INTEGER NOT NULL
);

-- Worktrees stay here when they are removed, so that their sessions stay bound.
CREATE TABLE worktree_seen (
    workspace    INTEGER NOT NULL REFERENCES workspace (id),
    path         NOT NULL,
    branch       TEXT,
    last_seen_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, path)
) WITHOUT ROWID;

CREATE TABLE look (
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    at        INTEGER NOT NULL,
    seq       INTEGER NOT NULL,
    PRIMARY KEY (workspace, at)
) WITHOUT ROWID;

CREATE TABLE source (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    agent          TEXT NOT NULL,
    path           NOT NULL,
    dev            INTEGER NOT NULL,
    inode          INTEGER NOT NULL,
    generation     INTEGER NOT NULL,
    size           INTEGER NOT NULL,
    cursor         INTEGER NOT NULL,
    head_hash      INTEGER NOT NULL,
    tail_hash      INTEGER NOT NULL,
    parser_version INTEGER NOT NULL,
    parser_state   TEXT,
    born_at        INTEGER,
    modified_at    INTEGER,
    thread_native  TEXT,
    thread_sub     TEXT,
    problem        TEXT,
    problem_at     INTEGER,
    retry_at       INTEGER,
    gone_at        INTEGER
);
CREATE UNIQUE INDEX source_path ON source (path) WHERE gone_at IS NULL;
CREATE INDEX source_inode ON source (dev, inode);
CREATE INDEX source_thread ON source (thread_native);

-- A run of consecutive records of one source: `records` lists every one of them, `body` holds what
-- is kept of them. `loose` marks blocks small enough to be merged with their neighbours.
CREATE TABLE block (
    id         INTEGER PRIMARY KEY,
    source     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    start      INTEGER NOT NULL,
    end        INTEGER NOT NULL,
    loose      INTEGER NOT NULL,
    codec      INTEGER NOT NULL,
    body_size  INTEGER NOT NULL,
    records    BLOB NOT NULL,
    body       BLOB NOT NULL
);
CREATE UNIQUE INDEX block_place ON block (source, generation, start);
CREATE INDEX block_loose ON block (source, generation, start) WHERE loose = 1;

CREATE TABLE record_count (
    agent       TEXT NOT NULL,
    record_type TEXT NOT NULL,
    known       INTEGER NOT NULL,
    records     INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    kept_bytes  INTEGER NOT NULL,
    PRIMARY KEY (agent, record_type)
) WITHOUT ROWID;

CREATE TABLE unknown_count (
    agent        TEXT NOT NULL,
    what         TEXT NOT NULL,
    n            INTEGER NOT NULL,
    first_source INTEGER NOT NULL,
    first_offset INTEGER NOT NULL,
    PRIMARY KEY (agent, what)
) WITHOUT ROWID;

-- `sub` is empty for the session itself. `root` is the session at the top of its line of parents.
CREATE TABLE session (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid        TEXT NOT NULL UNIQUE,
    agent       TEXT NOT NULL,
    native      TEXT NOT NULL,
    sub         TEXT NOT NULL,
    parent      INTEGER,
    root        INTEGER NOT NULL,
    forked_from INTEGER,
    workspace   INTEGER,
    cwd         TEXT,
    branch      TEXT,
    started_at  INTEGER,
    updated_at  INTEGER,
    live        INTEGER NOT NULL DEFAULT 0,
    hidden      INTEGER NOT NULL DEFAULT 0,
    state       TEXT,
    row         TEXT,
    UNIQUE (agent, native, sub)
);
CREATE INDEX session_recent ON session (updated_at);
CREATE INDEX session_parent ON session (parent) WHERE parent IS NOT NULL;
CREATE INDEX session_root ON session (root);
CREATE INDEX session_workspace ON session (workspace, updated_at);

-- Apart from its session, so that lists do not read past it.
CREATE TABLE session_fold (
    session INTEGER PRIMARY KEY,
    seq     INTEGER NOT NULL,
    fold    TEXT NOT NULL
);

CREATE TABLE event (
    seq        INTEGER PRIMARY KEY,
    session    INTEGER NOT NULL,
    ordinal    INTEGER NOT NULL,
    at         INTEGER,
    kind       INTEGER NOT NULL,
    key        INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    offset     INTEGER NOT NULL,
    doc        INTEGER
);
CREATE UNIQUE INDEX event_key ON event (session, key);
CREATE INDEX event_order ON event (session, ordinal);

-- The second and further sources that report an event.
CREATE TABLE event_source (
    seq        INTEGER NOT NULL,
    source     INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    offset     INTEGER NOT NULL,
    PRIMARY KEY (seq, source, generation, offset)
) WITHOUT ROWID;

CREATE TABLE path (
    id   INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE
);
CREATE TABLE event_file (
    path INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (path, seq)
) WITHOUT ROWID;

-- What a row of the full-text index is: `kind` is an event's kind, 40 for a task, 41 for a note;
-- `ref` the event's seq, the task or the note.
CREATE TABLE doc (
    doc     INTEGER PRIMARY KEY,
    kind    INTEGER NOT NULL,
    own     INTEGER NOT NULL,
    ref     INTEGER NOT NULL,
    session INTEGER,
    at      INTEGER
);
CREATE VIRTUAL TABLE fts USING fts5 (
    title, body, parts,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

CREATE TABLE note (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace   INTEGER NOT NULL REFERENCES workspace (id),
    path        TEXT NOT NULL,
    title       TEXT NOT NULL,
    modified_at INTEGER,
    doc         INTEGER,
    UNIQUE (workspace, path)
);

CREATE TABLE log (
    seq       INTEGER PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    subject   TEXT NOT NULL,
    transient INTEGER NOT NULL,
    body      TEXT NOT NULL
);
CREATE INDEX log_subject ON log (subject) WHERE transient = 0;
CREATE UNIQUE INDEX log_latest ON log (kind, subject) WHERE transient = 1;

CREATE TABLE task (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid       TEXT NOT NULL UNIQUE,
    workspace  INTEGER NOT NULL REFERENCES workspace (id),
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    col        TEXT NOT NULL,
    position   REAL NOT NULL,
    held_at    TEXT,
    priority   TEXT NOT NULL,
    labels     TEXT NOT NULL,
    checks     TEXT NOT NULL,
    scope      TEXT NOT NULL,
    tracker    TEXT,
    branch     TEXT,
    revision   INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    doc        INTEGER
);
CREATE INDEX task_column ON task (workspace, col, position) WHERE deleted_at IS NULL;

CREATE TABLE task_link (
    task      INTEGER NOT NULL REFERENCES task (id),
    waits_for INTEGER NOT NULL REFERENCES task (id),
    PRIMARY KEY (task, waits_for)
) WITHOUT ROWID;

CREATE TABLE task_session (
    task      INTEGER NOT NULL REFERENCES task (id),
    session   INTEGER NOT NULL REFERENCES session (id),
    linked_by TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    PRIMARY KEY (task, session)
) WITHOUT ROWID;
CREATE INDEX task_of_session ON task_session (session);

CREATE TABLE blob (
    hash       TEXT PRIMARY KEY,
    media_type TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    stored     INTEGER NOT NULL
) WITHOUT ROWID;
