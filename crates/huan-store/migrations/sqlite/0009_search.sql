-- The word index (ADR 15): what can be searched for, and the pieces of its words.

CREATE TABLE search_entry (
    -- its place in time: the milliseconds of when it came up, and room for a million within each
    place INTEGER PRIMARY KEY,
    workspace TEXT NOT NULL REFERENCES workspace,
    thing TEXT NOT NULL,
    -- a fingerprint of its words: as long as it stays the same there is nothing to write
    mark BIGINT NOT NULL
);
CREATE UNIQUE INDEX search_entry_thing ON search_entry (workspace, thing);

-- The row is the place. The text is kept with the thing itself, not here. Words are cut by the program and parted by spaces.
CREATE VIRTUAL TABLE search_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'"
);

-- Things that were there before the index are taken into it by the program; how far it came, until a kind is done.
CREATE TABLE search_fill (
    workspace TEXT NOT NULL REFERENCES workspace,
    kind TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (workspace, kind)
);
INSERT INTO search_fill (workspace, kind, after)
    SELECT workspace.id, kinds.kind, '' FROM workspace CROSS JOIN (
        SELECT 'message' AS kind UNION ALL SELECT 'record' UNION ALL SELECT 'task' UNION ALL SELECT 'problem'
        UNION ALL SELECT 'emergency'
    ) AS kinds;

-- Whether something confidential was made of a message, or it was said in the war room of something confidential.
CREATE INDEX record_message ON record (workspace, message) WHERE message IS NOT NULL;
CREATE INDEX emergency_war_room ON emergency (workspace, war_room) WHERE war_room IS NOT NULL;
