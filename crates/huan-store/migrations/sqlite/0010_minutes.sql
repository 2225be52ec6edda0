-- Minutes 「会议纪要」 of decisions and meetings: what is owed or filed, the editions, and the participants' word on them.

CREATE TABLE minutes (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number BIGINT NOT NULL,
    occasion TEXT NOT NULL,
    title TEXT NOT NULL,
    level TEXT NOT NULL,
    started_by TEXT NOT NULL,
    recorder TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    content TEXT NOT NULL,
    message TEXT,
    happened_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, started_by) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, recorder) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX minutes_number ON minutes (workspace, number);
CREATE INDEX minutes_recent ON minutes (workspace, collaboration, happened_at, id);
CREATE INDEX minutes_recorder ON minutes (workspace, recorder, stage);
CREATE INDEX minutes_message ON minutes (workspace, message) WHERE message IS NOT NULL;

-- Minutes as they were filed. Rows are only ever added.
CREATE TABLE minutes_edition (
    workspace TEXT NOT NULL,
    minutes TEXT NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    note TEXT NOT NULL,
    filed_by TEXT NOT NULL,
    filed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, minutes, number),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id),
    FOREIGN KEY (workspace, filed_by) REFERENCES person (workspace, id)
);

-- Whose word is asked for.
CREATE TABLE minutes_confirmation (
    workspace TEXT NOT NULL,
    minutes TEXT NOT NULL,
    person TEXT NOT NULL,
    edition BIGINT NOT NULL,
    stand_name TEXT NOT NULL,
    stand TEXT NOT NULL,
    PRIMARY KEY (workspace, minutes, person),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX minutes_confirmation_person ON minutes_confirmation (workspace, person, stand_name);

-- The tasks that came of minutes, found from their side.
CREATE TABLE minutes_link (
    workspace TEXT NOT NULL,
    target TEXT NOT NULL,
    minutes TEXT NOT NULL,
    PRIMARY KEY (workspace, target, minutes),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id)
);
