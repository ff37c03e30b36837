-- What was posted to a tracker, or may have been: a row stands before the text leaves.
CREATE TABLE post (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace   INTEGER NOT NULL REFERENCES workspace (id),
    subject     TEXT NOT NULL,
    destination TEXT NOT NULL,
    version     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    -- Of the comment; none while nobody knows whether there is one.
    address     TEXT
);
CREATE INDEX post_subject ON post (workspace, subject, id);
