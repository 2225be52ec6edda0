-- An event is kept with as little writing as will do: its place within a conversation is only indexed from when it is taken
-- up, and its name leads the index that knows it again.

DROP INDEX inbox_order;
CREATE INDEX inbox_taken ON inbox (workspace, account, order_key, position) WHERE ready_at IS NOT NULL AND attempts > 0;
DROP INDEX inbox_event;
CREATE UNIQUE INDEX inbox_event ON inbox (foreign_event, account, workspace);
-- An event that was never taken up may be taken at once.
UPDATE inbox SET ready_at = 0 WHERE ready_at IS NOT NULL AND attempts = 0;
