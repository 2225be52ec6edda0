-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO charter (workspace, collaboration, content, version) VALUES ('wsp_00000000000000000000000001', 'col_00000000000000000000000001', '{"milestones":[{"name":"评审","on":"2026-12-18"}],"duties":[],"tools":{"minutes":"feishu"}}', 1);
INSERT INTO unfinished_start (workspace, id, person, content, created_at, updated_at, version) VALUES ('wsp_00000000000000000000000001', 'sta_00000000000000000000000001', 'per_00000000000000000000000001', '{}', 1800000000000000, 1800000000000000, 1);
