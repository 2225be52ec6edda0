-- This step changes indices, and from when on an event may be taken that never was: at once.
INSERT INTO inbox (workspace, id, position, account, foreign_event, order_key, payload, received_at, state, ready_at, attempts, error, finished_at)
    VALUES ('wsp_00000000000000000000000001', 'inb_00000000000000000000000008', 8, 'acc_00000000000000000000000001', 'ev8', 'oc_1', '{}', 1800000000000000, 'waiting', 0, 0, NULL, NULL);
