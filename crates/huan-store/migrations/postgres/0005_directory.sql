-- The people directory: imported from platforms and lists, kept in step, and those who leave.

-- An account whose people are kept in step by events and every night.
CREATE TABLE directory_source (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    in_step BOOLEAN NOT NULL,
    next_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, account),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);

-- A reading of a source; without an account it is a list from a file.
CREATE TABLE directory_run (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    account TEXT,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT,
    report TEXT NOT NULL,
    -- until when a worker has it
    held_until BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id),
    FOREIGN KEY (workspace, asked_by) REFERENCES person (workspace, id)
);
CREATE INDEX directory_run_account ON directory_run (workspace, account, id);
CREATE INDEX directory_run_under_way ON directory_run (workspace, id) WHERE state IN ('reading', 'applying');

-- What the source of a reading told, so that what is carried out is what was looked at.
CREATE TABLE directory_told (
    workspace TEXT NOT NULL,
    run TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (workspace, run),
    FOREIGN KEY (workspace, run) REFERENCES directory_run (workspace, id)
);

-- The preview of an import.
CREATE TABLE directory_row (
    workspace TEXT NOT NULL,
    run TEXT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (workspace, run, position),
    FOREIGN KEY (workspace, run) REFERENCES directory_run (workspace, id)
);
CREATE INDEX directory_row_kind ON directory_row (workspace, run, kind, position);

-- What a source told of somebody last. The source is an account's id, or «list».
CREATE TABLE directory_entry (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    foreign_user TEXT NOT NULL,
    told TEXT NOT NULL,
    -- known, waiting, ignored
    state TEXT NOT NULL,
    doubt TEXT,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX directory_entry_key ON directory_entry (workspace, source, foreign_user);
CREATE INDEX directory_entry_waiting ON directory_entry (workspace, source, id) WHERE state = 'waiting';

-- Which department here a platform's department is, and what was told of it last.
CREATE TABLE directory_department (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    foreign_department TEXT NOT NULL,
    department TEXT NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (workspace, account, foreign_department),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id),
    FOREIGN KEY (workspace, department) REFERENCES department (workspace, id)
);

-- People whom an event told of, to be read anew.
CREATE TABLE directory_refresh (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    foreign_user TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, account, foreign_user),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);

-- Fields of a person that were set by hand: no source changes them.
CREATE TABLE person_by_hand (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    field TEXT NOT NULL,
    PRIMARY KEY (workspace, person, field),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);

-- Somebody who leaves, until their work is handed over.
CREATE TABLE leaver (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    account TEXT,
    noticed_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    -- open, handed_over, stays
    state TEXT NOT NULL,
    successor TEXT,
    ended_at BIGINT,
    PRIMARY KEY (workspace, person),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, successor) REFERENCES person (workspace, id)
);
CREATE INDEX leaver_open ON leaver (workspace, due_at, person) WHERE state = 'open';

-- Guests, of whom those whose time is up are looked for.
CREATE INDEX person_guest ON person (workspace, id) WHERE standing_kind = 'guest';
