-- Meetings that people are invited to, and what stands of them in the calendars of the platforms.

CREATE TABLE meeting (
    workspace TEXT NOT NULL,
    id TEXT NOT NULL,
    collaboration TEXT NOT NULL,
    -- draft, called, held, cancelled
    stage TEXT NOT NULL,
    -- its minutes, once they are begun: never two for one meeting
    minutes TEXT,
    -- when something happens by itself: its end
    next_at BIGINT,
    data TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, collaboration) REFERENCES collaboration (workspace, id),
    FOREIGN KEY (workspace, minutes) REFERENCES minutes (workspace, id)
);
CREATE INDEX meeting_of ON meeting (workspace, collaboration, id);
CREATE INDEX meeting_due ON meeting (workspace, next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX meeting_minutes ON meeting (workspace, minutes) WHERE minutes IS NOT NULL;

-- The event of a meeting in the calendar of one account.
CREATE TABLE meeting_event (
    workspace TEXT NOT NULL,
    meeting TEXT NOT NULL,
    account TEXT NOT NULL,
    -- when something is to be done about it next
    next_at BIGINT,
    leased_until BIGINT NOT NULL,
    data TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (workspace, meeting, account),
    FOREIGN KEY (workspace, meeting) REFERENCES meeting (workspace, id),
    FOREIGN KEY (workspace, account) REFERENCES account (workspace, id)
);
CREATE INDEX meeting_event_due ON meeting_event (workspace, next_at) WHERE next_at IS NOT NULL;
