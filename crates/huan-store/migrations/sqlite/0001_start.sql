-- The schema begins here. Conventions: every key leads with the workspace; instants are microseconds since 1970 in UTC;
-- ids, codes and JSON are text; a column that a screen filters or sorts by is a typed column, the rest is JSON.

CREATE TABLE workspace (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    zone TEXT NOT NULL
);

-- Numbers handed out one by one: task numbers, record numbers of a department and year.
CREATE TABLE counter (
    workspace TEXT NOT NULL REFERENCES workspace,
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (workspace, name)
);

-- Counts kept beside the rows they count, since counting by scan is slow.
CREATE TABLE tally (
    workspace TEXT NOT NULL,
    scope TEXT NOT NULL,
    name TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (workspace, scope, name)
);

CREATE TABLE setting (
    workspace TEXT NOT NULL REFERENCES workspace,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, name)
);

CREATE TABLE holiday_year (
    workspace TEXT NOT NULL REFERENCES workspace,
    year BIGINT NOT NULL,
    data TEXT NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, year)
);

-- People ------------------------------------------------------------------------------------------------------------------

CREATE TABLE department (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, parent) REFERENCES department (workspace, id)
);
CREATE UNIQUE INDEX department_name ON department (workspace, name);

CREATE TABLE person (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    department TEXT,
    job TEXT NOT NULL,
    superior TEXT,
    hours TEXT NOT NULL,
    language TEXT NOT NULL,
    mobile TEXT,
    mail TEXT,
    staff_number TEXT,
    administrator BOOLEAN NOT NULL,
    -- active, guest, left; and the rest of it as JSON
    standing_kind TEXT NOT NULL,
    standing TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, department) REFERENCES department (workspace, id),
    FOREIGN KEY (workspace, superior) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX person_mail ON person (workspace, mail) WHERE mail IS NOT NULL;
CREATE INDEX person_name ON person (workspace, name, id);
CREATE INDEX person_mobile ON person (workspace, mobile) WHERE mobile IS NOT NULL;
CREATE INDEX person_superior ON person (workspace, superior);

-- What a person signs in with, hashed by the caller.
CREATE TABLE password (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    hash TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, person),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);

-- A connected platform account. The settings are encrypted by the caller.
CREATE TABLE account (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    settings BLOB NOT NULL,
    enabled BOOLEAN NOT NULL,
    -- the last known state of the connection, as JSON, and since when
    state TEXT,
    state_at BIGINT,
    -- which node holds the long connection, until when
    holder TEXT,
    held_until BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

CREATE TABLE identity (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    person TEXT,
    account TEXT NOT NULL,
    foreign_user TEXT NOT NULL,
    aliases TEXT NOT NULL,
    name TEXT NOT NULL,
    preferred BOOLEAN NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);
CREATE UNIQUE INDEX identity_foreign_user ON identity (workspace, account, foreign_user);
CREATE INDEX identity_person ON identity (workspace, person);

-- Every id by which an identity can be found, its main one among them.
CREATE TABLE identity_alias (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    foreign_user TEXT NOT NULL,
    identity TEXT NOT NULL,
    PRIMARY KEY (workspace, account, foreign_user),
    FOREIGN KEY (workspace, identity) REFERENCES identity (workspace, id)
);
CREATE INDEX identity_alias_identity ON identity_alias (workspace, identity);

-- Collaborations ----------------------------------------------------------------------------------------------------------

CREATE TABLE collaboration (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    goal TEXT NOT NULL,
    goal_on TEXT,
    state TEXT NOT NULL,
    levels TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);

CREATE TABLE membership (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    duty TEXT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX membership_person ON membership (workspace, collaboration, person);
CREATE INDEX membership_of_person ON membership (workspace, person);

CREATE TABLE channel (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT,
    account TEXT NOT NULL,
    conversation TEXT NOT NULL,
    title TEXT NOT NULL,
    has_outsiders BOOLEAN NOT NULL,
    present BOOLEAN NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);
CREATE UNIQUE INDEX channel_conversation ON channel (workspace, account, conversation);
CREATE INDEX channel_collaboration ON channel (workspace, collaboration);

-- What was said -----------------------------------------------------------------------------------------------------------

CREATE TABLE message (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    account TEXT NOT NULL,
    foreign_message TEXT NOT NULL,
    conversation TEXT NOT NULL,
    channel TEXT,
    speaker TEXT,
    speaker_name TEXT NOT NULL,
    text TEXT NOT NULL,
    reply_to TEXT,
    link TEXT,
    sent_at BIGINT NOT NULL,
    heard_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX message_foreign ON message (workspace, account, foreign_message);
CREATE INDEX message_channel ON message (workspace, channel, sent_at, id);

-- Tasks -------------------------------------------------------------------------------------------------------------------

CREATE TABLE task (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    initiator TEXT NOT NULL,
    owner TEXT NOT NULL,
    helpers TEXT NOT NULL,
    -- the largest number where there is none, so that rows sort and page by it
    due_at BIGINT NOT NULL,
    priority TEXT NOT NULL,
    priority_rank BIGINT NOT NULL,
    criteria TEXT NOT NULL,
    level TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    progress TEXT,
    record TEXT,
    message TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, initiator) REFERENCES person (workspace, id),
    FOREIGN KEY (workspace, owner) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX task_number ON task (workspace, number);
CREATE INDEX task_owner ON task (workspace, owner, is_open, due_at, id);
CREATE INDEX task_initiator ON task (workspace, initiator, is_open, due_at, id);
CREATE INDEX task_board ON task (workspace, collaboration, stage, due_at, id);
CREATE INDEX task_recent ON task (workspace, collaboration, updated_at, id);
CREATE INDEX task_due ON task (workspace, is_open, due_at, id);
CREATE INDEX task_message ON task (workspace, message) WHERE message IS NOT NULL;

CREATE TABLE task_helper (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    task TEXT NOT NULL,
    PRIMARY KEY (workspace, person, task),
    FOREIGN KEY (workspace, task) REFERENCES task (workspace, id)
);
CREATE INDEX task_helper_task ON task_helper (workspace, task);

-- Documents, messages and other things that belong to a task or a record.
CREATE TABLE reference (
    workspace TEXT NOT NULL,
    subject TEXT NOT NULL,
    target TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, subject, target)
);
CREATE INDEX reference_target ON reference (workspace, target);

-- The record table --------------------------------------------------------------------------------------------------------

CREATE TABLE record (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    number TEXT NOT NULL,
    topic TEXT NOT NULL,
    participants TEXT NOT NULL,
    platforms TEXT NOT NULL,
    summary TEXT NOT NULL,
    owner TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    status_rank BIGINT NOT NULL,
    follow_up TEXT NOT NULL,
    follow_up_excuse TEXT,
    level TEXT NOT NULL,
    task TEXT,
    message TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, owner) REFERENCES person (workspace, id)
);
CREATE UNIQUE INDEX record_number ON record (workspace, number);
-- The columns after the id let a filter be judged in the index: only the rows of the page itself are fetched.
CREATE INDEX record_recent ON record (workspace, collaboration, updated_at, id, status, owner, level, due_at);
CREATE INDEX record_age ON record (workspace, collaboration, created_at, id, status, owner, level, due_at);
CREATE INDEX record_due ON record (workspace, collaboration, due_at, id, status, owner, level);
CREATE INDEX record_topic ON record (workspace, collaboration, topic, id, status, owner, level, due_at);
CREATE INDEX record_numbered ON record (workspace, collaboration, number, id, status, owner, level, due_at);
CREATE INDEX record_status_rank ON record (workspace, collaboration, status_rank, id, status, owner, level, due_at);
CREATE INDEX record_status_recent ON record (workspace, collaboration, status, updated_at, id, owner, level);
CREATE INDEX record_status_age ON record (workspace, collaboration, status, created_at, id, owner, level);
CREATE INDEX record_status_due ON record (workspace, collaboration, status, due_at, id, owner, level);
CREATE INDEX record_owner_recent ON record (workspace, collaboration, owner, updated_at, id, status, level);
CREATE INDEX record_owner_due ON record (workspace, collaboration, owner, due_at, id, status, level);
CREATE INDEX record_of_owner ON record (workspace, owner, due_at, id);
CREATE INDEX record_task ON record (workspace, task) WHERE task IS NOT NULL;

CREATE TABLE record_person (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (workspace, person, record),
    FOREIGN KEY (workspace, record) REFERENCES record (workspace, id)
);
CREATE INDEX record_person_record ON record_person (workspace, record);

CREATE TABLE record_platform (
    workspace TEXT NOT NULL,
    platform TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (workspace, platform, record),
    FOREIGN KEY (workspace, record) REFERENCES record (workspace, id)
);
CREATE INDEX record_platform_record ON record_platform (workspace, record);

CREATE TABLE follow_up (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    record TEXT NOT NULL,
    person TEXT NOT NULL,
    action TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    done_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, record) REFERENCES record (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX follow_up_record ON follow_up (workspace, record);
CREATE INDEX follow_up_open ON follow_up (workspace, person, due_at, id) WHERE done_at IS NULL;

-- Clocks, history, live feed ----------------------------------------------------------------------------------------------

CREATE TABLE clock (
    workspace TEXT NOT NULL REFERENCES workspace,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    kind TEXT NOT NULL,
    stage BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    -- when it has something to do next; none once it has stopped
    next_at BIGINT,
    due_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    -- a worker has it in hand until then
    leased_until BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX clock_subject ON clock (workspace, subject, kind);
CREATE INDEX clock_due ON clock (next_at) WHERE next_at IS NOT NULL;

-- How far the history and the live feed of a workspace have come: the one row all writers meet at, last of all.
CREATE TABLE stream (
    workspace TEXT PRIMARY KEY REFERENCES workspace,
    history BIGINT NOT NULL,
    hash TEXT NOT NULL,
    live BIGINT NOT NULL
);

-- Only ever added to. Each entry carries the hash of the one before (I10).
CREATE TABLE history (
    workspace TEXT NOT NULL,
    position BIGINT NOT NULL,
    id TEXT NOT NULL,
    subject TEXT NOT NULL,
    collaboration TEXT,
    at BIGINT NOT NULL,
    actor TEXT,
    source TEXT NOT NULL,
    event TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (workspace, position)
) WITHOUT ROWID;
CREATE INDEX history_subject ON history (workspace, subject, position);
CREATE INDEX history_collaboration ON history (workspace, collaboration, position);

CREATE TABLE live (
    workspace TEXT NOT NULL,
    position BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    collaboration TEXT,
    data TEXT NOT NULL,
    PRIMARY KEY (workspace, position)
) WITHOUT ROWID;
CREATE INDEX live_age ON live (workspace, at);

-- Inbox -------------------------------------------------------------------------------------------------------------------

CREATE TABLE inbox (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    position BIGINT NOT NULL,
    account TEXT NOT NULL,
    foreign_event TEXT NOT NULL,
    order_key TEXT NOT NULL,
    payload TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    -- waiting, done, failed
    state TEXT NOT NULL,
    -- when it may be taken (again); none when nothing is left to do
    ready_at BIGINT,
    attempts BIGINT NOT NULL,
    error TEXT,
    finished_at BIGINT,
    PRIMARY KEY (workspace, id)
);
CREATE UNIQUE INDEX inbox_event ON inbox (workspace, account, foreign_event);
CREATE INDEX inbox_open ON inbox (position) WHERE ready_at IS NOT NULL;
CREATE INDEX inbox_order ON inbox (workspace, account, order_key, position) WHERE ready_at IS NOT NULL;
CREATE INDEX inbox_failed ON inbox (workspace, position, id) WHERE state = 'failed';

-- Outbox ------------------------------------------------------------------------------------------------------------------

CREATE TABLE delivery (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    -- in the order of the commits: within an order key, that is the order of sending
    position BIGINT NOT NULL,
    -- none when no platform reaches the person
    account TEXT,
    lane TEXT NOT NULL,
    target_lane TEXT,
    urgency BIGINT NOT NULL,
    order_key TEXT NOT NULL,
    merge_key TEXT,
    subject TEXT,
    collaboration TEXT,
    person TEXT,
    channel TEXT,
    -- what kind of message, and the message itself as JSON
    what TEXT NOT NULL,
    message TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    -- queued, sending, sent, delivered, read, answered, failed, uncertain, dropped
    state TEXT NOT NULL,
    -- when it may be taken (again); none when nothing is left to do
    ready_at BIGINT,
    attempts BIGINT NOT NULL,
    foreign_message TEXT,
    reason TEXT,
    detail TEXT,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    delivered_at BIGINT,
    read_at BIGINT,
    answered_at BIGINT,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX delivery_ready ON delivery (urgency, ready_at, position) WHERE ready_at IS NOT NULL;
CREATE INDEX delivery_order ON delivery (workspace, account, order_key, position) WHERE ready_at IS NOT NULL;
CREATE INDEX delivery_merge ON delivery (workspace, merge_key) WHERE merge_key IS NOT NULL AND state = 'queued';
CREATE INDEX delivery_subject ON delivery (workspace, subject, position);
CREATE INDEX delivery_position ON delivery (workspace, position, id);
CREATE INDEX delivery_failed ON delivery (workspace, position, id) WHERE state IN ('failed', 'uncertain');
CREATE INDEX delivery_foreign ON delivery (workspace, account, foreign_message) WHERE foreign_message IS NOT NULL;

-- Every attempt is written before it is made; the allowance of a lane is computed from here.
CREATE TABLE attempt (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    delivery TEXT NOT NULL,
    account TEXT NOT NULL,
    lane TEXT NOT NULL,
    target_lane TEXT,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    -- sent, failed, unknown; none while it runs
    outcome TEXT,
    reason TEXT,
    detail TEXT,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX attempt_delivery ON attempt (workspace, delivery, started_at);
CREATE INDEX attempt_lane ON attempt (workspace, account, lane, started_at);
CREATE INDEX attempt_target ON attempt (workspace, account, target_lane, started_at) WHERE target_lane IS NOT NULL;

-- A lane that the platform has told to rest.
CREATE TABLE lane_rest (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    lane TEXT NOT NULL,
    until BIGINT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (workspace, account, lane)
);

-- Cards that stand in a chat and can be changed there.
CREATE TABLE sent_card (
    workspace TEXT NOT NULL,
    account TEXT NOT NULL,
    foreign_message TEXT NOT NULL,
    subject TEXT NOT NULL,
    person TEXT,
    channel TEXT,
    kind TEXT NOT NULL,
    -- by which the platform's callbacks name it
    reference TEXT NOT NULL,
    -- what it shows now: a fingerprint of the card
    shows TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, account, foreign_message)
);
CREATE INDEX sent_card_subject ON sent_card (workspace, subject, sent_at);

-- Access ------------------------------------------------------------------------------------------------------------------

CREATE TABLE session (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    person TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX session_hash ON session (hash);
CREATE INDEX session_person ON session (workspace, person);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE token (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    person TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, person) REFERENCES person (workspace, id)
);
CREATE INDEX token_hash ON token (hash);
CREATE INDEX token_person ON token (workspace, person);

-- Links that work once: the first administrator, a new password.
CREATE TABLE one_time_link (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    purpose TEXT NOT NULL,
    person TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (workspace, id)
);
CREATE INDEX one_time_link_hash ON one_time_link (hash);

-- Signed links hold everything themselves; here stands only which were used or called back.
CREATE TABLE signed_link (
    workspace TEXT NOT NULL,
    hash TEXT NOT NULL,
    subject TEXT NOT NULL,
    uses BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (workspace, hash)
);

-- The answer first given to a write of the HTTP interface, so that a repeated one gets the same.
CREATE TABLE idempotency (
    workspace TEXT NOT NULL,
    person TEXT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    status BIGINT,
    answer TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (workspace, person, key)
);
CREATE INDEX idempotency_age ON idempotency (created_at);
