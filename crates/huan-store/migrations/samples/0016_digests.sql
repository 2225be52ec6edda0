-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO digest (workspace, id, collaboration, rhythm, day, state, since, due_at, next_at, edits, sent, version)
    VALUES ('wsp_00000000000000000000000001', 'dgs_00000000000000000000000001', 'col_00000000000000000000000001', 'daily', '2026-11-25', 'planned', 1800000000000000, 1800000000000000, 1800000000000000, '{"note":"明天评审"}', NULL, 1);
INSERT INTO notice_preference (workspace, person, preferences)
    VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', '{"quiet":{"from":"22:00:00","to":"08:00:00"},"news":{"tasks":"gathered"},"gather_at":["09:30:00"]}');
