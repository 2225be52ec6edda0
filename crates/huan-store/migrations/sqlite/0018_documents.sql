-- Documents of the library 「资料库」: pages with their editions, with whom they are shared, and what they are linked with.

CREATE TABLE document (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    template BOOLEAN NOT NULL,
    readers TEXT NOT NULL,
    created_by TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    edition BIGINT NOT NULL,
    trashed_by TEXT,
    trashed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, created_by) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, changed_by) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX document_number ON document (workspace, number);
CREATE INDEX document_recent ON document (workspace, collaboration, updated_at, id);

-- What a document said. Rows are only ever added.
CREATE TABLE document_edition (
    workspace TEXT NOT NULL,
    document TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    note TEXT NOT NULL,
    added BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    written_by TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, document, number),
    FOREIGN KEY (workspace, document) REFERENCES document (workspace, id),
    FOREIGN KEY (workspace, written_by) REFERENCES person (workspace, id)
);

-- The readers of a document, found from their side.
CREATE TABLE document_reader (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (workspace, person, document),
    FOREIGN KEY (workspace, document) REFERENCES document (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);

-- The things a document is linked with, found from their side: because its newest edition leads to them, or by hand.
CREATE TABLE document_link (
    workspace TEXT NOT NULL,
    target TEXT NOT NULL,
    document TEXT NOT NULL,
    by_hand BOOLEAN NOT NULL,
    PRIMARY KEY (workspace, target, document, by_hand),
    FOREIGN KEY (workspace, document) REFERENCES document (workspace, id)
);
CREATE INDEX document_link_of ON document_link (workspace, document);
