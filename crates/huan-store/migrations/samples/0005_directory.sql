INSERT INTO directory_source (workspace, account, in_step, next_at)
    VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', true, 1800000000000000);
INSERT INTO directory_run (workspace, id, account, kind, state, asked_by, begun_at, ended_at, report, held_until, version)
    VALUES ('wsp_00000000000000000000000001', 'dir_00000000000000000000000001', 'acc_00000000000000000000000001', 'import', 'ready', 'per_00000000000000000000000001', 1800000000000000, NULL, '{"people":1}', NULL, 1);
INSERT INTO directory_told (workspace, run, data)
    VALUES ('wsp_00000000000000000000000001', 'dir_00000000000000000000000001', '{"people":[],"departments":[]}');
INSERT INTO directory_row (workspace, run, position, kind, name, data)
    VALUES ('wsp_00000000000000000000000001', 'dir_00000000000000000000000001', 1, 'new', '小陈', '{}');
INSERT INTO directory_entry (workspace, id, source, foreign_user, told, state, doubt, seen_at)
    VALUES ('wsp_00000000000000000000000001', 'den_00000000000000000000000001', 'acc_00000000000000000000000001', 'ou_1', '{"key":"ou_1","name":"李强"}', 'waiting', '{"reason":"name_only"}', 1800000000000000);
INSERT INTO directory_department (workspace, account, foreign_department, department, told)
    VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'od-1', 'dep_00000000000000000000000001', '{"key":"od-1","name":"研发部"}');
INSERT INTO directory_refresh (workspace, account, foreign_user, asked_at)
    VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'ou_1', 1800000000000000);
INSERT INTO person_by_hand (workspace, person, field)
    VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', 'job');
INSERT INTO leaver (workspace, person, account, noticed_at, due_at, state, successor, ended_at)
    VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000002', 'acc_00000000000000000000000001', 1800000000000000, 1800086400000000, 'open', NULL, NULL);
