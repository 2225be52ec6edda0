-- Emergencies 「紧急」: the plan that runs for an urgent problem, its checklist, and the templates that were edited.

CREATE TABLE emergency (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    problem TEXT COLLATE "C" NOT NULL,
    collaboration TEXT COLLATE "C" NOT NULL,
    plan TEXT COLLATE "C" NOT NULL,
    plan_name TEXT COLLATE "C" NOT NULL,
    severity TEXT COLLATE "C" NOT NULL,
    pace TEXT COLLATE "C" NOT NULL,
    phase_name TEXT COLLATE "C" NOT NULL,
    phase TEXT COLLATE "C" NOT NULL,
    roles TEXT COLLATE "C" NOT NULL,
    drill BOOLEAN NOT NULL,
    calls BOOLEAN NOT NULL,
    war_room TEXT COLLATE "C",
    meeting TEXT COLLATE "C",
    acknowledged TEXT COLLATE "C" NOT NULL,
    report TEXT COLLATE "C",
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, problem) REFERENCES problem (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id)
);
CREATE UNIQUE INDEX emergency_problem ON emergency (workspace, problem);
CREATE INDEX emergency_recent ON emergency (workspace, started_at, id);
CREATE INDEX emergency_phase ON emergency (workspace, phase_name, started_at, id);
CREATE INDEX emergency_of ON emergency (workspace, collaboration, started_at, id);

CREATE TABLE checklist_item (
    workspace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    emergency TEXT COLLATE "C" NOT NULL,
    place BIGINT NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C",
    due_at BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, emergency) REFERENCES emergency (workspace, id)
);
CREATE INDEX checklist_item_of ON checklist_item (workspace, emergency, place);

-- A template that ships is used until a row takes its place.
CREATE TABLE plan_template (
    workspace TEXT COLLATE "C" NOT NULL REFERENCES workspace,
    template TEXT COLLATE "C" NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, template)
);
