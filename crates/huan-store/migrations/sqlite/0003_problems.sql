-- Problems 「问题」, whom they were asked of, what they concern, and whom an urgent one is rung with.

CREATE TABLE problem (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    urgency TEXT NOT NULL,
    severity TEXT,
    raised_by TEXT NOT NULL,
    owner TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    level TEXT NOT NULL,
    tasks TEXT NOT NULL,
    records TEXT NOT NULL,
    message TEXT,
    drill BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, raised_by) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, owner) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX problem_number ON problem (workspace, number);
CREATE INDEX problem_recent ON problem (workspace, collaboration, is_open, updated_at, id);
CREATE INDEX problem_age ON problem (workspace, collaboration, created_at, id);
CREATE INDEX problem_owner ON problem (workspace, owner, is_open, updated_at, id);
CREATE INDEX problem_raised_by ON problem (workspace, raised_by, is_open, updated_at, id);
CREATE INDEX problem_message ON problem (workspace, message) WHERE message IS NOT NULL;

-- Tasks and rows of the record table, found from their side.
CREATE TABLE problem_link (
    workspace TEXT NOT NULL,
    target TEXT NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (workspace, target, problem),
    FOREIGN KEY (workspace, problem) REFERENCES problem (workspace, id)
);
CREATE INDEX problem_link_problem ON problem_link (workspace, problem);

-- Who was asked to answer since the question was last put: the owner at place 0, then up the line.
CREATE TABLE problem_asked (
    workspace TEXT NOT NULL,
    problem TEXT NOT NULL,
    person TEXT NOT NULL,
    place BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, problem, person),
    FOREIGN KEY (workspace, problem) REFERENCES problem (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX problem_asked_person ON problem_asked (workspace, person);

CREATE TABLE call_list (
    workspace TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    place BIGINT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (workspace, collaboration, place),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
