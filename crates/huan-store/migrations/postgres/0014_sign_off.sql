-- Acceptance 「验收」: each call for it is a round, and asks signatures of people. And whom a clock has called on up the line.

ALTER TABLE clock ADD COLUMN called TEXT COLLATE "C" NOT NULL DEFAULT '[]';

CREATE TABLE sign_off (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    round BIGINT NOT NULL,
    called_by TEXT COLLATE "C" NOT NULL,
    statement TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    called_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, called_by) REFERENCES person (workspace, id)
);
-- Two calls at once cannot both be the next round.
CREATE UNIQUE INDEX sign_off_round ON sign_off (workspace, collaboration, round);
CREATE INDEX sign_off_caller ON sign_off (workspace, called_by, stage);

CREATE TABLE signature (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    sign_off TEXT COLLATE "C" NOT NULL,
    person TEXT COLLATE "C" NOT NULL,
    answer_name TEXT COLLATE "C" NOT NULL,
    answer TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, sign_off) REFERENCES sign_off (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX signature_of ON signature (workspace, sign_off, person);
CREATE INDEX signature_person ON signature (workspace, person, answer_name);
