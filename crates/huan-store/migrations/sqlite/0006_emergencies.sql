-- Emergencies 「紧急」: the plan that runs for an urgent problem, its checklist, and the templates that were edited.

CREATE TABLE emergency (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    problem TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    plan TEXT NOT NULL,
    plan_name TEXT NOT NULL,
    severity TEXT NOT NULL,
    pace TEXT NOT NULL,
    phase_name TEXT NOT NULL,
    phase TEXT NOT NULL,
    roles TEXT NOT NULL,
    drill BOOLEAN NOT NULL,
    calls BOOLEAN NOT NULL,
    war_room TEXT,
    meeting TEXT,
    acknowledged TEXT NOT NULL,
    report TEXT,
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
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    emergency TEXT NOT NULL,
    place BIGINT NOT NULL,
    text TEXT NOT NULL,
    role TEXT,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, emergency) REFERENCES emergency (workspace, id)
);
CREATE INDEX checklist_item_of ON checklist_item (workspace, emergency, place);

-- A template that ships is used until a row takes its place.
CREATE TABLE plan_template (
    workspace TEXT NOT NULL REFERENCES workspace,
    template TEXT NOT NULL,
    body TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, template)
);
