-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO usage_rules (workspace, collaboration, text, revision, announced_at, version) VALUES ('wsp_00000000000000000000000001', 'col_00000000000000000000000001', '紧急事项 @全体', 1, 1800000000000000, 2);
INSERT INTO rules_reading (workspace, id, collaboration, person, revision, asked_at, confirmed_at) VALUES ('wsp_00000000000000000000000001', 'rrd_00000000000000000000000001', 'col_00000000000000000000000001', 'per_00000000000000000000000001', 1, 1800000000000000, NULL);
