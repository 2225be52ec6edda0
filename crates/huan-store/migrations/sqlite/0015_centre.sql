-- The collaboration centre 「协作中心」: its sections, the entries in them, and what was said in chats that looks like a decision.

-- The sections of a collaboration and their rules, where they are not those that come with the program.
CREATE TABLE outline (
    workspace TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    sections TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, collaboration),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);

CREATE TABLE entry (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number BIGINT NOT NULL,
    section TEXT NOT NULL,
    text TEXT NOT NULL,
    level TEXT NOT NULL,
    said_by TEXT,
    said_by_name TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    platform TEXT,
    message TEXT,
    filed_by TEXT,
    way TEXT NOT NULL,
    told_at BIGINT,
    removed_by TEXT,
    removed_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, message) REFERENCES message (workspace, id)
);
CREATE UNIQUE INDEX entry_number ON entry (workspace, number);
-- One message is one entry, however often it is heard or asked for.
CREATE UNIQUE INDEX entry_message ON entry (workspace, message) WHERE message IS NOT NULL;
CREATE INDEX entry_section ON entry (workspace, collaboration, section, said_at, id);
CREATE INDEX entry_recent ON entry (workspace, collaboration, said_at, id);

-- Messages that look like decisions, until they are in minutes or an entry, or somebody says that they are none.
CREATE TABLE chat_decision (
    workspace TEXT NOT NULL,
    message TEXT NOT NULL,
    channel TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    dismissed_by TEXT,
    dismissed_at BIGINT,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, message) REFERENCES message (workspace, id)
);
CREATE INDEX chat_decision_open ON chat_decision (workspace, channel, sent_at, message) WHERE dismissed_at IS NULL;
