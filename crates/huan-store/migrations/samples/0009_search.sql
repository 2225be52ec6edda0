-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO search_entry (place, workspace, thing, mark) VALUES (1887436800000000001, 'wsp_00000000000000000000000001', 'tsk_00000000000000000000000009', 7);
INSERT INTO search_fill (workspace, kind, after) VALUES ('wsp_00000000000000000000000001', 'sample', 'smp_1');
