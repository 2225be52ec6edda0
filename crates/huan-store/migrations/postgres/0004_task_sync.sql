-- Tasks kept in step with a task platform.

-- A collaboration's bond with a project.
CREATE TABLE task_binding (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    account TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    -- when the platform is asked again what changed; none while it does not run
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    troubled BOOLEAN NOT NULL,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);
CREATE UNIQUE INDEX task_binding_collaboration ON task_binding (workspace, collaboration);
CREATE UNIQUE INDEX task_binding_project ON task_binding (workspace, account, project);

-- A task here and a task there that are one; while one of them is still to be made, only the other.
CREATE TABLE task_link (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    binding TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C",
    foreign_task TEXT COLLATE "C",
    -- when it is to be looked at again
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    -- whether something could not be brought into step
    troubled BOOLEAN NOT NULL,
    -- when it was last changed on both sides at once
    conflicted_at BIGINT,
    data TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, binding) REFERENCES task_binding (workspace, id),
    FOREIGN KEY (workspace, task) REFERENCES task (workspace, id)
);
CREATE UNIQUE INDEX task_link_task ON task_link (workspace, task) WHERE task IS NOT NULL;
CREATE UNIQUE INDEX task_link_foreign ON task_link (workspace, binding, foreign_task) WHERE foreign_task IS NOT NULL;
CREATE INDEX task_link_due ON task_link (workspace, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX task_link_troubled ON task_link (workspace, binding, id) WHERE troubled;
CREATE INDEX task_link_conflicted ON task_link (workspace, binding, conflicted_at) WHERE conflicted_at IS NOT NULL;

-- Words about a linked task: those that came from the platform, and those that go there.
CREATE TABLE task_comment (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    task TEXT COLLATE "C" NOT NULL,
    -- the platform's id, once it is known
    foreign_comment TEXT COLLATE "C",
    author TEXT COLLATE "C",
    text TEXT COLLATE "C" NOT NULL,
    -- waiting, sent, taken, refused
    state TEXT COLLATE "C" NOT NULL,
    attempted_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, task) REFERENCES task (workspace, id)
);
CREATE UNIQUE INDEX task_comment_foreign ON task_comment (workspace, task, foreign_comment) WHERE foreign_comment IS NOT NULL;
CREATE INDEX task_comment_waiting ON task_comment (workspace, task, created_at, id);
