-- What collaborations agreed on when they were started, and starts that are not finished.

CREATE TABLE charter (
    workspace TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    content TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, collaboration),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);

CREATE TABLE unfinished_start (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX unfinished_start_person ON unfinished_start (workspace, person);
