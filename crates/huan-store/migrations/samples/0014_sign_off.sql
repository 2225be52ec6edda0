-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO sign_off (workspace, id, collaboration, round, called_by, statement, evidence, stage, state, called_at, version)
    VALUES ('wsp_00000000000000000000000001', 'sof_00000000000000000000000001', 'col_00000000000000000000000001', 1, 'per_00000000000000000000000001', '需求文档评审通过', '[{"kind":"note","text":"评审无遗留问题"}]', 'open', '{"kind":"open"}', 1800000000000000, 1);
INSERT INTO signature (workspace, id, sign_off, person, answer_name, answer, version)
    VALUES ('wsp_00000000000000000000000001', 'sgn_00000000000000000000000001', 'sof_00000000000000000000000001', 'per_00000000000000000000000002', 'waiting', '{"kind":"waiting"}', 1);
