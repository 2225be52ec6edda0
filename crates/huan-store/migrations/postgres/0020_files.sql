-- Files of the library. What they hold lies in parts, so that no row is large; every node of a PostgreSQL sees them.

CREATE TABLE file (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    document TEXT COLLATE "C",
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL,
    trashed_by TEXT COLLATE "C",
    trashed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, document) REFERENCES document (workspace, id),
    FOREIGN KEY (workspace, created_by) REFERENCES person (workspace, id)
);
CREATE INDEX file_recent ON file (workspace, collaboration, created_at, id);
CREATE INDEX file_document ON file (workspace, document) WHERE document IS NOT NULL;

-- What a file holds. Rows are only ever added.
CREATE TABLE file_part (
    workspace TEXT COLLATE "C" NOT NULL,
    file TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (workspace, file, number),
    FOREIGN KEY (workspace, file) REFERENCES file (workspace, id)
);
