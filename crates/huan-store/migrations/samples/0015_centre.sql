-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO outline (workspace, collaboration, sections, version)
    VALUES ('wsp_00000000000000000000000001', 'col_00000000000000000000000001', '{"sections":[{"key":"requirements","name":"","rules":[{"kind":"prefix","words":"客户反馈"}]},{"key":"changes","name":"","rules":[]},{"key":"risks","name":"","rules":[{"kind":"tag","words":"风险"}]}]}', 1);
INSERT INTO entry (workspace, id, collaboration, number, section, text, level, said_by, said_by_name, said_at, platform, message, filed_by, way, told_at, removed_by, removed_at, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'ent_00000000000000000000000001', 'col_00000000000000000000000001', 1, 'requirements', '希望能导出 Excel', 'internal', 'per_00000000000000000000000001', '', 1800000000000000, 'dingtalk', 'msg_00000000000000000000000001', NULL, 'rule', NULL, NULL, NULL, 1800000000000000, 1800000000000000, 1);
INSERT INTO chat_decision (workspace, message, channel, sent_at, dismissed_by, dismissed_at)
    VALUES ('wsp_00000000000000000000000001', 'msg_00000000000000000000000001', 'chn_00000000000000000000000001', 1800000000000000, NULL, NULL);
