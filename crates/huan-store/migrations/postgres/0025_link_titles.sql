-- What things of platforms are called that texts lead to, as their platforms told it.

CREATE TABLE link_title (
    workspace TEXT COLLATE "C" NOT NULL,
    platform TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C",
    owner TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    detail TEXT COLLATE "C",
    asked_by TEXT COLLATE "C" NOT NULL,
    attempts BIGINT NOT NULL,
    checked_at BIGINT,
    next_at BIGINT,
    PRIMARY KEY (workspace, platform, kind, id),
    FOREIGN KEY (workspace, asked_by) REFERENCES document (workspace, id)
);
CREATE INDEX link_title_due ON link_title (workspace, next_at) WHERE next_at IS NOT NULL;
