-- Files that were there before the word index knew them are taken into it by the program.
INSERT INTO search_fill (workspace, kind, after) SELECT id, 'file', '' FROM workspace;
