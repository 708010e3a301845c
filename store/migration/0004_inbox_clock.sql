-- Whether received_at is a driven clock's.
ALTER TABLE inbox ADD COLUMN driven INTEGER NOT NULL DEFAULT 0;
