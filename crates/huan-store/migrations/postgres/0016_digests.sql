-- Daily and weekly digests 「日报/周报」: at most one of a collaboration, rhythm and day, ever.

CREATE TABLE digest (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    rhythm TEXT COLLATE "C" NOT NULL,
    -- in the zone of the collaboration
    day TEXT COLLATE "C" NOT NULL,
    -- planned, prepared, sent, skipped
    state TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- when something is to be done with it next; none when it is over
    next_at BIGINT,
    edits TEXT COLLATE "C" NOT NULL,
    sent TEXT COLLATE "C",
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);
CREATE UNIQUE INDEX digest_day ON digest (workspace, collaboration, rhythm, day);
CREATE INDEX digest_recent ON digest (workspace, collaboration, due_at, id);
CREATE INDEX digest_next ON digest (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX digest_open ON digest (workspace, collaboration, rhythm) WHERE next_at IS NOT NULL;

-- How people want to be told of ordinary matters; who is not here never said.
CREATE TABLE notice_preference (
    workspace TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    preferences TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, person),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
