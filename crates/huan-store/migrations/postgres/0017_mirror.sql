-- Mirrors of collaborations on platforms that keep pages and tables.

CREATE TABLE mirror (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    -- what its tables stand in, once it was made there: changes there are told by it
    base TEXT COLLATE "C",
    -- whether it is at work: only then does a change here have it looked at
    running BOOLEAN NOT NULL,
    -- when it is looked at again; none while it does not run
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    -- grows whenever somebody asks for another look
    wakes BIGINT NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);
CREATE UNIQUE INDEX mirror_collaboration ON mirror (workspace, collaboration);
CREATE INDEX mirror_base ON mirror (workspace, base) WHERE base IS NOT NULL;
CREATE INDEX mirror_due ON mirror (workspace, next_at) WHERE next_at IS NOT NULL;

-- Everything of ours that stands there, by our key: pages with their blocks, tables with their columns, rows.
CREATE TABLE mirror_piece (
    workspace TEXT COLLATE "C" NOT NULL,
    mirror TEXT COLLATE "C" NOT NULL,
    key TEXT COLLATE "C" NOT NULL,
    -- whether something of it could not be brought over
    troubled BOOLEAN NOT NULL,
    -- when a change of it was last lost against one of the other side
    conflicted_at BIGINT,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, mirror, key),
    FOREIGN KEY (workspace, mirror) REFERENCES mirror (workspace, id)
);
CREATE INDEX mirror_piece_troubled ON mirror_piece (workspace, mirror, key) WHERE troubled;
CREATE INDEX mirror_piece_conflicted ON mirror_piece (workspace, mirror, conflicted_at) WHERE conflicted_at IS NOT NULL;
