-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO document (workspace, id, collaboration, number, title, level, template, readers, created_by, changed_by, edition, trashed_by, trashed_at, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'doc_00000000000000000000000001', 'col_00000000000000000000000001', 1, '接口约定', 'internal', FALSE, '["per_00000000000000000000000002"]', 'per_00000000000000000000000001', 'per_00000000000000000000000001', 1, NULL, NULL, 1800000000000000, 1800000000000000, 1);
INSERT INTO document_edition (workspace, document, number, title, text, note, added, removed, written_by, written_at)
    VALUES ('wsp_00000000000000000000000001', 'doc_00000000000000000000000001', 1, '接口约定', '# 接口', '', 1, 0, 'per_00000000000000000000000001', 1800000000000000);
INSERT INTO document_reader (workspace, person, document) VALUES ('wsp_00000000000000000000000001', 'per_00000000000000000000000002', 'doc_00000000000000000000000001');
INSERT INTO document_link (workspace, target, document, by_hand) VALUES ('wsp_00000000000000000000000001', 'tsk_00000000000000000000000001', 'doc_00000000000000000000000001', TRUE);
