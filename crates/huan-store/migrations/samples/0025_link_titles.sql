-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO link_title (workspace, platform, kind, id, title, owner, reason, detail, asked_by, attempts, checked_at, next_at)
    VALUES ('wsp_00000000000000000000000001', 'feishu', 'wiki', 'wikcn1', '上线计划', '王总', NULL, NULL, 'doc_00000000000000000000000001', 0, 1800000000000000, NULL);
