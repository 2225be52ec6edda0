-- The collaboration centre 「协作中心」: its sections, the entries in them, and what was said in chats that looks like a decision.

-- The sections of a collaboration and their rules, where they are not those that come with the program.
CREATE TABLE outline (
    workspace TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    sections TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, collaboration),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);

CREATE TABLE entry (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    section TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    said_by TEXT COLLATE "C",
    said_by_name TEXT COLLATE "C" NOT NULL,
    said_at BIGINT NOT NULL,
    platform TEXT COLLATE "C",
    message TEXT COLLATE "C",
    filed_by TEXT COLLATE "C",
    way TEXT COLLATE "C" NOT NULL,
    told_at BIGINT,
    removed_by TEXT COLLATE "C",
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
    workspace TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    sent_at BIGINT NOT NULL,
    dismissed_by TEXT COLLATE "C",
    dismissed_at BIGINT,
    PRIMARY KEY (workspace, message),
    FOREIGN KEY (workspace, message) REFERENCES message (workspace, id)
);
CREATE INDEX chat_decision_open ON chat_decision (workspace, channel, sent_at, message) WHERE dismissed_at IS NULL;
