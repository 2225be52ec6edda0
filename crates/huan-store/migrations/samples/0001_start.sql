-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO workspace (id, name, zone) VALUES ('wsp_00000000000000000000000001', '样板公司', 'Asia/Shanghai');
INSERT INTO stream (workspace, history, hash, live) VALUES ('wsp_00000000000000000000000001', 1, 'b', 1);
INSERT INTO counter (workspace, name, value) VALUES ('wsp_00000000000000000000000001', 'task', 1);
INSERT INTO tally (workspace, scope, name, n) VALUES ('wsp_00000000000000000000000001', 'col_00000000000000000000000001', 'task:offered', 1);
INSERT INTO setting (workspace, name, value, updated_at) VALUES ('wsp_00000000000000000000000001', 'quiet_hours', '{"from":"22:00"}', 1800000000000000);
INSERT INTO holiday_year (workspace, year, data, imported_at) VALUES ('wsp_00000000000000000000000001', 2026, '{}', 1800000000000000);
INSERT INTO department (workspace, id, name, parent) VALUES ('wsp_00000000000000000000000001', 'dep_00000000000000000000000001', '研发部', NULL);
INSERT INTO department (workspace, id, name, parent) VALUES ('wsp_00000000000000000000000001', 'dep_00000000000000000000000002', '后端组', 'dep_00000000000000000000000001');
INSERT INTO person (workspace, id, name, department, job, superior, hours, language, mobile, mail, staff_number, administrator, standing_kind, standing, version)
    VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', '王总', NULL, '研发总监', NULL, '{}', 'zh-CN', '13800000001', 'w@example.com', 'A1', true, 'active', '{"kind":"active"}', 1);
INSERT INTO person (workspace, id, name, department, job, superior, hours, language, mobile, mail, staff_number, administrator, standing_kind, standing, version)
    VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000002', '李强', 'dep_00000000000000000000000002', '研发组长', 'per_00000000000000000000000001', '{}', 'en', NULL, NULL, NULL, false, 'left', '{"kind":"left","since":"2026-11-01T00:00:00Z"}', 3);
INSERT INTO password (workspace, person, hash, updated_at) VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', '$argon2id$x', 1800000000000000);
INSERT INTO account (workspace, id, platform, name, settings, enabled, state, state_at, holder, held_until, created_at, version)
    VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'feishu', '飞书', '', true, '{"kind":"connected"}', 1800000000000000, 'node', 1800000060000000, 1800000000000000, 1);
INSERT INTO identity (workspace, id, person, account, foreign_user, aliases, name, preferred)
    VALUES ('wsp_00000000000000000000000001', 'idn_00000000000000000000000001', 'per_00000000000000000000000002', 'acc_00000000000000000000000001', 'ou_1', '["on_1"]', '李强', true);
INSERT INTO identity_alias (workspace, account, foreign_user, identity) VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'ou_1', 'idn_00000000000000000000000001');
INSERT INTO collaboration (workspace, id, name, goal, goal_on, state, levels, created_at, version)
    VALUES ('wsp_00000000000000000000000001', 'col_00000000000000000000000001', '产品V2.0', '完成产品V2.0需求文档评审', '2026-12-31', 'running', '{}', 1800000000000000, 1);
INSERT INTO membership (workspace, id, collaboration, person, role, duty)
    VALUES ('wsp_00000000000000000000000001', 'mbr_00000000000000000000000001', 'col_00000000000000000000000001', 'per_00000000000000000000000001', 'initiator', '提出需求');
INSERT INTO channel (workspace, id, collaboration, account, conversation, title, has_outsiders, present)
    VALUES ('wsp_00000000000000000000000001', 'chn_00000000000000000000000001', 'col_00000000000000000000000001', 'acc_00000000000000000000000001', 'oc_1', '项目群', false, true);
INSERT INTO message (workspace, id, account, foreign_message, conversation, channel, speaker, speaker_name, text, reply_to, link, sent_at, heard_at)
    VALUES ('wsp_00000000000000000000000001', 'msg_00000000000000000000000001', 'acc_00000000000000000000000001', 'om_1', 'oc_1', 'chn_00000000000000000000000001', 'per_00000000000000000000000001', '王总', '@环 任务 评估', NULL, NULL, 1800000000000000, 1800000001000000);
INSERT INTO task (workspace, id, collaboration, number, name, description, initiator, owner, helpers, due_at, priority, priority_rank, criteria, level, stage, state, is_open, progress, record, message, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'tsk_00000000000000000000000001', 'col_00000000000000000000000001', 1, '评估数据导出', '', 'per_00000000000000000000000001', 'per_00000000000000000000000002', '[]', 9223372036854775807, 'normal', 2, '', 'internal', 'offered', '{"kind":"offered"}', true, NULL, NULL, 'msg_00000000000000000000000001', 1800000000000000, 1800000000000000, 1);
INSERT INTO task_helper (workspace, person, task) VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', 'tsk_00000000000000000000000001');
INSERT INTO reference (workspace, subject, target, kind, title, added_at) VALUES ('wsp_00000000000000000000000001', 'tsk_00000000000000000000000001', 'https://docs.example/1', 'document', '需求文档', 1800000000000000);
INSERT INTO record (workspace, id, collaboration, number, topic, participants, platforms, summary, owner, due_at, status, status_rank, follow_up, follow_up_excuse, level, task, message, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'rec_00000000000000000000000001', 'col_00000000000000000000000001', '研发部-2026-0001', '产品V2.0需求评审', '[]', '["feishu"]', '评估可行性', 'per_00000000000000000000000002', 1800003600000000, 'in_progress', 1, '设计专员明日提交原型', NULL, 'internal', 'tsk_00000000000000000000000001', NULL, 1800000000000000, 1800000000000000, 1);
INSERT INTO record_person (workspace, person, record) VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000002', 'rec_00000000000000000000000001');
INSERT INTO record_platform (workspace, platform, record) VALUES ('wsp_00000000000000000000000001', 'feishu', 'rec_00000000000000000000000001');
INSERT INTO follow_up (workspace, id, record, person, action, due_at, done_at, version)
    VALUES ('wsp_00000000000000000000000001', 'flw_00000000000000000000000001', 'rec_00000000000000000000000001', 'per_00000000000000000000000002', '提交原型', 1800003600000000, NULL, 1);
INSERT INTO clock (workspace, id, subject, kind, stage, generation, started_at, next_at, due_at, state, version, leased_until)
    VALUES ('wsp_00000000000000000000000001', 'clk_00000000000000000000000001', 'tsk_00000000000000000000000001', 'acceptance', 0, 1, 1800000000000000, 1800003600000000, 1800007200000000, '{"state":"running"}', 1, 0);
INSERT INTO history (workspace, position, id, subject, collaboration, at, actor, source, event, previous, hash)
    VALUES ('wsp_00000000000000000000000001', 1, 'hst_00000000000000000000000001', 'tsk_00000000000000000000000001', 'col_00000000000000000000000001', 1800000000000000, 'per_00000000000000000000000001', '{"kind":"web"}', '{"kind":"created"}', '', 'b');
INSERT INTO live (workspace, position, at, kind, subject, collaboration, data)
    VALUES ('wsp_00000000000000000000000001', 1, 1800000000000000, 'task', 'tsk_00000000000000000000000001', 'col_00000000000000000000000001', 'null');
INSERT INTO inbox (workspace, id, position, account, foreign_event, order_key, payload, received_at, state, ready_at, attempts, error, finished_at)
    VALUES ('wsp_00000000000000000000000001', 'inb_00000000000000000000000001', 1, 'acc_00000000000000000000000001', 'ev1', 'oc_1', '{}', 1800000000000000, 'waiting', 1800000000000000, 0, NULL, NULL);
INSERT INTO delivery (workspace, id, position, account, lane, target_lane, urgency, order_key, merge_key, subject, collaboration, person, channel, what, message, idempotency_key, state, ready_at, attempts, foreign_message, reason, detail, created_at, sent_at, delivered_at, read_at, answered_at, version)
    VALUES ('wsp_00000000000000000000000001', 'dlv_00000000000000000000000001', 1, 'acc_00000000000000000000000001', 'app', 'user:ou_1', 2, 'person 2', NULL, 'tsk_00000000000000000000000001', 'col_00000000000000000000000001', 'per_00000000000000000000000002', NULL, 'task_card', '{}', 'dlv_1', 'sent', NULL, 1, 'om_2', NULL, NULL, 1800000000000000, 1800000001000000, NULL, NULL, NULL, 3);
INSERT INTO attempt (workspace, id, delivery, account, lane, target_lane, started_at, finished_at, outcome, reason, detail)
    VALUES ('wsp_00000000000000000000000001', 'att_00000000000000000000000001', 'dlv_00000000000000000000000001', 'acc_00000000000000000000000001', 'app', 'user:ou_1', 1800000000000000, 1800000001000000, 'sent', NULL, NULL);
INSERT INTO lane_rest (workspace, account, lane, until, reason) VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'app', 1800000060000000, 'delivery.reason.throttled');
INSERT INTO sent_card (workspace, account, foreign_message, subject, person, channel, kind, reference, shows, sent_at)
    VALUES ('wsp_00000000000000000000000001', 'acc_00000000000000000000000001', 'om_2', 'tsk_00000000000000000000000001', 'per_00000000000000000000000002', NULL, 'task_card', 'ref1', 'abc', 1800000001000000);
INSERT INTO session (workspace, id, hash, person, user_agent, created_at, seen_at, expires_at)
    VALUES ('wsp_00000000000000000000000001', 'ses_00000000000000000000000001', 'h1', 'per_00000000000000000000000001', 'Firefox', 1800000000000000, 1800000000000000, 1800086400000000);
INSERT INTO token (workspace, id, hash, name, person, created_at, expires_at, used_at, revoked_at)
    VALUES ('wsp_00000000000000000000000001', 'tok_00000000000000000000000001', 'h2', '导入', 'per_00000000000000000000000001', 1800000000000000, NULL, NULL, NULL);
INSERT INTO one_time_link (workspace, id, hash, purpose, person, created_at, expires_at, used_at)
    VALUES ('wsp_00000000000000000000000001', 'lnk_00000000000000000000000001', 'h3', 'first_administrator', NULL, 1800000000000000, 1800086400000000, NULL);
INSERT INTO signed_link (workspace, hash, subject, uses, used_at, revoked_at) VALUES ('wsp_00000000000000000000000001', 'h4', 'tsk_00000000000000000000000001', 1, 1800000000000000, NULL);
INSERT INTO idempotency (workspace, person, key, request_hash, status, answer, created_at) VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000001', 'k1', 'h5', 201, '{}', 1800000000000000);
