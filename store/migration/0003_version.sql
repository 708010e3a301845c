-- The version of its function that an alias chose for a task at its acceptance; empty = none was chosen.
ALTER TABLE task ADD COLUMN version_id TEXT NOT NULL DEFAULT '';
