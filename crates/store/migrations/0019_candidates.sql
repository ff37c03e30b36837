-- Candidates of decisions that are settled: `key` is the candidate's within its session, `note` the path of what it became.
CREATE TABLE candidate (
    session INTEGER NOT NULL,
    key     TEXT NOT NULL,
    state   TEXT NOT NULL,
    note    TEXT,
    at      INTEGER NOT NULL,
    PRIMARY KEY (session, key)
) WITHOUT ROWID;
-- Facts that may be candidates.
CREATE INDEX fact_candidate ON fact (session, at)
    WHERE kind IN ('answered', 'approved', 'rejected', 'refused', 'summarised', 'directed');
