-- «Not changed since» is judged in the index of every order, as the other filters are.
DROP INDEX record_age;
DROP INDEX record_due;
DROP INDEX record_topic;
DROP INDEX record_numbered;
DROP INDEX record_status_rank;
CREATE INDEX record_age ON record (workspace, collaboration, created_at, id, status, owner, level, due_at, updated_at);
CREATE INDEX record_due ON record (workspace, collaboration, due_at, id, status, owner, level, updated_at);
CREATE INDEX record_topic ON record (workspace, collaboration, topic, id, status, owner, level, due_at, updated_at);
CREATE INDEX record_numbered ON record (workspace, collaboration, number, id, status, owner, level, due_at, updated_at);
CREATE INDEX record_status_rank
    ON record (workspace, collaboration, status_rank, id, status, owner, level, due_at, updated_at);
-- People are called by their job role as often as by their name.
CREATE INDEX person_job ON person (workspace, job, id);
-- How many tasks of a collaboration are overdue, and when an account was last heard.
CREATE INDEX task_overdue ON task (workspace, collaboration, is_open, due_at);
CREATE INDEX message_heard ON message (workspace, account, heard_at);
