-- Groups that Huan is to make on a platform, and what became of them.

CREATE TABLE group_request (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    -- whose war room it becomes
    emergency TEXT,
    -- waiting, made, failed, uncertain, dropped
    state TEXT NOT NULL,
    -- when something is to be done next
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    data TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, emergency) REFERENCES emergency (workspace, id)
);
CREATE INDEX group_request_due ON group_request (workspace, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX group_request_of ON group_request (workspace, collaboration, id);
CREATE INDEX group_request_emergency ON group_request (workspace, emergency, id) WHERE emergency IS NOT NULL;
