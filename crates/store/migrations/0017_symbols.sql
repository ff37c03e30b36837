-- Symbols that sessions' changes touched, also once those have landed: `name` is the last part of `symbol`.
CREATE TABLE changed_symbol (
    session   INTEGER NOT NULL,
    symbol    TEXT NOT NULL,
    path      TEXT NOT NULL,
    workspace INTEGER NOT NULL,
    name      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (session, symbol, path)
) WITHOUT ROWID;
CREATE INDEX changed_symbol_name ON changed_symbol (workspace, name);
