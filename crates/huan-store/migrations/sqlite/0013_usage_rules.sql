-- The usage rules of collaborations 「使用规则」, and who has confirmed having read them.

CREATE TABLE usage_rules (
    workspace TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    text TEXT NOT NULL,
    revision BIGINT NOT NULL,
    announced_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, collaboration),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);

CREATE TABLE rules_reading (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    person TEXT NOT NULL,
    revision BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX rules_reading_member ON rules_reading (workspace, collaboration, person);
CREATE INDEX rules_reading_person ON rules_reading (workspace, person);
