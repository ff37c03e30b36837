-- Sessions that began as another one did. `ends_at` says where the shared beginning ends in the
-- origin's transcript, in bytes; without it, the session's own transcript begins with a copy.
-- `ordinal` and `seq` are the origin's last shared event, once one is known.
CREATE TABLE fork (
    session INTEGER NOT NULL,
    origin  INTEGER NOT NULL,
    ends_at INTEGER,
    ordinal INTEGER,
    seq     INTEGER,
    PRIMARY KEY (session, origin)
) WITHOUT ROWID;
CREATE INDEX fork_origin ON fork (origin);

-- Events that turned out to be copies: their numbers lead to the event that they copy.
CREATE TABLE event_copy (
    seq     INTEGER PRIMARY KEY,
    copy_of INTEGER NOT NULL
);
