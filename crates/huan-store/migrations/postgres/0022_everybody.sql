-- How often everybody in a group was called on 「@全体」, by its day, and how often that was held back.

CREATE TABLE everybody_call (
    workspace TEXT COLLATE "C" NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    room TEXT COLLATE "C" NOT NULL,
    calls BIGINT NOT NULL,
    withheld BIGINT NOT NULL,
    PRIMARY KEY (workspace, channel, day, room),
    FOREIGN KEY (workspace, channel) REFERENCES channel (workspace, id)
);
