-- From a message to what was done by it (F4).
CREATE INDEX history_message ON history (workspace, (source::jsonb ->> 'message'), position)
    WHERE (source::jsonb ->> 'message') IS NOT NULL;
