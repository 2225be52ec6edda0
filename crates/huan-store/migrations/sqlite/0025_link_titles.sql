-- What things of platforms are called that texts lead to, as their platforms told it.

CREATE TABLE link_title (
    workspace TEXT NOT NULL,
    platform TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT,
    owner TEXT,
    reason TEXT,
    detail TEXT,
    asked_by TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    checked_at BIGINT,
    next_at BIGINT,
    PRIMARY KEY (workspace, platform, kind, id),
    FOREIGN KEY (workspace, asked_by) REFERENCES document (workspace, id)
);
CREATE INDEX link_title_due ON link_title (workspace, next_at) WHERE next_at IS NOT NULL;
