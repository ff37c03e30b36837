-- What a note's file says of itself, as lists show it. `version` is empty for what has to be read again.
ALTER TABLE note ADD COLUMN kind TEXT NOT NULL DEFAULT 'note';
ALTER TABLE note ADD COLUMN number INTEGER;
ALTER TABLE note ADD COLUMN version TEXT NOT NULL DEFAULT '';
ALTER TABLE note ADD COLUMN at INTEGER;
ALTER TABLE note ADD COLUMN facts TEXT NOT NULL DEFAULT '{}';
CREATE INDEX note_number ON note (workspace, number) WHERE number IS NOT NULL;

-- What a note names, as it is written.
CREATE TABLE note_link (
    note      INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    kind      TEXT NOT NULL,
    target    TEXT NOT NULL,
    is_source INTEGER NOT NULL,
    is_told   INTEGER NOT NULL,
    PRIMARY KEY (note, place)
) WITHOUT ROWID;
CREATE INDEX note_link_target ON note_link (kind, target);

-- The texts that a note's file had; they outlive it.
CREATE TABLE note_version (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace INTEGER NOT NULL REFERENCES workspace (id),
    path      TEXT NOT NULL,
    version   TEXT NOT NULL,
    at        INTEGER NOT NULL,
    person    INTEGER NOT NULL,
    session   INTEGER,
    bytes     INTEGER NOT NULL,
    text      BLOB NOT NULL
);
CREATE INDEX note_version_path ON note_version (workspace, path, id);

-- The highest number that a decision of the workspace has had.
CREATE TABLE decision_number (
    workspace INTEGER PRIMARY KEY REFERENCES workspace (id),
    highest   INTEGER NOT NULL
);
