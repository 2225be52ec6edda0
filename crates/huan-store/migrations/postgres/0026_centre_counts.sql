-- What the centre of a collaboration counts at a glance is read from an index alone: its entries, and who owes tasks.
CREATE INDEX entry_seen ON entry (workspace, collaboration, section, level, said_by, filed_by) WHERE removed_at IS NULL;
CREATE INDEX task_owing ON task (workspace, collaboration, owner, level, due_at) WHERE is_open;
