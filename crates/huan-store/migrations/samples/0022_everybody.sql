-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO everybody_call (workspace, channel, day, room, calls, withheld)
    VALUES ('wsp_00000000000000000000000001', 'chn_00000000000000000000000001', '2026-11-25', 'ordinary', 2, 1);
