-- What collaborations agreed on when they were started, and starts that are not finished.

CREATE TABLE charter (
    workspace TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, collaboration),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);

CREATE TABLE unfinished_start (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX unfinished_start_person ON unfinished_start (workspace, person);
