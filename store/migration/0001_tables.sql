-- The catalogue: keys, etag, times and one JSON document a noun.
CREATE TABLE record (
    kind     TEXT    NOT NULL CHECK (kind <> ''),
    parent   TEXT    NOT NULL,
    name     TEXT    NOT NULL CHECK (name <> ''),
    etag     TEXT    NOT NULL,
    created  INTEGER NOT NULL, -- this and all times: Unix nanoseconds, 0 = never
    modified INTEGER NOT NULL,
    document BLOB    NOT NULL,
    PRIMARY KEY (kind, name, parent)
) STRICT;
CREATE INDEX record_parent ON record (parent, kind, name);

-- Functions that were ever invoked asynchronously. Tasks name them by number, which keeps the
-- rows and indexes of tasks small. A function stays here when it is deleted: its tasks stay too.
CREATE TABLE function (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE CHECK (name <> '')
) STRICT;

-- One row for each accepted asynchronous invocation.
-- status: 1 Enqueued 2 Retrying | 3 Dequeued 4 Running 5 Stopping | 6 Succeeded 7 Failed 8 Stopped
-- 9 Expired 10 Invalid. The numbers are in groups (waiting, in hand, ended), so that each group is one range; text
-- would cost an enqueue a third of its speed.
CREATE TABLE task (
    sequence       INTEGER PRIMARY KEY CHECK (sequence > 0),
    function       INTEGER NOT NULL, -- function.id; not a REFERENCES, which would cost every enqueue a look-up
    id             TEXT    NOT NULL CHECK (id <> ''),
    qualifier      TEXT    NOT NULL,
    request_id     TEXT    NOT NULL,
    task_mode      INTEGER NOT NULL,
    retry_attempts INTEGER NOT NULL,
    event_age      INTEGER NOT NULL, -- nanoseconds
    on_success     TEXT    NOT NULL,
    on_failure     TEXT    NOT NULL,
    depth          INTEGER NOT NULL,
    enqueued_at    INTEGER NOT NULL,
    http           TEXT,             -- JSON; NULL = a plain event
    payload        BLOB,             -- NULL = it is in table payload

    version        INTEGER NOT NULL DEFAULT 1,
    status         INTEGER NOT NULL DEFAULT 1 CHECK (status BETWEEN 1 AND 10),
    due_at         INTEGER NOT NULL,
    first_run_at   INTEGER NOT NULL DEFAULT 0,
    ended_at       INTEGER NOT NULL DEFAULT 0,
    attempts       INTEGER NOT NULL DEFAULT 0,
    throttles      INTEGER NOT NULL DEFAULT 0,
    events         TEXT    NOT NULL DEFAULT '', -- JSON; all but the first, Enqueued, which follows from enqueued_at
    instance_id    TEXT    NOT NULL DEFAULT '',
    duration_ms    INTEGER NOT NULL DEFAULT 0,
    error          TEXT    NOT NULL DEFAULT '',
    result         BLOB    DEFAULT x'',         -- NULL = it is in table result
    destination    TEXT    NOT NULL DEFAULT '' CHECK (destination IN ('', 'Succeeded', 'Failed')),

    CHECK ((status >= 6) = (ended_at <> 0))
) STRICT;

-- The id comes first: ids made by the platform grow with time, so that all functions share one
-- place to append at, and an id can be found without its function.
CREATE UNIQUE INDEX task_id ON task (id, function);
CREATE INDEX task_function ON task (function);
CREATE INDEX task_status ON task (status);
CREATE INDEX task_due ON task (due_at) WHERE status <= 2;
CREATE INDEX task_ended ON task (ended_at) WHERE status >= 6;

-- Large payloads and results, apart from the rows that every step of a task rewrites.
CREATE TABLE payload (
    task  INTEGER PRIMARY KEY REFERENCES task ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;
CREATE TABLE result (
    task  INTEGER PRIMARY KEY REFERENCES task ON DELETE CASCADE,
    bytes BLOB NOT NULL
) STRICT;

-- The outbox: outcomes on their way to a destination.
CREATE TABLE delivery (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    task        INTEGER NOT NULL REFERENCES task ON DELETE CASCADE,
    request_id  TEXT    NOT NULL,
    destination TEXT    NOT NULL CHECK (destination <> ''),
    body        BLOB    NOT NULL,
    depth       INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX delivery_due ON delivery (due_at);
CREATE INDEX delivery_task ON delivery (task);
