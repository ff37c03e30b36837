-- What the events of sessions prove: `places` are the ordinals of those events, `times` how often the same was told.
CREATE TABLE fact (
    id      INTEGER PRIMARY KEY,
    session INTEGER NOT NULL,
    key     TEXT NOT NULL,
    kind    TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    at      INTEGER,
    times   INTEGER NOT NULL,
    places  TEXT NOT NULL,
    body    TEXT NOT NULL
);
CREATE UNIQUE INDEX fact_session ON fact (session, key);
CREATE INDEX fact_shared ON fact (key) WHERE kind IN ('edited', 'errored');
