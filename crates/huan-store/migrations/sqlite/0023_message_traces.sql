-- From a message to what was done by it (F4).
CREATE INDEX history_message ON history (workspace, (source ->> '$.message'), position)
    WHERE (source ->> '$.message') IS NOT NULL;
