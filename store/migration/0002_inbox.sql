-- The inbox: outcomes for destinations without a local service. Apart from the tasks, which go sooner
-- or later; bounded by the writer. The body comes last, so that filters need not read it.
CREATE TABLE inbox (
    sequence    INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery    INTEGER NOT NULL UNIQUE, -- delivery.id; never used twice, so that an outcome arrives once
    received_at INTEGER NOT NULL,        -- Unix nanoseconds
    destination TEXT    NOT NULL CHECK (destination <> ''),
    function    TEXT    NOT NULL,
    task        TEXT    NOT NULL,
    request_id  TEXT    NOT NULL,
    body        BLOB    NOT NULL
) STRICT;
