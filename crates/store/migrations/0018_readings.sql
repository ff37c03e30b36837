-- What an agent that read a session says its words hold: statements whose quotes were found, and how many were dropped.
-- `problem` is why the last try came to nothing.
CREATE TABLE reading (
    session      INTEGER PRIMARY KEY,
    agent        TEXT NOT NULL,
    at           INTEGER NOT NULL,
    upto_seq     INTEGER NOT NULL,
    statements   TEXT NOT NULL,
    unproven     INTEGER NOT NULL,
    wrong_quotes INTEGER NOT NULL,
    unknown      INTEGER NOT NULL,
    problem      TEXT
);
