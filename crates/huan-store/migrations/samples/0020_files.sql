-- Rows as this step leaves them. Later steps are tried on top of them.
INSERT INTO file (workspace, id, collaboration, document, name, kind, size, digest, level, created_by, trashed_by, trashed_at, created_at, updated_at, version)
    VALUES ('wsp_00000000000000000000000001', 'fil_00000000000000000000000001', 'col_00000000000000000000000001', 'doc_00000000000000000000000001', '原型.png', 'png', 0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'internal', 'per_00000000000000000000000001', NULL, NULL, 1800000000000000, 1800000000000000, 1);
INSERT INTO file_part (workspace, file, number, data) VALUES ('wsp_00000000000000000000000001', 'fil_00000000000000000000000001', 0, '');
