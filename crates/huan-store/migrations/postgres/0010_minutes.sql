-- Minutes 「会议纪要」 of decisions and meetings: what is owed or filed, the editions, and the participants' word on them.

CREATE TABLE minutes (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    level TEXT COLLATE "C" NOT NULL,
    started_by TEXT COLLATE "C" NOT NULL,
    recorder TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C",
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
    workspace TEXT COLLATE "C" NOT NULL,
    minutes TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    title TEXT COLLATE "C" NOT NULL,
    content TEXT COLLATE "C" NOT NULL,
    note TEXT COLLATE "C" NOT NULL,
    filed_by TEXT COLLATE "C" NOT NULL,
    filed_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, minutes, number),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id),
    FOREIGN KEY (workspace, filed_by) REFERENCES person (workspace, id)
);

-- Whose word is asked for.
CREATE TABLE minutes_confirmation (
    workspace TEXT COLLATE "C" NOT NULL,
    minutes TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    edition BIGINT NOT NULL,
    stand_name TEXT COLLATE "C" NOT NULL,
    stand TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, minutes, person),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX minutes_confirmation_person ON minutes_confirmation (workspace, person, stand_name);

-- The tasks that came of minutes, found from their side.
CREATE TABLE minutes_link (
    workspace TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    minutes TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (workspace, target, minutes),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id)
);
