-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO minutes (workspace, id, collaboration, number, occasion, title, level, started_by, recorder, stage, state, content, message, happened_at, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'min_00000000000000000000000001', 'col_00000000000000000000000001', 1, 'decision', '首版只支持 CSV 导出', 'internal', 'per_00000000000000000000000001', 'per_00000000000000000000000002', 'filed', '{"kind":"filed","edition":1}', '{"participants":[{"kind":"person","person":"per_00000000000000000000000001"}],"conclusions":"首版只支持 CSV 导出"}', 'msg_00000000000000000000000001', 1800000000000000, 1800000000000000, 1800000000000000, 2);
INSERT INTO minutes_edition (workspace, minutes, number, title, content, note, filed_by, filed_at)
    VALUES ('wsp_00000000000000000000000001', 'min_00000000000000000000000001', 1, '首版只支持 CSV 导出', '{"participants":[{"kind":"person","person":"per_00000000000000000000000001"}],"conclusions":"首版只支持 CSV 导出"}', '', 'per_00000000000000000000000002', 1800000000000000);
INSERT INTO minutes_confirmation (workspace, minutes, person, edition, stand_name, stand)
    VALUES ('wsp_00000000000000000000000001', 'min_00000000000000000000000001', 'per_00000000000000000000000001', 1, 'waiting', '{"kind":"waiting"}');
INSERT INTO minutes_link (workspace, target, minutes) VALUES ('wsp_00000000000000000000000001', 'tsk_00000000000000000000000001', 'min_00000000000000000000000001');
